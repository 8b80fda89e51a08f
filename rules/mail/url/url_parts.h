/*
 * url_parts.h - what the files behind url.h share.
 */
#ifndef MILLGATE_URL_PARTS_H
#define MILLGATE_URL_PARTS_H

#include <stdint.h>

#include "rules/base/utf8.h"
#include "rules/mail/url/url.h"

/* Append URL, of any length, to LIST unless it is there. */
void url_add(struct urls *list, struct arena *a, struct span url);

/* Does S begin with "www."? A reader then puts a scheme before it. */
bool url_is_www(struct span s);

/* Length of the scheme that S begins with, and its colon; 0: none. */
size_t url_scheme_length(struct span s);

/* Where the host of URL stands in it, as it is written; empty: it has none. */
struct span url_written_host(struct span url);

/* The same as RFC 3986 has it, to which backslashes are no slashes; empty: it
 * is no other one. */
struct span url_other_host(struct span url);

/* What url_host() makes of a host as it is written. */
struct span url_host_as_read(struct span written, struct arena *a);

/*
 * HOST in small letters, or in the arena the address that it is one form of:
 * IPv4 in dotted decimal, of any form that browsers read (WHATWG URL 3.5:
 * short, in decimal, octal or hexadecimal numbers); IPv6 as RFC 5952 has it, in
 * brackets, and IPv4 mapped into it as IPv4.
 */
struct span url_ip(struct span host, struct arena *a);

/* Is C a blank or a control, or turns the direction of text? */
bool url_is_blank(uint32_t c);

/* Is it seen nowhere, and dropped from hosts? UTS 46. */
bool url_has_no_width(uint32_t c);

/* One of the dots that are no '.', but are taken for it in a host? UTS 46. */
bool url_is_wide_dot(uint32_t c);

/* An attribute as it stands in its TAG, without its quotes. */
struct url_attribute {
	struct span tag;
	struct span name;
	struct span value;
};

/* Append the URLs that an attribute, or CSS, holds; in CSS what url() and
 * @import hold, and what else looks like one. */
void url_find_in_attribute(const struct url_attribute *at, struct arena *a,
    struct urls *list);
void url_find_in_css(struct span css, struct arena *a, struct urls *list);

/* *C is the character that S, which is not empty, begins with; returns its
 * length. 0, and a NUL: it is no UTF-8. */
static inline size_t
url_character(struct span s, uint32_t *c)
{
	size_t length;

	*c = (unsigned char)s.ptr[0];
	if (*c < 0x80)
		return 1;
	length = utf8_length(s);
	*c = length > 0 ? utf8_decode(s) : 0;
	return length;
}

/* HTML's own blanks. */
static inline bool
url_is_html_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static inline struct span
url_skip_blanks(struct span s)
{
	while (s.len > 0 && url_is_html_blank(s.ptr[0]))
		s = span_skip(s, 1);
	return s;
}

/* Does S begin with TEXT, in letters of any case? */
static inline bool
url_begins_with(struct span s, const char *text)
{
	return span_starts_with_nocase(s, span_of(text));
}

/* Take the first N bytes off *S. */
static inline struct span
url_take(struct span *s, size_t n)
{
	struct span head = span_head(*s, n);

	*s = span_skip(*s, n);
	return head;
}

static inline bool
url_is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* The hexadecimal digit that C is; -1: it is none. */
static inline int
url_digit(char c)
{
	c = ascii_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool
url_is_alnum(char c)
{
	return (c >= '0' && c <= '9') ||
	    (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

#endif
