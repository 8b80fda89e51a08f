/*
 * test_engine_cost.c - what judging a message costs, counted and not timed.
 *
 * The linker puts these functions in front of the engine's own: they count the
 * calls and pass them on. So the tests say how often a rule was asked, a test
 * was made, a regex was run, and memory was taken.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/engine/evaluate.h"
#include "tests/support/judge.h"
#include "tests/unit/unit.h"

static struct cost {
	size_t rules;
	size_t tests;
	size_t regexes;
	size_t blocks;		/* of memory */
} cost;

enum answer __real_rule_holds(struct engine *e, const struct rule *rule,
    struct reading *reading);
enum answer __wrap_rule_holds(struct engine *e, const struct rule *rule,
    struct reading *reading);
enum answer __real_values_test(struct engine *e, const struct test *t,
    const struct values *values, bool *beyond);
enum answer __wrap_values_test(struct engine *e, const struct test *t,
    const struct values *values, bool *beyond);
enum regex_result __real_regex_match(const struct regex *r,
    struct span subject, const struct regex_limits *limits,
    struct span *groups, size_t count, struct error *error);
enum regex_result __wrap_regex_match(const struct regex *r,
    struct span subject, const struct regex_limits *limits,
    struct span *groups, size_t count, struct error *error);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

enum answer
__wrap_rule_holds(struct engine *e, const struct rule *rule,
    struct reading *reading)
{
	cost.rules++;
	return __real_rule_holds(e, rule, reading);
}

enum answer
__wrap_values_test(struct engine *e, const struct test *t,
    const struct values *values, bool *beyond)
{
	cost.tests++;
	return __real_values_test(e, t, values, beyond);
}

enum regex_result
__wrap_regex_match(const struct regex *r, struct span subject,
    const struct regex_limits *limits, struct span *groups, size_t count,
    struct error *error)
{
	cost.regexes++;
	return __real_regex_match(r, subject, limits, groups, count, error);
}

void *
__wrap_malloc(size_t size)
{
	cost.blocks++;
	return __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	cost.blocks++;
	return __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	cost.blocks++;
	return __real_realloc(old, size);
}

/* A session that has been greeted; what that cost is not counted. */
static bool
begin(struct court *c, const char *rules)
{
	bool open = court_open(c, rules);

	check_true(open);
	if (open)
		(void)player_say(&c->player, "connect 192.0.2.1 mx.example|"
		    "helo mx.example");
	cost = (struct cost){ .rules = 0 };
	return open;
}

/* What SCRIPT costs. */
static struct cost
price(struct court *c, const char *script)
{
	cost = (struct cost){ .rules = 0 };
	(void)player_say(&c->player, script);
	return cost;
}

static void
test_waiting_rule(void)
{
	struct court c;

	unit_case("a rule that waits for the header is not asked again before");
	if (!begin(&c, "- {rule: late, when: {header_raw.subject: spam}, "
	    "then: reject}\n"))
		return;
	(void)price(&c, "mail a@example");
	check_size(price(&c, "rcpt b@example").rules, 0);
	check_size(price(&c, "rcpt c@example").rules, 0);
	check_size(price(&c, "data").rules, 0);
	check_size(price(&c, "header Subject ham").rules, 0);
	check_size(price(&c, "eoh").rules, 1);
	check_size(price(&c, "body x|eom").rules, 0);
	court_close(&c);
}

static void
test_common_rules(void)
{
	struct buffer script;
	struct court c;
	int i;

	unit_case("rules without a recipient fact are asked once a message");
	if (!begin(&c,
	    "- {rule: a, when: {sender.domain: bad.example}, then: reject}\n"
	    "- {rule: b, when: {helo: bad.example}, then: reject}\n"
	    "- {rule: c, when: {sender: '/^x/'}, then: reject}\n"))
		return;
	check_size(price(&c, "mail a@example").rules, 3);
	buffer_init(&script, 1 << 20);
	for (i = 0; i < 300; i++)
		buffer_addf(&script, "%srcpt r%d@example", i > 0 ? "|" : "", i);
	check_size(price(&c, buffer_text(&script)).rules, 0);
	check_size(price(&c, "data|eoh|eom").rules, 0);
	buffer_release(&script);
	court_close(&c);
}

static void
personal_rules(struct buffer *rules, int count)
{
	int i;

	for (i = 0; i < count; i++)
		buffer_addf(rules, "- {rule: p%d, when: {all: [{condition: "
		    "odd}, {header_raw.subject: word%d}]}, then: "
		    "{add_header: {name: X-A, value: b}}}\n", i, i);
}

