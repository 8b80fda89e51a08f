/*
 * log_record.c - what both forms of the log have in common.
 *
 * A value is written character by character, each as its form has it, so that
 * no cut goes through a character or an escape.
 *
 * Failure: none; what does not fit is cut, and the cut shows.
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>

#include "milter/daemon/log_record.h"
#include "rules/base/utf8.h"

void
log_record_init(struct log_record *r, enum log_level level,
    struct span queue_id, const char *event)
{
	r->level = level;
	r->queue_id = queue_id;
	r->event = event;
	r->count = 0;
	clock_gettime(CLOCK_REALTIME, &r->time);
}

void
log_record_add(struct log_record *r, const char *name, enum log_kind kind,
    struct span value)
{
	if (value.len == 0 && kind != LOG_AS_YES)
		return;
	assert(r->count < LOG_FIELDS);
	r->fields[r->count++] = (struct log_field){ name, kind, value };
}

void
log_record_words(struct log_record *r, enum log_level level, struct span words)
{
	log_record_init(r, level, span_of(NULL), NULL);
	log_record_add(r, "text", LOG_AS_WORDS, words);
}

void
log_record_format(const struct log_record *r, bool json, struct log_line *l)
{
	l->len = 0;
	if (json)
		log_json(r, l);
	else
		log_text(r, l);
}

void
log_line_add(struct log_line *l, struct span s)
{
	s = span_head(s, sizeof l->text - l->len);
	if (s.len > 0)
		memcpy(l->text + l->len, s.ptr, s.len);
	l->len += s.len;
}

bool
log_is_printable(struct span value)
{
	const unsigned char *p = (const unsigned char *)value.ptr;
	size_t len = utf8_length(value);

	if (len < 2)
		return len == 1 && p[0] >= ' ' && p[0] < 0x7f;
	return len > 2 || p[0] != 0xc2 || p[1] > 0x9f;	/* not C1 */
}

size_t
log_escape_into(char *out, size_t max, struct span value, log_escape_one *one,
    size_t *taken)
{
	size_t written = 0;

	*taken = 0;
	while (*taken < value.len) {
		char text[LOG_ESCAPE_MAX];
		size_t step, len = one(span_skip(value, *taken), text, &step);

		if (len > max - written)
			break;
		memcpy(out + written, text, len);
		written += len;
		*taken += step;
	}
	return written;
}

/* What is left of TEXT when its front is cut until it fits into MAX bytes. */
static struct span
tail_that_fits(struct span text, size_t max, log_escape_one *one)
{
	struct span rest = text;
	size_t need = 0, step;
	char out[LOG_ESCAPE_MAX];

	for (; rest.len > 0; rest = span_skip(rest, step))
		need += one(rest, out, &step);
	for (; need > max; text = span_skip(text, step))
		need -= one(text, out, &step);
	return text;
}

struct span
log_cut_front(struct span value, log_escape_one *one, char room[LOG_CUT_ROOM])
{
	struct span tail = tail_that_fits(value, LOG_VALUE_MAX, one);

	if (tail.len == value.len)
		return value;
	tail = tail_that_fits(value, LOG_VALUE_MAX - 3, one);
	memcpy(room, "...", 3);
	if (tail.len > 0)
		memcpy(room + 3, tail.ptr, tail.len);
	return span_make(room, 3 + tail.len);
}
