/*
 * witness.c - the engine as a sink that remembers what it said.
 *
 * Failure: that of the engine is handed on, and remembered.
 */
#include "config.h"

#include "milter/replay/witness.h"

int
witness_init(struct witness *w, struct policy *policy,
    struct coverage *coverage)
{
	*w = (struct witness){ .policy = policy, .coverage = coverage };
	judgements_init(&w->said);
	w->engine = engine_new(policy);
	return w->engine != NULL ? 0 : -1;
}

/* The engine is about to forget the message. */
static void
feed_plain(struct witness *w, enum event_kind kind)
{
	struct event ev = event_plain(kind);
	struct verdict ignored;

	coverage_note(w->coverage, w->engine);
	engine_feed(w->engine, &ev, &ignored);
}

/* Tell the engine what was held back. */
static void
catch_up(struct witness *w)
{
	if (w->abort_due)
		feed_plain(w, EVENT_ABORT);
	if (w->close_due)
		feed_plain(w, EVENT_CLOSE);
	w->abort_due = w->close_due = false;
}

void
witness_release(struct witness *w)
{
	if (w->engine != NULL) {
		w->close_due = true;
		catch_up(w);
	}
	engine_free(w->engine);
	judgements_release(&w->said);
	*w = (struct witness){ .engine = NULL };
}

/*
 * Does D tell of a verdict? Those of a policy that is only tried out do, as if
 * they were given; those of a rule that is tried out itself do not.
 */
static bool
is_verdict(const struct decision *d)
{
	return d->scope != DECISION_FAILURE && d->scope != DECISION_LOG &&
	    (d->shadow == SHADOW_NONE || d->shadow == SHADOW_POLICY);
}

/* What is told of verdict V for the log; NULL: nothing is. */
static const struct decision *
find_decision(const struct verdict *v)
{
	for (size_t i = v->decision_count; i > 0; i--)
		if (is_verdict(&v->decisions[i - 1]))
			return &v->decisions[i - 1];
	return NULL;
}

/* What was decided when V was said to event KIND. */
static struct judgement
judgement_of(const struct witness *w, enum event_kind kind,
    const struct verdict *v)
{
	const struct decision *d = find_decision(v);
	bool withheld = v->kind == VERDICT_CONTINUE && d != NULL &&
	    policy_settings(w->policy)->shadow;
	struct judgement j = {
		.verdict = withheld ? d->kind : v->kind,
		.reply = withheld ? d->reply : v->reply,
	};

	/* Where nothing was told the message goes on after it was decided. */
	j.verdict = judgements_verdict(&w->said, kind, j.verdict);
	j.given = j.verdict != VERDICT_CONTINUE;
	j.by_rule = d != NULL && policy_find_rule(w->policy, d->rule, &j.rule);
	return j;
}

static void
remember_failures(struct witness *w, const struct verdict *v, int result)
{
	if (w->failed)
		return;
	if (result < 0) {
		w->failed = true;
		error_set(&w->why, "%s", v->error.text);
		return;
	}
	for (size_t i = 0; i < v->decision_count && !w->failed; i++) {
		const struct decision *d = &v->decisions[i];

		if (d->scope != DECISION_FAILURE)
			continue;
		w->failed = true;
		error_set(&w->why, "%.*s: %.*s", (int)d->rule.len,
		    d->rule.ptr, (int)d->detail.len, d->detail.ptr);
	}
}

int
witness_feed(void *self, const struct event *event, struct verdict *verdict)
{
	struct witness *w = self;
	struct judgement judgement;
	int result;

	if (event->kind == EVENT_ABORT || event->kind == EVENT_CLOSE) {
		w->abort_due |= event->kind == EVENT_ABORT;
		w->close_due |= event->kind == EVENT_CLOSE;
		*verdict = (struct verdict){ .kind = VERDICT_CONTINUE };
		return 0;
	}
	catch_up(w);
	if (judgements_begin(&w->said, event))
		coverage_note(w->coverage, w->engine);
	result = engine_feed(w->engine, event, verdict);
	if (event->kind == EVENT_UNKNOWN)
		coverage_note(w->coverage, w->engine);
	remember_failures(w, verdict, result);
	judgement = judgement_of(w, event->kind, verdict);
	judgements_add(&w->said, event, &judgement);
	return result;
}

void
witness_next_command(struct witness *w)
{
	judgements_next_command(&w->said);
	w->failed = false;
}

struct judgement
witness_judgement(struct witness *w)
{
	struct judgement j = judgements_now(&w->said);

	if (j.given && j.by_rule)
		return j;
	/* Not told for the log: ask who it was, and what it said. */
	j.by_rule = engine_verdict_rule(w->engine, w->said.recipient, &j.rule);
	if (j.by_rule && !j.given) {
		j.verdict = policy_rule(w->policy, j.rule).verdict;
		j.given = true;
	}
	return j;
}
