/*
 * log.c - one line for each thing worth knowing.
 *
 * libmilter hands over any byte, so every value that came from outside passes
 * log_escape(): one event is one line, whatever a client sends. Lines are built
 * on the stack, for a log must work when memory does not.
 *
 * Failure: a line that cannot be written is lost; mail goes on.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "milter/daemon/log.h"
#include "rules/base/number.h"
#include "rules/base/utf8.h"

/* POSIX keeps a write to a pipe whole up to PIPE_BUF bytes. */
#define LINE_MAX_BYTES PIPE_BUF
#define LINE_FIELDS 12		/* at most so many are escaped values */
#define FIELD_NAME_MAX 16
#define WORD_MAX 32		/* "would-tempfail" */

/* So no line is ever cut. */
_Static_assert(LINE_FIELDS * (LOG_FIELD_MAX + FIELD_NAME_MAX) + 128 <
    LINE_MAX_BYTES, "a line of full fields must fit");

struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
};

/* May the character of LEN bytes at P stand in a line as it is? */
static bool
is_printable(const unsigned char *p, size_t len)
{
	if (len == 0)
		return false;
	if (len == 1)
		return p[0] >= ' ' && p[0] < 0x7f && p[0] != '\\' &&
		    p[0] != '"';
	return len > 2 || p[0] != 0xc2 || p[1] > 0x9f;	/* not C1 */
}

/* May it stand there without quotes? */
static bool
is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

/*
 * Put the character at P into OUT, of which ROOM bytes are free, and its length
 * there into WRITTEN. Returns how many bytes of P it took; 0: no room.
 */
static size_t
escape_one(struct span p, char *out, size_t room, size_t *written)
{
	static const char digits[] = "0123456789ABCDEF";
	const unsigned char *bytes = (const unsigned char *)p.ptr;
	size_t len = utf8_length(p);

	if (is_printable(bytes, len)) {
		if (len > room)
			return 0;
		memcpy(out, p.ptr, len);
		*written = len;
		return len;
	}
	if (room < 4)
		return 0;
	out[0] = '\\';
	out[1] = 'x';
	out[2] = digits[bytes[0] >> 4];
	out[3] = digits[bytes[0] & 0xf];
	*written = 4;
	return 1;
}

size_t
log_escape(struct span value, char out[LOG_FIELD_MAX])
{
	size_t len = 1, taken = 0;
	bool plain = value.len > 0;

	out[0] = '"';
	while (taken < value.len) {
		size_t written = 0;
		size_t step = escape_one(span_skip(value, taken), out + len,
		    LOG_VALUE_MAX + 1 - len, &written);

		if (step == 0)
			break;
		plain = plain && is_plain((unsigned char)value.ptr[taken]);
		taken += step;
		len += written;
	}
	if (plain && taken == value.len) {
		memmove(out, out + 1, --len);
		out[len] = '\0';
		return len;
	}
	out[len++] = '"';
	out[len] = '\0';
	if (taken < value.len) {
		memcpy(out + len, "...", sizeof "...");
		len += 3;
	}
	return len;
}

static void
line_add(struct line *l, struct span s)
{
	s = span_head(s, sizeof l->text - 1 - l->len);
	memcpy(l->text + l->len, s.ptr, s.len);
	l->len += s.len;
}

static void
line_value(struct line *l, struct span value)
{
	char field[LOG_FIELD_MAX];
	size_t len = log_escape(value, field);

	line_add(l, span_make(field, len));
}

static void
line_field(struct line *l, const char *name, struct span value)
{
	if (value.len == 0)
		return;
	line_add(l, span_of(" "));
	line_add(l, span_of(name));
	line_add(l, span_of("="));
	line_value(l, value);
}

static void
line_number(struct line *l, const char *name, size_t number)
{
	char text[24];

	if (number == 0)
		return;
	snprintf(text, sizeof text, "%zu", number);
	line_field(l, name, span_of(text));
}

static void
line_score(struct line *l, const struct decision *d)
{
	char text[NUMBER_TEXT_MAX];

	if (!d->scored)
		return;
	number_format(d->score, text);
	line_field(l, "score", span_of(text));
}

static void
line_begin(struct line *l, struct span queue_id, const char *what)
{
	l->len = 0;
	if (queue_id.len > 0)
		line_value(l, queue_id);
	else
		line_add(l, span_of("-"));
	line_add(l, span_of(" "));
	line_add(l, span_of(what));
}

static void
line_write(struct line *l)
{
	ssize_t written;

	l->text[l->len++] = '\n';
	do {
		written = write(STDOUT_FILENO, l->text, l->len);
	} while (written < 0 && errno == EINTR);
}

