/*
 * event.h - what an MTA tells a filter, one step at a time.
 *
 * An event borrows every byte it points to for the length of one call; a sink
 * that wants to keep something copies it. Events are made by the constructors
 * below only, which remove, once and for all, what MTAs do differently:
 *
 *	client name	"[192.0.2.1]", "" and "unknown" are all "unknown"
 *	paths		without <>, source route (RFC 5321 4.1.1.3) or blanks;
 *			the null sender keeps its name "<>"
 *	header fields	name without blanks at its end, value without blanks
 *			or folds at its start, folds as LF, a bare CR as a space
 *	macros		name without braces: "{if_addr}" is "if_addr"
 *
 * The order of events is that of SMTP, but nothing may rely on it: a peer may
 * send MAIL without CONNECT, ABORT or CLOSE at any moment, a body before a
 * header. All functions are pure and may be called from any thread.
 */
#ifndef MILLGATE_EVENT_H
#define MILLGATE_EVENT_H

#include <stdint.h>
#include <sys/socket.h>

#include "buffer.h"
#include "ip.h"
#include "span.h"

/* The moments at which a filter may answer, in the order of RFC 5321. */
enum phase {
	PHASE_CONNECT,
	PHASE_HELO,
	PHASE_MAIL,
	PHASE_RCPT,
	PHASE_DATA,
	PHASE_EOH,		/* end of header fields */
	PHASE_EOM,		/* end of message */
	PHASE_UNKNOWN,		/* a command that the MTA does not know */
	PHASE_COUNT
};

/* Its name in rule files and logs: "connect", "helo", … */
const char *phase_name(enum phase p);

enum event_kind {
	EVENT_CONNECT,
	EVENT_HELO,
	EVENT_MAIL,
	EVENT_RCPT,
	EVENT_DATA,
	EVENT_HEADER,		/* one field; as often as there are fields */
	EVENT_EOH,
	EVENT_BODY,		/* some bytes of the body; edges mean nothing */
	EVENT_EOM,
	EVENT_ABORT,		/* the message is over without an answer */
	EVENT_CLOSE,		/* the connection is over */
	EVENT_UNKNOWN,
	EVENT_COUNT
};

/* A symbol of the MTA, without braces: { "i", "4Xyz" }. */
struct macro {
	struct span name;
	struct span value;
};

/*
 * The constructors leave macros and time out: a producer that has some sets
 * them in the event afterwards. Of a message the time of EVENT_MAIL counts.
 */
struct event {
	enum event_kind kind;
	const struct macro *macros;	/* known with this event */
	size_t macro_count;
	int64_t time;			/* seconds since the epoch; 0: not
					 * told */
	union {
		struct {
			struct span name;	/* "unknown" if not verified */
			struct ip ip;
			uint16_t port;		/* host order; 0: none */
		} connect;
		struct {
			struct span name;	/* argument of HELO or EHLO */
		} helo;
		struct {
			struct span path;	/* local@domain, or "<>" */
			const struct span *params;	/* "SIZE=52", … */
			size_t param_count;
		} envelope;			/* EVENT_MAIL, EVENT_RCPT */
		struct {
			struct span name;
			struct span value;
			struct span lead;	/* blanks and folds that stood
						 * before the value; empty when
						 * the producer does not know */
		} header;
		struct {
			struct span bytes;
		} body;
		struct {
			struct span line;
		} unknown;
	};
};

/*
 * A new connection from ADDR, whose verified name is NAME. ADDR may be NULL or
 * of a family other than AF_INET and AF_INET6 (a local submission): the event
 * then has no ip. An IPv4 address mapped into IPv6 (RFC 4291 2.5.5.2) is given
 * as IPv4.
 */
struct event event_connect(struct span name, const struct sockaddr *addr);

struct event event_helo(struct span name);

/* PATH is the argument of MAIL FROM or RCPT TO, PARAMS the words behind it. */
struct event event_mail(struct span path, const struct span *params,
    size_t param_count);
struct event event_rcpt(struct span path, const struct span *params,
    size_t param_count);

/*
 * One header field. SCRATCH is cleared, and holds the value when it had to be
 * rewritten; it must live as long as the event. A value has no more bytes than
 * before, so a scratch whose limit is that of a value never overflows.
 */
struct event event_header(struct span name, struct span value,
    struct buffer *scratch);

struct event event_body(struct span bytes);

struct event event_unknown(struct span line);

/* EVENT_DATA, EVENT_EOH, EVENT_EOM, EVENT_ABORT or EVENT_CLOSE. */
struct event event_plain(enum event_kind kind);

/* The macro NAME, braces removed, with VALUE. */
struct macro macro_make(struct span name, struct span value);

/* Sendmail names macros with letters, digits and '_'. */
bool macro_name_is_valid(struct span name);

#endif
