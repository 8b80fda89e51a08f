/*
 * test_address.c - the form of an envelope address, and its two halves.
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

#define A16 "aaaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16
#define L63 "a23456789012345678901234567890123456789012345678901234567890123"

static void
test_valid(void)
{
	static const struct {
		const char *sentence;
		const char *address;
		bool want;
	} valid[] = {
		{ "an ordinary one", "joe@example.org", true },
		{ "letters, digits and signs of atoms",
		  "a.B-2!#$%&'*+/=?^_`{|}~@x.org", true },
		{ "a domain of one label", "root@localhost", true },
		{ "digits alone are a label", "joe@163.com", true },
		{ "a hyphen inside a label", "joe@my-host.org", true },
		{ "a quoted local part", "\"joe doe\"@x.org", true },
		{ "with an @ and an escaped quote in it",
		  "\"a@b \\\" c\"@x.org", true },
		{ "an empty quoted local part", "\"\"@x.org", true },
		{ "an IPv4 literal", "joe@[192.0.2.1]", true },
		{ "an IPv6 literal", "joe@[IPv6:2001:db8::1]", true },
		{ "UTF-8 on both sides",
		  "j\xc3\xbcrgen@m\xc3\xbcller.example", true },
		{ "a label of 63 bytes", "joe@" L63 ".org", true },
		{ "as long as can be", A64 "@" L63 "." L63 "." L63 "."
		  "2345678901234567890123456789012345678901234567890123456789"
		  ".aa", true },

		{ "nothing", "", false },
		{ "the null sender", "<>", false },
		{ "no @", "joe", false },
		{ "no local part", "@x.org", false },
		{ "no domain", "joe@", false },
		{ "brackets around it", "<joe@x.org>", false },
		{ "a bracket in it", "jo>e@x.org", false },
		{ "a source route", "@y.org:joe@x.org", false },
		{ "two of them", "joe@x.org,ann@x.org", false },
		{ "two @", "joe@x@y.org", false },
		{ "a blank", "joe doe@x.org", false },
		{ "a blank at its end", "joe@x.org ", false },
		{ "a blank before it", " joe@x.org", false },
		{ "a tab in quotes", "\"a\tb\"@x.org", false },
		{ "a line end", "joe@x.org\nbcc", false },
		{ "a CR", "joe\r@x.org", false },
		{ "a DEL", "joe\x7f@x.org", false },
		{ "a C1 control", "joe\xc2\x85@x.org", false },
		{ "bytes that are no UTF-8", "joe\xff@x.org", false },
		{ "a UTF-8 character cut short", "joe@x.org\xc3", false },
		{ "an option", "-f@x.org", false },
		{ "an option in quotes", "\"-f\"@x.org", false },
		{ "an option in quotes behind a backslash", "\"\\-f\"@x.org",
		  false },
		{ "a dot at the start", ".joe@x.org", false },
		{ "a dot at the end", "joe.@x.org", false },
		{ "two dots", "jo..e@x.org", false },
		{ "a quote that is not closed", "\"joe@x.org", false },
		{ "a quote inside", "jo\"e@x.org", false },
		{ "a bare quote in quotes", "\"a\"b\"@x.org", false },
		{ "a backslash that escapes the last quote", "\"a\\\"@x.org",
		  false },
		{ "a backslash without quotes", "j\\oe@x.org", false },
		{ "a dot behind the domain", "joe@x.org.", false },
		{ "a dot before the domain", "joe@.x.org", false },
		{ "two dots in the domain", "joe@x..org", false },
		{ "a hyphen before a label", "joe@-x.org", false },
		{ "a hyphen behind a label", "joe@x-.org", false },
		{ "an underscore in the domain", "joe@x_y.org", false },
		{ "a label of 64 bytes", "joe@" L63 "4.org", false },
		{ "a literal that is none", "joe@[192.0.2]", false },
		{ "a literal of nothing", "joe@[]", false },
		{ "a literal that is open", "joe@[192.0.2.1", false },
		{ "IPv6 without its tag", "joe@[2001:db8::1]", false },
		{ "IPv6 with two tags", "joe@[IPv6:IPv6:::1]", false },
		{ "an address without brackets is a name", "joe@192.0.2.1",
		  true },
		{ "a domain of more than 255 bytes", "joe@" L63 "." L63 "."
		  L63 "." L63 ".org", false },
		{ "more than 320 bytes", A64 A64 A64 A64 A64 "@x.org", false },
	};

	for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
		unit_case(valid[i].sentence);
		check_int(address_is_valid(span_of(valid[i].address)),
		    valid[i].want);
	}
	unit_case("a NUL inside");
	check_true(!address_is_valid(span_make("joe\0@x.org", 10)));
	unit_case("no pointer");
	check_true(!address_is_valid(span_make(NULL, 0)));
}

static const struct unit_test tests[] = {
	{ "an address is fit to be given to an MTA", test_valid },
	{ "an address is compared in its plainest form", test_plain },
	{ "an address is divided at its last '@' outside quotes", divides },
	{ "an empty span may have no pointer", takes_no_pointer },
};

UNIT_MAIN("address", tests)
