/*
 * test_engine_logic.c - conditions in four values: yes, no, unknown, failed.
 *
 * At MAIL each of the four is at hand: the HELO is known, header fields are
 * not, and a regex over a long client name runs into its limit. A rule that
 * refuses and one behind it that always does tell them apart.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define LIMITS "settings: {limits: {regex_match: 50}}\nrules:\n"
#define LIMITS_ACCEPT \
	"settings: {on_error: accept, limits: {regex_match: 50}}\nrules:\n"

/* A name that makes the pattern below try more than 50 ways. */
#define LONG_NAME \
	"abababababababababababababababababababababababababababababab" \
	"abababababababababababababababababababababababababababababab"
#define FAILS "client.name: '/^(a|b|ab|ba)*$(?<!b)/'"
#define MX "connect 192.0.2.1 " LONG_NAME "|helo mx|"

#define ERROR_REPLY \
	"tempfail 451 4.3.0 The mail filter cannot judge this message now"
#define GIVEN_UP "the pattern was given up: match limit exceeded"
#define WHY GIVEN_UP "; on_error decides"

/* The four values, as conditions at MAIL. */
static const struct value {
	char letter;
	const char *condition;
} values[] = {
	{ 'N', "helo: other" },
	{ 'Y', "helo: mx" },
	{ 'U', "header_raw.subject: x" },
	{ 'F', FAILS },
};

static char
truth(const char *condition)
{
	char rules[1024];
	const char *said;

	snprintf(rules, sizeof rules, LIMITS
	    "- {rule: t, when: {%s}, then: {reject: hit}}\n"
	    "- {rule: rest, then: {tempfail: rest}}\n", condition);
	said = judge(rules, MX "mail s@x");
	if (strcmp(said, "") == 0)
		return 'U';
	if (strcmp(said, "mail reject 550 5.7.1 hit by t") == 0)
		return 'Y';
	if (strcmp(said, "mail tempfail 451 4.7.1 rest by rest") == 0)
		return 'N';
	if (strcmp(said, "mail " ERROR_REPLY " (t: " WHY ") by t") == 0)
		return 'F';
	check_text(said, "one of the four");
	return '?';
}

/* What the language says; row and column in the order of `values`. */
static const struct table_of_two {
	const char *word;
	const char *rows[4];
} combinations[] = {
	{ "all", { "NNNN", "NYUF", "NUUU", "NFUF" } },
	{ "any", { "NYUF", "YYYY", "UYUU", "FYUF" } },
	{ "none", { "YNUF", "NNNN", "UNUU", "FNUF" } },
};

static void
check_combination(const struct table_of_two *c, size_t i, size_t k)
{
	char condition[512], sentence[64], got[2] = "", want[2] = "";

	snprintf(sentence, sizeof sentence, "%s of %c and %c", c->word,
	    values[i].letter, values[k].letter);
	unit_case(sentence);
	snprintf(condition, sizeof condition, "%s: [{%s}, {%s}]", c->word,
	    values[i].condition, values[k].condition);
	got[0] = truth(condition);
	want[0] = c->rows[i][k];
	check_text(got, want);
	unit_case(NULL);
}

static void
test_combinations(void)
{
	size_t c, i, k;

	for (c = 0; c < COUNT(combinations); c++)
		for (i = 0; i < COUNT(values); i++)
			for (k = 0; k < COUNT(values); k++)
				check_combination(&combinations[c], i, k);
}

static void
test_not(void)
{
	static const char want[] = "YNUF";
	char condition[256];
	size_t i;

	for (i = 0; i < COUNT(values); i++) {
		unit_case(values[i].condition);
		check_int(truth(values[i].condition), values[i].letter);
		snprintf(condition, sizeof condition, "not: {%s}",
		    values[i].condition);
		check_int(truth(condition), want[i]);
		snprintf(condition, sizeof condition, "not: {not: {%s}}",
		    values[i].condition);
		check_int(truth(condition), values[i].letter);
	}
}

