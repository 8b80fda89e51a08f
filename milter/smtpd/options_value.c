/*
 * options_value.c - arguments of options, read from text.
 *
 * Failure: -1 and what is needed.
 */
#include "config.h"

#include <netinet/in.h>
#include <stdio.h>

#include "milter/smtpd/options_value.h"

/* TEXT as a decimal number of at most MOST. */
static bool
read_digits(struct span text, size_t most, size_t *number)
{
	size_t value = 0;

	for (size_t i = 0; i < text.len; i++) {
		size_t digit = (size_t)(text.ptr[i] - '0');

		if (text.ptr[i] < '0' || text.ptr[i] > '9' ||
		    value > (most - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return text.len > 0;
}

int
options_number(const char *text, unsigned least, unsigned *number,
    struct error *error)
{
	size_t value;

	if (!read_digits(span_of(text), OPTIONS_NUMBER_MAX, &value) ||
	    value < least)
		return error_set(error, "a whole number from %u to %d is "
		    "needed, not '%s'", least, OPTIONS_NUMBER_MAX, text);
	*number = (unsigned)value;
	return 0;
}

int
options_bytes(const char *text, size_t *bytes, struct error *error)
{
	size_t value;

	if (!read_digits(span_of(text), SIZE_MAX / 16, &value) || value == 0)
		return error_set(error, "a number from 1 is needed, not "
		    "'%s'", text);
	*bytes = value;
	return 0;
}

int
options_three(const char *text, unsigned numbers[3], size_t *count,
    struct error *error)
{
	struct span rest = span_of(text);
	size_t value = 0;

	*count = 0;
	do {
		size_t comma = span_find(rest, ',');

		if (*count == 3 || !read_digits(span_head(rest, comma),
		    OPTIONS_NUMBER_MAX, &value) || value == 0)
			break;
		numbers[(*count)++] = (unsigned)value;
		if (comma == rest.len && *count != 2)
			return 0;
		rest = span_skip(rest, comma + 1);
	} while (rest.len > 0);
	return error_set(error, "one number of seconds, or three divided by "
	    "commas, are needed, not '%s'", text);
}

int
options_place(const char *text, struct options_place *place,
    struct error *error)
{
	struct span host = span_of(text);
	size_t colon = span_find_last(host, ':');
	size_t port;
	bool ok = colon < host.len &&
	    read_digits(span_skip(host, colon + 1), UINT16_MAX, &port);
	bool brackets;

	host = span_head(host, colon);
	brackets = span_starts_with(host, span_of("[")) &&
	    span_ends_with(host, span_of("]"));
	if (brackets)
		host = span_skip(span_head(host, host.len - 1), 1);
	/* A port that is missing would be taken from the address. */
	if (!ok || ip_parse(host, &place->ip) < 0 ||
	    brackets != (span_find(host, ':') < host.len))
		return error_set(error, "ADDRESS:PORT is needed, as "
		    "127.0.0.1:2525 or [::1]:2525, not '%s'", text);
	place->port = (uint16_t)port;
	return 0;
}

void
options_place_format(const struct options_place *place,
    char out[OPTIONS_PLACE_MAX])
{
	char ip[IP_TEXT_MAX];

	ip_format(&place->ip, ip);
	snprintf(out, OPTIONS_PLACE_MAX, place->ip.len == 16 ? "[%s]:%u" :
	    "%s:%u", ip, (unsigned)place->port);
}

socklen_t
options_place_to(const struct options_place *place, struct sockaddr_storage *to)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(place->port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(place->port) };

	if (place->ip.len == 4) {
		memcpy(&in.sin_addr, place->ip.bytes, 4);
		memcpy(to, &in, sizeof in);
		return sizeof in;
	}
	memcpy(&in6.sin6_addr, place->ip.bytes, 16);
	memcpy(to, &in6, sizeof in6);
	return sizeof in6;
}

void
options_place_from(const struct sockaddr_storage *from,
    struct options_place *place)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	*place = (struct options_place){ .port = 0 };
	if (from->ss_family == AF_INET) {
		memcpy(&in, from, sizeof in);
		memcpy(place->ip.bytes, &in.sin_addr, 4);
		place->ip.len = 4;
		place->port = ntohs(in.sin_port);
	} else if (from->ss_family == AF_INET6) {
		memcpy(&in6, from, sizeof in6);
		memcpy(place->ip.bytes, &in6.sin6_addr, 16);
		place->ip.len = 16;
		place->port = ntohs(in6.sin6_port);
		ip_unmap(&place->ip);
	}
}
