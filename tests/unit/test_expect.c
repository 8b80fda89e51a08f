/*
 * test_expect.c - what is expected is held against what was seen.
 */
#include "config.h"

#include "milter/replay/expect.h"
#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define S(text) { (text), sizeof(text) - 1 }
#define NOBODY " (no rule gave a verdict)"

static const struct smtp_field fields[] = {
	{ S("Subject"), S("hello\n  world ") },
	{ S("X-Two"), S("one") },
	{ S("x-two"), S("two") },
	{ S("Empty"), S("") },
};

static const struct span recipients[] = { S("alice@example.com"),
	S("carol@example.com") };

static const struct smtp_message message = {
	.sender = S("bob@example.org"),
	.recipients = recipients,
	.recipient_count = COUNT(recipients),
	.body = S("one\r\ntwo\0three\r\n"),
	.fields = fields,
	.field_count = COUNT(fields),
	.quarantined = true,
	.quarantine = S("odd subject: hello"),
};

static const struct smtp_message plain = {
	.sender = S("<>"),
};

/*
 * One expectation about a message; WHY is what is said when it is not met, and
 * INSTEAD what would have been: NULL stands for nothing.
 */
static const struct {
	const char *sentence;
	struct expectation x;
	const struct smtp_message *message;
	const char *why;
	const char *instead;
} about_messages[] = {
	{ "a field has the value, unfolded and without blanks at its ends",
	    { .kind = EXPECT_HEADER, .name = S("subject"),
	    .text = S("hello  world") }, &message, NULL, NULL },
	{ "the value is the whole one", { .kind = EXPECT_HEADER,
	    .name = S("Subject"), .text = S("hello") }, &message,
	    "expected Subject: \"hello\", got \"hello  world\"",
	    "@header Subject: hello  world\n" },
	{ "case counts in a value", { .kind = EXPECT_HEADER,
	    .name = S("X-Two"), .text = S("ONE") }, &message,
	    "expected X-Two: \"ONE\", got \"one\" and 1 more",
	    "@header X-Two: one\n" },
	{ "any field of that name will do", { .kind = EXPECT_HEADER,
	    .name = S("X-Two"), .text = S("two") }, &message, NULL, NULL },
	{ "a value may be empty", { .kind = EXPECT_HEADER, .name = S("Empty"),
	    .text = S("") }, &message, NULL, NULL },
	{ "a field that is not there has no value", { .kind = EXPECT_HEADER,
	    .name = S("X-No"), .text = S("") }, &message,
	    "expected X-No: \"\", got no such field", "@no-header X-No\n" },
	{ "a field is not there", { .kind = EXPECT_NO_HEADER,
	    .name = S("X-No") }, &message, NULL, NULL },
	{ "a field is there after all", { .kind = EXPECT_NO_HEADER,
	    .name = S("X-TWO") }, &message,
	    "expected no field X-TWO, got \"one\"", NULL },
	{ "a recipient, whatever its case", { .kind = EXPECT_RECIPIENT,
	    .text = S("CAROL@example.com") }, &message, NULL, NULL },
	{ "a recipient may stand in <>", { .kind = EXPECT_RECIPIENT,
	    .text = S("<alice@example.com>") }, &message, NULL, NULL },
	{ "a recipient is not there", { .kind = EXPECT_RECIPIENT,
	    .text = S("x@y") }, &message, "expected recipient \"x@y\", got "
	    "\"alice@example.com\", \"carol@example.com\"",
	    "@no-recipient x@y\n" },
	{ "nobody is there", { .kind = EXPECT_RECIPIENT, .text = S("x@y") },
	    &plain, "expected recipient \"x@y\", got none",
	    "@no-recipient x@y\n" },
	{ "no such recipient", { .kind = EXPECT_NO_RECIPIENT,
	    .text = S("x@y") }, &message, NULL, NULL },
	{ "such a recipient after all", { .kind = EXPECT_NO_RECIPIENT,
	    .text = S("alice@example.com") }, &message, "expected no recipient "
	    "\"alice@example.com\", but it is there", NULL },
	{ "the sender", { .kind = EXPECT_SENDER, .text = S("Bob@example.org") },
	    &message, NULL, NULL },
	{ "the null sender", { .kind = EXPECT_SENDER, .text = S("<>") },
	    &plain, NULL, NULL },
	{ "another sender", { .kind = EXPECT_SENDER, .text = S("<>") },
	    &message, "expected sender \"<>\", got \"bob@example.org\"",
	    "@sender bob@example.org\n" },
	{ "the body has it, behind a NUL too", { .kind = EXPECT_BODY_CONTAINS,
	    .text = S("three") }, &message, NULL, NULL },
	{ "case counts in a body", { .kind = EXPECT_BODY_CONTAINS,
	    .text = S("One") }, &message,
	    "\"One\" is not in the body (16 bytes)", NULL },
	{ "an empty body has nothing", { .kind = EXPECT_BODY_CONTAINS,
	    .text = S("x") }, &plain, "\"x\" is not in the body (0 bytes)",
	    NULL },
	{ "a part of the reason", { .kind = EXPECT_QUARANTINE,
	    .text = S("subject") }, &message, NULL, NULL },
	{ "any reason", { .kind = EXPECT_QUARANTINE }, &message, NULL, NULL },
	{ "another reason", { .kind = EXPECT_QUARANTINE, .text = S("body") },
	    &message, "expected quarantine \"body\", got \"odd subject: "
	    "hello\"", "@quarantine odd subject: hello\n" },
	{ "no quarantine", { .kind = EXPECT_QUARANTINE, .text = S("") },
	    &plain, "expected quarantine \"\", got no quarantine", "" },
	{ "of a message that is not there nothing is so",
	    { .kind = EXPECT_NO_HEADER, .name = S("X") }, NULL,
	    "@no-header: there is no accepted message", NULL },
	{ "what rules did cannot be seen without rules",
	    { .kind = EXPECT_SCORE }, &message, "@score: what rules do "
	    "cannot be seen here",
	    NULL },
};

