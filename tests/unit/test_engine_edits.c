/*
 * test_engine_edits.c - what becomes of header fields.
 *
 * Removals come first, by name in descending index, then additions in order.
 * Rules see the message as it came; edits see those before them.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define TO_AB "connect 192.0.2.1 mx|helo mx|mail s@x|rcpt a@x|rcpt b@x|data|"
#define THREE "header X-T one|header A b|header x-t two|header X-T three|"
#define END "eoh|eom"

#define ADD(name, value) \
	"{add_header: {name: " name ", value: '" value "'}}"
#define TOP(name, value) \
	"{add_header: {name: " name ", value: '" value "', at: top}}"

struct row {
	const char *sentence;
	const char *actions;	/* of one rule that always holds */
	const char *fields;
	const char *want;
};

static const struct row rows[] = {
	{ "a field is added below", ADD("X-N", "v"), THREE,
	    " +X-N=v" },
	{ "or on top", TOP("X-N", "v"), THREE, " ^X-N=v" },
	{ "additions keep their order",
	    "[" ADD("X-N", "1") ", " TOP("X-M", "2") ", " ADD("X-N", "3") "]",
	    "", " +X-N=1 ^X-M=2 +X-N=3" },
	{ "all fields of a name go, whatever their letters, the last first",
	    "{remove_header: x-T}", THREE, " -X-T/3 -x-t/2 -X-T/1" },
	{ "the first", "{remove_header: {name: X-T, nth: 1}}", THREE,
	    " -X-T/1" },
	{ "the last", "{remove_header: {name: X-T, nth: -1}}", THREE,
	    " -X-T/3" },
	{ "the last but one", "{remove_header: {name: X-T, nth: -2}}", THREE,
	    " -x-t/2" },
	{ "one that is not there", "{remove_header: {name: X-T, nth: 4}}",
	    THREE, "" },
	{ "nor from the end", "{remove_header: {name: X-T, nth: -4}}", THREE,
	    "" },
	{ "none at all", "{remove_header: X-T}", "header A b|", "" },
	{ "those that match", "{remove_header: {name: X-T, match: '/^t/'}}",
	    THREE, " -X-T/3 -x-t/2" },
	{ "the first of those that match",
	    "{remove_header: {name: X-T, match: '/^t/', nth: 1}}", THREE,
	    " -x-t/2" },
	{ "the first twice is the first and the second",
	    "[{remove_header: {name: X-T, nth: 1}}, "
	    "{remove_header: {name: X-T, nth: 1}}]", THREE,
	    " -x-t/2 -X-T/1" },
	{ "the same field goes once",
	    "[{remove_header: {name: X-T, match: '/one/'}}, "
	    "{remove_header: X-T}]", THREE, " -X-T/3 -x-t/2 -X-T/1" },
	{ "forged fields go and ours stays",
	    "[{remove_header: X-T}, " ADD("X-T", "ours") "]", THREE,
	    " -X-T/3 -x-t/2 -X-T/1 +X-T=ours" },
	{ "in the other order ours goes as well",
	    "[" ADD("X-T", "ours") ", {remove_header: X-T}]", THREE,
	    " -X-T/3 -x-t/2 -X-T/1" },
	{ "the last is the one that was added below",
	    "[" ADD("X-T", "ours") ", {remove_header: {name: X-T, nth: -1}}]",
	    THREE, "" },
	{ "the first is the one that was put on top last",
	    "[" TOP("X-T", "low") ", " TOP("X-T", "high") ", "
	    "{remove_header: {name: X-T, nth: 1}}]", THREE, " ^X-T=low" },
	{ "the second is then the other one",
	    "[" TOP("X-T", "low") ", " TOP("X-T", "high") ", "
	    "{remove_header: {name: X-T, nth: 2}}]", THREE, " ^X-T=high" },
	{ "an added field is matched like any other",
	    "[" ADD("X-T", "mine") ", "
	    "{remove_header: {name: X-T, match: '/^mine$/'}}]", THREE, "" },
	{ "two names do not disturb each other",
	    "[{remove_header: X-T}, {remove_header: A}]", THREE,
	    " -X-T/3 -x-t/2 -A/1 -X-T/1" },
	{ "a folded field is matched unfolded",
	    "{remove_header: {name: X-T, match: '/^a b$/'}}",
	    "header X-T a\\0d\\0a b|", " -X-T/1" },
	{ "a field without a value is one",
	    "{remove_header: {name: X-T, nth: 1}}", "header X-T |", " -X-T/1" },
	{ "a regex for names, whatever their letters",
	    "{remove_header: '/^X-/'}", "header x-t b|" THREE,
	    " -X-T/4 -x-t/3 -X-T/2 -x-t/1" },
	{ "the second of several names is counted over all",
	    "{remove_header: {name: '/^(a|x-t)$/', nth: 2}}", THREE, " -A/1" },
	{ "the last one of several names, of those that match",
	    "{remove_header: {name: '/./', match: '/^(b|one)$/', nth: -1}}",
	    THREE, " -A/1" },
	{ "what was added is among them",
	    "[" TOP("X-N", "new") ", {remove_header: {name: '/^x/', nth: 1}}]",
	    THREE, "" },
	{ "a value with ${…}", ADD("X-N", "to ${recipient} from ${sender}"),
	    "", " +X-N=to a@x from s@x" },
};

