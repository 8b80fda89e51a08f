/*
 * test_address.c - the two halves of an envelope address.
 */
#include "config.h"

#include "rules/mail/address.h"
#include "tests/unit/unit.h"

static const struct {
	const char *sentence;
	const char *address;
	const char *local;
	const char *domain;
} rows[] = {
	{ "an '@' divides", "joe@example.com", "joe", "example.com" },
	{ "the null sender has neither half", "<>", "", "" },
	{ "nothing has neither half", "", "", "" },
	{ "without an '@' all is local", "postmaster", "postmaster", "" },
	{ "the local part may be empty", "@example.com", "", "example.com" },
	{ "the domain may be empty", "joe@", "joe", "" },
	{ "the last '@' divides", "joe@a@b", "joe@a", "b" },
	{ "a quoted '@' does not divide", "\"joe@a\"@b", "\"joe@a\"", "b" },
	{ "a quoted domain is none", "\"joe@a\"", "\"joe@a\"", "" },
	{ "an escaped quote does not close", "\"a\\\"@b\"@c", "\"a\\\"@b\"",
	    "c" },
	{ "an escaped backslash does not escape", "\"a\\\\\"@b", "\"a\\\\\"",
	    "b" },
	{ "a quote behind the '@' hides nothing", "joe@b\"c\"", "joe",
	    "b\"c\"" },
	{ "an open quote hides no domain", "\"joe@evil.example", "\"joe",
	    "evil.example" },
	{ "an open quote in the domain hides none", "joe@evil\".example", "joe",
	    "evil\".example" },
	{ "a backslash at the end is no trap", "\"joe\\", "\"joe\\", "" },
	{ "an address literal is a domain", "joe@[192.0.2.1]", "joe",
	    "[192.0.2.1]" },
};

static void
divides(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span address = span_of(rows[i].address);

		unit_case(rows[i].sentence);
		check_span(address_local(address), rows[i].local);
		check_span(address_domain(address), rows[i].domain);
	}
}

static void
takes_no_pointer(void)
{
	check_size(address_local(span_make(NULL, 0)).len, 0);
	check_size(address_domain(span_make(NULL, 0)).len, 0);
}

static void
test_plain(void)
{
	static const struct {
		const char *sentence;
		const char *address;
		const char *want;
	} plain[] = {
		{ "an ordinary one stays", "joe@x.org", "joe@x.org" },
		{ "a final dot goes", "joe@x.org.", "joe@x.org" },
		{ "a dot alone stays", "joe@.", "joe@." },
		{ "quotes that nothing needs go", "\"joe\"@x.org",
		  "joe@x.org" },
		{ "so do backslashes", "j\\oe@x.org", "joe@x.org" },
		{ "and both together", "\"j\\oe\"@x.org.", "joe@x.org" },
		{ "a blank needs its quotes", "\"a b\"@x.org",
		  "\"a b\"@x.org" },
		{ "so does an @", "\"a@b\"@x.org", "\"a@b\"@x.org" },
		{ "an empty local part stays quoted", "\"\"@x.org",
		  "\"\"@x.org" },
		{ "UTF-8 needs none", "\"j\xc3\xbcrgen\"@x.org",
		  "j\xc3\xbcrgen@x.org" },
		{ "no domain, no @", "\"postmaster\"", "postmaster" },
		{ "the null sender stays", "<>", "<>" },
	};
	struct buffer out;

	buffer_init(&out, 64);
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		unit_case(plain[i].sentence);
		check_span(address_plain(&out, span_of(plain[i].address)),
		    plain[i].want);
	}
	buffer_release(&out);
}

static const struct unit_test tests[] = {
	{ "an address is compared in its plainest form", test_plain },
	{ "an address is divided at its last '@' outside quotes", divides },
	{ "an empty span may have no pointer", takes_no_pointer },
};

UNIT_MAIN("address", tests)
