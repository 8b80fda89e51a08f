/*
 * url_ip.c - addresses that are hosts of URLs, each in one form.
 *
 * A table has 192.0.2.1; a link may have 3221225985, 0xc0.0.513 or 192.2.1 in
 * its place, and leads there just so.
 *
 * Failure: what browsers refuse stays as it is. The arena is exhausted: so does
 * all else.
 */
#include "config.h"

#include "ip.h"

#include "rules/mail/url/url_parts.h"

#define NUMBERS_MAX 4
#define TOO_LARGE ((uint64_t)1 << 32)

/* The number that S is, TOO_LARGE at most; -1: it is none. */
static int
read_number(struct span s, uint64_t *number)
{
	int base = 10;

	if (s.len == 0)
		return -1;
	if (s.len > 1 && s.ptr[0] == '0') {
		base = s.ptr[1] == 'x' ? 16 : 8;
		s = span_skip(s, base == 16 ? 2 : 1);
	}
	*number = 0;
	for (size_t i = 0; i < s.len; i++) {
		int digit = url_digit(s.ptr[i]);

		if (digit < 0 || digit >= base)
			return -1;
		*number = *number * (uint64_t)base + (uint64_t)digit;
		if (*number > TOO_LARGE)
			*number = TOO_LARGE;
	}
	return 0;
}

/* Read HOST as IPv4; the last number fills the bytes that are left. */
static int
read_v4(struct span host, struct ip *ip)
{
	uint64_t number, last = 0;
	size_t count = 0;

	for (;;) {
		size_t len = span_find(host, '.');

		if (count == NUMBERS_MAX ||
		    read_number(span_head(host, len), &number) < 0)
			return -1;
		if (len == host.len)
			break;
		if (number > 0xff)
			return -1;
		last |= number << (24 - 8 * count++);
		host = span_skip(host, len + 1);
	}
	if (number >= TOO_LARGE >> 8 * count)
		return -1;
	last |= number;
	*ip = (struct ip){ .len = 4 };
	for (size_t i = 0; i < 4; i++)
		ip->bytes[i] = (uint8_t)(last >> (24 - 8 * i));
	return 0;
}

/* Read HOST, with its brackets, as IPv6. */
static int
read_v6(struct span host, struct ip *ip)
{
	if (host.ptr[0] != '[' || host.ptr[host.len - 1] != ']')
		return -1;
	return ip_parse(span_make(host.ptr + 1, host.len - 2), ip);
}

struct span
url_ip(struct span host, struct arena *a)
{
	char text[IP_TEXT_MAX + 2];
	struct span form;
	struct ip ip;

	if (host.len < 1 ||
	    (read_v4(host, &ip) < 0 && (host.len < 2 || read_v6(host, &ip) < 0)))
		return host;
	text[0] = '[';
	ip_format(&ip, text + 1);
	form = span_of(text + 1);
	if (ip.len == 16) {
		text[1 + form.len] = ']';
		form = span_make(text, form.len + 2);
	}
	form = arena_copy(a, form);
	return form.ptr != NULL ? form : host;
}
