/*
 * test_engine_rewrite.c - header fields that get another value.
 *
 * Actions see what those before them have made of a field; the message is told
 * only what became of it in the end.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define START "connect 192.0.2.1 mx|helo mx.example|mail s@x|rcpt a@x|" \
	"rcpt b@x|data|"
#define THREE "header X-T one|header A b|header x-t two|header X-T three|"
#define END "eoh|eom"

#define ADD(name, value) \
	"{add_header: {name: " name ", value: '" value "'}}"
#define TOP(name, value) \
	"{add_header: {name: " name ", value: '" value "', at: top}}"
#define SET(name, value) \
	"{set_header: {name: " name ", value: '" value "'}}"
#define REWRITE(name, match, with, more) \
	"{rewrite_header: {name: " name ", match: '" match "', " \
	"with: '" with "'" more "}}"
#define FIRST(match, with) REWRITE("S", match, with, "")
#define ALL(match, with) REWRITE("S", match, with, ", all: true")

struct row {
	const char *sentence;
	const char *actions;	/* of one rule that always holds */
	const char *fields;
	const char *want;
};

static const struct row set_rows[] = {
	{ "the topmost gets the value, the others go", SET("X-T", "new"),
	    THREE, " -X-T/3 -x-t/2 ~X-T/1=new" },
	{ "without one it is added below", SET("X-N", "v"), THREE, " +X-N=v" },
	{ "the value that it has already is no change", SET("A", "b"), THREE,
	    "" },
	{ "but there is one field of that name, and no more",
	    SET("X-T", "one"), THREE, " -X-T/3 -x-t/2" },
	{ "the last value counts", "[" SET("A", "1") ", " SET("A", "2") "]",
	    THREE, " ~A/1=2" },
	{ "back to what it was is no change",
	    "[" SET("A", "1") ", " SET("A", "b") "]", THREE, "" },
	{ "what was set may go", "[" SET("A", "1") ", {remove_header: A}]",
	    THREE, " -A/1" },
	{ "what went is not there to be set",
	    "[{remove_header: A}, " SET("A", "1") "]", THREE, " -A/1 +A=1" },
	{ "the topmost may be one that was added",
	    "[" TOP("X-T", "top") ", " SET("X-T", "new") "]", THREE,
	    " -X-T/3 -x-t/2 -X-T/1 ^X-T=new" },
	{ "one that was added below goes",
	    "[" ADD("A", "1") ", " SET("A", "2") "]", THREE, " ~A/1=2" },
	{ "an added one is set where it is",
	    "[" ADD("X-N", "1") ", " ADD("X-M", "2") ", " SET("X-N", "3") "]",
	    THREE, " +X-N=3 +X-M=2" },
	{ "added ones are told as one",
	    "[" ADD("X-N", "1") ", " ADD("X-N", "2") ", " SET("X-N", "3") "]",
	    THREE, " +X-N=3" },
	{ "what is not ASCII is encoded", SET("A", "f\xc3\xbcr dich"), THREE,
	    " ~A/1==?UTF-8?Q?f=C3=BCr?= dich" },
	{ "nor is one that is encoded so already",
	    SET("A", "gr\xc3\xbcn"), "header A =?UTF-8?B?Z3LDvG4=?=|", "" },
	{ "a value may be empty", SET("A", "${client.name|}"), "header A b|",
	    " ~A/1=mx" },
	{ "a value may be nothing", SET("A", "${macro.none}"), THREE,
	    " ~A/1=" },
	{ "nothing stays nothing", SET("A", "${macro.none}"), "header A |",
	    "" },
};

