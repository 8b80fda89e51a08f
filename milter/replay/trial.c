/*
 * trial.c - one rule alone, judged with facts that a test gives it.
 *
 * Failure: a rule that cannot be judged fails its test, and says why.
 */
#include "config.h"

#include <stdint.h>

#include "milter/replay/smtp_reply.h"
#include "milter/replay/trial.h"

/* What a rule says, or is expected to say. */
struct said {
	bool matches;
	enum verdict_kind verdict;
	struct reply reply;
};

/* "no match", "match" or "reject 550 5.7.1", as far as WANT tells. */
static void
show(const struct said *s, bool verdict_asked, const struct reply *want,
    struct buffer *out)
{
	if (!s->matches) {
		buffer_add_text(out, "no match");
		return;
	}
	if (!verdict_asked) {
		buffer_add_text(out, "a match");
		return;
	}
	buffer_add_text(out, s->verdict == VERDICT_CONTINUE ?
	    "a match without a verdict" : verdict_name(s->verdict));
	if (want->code == 0 || s->reply.code == 0)
		return;
	buffer_add_char(out, ' ');
	smtp_reply_show(&s->reply, want, out);
}

static bool
is_as_expected(const struct rule_trial *t, const struct said *got)
{
	if (t->matches != got->matches)
		return false;
	return !t->matches || !t->verdict_asked ||
	    (t->verdict == got->verdict &&
	    smtp_reply_agrees(&t->reply, &got->reply));
}

static void
complain(const struct rule_trial *t, const struct said *got,
    struct outcome *out)
{
	struct said want = { t->matches, t->verdict, t->reply };
	struct buffer why;
	bool asked = t->verdict_asked;

	buffer_init(&why, SIZE_MAX - 1);
	buffer_addf(&why, "rule %.*s: expected ", (int)out->name.len,
	    out->name.ptr);
	show(&want, asked, &t->reply, &why);
	buffer_add_text(&why, ", got ");
	show(got, asked || !t->matches, &t->reply, &why);
	outcome_add(out, FINDING_FAILED, t->place.line, buffer_span(&why));
	buffer_release(&why);
}

void
trial_judge(const struct policy *policy, struct engine *e,
    const struct rule_trial *t, struct coverage *coverage,
    struct outcome *out)
{
	struct verdict verdict;
	struct said got = { .matches = false };

	outcome_begin(out, policy_rule(policy, t->rule).name, t->place.file,
	    t->place.line);
	if (engine_try_rule(e, t->rule, t->given, t->given_count,
	    &got.matches, &verdict) < 0) {
		outcome_add(out, FINDING_FAILED, t->place.line,
		    span_of(verdict.error.text));
		return;
	}
	got.verdict = verdict.kind;
	got.reply = verdict.reply;
	coverage_note_rule(coverage, t->rule, got.matches);
	if (!is_as_expected(t, &got))
		complain(t, &got, out);
}
