/*
 * test_status.c - reports of the daemon, read and printed.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "milter/status_print.h"
#include "tests/unit/unit.h"

#define TIME 1795460000

static const char report[] =
    "millgate 0.1.0\n"
    "pid 12\n"
    "supervisor 11\n"
    "started 1795200735\n"		/* 3 days 65 seconds */
    "restarts 0\n"
    "jit on\n"
    "rules \"/etc/my \\x22rules\\x22.yaml\"\n"
    "fingerprint 00112233aabbccdd\n"
    "policy-loaded 1795459955\n"
    "rule-count 3\n"
    "mode enforce\n"
    "listen unix:/run/m.sock\n"
    "sessions 3\n"
    "connections-limit 100\n"
    "gate open\n"
    "log-lines-lost 0\n"
    "connections 7\n"
    "messages 200\n"
    "accepted 150\n"
    "rejected 50\n"
    "something-new 1 2 \"3\n"
    "rule 0 5 enforce rules.yaml:12 no-spam\n"
    "rule 1 0 off rules.yaml:13 never\n"
    "rule 2 50 shadow \"a b.yaml:1\" \"tried \\x1B[31m\"\n"
    "end\n";

static void
test_fields(void)
{
	struct status_report r;
	struct error error;

	check_int(status_report_read(span_of(report), &r, &error), 0);
	check_span(r.text[STATUS_VERSION], "0.1.0");
	check_span(r.text[STATUS_RULES], "/etc/my \"rules\".yaml");
	check_size(r.number[STATUS_PID], 12);
	check_size(r.number[STATUS_SESSIONS], 3);
	check_size(r.tally[TALLY_MESSAGES], 200);
	check_size(r.rule_count, 3);
	check_span(r.rules[0].name, "no-spam");
	check_size(r.rules[2].hits, 50);
	check_span(r.rules[2].place, "a b.yaml:1");
	check_span(r.rules[2].name, "tried \x1b[31m");
	check_true(!status_is_wrong(&r));
	status_report_release(&r);
	status_report_release(&r);
}

static const struct {
	const char *sentence;
	const char *text;
	const char *want;	/* the error; NULL: none */
} texts[] = {
	{ "the shortest report", "millgate 1\nend\n", NULL },
	{ "what follows the end is not read", "millgate 1\nend\nrule x\n",
	    NULL },
	{ "unknown lines are for others", "millgate 1\nfrob\nx \"y\nend\n",
	    NULL },
	{ "a value that was cut shows it",
	    "millgate \"a \\x0Ab\"...\nend\n", NULL },
	{ "the largest number", "millgate 1\npid 18446744073709551615\nend\n",
	    NULL },
	{ "nothing", "", "the report broke off after 0 lines" },
	{ "no end", "millgate 1\npid 2\n",
	    "the report broke off after 2 lines" },
	{ "half a line", "millgate 1\npid 2",
	    "the report broke off after 1 lines" },
	{ "half an end", "millgate 1\nend",
	    "the report broke off after 1 lines" },
	{ "another program", "220 mx.example ESMTP\r\n",
	    "what was said is no report of millgate" },
	{ "an end at once", "end\n",
	    "what was said is no report of millgate" },
	{ "an empty line", "millgate 1\n\nend\n",
	    "what was said is no report of millgate" },
	{ "no value", "millgate 1\npid\nend\n",
	    "line 2 of the report cannot be understood" },
	{ "a number too large", "millgate 1\npid 18446744073709551616\nend\n",
	    "line 2 of the report cannot be understood" },
	{ "a number that is none", "millgate 1\npid -1\nend\n",
	    "line 2 of the report cannot be understood" },
	{ "a quote that stays open", "millgate 1\nrules \"x\nend\n",
	    "line 2 of the report cannot be understood" },
	{ "a quote that stays open before a blank",
	    "millgate 1\nrules \"x\n y\nend\n",
	    "line 2 of the report cannot be understood" },
	{ "half an escape", "millgate 1\nrules \"\\x4\"\nend\n",
	    "line 2 of the report cannot be understood" },
	{ "an escape that is none", "millgate 1\nrules \"\\xg0\"\nend\n",
	    "line 2 of the report cannot be understood" },
	{ "a rule without a name", "millgate 1\nrule 1 2 off x:1\nend\n",
	    "line 2 of the report cannot be understood" },
	{ "a reload without a reason", "millgate 1\nreload-failed 3\nend\n",
	    "line 2 of the report cannot be understood" },
};

static void
test_texts(void)
{
	struct status_report r;
	struct error error;
	int result;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		unit_case(texts[i].sentence);
		error.text[0] = '\0';
		result = status_report_read(span_of(texts[i].text), &r,
		    &error);
		check_int(result, texts[i].want != NULL ? -1 : 0);
		check_text(error.text, texts[i].want != NULL ?
		    texts[i].want : "");
		status_report_release(&r);
	}
}

/* However it is cut off, it is no report; and every byte may be any. */
static void
test_every_cut(void)
{
	char text[sizeof report];
	struct status_report r;
	struct error error;

	for (size_t i = 0; i < sizeof report - 1; i++) {
		check_int(status_report_read(span_make(report, i), &r,
		    &error), -1);
		status_report_release(&r);
		memcpy(text, report, sizeof report);
		text[i] = (char)(text[i] ^ 0x82);
		(void)status_report_read(span_make(text, sizeof report - 1),
		    &r, &error);
		status_report_release(&r);
	}
}

