/*
 * xclient.c - telling an SMTP server who the client is meant to be.
 *
 * Failure: there is none; what is not offered is not said.
 */
#include "config.h"

#include "milter/replay/xclient.h"

static struct span
next_word(struct span *rest)
{
	struct span word = span_trim(*rest);
	size_t end = 0;

	while (end < word.len && word.ptr[end] != ' ' &&
	    word.ptr[end] != '\t' && word.ptr[end] != '\r')
		end++;
	*rest = span_skip(word, end);
	return span_head(word, end);
}

/* Has the line of REPLY that offers XCLIENT the attribute NAME? */
static bool
offers(struct span reply, const char *name)
{
	struct span line, word;
	size_t end;

	for (; reply.len > 0; reply = span_skip(reply, end + 1)) {
		end = span_find(reply, '\n');
		line = span_skip(span_head(reply, end), strlen("250-"));
		word = next_word(&line);
		if (!span_equal_nocase(word, span_of("XCLIENT")))
			continue;
		while ((word = next_word(&line)).len > 0)
			if (span_equal_nocase(word, span_of(name)))
				return true;
	}
	return false;
}

bool
xclient_is_offered(struct span reply)
{
	return offers(reply, "NAME") && offers(reply, "ADDR");
}

/* VALUE as xtext (RFC 3461 4). */
static void
add_xtext(struct buffer *line, struct span value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (c <= ' ' || c > '~' || c == '+' || c == '=')
			buffer_addf(line, "+%02X", c);
		else
			buffer_add_char(line, (char)c);
	}
}

static bool
is_known(struct span name)
{
	return name.len > 0 && !span_equal_nocase(name, span_of("unknown"));
}

void
xclient_write(struct span reply, const struct smtp_client *client,
    struct buffer *line)
{
	char ip[IP_TEXT_MAX];

	ip_format(&client->ip, ip);
	buffer_add_text(line, "XCLIENT NAME=");
	if (is_known(client->name))
		add_xtext(line, client->name);
	else
		buffer_add_text(line, "[UNAVAILABLE]");
	buffer_add_text(line, client->ip.len == 16 ? " ADDR=IPV6:" : " ADDR=");
	buffer_add_text(line, client->ip.len > 0 ? ip : "[UNAVAILABLE]");
	if (!offers(reply, "PORT"))
		return;
	if (client->port > 0)
		buffer_addf(line, " PORT=%u", client->port);
	else
		buffer_add_text(line, " PORT=[UNAVAILABLE]");
}
