/*
 * expect.c - is what is expected so?
 *
 * A row of the table for each kind of expectation: what a sight must have for
 * it, and how it is looked at.
 *
 * Failure: what a sight does not have is unseen.
 */
#include "config.h"

#include "milter/replay/expect_look.h"
#include "milter/replay/smtp_reply.h"
#include "rules/base/number.h"

static void
write_rule(const struct policy *policy, size_t rule, struct buffer *out)
{
	struct rule_info info = policy_rule(policy, rule);

	buffer_addf(out, "%.*s, %s:%u", (int)info.name.len, info.name.ptr,
	    info.place.file, info.place.line);
}

/* Who gave the verdict that came, or that nobody did, as far as it is seen. */
static void
blame(const struct sight *s, struct buffer *out)
{
	if (s->engine == NULL)
		return;
	if (!s->judgement.by_rule) {
		buffer_add_text(out, " (no rule gave a verdict)");
		return;
	}
	buffer_add_text(out, " (first rule with a verdict: ");
	write_rule(s->policy, s->judgement.rule, out);
	buffer_add_char(out, ')');
}

void
look_instead(struct look *l, enum expect_kind kind, struct span value)
{
	l->known = true;
	buffer_addf(l->instead, "@%s ", expect_name(kind));
	buffer_add(l->instead, value);
	buffer_add_char(l->instead, '\n');
}

static bool
look_at_reply(struct look *l)
{
	const struct reply *want = &l->x->reply, *got = &l->s->reply;

	if (smtp_reply_agrees(want, got))
		return true;
	buffer_add_text(l->why, "expected ");
	smtp_reply_show(want, want, l->why);
	buffer_add_text(l->why, ", got ");
	smtp_reply_show(got, want, l->why);
	blame(l->s, l->why);
	l->known = got->code != 0;
	if (l->known)
		smtp_reply_lines(got, want, l->instead);
	return false;
}

/* A verdict and, of one that refuses, as much of its reply as WANT gives. */
static void
show_verdict(enum verdict_kind kind, const struct reply *reply,
    const struct reply *want, struct buffer *out)
{
	buffer_add_text(out, verdict_name(kind));
	if (want->code == 0 || reply->code == 0)
		return;
	buffer_add_char(out, ' ');
	smtp_reply_show(reply, want, out);
}

static bool
look_at_verdict(struct look *l)
{
	const struct judgement *j = &l->s->judgement;
	const struct expectation *x = l->x;

	if (j->given && j->verdict == x->verdict &&
	    smtp_reply_agrees(&x->reply, &j->reply))
		return true;
	buffer_add_text(l->why, "expected ");
	show_verdict(x->verdict, &x->reply, &x->reply, l->why);
	buffer_add_text(l->why, ", got ");
	if (j->given)
		show_verdict(j->verdict, &j->reply, &x->reply, l->why);
	else
		buffer_add_text(l->why, "no verdict yet");
	blame(l->s, l->why);
	if (j->given)
		look_instead(l, EXPECT_VERDICT,
		    span_of(verdict_name(j->verdict)));
	return false;
}

/* Did the rule with number I hold, or give the verdict? */
static bool
rule_spoke(const struct sight *s, size_t i)
{
	return (s->judgement.by_rule && s->judgement.rule == i) ||
	    engine_rule_held(s->engine, i);
}

/* The rule that is named; false: there is none, which is why. */
static bool
find_rule(struct look *l, size_t *i)
{
	struct span name = l->x->name;

	if (policy_find_rule(l->s->policy, name, i))
		return true;
	buffer_addf(l->why, "there is no rule called \"%.*s\"",
	    (int)name.len, name.ptr);
	return false;
}

static bool
look_at_rule(struct look *l)
{
	const struct judgement *j = &l->s->judgement;
	struct span name = l->x->name;
	size_t i;

	if (!find_rule(l, &i))
		return false;
	if (rule_spoke(l->s, i))
		return true;
	buffer_addf(l->why, "rule %.*s did not hold", (int)name.len,
	    name.ptr);
	blame(l->s, l->why);
	if (j->by_rule)
		look_instead(l, EXPECT_RULE,
		    policy_rule(l->s->policy, j->rule).name);
	else
		look_instead(l, EXPECT_NO_RULE, name);
	return false;
}

