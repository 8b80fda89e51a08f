/*
 * test_table.c - named sets of names, addresses and networks.
 */
#include "config.h"

#include <stdio.h>

#include "ip.h"
#include "rules/match/table.h"
#include "tests/unit/unit.h"

static const char *const names[] = {
	"Example.com",
	".sub.example",
	"joe@",
	"ann@x.org",
	"<>",
	"\"a@b\"@quoted.example",
};

/* A sealed table of the COUNT texts at ENTRIES, all of which must be taken. */
static struct table *
table_of(enum table_type type, const char *const *entries, size_t count)
{
	struct table *t = table_new(type);
	struct error error;

	for (size_t i = 0; i < count; i++)
		check_int(table_add(t, span_of(entries[i]), span_of(NULL),
		    &error), 0);
	table_seal(t);
	return t;
}

static const struct {
	const char *sentence;
	const char *name;
	bool want;
} name_rows[] = {
	{ "a name is itself", "example.com", true },
	{ "case is ignored", "EXAMPLE.COM", true },
	{ "a name is not its subdomain", "mail.example.com", false },
	{ "a name is not its parent", "com", false },
	{ "a dot means subdomains", "a.sub.example", true },
	{ "a dot means subdomains of subdomains", "b.a.sub.example", true },
	{ "a dot does not mean the domain itself", "sub.example", false },
	{ "a label must be whole", "notsub.example", false },
	{ "the end must be the same", "a.sub.example.org", false },
	{ "an address is a name like any other", "ann@x.org", true },
	{ "joe@ is no name's part", "joe@example.com", false },
	{ "nothing is in no table", "", false },
	{ "a dot is in no table", ".", false },
};

static void
finds_names(void)
{
	struct table *t =
	    table_of(TABLE_TEXT, names, sizeof names / sizeof names[0]);

	for (size_t i = 0; i < sizeof name_rows / sizeof name_rows[0]; i++) {
		unit_case(name_rows[i].sentence);
		check_int(table_find_name(t, span_of(name_rows[i].name),
		    NULL),
		    name_rows[i].want);
	}
	table_free(t);
}

static const struct {
	const char *sentence;
	const char *address;
	bool want;
} address_rows[] = {
	{ "a mailbox is itself", "ann@x.org", true },
	{ "case is ignored", "Ann@X.ORG", true },
	{ "another mailbox is another", "bob@x.org", false },
	{ "a domain means anybody there", "anybody@example.com", true },
	{ "but nobody at a subdomain", "anybody@mail.example.com", false },
	{ "a dot means anybody at a subdomain", "a@b.sub.example", true },
	{ "but nobody at the domain itself", "a@sub.example", false },
	{ "joe@ means joe anywhere", "JOE@anywhere.invalid", true },
	{ "joe@ is nobody else", "joey@anywhere.invalid", false },
	{ "joe@ is not the end of another", "x.joe@anywhere.invalid", false },
	{ "the null sender may be an entry", "<>", true },
	{ "a quoted '@' stays in the mailbox", "\"a@b\"@quoted.example", true },
	{ "a quoted domain is no domain", "\"x@example.com\"@y.org", false },
	{ "nothing is in no table", "", false },
};

static void
finds_addresses(void)
{
	struct table *t =
	    table_of(TABLE_TEXT, names, sizeof names / sizeof names[0]);

	for (size_t i = 0; i < sizeof address_rows / sizeof address_rows[0];
	    i++) {
		unit_case(address_rows[i].sentence);
		check_int(table_find_address(t,
		    span_of(address_rows[i].address), NULL),
		    address_rows[i].want);
	}
	table_free(t);
}

