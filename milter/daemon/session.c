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

#include "milter/clock.h"
#include "milter/daemon/in_force.h"
#include "milter/daemon/log.h"
#include "milter/daemon/render.h"
#include "milter/daemon/session.h"
#include "milter/daemon/tally.h"
#include "milter/daemon/under_way.h"

/* libmilter takes no packet beyond 64 KiB, and folds only shrink. */
#define SCRATCH_MAX (128u << 10)

/*
 * Stands for a session that could not be had: one that were made later would
 * judge without what this connection has said before.
 */
static struct session missing;

/* Any thread. */
static atomic_size_t open_count;

/*
 * What every MTA so far has agreed to; any thread. An MTA that keeps its
 * connection for another client (SMFIC_QUIT_NC) does not negotiate again, but
 * libmilter has called xxfi_close as if all were over, and the session is gone
 * with what it knew. To be silent where not all have agreed would leave an MTA
 * waiting; to answer where one has makes libmilter drop the answer, with a line
 * in syslog. So what is common to all is what the next client begins with.
 */
static atomic_ulong protocol_of_all = ~0ul;

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
	s->began = clock_us();
	atomic_fetch_add(&open_count, 1);
	tally_add(TALLY_CONNECTIONS);
	return s;
}

static void
session_free(struct session *s)
{
	under_way_end(s);
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
	struct session *s = smfi_getpriv(ctx);

	return s != &missing ? s : NULL;
}

struct session *
session_get(SMFICTX *ctx)
{
	struct session *s = smfi_getpriv(ctx);

	if (s != NULL)
		return s != &missing ? s : NULL;
	s = session_new();
	if (s != NULL && smfi_setpriv(ctx, s) != MI_SUCCESS) {
		session_free(s);
		s = NULL;
	}
	if (s == NULL) {
		(void)smfi_setpriv(ctx, &missing);
		tally_add(TALLY_FAILURES);
		log_failure(span_of(NULL), "no memory for a session");
	}
	return s;
}

void
session_end(SMFICTX *ctx)
{
	struct session *s = session_find(ctx);

	smfi_setpriv(ctx, NULL);
	if (s != NULL)
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
	spent = verdict->decision_count > 0 ? clock_us() - s->began : 0;
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

	if (!under_way_may_pass(s, ctx, kind))
		return under_way_turn_away(s, ctx, kind);
	judge(s, ctx, event, &verdict);
	s->enough = verdict.enough;
	told = answer(s, ctx, kind, &verdict);
	if (ends_message(kind, &verdict))
		under_way_end(s);
	return told;
}

size_t
session_count(void)
{
	return atomic_load(&open_count);
}
