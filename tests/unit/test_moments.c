/*
 * test_moments.c - mode, until, at, early, and rules about commands: when a
 * rule counts and when it answers.
 */
#include "config.h"

#include <stdlib.h>
#include <time.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

struct row {
	const char *sentence;
	const char *rules;
	const char *script;
	const char *want;
};

#define MX "connect 192.0.2.1 mx|helo bad|"

static const struct row modes[] = {
	{ "a rule in shadow is told of, and the rules below go on",
	    "- {rule: s, mode: shadow, when: {helo: bad}, then: reject}\n"
	    "- {rule: r, when: {helo: bad}, then: {tempfail: later}}\n",
	    MX "mail a@b", "mail tempfail 451 4.7.1 later would-reject by s "
	    "by r" },
	{ "a rule that is off is not there",
	    "- {rule: o, mode: off, then: reject}\n"
	    "- {rule: r, when: {helo: bad}, then: {tempfail: later}}\n",
	    MX "mail a@b", "mail tempfail 451 4.7.1 later by r" },
	{ "what a rule in shadow writes, rules in shadow alone can see",
	    "- {rule: w, mode: shadow, when: {helo: bad}, then: {score: 5}}\n"
	    "- {rule: s, mode: shadow, when: {score: 5}, then: close}\n"
	    "- {rule: r, when: {score: 0, sender: a@b}, then: reject}\n",
	    MX "mail a@b", "mail reject 550 5.7.1 Message refused by local "
	    "policy would-close by s by r score 0" },
};

/* The second before and after the end of 2026-01-01, in UTC. */
#define LAST "@1767311999"
#define AFTER "@1767312000"

static const struct row untils[] = {
	{ "a rule counts through its last day",
	    "- {rule: r, until: 2026-01-01, when: {helo: bad}, then: {reject: "
	    "no}}\n", MX "mail a@b " LAST "|abort|mail a@b " AFTER "|abort|"
	    "mail a@b", "mail reject 550 5.7.1 no by r|mail accept|"
	    "mail reject 550 5.7.1 no by r" },
	{ "then the rules below decide",
	    "- {rule: r, until: 2026-01-01, then: accept}\n"
	    "- {rule: s, then: {reject: no}}\n", MX "mail a@b " AFTER,
	    "mail reject 550 5.7.1 no by s" },
	{ "it writes nothing any more",
	    "- {rule: w, until: 2026-01-01, then: {score: 5}}\n"
	    "- {rule: r, when: {score: 5}, then: {reject: no}}\n",
	    MX "mail a@b " LAST "|abort|mail a@b " AFTER,
	    "mail reject 550 5.7.1 no by r score 5|mail accept score 0" },
};

static const struct row ats[] = {
	{ "a refusal waits for the recipient",
	    "- {rule: r, at: rcpt, when: {sender: a@b}, then: {reject: no}}\n"
	    "- {rule: s, then: {tempfail: later}}\n",
	    MX "mail a@b|rcpt c@d", "rcpt c@d reject 550 5.7.1 no by r" },
	{ "so it does for the whole message",
	    "- {rule: r, at: data, when: {helo: bad}, then: {reject: no}}\n",
	    MX "mail a@b|rcpt c@d|data", "data reject 550 5.7.1 no by r" },
	{ "a rule that does not hold holds nothing back",
	    "- {rule: r, at: eom, when: {helo: good}, then: {reject: no}}\n"
	    "- {rule: s, then: {tempfail: later}}\n",
	    MX "mail a@b", "mail tempfail 451 4.7.1 later by s" },
};

static const struct row earlies[] = {
	{ "an early rule does not wait for those above",
	    "- {rule: a, when: {auth.user: x}, then: accept}\n"
	    "- {rule: r, early: true, when: {helo: bad}, then: {reject: no}}\n",
	    MX "mail a@b", "helo reject 550 5.7.1 no by r|"
	    "mail reject 550 5.7.1 no" },
	{ "at connect, too",
	    "- {rule: a, when: {auth.user: x}, then: accept}\n"
	    "- {rule: r, early: true, when: {client.ip: 192.0.2.1}, then: "
	    "{close: bye}}\n", "connect 192.0.2.1 mx|mail a@b",
	    "connect close 421 4.7.0 bye by r|mail close 421 4.7.0 bye" },
	{ "at: helo puts it off",
	    "- {rule: r, early: true, at: helo, when: {client.ip: 192.0.2.1}, "
	    "then: {close: bye}}\n", MX, "helo close 421 4.7.0 bye by r" },
	{ "it ends with its last day, by the time of its event",
	    "- {rule: r, early: true, until: 2026-01-01, when: {client.ip: "
	    "192.0.2.1}, then: {close: bye}}\n",
	    "connect 192.0.2.1 mx " AFTER "|connect 192.0.2.1 mx " LAST,
	    "connect accept|connect close 421 4.7.0 bye by r" },
};

static const struct row commands[] = {
	{ "the first rule that holds decides",
	    "- {rule: r, when: {command: '/^GET/'}, then: {close: go}}\n"
	    "- {rule: s, when: {command: {exists: true}}, then: {tempfail: "
	    "'no ${command}'}}\n", MX "unknown XYZ|unknown GET /|mail a@b",
	    "unknown tempfail 451 4.7.1 no XYZ by s|"
	    "unknown close 421 4.7.0 go by r|mail close 421 4.7.0 go" },
	{ "one that is not yet known leaves it open",
	    "- {rule: r, when: {command: x, auth.user: y}, then: reject}\n"
	    "- {rule: s, when: {command: x}, then: {tempfail: later}}\n",
	    MX "unknown x|mail a@b|unknown x",
	    "unknown tempfail 451 4.7.1 later by s" },
	{ "messages know nothing of it",
	    "- {rule: r, when: {not: {command: x}}, then: {reject: no}}\n",
	    MX "mail a@b|rcpt c@d|data|eom|unknown y",
	    "eom accept|unknown reject 550 5.7.1 no by r" },
	{ "a rule that is off is not there",
	    "- {rule: r, mode: off, when: {command: x}, then: reject}\n",
	    MX "unknown x", "connect accept" },
};

static void
check_rows(const struct row *rows, size_t count)
{
	check_int(setenv("TZ", "UTC0", 1), 0);
	tzset();
	for (size_t i = 0; i < count; i++) {
		unit_case(rows[i].sentence);
		check_text(judge(rows[i].rules, rows[i].script),
		    rows[i].want);
	}
}

static void
test_modes(void)
{
	check_rows(modes, COUNT(modes));
}

static void
test_untils(void)
{
	check_rows(untils, COUNT(untils));
}

static void
test_ats(void)
{
	check_rows(ats, COUNT(ats));
}

static void
test_earlies(void)
{
	check_rows(earlies, COUNT(earlies));
}

static void
test_commands(void)
{
	check_rows(commands, COUNT(commands));
}

static const struct unit_test tests[] = {
	{ "a rule is enforced, tried out, or off", test_modes },
	{ "a rule ends by itself", test_untils },
	{ "a rule answers no earlier than it says", test_ats },
	{ "an early rule answers before MAIL", test_earlies },
	{ "a rule may be about commands that the MTA does not know",
	  test_commands },
};

UNIT_MAIN("moments", tests)
