/*
 * test_tally.c - what a decision counts as.
 *
 * A row is a dialogue under a policy and the numbers that it changes, as
 * "name+N" in the order of the table.
 */
#include "config.h"

#include "milter/daemon/tally.h"
#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define TEN "xxxxxxxxxx"
#define X100 TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define GREETING "connect 192.0.2.1 mx.example|helo mx.example|"
#define MESSAGE "mail a@b|rcpt c@example|data|header Subject x|eoh|eom"

static int
counting_sink(void *self, const struct event *event, struct verdict *verdict)
{
	int result = engine_feed(self, event, verdict);

	for (size_t i = 0; i < verdict->decision_count; i++)
		tally_decision(&verdict->decisions[i]);
	return result;
}

/* What SCRIPT counts under RULES. */
static const char *
counts(const char *rules, const char *script)
{
	static struct buffer out;
	uint64_t before[TALLY_COUNT];
	struct court c;

	buffer_release(&out);
	buffer_init(&out, 4096);
	if (!court_open(&c, rules))
		return "cannot be loaded";
	for (int t = 0; t < TALLY_COUNT; t++)
		before[t] = tally_get((enum tally)t);
	c.player.sink = counting_sink;
	(void)player_say(&c.player, script);
	court_close(&c);
	for (int t = 0; t < TALLY_COUNT; t++) {
		uint64_t more = tally_get((enum tally)t) - before[t];

		if (more > 0)
			buffer_addf(&out, "%s%s+%llu", out.len > 0 ? " " : "",
			    tally_name((enum tally)t),
			    (unsigned long long)more);
	}
	return buffer_text(&out);
}

static const struct {
	const char *sentence;
	const char *rules;
	const char *script;
	const char *want;
} cases[] = {
	{ "a message is accepted",
	    "- {rule: r, when: {sender: '<>'}, then: reject}\n",
	    GREETING MESSAGE, "messages+1 accepted+1" },
	{ "an edited one is accepted as well",
	    "- {rule: r, when: {sender: a@b}, "
	    "then: {add_header: {name: X, value: y}}}\n",
	    GREETING MESSAGE, "messages+1 accepted+1 edited+1" },
	{ "and one that is held",
	    "- {rule: r, when: {sender: a@b}, then: {quarantine: why}}\n",
	    GREETING MESSAGE,
	    "messages+1 accepted+1 edited+1 quarantined+1" },
	{ "a message is rejected at MAIL",
	    "- {rule: r, when: {sender: a@b}, then: reject}\n",
	    GREETING "mail a@b|mail a@b", "messages+2 rejected+2" },
	{ "a message is refused for now",
	    "- {rule: r, when: {header_raw.subject: x}, then: tempfail}\n",
	    GREETING MESSAGE, "messages+1 tempfailed+1" },
	{ "a message is discarded",
	    "- {rule: r, when: {header_raw.subject: x}, then: discard}\n",
	    GREETING MESSAGE, "messages+1 discarded+1" },
	{ "a connection that is closed takes the message along",
	    "- {rule: r, when: {recipient: c@example}, then: close}\n",
	    GREETING MESSAGE, "messages+1 closed+1" },
	{ "a recipient is refused, the message is not",
	    "- {rule: r, when: {recipient: no@example}, then: reject}\n",
	    GREETING "mail a@b|rcpt no@example|rcpt c@example|data|eoh|eom",
	    "messages+1 accepted+1 recipients-refused+1" },
	{ "a client is refused early",
	    "- {rule: r, when: {client.ip: 192.0.2.1}, early: true, "
	    "then: reject}\n",
	    GREETING MESSAGE, "connections-refused+1" },
	{ "a client is let pass whole",
	    "- {rule: r, when: {client.ip: 192.0.2.1}, then: accept}\n",
	    "connect 192.0.2.1 mx.example", "connections-passed+1" },
	{ "a command is refused",
	    "- {rule: r, when: {command: XYZ}, then: reject}\n",
	    GREETING "unknown XYZ|unknown ABC", "commands-refused+1" },
	{ "what a rule in shadow would do counts apart",
	    "- {rule: r, mode: shadow, when: {sender: a@b}, then: reject}\n",
	    GREETING MESSAGE, "messages+1 accepted+1 shadow+1" },
	{ "a policy in shadow counts what it would have done",
	    "settings: {mode: shadow}\nrules:\n"
	    "- {rule: r, when: {header_raw.subject: x}, then: reject}\n",
	    GREETING MESSAGE, "messages+1 rejected+1" },
	{ "what a rule says does not count",
	    "- {rule: r, when: {sender: a@b}, then: {log: word}}\n",
	    GREETING MESSAGE, "messages+1 accepted+1" },
	{ "nor what one in shadow says",
	    "- {rule: r, mode: shadow, when: {sender: a@b}, "
	    "then: {log: word}}\n",
	    GREETING MESSAGE, "messages+1 accepted+1" },
	{ "a rule that cannot be judged is a failure, and decides",
	    "settings: {limits: {regex_match: 10}}\nrules:\n"
	    "- {rule: r, when: {header_raw.subject: "
	    "'/^(a|b|ab|ba)*$(?<!b)/'}, then: reject}\n",
	    GREETING "mail a@b|rcpt c@example|data|header Subject "
	    "ababababababababababab|eoh|eom",
	    "messages+1 tempfailed+1 failures+1" },
	{ "a filter that fails, too",
	    "settings: {limits: {header_bytes: 1024}}\nrules:\n"
	    "- {rule: r, when: {header_raw.subject: z}, then: reject}\n",
	    GREETING "mail a@b|rcpt c@example|data|header Subject "
	    X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 "|eoh|eom",
	    "messages+1 tempfailed+1 failures+1" },
};

static void
test_decisions(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unit_case(cases[i].sentence);
		check_text(counts(cases[i].rules, cases[i].script),
		    cases[i].want);
	}
}

/* The filter itself failed while there was no message. */
static void
test_failures(void)
{
	static const enum phase phases[] = {
		PHASE_CONNECT, PHASE_HELO, PHASE_UNKNOWN
	};
	struct decision d = { .scope = DECISION_MESSAGE,
		.kind = VERDICT_TEMPFAIL, .detail = span_of("no memory") };
	uint64_t failures = tally_get(TALLY_FAILURES);
	uint64_t messages = tally_get(TALLY_MESSAGES);

	for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
		d.phase = phases[i];
		tally_decision(&d);
	}
	check_size(tally_get(TALLY_FAILURES), failures + 3);
	check_size(tally_get(TALLY_MESSAGES), messages);
}

static void
test_names(void)
{
	for (int t = 0; t < TALLY_COUNT; t++)
		for (int other = 0; other < t; other++)
			check_true(strcmp(tally_name((enum tally)t),
			    tally_name((enum tally)other)) != 0);
}

static const struct unit_test tests[] = {
	{ "each decision counts as what it is", test_decisions },
	{ "a failure before a message is none of a message", test_failures },
	{ "each number has a name of its own", test_names },
};

UNIT_MAIN("tally", tests)