static void
finds_among_many(void)
{
	struct table *t = table_new(TABLE_TEXT);
	const int count = 20000;
	char text[32];

	for (int i = 0; i < count; i++) {
		snprintf(text, sizeof text, "host%d.example", 2 * i);
		table_add(t, span_of(text), span_of(NULL), NULL);
	}
	table_seal(t);
	check_size(table_count(t), (size_t)count);
	for (int i = 0; i < 2 * count; i++) {
		snprintf(text, sizeof text, "HOST%d.example", i);
		unit_case(text);
		check_int(table_find_name(t, span_of(text), NULL), i % 2 == 0);
	}
	table_free(t);
}

/* This would take minutes if every part of the text were hashed. */
static void
endures_dots(void)
{
	static char text[1 << 20];
	struct table *t = table_of(TABLE_TEXT, names, 2);

	memset(text, '.', sizeof text);
	check_true(!table_find_name(t, span_make(text, sizeof text), NULL));
	table_free(t);
}

static void
empty_tables(void)
{
	struct table *text = table_of(TABLE_TEXT, NULL, 0);
	struct table *cidr = table_of(TABLE_CIDR, NULL, 0);
	struct ip ip;

	check_int(ip_parse(span_of("192.0.2.1"), &ip), 0);
	check_true(!table_find_name(text, span_of("a"), NULL));
	check_true(!table_find_address(text, span_of("a@b"), NULL));
	check_true(!table_find_ip(cidr, &ip, NULL));
	check_size(table_count(text), 0);
	check_true(!table_has_values(text));
	check_int(table_type(text), TABLE_TEXT);
	check_int(table_type(cidr), TABLE_CIDR);
	table_free(text);
	table_free(cidr);
	table_free(NULL);
}

static const char *const networks[] = {
	"192.0.2.1",
	"10.0.0.0/8",
	"10.1.0.0/16",		/* within the one above */
	"172.16.0.0/12",
	"2001:db8::/32",
	"fe80::1",
	"::ffff:198.51.100.0/120",
	"203.0.113.128/25",
};

static const struct {
	const char *sentence;
	const char *ip;
	bool want;
} ip_rows[] = {
	{ "an address is itself", "192.0.2.1", true },
	{ "and not the one before", "192.0.2.0", false },
	{ "and not the one behind", "192.0.2.2", false },
	{ "a network begins with its first address", "10.0.0.0", true },
	{ "a network ends with its last address", "10.255.255.255", true },
	{ "a network within another cuts nothing off", "10.2.0.0", true },
	{ "what is before a network is out", "9.255.255.255", false },
	{ "what is behind a network is out", "11.0.0.0", false },
	{ "a mask may end inside a byte", "172.31.255.255", true },
	{ "behind such a mask", "172.32.0.0", false },
	{ "half a byte", "203.0.113.127", false },
	{ "the other half", "203.0.113.128", true },
	{ "an IPv6 network", "2001:db8:ffff::1", true },
	{ "behind an IPv6 network", "2001:db9::", false },
	{ "an IPv6 address", "fe80::1", true },
	{ "IPv4 mapped into IPv6 is IPv4", "::ffff:10.0.0.1", true },
	{ "a mapped network is an IPv4 network", "198.51.100.255", true },
	{ "IPv4 is not the start of IPv6", "0a00::", false },
	{ "IPv6 is not the start of IPv4", "32.1.13.184", false },
};

static void
finds_ips(void)
{
	struct table *t = table_of(
	    TABLE_CIDR, networks, sizeof networks / sizeof networks[0]);
	struct ip none = { .len = 0 };

	for (size_t i = 0; i < sizeof ip_rows / sizeof ip_rows[0]; i++) {
		struct ip ip = none;

		unit_case(ip_rows[i].sentence);
		check_int(ip_parse(span_of(ip_rows[i].ip), &ip), 0);
		check_int(table_find_ip(t, &ip, NULL), ip_rows[i].want);
	}
	unit_case("no address is in no table");
	check_true(!table_find_ip(t, &none, NULL));
	table_free(t);
}

#define NOT_ONE(text) \
	"'" text "' is not an IP address or network, such as 192.0.2.1 or " \
	"2001:db8::/32"

