/*
 * test_respawn.c - how long to wait before a worker is started again.
 */
#include "config.h"

#include "milter/daemon/respawn.h"
#include "tests/unit/unit.h"

struct crash {
	const char *sentence;
	int64_t after;		/* ms since the one before */
	int64_t lived;
	int64_t wait;		/* wanted */
	bool alarm;
};

static void
check_crashes(const struct crash *rows, size_t count)
{
	int64_t now = 1000000;
	struct respawn r;

	respawn_init(&r);
	for (size_t i = 0; i < count; i++) {
		bool alarm = !rows[i].alarm;

		unit_case(rows[i].sentence);
		now += rows[i].after;
		check_int(respawn_crashed(&r, now - rows[i].lived, now,
		    &alarm), rows[i].wait);
		check_int(alarm, rows[i].alarm);
	}
}

static const struct crash at_once[] = {
	{ "first, though it never lived", 0, 0, 0, false },
	{ "second", 1, 1, 100, false },
	{ "third", 101, 1, 200, false },
	{ "fourth", 201, 1, 400, false },
	{ "fifth", 401, 1, 800, true },
	{ "sixth: a second is the most", 801, 1, 1000, true },
	{ "seventh", 1001, 1, 1000, true },
};

static const struct crash now_and_then[] = {
	{ "first", 0, 5, 0, false },
	{ "second", 5, 5, 100, false },
	{ "it lived for almost ten seconds", 10099, 9999, 200, false },
	{ "it lived for ten seconds", 10200, 10000, 0, false },
	{ "so it begins anew", 10, 10, 100, false },
	{ "a year later", 31536000000, 31535999900, 0, false },
};

static const struct crash slowly[] = {
	{ "1", 0, 0, 0, false },
	{ "2", 2500, 2500, 100, false },
	{ "3", 2500, 2400, 200, false },
	{ "4", 2500, 2300, 400, false },
	{ "5, in ten seconds", 2500, 2100, 800, true },
	{ "6, the last five in more", 2501, 1701, 1000, false },
};

static void
test_at_once(void)
{
	check_crashes(at_once, sizeof at_once / sizeof at_once[0]);
}

static void
test_now_and_then(void)
{
	check_crashes(now_and_then,
	    sizeof now_and_then / sizeof now_and_then[0]);
}

static void
test_slowly(void)
{
	check_crashes(slowly, sizeof slowly / sizeof slowly[0]);
}

static const struct unit_test tests[] = {
	{ "the wait doubles from nothing to a second", test_at_once },
	{ "a worker that lived ten seconds is trusted anew",
	    test_now_and_then },
	{ "five crashes in ten seconds are an alarm", test_slowly },
};

UNIT_MAIN("daemon/respawn", tests)