static void
test_shared_readings(void)
{
	struct buffer rules, script;
	struct cost c1;
	struct court c;
	int i;

	unit_case("recipients with equal answers share a reading");
	buffer_init(&rules, 1 << 20);
	buffer_init(&script, 1 << 20);
	buffer_add_text(&rules, "conditions:\n"
	    "  odd: {recipient.local: '/[13579]$/'}\nrules:\n");
	personal_rules(&rules, 200);
	for (i = 0; i < 400; i++)
		buffer_addf(&script, "%srcpt r%d@example", i > 0 ? "|" : "", i);
	if (begin(&c, buffer_text(&rules))) {
		(void)price(&c, "mail a@example");
		/* A named condition is one test, whoever names it. */
		check_size(price(&c, buffer_text(&script)).regexes, 400);
		c1 = price(&c, "data|header Subject word7|eoh|body x|eom");
		/* Only the odd ones can be meant, all with one reading; one
		 * rule is asked twice, before the header and after. */
		check_size(c1.rules, 200 + 1);
		court_close(&c);
	}
	buffer_release(&rules);
	buffer_release(&script);
}

static void
test_many_mailboxes(void)
{
	struct buffer rules, script;
	struct cost c1;
	struct court c;
	int i;

	unit_case("a rule for each mailbox costs those that are written to");
	buffer_init(&rules, 1 << 20);
	buffer_init(&script, 1 << 20);
	for (i = 0; i < 1000; i++)
		buffer_addf(&rules, "- {rule: m%d, when: {recipient: "
		    "u%d@example, header_raw.subject: word%d}, "
		    "then: reject}\n", i, i, i);
	for (i = 0; i < 300; i++)
		buffer_addf(&script, "rcpt u%d@example|", i);
	buffer_add_text(&script, "data|header Subject no|eoh|eom");
	if (begin(&c, buffer_text(&rules))) {
		(void)price(&c, "mail a@example");
		c1 = price(&c, buffer_text(&script));
		/* Each recipient's own rule is asked at RCPT and at EOH, and
		 * its test of the header made once. */
		check_true(c1.rules <= 2 * 300 + 2);
		check_true(c1.tests <= 300);
		court_close(&c);
	}
	buffer_release(&rules);
	buffer_release(&script);
}

static void
test_connect_facts(void)
{
	struct court c;

	unit_case("a test of a connect fact is made once a connection");
	if (!begin(&c, "- {rule: a, when: {client.name: '/^bad/'}, "
	    "then: reject}\n"
	    "- {rule: b, when: {sender: '/^bad/'}, then: reject}\n"))
		return;
	(void)price(&c, "mail a@example|rcpt b@example|data|eoh|eom");
	check_size(price(&c, "mail a@example|rcpt b@example|data|eoh|"
	    "eom").regexes, 1);
	court_close(&c);
}

static void
test_settled_reading(void)
{
	struct court c;

	unit_case("rules below the verdict are not asked at all");
	if (!begin(&c, "- {rule: a, when: {sender.domain: good.example}, "
	    "then: accept}\n"
	    "- {rule: b, when: {header_raw.subject: '/x/'}, then: reject}\n"
	    "- {rule: c, when: {body_raw: '/x/'}, then: reject}\n"))
		return;
	check_size(price(&c, "mail a@good.example|rcpt b@example|data|"
	    "header Subject x|eoh|body x|eom").regexes, 0);
	court_close(&c);
}

static void
test_body_once(void)
{
	struct court c;

	unit_case("a body is searched once, however it came and whoever asks");
	if (!begin(&c, "conditions:\n  bad: {body_raw: '/needle/'}\nrules:\n"
	    "- {rule: a, when: {condition: bad, recipient: x@example}, "
	    "then: reject}\n"
	    "- {rule: b, when: {condition: bad, sender: y@example}, "
	    "then: reject}\n"
	    "- {rule: c, when: {condition: bad}, then: {score: 1}}\n"
	    "- {rule: d, when: {score: {ge: 1}}, then: reject}\n"))
		return;
	check_size(price(&c, "mail a@example|rcpt b@example|rcpt x@example|"
	    "rcpt c@example|data|eoh|body some hay|body and more|"
	    "eom").regexes, 1);
	court_close(&c);
}

