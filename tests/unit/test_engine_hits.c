/*
 * test_engine_hits.c - which rules are counted as hit, and when.
 *
 * Every event is followed by the question, as in the daemon. The answer is the
 * names of the rules, "/" after each event that brought any.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define GREETING "connect 192.0.2.1 mx.example|helo mx.example|"

/* A regex that hits its limit, and the text that makes it. */
#define HARD "'/^(a|b|ab|ba)*$(?<!b)/'"
#define LONG "ababababababababababab"
#define HARD_TO_JUDGE(on_error) "settings: {limits: {regex_match: 10}, " \
	"on_error: " on_error "}\nrules:\n"

struct counter {
	struct court court;
	struct buffer told;
	size_t length;		/* of told, before the event */
};

static void
on_hit(void *context, size_t rule)
{
	struct counter *c = context;

	if (c->told.len > c->length)
		buffer_add_char(&c->told, ' ');
	buffer_add(&c->told, policy_rule(c->court.policy, rule).name);
}

static int
counting_sink(void *self, const struct event *event, struct verdict *verdict)
{
	struct counter *c = self;
	int result = engine_feed(c->court.engine, event, verdict);

	c->length = c->told.len;
	engine_each_hit(c->court.engine, on_hit, c);
	if (c->told.len > c->length)
		buffer_add_char(&c->told, '/');
	return result;
}

/* Which rules SCRIPT hits, under RULES. */
static const char *
hits(const char *rules, const char *script)
{
	static struct counter c;

	buffer_release(&c.told);
	buffer_init(&c.told, 1 << 16);
	if (!court_open(&c.court, rules))
		return "cannot be loaded";
	c.court.player.sink = counting_sink;
	c.court.player.self = &c;
	(void)player_say(&c.court.player, script);
	court_close(&c.court);
	return buffer_text(&c.told);
}

#define THREE \
	"- {rule: mark, when: {sender.domain: a.example}, then: {score: 1}}\n" \
	"- {rule: bad, when: {recipient: bad@example}, then: reject}\n" \
	"- {rule: late, when: {header_raw.subject: spam}, then: reject}\n" \
	"- {rule: below, when: {helo: mx.example}, then: {score: 1}}\n"

