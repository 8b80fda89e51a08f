/*
 * test_engine_text.c - ${…}: what it stands for, and that nothing breaks out.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define MX "connect 192.0.2.1 mx.example.org|helo mx|"
#define TO_A MX "mail s@x|rcpt a@x|data|"

struct row {
	const char *sentence;
	const char *rule;	/* without its name */
	const char *script;
	const char *want;	/* the text of a refusal or a field */
};

/* What RULE's reply or field is, alone. */
static const char *
text_of(const struct row *r)
{
	static char rules[4096];
	const char *said, *start;

	snprintf(rules, sizeof rules, "- {rule: r, %s}\n", r->rule);
	said = judge(rules, r->script);
	start = strstr(said, " 5.7.1 ");
	if (start != NULL)
		return start + strlen(" 5.7.1 ");
	start = strstr(said, "X-T=");
	return start != NULL ? start + strlen("X-T=") : said;
}

static void
check_rows(const struct row *rows, size_t count)
{
	char want[16384];
	const char *got;
	size_t i;

	for (i = 0; i < count; i++) {
		unit_case(rows[i].sentence);
		got = text_of(&rows[i]);
		snprintf(want, sizeof want, "%s%s", rows[i].want,
		    strstr(got, " by r") != NULL ? " by r" : "");
		check_text(got, want);
	}
}

#define FIELD(value) "then: {add_header: {name: X-T, value: " value "}}"

static const struct row captures[] = {
	{ "groups of the regex that holds",
	    "when: {helo: '/^(m)(x)$/'}, then: {reject: '${2}${1} ${0}'}",
	    MX "mail s@x", "xm mx" },
	{ "a group that took no part is empty, or its default",
	    "when: {helo: '/^mx(y)?$/'}, then: {reject: '[${1}][${1|none}]'}",
	    MX "mail s@x", "[][none]" },
	{ "a named group",
	    "when: {helo: '/^(?<first>m)/'}, then: {reject: '${first}'}",
	    MX "mail s@x", "m" },
	{ "the first regex of an `all`",
	    "when: {client.name: '/^(..)/', helo: '/^(.)/'}, "
	    "then: {reject: '${1}'}", MX "mail s@x", "mx" },
	{ "a literal before it does not count",
	    "when: {client.name: mx.example.org, helo: '/(.)$/'}, "
	    "then: {reject: '${1}'}", MX "mail s@x", "x" },
	{ "the first branch of `any` that holds",
	    "when: {any: [{helo: '/^(y)/'}, {helo: '/^(m)/'}, "
	    "{helo: '/(x)$/'}]}, then: {reject: '${1}'}", MX "mail s@x", "m" },
	{ "the first entry of a list, before the first value",
	    "when: {sender.params: ['/^B=(.*)/', '/^A=(.*)/']}, "
	    "then: {reject: '${1}'}", MX "mail s@x A=1 B=2", "2" },
	{ "the first value for one entry",
	    "when: {sender.params: '/^[AB]=(.*)/'}, then: {reject: '${1}'}",
	    MX "mail s@x C=0 B=2 A=1", "2" },
	{ "the value that satisfies all operators",
	    "when: {sender.params: {matches: '/=(.*)/', in: [B=2, C=3]}}, "
	    "then: {reject: '${1}'}", MX "mail s@x A=1 C=3 B=2", "3" },
	{ "nothing under not or none, the branch beside them counts",
	    "when: {not: {helo: '/^(y)/'}, none: [{helo: '/(z)/'}], "
	    "client.name: '/(.)x/'}, then: {reject: '${1}'}",
	    MX "mail s@x", "m" },
	{ "nor what matched below a not that holds for another reason",
	    "when: {not: {all: [{helo: '/^(m)/'}, {client.name: other}]}, "
	    "client.name: '/^(..)/'}, then: {reject: '${1}'}",
	    MX "mail s@x", "mx" },
	{ "a later branch is not taken before the earlier one is known",
	    "when: {any: [{header_raw.a: '/(.*)/'}, {helo: '/(.*)/'}]}, "
	    "then: {reject: '${1}'}", TO_A "header A late|eoh", "late" },
	{ "but is when the earlier one does not hold",
	    "when: {any: [{header_raw.a: '/(.*)/'}, {helo: '/(.*)/'}]}, "
	    "then: {reject: '${1}'}", TO_A "header B late|eoh", "mx" },
	{ "a group of a branch that did not hold is empty",
	    "when: {any: [{helo: '/(?<a>y)/'}, {helo: '/m(?<b>x)/'}]}, "
	    "then: {reject: '${a|-}${b}'}", MX "mail s@x", "-x" },
	{ "a field that was added has them too",
	    "when: {header_raw.subject: '/^Re: (.*)/'}, " FIELD("'${1}'"),
	    TO_A "header Subject Re: hello|eoh|eom", "hello" },
};