static void
test_capture_once(void)
{
	struct court c;
	struct cost c1;
	int i;

	unit_case("what a rule captured is found once for all that it edits");
	if (!begin(&c, "- {rule: r, when: {body_raw: '/(?<w>needle)/'}, then: "
	    "{rewrite_header: {name: '/^x-/i', match: '/e/', with: '${w}', "
	    "all: true}}}\n"))
		return;
	(void)price(&c, "mail a@example|rcpt b@example|data");
	for (i = 0; i < 5; i++)
		(void)price(&c, "header X-A eeeeeeeeee");
	c1 = price(&c, "eoh|body some needle|eom");
	/* Five names, ten matches in each value and the end of it; the body
	 * once for the condition and twice for what it captured. */
	check_size(c1.regexes, 5 + 5 * 11 + 3);
	court_close(&c);
}

static void
test_writers(void)
{
	struct buffer rules;
	struct court c;
	struct cost c1;
	int i;

	unit_case("rules that write are asked once, whoever reads the score");
	buffer_init(&rules, 1 << 20);
	for (i = 0; i < 100; i++)
		buffer_addf(&rules, "- {rule: w%d, when: {header_raw.subject: "
		    "word%d}, then: {score: 1}}\n- {rule: r%d, when: {score: "
		    "{ge: %d}}, then: reject}\n", i, i, i, 1000 + i);
	if (begin(&c, buffer_text(&rules)[0] == '-' ? buffer_text(&rules) :
	    "")) {
		(void)price(&c, "mail a@example|rcpt b@example|data|"
		    "header Subject word1");
		c1 = price(&c, "eoh");
		check_true(c1.rules <= 200);
		check_size(price(&c, "eom").rules, 0);
		court_close(&c);
	}
	buffer_release(&rules);
}

static void
test_memory(void)
{
	static const char message[] = "mail a@example|rcpt b@example|"
	    "rcpt c@example|data|header Subject one two|header To b@example|"
	    "eoh|body some hay|eom";
	struct court c;
	int i;

	unit_case("a message takes no memory that the one before did not");
	if (!begin(&c, "- {rule: a, when: {header_raw.subject: '/one (two)/'}, "
	    "then: [{add_header: {name: X, value: '${1}'}}, {score: 2}, "
	    "{set: {v: 'x ${sender}'}}]}\n"
	    "- {rule: b, when: {recipient: c@example, var.v: {contains: a}}, "
	    "then: [{label: l}, {set_header: {name: Y, value: z}}]}\n"
	    "- {rule: c, when: {label: l, body_raw: {contains: hay}}, "
	    "then: {quarantine: 'why ${score}'}}\n"
	    "- {rule: d, when: {score: {gt: 5}}, then: reject}\n"))
		return;
	for (i = 0; i < 5; i++)
		(void)price(&c, message);
	for (i = 0; i < 5; i++)
		check_size(price(&c, message).blocks, 0);
	court_close(&c);
}

static void
count_hit(void *count, size_t rule)
{
	(void)rule;
	++*(size_t *)count;
}

static void
test_hits(void)
{
	struct buffer rules;
	struct court c;
	size_t hits = 0;

	unit_case("to tell which rules held asks no rule, takes no memory");
	buffer_init(&rules, 1 << 20);
	for (int i = 0; i < 200; i++)
		buffer_addf(&rules, "- {rule: tag%d, when: {sender: s%d@x}, "
		    "then: {add_header: {name: X, value: y}}}\n"
		    "- {rule: no%d, when: {recipient: r%d@x, sender: "
		    "s0@x}, then: reject}\n", i, i, i, i);
	if (begin(&c, buffer_text(&rules))) {
		(void)player_say(&c.player, "mail s0@x|rcpt a@x|rcpt r1@x");
		cost = (struct cost){ .rules = 0 };
		engine_each_hit(c.engine, count_hit, &hits);
		check_size(hits, 1);
		(void)player_say(&c.player, "data|eoh|eom");
		cost = (struct cost){ .rules = 0 };
		engine_each_hit(c.engine, count_hit, &hits);
		engine_each_hit(c.engine, count_hit, &hits);
		check_size(hits, 2);
		check_size(cost.rules + cost.tests + cost.regexes +
		    cost.blocks, 0);
		court_close(&c);
	}
	buffer_release(&rules);
}

static const struct unit_test tests[] = {
	{ "a rule is asked when what it reads is learnt", test_waiting_rule },
	{ "a rule without a recipient is asked once", test_common_rules },
	{ "equal recipients share a reading", test_shared_readings },
	{ "many mailboxes do not multiply", test_many_mailboxes },
	{ "connect facts are tested once a connection", test_connect_facts },
	{ "what is not reached is not asked", test_settled_reading },
	{ "a body is searched once", test_body_once },
	{ "a capture is looked for once", test_capture_once },
	{ "rules that write are asked once", test_writers },
	{ "steady state takes no memory", test_memory },
	{ "hits are told from what is known", test_hits },
};

UNIT_MAIN("engine_cost", tests)
