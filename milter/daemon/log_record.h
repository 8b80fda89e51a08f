/*
 * log_record.h - what a line of the log says, before it is text or JSON.
 *
 * A record borrows everything: it and the line made of it live on the stack of
 * whoever writes it, for a log must work when memory does not. Both forms get
 * the same record, so each name of a field stands in one place. Pure but for
 * the clock; any thread.
 */
#ifndef MILLGATE_DAEMON_LOG_RECORD_H
#define MILLGATE_DAEMON_LOG_RECORD_H

#include <limits.h>
#include <time.h>

#include "milter/daemon/log.h"
#include "policy.h"

/* What the destination puts in front of a line: a time stamp, a priority. */
#define LOG_HEAD_MAX 96

/*
 * A line with its LF. POSIX keeps a write to a pipe whole up to PIPE_BUF bytes,
 * so lines of several processes never mix.
 */
#define LOG_LINE_MAX (PIPE_BUF - LOG_HEAD_MAX)

struct log_line {
	char text[LOG_LINE_MAX];
	size_t len;
};

enum log_kind {
	LOG_AS_TEXT,		/* any bytes; too long: cut at the end */
	LOG_AS_PLACE,		/* any bytes; too long: cut at the front */
	LOG_AS_NUMBER,		/* already as JSON writes it */
	LOG_AS_YES,		/* it is so; no value */
	LOG_AS_WORDS,		/* a sentence of ours, never cut */
};

struct log_field {
	const char *name;
	enum log_kind kind;
	struct span value;
};

#define LOG_FIELDS 18

struct log_record {
	enum log_level level;
	struct timespec time;
	struct span queue_id;		/* empty: not known */
	const char *event;		/* NULL: words about the daemon */
	struct log_field fields[LOG_FIELDS];
	size_t count;
};

/* Begin R, now, without fields. */
void log_record_init(struct log_record *r, enum log_level level,
    struct span queue_id, const char *event);

/* Append a field; nothing when VALUE is empty and KIND is not LOG_AS_YES. */
void log_record_add(struct log_record *r, const char *name, enum log_kind kind,
    struct span value);

/* Make R the sentence WORDS about the daemon itself. */
void log_record_words(struct log_record *r, enum log_level level,
    struct span words);

/* The line for R, with its LF, in the one form or the other. */
void log_record_format(const struct log_record *r, bool json,
    struct log_line *l);
void log_text(const struct log_record *r, struct log_line *l);
void log_json(const struct log_record *r, struct log_line *l);

/*
 * For those two: append bytes; and how a form writes the character that VALUE,
 * which is not empty, begins with: its length in OUT, and in TAKEN that in
 * VALUE.
 */
#define LOG_ESCAPE_MAX 6	/* \u00NN; no less than UTF8_MAX */

void log_line_add(struct log_line *l, struct span s);

typedef size_t log_escape_one(struct span value, char out[LOG_ESCAPE_MAX],
    size_t *taken);

/*
 * Write VALUE with ONE to OUT until MAX bytes are reached. Returns how many
 * bytes were written and puts into TAKEN how many of VALUE they stand for.
 */
size_t log_escape_into(char *out, size_t max, struct span value,
    log_escape_one *one, size_t *taken);

/*
 * VALUE, or, when it would be longer than LOG_VALUE_MAX as ONE writes it, three
 * dots and as much of its end as fits, in ROOM.
 */
#define LOG_CUT_ROOM (sizeof "..." + LOG_VALUE_MAX)

struct span log_cut_front(struct span value, log_escape_one *one,
    char room[LOG_CUT_ROOM]);

/* A character that shows as itself: no control (C0, DEL, C1), and UTF-8. */
bool log_is_printable(struct span value);

#endif
