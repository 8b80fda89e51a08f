/*
 * test_date_time.c - times of RFC 3339 as seconds since the epoch.
 */
#include "config.h"

#include <stdio.h>
#include <time.h>

#include "rules/base/date_time.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const struct {
	const char *sentence;
	const char *text;
	int64_t time;		/* 0: it is none */
} times[] = {
	{ "in UTC", "2026-11-23T10:12:19Z", 1795428739 },
	{ "in small letters", "2026-11-23t10:12:19z", 1795428739 },
	{ "east of it", "2026-11-23T11:12:19+01:00", 1795428739 },
	{ "west of it", "2026-11-23T04:42:19-05:30", 1795428739 },
	{ "unknown offset", "2026-11-23T10:12:19-00:00", 1795428739 },
	{ "parts of a second", "2026-11-23T10:12:19.987654Z", 1795428739 },
	{ "parts and an offset", "2026-11-23T11:12:19.5+01:00", 1795428739 },
	{ "the first second", "1970-01-01T00:00:01Z", 1 },
	{ "the last second", "9999-12-31T23:59:59Z", 253402300799 },
	{ "a leap day", "2024-02-29T00:00:00Z", 1709164800 },
	{ "the day behind it", "2024-03-01T00:00:00Z", 1709251200 },
	{ "a leap day of a century", "2000-02-29T12:00:00Z", 951825600 },
	{ "a leap second", "2016-12-31T23:59:60Z", 1483228800 },
	{ "nothing", "", 0 },
	{ "the epoch, which means \"not told\"", "1970-01-01T00:00:00Z", 0 },
	{ "before the epoch", "1969-12-31T23:59:59Z", 0 },
	{ "before it by the offset", "1970-01-01T00:00:01+01:00", 0 },
	{ "no zone", "2026-11-23T10:12:19", 0 },
	{ "no time", "2026-11-23", 0 },
	{ "a blank for the T", "2026-11-23 10:12:19Z", 0 },
	{ "month 0", "2026-00-23T10:12:19Z", 0 },
	{ "month 13", "2026-13-23T10:12:19Z", 0 },
	{ "day 0", "2026-11-00T10:12:19Z", 0 },
	{ "day 31 of 30", "2026-11-31T10:12:19Z", 0 },
	{ "no leap year", "2026-02-29T10:12:19Z", 0 },
	{ "nor is a century", "2100-02-29T10:12:19Z", 0 },
	{ "hour 24", "2026-11-23T24:00:00Z", 0 },
	{ "minute 60", "2026-11-23T10:60:19Z", 0 },
	{ "second 61", "2026-11-23T10:12:61Z", 0 },
	{ "a point without digits", "2026-11-23T10:12:19.Z", 0 },
	{ "an offset without a colon", "2026-11-23T10:12:19+0100", 0 },
	{ "an offset of a day", "2026-11-23T10:12:19+24:00", 0 },
	{ "an offset of 60 minutes", "2026-11-23T10:12:19+01:60", 0 },
	{ "something behind it", "2026-11-23T10:12:19Zx", 0 },
	{ "a blank behind it", "2026-11-23T10:12:19Z ", 0 },
	{ "a sign", "+026-11-23T10:12:19Z", 0 },
	{ "letters", "2026-nov-23T10:12:19Z", 0 },
};

static void
test_times(void)
{
	for (size_t i = 0; i < COUNT(times); i++) {
		int64_t time = -7;
		int result;

		unit_case(times[i].sentence);
		result = date_time_parse(span_of(times[i].text), &time);
		check_int(result, times[i].time == 0 ? -1 : 0);
		check_int(time, times[i].time == 0 ? -7 : times[i].time);
	}
}

/* Cut anywhere, it is refused, and nothing behind its end is looked at. */
static void
test_cut(void)
{
	struct span whole = span_of("2026-11-23T10:12:19+01:00");
	int64_t time;

	for (size_t n = 0; n < whole.len; n++)
		check_int(date_time_parse(span_head(whole, n), &time), -1);
	check_int(date_time_parse(whole, &time), 0);
}

/* Every day of four centuries, as the C library has it. */
static void
test_days(void)
{
	char text[64];
	int wrong = 0;

	for (int64_t day = 1; day < 146097; day++) {
		time_t want = (time_t)(day * 86400 + 3723);
		int64_t time = 0;
		struct tm tm;

		if (gmtime_r(&want, &tm) == NULL ||
		    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
			wrong++;
		if (date_time_parse(span_of(text), &time) < 0 || time != want)
			wrong++;
	}
	check_int(wrong, 0);
}

static void
test_mail(void)
{
	struct buffer text;

	buffer_init(&text, 256);
	date_time_mail(1795428739, &text);
	check_text(buffer_text(&text), "Mon, 23 Nov 2026 10:12:19 +0000");
	buffer_clear(&text);
	date_time_mail(1, &text);
	check_text(buffer_text(&text), "Thu, 1 Jan 1970 00:00:01 +0000");
	/* A year that no calendar has. */
	buffer_clear(&text);
	date_time_mail(INT64_MAX, &text);
	check_text(buffer_text(&text), "Thu, 1 Jan 1970 00:00:00 +0000");
	buffer_release(&text);
}

static const struct unit_test tests[] = {
	{ "times are read, and nothing else", test_times },
	{ "a time that is cut short is none", test_cut },
	{ "days are counted as calendars do", test_days },
	{ "the dates of mail", test_mail },
};

UNIT_MAIN("date_time", tests)