/* Several entries of a mapping are `all`; three deep, in both orders. */
static const struct nested {
	const char *condition;
	char want;
} nested[] = {
	{ "helo: mx, header_raw.a: x", 'U' },
	{ "helo: other, header_raw.a: x", 'N' },
	{ "any: [{all: [{helo: mx}, {header_raw.a: x}]}, {helo: mx}]", 'Y' },
	{ "all: [{any: [{" FAILS "}, {helo: mx}]}, {helo: mx}]", 'Y' },
	{ "all: [{none: [{" FAILS "}, {helo: mx}]}, {header_raw.a: x}]", 'N' },
	{ "not: {all: [{" FAILS "}, {header_raw.a: x}, {helo: other}]}", 'Y' },
	{ "helo: [other, mx]", 'Y' },
	{ "client.name: ['/^(a|b|ab|ba)*$(?<!b)/', " LONG_NAME "]", 'Y' },
	{ "client.name: {matches: '/^(a|b|ab|ba)*$(?<!b)/', is: other}", 'N' },
	{ "client.name: {matches: '/^(a|b|ab|ba)*$(?<!b)/', "
	    "is: " LONG_NAME "}", 'F' },
};

static void
test_nested(void)
{
	size_t i;

	for (i = 0; i < COUNT(nested); i++) {
		unit_case(nested[i].condition);
		check_int(truth(nested[i].condition), nested[i].want);
	}
}

struct row {
	const char *sentence;
	const char *rules;
	const char *script;
	const char *want;
};

#define LATER \
	"- {rule: t, when: {any: [{" FAILS "}, {header_raw.a: x}]}, " \
	"then: {reject: hit}}\n"

static const struct row failures[] = {
	{ "failed and unknown become yes when the unknown part is",
	    LIMITS LATER, MX "mail s@x|rcpt a@x|data|header A x|eoh",
	    "eoh reject 550 5.7.1 hit by t" },
	{ "and failed when it is no",
	    LIMITS LATER, MX "mail s@x|rcpt a@x|data|header A y|eoh",
	    "eoh " ERROR_REPLY " (t: " WHY ") by t" },
	{ "on_error: accept lets pass what a rule could not judge",
	    LIMITS_ACCEPT "- {rule: t, when: {" FAILS "}, then: reject}\n",
	    MX "mail s@x", "mail accept (t: " WHY ") by t" },
	{ "a failed accept rule is answered with on_error as well",
	    LIMITS "- {rule: t, when: {" FAILS "}, then: accept}\n",
	    MX "mail s@x", "mail " ERROR_REPLY " (t: " WHY ") by t" },
	{ "nothing is told of it at CONNECT",
	    LIMITS_ACCEPT "- {rule: t, when: {" FAILS "}, then: accept}\n",
	    "connect 192.0.2.1 " LONG_NAME, "" },
	{ "a failed rule that only edits is skipped and logged, once",
	    LIMITS "- {rule: t, when: {" FAILS "}, "
	    "then: {add_header: {name: X-T, value: t}}}\n"
	    "- {rule: u, then: {add_header: {name: X-U, value: u}}}\n",
	    MX "mail s@x|rcpt a@x|rcpt b@x|data|eoh|eom",
	    "eom accept (t: " GIVEN_UP "; the rule is "
	    "skipped) +X-U=u" },
	{ "a failed rule that is never reached is nothing",
	    LIMITS "- {rule: r, when: {helo: mx}, then: reject}\n"
	    "- {rule: t, when: {" FAILS "}, then: {tempfail: t}}\n",
	    MX "mail s@x",
	    "mail reject 550 5.7.1 Message refused by local policy by r" },
	{ "a failure that concerns one recipient refuses him alone",
	    LIMITS "- {rule: t, when: {recipient.params: "
	    "'/^(a|b|ab|ba)*$(?<!b)/'}, then: reject}\n",
	    MX "mail s@x|rcpt a@x|rcpt b@x " LONG_NAME "|data",
	    "rcpt b@x " ERROR_REPLY " (t: " WHY ") by t|data accept" },
	{ "the failure of one value counts only when no other satisfies",
	    LIMITS "- {rule: t, when: {sender.params: "
	    "'/^(a|b|ab|ba)*$(?<!b)/'}, then: {reject: hit}}\n",
	    MX "mail s@x " LONG_NAME " aba",
	    "mail reject 550 5.7.1 hit by t" },
};

static void
test_failures(void)
{
	size_t i;

	for (i = 0; i < COUNT(failures); i++) {
		unit_case(failures[i].sentence);
		check_text(judge(failures[i].rules, failures[i].script),
		    failures[i].want);
	}
}

static const struct unit_test tests[] = {
	{ "all, any and none combine four values", test_combinations },
	{ "not keeps what is unknown or failed", test_not },
	{ "conditions nest, and lists and operators combine the same way",
	    test_nested },
	{ "what failed is answered by on_error", test_failures },
};

UNIT_MAIN("engine logic", tests)
