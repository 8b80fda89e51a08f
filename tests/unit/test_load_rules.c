/*
 * test_load_rules.c - what is known of a rule before any mail comes.
 */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rules/engine/parts.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define BIT(event) (1u << (event))
#define TABLE_FILE "test_load_rules.entries"	/* where the test runs */

/* A policy of RULES, a list in lines; they must be right. */
static struct policy *
load(const char *rules)
{
	struct error_list errors = { .count = 0 };
	FILE *table = fopen(TABLE_FILE, "w");
	char text[2048];
	struct policy *p;

	check_true(table != NULL && fputs("mx one\n", table) >= 0 &&
	    fclose(table) == 0);
	(void)snprintf(text, sizeof text, "millgate: 1\n"
	    "tables: {pairs: {file: " TABLE_FILE "}}\nrules:\n%s", rules);
	p = policy_load_text("rules.yaml", span_of(text), &errors);
	(void)remove(TABLE_FILE);
	check_true(p != NULL);
	check_text(errors.count > 0 ? errors.at[0].text : "", "");
	error_list_release(&errors);
	return p;
}

/* The flags of R, its first phase, and those at which its answer may change. */
static const char *
tell(const struct rule *r)
{
	static char text[256];
	int phase;

	(void)snprintf(text, sizeof text, "%s%s%s%s%s%s%s:",
	    r->per_recipient ? "personal " : "", r->written ? "written " : "",
	    r->ordered ? "ordered " : "", r->alone ? "alone " : "",
	    r->command ? "command " : "", r->quarantines ? "quarantines " : "",
	    phase_name(r->earliest));
	for (phase = 0; phase < PHASE_COUNT; phase++)
		if ((r->phases & BIT(phase)) != 0) {
			strcat(text, " ");
			strcat(text, phase_name((enum phase)phase));
		}
	return text;
}

