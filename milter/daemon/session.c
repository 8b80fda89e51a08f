/*
 * session.c - one MTA connection: the engine that judges it, and what was
 * agreed.
 *
 * The one path of an event: time and macros, engine, log, answer.
 *
 * Failure: a session that cannot be had, and an engine that fails, both end in
 * a temporary refusal, never in mail that nobody judged.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include <libmilter/mfapi.h>

#include "milter/daemon/in_force.h"
#include "milter/daemon/log.h"
#include "milter/daemon/render.h"
#include "milter/daemon/session.h"
#include "milter/daemon/tally.h"

/* libmilter takes no packet beyond 64 KiB, and folds only shrink. */
#define SCRATCH_MAX (128u << 10)

/* Any thread. */
static atomic_size_t open_count;
static atomic_size_t busy_count;
static atomic_bool turning_away;

/*
 * What every MTA so far has agreed to; any thread. An MTA that keeps its
 * connection for another client (SMFIC_QUIT_NC) does not negotiate again, but
 * libmilter has called xxfi_close as if all were over, and the session is gone
 * with what it knew. To be silent where not all have agreed would leave an MTA
 * waiting; to answer where one has makes libmilter drop the answer, with a line
 * in syslog. So what is common to all is what the next client begins with.
 */
static atomic_ulong protocol_of_all = ~0ul;

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct session *
session_new(void)
{
	struct session *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->plan = in_force_take();
	s->engine = engine_new(plan_policy(s->plan));
	if (s->engine == NULL) {
		plan_unref(s->plan);
		free(s);
		return NULL;
	}
	buffer_init(&s->scratch, SCRATCH_MAX);
	s->protocol = atomic_load(&protocol_of_all);
	s->began = now();
	atomic_fetch_add(&open_count, 1);
	tally_add(TALLY_CONNECTIONS);
	return s;
}

/* No message is at hand any more. */
static void
end_message(struct session *s)
{
	if (s->message == MESSAGE_JUDGED)
		atomic_fetch_sub(&busy_count, 1);
	s->message = MESSAGE_NONE;
}

static void
session_free(struct session *s)
{
	end_message(s);
	atomic_fetch_sub(&open_count, 1);
	engine_free(s->engine);
	plan_unref(s->plan);
	buffer_release(&s->scratch);
	free(s->params);
	free(s);
}

struct session *
session_find(SMFICTX *ctx)
{
	return smfi_getpriv(ctx);
}

struct session *
session_get(SMFICTX *ctx)
{
	struct session *s = session_find(ctx);

	if (s != NULL)
		return s;
	s = session_new();
	if (s != NULL && smfi_setpriv(ctx, s) != MI_SUCCESS) {
		session_free(s);
		s = NULL;
	}
	if (s == NULL) {
		tally_add(TALLY_FAILURES);
		log_failure(span_of(NULL), "no memory for a session");
	}
	return s;
}

void
session_end(SMFICTX *ctx)
{
	struct session *s = session_find(ctx);

	if (s == NULL)
		return;
	smfi_setpriv(ctx, NULL);
	session_free(s);
}

void
session_agree(struct session *s, unsigned long protocol)
{
	s->protocol = protocol;
	s->agreed = true;
	atomic_fetch_and(&protocol_of_all, protocol);
}

int
session_params(struct session *s, char **argv, size_t *count)
{
	size_t n = 0;

	*count = 0;
	if (argv[0] == NULL)
		return 0;
	while (argv[n + 1] != NULL)
		n++;
	if (n > s->params_cap) {
		struct span *more = reallocarray(s->params, n, sizeof *more);

		if (more == NULL)
			return -1;
		s->params = more;
		s->params_cap = n;
	}
	for (size_t i = 0; i < n; i++)
		s->params[i] = span_of(argv[i + 1]);
	*count = n;
	return 0;
}

/* Does an event of KIND belong to a message? */
static bool
is_of_message(enum event_kind kind)
{
	return kind >= EVENT_MAIL && kind <= EVENT_EOM;
}

/*
 * A session that did not negotiate goes on with what its MTA agreed to for
 * another client. Nobody knows any more what that was once other rules are in
 * force, which may need steps that this MTA leaves out.
 */
static bool
is_ignorant(const struct session *s)
{
	return !s->agreed && in_force_count() > 1;
}

/*
 * A message begins with MAIL, or with whatever comes first when the MTA leaves
 * that out.
 */
