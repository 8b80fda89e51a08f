/*
 * test_operators.c - what each operator of a condition asks, from the rule file
 * to the answer.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* A condition in braces, of a message that is the same for all. */
struct row {
	const char *condition;
	bool holds;
};

#define MESSAGE "connect 192.0.2.1 mx.example.org|helo mail.Example.com|" \
	"mail joe@example.org SIZE=2048 @1764547200|rcpt a@x|rcpt b@x|" \
	"rcpt c@y.x|data|header X-A one two|header X-A two three|" \
	"header X-N 7|eoh|eom"

static const struct row texts[] = {
	{ "helo: MAIL.example.COM", true },
	{ "helo: mail.example.co", false },
	{ "helo: {is: [x, mail.example.com]}", true },
	{ "helo: {is_not: x}", true },
	{ "helo: {is_not: [x, MAIL.example.com]}", false },
	{ "helo: {is_not: [x, '/^mail/']}", false },
	{ "helo: {is_not: [x, '/^MAIL/']}", true },
	{ "helo: {is_not: {in: [.example.com]}}", false },
	{ "helo: {is_not: {in: [example.com]}}", true },
	{ "client.ip: {is_not: {in: [192.0.2.0/24]}}", false },
	{ "client.ip: {is_not: [192.0.2.2, 2001:db8::1]}", true },
	{ "helo: {contains: EXAMPLE}", true },
	{ "helo: {contains: [x.y, l.e]}", true },
	{ "helo: {contains: mail.example.com.}", false },
	{ "helo: {starts_with: Mail}", true },
	{ "helo: {starts_with: ail}", false },
	{ "helo: {ends_with: .COM}", true },
	{ "helo: {ends_with: [.org, .co]}", false },
	{ "helo: {matches: '/^mail/'}", true },
	{ "helo: {starts_with: mail, ends_with: com, is_not: x}", true },
	{ "helo: {starts_with: mail, is_not: {in: [.example.com]}}", false },
	/* One and the same value must satisfy them all. */
	{ "header_raw.x-a: {contains: one, starts_with: two}", false },
	{ "header_raw.x-a: {contains: three, starts_with: two}", true },
	{ "header_raw.x-a: {is_not: one two}", true },
	{ "header_raw.x-z: {is_not: one two}", false },
	{ "not: {header_raw.x-z: one}", true },
	{ "header_names: x-n", true },
	{ "header_names: {count: 3}", true },
};

static const struct row numbers[] = {
	{ "sender.size: 2K", true },
	{ "sender.size: {is: [1, 2048]}", true },
	{ "sender.size: {is: 2048.5}", false },
	{ "sender.size: {is_not: [2K, 5]}", false },
	{ "sender.size: {is_not: 2}", true },
	{ "sender.size: {gt: 2047.999}", true },
	{ "sender.size: {gt: 2048}", false },
	{ "sender.size: {ge: 2K}", true },
	{ "sender.size: {lt: 2K}", false },
	{ "sender.size: {le: 2K}", true },
	{ "sender.size: {eq: 2048.000}", true },
	{ "sender.size: {ge: 9, lt: 30M, is_not: 10}", true },
	{ "sender.size: {lt: 1h}", true },
	{ "client.port: {gt: 1024}", true },
	{ "recipients.count: 3", true },
	{ "header_count: {ge: 3, le: 3}", true },
	{ "now.hour: 0", true },
	{ "now.hour: [22, 23]", false },
	{ "now.hour: {lt: 7}", true },
	{ "now.weekday: monday", true },
	{ "now.weekday: [Saturday, Sunday]", false },
	{ "score: 0", true },
	{ "score: {lt: 0}", false },
};

