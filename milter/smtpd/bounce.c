/*
 * bounce.c - a report on what could not be delivered (RFC 3464).
 *
 * Addresses and replies hold no line ends, and the boundary is one that the
 * given header does not contain; so nothing from outside can end a part.
 *
 * Failure: none but the buffer's.
 */
#include "config.h"

#include <stdio.h>

#include "milter/smtpd/bounce.h"
#include "rules/base/date_time.h"

#define BOUNDARY_MAX 96

size_t
bounce_limit(const struct bounce *b)
{
	return 4096 + 2 * b->content.len + b->state->count *
	    (2 * (QUEUE_ADDRESS_MAX + QUEUE_REPLY_MAX) + 256);
}

static void
add_date(struct buffer *out, const char *field, int64_t time)
{
	buffer_addf(out, "%s: ", field);
	date_time_mail(time, out);
	buffer_add_char(out, '\n');
}

/* The header in CONTENT, without the line that ends it. */
static struct span
header_of(struct span content)
{
	const char *end;

	content = span_head(content, BOUNCE_HEADER_MAX);
	end = memmem(content.ptr, content.len, "\r\n\r\n", 4);
	if (end != NULL)
		return span_head(content, (size_t)(end - content.ptr) + 2);
	/* It is longer: up to the last line that is whole. */
	return span_head(content, span_find_last(content, '\n') + 1);
}

static void
make_boundary(const struct bounce *b, struct span header,
    char boundary[BOUNDARY_MAX])
{
	unsigned n = 0;

	do {
		snprintf(boundary, BOUNDARY_MAX, "=_%u_%s", n++, b->name);
	} while (header.len > 0 && memmem(header.ptr, header.len, boundary,
	    strlen(boundary)) != NULL);
}

static bool
is_refused(const struct bounce *b, size_t i)
{
	return b->state->status[i] == QUEUE_REFUSED;
}

static const char *
reply_to(const struct bounce *b, size_t i)
{
	return b->state->reply[i] != NULL ? b->state->reply[i] :
	    "4.4.7 it was not tried in time";
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
has_code(const char *reply)
{
	return is_digit(reply[0]) && is_digit(reply[1]) && is_digit(reply[2]);
}

/* The status of RFC 3463 that REPLY has, or what its code makes of it. */
static void
add_status(struct buffer *out, const char *reply)
{
	struct span status = span_of(has_code(reply) ? reply + 3 : reply);

	status = span_trim(status);
	status = span_head(status, span_find(status, ' '));
	buffer_add_text(out, "Status: ");
	if (reply_status_is_valid(status, reply[0]))
		buffer_add(out, status);
	else
		buffer_addf(out, "%c.0.0", reply[0] == '4' ? '4' : '5');
	buffer_add_char(out, '\n');
}

static void
add_words(const struct bounce *b, struct buffer *out)
{
	buffer_addf(out, "This is the mail server %s.\n\n"
	    "Your message could not be delivered to these recipients, and "
	    "will not be\ntried again:\n", b->host);
	for (size_t i = 0; i < b->state->count; i++) {
		if (!is_refused(b, i))
			continue;
		buffer_add_text(out, "\n<");
		buffer_add(out, b->envelope->recipients[i]);
		buffer_addf(out, ">\n    %s\n", reply_to(b, i));
	}
	buffer_add_text(out, "\nIts header is attached.\n");
}

/* RFC 3464 2, and RFC 6533 4 for addresses beyond ASCII. */
static void
add_status_part(const struct bounce *b, struct buffer *out)
{
	buffer_addf(out, "Reporting-MTA: dns; %s\n", b->host);
	add_date(out, "Arrival-Date", b->envelope->arrived);
	for (size_t i = 0; i < b->state->count; i++) {
		if (!is_refused(b, i))
			continue;
		buffer_addf(out, "\nFinal-Recipient: %s; ",
		    b->envelope->smtputf8 ? "utf-8" : "rfc822");
		buffer_add(out, b->envelope->recipients[i]);
		buffer_add_text(out, "\nAction: failed\n");
		add_status(out, reply_to(b, i));
		if (has_code(reply_to(b, i)))
			buffer_addf(out, "Diagnostic-Code: smtp; %s\n",
			    reply_to(b, i));
	}
}

static void
add_header_part(struct span header, struct buffer *out)
{
	struct span line;
	size_t end;

	for (; header.len > 0; header = span_skip(header, end + 1)) {
		end = span_find(header, '\n');
		line = span_head(header, end);
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		buffer_add(out, line);
		buffer_add_char(out, '\n');
	}
}

static void
begin_part(struct buffer *out, const char *boundary, const char *type,
    bool eight_bit)
{
	buffer_addf(out, "\n--%s\nContent-Type: %s\n", boundary, type);
	if (eight_bit)
		buffer_add_text(out, "Content-Transfer-Encoding: 8bit\n");
	buffer_add_char(out, '\n');
}

static void
add_own_header(const struct bounce *b, const char *boundary,
    struct buffer *out)
{
	buffer_addf(out, "From: MAILER-DAEMON@%s\nTo: ", b->host);
	buffer_add(out, b->envelope->sender);
	buffer_add_text(out, "\nSubject: Your message was not delivered\n");
	add_date(out, "Date", b->time);
	buffer_addf(out, "Message-ID: <%s@%s>\n", b->name, b->host);
	buffer_addf(out, "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=%s;\n"
	    "\tboundary=\"%s\"\n", b->envelope->smtputf8 ?
	    "global-delivery-status" : "delivery-status", boundary);
}

void
bounce_write(const struct bounce *b, struct buffer *out)
{
	struct span header = header_of(b->content);
	bool utf8 = b->envelope->smtputf8;
	bool eight_bit = b->envelope->eight_bit || utf8;
	char boundary[BOUNDARY_MAX];

	make_boundary(b, header, boundary);
	add_own_header(b, boundary, out);
	begin_part(out, boundary, "text/plain; charset=utf-8", utf8);
	add_words(b, out);
	begin_part(out, boundary, utf8 ? "message/global-delivery-status" :
	    "message/delivery-status", utf8);
	add_status_part(b, out);
	begin_part(out, boundary, utf8 ? "message/global-headers" :
	    "text/rfc822-headers", eight_bit);
	add_header_part(header, out);
	buffer_addf(out, "\n--%s--\n", boundary);
}
