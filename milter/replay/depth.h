/*
 * depth.h - how deep recordings are played: who answers.
 *
 *	rules	the rules of this process, through a session of the SMTP machine
 *	milter	a filter at the other end of a socket, through such a session:
 *		what comes back is what an MTA would be told
 *	smtp	an SMTP server, with whatever filters it has
 *
 * The rules see all that a recording has, and everything about them can be
 * seen. At the other depths some of it cannot be given, or not be seen; what
 * depends on that is not checked.
 */
#ifndef MILLGATE_DEPTH_H
#define MILLGATE_DEPTH_H

#include "milter/dial.h"
#include "milter/replay/coverage.h"
#include "milter/replay/mailboxes.h"

enum depth_kind {
	DEPTH_RULES,
	DEPTH_MILTER,
	DEPTH_SMTP,
};

/* Borrowed by those who play. */
struct depth {
	enum depth_kind kind;
	/*
	 * DEPTH_RULES: those who answer. Elsewhere NULL, or the rules that the
	 * filter is believed to have.
	 */
	struct policy *policy;
	struct coverage *coverage;	/* DEPTH_RULES; NULL: nobody asks */
	size_t body_chunk;	/* most bytes of an EVENT_BODY; 0: as the
				 * machine does; not DEPTH_SMTP */
	const char *place;	/* of the peer, as it was named */
	struct dial peer;
	unsigned timeout_ms;	/* for each answer of the peer */
	struct mailboxes *mailboxes;	/* DEPTH_SMTP: where messages come to
					 * light; NULL: nowhere */
};

#endif
