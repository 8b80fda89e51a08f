/*
 * log.c - one line for each thing worth knowing.
 *
 * A decision becomes a record, whatever the form of the log: here is the one
 * list of its fields. libmilter hands over any byte, so the forms escape every
 * value: one event is one line, whatever a client sends.
 *
 * Failure: a line that cannot be written is lost, and counted; mail goes on.
 */
#include "config.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "milter/daemon/log.h"
#include "milter/daemon/log_record.h"
#include "milter/daemon/log_sink.h"
#include "rules/base/number.h"

/* Values that have to be made. */
struct made {
	char event[32];			/* "would-tempfail" */
	char place[PATH_MAX + sizeof ":4294967295"];
	char reply[2 * LOG_VALUE_MAX + 16];
	char recipients[24];
	char edits[24];
	char score[NUMBER_TEXT_MAX];
	char duration[32];
};

static void
record_write(const struct log_record *r)
{
	struct log_line l;

	log_record_format(r, log_wants_json(), &l);
	log_write(r->level, l.text, l.len);
}

static void
add_text(struct log_record *r, const char *name, struct span value)
{
	log_record_add(r, name, LOG_AS_TEXT, value);
}

static void
add_number(struct log_record *r, const char *name, const char *digits)
{
	log_record_add(r, name, LOG_AS_NUMBER, span_of(digits));
}

/* A number of things; none at all goes without saying. */
static const char *
make_count(size_t count, char text[24])
{
	if (count == 0)
		return NULL;
	snprintf(text, 24, "%zu", count);
	return text;
}

static const char *
make_place(const struct decision *d, struct made *made)
{
	if (d->place.file == NULL)
		return NULL;
	snprintf(made->place, sizeof made->place, "%s:%u", d->place.file,
	    d->place.line);
	return made->place;
}

/* What does not fit would be cut when it is escaped as well. */
static const char *
make_reply(const struct decision *d, struct made *made)
{
	struct span words = span_head(d->reply.text, LOG_VALUE_MAX);
	struct span status = span_head(d->reply.status, LOG_VALUE_MAX);

	if (d->reply.code == 0)
		return NULL;
	snprintf(made->reply, sizeof made->reply, "%u%s%.*s%s%.*s",
	    d->reply.code,
	    status.len > 0 ? " " : "", (int)status.len,
	    status.len > 0 ? status.ptr : "", words.len > 0 ? " " : "",
	    (int)words.len, words.len > 0 ? words.ptr : "");
	return made->reply;
}

static const char *
make_score(const struct decision *d, struct made *made)
{
	if (!d->scored)
		return NULL;
	number_format(d->score, made->score);
	return made->score;
}

/* Seconds, to the millisecond. */
static const char *
make_duration(int64_t microseconds, struct made *made)
{
	if (microseconds < 0)
		return NULL;
	snprintf(made->duration, sizeof made->duration, "%" PRId64 ".%03d",
	    microseconds / 1000000, (int)(microseconds / 1000 % 1000));
	return made->duration;
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

/* What happened, in one word. */
static const char *
make_event(const struct decision *d, struct made *made)
{
	if (d->scope == DECISION_FAILURE)
		return "failure";
	if (d->scope == DECISION_LOG)
		return "log";
	switch (d->shadow) {
	case SHADOW_NONE:
		break;
	case SHADOW_WOULD:
	case SHADOW_POLICY:
		snprintf(made->event, sizeof made->event, "would-%s",
		    verdict_name(d->kind));
		return made->event;
	case SHADOW_UNDECIDED:
		return "undecided";
	}
	return verdict_name(d->kind);
}

static enum log_level
decision_level(const struct decision *d)
{
	if (d->scope == DECISION_FAILURE)
		return LOG_LEVEL_WARNING;
	if (d->scope == DECISION_LOG || d->shadow != SHADOW_NONE ||
	    d->quarantined)
		return LOG_LEVEL_NOTICE;
	return d->kind == VERDICT_ACCEPT || d->kind == VERDICT_CONTINUE ?
	    LOG_LEVEL_INFO : LOG_LEVEL_NOTICE;
}

void
log_decision(const struct decision *d, int64_t microseconds)
{
	enum log_level level = decision_level(d);
	struct log_record r;
	struct made made;

	if (!log_wants(level))
		return;
	log_record_init(&r, level, d->queue_id, make_event(d, &made));
	add_text(&r, "scope", span_of(scope_name(d->scope)));
	add_text(&r, "rule", d->rule);
	log_record_add(&r, "place", LOG_AS_PLACE,
	    span_of(make_place(d, &made)));
	add_text(&r, "phase", span_of(phase_name(d->phase)));
	add_text(&r, "reply", span_of(make_reply(d, &made)));
	add_text(&r, "client", d->client);
	add_text(&r, "name", d->client_name);
	add_text(&r, "helo", d->helo);
	add_text(&r, "from", d->sender);
	add_text(&r, "to", d->recipient);
	add_number(&r, "rcpts", make_count(d->recipients, made.recipients));
	add_number(&r, "edits", make_count(d->edits, made.edits));
	if (d->quarantined)
		log_record_add(&r, "quarantined", LOG_AS_YES, span_of(NULL));
	add_number(&r, "score", make_score(d, &made));
	add_number(&r, "duration", make_duration(microseconds, &made));
	add_text(&r, d->scope == DECISION_LOG ? "text" : "why", d->detail);
	record_write(&r);
}

void
log_failure(struct span queue_id, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	struct log_record r;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	log_record_init(&r, LOG_LEVEL_ERROR, queue_id, "failure");
	add_text(&r, "why", span_of(text));
	record_write(&r);
}

void
log_say(enum log_level level, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	struct log_record r;
	va_list args;

	if (!log_wants(level))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	log_record_words(&r, level, span_of(text));
	record_write(&r);
}
