/*
 * verdict.h - what a filter answers to an event, as data; and the seam.
 *
 * A verdict never acts. The caller turns it into what its own peer understands:
 * libmilter calls, a report, an SMTP reply. Every span of a verdict lives in
 * the sink, until the next event is fed to the same sink.
 */
#ifndef MILLGATE_VERDICT_H
#define MILLGATE_VERDICT_H

#include "edit.h"
#include "error.h"
#include "event.h"

/*
 * What it means at each event:
 *
 *	CONTINUE	go on; at EVENT_EOM: deliver, with the edits
 *	ACCEPT		at EVENT_CONNECT: no more of this connection; later: no
 *			more of this message; never at EVENT_RCPT. Deliver it,
 *			with the edits
 *	REJECT		at EVENT_RCPT: not this recipient; at EVENT_MAIL and
 *	TEMPFAIL	from EVENT_DATA on: not this message; at EVENT_CONNECT
 *			and EVENT_HELO, where a rule has "early": not this
 *			connection; at EVENT_UNKNOWN: not this command
 *	DISCARD		at EVENT_MAIL and from EVENT_DATA on: say that it was
 *			accepted, and drop it
 *	CLOSE		421 and hang up, at any event that is answered
 *
 * EVENT_HEADER, EVENT_BODY, EVENT_ABORT and EVENT_CLOSE always get CONTINUE.
 */
enum verdict_kind {
	VERDICT_CONTINUE,
	VERDICT_ACCEPT,
	VERDICT_REJECT,
	VERDICT_TEMPFAIL,
	VERDICT_DISCARD,
	VERDICT_CLOSE,
};

/* Its name in rule files and logs: "continue", "accept", … */
const char *verdict_name(enum verdict_kind k);

/* RFC 5321 4.5.3.1.5 asks for 512; both MTAs take more. libmilter refuses more
 * than 980 bytes, so this leaves room for the code and the status. */
#define REPLY_LINE_MAX 900
#define REPLY_LINES_MAX 32	/* libmilter's own limit */

/*
 * An SMTP reply. The class of code and status agree (RFC 3463): 5xx and 5.x.x
 * with REJECT, 4xx and 4.x.x with TEMPFAIL, 421 and 4.x.x with CLOSE alone. Text
 * is printable ASCII, its lines are divided by LF, each at most REPLY_LINE_MAX
 * bytes where '%' counts twice, for milters must double it. code 0: no reply of
 * its own.
 */
struct reply {
	unsigned code;
	struct span status;	/* "5.7.1" */
	struct span text;
};

/*
 * Is STATUS one of RFC 3463 2, class "." 1*3digit "." 1*3digit, of CLASS, a
 * digit as a character? Pure; any thread.
 */
bool reply_status_is_valid(struct span status, char class);

enum decision_scope {
	DECISION_CONNECTION,	/* holds for all that may come on it */
	DECISION_MESSAGE,
	DECISION_RECIPIENT,
	DECISION_COMMAND,	/* one that the MTA does not know */
	DECISION_FAILURE,	/* not a verdict: a rule could not be judged */
	DECISION_LOG,		/* not a verdict: a rule has something to say */
};

/* What a rule, or a policy, that is only tried out would have done. */
enum decision_shadow {
	SHADOW_NONE,		/* it was done */
	SHADOW_WOULD,		/* "would-reject", …: the rule is tried out */
	SHADOW_POLICY,		/* the same: all of the policy is */
	SHADOW_UNDECIDED,	/* the message ended before that was known */
};

/* Something worth a line in the log. Unknown spans are empty. */
struct decision {
	enum decision_scope scope;
	enum verdict_kind kind;
	enum decision_shadow shadow;
	enum phase phase;
	struct span rule;	/* that decided; empty: no rule did */
	struct place place;	/* of that rule; file NULL: no rule did */
	struct reply reply;
	struct span queue_id;
	struct span client;	/* address */
	struct span client_name;
	struct span helo;
	struct span sender;
	struct span recipient;	/* DECISION_RECIPIENT only */
	size_t recipients;	/* of the message, refused ones not counted */
	size_t edits;
	bool quarantined;	/* with ACCEPT: the MTA holds it */
	bool scored;		/* score is told: some rule writes one */
	int64_t score;		/* in thousandths, of the first recipient */
	struct span detail;	/* DECISION_FAILURE: why; DECISION_LOG: what */
};

struct verdict {
	enum verdict_kind kind;
	struct reply reply;		/* with REJECT, TEMPFAIL, CLOSE */
	const struct edit *edits;	/* at EVENT_EOM only, in order */
	size_t edit_count;
	const struct decision *decisions;
	size_t decision_count;
	bool enough;			/* at EVENT_BODY: more of the body will
					 * change nothing */
	struct error error;		/* filled when the sink returned -1 */
};

/*
 * The seam: whoever has events feeds them to whoever judges them, through a
 * function of this type. SELF is the sink's own session, one for each
 * connection, used by one thread at a time but not always by the same one; a
 * new EVENT_CONNECT begins a new client on it.
 * EVENT is borrowed for the call. VERDICT is the caller's; the sink fills all
 * of it, every time.
 *
 * Returns 0, or -1 when the sink itself failed: error then says why, and the
 * verdict is the safe answer, to be given as any other. A sink stays usable
 * after a failure; the message at hand keeps its safe answer.
 *
 * A sink that has to ask somebody else may return EVENT_LATER, if its contract
 * says so: the event is copied, the verdict is not filled, and will be told in
 * a way of the sink's own. Until then it is fed nothing but ABORT and CLOSE,
 * which call the question off, and which are never answered later.
 */
#define EVENT_LATER 1

typedef int event_sink(void *self, const struct event *event,
    struct verdict *verdict);

#endif
