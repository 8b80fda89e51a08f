/*
 * test_ip.c - addresses are read strictly and written in one form.
 */
#include "config.h"

#include "ip.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Text that is an address, and how that is written; NULL: it is none. */
static const struct {
	const char *sentence;
	const char *text;
	const char *written;
	int len;
} rows[] = {
	{ "IPv4", "192.0.2.1", "192.0.2.1", 4 },
	{ "IPv6 is written as RFC 5952 asks", "2001:0DB8:0:0:0:0:0:1",
	    "2001:db8::1", 16 },
	{ "SMTP's tag is taken off", "IPv6:2001:db8::1", "2001:db8::1", 16 },
	{ "SMTP's tag has no case", "ipv6:::1", "::1", 16 },
	{ "a mapped address is IPv4", "::ffff:192.0.2.1", "192.0.2.1", 4 },
	{ "a mapped address in hexadecimal is IPv4", "::FFFF:c000:201",
	    "192.0.2.1", 4 },
	{ "a tagged mapped address is IPv4", "IPv6:::ffff:192.0.2.1",
	    "192.0.2.1", 4 },
	{ "a compatible address is not a mapped one", "::192.0.2.1",
	    "::192.0.2.1", 16 },
	{ "the unspecified address", "::", "::", 16 },
	{ "the tag does not go with IPv4", "IPv6:192.0.2.1", NULL, 0 },
	{ "three parts", "192.0.2", NULL, 0 },
	{ "a part over 255", "192.0.2.256", NULL, 0 },
	{ "leading zeros, which some read as octal", "192.0.02.01", NULL, 0 },
	{ "a blank in front", " 192.0.2.1", NULL, 0 },
	{ "a network", "192.0.2.0/24", NULL, 0 },
	{ "a zone", "fe80::1%eth0", NULL, 0 },
	{ "brackets", "[192.0.2.1]", NULL, 0 },
	{ "a name", "mail.example.org", NULL, 0 },
	{ "nothing", "", NULL, 0 },
	{ "only the tag", "IPv6:", NULL, 0 },
	{ "longer than any address",
	    "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", NULL, 0 },
};

static void
test_parse(void)
{
	char out[IP_TEXT_MAX];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ip ip = { .len = 77 };
		int status = ip_parse(span_of(rows[i].text), &ip);

		unit_case(rows[i].sentence);
		check_int(status, rows[i].written != NULL ? 0 : -1);
		check_int(ip.len, status == 0 ? rows[i].len : 77);
		if (status != 0)
			continue;
		ip_format(&ip, out);
		check_text(out, rows[i].written);
	}
}

static void
test_bytes(void)
{
	static const char with_nul[] = "192.0.2.1\0x";
	struct ip ip;

	check_int(ip_parse(span_make(with_nul, sizeof with_nul - 1), &ip), -1);
	unit_case("a span that is not terminated");
	check_int(ip_parse(span_make("192.0.2.123", 9), &ip), 0);
	check_int(ip.bytes[0], 192);
	check_int(ip.bytes[3], 1);
	unit_case("the longest text there is");
	check_int(
	    ip_parse(
		span_of("0000:0000:0000:0000:0000:ffff:255.255.255.255"), &ip),
	    0);
	check_int(ip.len, 4);
}

static void
test_format_none(void)
{
	struct ip none = { .len = 0 };
	char out[IP_TEXT_MAX] = "x";

	ip_format(&none, out);
	check_text(out, "");
}

static const struct unit_test tests[] = {
	{ "only whole, plain addresses are read", test_parse },
	{ "an address is read from bytes, not from a C string", test_bytes },
	{ "no address is written as nothing", test_format_none },
};

UNIT_MAIN("ip", tests)
