/*
 * relay_mail.h - a message on its way to a server, and what became of it.
 */
#ifndef MILLGATE_SMTPD_RELAY_MAIL_H
#define MILLGATE_SMTPD_RELAY_MAIL_H

#include "milter/smtpd/queue_state.h"
#include "span.h"

/* Of one transaction: what every server has to take, RFC 5321 4.5.3.1.8. */
#define RELAY_RECIPIENTS_MAX 100

enum relay_outcome {
	RELAY_UNTRIED,		/* nothing is known */
	RELAY_ACCEPTED,		/* the recipient, not yet the message */
	RELAY_DONE,		/* it has the message */
	RELAY_LATER,		/* refused for now, or nothing was heard */
	RELAY_REFUSED,		/* for good */
};

struct relay_result {
	enum relay_outcome outcome;
	bool too_many;			/* LATER only for there were others */
	bool whole;			/* the message's, not its own */
	char reply[QUEUE_REPLY_MAX];	/* why, or what was said; ours begin
					 * with a status of RFC 3463, others
					 * with a code */
};

/* A message to be sent. Borrowed until RELAY_WANT_MAIL or RELAY_CLOSED. */
struct relay_mail {
	struct span sender;		/* "<>": none */
	const struct span *recipients;	/* queue_address_is_safe() */
	size_t count;			/* 1 to RELAY_RECIPIENTS_MAX */
	size_t size;			/* bytes */
	bool eight_bit;
	bool smtputf8;
	struct relay_result *results;	/* COUNT of them, zeroed */
};

#endif