static void
test_captures(void)
{
	check_rows(captures, COUNT(captures));
}

/* Without captures nobody asks which branch it was. */
static void
test_no_wait(void)
{
	static const char rules[] = "- {rule: r, when: {any: "
	    "[{header_raw.a: '/(.*)/'}, {helo: '/(.*)/'}]}, "
	    "then: {reject: no}}\n";

	check_text(judge(rules, MX "mail s@x"),
	    "mail reject 550 5.7.1 no by r");
}

static const struct row elements[] = {
	{ "a fact that was not tested is its first value",
	    "when: {helo: mx}, then: {reject: '${sender.params}'}",
	    MX "mail s@x A=1 B=2", "A=1" },
	{ "a fact that was tested is the value that satisfied",
	    "when: {sender.params: '/^B/'}, "
	    "then: {reject: '${sender.params}'}", MX "mail s@x A=1 B=2",
	    "B=2" },
	{ "also through a table",
	    "when: {header_raw.list: {in: [two, three]}}, "
	    "then: {reject: '${header_raw.LIST}'}",
	    TO_A "header List one|header list three|header List two|eoh",
	    "three" },
	{ "another fact of the same family goes with it",
	    "when: {recipients.domain: y}, then: {reject: '${recipients}'}",
	    MX "mail s@x|rcpt a@x|rcpt b@y|rcpt c@z|data", "b@y" },
	{ "a field of another name does not",
	    "when: {header_raw.a: two}, then: {reject: '${header_raw.b}'}",
	    TO_A "header A one|header A two|header B 1|header B 2|eoh", "1" },
	{ "nor one that was tested under not",
	    "when: {not: {sender.params: '/^C/'}}, "
	    "then: {reject: '${sender.params}'}", MX "mail s@x A=1 B=2",
	    "A=1" },
	{ "exists: true takes the first",
	    "when: {sender.params: {exists: true}}, "
	    "then: {reject: '${sender.params}'}", MX "mail s@x A=1 B=2",
	    "A=1" },
	{ "a fact without values is empty, or its default",
	    "then: {reject: '[${auth.user}][${auth.user|nobody}]'}",
	    MX "mail s@x", "[][nobody]" },
	{ "a later branch waits here too",
	    "when: {any: [{header_raw.a: two}, {helo: mx}]}, "
	    "then: {reject: '${header_raw.a}'}",
	    TO_A "header A one|header A two|eoh", "two" },
};

static void
test_elements(void)
{
	check_rows(elements, COUNT(elements));
}