static bool
look_at_no_rule(struct look *l)
{
	size_t i;

	if (!find_rule(l, &i))
		return false;
	if (!rule_spoke(l->s, i))
		return true;
	buffer_add_text(l->why, "a rule held that should not have: ");
	write_rule(l->s->policy, i, l->why);
	return false;
}

static bool
look_at_score(struct look *l)
{
	int64_t score = engine_score(l->s->engine, l->s->recipient);
	char want[NUMBER_TEXT_MAX], got[NUMBER_TEXT_MAX];

	if (score == l->x->score)
		return true;
	number_format(l->x->score, want);
	number_format(score, got);
	buffer_addf(l->why, "expected score %s, got %s", want, got);
	look_instead(l, EXPECT_SCORE, span_of(got));
	return false;
}

static bool
look_at_label(struct look *l)
{
	struct span label = l->x->name;

	if (engine_has_label(l->s->engine, l->s->recipient, label))
		return true;
	buffer_addf(l->why, "no rule has written the label \"%.*s\"",
	    (int)label.len, label.ptr);
	return false;
}

/* What a sight must have. */
enum need {
	NEED_NOTHING,
	NEED_RULES,
	NEED_VERDICT,
	NEED_MESSAGE,
	NEED_QUARANTINE,
};

static const struct {
	bool (*look)(struct look *);
	enum need need;
} look_table[EXPECT_KINDS] = {
	[EXPECT_REPLY] = { look_at_reply, NEED_NOTHING },
	[EXPECT_VERDICT] = { look_at_verdict, NEED_VERDICT },
	[EXPECT_RULE] = { look_at_rule, NEED_RULES },
	[EXPECT_NO_RULE] = { look_at_no_rule, NEED_RULES },
	[EXPECT_HEADER] = { look_at_header, NEED_MESSAGE },
	[EXPECT_NO_HEADER] = { look_at_no_header, NEED_MESSAGE },
	[EXPECT_RECIPIENT] = { look_at_recipient, NEED_MESSAGE },
	[EXPECT_NO_RECIPIENT] = { look_at_no_recipient, NEED_MESSAGE },
	[EXPECT_SENDER] = { look_at_sender, NEED_MESSAGE },
	[EXPECT_BODY_CONTAINS] = { look_at_body, NEED_MESSAGE },
	[EXPECT_QUARANTINE] = { look_at_quarantine, NEED_QUARANTINE },
	[EXPECT_SCORE] = { look_at_score, NEED_RULES },
	[EXPECT_LABEL] = { look_at_label, NEED_RULES },
};

/* Why S does not have what NEED says; NULL: it does. */
static const char *
why_hidden(const struct sight *s, enum need need)
{
	switch (need) {
	case NEED_NOTHING:
		return NULL;
	case NEED_RULES:
		return s->engine == NULL ? "what rules do cannot be seen "
		    "here" : NULL;
	case NEED_VERDICT:
		return s->engine == NULL && !s->judgement.given ? "no verdict "
		    "can be seen here" : NULL;
	case NEED_MESSAGE:
		return s->message_hidden;
	case NEED_QUARANTINE:
		return s->quarantine_hidden;
	}
	return NULL;
}

enum expect_result
expect_check(const struct expectation *x, const struct sight *s,
    struct buffer *why, struct buffer *instead, bool *known)
{
	struct look l = { .x = x, .s = s, .why = why, .instead = instead };
	enum need need = look_table[x->kind].need;
	const char *hidden = why_hidden(s, need);
	bool met;

	*known = false;
	if (hidden != NULL) {
		buffer_addf(why, "@%s: %s", expect_name(x->kind), hidden);
		return EXPECT_UNSEEN;
	}
	if (need >= NEED_MESSAGE && s->message == NULL) {
		buffer_addf(why, "@%s: there is no accepted message",
		    expect_name(x->kind));
		return EXPECT_FAILED;
	}
	met = look_table[x->kind].look(&l);
	*known = l.known;
	return met ? EXPECT_MET : EXPECT_FAILED;
}