static void
check_expectation(const struct expectation *x, const struct sight *s,
    const char *why_wanted, const char *instead_wanted)
{
	struct buffer why, instead;
	bool known;

	buffer_init(&why, 4096);
	buffer_init(&instead, 4096);
	expect_check(x, s, &why, &instead, &known);
	check_text(buffer_text(&why), why_wanted != NULL ? why_wanted : "");
	check_int(known, instead_wanted != NULL);
	check_text(buffer_text(&instead),
	    instead_wanted != NULL ? instead_wanted : "");
	buffer_release(&why);
	buffer_release(&instead);
}

static void
test_messages(void)
{
	for (size_t i = 0; i < COUNT(about_messages); i++) {
		struct sight s = { .message = about_messages[i].message };

		unit_case(about_messages[i].sentence);
		check_expectation(&about_messages[i].x, &s,
		    about_messages[i].why, about_messages[i].instead);
	}
}

/* What came may be as long as a message. */
static void
test_long(void)
{
	char value[600];
	struct smtp_field field = { span_of("X"), span_make(value, 600) };
	struct smtp_message m = { .fields = &field, .field_count = 1 };
	struct sight s = { .message = &m };
	struct expectation x = { .kind = EXPECT_NO_HEADER,
		.name = span_of("x") };
	struct buffer out;
	bool known;

	buffer_init(&out, 4096);
	memset(value, 'a', sizeof value);
	check_int(expect_check(&x, &s, &out, &out, &known), EXPECT_FAILED);
	check_true(out.len < 550);
	check_true(span_ends_with(buffer_span(&out), span_of("aa\" …")));
	buffer_release(&out);
}

/* Elsewhere than with the rules, some of it is not to be seen. */
static void
test_hidden(void)
{
	struct expectation verdict = { .kind = EXPECT_VERDICT,
		.verdict = VERDICT_REJECT };
	struct expectation field = { .kind = EXPECT_HEADER, .name = S("X") };
	struct expectation held = { .kind = EXPECT_QUARANTINE };
	struct sight s = { .message_hidden = "nobody looks" };

	unit_case("no verdict was said");
	check_expectation(&verdict, &s,
	    "@verdict: no verdict can be seen here", NULL);
	unit_case("another verdict was said, nobody knows by whom");
	s.judgement = (struct judgement){ .given = true,
		.verdict = VERDICT_TEMPFAIL };
	check_expectation(&verdict, &s, "expected reject, got tempfail",
	    "@verdict tempfail\n");
	unit_case("messages are hidden, whether or not there is one");
	check_expectation(&field, &s, "@header: nobody looks", NULL);
	s.message = &message;
	check_expectation(&field, &s, "@header: nobody looks", NULL);
	unit_case("it can be seen that a message is held all the same");
	check_expectation(&held, &s, NULL, NULL);
	s.quarantine_hidden = "nor there";
	check_expectation(&held, &s, "@quarantine: nor there", NULL);
}

static void
test_results(void)
{
	struct sight s = { .message = &plain };
	struct expectation x = { .kind = EXPECT_SENDER, .text = S("<>") };
	struct buffer out;
	bool known;

	buffer_init(&out, 4096);
	check_int(expect_check(&x, &s, &out, &out, &known), EXPECT_MET);
	x.text = span_of("a@b");
	check_int(expect_check(&x, &s, &out, &out, &known), EXPECT_FAILED);
	x.kind = EXPECT_LABEL;
	check_int(expect_check(&x, &s, &out, &out, &known), EXPECT_UNSEEN);
	buffer_release(&out);
}

/* --- What the rules did ----------------------------------------------------
 */

static const char rules[] =
    "- {rule: bob, when: {sender.local: bob}, then: {reject: No bobs}}\n"
    "- {rule: points, then: [{score: 2.25}, {label: dear}]}\n"
    "- {rule: never, when: {helo: x}, then: {score: 1}}\n";

