/*
 * session.c - one MTA connection: the engine that judges it, and what was
 * agreed.
 *
 * The one path of an event: time and macros, engine, log, answer. When
 * libmilter stops it drops its connections without a word: their sessions are
 * then never ended, and only counted.
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

#include "milter/daemon/log.h"
#include "milter/daemon/render.h"
#include "milter/daemon/session.h"

/* libmilter takes no packet beyond 64 KiB, and folds only shrink. */
#define SCRATCH_MAX (128u << 10)

/* Written before the first thread exists, read by all of them. */
static const struct plan *plan_of_all;

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
	s->plan = plan_of_all;
	s->engine = engine_new(plan_policy(s->plan));
	if (s->engine == NULL) {
		free(s);
		return NULL;
	}
	buffer_init(&s->scratch, SCRATCH_MAX);
	s->protocol = atomic_load(&protocol_of_all);
	atomic_fetch_add(&open_count, 1);
	return s;
}

static void
session_free(struct session *s)
{
	atomic_fetch_sub(&open_count, 1);
	engine_free(s->engine);
	buffer_release(&s->scratch);
	free(s->params);
	free(s);
}

void
session_set_plan(const struct plan *plan)
{
	plan_of_all = plan;
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
	if (s == NULL)
		log_failure(span_of(NULL), "no memory for a session");
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

sfsistat
session_fail(struct session *s, enum event_kind kind)
{
	s->failed = true;
	log_failure(span_of(NULL), "no memory for an event");
	return (s->protocol & step_of(kind)->silent) != 0 ? SMFIS_NOREPLY :
	    SMFIS_TEMPFAIL;
}

sfsistat
session_step(struct session *s, SMFICTX *ctx, struct event *event)
{
	const struct step *step = step_of(event->kind);
	struct macro macros[POLICY_MACROS_MAX];
	struct verdict verdict;

	if (step->timed)
		event->time = time(NULL);
	event->macros = macros;
	event->macro_count = plan_read_macros(s->plan, ctx, step->phase,
	    macros);
	if (engine_feed(s->engine, event, &verdict) < 0)
		render_failure(ctx, verdict.error.text);
	for (size_t i = 0; i < verdict.decision_count; i++)
		log_decision(&verdict.decisions[i]);
	if ((s->protocol & step->silent) != 0)
		return SMFIS_NOREPLY;
	if (!step->answered)
		return SMFIS_CONTINUE;
	if (s->failed)
		return SMFIS_TEMPFAIL;
	return render_verdict(ctx, event->kind, &verdict);
}

size_t
session_count(void)
{
	return atomic_load(&open_count);
}
