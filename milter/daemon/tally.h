/*
 * tally.h - what the worker has done, counted.
 *
 * Any thread; nothing blocks. Numbers begin with the worker: a crash loses
 * them. A message is counted once, with the answer that the client was told:
 * accepted, rejected, tempfailed, discarded and closed add up to messages.
 */
#ifndef MILLGATE_TALLY_H
#define MILLGATE_TALLY_H

#include <stdint.h>

#include "verdict.h"

enum tally {
	TALLY_CONNECTIONS,	/* that came */
	TALLY_CONNECTIONS_PASSED,	/* accepted whole: no message of them
					 * is judged or counted */
	TALLY_CONNECTIONS_REFUSED,	/* at CONNECT or HELO */
	TALLY_MESSAGES,		/* that got their answer, of any kind */
	TALLY_ACCEPTED,		/* of them; edited and held ones are */
	TALLY_EDITED,
	TALLY_QUARANTINED,
	TALLY_REJECTED,
	TALLY_TEMPFAILED,
	TALLY_DISCARDED,
	TALLY_CLOSED,
	TALLY_RECIPIENTS_REFUSED,
	TALLY_COMMANDS_REFUSED,	/* that the MTA does not know */
	TALLY_SHADOW,		/* what rules in shadow would have done */
	TALLY_FAILURES,		/* a rule or the filter could not judge */
	TALLY_TURNED_AWAY,	/* messages that nobody judged: the filter stops,
				 * or other rules came into force on a
				 * connection kept for another client */
	TALLY_RELOADS,
	TALLY_RELOADS_FAILED,
	TALLY_COUNT
};

/* One more of T. */
void tally_add(enum tally t);

uint64_t tally_get(enum tally t);

/* Its name in reports: "messages", "recipients-refused". */
const char *tally_name(enum tally t);

/*
 * Count what DECISION, which was just made, tells. Those of a policy in shadow
 * count as if they had been carried out.
 */
void tally_decision(const struct decision *decision);

#endif