static const struct {
	const char *sentence;
	struct expectation x;
	const char *why;
	const char *instead;
} about_rules[] = {
	{ "a rule held", { .kind = EXPECT_RULE, .name = S("points") }, NULL,
	    NULL },
	{ "a rule did not", { .kind = EXPECT_RULE, .name = S("never") },
	    "rule never did not hold" NOBODY, "@no-rule never\n" },
	{ "there is no such rule", { .kind = EXPECT_RULE, .name = S("x") },
	    "there is no rule called \"x\"", NULL },
	{ "a rule that did not hold did not", { .kind = EXPECT_NO_RULE,
	    .name = S("never") }, NULL, NULL },
	{ "a rule held that should not have", { .kind = EXPECT_NO_RULE,
	    .name = S("points") },
	    "a rule held that should not have: points, test.yaml:4", NULL },
	{ "nobody expects that a rule which is not there does not hold",
	    { .kind = EXPECT_NO_RULE, .name = S("x") },
	    "there is no rule called \"x\"", NULL },
	{ "the score", { .kind = EXPECT_SCORE, .score = 2250 }, NULL, NULL },
	{ "another score", { .kind = EXPECT_SCORE, .score = -500 },
	    "expected score -0.5, got 2.25", "@score 2.25\n" },
	{ "a label", { .kind = EXPECT_LABEL, .name = S("dear") }, NULL, NULL },
	{ "no such label", { .kind = EXPECT_LABEL, .name = S("rude") },
	    "no rule has written the label \"rude\"", NULL },
};

static void
test_rules(void)
{
	struct court c;
	struct sight s;

	check_true(court_open(&c, rules));
	player_say(&c.player, "connect 192.0.2.1 mx|helo mx|mail a@b|rcpt c@d|"
	    "data|eoh|eom");
	s = (struct sight){ .policy = c.policy, .engine = c.engine };
	for (size_t i = 0; i < COUNT(about_rules); i++) {
		unit_case(about_rules[i].sentence);
		check_expectation(&about_rules[i].x, &s, about_rules[i].why,
		    about_rules[i].instead);
	}
	court_close(&c);
}

/* Of a sight in which rule `bob` has refused. */
static const struct {
	const char *sentence;
	struct expectation x;
	const char *why;
	const char *instead;
} about_answers[] = {
	{ "the reply", { .kind = EXPECT_REPLY,
	    .reply = { 550, S("5.7.1"), S("No bobs") } }, NULL, NULL },
	{ "another reply, and who gave it", { .kind = EXPECT_REPLY,
	    .reply = { .code = 250 } }, "expected 250, got 550 5.7.1 No bobs "
	    "(first rule with a verdict: bob, test.yaml:3)",
	    "S: 550 5.7.1 No bobs\n" },
	{ "the verdict", { .kind = EXPECT_VERDICT,
	    .verdict = VERDICT_REJECT }, NULL, NULL },
	{ "another verdict", { .kind = EXPECT_VERDICT,
	    .verdict = VERDICT_ACCEPT }, "expected accept, got reject (first "
	    "rule with a verdict: bob, test.yaml:3)", "@verdict reject\n" },
	{ "the verdict with its reply", { .kind = EXPECT_VERDICT,
	    .verdict = VERDICT_REJECT, .reply = { 550, S("5.7.1"), S("") } },
	    NULL, NULL },
	{ "the verdict with another reply", { .kind = EXPECT_VERDICT,
	    .verdict = VERDICT_REJECT, .reply = { .code = 554 } },
	    "expected reject 554, got reject 550 (first rule with a verdict: "
	    "bob, test.yaml:3)", "@verdict reject\n" },
	{ "another rule than the one that gave it", { .kind = EXPECT_RULE,
	    .name = S("never") }, "rule never did not hold (first rule with a "
	    "verdict: bob, test.yaml:3)", "@rule bob\n" },
	{ "the rule that gave it need not be asked", { .kind = EXPECT_RULE,
	    .name = S("bob") }, NULL, NULL },
};

static void
test_answers(void)
{
	static const struct reply reply = { 550, S("5.7.1"), S("No bobs") };
	struct court c;
	struct sight s;

	check_true(court_open(&c, rules));
	s = (struct sight){
		.policy = c.policy,
		.engine = c.engine,
		.reply = reply,
		.judgement = { .given = true, .verdict = VERDICT_REJECT,
		    .by_rule = true, .rule = 0, .reply = reply },
	};
	for (size_t i = 0; i < COUNT(about_answers); i++) {
		unit_case(about_answers[i].sentence);
		check_expectation(&about_answers[i].x, &s,
		    about_answers[i].why, about_answers[i].instead);
	}
	s.judgement = (struct judgement){ .given = false };
	s.reply = (struct reply){ .code = 0 };
	unit_case("nothing was said yet");
	check_expectation(&about_answers[2].x, &s,
	    "expected reject, got no verdict yet" NOBODY, NULL);
	check_expectation(&about_answers[1].x, &s,
	    "expected 250, got no reply" NOBODY, NULL);
	court_close(&c);
}

static const struct unit_test tests[] = {
	{ "messages are as expected, or it is said how they differ",
	    test_messages },
	{ "of what is long the beginning is shown", test_long },
	{ "not seen is not the same as not so", test_results },
	{ "what is hidden is not judged", test_hidden },
	{ "rules, scores and labels are as expected", test_rules },
	{ "replies and verdicts are as expected", test_answers },
};

UNIT_MAIN("expect", tests)