static const struct {
	const char *sentence;
	enum table_type type;
	const char *entry;
	const char *message;	/* NULL: it is taken */
} entry_rows[] = {
	{ "empty text is refused", TABLE_TEXT, "",
	    "an entry of a table cannot be empty" },
	{ "an empty network is refused", TABLE_CIDR, "",
	    "an entry of a table cannot be empty" },
	{ "host bits are refused with what was meant", TABLE_CIDR, "10.1.2.3/8",
	    "10.1.2.3/8 has bits set beyond its mask; "
	    "did you mean 10.0.0.0/8?" },
	{ "and of IPv6", TABLE_CIDR, "2001:db8::1/33",
	    "2001:db8::1/33 has bits set beyond its mask; "
	    "did you mean 2001:db8::/33?" },
	{ "every address is a network", TABLE_CIDR, "0.0.0.0/0", NULL },
	{ "of IPv6, too", TABLE_CIDR, "::/0", NULL },
	{ "a network may be one address", TABLE_CIDR, "192.0.2.1/32", NULL },
	{ "of IPv6, too", TABLE_CIDR, "fe80::1/128", NULL },
	{ "a name is no address", TABLE_CIDR, "example.com",
	    NOT_ONE("example.com") },
	{ "an address has four parts", TABLE_CIDR, "10.0.0/8",
	    NOT_ONE("10.0.0/8") },
	{ "a mask alone is none", TABLE_CIDR, "/8", NOT_ONE("/8") },
	{ "a mask needs bits", TABLE_CIDR, "10.0.0.0/",
	    "'10.0.0.0/' has no mask of 0 to 32 bits behind its '/'" },
	{ "of IPv4 at most 32", TABLE_CIDR, "10.0.0.0/33",
	    "'10.0.0.0/33' has no mask of 0 to 32 bits behind its '/'" },
	{ "of IPv6 at most 128", TABLE_CIDR, "fe80::/129",
	    "'fe80::/129' has no mask of 0 to 128 bits behind its '/'" },
	{ "of mapped IPv4 at least 96", TABLE_CIDR, "::ffff:10.0.0.0/8",
	    "'::ffff:10.0.0.0/8' has no mask of 96 to 128 bits "
	    "behind its '/'" },
	{ "bits are a number", TABLE_CIDR, "10.0.0.0/a",
	    "'10.0.0.0/a' has no mask of 0 to 32 bits behind its '/'" },
	{ "of few digits", TABLE_CIDR, "10.0.0.0/4294967304",
	    "'10.0.0.0/4294967304' has no mask of 0 to 32 bits "
	    "behind its '/'" },
	{ "without a sign", TABLE_CIDR, "10.0.0.0/+8",
	    "'10.0.0.0/+8' has no mask of 0 to 32 bits behind its '/'" },
	{ "a netmask is not bits", TABLE_CIDR, "10.0.0.0/255.0.0.0",
	    "'10.0.0.0/255.0.0.0' has no mask of 0 to 32 bits "
	    "behind its '/'" },
};

static void
takes_entries(void)
{
	for (size_t i = 0; i < sizeof entry_rows / sizeof entry_rows[0]; i++) {
		struct table *t = table_new(entry_rows[i].type);
		const char *want = entry_rows[i].message;
		struct error error = { "" };
		int got = table_add(t, span_of(entry_rows[i].entry),
		    span_of(NULL), &error);

		unit_case(entry_rows[i].sentence);
		check_int(got, want == NULL ? 0 : -1);
		check_text(error.text, want == NULL ? "" : want);
		check_size(table_count(t), want == NULL ? 1 : 0);
		table_free(t);
	}
}

/* A generator of our own: the same numbers on every system. */
static uint32_t
random_next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