/* The last rule of each is told. */
static const struct {
	const char *sentence;
	const char *rules;
	const char *want;
} flags[] = {
	{ "a rule without a condition",
	    "- {rule: r, then: reject}\n", "connect:" },
	{ "two facts of the message",
	    "- {rule: r, when: {sender: x, header_raw.a: b}, then: reject}\n",
	    "mail: mail eoh" },
	{ "a fact of a recipient",
	    "- {rule: r, when: {recipient: x}, then: reject}\n",
	    "personal rcpt: rcpt" },
	{ "a fact of a recipient in the text alone",
	    "- {rule: r, when: {helo: x}, then: {reject: '${recipient}'}}\n",
	    "personal helo: helo rcpt" },
	{ "a fact of a recipient in a log",
	    "- {rule: r, when: {helo: x}, then: {log: '${recipient}'}}\n",
	    "personal helo: helo rcpt" },
	{ "a score that a rule of the message adds to",
	    "- {rule: w, when: {header_raw.a: b}, then: {score: 1}}\n"
	    "- {rule: r, when: {score: {ge: 1}}, then: reject}\n",
	    "written eoh: eoh" },
	{ "a score that a rule of a recipient adds to",
	    "- {rule: v, when: {recipient: x}, then: {score: 1}}\n"
	    "- {rule: w, when: {header_raw.a: b}, then: {score: 1}}\n"
	    "- {rule: r, when: {score: {ge: 1}}, then: reject}\n",
	    "personal written rcpt: rcpt eoh" },
	{ "a score that only a rule below adds to for a recipient",
	    "- {rule: w, when: {helo: x}, then: {score: 1}}\n"
	    "- {rule: v, when: {score: 1}, then: {label: x}}\n"
	    "- {rule: u, when: {recipient: x}, then: {score: 1}}\n"
	    "- {rule: r, when: {label: x}, then: reject}\n",
	    "written helo: helo" },
	{ "a score that nobody adds to",
	    "- {rule: r, when: {score: {ge: 1}}, then: reject}\n",
	    "written connect:" },
	{ "a variable that tells of another variable",
	    "- {rule: v, when: {recipient: x}, then: {set: {a: b}}}\n"
	    "- {rule: w, then: {set: {c: '${var.a}'}}}\n"
	    "- {rule: r, when: {var.c: b}, then: reject}\n",
	    "personal written connect: rcpt" },
	{ "a variable in the text",
	    "- {rule: w, when: {sender: x}, then: {set: {a: b}}}\n"
	    "- {rule: r, when: {helo: x}, then: {reject: '${var.a}'}}\n",
	    "written helo: helo mail" },
	{ "a rule that is off writes nothing",
	    "- {rule: w, mode: off, when: {recipient: x}, then: {label: a}}\n"
	    "- {rule: r, when: {label: a}, then: reject}\n",
	    "written connect:" },
	{ "a rule that ends one day is judged at MAIL",
	    "- {rule: r, when: {client.ip: 192.0.2.1}, until: 2030-01-01, "
	    "then: reject}\n", "connect: connect mail" },
	{ "a rule that waits",
	    "- {rule: r, when: {helo: x}, at: rcpt, then: reject}\n",
	    "rcpt: helo rcpt" },
	{ "a rule about commands",
	    "- {rule: r, when: {command: x, helo: y}, then: reject}\n",
	    "command helo: helo unknown" },
	{ "quarantine",
	    "- {rule: r, when: {helo: y}, then: {quarantine: x}}\n",
	    "quarantines helo: helo" },
	{ "a group in the text",
	    "- {rule: r, when: {helo: '/(x)/'}, then: {reject: '${1}'}}\n",
	    "ordered helo: helo" },
	{ "the element that was found",
	    "- {rule: r, when: {recipients: x}, then: {reject: "
	    "'${recipients.domain}'}}\n", "ordered data: data" },
	{ "the right-hand side of a table",
	    "- {rule: r, when: {helo: {in: pairs}}, then: {reject: "
	    "'${value}'}}\n", "ordered helo: helo" },
	{ "its own match makes no order",
	    "- {rule: r, when: {helo: x}, then: {rewrite_header: {name: A, "
	    "match: '/(a)/', with: '${1}'}}}\n", "helo: helo" },
	{ "a variable set to a recipient's fact",
	    "- {rule: r, when: {helo: x}, then: {set: {a: '${recipient}'}}}\n",
	    "personal alone helo: helo rcpt" },
	{ "a variable set to what a recipient's fact captured",
	    "- {rule: r, when: {recipient: '/(x)/'}, then: {set: {a: '${1}'}}}"
	    "\n", "personal ordered alone rcpt: rcpt" },
	{ "a variable set to what another fact captured",
	    "- {rule: r, when: {helo: '/(x)/'}, then: {set: {a: '${1}'}}}\n",
	    "ordered helo: helo" },
	{ "a variable set to plain text for a recipient",
	    "- {rule: r, when: {recipient: x}, then: {set: {a: b}}}\n",
	    "personal rcpt: rcpt" },
};

static void
test_flags(void)
{
	for (size_t i = 0; i < COUNT(flags); i++) {
		struct policy *p;

		unit_case(flags[i].sentence);
		p = load(flags[i].rules);
		if (p != NULL)
			check_text(tell(&p->rules[p->rule_count - 1]),
			    flags[i].want);
		policy_unref(p);
	}
}

/* May recipients for whom the same tests hold share what is read? */
static const struct {
	const char *sentence;
	const char *rules;
	bool alone;
} alone[] = {
	{ "tests of a recipient alone",
	    "- {rule: r, when: {recipient: x}, then: reject}\n", false },
	{ "text that differs",
	    "- {rule: r, then: {set: {a: '${recipient}'}}}\n", true },
	{ "the same in a rule that is off",
	    "- {rule: r, mode: off, then: {set: {a: '${recipient}'}}}\n",
	    false },
	{ "one and the same parameter of a recipient",
	    "- {rule: r, when: {same: {recipient.params: {recipient.params: x"
	    "}}}, then: reject}\n", true },
	{ "one and the same recipient of all",
	    "- {rule: r, when: {same: {recipients: {domain: x}}}, then: "
	    "reject}\n", false },
};

