/*
 * tally.c - what the worker has done, counted.
 *
 * A decision says what was decided on and when; of these two follows which
 * numbers it belongs to. The engine decides on a message once, and says of each
 * refused recipient, of a connection and of a command besides.
 *
 * The numbers are read one by one while they grow, so a reader may see a
 * message whose answer is not counted yet. Nothing here can fail.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "milter/daemon/tally.h"

/* Any thread. */
static atomic_ullong tallies[TALLY_COUNT];

static const char *const names[TALLY_COUNT] = {
	[TALLY_CONNECTIONS] = "connections",
	[TALLY_CONNECTIONS_PASSED] = "connections-passed",
	[TALLY_CONNECTIONS_REFUSED] = "connections-refused",
	[TALLY_MESSAGES] = "messages",
	[TALLY_ACCEPTED] = "accepted",
	[TALLY_EDITED] = "edited",
	[TALLY_QUARANTINED] = "quarantined",
	[TALLY_REJECTED] = "rejected",
	[TALLY_TEMPFAILED] = "tempfailed",
	[TALLY_DISCARDED] = "discarded",
	[TALLY_CLOSED] = "closed",
	[TALLY_RECIPIENTS_REFUSED] = "recipients-refused",
	[TALLY_COMMANDS_REFUSED] = "commands-refused",
	[TALLY_SHADOW] = "shadow",
	[TALLY_FAILURES] = "failures",
	[TALLY_TURNED_AWAY] = "turned-away",
	[TALLY_RELOADS] = "reloads",
	[TALLY_RELOADS_FAILED] = "reloads-failed",
};

void
tally_add(enum tally t)
{
	atomic_fetch_add_explicit(&tallies[t], 1, memory_order_relaxed);
}

uint64_t
tally_get(enum tally t)
{
	return atomic_load_explicit(&tallies[t], memory_order_relaxed);
}

const char *
tally_name(enum tally t)
{
	return names[t];
}

static void
count_message(const struct decision *d)
{
	static const enum tally answers[] = {
		[VERDICT_CONTINUE] = TALLY_ACCEPTED,
		[VERDICT_ACCEPT] = TALLY_ACCEPTED,
		[VERDICT_REJECT] = TALLY_REJECTED,
		[VERDICT_TEMPFAIL] = TALLY_TEMPFAILED,
		[VERDICT_DISCARD] = TALLY_DISCARDED,
		[VERDICT_CLOSE] = TALLY_CLOSED,
	};

	tally_add(TALLY_MESSAGES);
	tally_add(answers[d->kind]);
	if (d->edits > 0)
		tally_add(TALLY_EDITED);
	if (d->quarantined)
		tally_add(TALLY_QUARANTINED);
}

/* The scope is that of the phase, but when the engine failed: then it is the
 * message. */
static bool
is_of_message(const struct decision *d)
{
	switch (d->phase) {
	case PHASE_CONNECT:
	case PHASE_HELO:
	case PHASE_UNKNOWN:
		return false;
	case PHASE_MAIL:
	case PHASE_RCPT:
	case PHASE_DATA:
	case PHASE_EOH:
	case PHASE_EOM:
	case PHASE_COUNT:
		break;
	}
	return true;
}

static void
count_answer(const struct decision *d)
{
	switch (d->scope) {
	case DECISION_CONNECTION:
		tally_add(d->kind == VERDICT_ACCEPT ?
		    TALLY_CONNECTIONS_PASSED : TALLY_CONNECTIONS_REFUSED);
		break;
	case DECISION_MESSAGE:
		if (is_of_message(d))
			count_message(d);
		break;
	case DECISION_RECIPIENT:
		/* The message goes with the connection. */
		if (d->kind == VERDICT_CLOSE)
			count_message(d);
		else
			tally_add(TALLY_RECIPIENTS_REFUSED);
		break;
	case DECISION_COMMAND:
		tally_add(TALLY_COMMANDS_REFUSED);
		break;
	case DECISION_FAILURE:
	case DECISION_LOG:
		break;
	}
}

/* Did the engine itself fail? No rule is named then, but a reason is given. */
static bool
is_failure(const struct decision *d)
{
	return d->scope == DECISION_FAILURE || (d->scope != DECISION_LOG &&
	    d->place.file == NULL && d->detail.len > 0);
}

void
tally_decision(const struct decision *decision)
{
	if (is_failure(decision))
		tally_add(TALLY_FAILURES);
	switch (decision->shadow) {
	case SHADOW_NONE:
	case SHADOW_POLICY:
		count_answer(decision);
		break;
	case SHADOW_WOULD:
	case SHADOW_UNDECIDED:
		if (decision->scope != DECISION_LOG)
			tally_add(TALLY_SHADOW);
		break;
	}
}
