/*
 * date_time.c - the date and time of the internet (RFC 3339).
 *
 * The calendar is that of ISO 8601, which has leap years before their
 * invention too; days are counted from the first of March, so that a leap day
 * is the last of its year.
 *
 * Failure: -1, and *time is left alone.
 */
#include "config.h"

#include <stddef.h>
#include <time.h>

#include "rules/base/date_time.h"

#define DAY 86400

/*
 * The number in the N digits that *S begins with, which loses them and the
 * character END behind them ('\0': none). -1: they are not there.
 */
static int
take(struct span *s, size_t n, char end)
{
	size_t whole = n + (end != '\0'), i;
	int value = 0;

	if (s->len < whole || (end != '\0' && s->ptr[n] != end))
		return -1;
	for (i = 0; i < n; i++) {
		if (s->ptr[i] < '0' || s->ptr[i] > '9')
			return -1;
		value = value * 10 + (s->ptr[i] - '0');
	}
	*s = span_skip(*s, whole);
	return value;
}

static bool
is_leap_year(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of_month(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	return days[month - 1] + (month == 2 && is_leap_year(year));
}

/* Days from 1970-01-01. */
static int64_t
days_to(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;	/* from March */

	/* 153 days are five months from March on; 719468 to 1970. */
	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	    1 - 719468;
}

static int
take_date(struct span *s, int64_t *days)
{
	int year = take(s, 4, '-'), month = take(s, 2, '-');
	int day = take(s, 2, '\0');

	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_of_month(year, month))
		return -1;
	*days = days_to(year, month, day);
	return 0;
}

static int
take_time(struct span *s, int64_t *seconds)
{
	int hour = take(s, 2, ':'), minute = take(s, 2, ':');
	int second = take(s, 2, '\0');

	/* RFC 3339 5.6: 60 in a leap second. */
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 60)
		return -1;
	*seconds = hour * 3600 + minute * 60 + second;
	if (s->len == 0 || s->ptr[0] != '.')
		return 0;
	*s = span_skip(*s, 1);
	if (take(s, 1, '\0') < 0)
		return -1;
	while (take(s, 1, '\0') >= 0)
		continue;
	return 0;
}

static int
take_offset(struct span *s, int64_t *seconds)
{
	int hours, minutes, sign;

	*seconds = 0;
	if (s->len == 1 && (s->ptr[0] == 'Z' || s->ptr[0] == 'z'))
		return 0;
	if (s->len != 6 || (s->ptr[0] != '+' && s->ptr[0] != '-'))
		return -1;
	sign = s->ptr[0] == '-' ? -1 : 1;
	*s = span_skip(*s, 1);
	hours = take(s, 2, ':');
	minutes = take(s, 2, '\0');
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return -1;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return 0;
}

int
date_time_parse(struct span text, int64_t *time)
{
	int64_t days, seconds, offset, at;

	if (take_date(&text, &days) < 0 || text.len == 0 ||
	    (text.ptr[0] != 'T' && text.ptr[0] != 't'))
		return -1;
	text = span_skip(text, 1);
	if (take_time(&text, &seconds) < 0 || take_offset(&text, &offset) < 0)
		return -1;
	at = days * DAY + seconds - offset;
	if (at <= 0)
		return -1;	/* 0 stands for "not told" in events */
	*time = at;
	return 0;
}

void
date_time_mail(int64_t time, struct buffer *out)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t when = (time_t)time;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL)
		tm = (struct tm){ .tm_year = 70, .tm_mday = 1, .tm_wday = 4 };
	buffer_addf(out, "%.3s, %d %.3s %d %02d:%02d:%02d +0000",
	    days + (ptrdiff_t)3 * tm.tm_wday, tm.tm_mday,
	    months + (ptrdiff_t)3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
}