static void
test_alone(void)
{
	for (size_t i = 0; i < COUNT(alone); i++) {
		struct policy *p;

		unit_case(alone[i].sentence);
		p = load(alone[i].rules);
		if (p != NULL)
			check_int(p->alone, alone[i].alone);
		policy_unref(p);
	}
}

/* Tests are remembered by number: connect's first, a recipient's apart. */
static void
test_memos(void)
{
	struct policy *p = load("- {rule: a, when: {helo: x, client.ip: "
	    "192.0.2.1, recipient: y}, then: [{score: 1}, {label: z}]}\n"
	    "- {rule: b, when: {score: 1, label: z, client.port: 25}, then: "
	    "reject}\n- {rule: c, when: {command: x}, then: reject}\n");
	const struct condition *a = p->rules[0].when, *b = p->rules[1].when;

	check_size(p->connect_memos, 2);
	check_size(p->memo_count, 3);
	check_size(p->personal_test_count, 1);
	check_size(a->children[0]->test->memo, 2);
	check_size(a->children[1]->test->memo, 0);
	check_size(a->children[2]->test->memo, 0);
	check_true(p->personal_tests[0] == a->children[2]->test);
	check_size(b->children[0]->test->memo, UINT_MAX);
	check_size(b->children[1]->test->memo, UINT_MAX);
	check_size(b->children[2]->test->memo, 1);
	check_size(p->rules[2].when->test->memo, UINT_MAX);
	policy_unref(p);
}

/* What is written is found in file order; rules that are off write nothing. */
static void
test_writes(void)
{
	struct policy *p = load("- {rule: a, then: [{set: {c: x, d: y}}, "
	    "{score: -2.5}]}\n"
	    "- {rule: b, mode: off, then: [{set: {c: x}}, {score: 1}]}\n"
	    "- {rule: c, mode: shadow, then: [{score: 1}, {set: {c: '${score}'"
	    "}}, {label: big}]}\n");
	const struct slot *c = &p->slots[p->rules[0].writes[0]->slot];
	const struct slot *score = &p->slots[p->rules[0].writes[2]->slot];

	check_int(c->written, WRITTEN_VAR);
	check_size(c->write_count, 2);
	check_true(c->writes[0]->rule == &p->rules[0]);
	check_true(c->writes[1]->rule == &p->rules[2]);
	check_int(score->written, WRITTEN_SCORE);
	check_size(score->write_count, 2);
	check_int(score->writes[0]->score, -2500);
	check_int(score->writes[1]->score, 1000);
	check_size(p->var_count, 3);
	check_size(p->rules[2].writes[1]->number, 2);
	check_span(p->rules[2].writes[2]->label, "big");
	policy_unref(p);
}

/* The names of the rules in L. */
static const char *
names(const struct rule_list *l)
{
	static char text[64];
	size_t i;

	text[0] = '\0';
	for (i = 0; i < l->count; i++)
		strncat(text, l->at[i]->name.ptr, 8);
	return text;
}

