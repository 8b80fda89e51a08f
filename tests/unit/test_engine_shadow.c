/*
 * test_engine_shadow.c - rules that are only tried out, and what is said of
 * them.
 */
#include "config.h"

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define TO_EOM "|rcpt b@y|data|eoh|body x|eom"

static const struct {
	const char *sentence;
	const char *rules;
	const char *script;
	const char *want;
} rows[] = {
	{ "one that connect facts decide is told of each message",
	  "- {rule: s, mode: shadow, then: {reject: x}}\n",
	  "connect 192.0.2.1 a|helo a|mail a@x" TO_EOM,
	  "mail accept would-reject by s|data accept|eoh accept|eom accept" },
	{ "one that agrees with the rules in force has nothing to say",
	  "- {rule: s, mode: shadow, when: {sender: no@x}, "
	  "then: {reject: x}}\n",
	  "connect 192.0.2.1 a|helo a|mail a@x" TO_EOM,
	  "mail accept|data accept|eoh accept|eom accept" },
	{ "one that is not known when the message is refused is undecided",
	  "- {rule: s, mode: shadow, when: {header_raw.a: b}, "
	  "then: {reject: x}}\n"
	  "- {rule: r, then: {reject: y}}\n",
	  "connect 192.0.2.1 a|mail a@x",
	  "mail reject 550 5.7.1 y undecided by s by r" },
	{ "its score is seen by the second reading alone",
	  "- {rule: s, mode: shadow, then: {score: 5}}\n"
	  "- {rule: r, when: {score: {ge: 5}}, then: {reject: y}}\n",
	  "connect 192.0.2.1 a|mail a@x" TO_EOM,
	  "mail accept would-reject by r score 0|data accept|eoh accept|"
	  "eom accept" },
	{ "what it would have edited is not edited",
	  "- {rule: s, mode: shadow, then: {add_header: {name: A, "
	  "value: b}}}\n",
	  "connect 192.0.2.1 a|mail a@x" TO_EOM, NULL },
};

static void
test_rows(void)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		if (rows[i].want != NULL)
			check_text(judge(rows[i].rules, rows[i].script),
			    rows[i].want);
		else
			check_true(strstr(judge(rows[i].rules,
			    rows[i].script), "+A") == NULL);
	}
}

static void
test_whole_policy(void)
{
	static const char rules[] = "settings: {mode: shadow}\nrules:\n"
	    "- {rule: r, when: {recipient.local: b}, then: {reject: y}}\n";

	unit_case("an MTA that goes on although nobody is left is no failure");
	check_true(strstr(judge(rules, "connect 192.0.2.1 a|mail a@x" TO_EOM),
	    "failed") == NULL);
	unit_case("nothing is told, all is logged");
	check_true(strstr(judge(rules, "connect 192.0.2.1 a|mail a@x" TO_EOM),
	    "would-reject") != NULL);
	check_true(strstr(judge(rules, "connect 192.0.2.1 a|mail a@x" TO_EOM),
	    "rcpt b@y reject") == NULL);
}

static const struct unit_test tests[] = {
	{ "what a rule in shadow would have done is told", test_rows },
	{ "a policy in shadow lets all mail pass", test_whole_policy },
};

UNIT_MAIN("engine_shadow", tests)
