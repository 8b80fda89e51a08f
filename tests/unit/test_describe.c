/*
 * test_describe.c - what a policy tells of its rules and facts.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>

#include "policy.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct policy *
load(const char *rules)
{
	struct error_list errors = { .count = 0 };
	struct policy *p;
	char file[2048];

	(void)snprintf(file, sizeof file, "millgate: 1\nrules:\n%s", rules);
	p = policy_load_text("f.yaml", span_of(file), &errors);
	check_text(errors.count > 0 ? errors.at[0].text : "", "");
	error_list_release(&errors);
	return p;
}

static const struct row {
	const char *sentence;
	const char *rules;	/* the last of them is asked about */
	enum phase answers;
	enum phase told;
	const char *waits_for;
	size_t held_by;
} rows[] = {
	{ "a rule without a condition answers at MAIL",
	    "  - {rule: r, then: {reject: No}}\n",
	    PHASE_MAIL, PHASE_MAIL, "", SIZE_MAX },
	{ "ACCEPT for an address may be told at connect",
	    "  - {rule: r, when: {client.ip: 192.0.2.1}, then: accept}\n",
	    PHASE_CONNECT, PHASE_CONNECT, "", SIZE_MAX },
	{ "but not before what the client says at HELO",
	    "  - {rule: r, when: {helo: a}, then: accept}\n",
	    PHASE_MAIL, PHASE_MAIL, "", SIZE_MAX },
	{ "all waits for the last fact",
	    "  - {rule: r, when: {recipient: a@b, size: 1}, "
	    "then: {reject: No}}\n",
	    PHASE_EOM, PHASE_EOM, "size", SIZE_MAX },
	{ "any waits for the first",
	    "  - {rule: r, when: {any: [{size: 1}, {recipient: a@b}]}, "
	    "then: {reject: No}}\n",
	    PHASE_RCPT, PHASE_RCPT, "recipient", SIZE_MAX },
	{ "not turns all into any",
	    "  - {rule: r, when: {not: {all: [{size: 1}, {recipient: a@b}]}}, "
	    "then: {reject: No}}\n",
	    PHASE_RCPT, PHASE_RCPT, "recipient", SIZE_MAX },
	{ "and any into all",
	    "  - {rule: r, when: {not: {any: [{size: 1}, {recipient: a@b}]}}, "
	    "then: {reject: No}}\n",
	    PHASE_EOM, PHASE_EOM, "size", SIZE_MAX },
	{ "none waits for all",
	    "  - {rule: r, when: {none: [{size: 1}, {recipient: a@b}]}, "
	    "then: {reject: No}}\n",
	    PHASE_EOM, PHASE_EOM, "size", SIZE_MAX },
	{ "not none waits for the first",
	    "  - {rule: r, when: {not: {none: [{size: 1}, {sender: a}]}}, "
	    "then: {reject: No}}\n",
	    PHASE_MAIL, PHASE_MAIL, "sender", SIZE_MAX },
	{ "a text is waited for",
	    "  - {rule: r, when: {helo: a}, "
	    "then: {reject: \"${header_raw.To}\"}}\n",
	    PHASE_EOH, PHASE_EOH, "header_raw.To", SIZE_MAX },
	{ "a rule may be postponed",
	    "  - {rule: r, at: data, when: {helo: a}, then: {reject: No}}\n",
	    PHASE_DATA, PHASE_DATA, "", SIZE_MAX },
	{ "its last day is known at MAIL",
	    "  - {rule: r, until: 2999-01-01, when: {client.ip: 192.0.2.1}, "
	    "then: accept}\n",
	    PHASE_MAIL, PHASE_MAIL, "", SIZE_MAX },
	{ "a rule above holds back until it is known, whatever comes",
	    "  - {rule: a, when: {any: [{helo: b}, {size: 1}]}, then: accept}\n"
	    "  - {rule: b, when: {recipient: a@b}, then: accept}\n"
	    "  - {rule: r, when: {helo: a}, then: {reject: No}}\n",
	    PHASE_MAIL, PHASE_EOM, "", 0 },
	{ "an early rule waits for none",
	    "  - {rule: a, when: {size: 1}, then: accept}\n"
	    "  - {rule: r, early: true, when: {helo: a}, "
	    "then: {reject: No}}\n",
	    PHASE_HELO, PHASE_HELO, "helo", SIZE_MAX },
	{ "a rule that is off holds nothing back",
	    "  - {rule: a, mode: off, when: {size: 1}, then: accept}\n"
	    "  - {rule: r, when: {helo: a}, then: {reject: No}}\n",
	    PHASE_MAIL, PHASE_MAIL, "", SIZE_MAX },
	{ "a shadow rule holds no enforced one back",
	    "  - {rule: a, mode: shadow, when: {size: 1}, then: accept}\n"
	    "  - {rule: r, when: {helo: a}, then: {reject: No}}\n",
	    PHASE_MAIL, PHASE_MAIL, "", SIZE_MAX },
	{ "but another shadow rule",
	    "  - {rule: a, mode: shadow, when: {size: 1}, then: accept}\n"
	    "  - {rule: r, mode: shadow, when: {helo: a}, "
	    "then: {reject: No}}\n",
	    PHASE_MAIL, PHASE_EOM, "", 0 },
	{ "an edit holds no refusal back",
	    "  - {rule: a, when: {size: 1}, then: {add_header: "
	    "{name: A, value: b}}}\n"
	    "  - {rule: r, when: {helo: a}, then: {reject: No}}\n",
	    PHASE_MAIL, PHASE_MAIL, "", SIZE_MAX },
	{ "but an ACCEPT",
	    "  - {rule: a, when: {size: 1}, then: {log: x}}\n"
	    "  - {rule: r, when: {helo: a}, then: accept}\n",
	    PHASE_MAIL, PHASE_EOM, "", 0 },
	{ "a score may be reached with its first writer",
	    "  - {rule: a, when: {size: 1}, then: {score: 5}}\n"
	    "  - {rule: b, when: {recipient: a@b}, then: {score: 5}}\n"
	    "  - {rule: r, when: {score: {ge: 5}}, then: {reject: No}}\n",
	    PHASE_RCPT, PHASE_RCPT, "score", SIZE_MAX },
	{ "and is known with the last",
	    "  - {rule: a, when: {size: 1}, then: {score: 5}}\n"
	    "  - {rule: b, when: {recipient: a@b}, then: {score: 5}}\n"
	    "  - {rule: c, when: {score: {ge: 5}}, then: {reject: No}}\n"
	    "  - {rule: r, when: {helo: a}, then: {reject: No}}\n",
	    PHASE_MAIL, PHASE_EOM, "", 2 },
	{ "a command has a phase of its own",
	    "  - {rule: a, when: {size: 1}, then: accept}\n"
	    "  - {rule: r, when: {command: XA}, then: {reject: No}}\n",
	    PHASE_UNKNOWN, PHASE_UNKNOWN, "", SIZE_MAX },
};

