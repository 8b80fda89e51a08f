/*
 * witness.c - the engine as a sink that remembers what it said.
 *
 * Failure: that of the engine is handed on, and remembered.
 */
#include "config.h"

#include "milter/replay/witness.h"

/* Replies and recipients of one message, or what is said to a client. */
#define TEXT_MAX (64u << 20)

int
witness_init(struct witness *w, struct policy *policy,
    struct coverage *coverage)
{
	*w = (struct witness){ .policy = policy, .coverage = coverage };
	arena_init(&w->connection_text, TEXT_MAX);
	arena_init(&w->message_text, TEXT_MAX);
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
	arena_release(&w->connection_text);
	arena_release(&w->message_text);
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
	if (j.verdict == VERDICT_CONTINUE && kind == EVENT_EOM &&
	    !w->connection.given && !w->message.given)
		j.verdict = VERDICT_ACCEPT;
	j.given = j.verdict != VERDICT_CONTINUE;
	j.by_rule = d != NULL && policy_find_rule(w->policy, d->rule, &j.rule);
	return j;
}

/* Is that verdict of event KIND the answer to all that comes? */
static bool
is_for_connection(enum event_kind kind, enum verdict_kind verdict)
{
	return kind == EVENT_CONNECT || kind == EVENT_HELO ||
	    (verdict == VERDICT_CLOSE && kind != EVENT_UNKNOWN);
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

/* A copy of R that lives in A. */
static struct reply
copy_reply(struct arena *a, const struct reply *r)
{
	return (struct reply){ .code = r->code,
		.status = arena_copy(a, r->status),
		.text = arena_copy(a, r->text) };
}

static void
remember(struct witness *w, const struct event *ev, const struct verdict *v)
{
	struct judgement j = judgement_of(w, ev->kind, v);
	bool lasting = is_for_connection(ev->kind, j.verdict);

	if (ev->kind == EVENT_RCPT)
		w->recipient = arena_copy(&w->message_text,
		    ev->envelope.path);
	if (!j.given)
		return;
	j.reply = copy_reply(lasting ? &w->connection_text :
	    &w->message_text, &j.reply);
	if (lasting)
		w->connection = j;
	else if (ev->kind != EVENT_RCPT && ev->kind != EVENT_UNKNOWN)
		w->message = j;
	if (!w->command.given)
		w->command = j;
}

/* A message of its own begins; what was said of the last one is over. */
static void
begin(struct witness *w, const struct event *ev)
{
	if (ev->kind != EVENT_CONNECT && ev->kind != EVENT_HELO &&
	    ev->kind != EVENT_MAIL)
		return;
	coverage_note(w->coverage, w->engine);
	w->message.given = false;
	if (ev->kind == EVENT_MAIL)
		arena_reset(&w->message_text);
}

int
witness_feed(void *self, const struct event *event, struct verdict *verdict)
{
	struct witness *w = self;
	int result;

	if (event->kind == EVENT_ABORT || event->kind == EVENT_CLOSE) {
		w->abort_due |= event->kind == EVENT_ABORT;
		w->close_due |= event->kind == EVENT_CLOSE;
		*verdict = (struct verdict){ .kind = VERDICT_CONTINUE };
		return 0;
	}
	catch_up(w);
	begin(w, event);
	result = engine_feed(w->engine, event, verdict);
	if (event->kind == EVENT_UNKNOWN)
		coverage_note(w->coverage, w->engine);
	remember_failures(w, verdict, result);
	remember(w, event, verdict);
	return result;
}

void
witness_next_command(struct witness *w)
{
	w->command = (struct judgement){ .given = false };
	w->recipient = span_make(NULL, 0);
	w->failed = false;
}

struct judgement
witness_judgement(struct witness *w)
{
	struct judgement j = w->command;

	if (!j.given)
		j = w->connection.given ? w->connection : w->message;
	if (j.given && j.by_rule)
		return j;
	/* Not told for the log: ask who it was, and what it said. */
	j.by_rule = engine_verdict_rule(w->engine, w->recipient, &j.rule);
	if (j.by_rule && !j.given) {
		j.verdict = policy_rule(w->policy, j.rule).verdict;
		j.given = true;
	}
	return j;
}