static void
test_views(void)
{
	struct policy *p = load("- {rule: a, when: {helo: x}, then: reject}\n"
	    "- {rule: b, when: {recipient: x}, then: [{log: x}, accept]}\n"
	    "- {rule: c, mode: shadow, then: [{score: 1}, discard]}\n"
	    "- {rule: d, mode: off, then: [{log: x}, {score: 1}, discard]}\n"
	    "- {rule: e, when: {command: x}, then: [{log: x}, close]}\n"
	    "- {rule: f, early: true, when: {helo: x}, then: tempfail}\n"
	    "- {rule: g, then: {add_header: {name: X, value: "
	    "'${recipient}'}}}\n"
	    "- {rule: h, then: [{quarantine: x}, {label: y}]}\n");
	const struct view *v = p->views, *shadow = p->views + VIEW_SHADOW;

	check_text(names(&v->common), "af");
	check_text(names(&v->personal), "b");
	check_text(names(&v->writing), "h");
	check_text(names(&v->editing), "gh");
	check_text(names(&v->logging), "b");
	check_text(names(&v->common_acting), "h");
	check_text(names(&v->personal_acting), "bg");
	check_text(names(&shadow->common), "acf");
	check_text(names(&shadow->writing), "ch");
	check_text(names(&p->commands), "e");
	check_text(names(&p->early), "f");
	check_true(p->shadows);
	check_true(!p->discards);
	policy_unref(p);
	p = load("- {rule: a, then: discard}\n");
	check_true(!p->shadows && p->discards);
	check_size(p->views[VIEW_SHADOW].common.count, 0);
	policy_unref(p);
}

/* Which fields are kept of a message. */
static void
test_fields(void)
{
	struct policy *p = load("- {rule: a, when: {header_raw.From: x}, then: "
	    "[{add_header: {name: X-A, value: b}}, {remove_header: FROM}, "
	    "{set_header: {name: X-B, value: c}}, {rewrite_header: {name: "
	    "X-C, match: '/a/', with: b}}, {quarantine: x}]}\n"
	    "- {rule: b, mode: off, then: {remove_header: X-D}}\n");

	check_size(p->field_count, 3);
	check_span(p->fields[0], "From");
	check_span(p->fields[1], "X-B");
	check_span(p->fields[2], "X-C");
	check_true(!p->every_field);
	policy_unref(p);
	p = load("- {rule: a, then: {remove_header: '/^X-/'}}\n");
	check_true(p->every_field);
	policy_unref(p);
}

/* One letter for each thing that the MTA must be asked for. */
static const char *
tell_needs(const struct policy *p)
{
	static char text[64];
	const struct policy_needs *n = policy_needs(p);

	(void)snprintf(text, sizeof text, "%s%s%s/%s%s%s%s/%s%s%s%s",
	    (n->events & BIT(EVENT_HEADER)) != 0 ? "H" : "",
	    (n->events & BIT(EVENT_BODY)) != 0 ? "B" : "",
	    (n->events & BIT(EVENT_UNKNOWN)) != 0 ? "U" : "",
	    (n->answers & BIT(EVENT_CONNECT)) != 0 ? "c" : "",
	    (n->answers & BIT(EVENT_HELO)) != 0 ? "h" : "",
	    (n->answers & BIT(EVENT_MAIL)) != 0 ? "m" : "",
	    (n->answers & BIT(EVENT_UNKNOWN)) != 0 ? "u" : "",
	    n->header_edits ? "H" : "", n->sender_edits ? "S" : "",
	    n->recipient_edits ? "R" : "", n->quarantine ? "Q" : "");
	return text;
}

