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
