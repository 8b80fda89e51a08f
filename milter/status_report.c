/*
 * status_report.c - what the daemon says of itself, read back.
 *
 * A line is a name and words. Names stand in tables; a line of a name that no
 * table has is for another version, and is passed. Words are decoded where they
 * stand, for none becomes longer by it.
 *
 * Failure: an error that names the line.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/status_report.h"
#include "rules/base/xmalloc.h"

static const char *const text_names[STATUS_TEXT_COUNT] = {
	[STATUS_VERSION] = "millgate",
	[STATUS_RULES] = "rules",
	[STATUS_FINGERPRINT] = "fingerprint",
	[STATUS_MODE] = "mode",
	[STATUS_LISTEN] = "listen",
	[STATUS_GATE] = "gate",
	[STATUS_JIT] = "jit",
};

static const char *const number_names[STATUS_NUMBER_COUNT] = {
	[STATUS_PID] = "pid",
	[STATUS_SUPERVISOR] = "supervisor",
	[STATUS_STARTED] = "started",
	[STATUS_WORKER_STARTED] = "worker-started",
	[STATUS_RESTARTS] = "restarts",
	[STATUS_POLICY_LOADED] = "policy-loaded",
	[STATUS_GENERATION] = "generation",
	[STATUS_RULE_COUNT] = "rule-count",
	[STATUS_SESSIONS] = "sessions",
	[STATUS_CONNECTIONS_LIMIT] = "connections-limit",
	[STATUS_LINES_LOST] = "log-lines-lost",
};

const char *
status_text_name(enum status_text t)
{
	return text_names[t];
}

const char *
status_number_name(enum status_number n)
{
	return number_names[n];
}

/* What is left of a line. */
struct words {
	char *at;
	char *end;
};

/* The value of the hexadecimal digit C; -1: it is none. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Take one byte of quoted text off W, decoded; -1: it is not well written. */
static int
take_byte(struct words *w, char *byte)
{
	int high, low;

	*byte = *w->at++;
	if (*byte != '\\')
		return 0;
	if (w->end - w->at < 3 || w->at[0] != 'x')
		return -1;
	high = hex_value(w->at[1]);
	low = hex_value(w->at[2]);
	if (high < 0 || low < 0)
		return -1;
	*byte = (char)(high << 4 | low);
	w->at += 3;
	return 0;
}

/* Behind the opening quote: text, the other quote, and dots if it was cut. */
static int
take_quoted(struct words *w, struct span *word)
{
	char *start = w->at, *out = w->at;

	while (w->at < w->end && *w->at != '"')
		if (take_byte(w, out++) < 0)
			return -1;
	if (w->at == w->end)
		return -1;
	w->at++;
	/* The dots find room where the escapes were, or the quotes. */
	while (w->at < w->end && *w->at == '.')
		*out++ = *w->at++;
	*word = span_make(start, (size_t)(out - start));
	return w->at == w->end || *w->at == ' ' ? 0 : -1;
}

/* The next word; -1: there is none, or it is not well written. */
static int
take_word(struct words *w, struct span *word)
{
	char *start;

	if (w->at < w->end && *w->at == ' ')
		w->at++;
	if (w->at == w->end)
		return -1;
	if (*w->at == '"') {
		w->at++;
		return take_quoted(w, word);
	}
	for (start = w->at; w->at < w->end && *w->at != ' '; w->at++)
		;
	*word = span_make(start, (size_t)(w->at - start));
	return word->len > 0 ? 0 : -1;
}

static int
take_number(struct words *w, uint64_t *number)
{
	struct span word;
	uint64_t value = 0;
	unsigned digit;

	if (take_word(w, &word) < 0)
		return -1;
	for (size_t i = 0; i < word.len; i++) {
		digit = (unsigned char)word.ptr[i] - (unsigned)'0';
		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return -1;
		value = value * 10 + digit;
	}
	*number = value;
	return 0;
}

static int
take_rule(struct status_report *r, struct words *w)
{
	struct status_rule rule;

	if (take_number(w, &rule.number) < 0 ||
	    take_number(w, &rule.hits) < 0 || take_word(w, &rule.mode) < 0 ||
	    take_word(w, &rule.place) < 0 || take_word(w, &rule.name) < 0)
		return -1;
	/* Doubled whenever the count is a power of two. */
	if ((r->rule_count & (r->rule_count - 1)) == 0)
		r->rules = xreallocarray(r->rules, r->rule_count * 2 + 1,
		    sizeof *r->rules);
	r->rules[r->rule_count++] = rule;
	return 0;
}

static int
take_reload(struct status_report *r, struct words *w)
{
	return take_number(w, &r->reload_failed) < 0 ? -1 :
	    take_word(w, &r->reload_error);
}

/* The words of the line NAME; -1: they are not what that line has. */
static int
take_line(struct status_report *r, struct span name, struct words *w)
{
	if (span_is(name, "rule"))
		return take_rule(r, w);
	if (span_is(name, "reload-failed"))
		return take_reload(r, w);
	for (size_t i = 0; i < STATUS_TEXT_COUNT; i++)
		if (span_is(name, text_names[i]))
			return take_word(w, &r->text[i]);
	for (size_t i = 0; i < STATUS_NUMBER_COUNT; i++)
		if (span_is(name, number_names[i]))
			return take_number(w, &r->number[i]);
	for (int i = 0; i < TALLY_COUNT; i++)
		if (span_is(name, tally_name((enum tally)i)))
			return take_number(w, &r->tally[i]);
	return 0;
}

/* All lines down to "end". */
static int
read_lines(struct status_report *r, char *at, char *end, struct error *error)
{
	struct words w;
	struct span name;
	size_t count = 0;
	char *next;

	for (; at < end; at = next + 1) {
		next = memchr(at, '\n', (size_t)(end - at));
		if (next == NULL)
			break;
		count++;
		w = (struct words){ at, next };
		if (take_word(&w, &name) < 0 ||
		    (count == 1 && !span_is(name, text_names[0])))
			return error_set(error, "what was said is no report of "
			    "millgate");
		if (span_is(name, "end"))
			return 0;
		if (take_line(r, name, &w) < 0)
			return error_set(error, "line %zu of the report cannot "
			    "be understood", count);
	}
	return error_set(error, "the report broke off after %zu lines", count);
}

int
status_report_read(struct span text, struct status_report *report,
    struct error *error)
{
	*report = (struct status_report){ .memory = xspandup(text) };
	return read_lines(report, report->memory, report->memory + text.len,
	    error);
}

void
status_report_release(struct status_report *report)
{
	free(report->memory);
	free(report->rules);
	*report = (struct status_report){ .memory = NULL };
}
