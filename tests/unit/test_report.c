/*
 * test_report.c - every format says the same about a run.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/replay/report.h"
#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Three tests: one that passed, one that failed twice, one with something that
 * was not checked; the second has no name. */
static void
tell(struct report *r)
{
	struct outcome o = { .count = 0 };

	outcome_begin(&o, span_of("good # 1"), "a.smtp", 1);
	report_test(r, &o);
	outcome_begin(&o, span_of(""), "a.smtp", 7);
	outcome_add(&o, FINDING_FAILED, 9, span_of("expected <1>"));
	outcome_add(&o, FINDING_FAILED, 0, span_of("so\nodd \"x\"\033"));
	o.not_reached = 3;
	report_test(r, &o);
	outcome_begin(&o, span_of("blind"), "a.smtp", 20);
	outcome_add(&o, FINDING_UNCHECKED, 21, span_of("@answer"));
	report_test(r, &o);
	outcome_release(&o);
}

static const struct {
	const char *sentence;
	const struct report_format *format;
	bool strict, colour;
	const char *text;
} rows[] = {
	{ "text is a line a failure and the counts", &report_format_text,
	    false, false,
	    "a.smtp:9: expected <1>\n"
	    "a.smtp: so odd \"x\"\\x1b\n"
	    "1 passed, 1 failed, 1 not checked\n" },
	{ "text, strict: what was not checked failed", &report_format_text,
	    true, false,
	    "a.smtp:9: expected <1>\n"
	    "a.smtp: so odd \"x\"\\x1b\n"
	    "a.smtp:21: not checked: @answer\n"
	    "1 passed, 2 failed, 0 not checked\n" },
	{ "text on a terminal", &report_format_text, false, true,
	    "a.smtp:9: expected <1>\n"
	    "a.smtp: so odd \"x\"\\x1b\n"
	    "\033[31m1 passed, 1 failed, 1 not checked\033[m\n" },
	{ "json is one object", &report_format_json, false, false,
	    "{\"rules\": \"r.yaml\", \"tests\": [\n"
	    "  {\"name\": \"good # 1\", \"file\": \"a.smtp\", \"line\": 1, "
	    "\"result\": \"passed\", \"not_reached\": 0, \"findings\": []},\n"
	    "  {\"name\": \"\", \"file\": \"a.smtp\", \"line\": 7, "
	    "\"result\": \"failed\", \"not_reached\": 3, \"findings\": ["
	    "{\"kind\": \"failed\", \"file\": \"a.smtp\", \"line\": 9, "
	    "\"text\": \"expected <1>\"}, "
	    "{\"kind\": \"failed\", \"file\": \"a.smtp\", \"line\": 0, "
	    "\"text\": \"so\\u000aodd \\\"x\\\"\\u001b\"}]},\n"
	    "  {\"name\": \"blind\", \"file\": \"a.smtp\", \"line\": 20, "
	    "\"result\": \"not checked\", \"not_reached\": 0, \"findings\": ["
	    "{\"kind\": \"not checked\", \"file\": \"a.smtp\", \"line\": 21, "
	    "\"text\": \"@answer\"}]}\n"
	    "],\n"
	    "\"passed\": 1, \"failed\": 1, \"not_checked\": 1}\n" },
	{ "tap has a line a test", &report_format_tap, false, false,
	    "TAP version 13\n"
	    "ok 1 - good \\# 1\n"
	    "not ok 2 - a.smtp:7\n"
	    "# a.smtp:9: expected <1>\n"
	    "# a.smtp: so odd \"x\"\\x1b\n"
	    "ok 3 - blind # SKIP not checked\n"
	    "# a.smtp:21: not checked: @answer\n"
	    "# 1 passed, 1 failed, 1 not checked\n"
	    "1..3\n" },
	{ "junit has the counts in front", &report_format_junit, true, false,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
	    "<testsuite name=\"r.yaml\" tests=\"3\" failures=\"2\" errors=\"0\""
	    " skipped=\"0\">\n"
	    "<testcase classname=\"a.smtp\" name=\"good # 1\" file=\"a.smtp\""
	    " line=\"1\"></testcase>\n"
	    "<testcase classname=\"a.smtp\" name=\"a.smtp:7\" file=\"a.smtp\""
	    " line=\"7\"><failure message=\"expected &lt;1&gt;\">"
	    "a.smtp:9: expected &lt;1&gt;&#10;a.smtp: so&#10;odd &quot;x&quot;"
	    "\xef\xbf\xbd&#10;</failure></testcase>\n"
	    "<testcase classname=\"a.smtp\" name=\"blind\" file=\"a.smtp\""
	    " line=\"20\"><failure message=\"@answer\">a.smtp:21: not checked: "
	    "@answer&#10;</failure></testcase>\n"
	    "</testsuite>\n</testsuites>\n" },
};

