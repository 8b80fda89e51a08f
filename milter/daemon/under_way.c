/*
 * under_way.c - messages that have begun and not ended, of all sessions.
 *
 * Nothing of a message that is turned away goes to the engine.
 *
 * Failure: none.
 */
#include "config.h"

#include <stdatomic.h>

#include "milter/clock.h"
#include "milter/daemon/in_force.h"
#include "milter/daemon/log.h"
#include "milter/daemon/render.h"
#include "milter/daemon/session.h"
#include "milter/daemon/tally.h"
#include "milter/daemon/under_way.h"

/* Any thread. */
static atomic_size_t busy_count;
static atomic_bool turning_away;

void
under_way_end(struct session *s)
{
	if (s->message == MESSAGE_JUDGED)
		atomic_fetch_sub(&busy_count, 1);
	s->message = MESSAGE_NONE;
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

/* What whoever is turned away is told. RFC 3463 3.4: 4.3.2, not now. */
static struct reply
away_reply(void)
{
	return (struct reply){ .code = 451, .status = span_of("4.3.2"),
		.text = span_of(atomic_load(&turning_away) ?
		    "The mail filter is being restarted, please try again" :
		    "The mail filter has other rules now, please connect "
		    "again") };
}

/* Nothing of it has gone to the engine, so what is known is told from here. */
static void
log_turned_away(struct session *s, SMFICTX *ctx, enum event_kind kind)
{
	struct decision d = engine_unjudged(s->engine);
	char name[] = "i";	/* libmilter's argument is no const char * */

	d.kind = VERDICT_TEMPFAIL;
	d.phase = step_of(kind)->phase;
	if (d.phase == PHASE_COUNT)
		d.phase = PHASE_EOH;	/* a field, or the body */
	d.reply = away_reply();
	d.queue_id = span_of(smfi_getsymval(ctx, name));
	log_decision(&d, -1);
	tally_add(TALLY_TURNED_AWAY);
}

/*
 * A message begins with MAIL, or with whatever comes first when the MTA leaves
 * that out.
 */
static void
begin_message(struct session *s, SMFICTX *ctx, enum event_kind kind)
{
	if (kind == EVENT_MAIL)
		under_way_end(s);
	if (s->message != MESSAGE_NONE)
		return;
	s->began = clock_us();
	/* Counted first: who stops then waits for it, or it sees the stop. */
	atomic_fetch_add(&busy_count, 1);
	s->message = MESSAGE_JUDGED;
	if (!atomic_load(&turning_away) && !is_ignorant(s))
		return;
	under_way_end(s);
	s->message = MESSAGE_TURNED_AWAY;
	log_turned_away(s, ctx, kind);
}

bool
under_way_may_pass(struct session *s, SMFICTX *ctx, enum event_kind kind)
{
	if (!is_of_message(kind))
		return true;
	begin_message(s, ctx, kind);
	return s->message != MESSAGE_TURNED_AWAY;
}

sfsistat
under_way_turn_away(struct session *s, SMFICTX *ctx, enum event_kind kind)
{
	const struct step *step = step_of(kind);
	const struct verdict later = { .kind = VERDICT_TEMPFAIL,
		.reply = away_reply() };

	if (kind == EVENT_EOM)
		under_way_end(s);
	if ((s->protocol & step->silent) != 0)
		return SMFIS_NOREPLY;
	if (!step->answered)
		return SMFIS_CONTINUE;
	return render_verdict(ctx, kind, &later);
}

void
under_way_stop(void)
{
	atomic_store(&turning_away, true);
}

size_t
under_way_count(void)
{
	return atomic_load(&busy_count);
}