static const struct row safety[] = {
	{ "CR, LF and NUL never reach a reply",
	    "then: {reject: '<${helo}>'}",
	    "connect 192.0.2.1 mx|helo a\\0d\\0ab\\0dc\\0ad\\00e|mail s@x",
	    "<abcde>" },
	{ "every other character that is not printable ASCII is a question mark",
	    "then: {reject: '<${helo}>'}",
	    "connect 192.0.2.1 mx|helo \\c3\\a4\\01\\7fz\\09y|mail s@x",
	    "<???z?y>" },
	{ "a percent sign stays one; who speaks milter doubles it",
	    "then: {reject: '100% ${helo}'}",
	    "connect 192.0.2.1 mx|helo %s%n%1$|mail s@x", "100% %s%n%1$" },
	{ "what looks like a variable is not read again",
	    "then: {reject: '${helo}'}",
	    "connect 192.0.2.1 mx|helo ${sender}|mail s@x", "${sender}" },
	{ "CR, LF and NUL never reach a field",
	    FIELD("'<${sender}>'"),
	    MX "mail a\\0d\\0aX-Evil:\\0a\\00b@x|rcpt a@x|data|eoh|eom",
	    "<aX-Evil:b@x>" },
	{ "text that is not ASCII becomes an encoded word",
	    FIELD("'${sender}'"),
	    MX "mail j\\c3\\b6@x|rcpt a@x|data|eoh|eom",
	    "=?UTF-8?B?asO2QHg=?=" },
	{ "and what is no UTF-8 says so",
	    FIELD("'${sender}'"),
	    MX "mail j\\ff|rcpt a@x|data|eoh|eom",
	    "=?UTF-8?B?au+/vQ==?=" },
	{ "a folded subject is unfolded before it is used",
	    "when: {header_raw.subject: '/^(.*)$/'}, then: {reject: '${1}'}",
	    TO_A "header Subject a\\0d\\0a b\\0a\\09c|eoh", "a b?c" },
};

static void
test_safety(void)
{
	check_rows(safety, COUNT(safety));
}

/* COUNT times the letter C, in static memory. */
static const char *
many(size_t count, char c)
{
	static char text[70000];

	memset(text, c, count);
	text[count] = '\0';
	return text;
}

static void
test_long(void)
{
	static char script[80000];
	const char *said;

	unit_case("a long reply is cut at its bound, and that is logged");
	snprintf(script, sizeof script, MX "mail %s", many(60000, 'a'));
	said = judge("- {rule: r, then: {reject: '${sender}'}}\n", script);
	check_true(strstr(said, many(900, 'a')) != NULL);
	check_true(strstr(said, many(901, 'a')) == NULL);
	check_true(strstr(said, "(r: its reply was too long and was cut)") !=
	    NULL);

	unit_case("a percent sign counts twice");
	snprintf(script, sizeof script, MX "mail %s", many(60000, '%'));
	said = judge("- {rule: r, then: {reject: '${sender}'}}\n", script);
	check_true(strstr(said, many(450, '%')) != NULL);
	check_true(strstr(said, many(451, '%')) == NULL);

	unit_case("a long field is folded, cut at its bound, and logged");
	snprintf(script, sizeof script, MX "mail %s|rcpt a@x|data|eoh|eom",
	    many(60000, 'a'));
	said = judge("- {rule: r, then: {add_header: {name: X-T, "
	    "value: '${sender}'}}}\n", script);
	check_true(strstr(said, "BROKEN") == NULL);
	check_true(strstr(said, "(r: what it writes was too "
	    "long and was cut)") != NULL);
	unit_case("nine thousand bytes are not cut in silence either");
	snprintf(script, sizeof script, MX "mail %s|rcpt a@x|data|eoh|eom",
	    many(9000, 'a'));
	said = judge("- {rule: r, then: {add_header: {name: X-T, "
	    "value: '${sender}'}}}\n", script);
	check_true(strstr(said, "too long and was cut)") != NULL);
}

static const struct unit_test tests[] = {
	{ "captures are those of the branch that holds", test_captures },
	{ "a rule without captures waits for no branch", test_no_wait },
	{ "a fact in `then` is the element that satisfied", test_elements },
	{ "nothing from outside breaks out", test_safety },
	{ "what is too long is cut, never in silence", test_long },
};

UNIT_MAIN("engine text", tests)