static void
test_formats(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct report r;
		char *text = NULL;
		size_t length = 0;
		FILE *out = open_memstream(&text, &length);
		const struct report_subject about = { .rules = "r.yaml" };

		unit_case(rows[i].sentence);
		if (out == NULL)
			abort();
		report_begin(&r, rows[i].format, &about, out);
		r.strict = rows[i].strict;
		r.colour = rows[i].colour;
		tell(&r);
		report_end(&r, NULL);
		fclose(out);
		check_text(text, rows[i].text);
		free(text);
	}
}

static void
test_names(void)
{
	check_true(report_find("text") == &report_format_text);
	check_true(report_find("json") == &report_format_json);
	check_true(report_find("tap") == &report_format_tap);
	check_true(report_find("junit") == &report_format_junit);
	check_true(report_find("xml") == NULL);
	check_true(report_find("") == NULL);
}

/* --- Coverage --------------------------------------------------------------
 */

static const char rules[] =
    "- {rule: once, when: {sender.local: bob}, then: {score: 1}}\n"
    "- {rule: both, when: {sender.local: alice}, then: {score: 1}}\n"
    "- {rule: always, then: {score: 1}}\n"
    "- {rule: no, when: {sender.local: carol}, then: {score: 1}}\n"
    "- {rule: off, mode: off, then: {score: 1}}\n"
    "- {rule: tried, when: {helo: x}, then: {score: 1}}\n"
    "- {rule: end, when: {sender.local: alice}, then: discard}\n"
    "- {rule: behind, when: {recipient.local: x}, then: {reject: No}}\n"
    "- {rule: hush, when: {command: X}, then: {reject: No}}\n"
    "- {rule: say, when: {command: Y}, then: {reject: No}}\n";

static const enum coverage_gap gaps[] = { GAP_NEVER_HELD, GAP_NONE, GAP_NONE,
	GAP_NEVER_HELD, GAP_OFF, GAP_NONE, GAP_NONE, GAP_UNSEEN, GAP_UNSEEN,
	GAP_NONE };

static void
test_coverage(void)
{
	struct coverage c;
	struct court court;
	size_t of;

	check_true(court_open(&court, rules));
	coverage_init(&c, court.policy);
	coverage_note(NULL, court.engine);
	player_say(&court.player, "connect 192.0.2.1 mx|helo mx|mail alice@b|"
	    "rcpt c@d|data|eoh|eom");
	coverage_note(&c, court.engine);
	check_int(coverage_gap(&c, 1), GAP_NEVER_MISSED);
	check_int(coverage_gap(&c, 5), GAP_NEVER_HELD);
	player_say(&court.player, "mail x@y");
	coverage_note(&c, court.engine);
	coverage_note_rule(&c, 0, false);
	check_int(coverage_gap(&c, 0), GAP_NEVER_HELD);
	player_say(&court.player, "unknown Y");
	coverage_note(&c, court.engine);
	coverage_note_rule(&c, 5, true);
	check_int(coverage_gap(&c, 5), GAP_NONE);
	check_size(c.count, COUNT(gaps));
	for (size_t i = 0; i < COUNT(gaps); i++)
		check_int(coverage_gap(&c, i), gaps[i]);
	check_size(coverage_held(&c, &of), 5);
	check_size(of, 9);
	check_int(coverage_percent(&c), 55);
	coverage_release(&c);
	court_close(&court);
}

static const struct unit_test tests[] = {
	{ "a run is told in every format", test_formats },
	{ "formats have names", test_names },
	{ "rules that the tests leave out are found", test_coverage },
};

UNIT_MAIN("report", tests)
