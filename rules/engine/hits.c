/*
 * hits.c - which rules held for what has just been answered: see engine.h.
 *
 * Only what is known is looked at: the answers that readings have kept, a byte
 * a rule, up to where each reading has come.
 */
#include "config.h"

#include <stdint.h>

#include "rules/engine/reading.h"
#include "rules/engine/report.h"

struct hearer {
	void (*hit)(void *context, size_t rule);
	void *context;
};

/* The rules that R reaches and that hold, R's own or those of all (NULL). */
static void
tell_held(struct engine *e, const struct reading *r, size_t reach,
    const struct hearer *h)
{
	const struct rule *rule;
	size_t at = 0;

	while ((rule = reading_next_held(e, r, &at)) != NULL &&
	    rule->index <= reach)
		if ((rule->mode == MODE_SHADOW) == (e->view == VIEW_SHADOW) &&
		    report_is_first(e, rule, SAID_HIT))
			h->hit(h->context, rule->index);
}

/* R, and with BEHIND those behind it. */
static void
tell_readings(struct engine *e, const struct reading *r, bool behind,
    const struct hearer *h)
{
	size_t reach, most = 0;

	for (; r != NULL; r = behind ? r->next : NULL) {
		reach = reading_reach(e, r);
		if (reach > most)
			most = reach;
		tell_held(e, r, reach, h);
	}
	tell_held(e, NULL, most, h);
}

static void
tell_views(struct engine *e, const struct reading *r, bool behind,
    const struct hearer *h)
{
	tell_readings(e, r, behind, h);
	if (!e->policy->shadows)
		return;
	e->view = VIEW_SHADOW;
	tell_readings(e, r, behind, h);
	e->view = VIEW_ENFORCED;
}

/* Could RULE not be judged, at some time of this message? */
static bool
has_failed(const struct engine *e, const struct rule *rule)
{
	size_t i;

	for (i = 0; i < e->failed_count; i++)
		if (e->failed[i] == rule)
			return true;
	return false;
}

/* A recipient may have been refused, or the message with it. */
static void
tell_recipient(struct engine *e, const struct hearer *h)
{
	const struct recipient *r = e->last_recipient;

	if (r != NULL && r->reading->refused)
		tell_views(e, r->reading, false, h);
}

static void
tell_message(struct engine *e, const struct hearer *h)
{
	if (!e->answered && !e->over)
		return;
	if (e->readings != NULL)
		tell_views(e, e->readings, true, h);
	else
		tell_views(e, &e->general, false, h);
}

/* The one that ended it did not have to wait for those above. */
static void
tell_connection(struct engine *e, const struct hearer *h)
{
	/* Else the engine failed, and nothing was decided. */
	if (e->decisions[e->decision_count - 1].scope != DECISION_CONNECTION)
		return;
	tell_views(e, &e->general, false, h);
	if (e->told != NULL && report_is_first(e, e->told, SAID_HIT))
		h->hit(h->context, e->told->index);
}

/* Each command counts, also when it comes in the middle of a message. */
static void
tell_command(struct engine *e, const struct hearer *h)
{
	if (e->told != NULL && e->told->command && !has_failed(e, e->told))
		h->hit(h->context, e->told->index);
}

void
engine_each_hit(struct engine *e, void (*hit)(void *context, size_t rule),
    void *context)
{
	struct hearer h = { hit, context };

	if (e->decision_count == 0)
		return;
	switch (e->phase) {
	case PHASE_CONNECT:
	case PHASE_HELO:
		tell_connection(e, &h);
		break;
	case PHASE_RCPT:
		tell_recipient(e, &h);
		break;
	case PHASE_MAIL:
	case PHASE_DATA:
	case PHASE_EOH:
	case PHASE_EOM:
		tell_message(e, &h);
		break;
	case PHASE_UNKNOWN:
		tell_command(e, &h);
		break;
	case PHASE_COUNT:
		break;
	}
}