static void
test_phases(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rule_info info;
		struct policy *p;

		unit_case(rows[i].sentence);
		p = load(rows[i].rules);
		if (p == NULL)
			continue;
		info = policy_rule(p, policy_rule_count(p) - 1);
		check_text(phase_name(info.answers),
		    phase_name(rows[i].answers));
		check_text(phase_name(info.told), phase_name(rows[i].told));
		check_span(info.waits_for, rows[i].waits_for);
		check_size(info.held_by, rows[i].held_by);
		policy_unref(p);
	}
}

static void
test_rules(void)
{
	struct policy *p = load(
	    "  - {rule: one, mode: shadow, then: {tempfail: No}}\n"
	    "  - {rule: two, mode: off, until: 2999-01-01, "
	    "then: {score: 1}}\n");
	struct rule_info info;
	size_t i = 7;

	check_true(!policy_find_rule(p, span_of("on"), &i));
	check_size(i, 7);
	check_true(policy_find_rule(p, span_of("two"), &i));
	check_size(i, 1);
	info = policy_rule(p, 0);
	check_span(info.name, "one");
	check_text(info.place.file, "f.yaml");
	check_int(info.place.line, 3);
	check_int(info.verdict, VERDICT_TEMPFAIL);
	check_true(info.shadow && !info.off && info.until == 0);
	info = policy_rule(p, 1);
	check_int(info.verdict, VERDICT_CONTINUE);
	check_true(!info.shadow && info.off && info.until > 0);
	policy_unref(p);
}

static void
test_facts(void)
{
	struct policy *p = load("  - {rule: r, when: {helo: a, "
	    "header_raw.Subject: b, header_raw.subject: c}, "
	    "then: {reject: '${macro.j}'}}\n");

	check_size(policy_fact_count(p), 3);
	check_span(policy_fact(p, 0), "helo");
	check_span(policy_fact(p, 1), "header_raw.Subject");
	check_span(policy_fact(p, 2), "macro.j");
	check_true(policy_fact(p, 3).ptr == NULL);
	policy_unref(p);
}

static const struct unit_test tests[] = {
	{ "a rule has a phase, and what delays it", test_phases },
	{ "rules are found by their names", test_rules },
	{ "facts have the names that rules give them", test_facts },
};

UNIT_MAIN("describe", tests)