/* Few values of each byte, so that networks nest and addresses hit them. */
static struct ip
random_ip(uint32_t *state)
{
	static const uint8_t bytes[] = { 0, 1, 127, 128, 254, 255 };
	struct ip ip = { .len = random_next(state) % 2 == 0 ? 4 : 16 };

	for (int i = 0; i < ip.len; i++)
		ip.bytes[i] = bytes[random_next(state) % sizeof bytes];
	return ip;
}

static bool
bit_of(const struct ip *ip, int i)
{
	return ip->bytes[i / 8] >> (7 - i % 8) & 1;
}

struct plain_network {
	struct ip ip;
	int bits;
	const char *value;
};

/* What a network means, said as simply as can be. */
static bool
plain_has(const struct plain_network *n, const struct ip *ip)
{
	if (n->ip.len != ip->len)
		return false;
	for (int i = 0; i < n->bits; i++) {
		if (bit_of(&n->ip, i) != bit_of(ip, i))
			return false;
	}
	return true;
}

static struct plain_network
random_network(uint32_t *state)
{
	struct plain_network n = { .ip = random_ip(state) };

	n.bits = (int)(random_next(state) % (8u * n.ip.len + 1));
	for (int i = n.bits; i < 8 * n.ip.len; i++)
		n.ip.bytes[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	return n;
}

/* Of the networks that hold IP, the value of the smallest, the first of two. */
static bool
plain_find(const struct plain_network *all, size_t count, const struct ip *ip,
    const char **value)
{
	int bits = -1;

	for (size_t i = 0; i < count; i++) {
		if (!plain_has(&all[i], ip) || all[i].bits <= bits)
			continue;
		bits = all[i].bits;
		*value = all[i].value;
	}
	return bits >= 0;
}

#define NETWORKS 12

static void
compare_once(uint32_t *state)
{
	static const char *const values[] = { "", "", "a", "b", "cc" };
	struct table *t = table_new(TABLE_CIDR);
	struct plain_network all[NETWORKS];

	for (int i = 0; i < NETWORKS; i++) {
		char ip[IP_TEXT_MAX], entry[IP_TEXT_MAX + 5];

		all[i] = random_network(state);
		all[i].value = values[random_next(state) % 5];
		ip_format(&all[i].ip, ip);
		snprintf(entry, sizeof entry, "%s/%d", ip, all[i].bits);
		check_int(table_add(t, span_of(entry), span_of(all[i].value),
		    NULL), 0);
	}
	table_seal(t);
	for (int i = 0; i < 200; i++) {
		struct ip ip = random_ip(state);
		const char *want = NULL;
		struct span got = span_of("-");

		check_int(table_find_ip(t, &ip, &got),
		    plain_find(all, NETWORKS, &ip, &want));
		check_span(got, want != NULL ? want : "-");
	}
	table_free(t);
}

static void
same_as_plain(void)
{
	uint32_t state = 1;

	for (int i = 0; i < 500; i++)
		compare_once(&state);
}

struct valued {
	const char *entry;
	const char *value;
};

static struct table *
valued_table(enum table_type type, const struct valued *at, size_t count)
{
	struct table *t = table_new(type);

	for (size_t i = 0; i < count; i++)
		check_int(table_add(t, span_of(at[i].entry),
		    span_of(at[i].value), NULL), 0);
	table_seal(t);
	return t;
}

static const struct valued valued_names[] = {
	{ ".example.com", "sub" },
	{ "example.com", "domain" },
	{ ".deep.example.com", "deep" },
	{ "joe@", "joe" },
	{ "joe@example.com", "this joe" },
	{ "plain.example", NULL },
	{ "EXAMPLE.com", "a second one" },
};

static const struct {
	const char *sentence;
	bool address;
	const char *text;
	const char *value;	/* NULL: it is not there */
} value_rows[] = {
	{ "a name gives its value", false, "example.com", "domain" },
	{ "a subdomain gives that of the dot", false, "a.example.com", "sub" },
	{ "the longest entry counts", false, "a.deep.example.com", "deep" },
	{ "a name may be without a value", false, "plain.example", "" },
	{ "what is not there has none", false, "example.org", NULL },
	{ "the mailbox is before all", true, "joe@example.com", "this joe" },
	{ "then the local part", true, "joe@a.example.com", "joe" },
	{ "then the domain", true, "ann@example.com", "domain" },
	{ "then the parent domain", true, "ann@x.deep.example.com", "deep" },
	{ "no address has none", true, "ann@example.org", NULL },
};

static void
gives_values(void)
{
	struct table *t = valued_table(TABLE_TEXT, valued_names,
	    sizeof valued_names / sizeof valued_names[0]);

	check_true(table_has_values(t));
	for (size_t i = 0; i < sizeof value_rows / sizeof value_rows[0]; i++) {
		struct span text = span_of(value_rows[i].text);
		struct span got = span_of("-");
		const char *want = value_rows[i].value;
		bool found = value_rows[i].address ?
		    table_find_address(t, text, &got) :
		    table_find_name(t, text, &got);

		unit_case(value_rows[i].sentence);
		check_int(found, want != NULL);
		check_span(got, want != NULL ? want : "-");
	}
	table_free(t);
}

static const struct valued valued_networks[] = {
	{ "10.1.2.3", "host" },
	{ "10.0.0.0/8", "eight" },
	{ "10.1.0.0/16", "sixteen" },
	{ "10.1.0.0/16", "again" },
	{ "10.255.255.255", "last" },
	{ "0.0.0.0/0", "all" },
	{ "255.255.255.255", "end" },
	{ "2001:db8::/32", NULL },
	{ "2001:db8:1::/48", "inner" },
};

static const struct {
	const char *ip;
	const char *value;
} network_value_rows[] = {
	{ "10.1.2.3", "host" },
	{ "10.1.2.2", "sixteen" },
	{ "10.1.2.4", "sixteen" },
	{ "10.1.255.255", "sixteen" },
	{ "10.2.0.0", "eight" },
	{ "10.0.0.0", "eight" },
	{ "10.255.255.254", "eight" },
	{ "10.255.255.255", "last" },
	{ "11.0.0.0", "all" },
	{ "0.0.0.0", "all" },
	{ "255.255.255.254", "all" },
	{ "255.255.255.255", "end" },
	{ "2001:db8::1", "" },
	{ "2001:db8:1::1", "inner" },
	{ "2001:db8:2::", "" },
	{ "2001:db9::", NULL },
};

static void
gives_values_of_networks(void)
{
	struct table *t = valued_table(TABLE_CIDR, valued_networks,
	    sizeof valued_networks / sizeof valued_networks[0]);

	check_true(table_has_values(t));
	for (size_t i = 0; i < sizeof network_value_rows /
	    sizeof network_value_rows[0]; i++) {
		const char *want = network_value_rows[i].value;
		struct span got = span_of("-");
		struct ip ip;

		unit_case(network_value_rows[i].ip);
		check_int(ip_parse(span_of(network_value_rows[i].ip), &ip), 0);
		check_int(table_find_ip(t, &ip, &got), want != NULL);
		check_span(got, want != NULL ? want : "-");
	}
	table_free(t);
}

static const struct unit_test tests[] = {
	{ "a name is found as it stands or below a dotted entry", finds_names },
	{ "an address is found whole, by a half, or by its domain",
	    finds_addresses },
	{ "twenty thousand names are found, and no others", finds_among_many },
	{ "a megabyte of dots is answered at once", endures_dots },
	{ "an empty table holds nothing", empty_tables },
	{ "an address is found in its network", finds_ips },
	{ "a wrong entry is refused with a cure", takes_entries },
	{ "networks answer as a loop over all bits does", same_as_plain },
	{ "the most specific name gives the value", gives_values },
	{ "the smallest network gives the value", gives_values_of_networks },
};

UNIT_MAIN("table", tests)