/* What is left of TEXT when its front is cut until it fits into LEN bytes. */
static struct span
tail_that_fits(struct span text, size_t len)
{
	struct span rest = text;
	size_t need = 0, written;
	char one[4];

	while (rest.len > 0) {
		rest = span_skip(rest, escape_one(rest, one, sizeof one,
		    &written));
		need += written;
	}
	while (need > len) {
		text = span_skip(text, escape_one(text, one, sizeof one,
		    &written));
		need -= written;
	}
	return text;
}

/* Of a path that is too long the front is cut, for the line stands behind. */
static void
line_place(struct line *l, const struct place *place)
{
	char text[PATH_MAX + sizeof ":4294967295"];
	char cut[sizeof "..." + LOG_VALUE_MAX];
	struct span value, tail;

	if (place->file == NULL)
		return;
	snprintf(text, sizeof text, "%s:%u", place->file, place->line);
	value = span_of(text);
	if (tail_that_fits(value, LOG_VALUE_MAX).len < value.len) {
		tail = tail_that_fits(value, LOG_VALUE_MAX - 3);
		snprintf(cut, sizeof cut, "...%.*s", (int)tail.len, tail.ptr);
		value = span_of(cut);
	}
	line_field(l, "place", value);
}

/* What does not fit into TEXT would be cut by log_escape() as well. */
static void
line_reply(struct line *l, const struct reply *reply)
{
	struct span words = span_head(reply->text, LOG_VALUE_MAX);
	struct span status = span_head(reply->status, LOG_VALUE_MAX);
	char text[2 * LOG_VALUE_MAX + 16];

	if (reply->code == 0)
		return;
	snprintf(text, sizeof text, "%u%s%.*s%s%.*s", reply->code,
	    status.len > 0 ? " " : "", (int)status.len,
	    status.len > 0 ? status.ptr : "", words.len > 0 ? " " : "",
	    (int)words.len, words.len > 0 ? words.ptr : "");
	line_field(l, "reply", span_of(text));
}

static const char *
scope_name(enum decision_scope scope)
{
	switch (scope) {
	case DECISION_CONNECTION:
		return "connection";
	case DECISION_MESSAGE:
		return "message";
	case DECISION_RECIPIENT:
		return "recipient";
	case DECISION_COMMAND:
		return "command";
	case DECISION_FAILURE:
	case DECISION_LOG:
		return "rule";
	}
	return "";
}

/* What happened, in one word, put into WORD where it has to be made. */
static const char *
decision_word(const struct decision *d, char word[WORD_MAX])
{
	if (d->scope == DECISION_FAILURE)
		return "failure";
	if (d->scope == DECISION_LOG)
		return "log";
	switch (d->shadow) {
	case SHADOW_NONE:
		break;
	case SHADOW_WOULD:
		snprintf(word, WORD_MAX, "would-%s", verdict_name(d->kind));
		return word;
	case SHADOW_UNDECIDED:
		return "undecided";
	}
	return verdict_name(d->kind);
}

void
log_decision(const struct decision *d)
{
	char word[WORD_MAX];
	struct line l;

	line_begin(&l, d->queue_id, decision_word(d, word));
	line_field(&l, "scope", span_of(scope_name(d->scope)));
	line_field(&l, "rule", d->rule);
	line_place(&l, &d->place);
	line_field(&l, "phase", span_of(phase_name(d->phase)));
	line_reply(&l, &d->reply);
	line_field(&l, "client", d->client);
	line_field(&l, "name", d->client_name);
	line_field(&l, "helo", d->helo);
	line_field(&l, "from", d->sender);
	line_field(&l, "to", d->recipient);
	line_number(&l, "rcpts", d->recipients);
	line_number(&l, "edits", d->edits);
	line_field(&l, "quarantined", span_of(d->quarantined ? "yes" : NULL));
	line_score(&l, d);
	line_field(&l, d->scope == DECISION_LOG ? "text" : "why", d->detail);
	line_write(&l);
}

/* What FORMAT says: the reason for a failure, or the line itself. */
static void __attribute__((format(printf, 3, 0)))
log_words(struct span queue_id, bool failure, const char *format, va_list args)
{
	char text[ERROR_TEXT_MAX];
	struct line l;

	vsnprintf(text, sizeof text, format, args);
	line_begin(&l, queue_id, failure ? "failure" : text);
	if (failure)
		line_field(&l, "why", span_of(text));
	line_write(&l);
}

void
log_failure(struct span queue_id, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_words(queue_id, true, format, args);
	va_end(args);
}

void
log_notice(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_words(span_of(NULL), false, format, args);
	va_end(args);
}
