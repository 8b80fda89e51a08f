/*
 * url_host.c - the host of a URL, as a browser finds it.
 *
 * WHATWG URL 4.4 rather than RFC 3986: in http, https and ftp backslashes are
 * slashes, and their number does not matter. A host is compared, so what
 * browsers take for the same is made the same (UTS 46): dots and what has no
 * width here, all else by decode.h, a label at a time, so that one that it
 * cannot read hides no other.
 *
 * Failure: the arena, or all memory, is exhausted; the host is then empty or
 * cut, and the arena remembers.
 */
#include "config.h"

#include "buffer.h"

#include "rules/mail/decode/decode.h"
#include "rules/mail/url/url_parts.h"

/* No name that DNS has is longer before it is decoded: 253 characters. */
#define NAME_MAX_BYTES (4 * 253)

static const struct span no_host = { "", 0 };

struct range {
	uint32_t first, last;
};

static const struct range blanks[] = {
	{ 0x80, 0xa0 },
	{ 0x1680, 0x1680 },
	{ 0x2000, 0x200a },
	{ 0x2028, 0x202f },	/* with what turns the direction of text */
	{ 0x205f, 0x205f },
	{ 0x2066, 0x2069 },	/* the same */
	{ 0x3000, 0x3000 },
};

/* What UTS 46 ignores. */
static const struct range unseen[] = {
	{ 0xad, 0xad },
	{ 0x34f, 0x34f },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200b },
	{ 0x2060, 0x2064 },
	{ 0xfe00, 0xfe0f },	/* variation selectors */
	{ 0xfeff, 0xfeff },
	{ 0x1bca0, 0x1bca3 },
	{ 0xe0100, 0xe01ef },	/* the same */
};

bool
url_is_blank(uint32_t c)
{
	if (c < 0x80)
		return c <= ' ' || c == 0x7f;
	for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
		if (c >= blanks[i].first && c <= blanks[i].last)
			return true;
	return false;
}

bool
url_has_no_width(uint32_t c)
{
	if (c < 0x80)
		return false;
	for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
		if (c >= unseen[i].first && c <= unseen[i].last)
			return true;
	return false;
}

bool
url_is_wide_dot(uint32_t c)
{
	return c == 0x2024 || c == 0x3002 || c == 0xff0e || c == 0xff61;
}

bool
url_is_www(struct span s)
{
	return span_starts_with_nocase(s, span_of("www."));
}

size_t
url_scheme_length(struct span s)
{
	size_t i = 0;

	while (i < s.len && (url_is_alnum(s.ptr[i]) ||
	    (i > 0 && memchr("+-.", s.ptr[i], 3) != NULL)))
		i++;
	if (i == 0 || i == s.len || s.ptr[i] != ':' ||
	    (s.ptr[0] >= '0' && s.ptr[0] <= '9'))
		return 0;
	return i + 1;
}

/* One in which the slashes are not counted? */
static bool
is_special(struct span scheme)
{
	static const char *const special[] = { "http:", "https:", "ftp:",
		"ws:", "wss:" };

	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
		if (span_equal_nocase(scheme, span_of(special[i])))
			return true;
	return false;
}

/* User, host and port of URL. */
static struct span
authority(struct span url)
{
	bool www = url_is_www(url);
	struct span scheme = span_head(url, www ? 0 : url_scheme_length(url));
	struct span s = span_skip(url, scheme.len);
	bool special = scheme.len == 0 || is_special(scheme);
	size_t slashes = 0, i = 0;

	while (slashes < s.len && (s.ptr[slashes] == '/' ||
	    (special && s.ptr[slashes] == '\\')))
		slashes++;
	if (scheme.len == 0 && slashes < 2 && !www)
		return no_host;
	if (!special) {
		if (slashes < 2)
			return no_host;
		slashes = 2;	/* what is behind file:// is a path */
	}
	s = span_skip(s, slashes);
	while (i < s.len && memchr("/?#", s.ptr[i], 3) == NULL &&
	    !(special && s.ptr[i] == '\\'))
		i++;
	return span_head(s, i);
}

