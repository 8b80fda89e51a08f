/*
 * test_listen_spec.c - where a milter listens, read from text.
 */
#include "config.h"

#include <string.h>

#include "rules/base/listen_spec.h"
#include "tests/unit/unit.h"

/* As long as a path may be, and one more. */
#define PATH_107 \
	"/23456789012345678901234567890123456789012345678901234567890" \
	"12345678901234567890123456789012345678901234567"

static const struct {
	const char *sentence;
	const char *text;
	const char *want;	/* what is made of it; NULL: refused */
} cases[] = {
	{ "a unix socket has a path", "unix:/run/m.sock", "unix:/run/m.sock" },
	{ "local is another word for unix", "local:/run/m", "unix:/run/m" },
	{ "a path alone is a unix socket", "/run/m.sock", "unix:/run/m.sock" },
	{ "a path may hold colons", "unix:/a:b@c", "unix:/a:b@c" },
	{ "a path may fill a sockaddr_un", PATH_107, "unix:" PATH_107 },
	{ "one byte more is too long", PATH_107 "8", NULL },
	{ "a path must be absolute", "unix:run/m.sock", NULL },
	{ "a path must not be empty", "unix:", NULL },
	{ "a folder is no socket", "unix:/run/", NULL },

	{ "libmilter names the port first", "inet:8891@127.0.0.1",
	    "inet:8891@127.0.0.1" },
	{ "Postfix names the host first", "inet:127.0.0.1:8891",
	    "inet:8891@127.0.0.1" },
	{ "a host may have a name", "inet:8891@mx-1.example.org",
	    "inet:8891@mx-1.example.org" },
	{ "a bracketed IPv6 address is one", "inet:[::1]:8891",
	    "inet6:8891@[::1]" },
	{ "an IPv6 address behind the port is one", "inet:8891@::1",
	    "inet6:8891@[::1]" },
	{ "inet6 takes an IPv6 address", "inet6:8891@::1", "inet6:8891@[::1]" },
	{ "inet6 takes brackets", "inet6:8891@[::1]", "inet6:8891@[::1]" },
	{ "inet6 takes a name", "inet6:localhost:25", "inet6:25@[localhost]" },
	{ "the last port is 65535", "inet:65535@a", "inet:65535@a" },

	{ "a port beyond is none", "inet:65536@a", NULL },
	{ "a port of many digits is none", "inet:18446744073709551617@a",
	    NULL },
	{ "a port has five digits at most", "inet:000025@a", NULL },
	{ "port 0 is none", "inet:0@a", NULL },
	{ "a port is a number", "inet:smtp@a", NULL },
	{ "a port has no sign", "inet:+25@a", NULL },
	{ "a port must be there", "inet:@a", NULL },
	{ "a host must be there", "inet:8891", NULL },
	{ "an empty host is none", "inet:8891@", NULL },
	{ "an empty host before the port is none", "inet::8891", NULL },
	{ "empty brackets are no host", "inet:[]:25", NULL },
	{ "brackets must be closed", "inet:[::1:25", NULL },
	{ "an IPv6 address before the port needs brackets", "inet:::1:25",
	    NULL },
	{ "a bad IPv6 address is refused", "inet6:25@::g", NULL },
	{ "inet6 takes no IPv4 address", "inet6:25@127.0.0.1", NULL },
	{ "a host is no path", "inet:25@a/b", NULL },
	{ "a host has no blanks", "inet:25@a b", NULL },

	{ "an unknown kind is refused", "tcp:25@a", NULL },
	{ "nothing is nowhere", "", NULL },
	{ "a word is nowhere", "millgate.sock", NULL },
};

static void
texts_become_places(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[LISTEN_TEXT_MAX] = "refused";
		struct error error = { "untouched" };
		struct listen_spec spec;
		int result;

		unit_case(cases[i].sentence);
		result = listen_spec_parse(cases[i].text, &spec, &error);
		if (result == 0)
			listen_spec_format(&spec, text);
		check_text(text, cases[i].want != NULL ? cases[i].want :
		    "refused");
		if (cases[i].want != NULL)
			check_text(error.text, "untouched");
		else
			check_true(strcmp(error.text, "untouched") != 0);
	}
}

static void
what_is_written_is_read(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char first[LISTEN_TEXT_MAX], again[LISTEN_TEXT_MAX] = "refused";
		struct listen_spec spec;

		unit_case(cases[i].sentence);
		if (listen_spec_parse(cases[i].text, &spec, NULL) < 0)
			continue;
		listen_spec_format(&spec, first);
		if (listen_spec_parse(first, &spec, NULL) == 0)
			listen_spec_format(&spec, again);
		check_text(again, first);
	}
}

static void
a_long_host_is_refused(void)
{
	char text[LISTEN_HOST_MAX + 32] = "inet:25@";
	struct listen_spec spec;

	memset(text + strlen(text), 'a', LISTEN_HOST_MAX);
	check_int(listen_spec_parse(text, &spec, NULL), -1);
	text[strlen("inet:25@") + LISTEN_HOST_MAX - 1] = '\0';
	check_int(listen_spec_parse(text, &spec, NULL), 0);
}

static const struct unit_test tests[] = {
	{ "a text becomes a place to listen on, or it is told why not",
	    texts_become_places },
	{ "what is written for libmilter is read as the same place",
	    what_is_written_is_read },
	{ "a host name longer than DNS has is refused",
	    a_long_host_is_refused },
};

UNIT_MAIN("listen_spec", tests)
