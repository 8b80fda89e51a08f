/*
 * address.c - find the '@' that divides an envelope address.
 *
 * Quotes hide an '@' only if they are closed: of <"joe@x.org> the domain is
 * x.org, or a stray quote would hide a sender from every rule on domains.
 */
#include "config.h"

#include "rules/mail/address.h"

/* Offset of the '@'; the length of ADDRESS when there is none. */
static size_t
find_at(struct span address)
{
	size_t at = address.len;
	bool quoted = false;

	for (size_t i = 0; i < address.len; i++) {
		char c = address.ptr[i];

		if (c == '"')
			quoted = !quoted;
		else if (c == '\\' && quoted)
			i++;	/* RFC 5321 4.1.2: quoted-pairSMTP */
		else if (c == '@' && !quoted)
			at = i;
	}
	return quoted ? span_find_last(address, '@') : at;
}

struct span
address_local(struct span address)
{
	if (span_is(address, "<>"))
		return span_make(address.ptr, 0);
	return span_head(address, find_at(address));
}

struct span
address_domain(struct span address)
{
	if (span_is(address, "<>"))
		return span_make(address.ptr, 0);
	return span_skip(address, find_at(address) + 1);
}

/* RFC 5321 4.1.2: atext, and the dots of a Dot-string. */
static bool
is_atom(char c)
{
	char l = ascii_lower(c);

	return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') ||
	    (unsigned char)c >= 0x80 ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

/* Append LOCAL unquoted; false when it has to stay quoted. */
static bool
add_unquoted(struct buffer *out, struct span local)
{
	for (size_t i = 0; i < local.len; i++) {
		if (local.ptr[i] == '"')
			continue;
		if (local.ptr[i] == '\\' && i + 1 < local.len)
			i++;
		if (!is_atom(local.ptr[i]))
			return false;
		buffer_add_char(out, local.ptr[i]);
	}
	return out->len > 0;
}

struct span
address_plain(struct buffer *out, struct span address)
{
	struct span local = address_local(address);
	struct span domain = address_domain(address);

	buffer_clear(out);
	if (!add_unquoted(out, local)) {
		buffer_clear(out);
		buffer_add(out, local);
	}
	if (domain.len > 1 && domain.ptr[domain.len - 1] == '.')
		domain = span_head(domain, domain.len - 1);
	if (local.len < address.len && !span_is(address, "<>"))
		buffer_add_char(out, '@');
	buffer_add(out, domain);
	return out->overflow || out->len == 0 ? address : buffer_span(out);
}