static const struct {
	const char *sentence;
	const char *rules;
	const char *script;
	const char *want;
} cases[] = {
	{ "a rule that refuses a message is hit once",
	    "- {rule: r, when: {sender: '<>'}, then: reject}\n",
	    GREETING "mail <>|mail <>|mail b@example", "r/r/" },
	{ "what nobody had to ask is not hit",
	    "- {rule: tag, when: {sender.domain: a.example}, "
	    "then: {add_header: {name: X, value: y}}}\n" THREE,
	    GREETING "mail x@a.example|rcpt b@example|data|"
	    "header Subject spam|eoh|eom", "mark late/" },
	{ "a rule below the verdict is not reached",
	    "- {rule: r, when: {sender: '<>'}, then: reject}\n"
	    "- {rule: below, when: {sender: '<>'}, then: reject}\n",
	    GREETING "mail <>", "r/" },
	{ "a rule that adds to the score is hit where that is read",
	    "- {rule: mark, when: {sender.domain: a.example}, "
	    "then: {score: 2}}\n"
	    "- {rule: sum, when: {score: {ge: 2}}, then: reject}\n",
	    GREETING "mail x@a.example|mail x@b.example|rcpt b@example|data|"
	    "eoh|eom", "mark sum/" },
	{ "rules that edit are hit with the message that they edit",
	    "- {rule: tag, when: {helo: mx.example}, "
	    "then: {add_header: {name: X, value: y}}}\n",
	    GREETING "mail a@b|rcpt b@example|data|eoh|eom", "tag/" },
	{ "a refused recipient is a hit, of one rule once a message",
	    THREE, GREETING "mail a@b|rcpt bad@example|rcpt b@example|"
	    "rcpt bad@example|data|eoh|eom|mail a@b|rcpt bad@example",
	    "bad/below/bad/" },
	{ "another recipient hits another rule",
	    "- {rule: one, when: {recipient: one@example}, then: reject}\n"
	    "- {rule: two, when: {recipient: two@example}, then: tempfail}\n",
	    GREETING "mail a@b|rcpt one@example|rcpt two@example",
	    "one/two/" },
	{ "a rule that two recipients share is hit once",
	    "- {rule: both, when: {recipient.domain: example, "
	    "header_raw.subject: x}, then: reject}\n",
	    GREETING "mail a@b|rcpt one@example|rcpt two@example|data|"
	    "header Subject x|eoh", "both/" },
	{ "a message that is never answered hits nothing",
	    "- {rule: r, when: {recipient.domain: example, "
	    "header_raw.subject: x}, then: reject}\n",
	    GREETING "mail a@b|rcpt one@example|data|header Subject x|abort",
	    "" },
	{ "a rule without a condition is hit by what reaches it",
	    "- {rule: pass, when: {sender: '<>'}, then: accept}\n"
	    "- {rule: rest, then: reject}\n",
	    GREETING "mail <>|mail a@b", "pass/rest/" },
	{ "a client that is refused early hits the rule once",
	    "- {rule: a, when: {header_raw.x: y}, then: accept}\n"
	    "- {rule: e, when: {client.ip: 192.0.2.1}, "
	    "early: true, then: reject}\n",
	    GREETING "mail a@b|rcpt c@d", "e/" },
	{ "a client that is let pass whole hits the rule",
	    "- {rule: ours, when: {client.ip: 192.0.2.1}, then: accept}\n"
	    "- {rule: rest, then: reject}\n",
	    "connect 192.0.2.1 mx.example", "ours/" },
	{ "each unknown command is a hit",
	    "- {rule: xyz, when: {command: {starts_with: XYZ}}, "
	    "then: reject}\n",
	    GREETING "unknown XYZ|mail a@b|unknown XYZ|unknown ABC|"
	    "unknown XYZ", "xyz/xyz/xyz/" },
	{ "a rule in shadow is hit where it would have acted",
	    "- {rule: tried, mode: shadow, when: {sender.domain: b}, "
	    "then: reject}\n"
	    "- {rule: real, when: {sender.domain: b}, "
	    "then: {add_header: {name: X, value: y}}}\n",
	    GREETING "mail a@b|rcpt b@example|data|eoh|eom",
	    "real tried/" },
	{ "what rules in shadow write hits no rule that is enforced",
	    "- {rule: w, mode: shadow, when: {sender.domain: b}, "
	    "then: {score: 5}}\n"
	    "- {rule: sum, when: {score: {ge: 5}}, then: reject}\n",
	    GREETING "mail a@b|rcpt b@example|data|eoh|eom", "w/" },
	{ "a rule that was asked and not reached is not hit",
	    "- {rule: bad, when: {recipient: bad@example}, then: reject}\n"
	    "- {rule: ours, when: {sender.domain: b}, then: accept}\n",
	    GREETING "mail a@b|rcpt bad@example|abort", "bad/" },
	{ "a rule that could not be judged is not hit",
	    HARD_TO_JUDGE("tempfail")
	    "- {rule: f, when: {sender: " HARD "}, then: reject}\n",
	    GREETING "mail " LONG, "" },
	{ "its failure is no answer to the message",
	    HARD_TO_JUDGE("accept")
	    "- {rule: tag, when: {helo: mx.example}, "
	    "then: {add_header: {name: X, value: y}}}\n"
	    "- {rule: f, when: {sender: " HARD "}, then: reject}\n",
	    GREETING "mail " LONG "|abort", "" },
	{ "one recipient too many is no answer for those before",
	    "settings: {limits: {recipients: 1}}\nrules:\n"
	    "- {rule: p, when: {recipient: one@example}, then: accept}\n"
	    "- {rule: late, when: {header_raw.x: y}, then: reject}\n",
	    GREETING "mail a@b|rcpt one@example|rcpt two@example|abort", "" },
	{ "a command that cannot be judged hits no rule",
	    HARD_TO_JUDGE("tempfail")
	    "- {rule: c, when: {command: " HARD "}, then: reject}\n",
	    GREETING "unknown " LONG, "" },
	{ "nor the one that was told before",
	    HARD_TO_JUDGE("accept")
	    "- {rule: c, when: {command: " HARD "}, then: reject}\n"
	    "- {rule: bad, when: {recipient: bad@example}, then: reject}\n",
	    GREETING "mail a@b|rcpt bad@example|unknown " LONG, "bad/" },
	{ "a rule that is off is never hit",
	    "- {rule: o, mode: off, when: {sender.domain: b}, "
	    "then: reject}\n",
	    GREETING "mail a@b|rcpt b@example|data|eoh|eom", "" },
	{ "a policy in shadow counts as ever",
	    "settings: {mode: shadow}\nrules:\n"
	    "- {rule: r, when: {sender: '<>'}, then: reject}\n",
	    GREETING "mail <>|rcpt b@example|data|eoh|eom", "r/" },
};

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unit_case(cases[i].sentence);
		check_text(hits(cases[i].rules, cases[i].script),
		    cases[i].want);
	}
}

static void
test_many(void)
{
	struct buffer rules;

	unit_case("one rule among many is found, wherever it stands");
	buffer_init(&rules, 1 << 20);
	for (int one = 0; one < 1000; one += 37) {
		char want[16];

		buffer_clear(&rules);
		for (int i = 0; i < 1000; i++)
			buffer_addf(&rules, "- {rule: r%d, when: {recipient: "
			    "'%s%d@example'}, then: reject}\n", i,
			    i == one ? "me" : "u", i == one ? 0 : i);
		snprintf(want, sizeof want, "r%d/", one);
		check_text(hits(buffer_text(&rules),
		    GREETING "mail a@b|rcpt me0@example"), want);
	}
	buffer_release(&rules);
}

static const struct unit_test tests[] = {
	{ "rules are hit as the manual says", test_cases },
	{ "a hit is found among many rules", test_many },
};

UNIT_MAIN("engine_hits", tests)
