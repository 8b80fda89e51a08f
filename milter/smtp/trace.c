/*
 * trace.c - the field Received that we put on top of a message.
 *
 * RFC 5321 4.4, in the words of Postfix. What the client says of itself cannot
 * break out of its place: all that has a meaning in a field is shown as '?',
 * and what is too long for a line of RFC 5322 2.1.1 is cut. Several recipients
 * do not hear of each other, so `for` is there with one only.
 *
 * Failure: -1 when there is no room for a field more.
 */
#include "config.h"

#include "milter/smtp/trace.h"
#include "rules/base/date_time.h"

/* RFC 5321 4.5.3.1: a domain has 255 bytes at most, a path 256. */
#define NAME_LEN_MAX 255
#define TRACE_MAX 4096

/* RFC 3848 and RFC 6531 4.3. */
static void
add_protocol(const struct smtp_session *s, struct buffer *to)
{
	if (s->envelope.smtputf8)
		buffer_add_text(to, "UTF8SMTP");
	else
		buffer_add_text(to, s->extended ? "ESMTP" : "SMTP");
	if (!s->envelope.smtputf8 && !s->extended)
		return;
	buffer_add_text(to, s->tls ? "S" : "");
	buffer_add_text(to, s->authenticated ? "A" : "");
}

/* NAME, without what could end it or be taken for a comment. */
static void
add_name(struct span name, struct buffer *to)
{
	name = span_head(name, NAME_LEN_MAX);
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool plain = c > ' ' && c < 0x7f && strchr("<>()\\\";,@", c) ==
		    NULL;

		buffer_add_char(to, plain ? c : '?');
	}
}

static void
add_client(const struct smtp_session *s, struct buffer *to)
{
	char ip[IP_TEXT_MAX];

	ip_format(&s->peer.ip, ip);
	buffer_add_text(to, "from ");
	add_name(s->helo.len > 0 ? buffer_span(&s->helo) : s->peer.name, to);
	buffer_add_text(to, " (");
	add_name(s->peer.name, to);
	buffer_addf(to, " [%s%s])", s->peer.ip.len == 16 ? "IPv6:" : "",
	    ip[0] != '\0' ? ip : "unknown");
}

/* May the only recipient be told? It is ASCII, or the message may have more. */
static bool
has_for(const struct smtp_session *s)
{
	struct span to = s->envelope.recipients[0];

	if (s->envelope.count != 1 || to.len > NAME_LEN_MAX)
		return false;
	for (size_t i = 0; i < to.len; i++)
		if ((unsigned char)to.ptr[i] >= 0x80)
			return s->envelope.smtputf8;
	return true;
}

int
smtp_trace(struct smtp_session *s)
{
	struct span name = smtp_macros_value(&s->macros, MACRO_I);
	struct message_field field;
	struct buffer text;
	int result = -1;

	buffer_init(&text, TRACE_MAX);
	add_client(s, &text);
	buffer_addf(&text, "\n\tby %s (Millgate) with ", s->config.host);
	add_protocol(s, &text);
	buffer_add_text(&text, " id ");
	add_name(name, &text);
	if (has_for(s)) {
		buffer_add_text(&text, "\n\tfor <");
		buffer_add(&text, s->envelope.recipients[0]);
		buffer_add_text(&text, ">; ");
	} else
		buffer_add_text(&text, ";\n\t");
	date_time_mail(s->time, &text);
	buffer_add_text(&text, " (UTC)");
	if (!text.overflow && message_compose(&s->message,
	    span_of("Received"), buffer_span(&text), &field) == 0) {
		field.own = true;
		result = message_insert(&s->message, 0, &field);
	}
	buffer_release(&text);
	return result;
}