/* The host in S, which is an authority. */
static struct span
host_in(struct span s)
{
	size_t at = span_find_last(s, '@'), end;

	if (at < s.len)
		s = span_skip(s, at + 1);
	if (s.len > 0 && s.ptr[0] == '[') {
		end = span_find(s, ']');
		return end < s.len ? span_head(s, end + 1) : s;
	}
	return span_head(s, span_find(s, ':'));
}

struct span
url_written_host(struct span url)
{
	return host_in(authority(url));
}

struct span
url_other_host(struct span url)
{
	struct span s = authority(url), rest;
	size_t len = 0;

	if (s.len == 0)
		return no_host;
	rest = span_skip(url, (size_t)(s.ptr - url.ptr) + s.len);
	if (rest.len == 0 || rest.ptr[0] != '\\')
		return no_host;
	while (len < rest.len && memchr("/?#", rest.ptr[len], 3) == NULL)
		len++;
	rest = span_head(rest, len);
	rest = host_in(span_skip(rest, span_find_last(rest, '@')));
	return span_head(rest, span_find(rest, '\\'));
}

/* Write S to OUT with its percent signs resolved; returns the length. */
static size_t
resolve_percent(struct span s, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		int byte = s.ptr[i] == '%' ?
		    span_hex_byte(span_skip(s, i + 1)) : -1;

		out[n++] = byte < 0 ? s.ptr[i] : (char)byte;
		i += byte < 0 ? 0 : 2;
	}
	return n;
}

/* Make the LEN bytes at HOST small ASCII letters, with no dots but '.' and
 * without what is not seen, in place; returns their new length. */
static size_t
fold(char *host, size_t len)
{
	struct span rest = span_make(host, len);
	size_t n = 0;

	while (rest.len > 0) {
		uint32_t c;
		size_t length = url_character(rest, &c);

		if (url_is_blank(c) || url_has_no_width(c)) {
			/* NUL too, and so what is no UTF-8 */
		} else if (c < 0x80 || url_is_wide_dot(c)) {
			host[n++] = c < 0x80 ? ascii_lower((char)c) : '.';
		} else {
			memmove(host + n, rest.ptr, length);
			n += length;
		}
		rest = span_skip(rest, length > 0 ? length : 1);
	}
	return n;
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] > 0x7f)
			return false;
	return true;
}

/* HOST, folded, as DNS has it; a label that cannot be had so stays. */
static struct span
in_ascii(struct span host, struct arena *a)
{
	struct span rest = host;
	struct buffer out;

	if (host.len > NAME_MAX_BYTES || is_ascii(host))
		return host;
	buffer_init(&out, (size_t)HOST_LABEL_MAX * NAME_MAX_BYTES);
	while (rest.len > 0) {
		struct span label = url_take(&rest, span_find(rest, '.'));

		if (is_ascii(label) || !decode_host_label(label, &out))
			buffer_add(&out, label);
		buffer_add(&out, url_take(&rest, 1));
	}
	host = arena_copy(a, buffer_span(&out));
	a->exhausted = a->exhausted || out.overflow;
	buffer_release(&out);
	return host;
}

struct span
url_host_as_read(struct span s, struct arena *a)
{
	char *host;

	if (s.len == 0)
		return no_host;
	host = arena_alloc(a, s.len);
	if (host == NULL)
		return no_host;
	s = span_make(host, fold(host, resolve_percent(s, host)));
	s = utf8_head(in_ascii(s, a), URL_MAX);
	while (s.len > 0 && s.ptr[s.len - 1] == '.')
		s.len--;
	return url_ip(s, a);
}

struct span
url_host(struct span url, struct arena *a)
{
	return url_host_as_read(url_written_host(url), a);
}
