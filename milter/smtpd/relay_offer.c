/*
 * relay_offer.c - what a server offers, and MAIL as it goes with that.
 *
 * Failure: none but the buffer's.
 */
#include "config.h"

#include "milter/smtpd/relay_offer.h"

/* The number behind SIZE (RFC 1870 3); 0 when there is none. */
static uint64_t
read_size(struct span s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9' &&
	    n < UINT64_MAX / 16; i++)
		n = 10 * n + (uint64_t)(s.ptr[i] - '0');
	return n;
}

void
relay_offer_note(struct relay_offer *o, struct span said)
{
	struct span word = span_head(said, span_find(said, ' '));

	if (span_equal_nocase(word, span_of("PIPELINING")))
		o->pipelining = true;
	else if (span_equal_nocase(word, span_of("8BITMIME")))
		o->eight_bit = true;
	else if (span_equal_nocase(word, span_of("SMTPUTF8")))
		o->smtputf8 = true;
	else if (span_equal_nocase(word, span_of("SIZE"))) {
		o->size_told = true;
		o->size_max = read_size(span_skip(said, word.len + 1));
	}
}

const char *
relay_offer_lacks(const struct relay_offer *o, const struct relay_mail *mail)
{
	if (mail->smtputf8 && !o->smtputf8)
		return "5.6.7 the next server does not offer SMTPUTF8";
	if (mail->eight_bit && !o->eight_bit)
		return "5.6.3 the next server does not offer 8BITMIME";
	if (o->size_max > 0 && mail->size > o->size_max)
		return "5.3.4 the message is larger than the next server takes";
	return NULL;
}

void
relay_offer_mail(const struct relay_offer *o, const struct relay_mail *mail,
    struct buffer *out)
{
	buffer_add_text(out, "MAIL FROM:<");
	if (!span_is(mail->sender, "<>"))
		buffer_add(out, mail->sender);
	buffer_add_char(out, '>');
	if (o->size_told)
		buffer_addf(out, " SIZE=%zu", mail->size);
	if (mail->eight_bit)
		buffer_add_text(out, " BODY=8BITMIME");
	if (mail->smtputf8)
		buffer_add_text(out, " SMTPUTF8");
	buffer_add_text(out, "\r\n");
}