static void
begin_message(struct session *s, enum event_kind kind)
{
	if (kind == EVENT_MAIL)
		end_message(s);
	if (s->message != MESSAGE_NONE)
		return;
	s->began = now();
	/* Counted first: who stops then waits for it, or it sees the stop. */
	atomic_fetch_add(&busy_count, 1);
	s->message = MESSAGE_JUDGED;
	if (!atomic_load(&turning_away) && !is_ignorant(s))
		return;
	end_message(s);
	s->message = MESSAGE_TURNED_AWAY;
	tally_add(TALLY_TURNED_AWAY);
}

/* Is VERDICT, on an event of KIND, the last word on the message at hand? */
static bool
ends_message(enum event_kind kind, const struct verdict *verdict)
{
	switch (kind) {
	case EVENT_EOM:
	case EVENT_ABORT:
	case EVENT_CLOSE:
	case EVENT_CONNECT:
		return true;
	case EVENT_RCPT:
		return verdict->kind == VERDICT_CLOSE;
	case EVENT_UNKNOWN:
		return false;
	default:
		return verdict->kind != VERDICT_CONTINUE;
	}
}

/*
 * Where an answer can be given the message is refused for now. Nothing of it
 * goes to the engine.
 */
static sfsistat
turn_away(struct session *s, SMFICTX *ctx, enum event_kind kind)
{
	const struct step *step = step_of(kind);
	struct verdict later = { .kind = VERDICT_TEMPFAIL };

	if (kind == EVENT_EOM)
		end_message(s);
	if ((s->protocol & step->silent) != 0)
		return SMFIS_NOREPLY;
	if (!step->answered)
		return SMFIS_CONTINUE;
	/* RFC 3463 3.4: 4.3.2, system not accepting network messages. */
	later.reply.code = 451;
	later.reply.status = span_of("4.3.2");
	later.reply.text = span_of("The mail filter is being restarted, "
	    "please try again");
	return render_verdict(ctx, kind, &later);
}

static void
count_hit(void *plan, size_t rule)
{
	plan_hit(plan, rule);
}

static void
judge(struct session *s, SMFICTX *ctx, struct event *event,
    struct verdict *verdict)
{
	const struct step *step = step_of(event->kind);
	struct macro macros[POLICY_MACROS_MAX];
	int64_t spent;

	if (step->timed)
		event->time = time(NULL);
	event->macros = macros;
	event->macro_count = plan_read_macros(s->plan, ctx, step->phase,
	    macros);
	if (engine_feed(s->engine, event, verdict) < 0)
		render_failure(ctx, verdict->error.text);
	spent = verdict->decision_count > 0 ? now() - s->began : 0;
	for (size_t i = 0; i < verdict->decision_count; i++) {
		tally_decision(&verdict->decisions[i]);
		log_decision(&verdict->decisions[i], spent);
	}
	if (verdict->decision_count > 0)
		engine_each_hit(s->engine, count_hit, s->plan);
}

sfsistat
session_fail(struct session *s, enum event_kind kind)
{
	s->failed = true;
	tally_add(TALLY_FAILURES);
	log_failure(span_of(NULL), "no memory for an event");
	return (s->protocol & step_of(kind)->silent) != 0 ? SMFIS_NOREPLY :
	    SMFIS_TEMPFAIL;
}

/* What libmilter is told of VERDICT. */
static sfsistat
answer(struct session *s, SMFICTX *ctx, enum event_kind kind,
    const struct verdict *verdict)
{
	const struct step *step = step_of(kind);

	if ((s->protocol & step->silent) != 0)
		return SMFIS_NOREPLY;
	if (!step->answered)
		return SMFIS_CONTINUE;
	if (s->failed)
		return SMFIS_TEMPFAIL;
	return render_verdict(ctx, kind, verdict);
}

sfsistat
session_step(struct session *s, SMFICTX *ctx, struct event *event)
{
	enum event_kind kind = event->kind;
	struct verdict verdict;
	sfsistat told;

	if (is_of_message(kind))
		begin_message(s, kind);
	if (is_of_message(kind) && s->message == MESSAGE_TURNED_AWAY)
		return turn_away(s, ctx, kind);
	judge(s, ctx, event, &verdict);
	s->enough = verdict.enough;
	told = answer(s, ctx, kind, &verdict);
	if (ends_message(kind, &verdict))
		end_message(s);
	return told;
}

size_t
session_count(void)
{
	return atomic_load(&open_count);
}

void
session_turn_away(void)
{
	atomic_store(&turning_away, true);
}

size_t
session_busy(void)
{
	return atomic_load(&busy_count);
}
