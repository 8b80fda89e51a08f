/*
 * address.c - the form of an envelope address, and the '@' that divides it.
 *
 * Quotes hide an '@' only if they are closed: of <"joe@x.org> the domain is
 * x.org, or a stray quote would hide a sender from every rule on domains.
 */
#include "config.h"

#include "ip.h"
#include "rules/base/utf8.h"
#include "rules/mail/address.h"

#define DOMAIN_MAX 255		/* RFC 5321 4.5.3.1.2 */
#define LABEL_MAX 63		/* RFC 1035 2.3.4 */

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

/* Is all of S UTF-8 without control characters? */
static bool
is_printable_utf8(struct span s)
{
	size_t len;

	for (; s.len > 0; s = span_skip(s, len)) {
		len = utf8_length(s);
		if (len == 0 || (unsigned char)s.ptr[0] < ' ' ||
		    s.ptr[0] == 0x7f)
			return false;
		/* U+0080 to U+009F are controls, too. */
		if (len == 2 && (unsigned char)s.ptr[0] == 0xc2 &&
		    (unsigned char)s.ptr[1] < 0xa0)
			return false;
	}
	return true;
}

/* Dot-string: atoms with single dots between them. */
static bool
is_dot_string(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_atom(s.ptr[i]))
			return false;
		if (s.ptr[i] == '.' && (i == 0 || i + 1 == s.len ||
		    s.ptr[i + 1] == '.'))
			return false;
	}
	return s.len > 0 && s.ptr[0] != '-';
}

/* Quoted-string: its text may hold anything printable but a bare quote. */
static bool
is_quoted_string(struct span s)
{
	size_t i, start = 1;

	if (s.len < 2 || s.ptr[0] != '"' || s.ptr[s.len - 1] != '"')
		return false;
	s.len--;
	if (s.ptr[1] == '\\')
		start = 2;
	if (s.ptr[start] == '-')
		return false;
	for (i = 1; i < s.len; i++) {
		if (s.ptr[i] == '"')
			return false;
		/* quoted-pairSMTP: of what is printable ASCII alone */
		if (s.ptr[i] == '\\' && (++i == s.len ||
		    (unsigned char)s.ptr[i] > '~'))
			return false;
	}
	return true;
}

/* sub-domain: letters, digits, UTF-8, and hyphens inside. */
static bool
is_label(struct span s)
{
	if (s.len == 0 || s.len > LABEL_MAX || s.ptr[0] == '-' ||
	    s.ptr[s.len - 1] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char l = ascii_lower(s.ptr[i]);

		if ((l < 'a' || l > 'z') && (l < '0' || l > '9') && l != '-' &&
		    (unsigned char)l < 0x80)
			return false;
	}
	return true;
}

/* address-literal, of the two kinds that there are. */
static bool
is_literal(struct span s)
{
	struct span tag = span_of("IPv6:");
	struct ip ip;

	if (s.len < 2 || s.ptr[0] != '[' || s.ptr[s.len - 1] != ']')
		return false;
	s = span_make(s.ptr + 1, s.len - 2);
	if (ip_parse(s, &ip) < 0)
		return false;
	return span_starts_with_nocase(s, tag) ||
	    span_find(s, ':') == s.len;
}

static bool
is_domain(struct span s)
{
	if (is_literal(s))
		return true;
	if (s.len > DOMAIN_MAX)
		return false;
	for (;;) {
		struct span label = span_head(s, span_find(s, '.'));

		if (!is_label(label))
			return false;
		if (label.len == s.len)
			return true;
		s = span_skip(s, label.len + 1);
	}
}

bool
address_is_valid(struct span address)
{
	struct span local = address_local(address);

	if (address.len > ADDRESS_MAX || local.len == address.len ||
	    !is_printable_utf8(address))
		return false;
	return (is_dot_string(local) || is_quoted_string(local)) &&
	    is_domain(address_domain(address));
}