static const struct {
	const char *sentence;
	const char *rules;
	const char *want;
} needs[] = {
	{ "the size takes all of a message",
	    "- {rule: r, when: {size: {gt: 1}}, then: reject}\n", "HB//" },
	{ "the body", "- {rule: r, when: {body_raw: x}, then: reject}\n",
	    "B//" },
	{ "names of fields",
	    "- {rule: r, when: {header_names: x}, then: reject}\n", "H//" },
	{ "their number",
	    "- {rule: r, when: {header_count: 3}, then: reject}\n", "H//" },
	{ "a command", "- {rule: r, when: {command: x}, then: reject}\n",
	    "U/mu/" },
	{ "an early answer at connect", "- {rule: r, when: {client.ip: "
	    "192.0.2.1}, early: true, then: reject}\n", "/chm/" },
	{ "an early answer at HELO",
	    "- {rule: r, when: {helo: x}, early: true, then: reject}\n",
	    "/hm/" },
	{ "an early answer that waits for HELO", "- {rule: r, when: "
	    "{macro.j: x}, early: true, at: helo, then: reject}\n", "/chm/" },
	{ "all edits", "- rule: r\n  when: {helo: x}\n  then: [{set_sender: "
	    "<>}, {add_recipient: a@b.c}, {set_header: {name: X, value: y}}, "
	    "{quarantine: x}]\n", "H/m/HSRQ" },
	{ "an added field does not ask for those that are there",
	    "- {rule: r, when: {helo: x}, then: {add_header: {name: X, value: "
	    "y}}}\n", "/m/H" },
	{ "recipients that are discarded",
	    "- {rule: r, when: {helo: x}, then: discard}\n", "/m/R" },
	{ "edits in shadow are not done",
	    "- {rule: r, when: {helo: x}, mode: shadow, then: {set_sender: "
	    "<>}}\n", "/m/" },
	{ "a score may be known at connect",
	    "- {rule: r, when: {score: 1}, then: accept}\n", "/cm/" },
	{ "a connection is accepted below what is known of it",
	    "- {rule: r, when: {client.ip: 192.0.2.1}, then: reject}\n"
	    "- {rule: s, then: accept}\n", "/cm/" },
	{ "not below what is not",
	    "- {rule: r, when: {helo: x}, then: reject}\n"
	    "- {rule: s, then: accept}\n", "/m/" },
	{ "nor below an edit",
	    "- {rule: r, then: {add_header: {name: X, value: y}}}\n"
	    "- {rule: s, then: accept}\n", "/m/H" },
	{ "a rule that ends may have ended at MAIL",
	    "- {rule: r, when: {body_raw: x}, until: 2026-01-01, then: "
	    "reject}\n", "B/m/" },
};

static void
test_needs(void)
{
	for (size_t i = 0; i < COUNT(needs); i++) {
		struct policy *p;

		unit_case(needs[i].sentence);
		p = load(needs[i].rules);
		if (p != NULL)
			check_text(tell_needs(p), needs[i].want);
		policy_unref(p);
	}
}

/* In settings.mode: shadow the MTA is told nothing. */
static void
test_shadow(void)
{
	struct error_list errors = { .count = 0 };
	struct policy *p = policy_load_text("rules.yaml", span_of(
	    "millgate: 1\nsettings: {mode: shadow}\nrules:\n"
	    "- {rule: r, when: {header_raw.x: y}, then: reject}\n"), &errors);

	check_true(p != NULL);
	check_true((policy_needs(p)->events & BIT(EVENT_HEADER)) != 0);
	check_int(policy_needs(p)->answers, 0);
	policy_unref(p);
	error_list_release(&errors);
}

/* A day ends with its last second, in local time. */
static void
test_until(void)
{
	struct policy *p;

	check_int(setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1), 0);
	tzset();
	p = load("- {rule: a, until: 2026-12-31, then: reject}\n"
	    "- {rule: b, until: 2026-07-01, then: reject}\n"
	    "- {rule: c, then: reject}\n");
	check_int(p->rules[0].until, 1798779599);
	check_int(p->rules[1].until, 1782964799);
	check_int(p->rules[2].until, 0);
	check_true(p->reads_time);
	policy_unref(p);
}

static const struct unit_test tests[] = {
	{ "a rule knows what it reads, writes and waits for", test_flags },
	{ "recipients share what is read, where they may", test_alone },
	{ "tests are numbered by how long they are remembered", test_memos },
	{ "what is written is listed in file order", test_writes },
	{ "each reading has its rules, and only those", test_views },
	{ "fields are kept that rules read or change", test_fields },
	{ "the MTA is asked for what is needed", test_needs },
	{ "in shadow it is told nothing", test_shadow },
	{ "a rule ends with its last day", test_until },
};

UNIT_MAIN("load_rules", tests)
