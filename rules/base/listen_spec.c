/*
 * listen_spec.c - where a milter listens, read from text.
 *
 * libmilter reads the same text again and reports what it does not like to
 * syslog only, so everything it could object to is found here first.
 *
 * Failure: -1 and what is wrong; the caller knows the place.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "rules/base/listen_spec.h"
#include "span.h"

static const struct {
	const char *prefix;
	enum listen_family family;
} prefix_table[] = {
	{ "unix:", LISTEN_UNIX },
	{ "local:", LISTEN_UNIX },
	{ "inet:", LISTEN_INET },
	{ "inet6:", LISTEN_INET6 },
};

/* The family that TEXT begins with, which is then removed; -1 for none. */
static int
take_family(struct span *text, enum listen_family *family)
{
	size_t count = sizeof prefix_table / sizeof prefix_table[0];

	for (size_t i = 0; i < count; i++) {
		struct span prefix = span_of(prefix_table[i].prefix);

		if (!span_starts_with(*text, prefix))
			continue;
		*text = span_skip(*text, prefix.len);
		*family = prefix_table[i].family;
		return 0;
	}
	if (text->len == 0 || text->ptr[0] != '/')
		return -1;
	*family = LISTEN_UNIX;
	return 0;
}

static const char *
parse_path(struct span path, struct listen_spec *spec)
{
	if (path.len == 0 || path.ptr[0] != '/')
		return "the path of a unix socket must begin with '/'";
	if (path.ptr[path.len - 1] == '/')
		return "the path of a unix socket must not end in '/'";
	if (path.len >= sizeof spec->path)
		return "the path is too long for a unix socket";
	memcpy(spec->path, path.ptr, path.len);
	spec->path[path.len] = '\0';
	return NULL;
}

static const char *
parse_port(struct span text, struct listen_spec *spec)
{
	unsigned long port = 0;

	/* Five digits cannot overflow, and 65535 has no more. */
	for (size_t i = 0; i < text.len && i < 6; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return "the port is not a number";
		port = port * 10 + (unsigned long)(text.ptr[i] - '0');
	}
	if (text.len == 0 || text.len > 5 || port == 0 || port > 65535)
		return "the port must be a number from 1 to 65535";
	spec->port = (uint16_t)port;
	return NULL;
}

static bool
is_host_char(char c)
{
	char l = ascii_lower(c);

	return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
	    c == '-' || c == '_';
}

/* An address of IPv6 is known by its colons, whatever the prefix says. */
static const char *
parse_host(struct span host, struct listen_spec *spec)
{
	struct in6_addr address6;
	struct in_addr address;

	if (host.len >= 2 && host.ptr[0] == '[' &&
	    host.ptr[host.len - 1] == ']')
		host = span_skip(span_head(host, host.len - 1), 1);
	if (host.len == 0)
		return "it names no host; 127.0.0.1 is this machine alone";
	if (host.len >= sizeof spec->host)
		return "the host name is too long";
	memcpy(spec->host, host.ptr, host.len);
	spec->host[host.len] = '\0';
	if (span_find(host, ':') < host.len) {
		spec->family = LISTEN_INET6;
		return inet_pton(AF_INET6, spec->host, &address6) == 1 ? NULL :
		    "the host is not an IPv6 address";
	}
	if (spec->family == LISTEN_INET6 &&
	    inet_pton(AF_INET, spec->host, &address) == 1)
		return "the host is not an IPv6 address";
	for (size_t i = 0; i < host.len; i++)
		if (!is_host_char(host.ptr[i]))
			return "the host is neither a name nor an address";
	return NULL;
}

/* PORT@HOST as libmilter has it, or HOST:PORT as Postfix has it. */
static const char *
parse_inet(struct span text, struct listen_spec *spec)
{
	size_t at = span_find(text, '@');
	size_t colon = span_find_last(text, ':');
	struct span host, port;
	const char *trouble;

	if (at < text.len) {
		port = span_head(text, at);
		host = span_skip(text, at + 1);
	} else if (colon < text.len) {
		host = span_head(text, colon);
		port = span_skip(text, colon + 1);
		if (span_find(host, ':') < host.len && host.ptr[0] != '[')
			return "an IPv6 address before a port needs brackets, "
			       "as in inet:[::1]:8891";
	} else {
		return "a host and a port are needed, as in "
		       "inet:8891@127.0.0.1";
	}
	trouble = parse_port(port, spec);
	return trouble != NULL ? trouble : parse_host(host, spec);
}

int
listen_spec_parse(const char *text, struct listen_spec *spec,
    struct error *error)
{
	struct span rest = span_of(text);
	const char *trouble;

	memset(spec, 0, sizeof *spec);
	if (take_family(&rest, &spec->family) < 0)
		trouble = "it begins with neither 'unix:' nor 'inet:'";
	else if (spec->family == LISTEN_UNIX)
		trouble = parse_path(rest, spec);
	else
		trouble = parse_inet(rest, spec);
	if (trouble == NULL)
		return 0;
	return error_set(error, "%s", trouble);
}

void
listen_spec_format(const struct listen_spec *spec, char out[LISTEN_TEXT_MAX])
{
	switch (spec->family) {
	case LISTEN_UNIX:
		snprintf(out, LISTEN_TEXT_MAX, "unix:%s", spec->path);
		break;
	case LISTEN_INET:
		snprintf(out, LISTEN_TEXT_MAX, "inet:%u@%s",
		    (unsigned)spec->port, spec->host);
		break;
	case LISTEN_INET6:
		/* Without brackets libmilter would ask the resolver. */
		snprintf(out, LISTEN_TEXT_MAX, "inet6:%u@[%s]",
		    (unsigned)spec->port, spec->host);
		break;
	}
}
