/*
 * test_networks.c - who is in a network, and how many are there from where.
 */
#include "config.h"

#include "milter/smtpd/crowd.h"
#include "milter/smtpd/networks.h"
#include "tests/unit/unit.h"

static struct ip
ip_of(const char *text)
{
	struct ip ip = { .len = 0 };

	if (text[0] != '\0')
		check_int(ip_parse(span_of(text), &ip), 0);
	return ip;
}

static const struct {
	const char *sentence;
	const char *networks;
	const char *ip;
	bool in;
} rows[] = {
	{ "an address is itself", "192.0.2.1", "192.0.2.1", true },
	{ "and no other", "192.0.2.1", "192.0.2.2", false },
	{ "bits that count", "192.0.2.0/25", "192.0.2.127", true },
	{ "bits that count too", "192.0.2.0/25", "192.0.2.128", false },
	{ "bits that do not", "192.0.2.77/24", "192.0.2.1", true },
	{ "no bits", "0.0.0.0/0", "203.0.113.9", true },
	{ "no bits of the other kind", "0.0.0.0/0", "2001:db8::1", false },
	{ "IPv6", "2001:db8::/33", "2001:db8:7fff::1", true },
	{ "IPv6, beyond", "2001:db8::/33", "2001:db8:8000::1", false },
	{ "the second of three", "192.0.2.1,::1,10.0.0.0/8", "::1", true },
	{ "the third of three", "192.0.2.1,::1,10.0.0.0/8", "10.9.9.9",
	    true },
	{ "mapped into IPv6", "192.0.2.0/24", "::ffff:192.0.2.1", true },
	{ "nobody is in any", "0.0.0.0/0,::/0", "", false },
};

static void
test_have(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct networks n = { .count = 0 };
		struct ip ip = ip_of(rows[i].ip);

		unit_case(rows[i].sentence);
		check_int(networks_add(&n, rows[i].networks, NULL), 0);
		check_int(networks_have(&n, &ip), rows[i].in);
	}
}

static void
test_wrong(void)
{
	static const char *const wrong[] = { "", ",", "192.0.2.1,",
		"192.0.2.1/33", "::1/129", "192.0.2.1/", "192.0.2.1/-1",
		"192.0.2.1/1x", "192.0.2.1/0000", "example.org", "1.2.3" };

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct networks n = { .count = 0 };
		struct error error = { "" };

		unit_case(wrong[i]);
		check_int(networks_add(&n, wrong[i], &error), -1);
		check_true(error.text[0] != '\0');
	}
}

static void
test_loopback(void)
{
	static const char *const own[] = { "127.0.0.1", "127.255.255.255",
		"::1", "::ffff:127.0.0.1" };
	static const char *const others[] = { "0.0.0.0", "::", "126.0.0.1",
		"128.0.0.1", "::2", "fe80::1", "::ffff:192.0.2.1" };

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
		struct ip ip = ip_of(own[i]);

		unit_case(own[i]);
		check_true(networks_is_loopback(&ip));
	}
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct ip ip = ip_of(others[i]);

		unit_case(others[i]);
		check_true(!networks_is_loopback(&ip));
	}
}

static void
test_crowd(void)
{
	struct crowd *c = crowd_new();
	struct ip a = ip_of("192.0.2.1"), b = ip_of("2001:db8::1");

	check_true(c != NULL);
	check_size(crowd_join(c, &a), 1);
	check_size(crowd_join(c, &a), 2);
	check_size(crowd_join(c, &b), 1);
	crowd_leave(c, &a);
	check_size(crowd_join(c, &a), 2);
	crowd_leave(c, &b);
	check_size(crowd_join(c, &b), 1);
	/* More than there are buckets, and all go again, but one. */
	for (unsigned i = 0; i < 20000; i++) {
		struct ip ip = { .len = 4,
			.bytes = { 10, (uint8_t)(i >> 8), (uint8_t)i, 1 } };

		check_size(crowd_join(c, &ip), 1);
	}
	for (unsigned i = 1; i < 20000; i++) {
		struct ip ip = { .len = 4,
			.bytes = { 10, (uint8_t)(i >> 8), (uint8_t)i, 1 } };

		crowd_leave(c, &ip);
	}
	check_size(crowd_join(c, &a), 3);
	crowd_free(c);
	crowd_free(NULL);
}

static const struct unit_test tests[] = {
	{ "a network has its addresses and no others", test_have },
	{ "what is no network is said", test_wrong },
	{ "loopback is what only this machine has", test_loopback },
	{ "each address is counted for itself", test_crowd },
};

UNIT_MAIN("smtpd/networks", tests)