static const struct row rewrite_rows[] = {
	{ "what matches is replaced", FIRST("/b/", "X"), "header S abc|",
	    " ~S/1=aXc" },
	{ "once", FIRST("/b/", "X"), "header S bbb|", " ~S/1=Xbb" },
	{ "or wherever it is", ALL("/b/", "X"), "header S abcb|",
	    " ~S/1=aXcX" },
	{ "where nothing matches nothing happens", ALL("/x/", "X"),
	    "header S abc|", "" },
	{ "a replacement that is the same is no change", ALL("/b/", "b"),
	    "header S abc|", "" },
	{ "nor does it encode what was not", ALL("/b/", "b"),
	    "header S f\\c3\\bcr b|", "" },
	{ "text may be put before", FIRST("/^/", "[EXT] "), "header S hi|",
	    " ~S/1=[EXT] hi" },
	{ "before all of them as well, once", ALL("/^/", "[EXT] "),
	    "header S hi|", " ~S/1=[EXT] hi" },
	{ "and behind", ALL("/$/", "!"), "header S hi|", " ~S/1=hi!" },
	{ "before nothing, too", FIRST("/^/", "[EXT] "), "header S |",
	    " ~S/1=[EXT]" },
	{ "matches of nothing come between all characters", ALL("/x*/", "-"),
	    "header S abc|", " ~S/1=-a-b-c-" },
	{ "but not right behind another match", ALL("/b*/", "-"),
	    "header S abbc|", " ~S/1=-a-c-" },
	{ ".* replaces a text once", ALL("/.*/", "-"), "header S abc|",
	    " ~S/1=-" },
	{ "none comes inside a character", ALL("/(?=.)|$/", "-"),
	    "header S f\\c3\\bcr|", " ~S/1==?UTF-8?Q?-f-=C3=BC-r-?=" },
	{ "nor hangs on bytes that are no character", ALL("/x*/", "-"),
	    "header S a\\ff\\c3|",
	    " ~S/1==?UTF-8?B?LWEtw78tw4Mt?=" },
	{ "what was replaced is not looked at again", ALL("/a/", "aa"),
	    "header S aba|", " ~S/1=aabaa" },
	{ "a look-behind sees what was there", ALL("/(?<=a)b/", "a"),
	    "header S abb|", " ~S/1=aab" },
	{ "^ is the start of the text alone", ALL("/^a/", ""),
	    "header S aaab|", " ~S/1=aab" },
	{ "groups come by number", FIRST("/(\\w+) (\\w+)/", "${2} ${1}"),
	    "header S one two three|", " ~S/1=two one three" },
	{ "each match has its own", ALL("/(\\w)(\\w)/", "${2}${1}"),
	    "header S abcd|", " ~S/1=badc" },
	{ "groups come by name",
	    FIRST("/(?<word>\\w+)/", "<${word}>"), "header S one two|",
	    " ~S/1=<one> two" },
	{ "a group that took no part is nothing", FIRST("/(x)?b/", "[${1|n}]"),
	    "header S abc|", " ~S/1=a[n]c" },
	{ "facts may be used", FIRST("/b/", "${helo}"), "header S abc|",
	    " ~S/1=amx.examplec" },
	{ "every field of the name is rewritten",
	    REWRITE("X-T", "/t/", "T", ""), THREE, " ~X-T/3=Three ~x-t/2=Two" },
	{ "of every name that matches, whatever their letters",
	    REWRITE("'/^[AX]/'", "/[bt]/", "#", ""),
	    "header a b|header x-t two|header B b|", " ~x-t/1=#wo ~a/1=#" },
	{ "rewrites see each other",
	    "[" FIRST("/a/", "b") ", " FIRST("/bb/", "X") "]",
	    "header S abc|", " ~S/1=Xc" },
	{ "back to what it was is no change",
	    "[" FIRST("/a/", "x") ", " FIRST("/x/", "a") "]",
	    "header S abc|", "" },
	{ "what was set is read as it will be",
	    "[" SET("S", "f\xc3\xbcr dich") ", "
	    FIRST("/f\xc3\xbcr d/", "an m") "]",
	    "header S abc|", " ~S/1=an mich" },
	{ "back to what it was is no change, encoded or not",
	    "[" FIRST("/a/", "x") ", " FIRST("/x/", "a") "]",
	    "header S f\\c3\\bcr a|", "" },
	{ "an added field is rewritten as well",
	    "[" ADD("S", "abc") ", " FIRST("/b/", "X") "]", "", " +S=aXc" },
	{ "one that went is not",
	    "[{remove_header: S}, " FIRST("/b/", "X") "]", "header S abc|",
	    " -S/1" },
	{ "one that was rewritten may go",
	    "[" FIRST("/b/", "X") ", {remove_header: {name: S, "
	    "match: '/X/'}}]", "header S abc|", " -S/1" },
	{ "a folded field is read unfolded",
	    FIRST("/one two/", "X"), "header S one\\0d\\0a two three|",
	    " ~S/1=X three" },
	{ "what was encoded stays so", FIRST("/^/", "[EXT] "),
	    "header S =?UTF-8?Q?f=C3=BCr?= dich|",
	    " ~S/1=[EXT] =?UTF-8?Q?f=C3=BCr?= dich" },
	{ "and what was not", FIRST("/^/", "[EXT] "),
	    "header S f\\c3\\bcr dich|",
	    " ~S/1=[EXT] f\\c3\\bcr dich" },
	{ "but what is in its place is encoded", FIRST("/r/", "hr"),
	    "header S f\\c3\\bcr dich|",
	    " ~S/1==?UTF-8?B?ZsO8aHI=?= dich" },
	{ "but not in one that stays", FIRST("/x/", "y"),
	    "header S f\\c3\\bcr dich|", "" },
	{ "or_add adds one when there is none",
	    REWRITE("X-N", "/^/", "new ", ", or_add: true"), THREE,
	    " +X-N=new" },
	{ "not when there is one that does not match",
	    REWRITE("A", "/x/", "new", ", or_add: true"), THREE, "" },
	{ "one that went is none",
	    "[{remove_header: A}, "
	    REWRITE("A", "/^/", "new", ", or_add: true") "]", THREE,
	    " -A/1 +A=new" },
	{ "one that was added is one",
	    "[" ADD("X-N", "1") ", "
	    REWRITE("X-N", "/^/", "0", ", or_add: true") "]", THREE,
	    " +X-N=01" },
};

