/*
 * log_json.c - a line of the log as a JSON object (RFC 8259).
 *
 *	{"queue_id": "4XyZ", "event": "reject", "level": "notice",
 *	 "time": "2026-11-23T09:30:00.012Z", "pid": 71, "scope": …}
 *
 * in one line, with the fields that text has. A string is valid whatever the
 * bytes: controls are \u00NN, and what is no UTF-8 becomes \ufffd.
 *
 * Failure: none.
 */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "milter/daemon/log_record.h"
#include "rules/base/utf8.h"

/* Words of ours are an error's at most, and may be escapes to the last byte. */
#define WORDS_MAX (ERROR_TEXT_MAX * LOG_ESCAPE_MAX)

_Static_assert((LOG_FIELDS + 5) * 22 + 10 * LOG_FIELD_MAX + 128 <
    LOG_LINE_MAX, "a line of full fields must fit");
_Static_assert(WORDS_MAX + 5 * 22 + 128 < LOG_LINE_MAX,
    "a line of words must fit");

static const char *
level_name(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error";
	case LOG_LEVEL_WARNING:
		return "warning";
	case LOG_LEVEL_NOTICE:
		return "notice";
	case LOG_LEVEL_INFO:
		return "info";
	}
	return "";
}

/* \u and the number U, which is below 0x10000, in four digits. */
static size_t
escape_number(uint32_t u, char out[LOG_ESCAPE_MAX])
{
	static const char digits[] = "0123456789abcdef";

	out[0] = '\\';
	out[1] = 'u';
	for (size_t i = 0; i < 4; i++)
		out[2 + i] = digits[u >> (12 - 4 * i) & 0xf];
	return 6;
}

static size_t
escape_one(struct span value, char out[LOG_ESCAPE_MAX], size_t *taken)
{
	size_t len = utf8_length(value);
	char c = value.ptr[0];

	*taken = len > 0 ? len : 1;
	if (len == 0)
		return escape_number(0xfffd, out);	/* the replacement */
	if (!log_is_printable(value))
		return escape_number(utf8_decode(value), out);
	if (c == '"' || c == '\\') {
		out[0] = '\\';
		out[1] = c;
		return 2;
	}
	memcpy(out, value.ptr, len);
	return len;
}

/* VALUE as a string of at most MAX bytes, quotes and dots not counted. */
static void
add_string(struct log_line *l, struct span value, size_t max)
{
	size_t room, taken;

	log_line_add(l, span_of("\""));
	room = sizeof l->text - l->len;
	l->len += log_escape_into(l->text + l->len, max < room ? max : room,
	    value, escape_one, &taken);
	log_line_add(l, span_of(taken < value.len ? "...\"" : "\""));
}

static void
add_name(struct log_line *l, const char *name)
{
	log_line_add(l, span_of(l->len > 1 ? ", \"" : "\""));
	log_line_add(l, span_of(name));
	log_line_add(l, span_of("\": "));
}

static void
add_text(struct log_line *l, const char *name, struct span value)
{
	add_name(l, name);
	add_string(l, value, LOG_VALUE_MAX);
}

static void
add_field(struct log_line *l, const struct log_field *f)
{
	char room[LOG_CUT_ROOM];

	add_name(l, f->name);
	switch (f->kind) {
	case LOG_AS_TEXT:
		add_string(l, f->value, LOG_VALUE_MAX);
		break;
	case LOG_AS_PLACE:
		add_string(l, log_cut_front(f->value, escape_one, room),
		    LOG_VALUE_MAX);
		break;
	case LOG_AS_NUMBER:
		log_line_add(l, f->value);
		break;
	case LOG_AS_YES:
		log_line_add(l, span_of("true"));
		break;
	case LOG_AS_WORDS:
		add_string(l, f->value, WORDS_MAX);
		break;
	}
}

/* RFC 3339, in UTC. */
static void
add_time(struct log_line *l, const struct timespec *time)
{
	char day[32] = "", text[48];
	struct tm tm;

	if (gmtime_r(&time->tv_sec, &tm) != NULL)
		strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof text, "%s.%03ldZ", day, time->tv_nsec / 1000000);
	add_text(l, "time", span_of(text));
}

void
log_json(const struct log_record *r, struct log_line *l)
{
	char pid[24];

	log_line_add(l, span_of("{"));
	if (r->queue_id.len > 0)
		add_text(l, "queue_id", r->queue_id);
	add_text(l, "event", span_of(r->event != NULL ? r->event : "daemon"));
	add_text(l, "level", span_of(level_name(r->level)));
	add_time(l, &r->time);
	add_name(l, "pid");
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	log_line_add(l, span_of(pid));
	for (size_t i = 0; i < r->count; i++)
		add_field(l, &r->fields[i]);
	log_line_add(l, span_of("}\n"));
}
