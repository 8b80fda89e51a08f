/*
 * relay_offer.h - what a server offers, and MAIL as it goes with that.
 */
#ifndef MILLGATE_SMTPD_RELAY_OFFER_H
#define MILLGATE_SMTPD_RELAY_OFFER_H

#include "buffer.h"
#include "milter/smtpd/relay_mail.h"

/* Zeroed: nothing beyond RFC 821. */
struct relay_offer {
	bool pipelining;		/* RFC 2920 */
	bool eight_bit;			/* 8BITMIME, RFC 6152 */
	bool smtputf8;			/* RFC 6531 */
	bool size_told;			/* SIZE, RFC 1870 */
	uint64_t size_max;		/* 0: no bound was told */
};

/* SAID is a line of the reply to EHLO, behind its code. */
void relay_offer_note(struct relay_offer *o, struct span said);

/*
 * Why MAIL cannot go to this server, with a status; NULL: it can.
 *
 * RFC 6152 3 leaves two ways for 8-bit text and a server that does not take it:
 * convert it, or give it back. Converted it would not be what was signed, so it
 * is given back. RFC 6531 3.2 knows no other way.
 */
const char *relay_offer_lacks(const struct relay_offer *o,
    const struct relay_mail *mail);

/* Append the command MAIL, with its CRLF. */
void relay_offer_mail(const struct relay_offer *o,
    const struct relay_mail *mail, struct buffer *out);

#endif