static void
run(const struct row *rows, size_t count)
{
	char rules[1024], script[1024], want[256];
	size_t i;

	for (i = 0; i < count; i++) {
		unit_case(rows[i].sentence);
		snprintf(rules, sizeof rules, "- {rule: r, then: %s}\n",
		    rows[i].actions);
		snprintf(script, sizeof script, START "%s" END,
		    rows[i].fields);
		snprintf(want, sizeof want, "eom accept%s", rows[i].want);
		check_text(judge(rules, script), want);
	}
}

static void
test_set(void)
{
	run(set_rows, COUNT(set_rows));
}

static void
test_rewrite(void)
{
	run(rewrite_rows, COUNT(rewrite_rows));
}

static const struct rules_row {
	const char *sentence;
	const char *rules;
	const char *script;
	const char *want;
} several[] = {
	{ "rules see the field as it came, edits as it is",
	    "- {rule: a, then: " FIRST("/b/", "X") "}\n"
	    "- {rule: b, when: {header_raw.s: abc}, then: "
	    FIRST("/X/", "Y") "}\n"
	    "- {rule: c, when: {header_raw.s: aXc}, then: "
	    FIRST("/Y/", "Z") "}\n",
	    START "header S abc|" END, "eom accept ~S/1=aYc" },
	{ "what the condition captured comes by name",
	    "- {rule: a, when: {helo: '/^(?<host>\\w+)/'}, then: "
	    FIRST("/(b)/", "${host}-${1}") "}\n",
	    START "header S abc|" END, "eom accept ~S/1=amx-bc" },
	{ "${recipient} is the first that the rule holds for",
	    "- {rule: a, when: {recipient: b@x}, then: "
	    FIRST("/b/", "${recipient}") "}\n",
	    START "header S abc|" END, "eom accept ~S/1=ab@xc" },
	{ "no line end comes in with a fact",
	    "- {rule: a, then: " FIRST("/b/", "${macro.x}") "}\n",
	    START "header S abc|eoh|eom {x}=1\\0d\\0aBcc:2",
	    "eom accept ~S/1=a1Bcc:2c" },
	{ "an action whose regex fails is left out whole, and logged",
	    "settings: {limits: {regex_match: 1}}\nrules:\n"
	    "- {rule: r, then: [" ALL("/b/", "X") ", "
	    REWRITE("S", "/^(a|b|ab|ba)*$(?<!b)/", "Y", "") "]}\n",
	    START "header S b|header S abababababababababababababababababab|"
	    "header S c|" END,
	    "eom accept (r: the pattern was given up: match limit exceeded) "
	    "~S/2=aXaXaXaXaXaXaXaXaXaXaXaXaXaXaXaXaXaX ~S/1=X" },
	{ "so is one for names",
	    "settings: {limits: {regex_match: 1}}\nrules:\n"
	    "- {rule: r, then: {remove_header: "
	    "'/^(a|b|ab|ba)*$(?<!b)/'}}\n",
	    START "header c b|header abababababababababababababababababab b|"
	    END,
	    "eom accept (r: the pattern was given up: match limit exceeded)" },
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

/* "header S " and COUNT times C, in a dialogue. */
static const char *
with_field(size_t count, char c)
{
	static char script[65536];
	size_t len = (size_t)snprintf(script, sizeof script,
	    START "header S ");

	memset(script + len, c, count);
	snprintf(script + len + count, sizeof script - len - count,
	    "|" END);
	return script;
}

static bool
says(const char *rules, const char *script, const char *part)
{
	const char *said = judge(rules, script);

	return strstr(said, part) != NULL && strstr(said, "BROKEN") == NULL;
}

#define STAYS "eom accept (r: what it rewrites would become too long, or has " \
	"too many matches, and stays as it is)"

static void
test_bounds(void)
{
	static const char prefix[] = "- {rule: r, then: " FIRST("/^/", "12")
	    "}\n";
	static const char each[] = "- {rule: r, then: " ALL("/a/", "b") "}\n";
	static const char twice[] = "- {rule: r, then: " ALL("/a(?=a{9})/",
	    "${helo}${helo}${helo}${helo}") "}\n";

	unit_case("a long field is changed as any");
	check_true(says(prefix, with_field(20000, 'a'), "eom accept ~S/1="));
	unit_case("not beyond what a milter can say: it stays, and that is "
	    "logged");
	check_text(judge(prefix, with_field(60000, 'a')), "eom accept (r: the "
	    "new value of a header field would become too long, and it stays "
	    "as it is)");
	unit_case("one that is longer already and does not match says nothing");
	check_text(judge("- {rule: r, then: " FIRST("/x/", "y") "}\n",
	    with_field(20000, 'a')), "eom accept");
	unit_case("as many matches as may be");
	check_true(says(each, with_field(256, 'a'), "~S/1=bbbb"));
	unit_case("one more is too many");
	check_text(judge(each, with_field(257, 'a')), STAYS);
	unit_case("of a value that is cut, actions see what is left");
	check_true(says("- {rule: r, then: [" SET("A",
	    "${header_raw.s}${header_raw.s}") ", " REWRITE("A", "/a$/", "b",
	    "") "]}\n", with_field(5000, 'a'), "ab?="));
	unit_case("what grows is bounded before it is written");
	check_text(judge(twice, with_field(250, 'a')), STAYS);
}

/* A message may not make every rule's regex run into its limit. */
static void
test_spent(void)
{
	static const char action[] = REWRITE("S", "/^(a|b|ab|ba)*$(?<!b)/",
	    "Y", "");
	static char rules[4096];
	size_t len, i;

	len = (size_t)snprintf(rules, sizeof rules, "settings: {limits: "
	    "{regex_match: 1}}\nrules:\n- {rule: r, then: [%s", action);
	for (i = 0; i < 16; i++)
		len += (size_t)snprintf(rules + len, sizeof rules - len,
		    ", %s", action);
	snprintf(rules + len, sizeof rules - len, "]}\n");
	check_true(says(rules, START "header S abababababababababababababab|"
	    END, "eom failed tempfail 451 4.3.0"));
}

/* Edits have the memory of a message, and no more. */
static void
test_memory(void)
{
	static const char *const actions[] = { ADD("X-N", "${header_raw.s}"),
		SET("A", "${header_raw.s}"), FIRST("/a/", "b"),
		"{add_recipient: 'c@${header_raw.s}'}" };
	static char rules[16384];
	size_t len, i, k;

	for (k = 0; k < COUNT(actions); k++) {
		unit_case(actions[k]);
		len = (size_t)snprintf(rules, sizeof rules, "settings: "
		    "{limits: {recipients: 2, header_bytes: 9000}}\nrules:\n"
		    "- {rule: r, then: [%s", actions[k]);
		for (i = 0; i < 200; i++)
			len += (size_t)snprintf(rules + len,
			    sizeof rules - len, ", %s, {remove_header: A}",
			    actions[k]);
		snprintf(rules + len, sizeof rules - len, "]}\n");
		check_true(says(rules, with_field(8000, 'a'),
		    "eom failed tempfail 451 4.3.0"));
	}
}

static const struct unit_test tests[] = {
	{ "a field is set", test_set },
	{ "a field is rewritten", test_rewrite },
	{ "rewriting follows from the rules that are reached", test_rules },
	{ "a rewrite is bounded, and never cut", test_bounds },
	{ "a message cannot make every rewrite run into a limit", test_spent },
	{ "edits that need too much memory are none", test_memory },
};

UNIT_MAIN("engine rewrite", tests)
