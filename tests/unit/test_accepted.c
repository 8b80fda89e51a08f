/*
 * test_accepted.c - unit tests for milter/replay/accepted.c.
 */
#include "config.h"

#include <stdio.h>

#include "milter/replay/accepted.h"
#include "tests/unit/unit.h"

static void
test_lines(void)
{
	struct accepted a;

	accepted_init(&a);
	accepted_add(&a, span_of("RCPT TO:<zoe@example.com> NOTIFY=NEVER"));
	accepted_add(&a, span_of("rcpt to: <\"a b\"@example.com>"));
	accepted_add(&a, span_of("RCPT TO"));
	accepted_add(&a, span_of("RCPT TO:<adam@example.com>"));
	check_size(a.count, 3);
	check_span(a.at[0], "zoe@example.com");
	check_span(a.at[1], "\"a b\"@example.com");
	check_span(a.at[2], "adam@example.com");
	accepted_forget(&a);
	check_size(a.count, 0);
	accepted_release(&a);
}

static void
test_order(void)
{
	struct span to[] = { span_of("added@example.com"),
		span_of("adam@example.com"), span_of("and@example.com"),
		span_of("ZOE@example.com") };
	struct accepted a;

	accepted_init(&a);
	accepted_order(&a, to, 4);
	check_span(to[0], "added@example.com");
	accepted_add(&a, span_of("RCPT TO:<zoe@example.com>"));
	accepted_add(&a, span_of("RCPT TO:<gone@example.com>"));
	accepted_add(&a, span_of("RCPT TO:<adam@example.com>"));
	accepted_order(&a, to, 4);
	check_span(to[0], "ZOE@example.com");
	check_span(to[1], "adam@example.com");
	check_span(to[2], "added@example.com");
	check_span(to[3], "and@example.com");
	accepted_order(&a, to, 0);
	accepted_release(&a);
}

/* More than there is room for. */
static void
test_many(void)
{
	char line[1024];
	struct accepted a;
	size_t i;

	accepted_init(&a);
	for (i = 0; i < 50000; i++) {
		snprintf(line, sizeof line, "RCPT TO:<%0900zu@x>", i);
		accepted_add(&a, span_of(line));
	}
	check_true(a.count > 10000 && a.count < i);
	check_size(a.at[a.count - 1].len, 902);
	accepted_release(&a);
}

static const struct unit_test tests[] = {
	{ "the recipient of a line is kept", test_lines },
	{ "recipients are put in that order", test_order },
	{ "what has no room is left out", test_many },
};

UNIT_MAIN("accepted", tests)