static const struct row lists[] = {
	{ "recipients: {exists: true}", true },
	{ "header_raw.x-z: {exists: true}", false },
	{ "header_raw.x-z: {exists: false}", true },
	{ "header_raw.x-z: {count: 0}", true },
	{ "recipients: {count: 3}", true },
	{ "recipients: {count: {ge: 2, lt: 3}}", false },
	{ "recipients: {every: {ends_with: x}}", true },
	{ "recipients: {every: {ends_with: '@x'}}", false },
	{ "recipients: {every: {is_not: d@x}}", true },
	{ "recipients: {every: {is_not: '/^c/'}}", false },
	{ "recipients: {every: [a@x, b@x, '/^c/']}", true },
	{ "recipients.domain: {every: {in: [x, .x]}}", true },
	{ "header_raw.x-z: {every: {is: x}}", false },
	{ "recipients: {every: {contains: '@'}, count: {ge: 3}, is: b@x}",
	    true },
	{ "recipients: {every: {contains: '@'}, count: {ge: 3}, is: d@x}",
	    false },
	/* Two facts of one element, or of any two. */
	{ "recipients: '/^a/', recipients.domain: y.x", true },
	{ "same: {recipients: {recipients: '/^a/', domain: y.x}}", false },
	{ "same: {recipients: {recipients: '/^c/', domain: y.x}}", true },
	{ "same: {recipients: {not: {domain: x}, any: [{recipients: a@x}, "
	    "{recipients: c@y.x}]}}", true },
	{ "not: {same: {recipients: {recipients: '/^a/', domain: y.x}}}",
	    true },
	{ "same: {header_raw.x-a: {all: [{header_raw.x-a: '/two/'}, "
	    "{header_raw.x-a: '/one/'}]}}", true },
	{ "same: {header_raw.x-a: {all: [{header_raw.x-a: '/three/'}, "
	    "{header_raw.x-a: '/one/'}]}}", false },
	{ "same: {recipients: {condition: at_x, recipients: b@x}}", true },
	{ "same: {recipients: {condition: at_x, recipients: c@y.x}}", false },
};

static const struct row written[] = {
	{ "score: 2.5", true },
	{ "score: {ge: 2.5, lt: 2.501}", true },
	{ "score: {gt: 2.5}", false },
	{ "score: {is_not: [1, 2.5]}", false },
	{ "label: BULK", true },
	{ "label: [news, list]", true },
	{ "label: other", false },
	{ "label: {count: 2}", true },
	{ "label: {every: [bulk, news]}", true },
	{ "label: {is_not: bulk}", true },
	{ "label: {every: {is_not: bulk}}", false },
	{ "var.colour: red", true },
	{ "var.colour: {contains: lue}", false },
	{ "var.where: {is: mail.example.com}", true },
	{ "var.unset: {exists: false}", true },
};

#define WRITERS \
	"- {rule: a, then: [{score: 3}, {label: bulk}, {set: {colour: blue}" \
	"}]}\n" \
	"- {rule: b, when: {helo: '/^mail/'}, then: [{score: -0.5}, {label: " \
	"news}, {set: {colour: red, where: '${helo}'}}]}\n" \
	"- {rule: c, when: {helo: x}, then: [{score: 5}, {label: other}, " \
	"{set: {colour: green, unset: x}}]}\n"

static void
check_rows(const char *before, const struct row *rows, size_t count)
{
	char rules[2048];

	check_int(setenv("TZ", "UTC0", 1), 0);
	tzset();
	for (size_t i = 0; i < count; i++) {
		unit_case(rows[i].condition);
		(void)snprintf(rules, sizeof rules, "conditions: {at_x: "
		    "{recipients.domain: x}}\nrules:\n%s"
		    "- {rule: r, at: eom, when: {%s}, then: reject}\n"
		    "- {rule: z, when: {condition: at_x}, then: accept}\n",
		    before, rows[i].condition);
		check_int(strstr(judge(rules, MESSAGE), "by r") != NULL,
		    rows[i].holds);
	}
}

static void
test_texts(void)
{
	check_rows("", texts, COUNT(texts));
}

static void
test_numbers(void)
{
	check_rows("", numbers, COUNT(numbers));
}

static void
test_lists(void)
{
	check_rows("", lists, COUNT(lists));
}

static void
test_written(void)
{
	check_rows(WRITERS, written, COUNT(written));
}

static const struct unit_test tests[] = {
	{ "a value of text is compared, ASCII case ignored", test_texts },
	{ "a number is compared as a number", test_numbers },
	{ "a whole list is asked", test_lists },
	{ "what rules above write is asked", test_written },
};

UNIT_MAIN("operators", tests)
