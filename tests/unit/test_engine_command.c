/*
 * test_engine_command.c - commands that the MTA does not know.
 */
#include "config.h"

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define HARD "/^(a|b|ab|ba)*$(?<!b)/"
#define LONG "ababababababababababab"
#define FOUR(x) x x x x

static void
test_commands(void)
{
	static const struct {
		const char *sentence;
		const char *rules;
		const char *script;
		const char *want;
	} rows[] = {
		{ "the first rule from the top that holds answers",
		  "- {rule: a, when: {command: XA}, then: {tempfail: a}}\n"
		  "- {rule: b, when: {command: {starts_with: X}}, "
		  "then: {reject: 'no ${command}'}}\n",
		  "connect 192.0.2.1 m|unknown XA|unknown XB c|unknown Y",
		  "unknown tempfail 451 4.7.1 a by a|"
		  "unknown reject 550 5.7.1 no XB c by b" },
		{ "what is not known yet answers nothing",
		  "- {rule: a, when: {command: {exists: true}, "
		  "auth.user: {exists: false}}, then: {reject: a}}\n",
		  "connect 192.0.2.1 m|unknown X|mail s@x|unknown X",
		  "unknown reject 550 5.7.1 a by a" },
		{ "a message is not touched by it",
		  "- {rule: a, when: {command: X}, then: {reject: a}}\n",
		  "connect 192.0.2.1 m|mail s@x|rcpt r@x|unknown X|data|eoh|"
		  "eom",
		  "unknown reject 550 5.7.1 a by a|eom accept" },
		{ "close ends the connection",
		  "- {rule: a, when: {command: X}, then: {close: a}}\n",
		  "connect 192.0.2.1 m|unknown X|mail s@x",
		  "unknown close 421 4.7.0 a by a|mail close 421 4.7.0 a" },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		check_text(judge(rows[i].rules, rows[i].script),
		    rows[i].want);
	}
}

/* Commands that are hard to judge cost the message nothing. */
static void
test_budget(void)
{
	static const char rules[] = "settings: {limits: {regex_match: 10}}\n"
	    "rules:\n"
	    "- {rule: a, when: {command: '" HARD "'}, then: {reject: a}}\n"
	    "- {rule: m, when: {header_raw.a: b}, then: {reject: m}}\n";
	static const char script[] = "connect 192.0.2.1 m|mail s@x|rcpt r@x|"
	    FOUR(FOUR("unknown " LONG "|")) FOUR("unknown " LONG "|")
	    "data|header a b|eoh";
	const char *said = judge(rules, script);

	unit_case("each command gets the safe answer, the message its own");
	check_true(strstr(said, "unknown tempfail 451 4.3.0") == said);
	check_true(strstr(said, "failed") == NULL);
	check_true(strstr(said, "eoh reject 550 5.7.1 m by m") != NULL);
}

static const struct unit_test tests[] = {
	{ "a command is judged by itself", test_commands },
	{ "and does not spoil a message", test_budget },
};

UNIT_MAIN("engine_command", tests)