/* TEXT as it is printed. */
static const char *
printed(const char *text, const struct status_style *style)
{
	static char *out;
	struct status_report r;
	struct error error;
	size_t length;
	FILE *f;

	free(out);
	out = NULL;
	f = open_memstream(&out, &length);
	if (f == NULL || status_report_read(span_of(text), &r, &error) < 0)
		return "no report";
	if (style != NULL)
		status_print(f, &r, style, TIME);
	else
		status_print_json(f, &r);
	status_report_release(&r);
	fclose(f);
	return out;
}

static void
test_people(void)
{
	struct status_style style = { .colour = false };

	check_text(printed(report, &style),
	    "millgate              0.1.0, up 3 days; process 11, worker 12\n"
	    "listens on            unix:/run/m.sock\n"
	    "connections           3 open of at most 100; 7 so far\n"
	    "rules                 /etc/my \"rules\".yaml: 3 rules, loaded "
	    "45 seconds ago\n"
	    "fingerprint           00112233aabbccdd\n"
	    "\n"
	    "messages              200\n"
	    "  accepted            150   75.0 %\n"
	    "  rejected             50   25.0 %\n"
	    "\n"
	    "rules with the most hits\n"
	    "50  ####################  tried \\x1b[31m (a b.yaml:1), shadow\n"
	    " 5  ##                    no-spam (rules.yaml:12)\n");
}

static void
test_all_rules(void)
{
	struct status_style style = { .all_rules = true, .blocks = true };
	const char *text = printed(report, &style);

	check_true(strstr(text, "hits of all rules\n"
	    " 5  \xe2\x96\x88\xe2\x96\x88                    no-spam "
	    "(rules.yaml:12)\n"
	    " 0                        never (rules.yaml:13), off\n"
	    "50  ") != NULL);
}

static const char troubled[] =
    "millgate 1\n"
    "restarts 2\n"
    "jit off\n"
    "gate closed\n"
    "log-lines-lost 9\n"
    "mode shadow\n"
    "reload-failed 1795459880 \"r.yaml:1:1: error: \\x22\\x07\"\n"
    "end\n";

static void
test_troubles(void)
{
	static const char *const want[] = {
		"WARNING: the last reload, 2 minutes ago, failed and ",
		"the rules of before are in force: r.yaml:1:1: ",
		": error: \"\\x07\n",
		"WARNING: as many connections",
		"WARNING: 9 lines of the log were lost\n",
		"note: the worker crashed and was started again, 2 times",
		"note: PCRE2's JIT is off",
		"shadow: nothing of this is done",
		"no rule has been hit yet",
	};
	struct status_style style = { .colour = false };

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		unit_case(want[i]);
		check_true(strstr(printed(troubled, &style), want[i]) !=
		    NULL);
		check_true(strchr(printed(troubled, &style), '\033') == NULL);
	}
	style.colour = true;
	check_true(strstr(printed(troubled, &style),
	    "\033[1;31mWARNING\033[0m: ") != NULL);
}

static const struct {
	const char *text;
	bool wrong;
} wrongs[] = {
	{ "millgate 1\nend\n", false },
	{ "millgate 1\njit off\nrestarts 3\nend\n", false },
	{ "millgate 1\ngate closed\nend\n", true },
	{ "millgate 1\nlog-lines-lost 1\nend\n", true },
	{ "millgate 1\nreload-failed 1 x\nend\n", true },
};

static void
test_wrong(void)
{
	struct status_report r;
	struct error error;

	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
		unit_case(wrongs[i].text);
		check_int(status_report_read(span_of(wrongs[i].text), &r,
		    &error), 0);
		check_int(status_is_wrong(&r), wrongs[i].wrong);
		status_report_release(&r);
	}
}

static void
test_json(void)
{
	const char *text = printed(report, NULL);

	check_true(strncmp(text, "{\"version\": \"0.1.0\",\n", 21) == 0);
	check_true(strstr(text, " \"rule_file\": "
	    "\"/etc/my \\\"rules\\\".yaml\",\n") != NULL);
	check_true(strstr(text, " \"policy_loaded\": 1795459955,\n") != NULL);
	check_true(strstr(text, " \"reload_failed\": null,\n") != NULL);
	check_true(strstr(text, "\"recipients_refused\": 0") != NULL);
	check_true(strstr(text, "{\"number\": 2, \"hits\": 50, \"mode\": "
	    "\"shadow\", \"place\": \"a b.yaml:1\", \"name\": "
	    "\"tried \\u001b[31m\"}]}\n") != NULL);
	check_true(strstr(printed(troubled, NULL), " \"reload_failed\": "
	    "{\"time\": 1795459880, \"why\": \"r.yaml:1:1: error: "
	    "\\\"\\u0007\"},\n") != NULL);
}

static const struct unit_test tests[] = {
	{ "a report is read", test_fields },
	{ "what is no report is refused", test_texts },
	{ "a report that is cut anywhere is refused", test_every_cut },
	{ "people see what there is", test_people },
	{ "and all rules in file order", test_all_rules },
	{ "what is wrong is told", test_troubles },
	{ "only what can be mended is wrong", test_wrong },
	{ "the same as JSON", test_json },
};

UNIT_MAIN("status", tests)