static void
test_actions(void)
{
	char rules[1024], script[1024], want[256];
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		unit_case(rows[i].sentence);
		snprintf(rules, sizeof rules, "- {rule: r, then: %s}\n",
		    rows[i].actions);
		snprintf(script, sizeof script, TO_AB "%s" END,
		    rows[i].fields);
		snprintf(want, sizeof want, "eom accept%s", rows[i].want);
		check_text(judge(rules, script), want);
	}
}

#define WORDS_16 \
	"word word word word word word word word word word word word word " \
	"word word word"

/* What is written folded is read unfolded, as any other field is. */
static void
test_added_fold(void)
{
	static const char rules[] =
	    "- {rule: r, then: [" ADD("X-T", WORDS_16 " end") ", "
	    "{remove_header: {name: X-T, match: '/^word .* word end$/'}}]}\n";

	check_text(judge(rules, TO_AB END), "eom accept");
}

static const struct rules_row {
	const char *sentence;
	const char *rules;
	const char *script;
	const char *want;
} several[] = {
	{ "edits of several rules are done in file order",
	    "- {rule: a, when: {header_raw.a: b}, then: " ADD("X-1", "a") "}\n"
	    "- {rule: b, when: {helo: mx}, then: " ADD("X-1", "b") "}\n",
	    TO_AB "header A b|" END, "eom accept +X-1=a +X-1=b" },
	{ "a condition sees the message as it came",
	    "- {rule: a, then: {remove_header: A}}\n"
	    "- {rule: b, when: {header_raw.a: b}, then: " ADD("X-1", "b") "}\n"
	    "- {rule: c, when: {header_raw.x-1: b}, then: "
	    ADD("X-2", "c") "}\n",
	    TO_AB "header A b|" END, "eom accept -A/1 +X-1=b" },
	{ "edits are dropped when the message is refused",
	    "- {rule: a, then: " ADD("X-1", "a") "}\n"
	    "- {rule: b, when: {header_raw.a: b}, then: {reject: no}}\n",
	    TO_AB "header A b|" END,
	    "eoh reject 550 5.7.1 no by b|eom reject 550 5.7.1 no" },
	{ "also when that shows at the very end",
	    "- {rule: a, then: " ADD("X-1", "a") "}\n"
	    "- {rule: b, when: {macro.late: x}, then: {reject: no}}\n",
	    TO_AB "header A b|eoh|eom {late}=x",
	    "eom reject 550 5.7.1 no by b" },
	{ "a rule below an accept is not reached",
	    "- {rule: a, then: " ADD("X-1", "a") "}\n"
	    "- {rule: b, then: accept}\n"
	    "- {rule: c, then: " ADD("X-1", "c") "}\n",
	    TO_AB END, "eom accept by b +X-1=a" },
	{ "unless another recipient reaches it",
	    "- {rule: b, when: {recipient: a@x}, then: accept}\n"
	    "- {rule: c, then: " ADD("X-1", "for ${recipient}") "}\n",
	    TO_AB END, "eom accept by b +X-1=for b@x" },
	{ "an edit is done once, for the first recipient it holds for",
	    "- {rule: c, then: " ADD("X-1", "for ${recipient}") "}\n",
	    TO_AB END, "eom accept +X-1=for a@x" },
	{ "a refused recipient does not count",
	    "- {rule: n, when: {recipient: a@x}, then: {reject: no}}\n"
	    "- {rule: c, then: " ADD("X-1", "for ${recipient}") "}\n",
	    TO_AB END, "rcpt a@x reject 550 5.7.1 no by n|"
	    "eom accept +X-1=for b@x" },
	{ "nor one for whom the rule does not hold",
	    "- {rule: c, when: {recipient: b@x}, then: "
	    ADD("X-1", "for ${recipient}") "}\n",
	    TO_AB END, "eom accept +X-1=for b@x" },
	{ "edits of the last message are forgotten",
	    "- {rule: c, when: {header_raw.a: b}, then: "
	    "[{remove_header: A}, " ADD("X-1", "c") "]}\n",
	    TO_AB "header A b|" END "|mail s@x|rcpt a@x|data|header A c|" END,
	    "eom accept -A/1 +X-1=c|eoh accept|eom accept" },
	{ "a removal whose regex fails leaves the field, and is logged",
	    "settings: {limits: {regex_match: 1}}\nrules:\n"
	    "- {rule: c, then: [{remove_header: {name: A, "
	    "match: '/^(a|b|ab|ba)*$(?<!b)/'}}, " ADD("X-1", "c") "]}\n",
	    TO_AB "header A abababababababababababababababab|" END,
	    "eom accept (c: the pattern was given up: match "
	    "limit exceeded) +X-1=c" },
};

static void
test_rules(void)
{
	size_t i;

	for (i = 0; i < COUNT(several); i++) {
		unit_case(several[i].sentence);
		check_text(judge(several[i].rules, several[i].script),
		    several[i].want);
	}
}

static const struct unit_test tests[] = {
	{ "actions become as few operations as can be", test_actions },
	{ "a field that was added is matched as it would be read",
	    test_added_fold },
	{ "edits follow from the rules that are reached", test_rules },
};

UNIT_MAIN("engine edits", tests)
