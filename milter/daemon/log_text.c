/*
 * log_text.c - a line of the log as words and name=value.
 *
 *	4XyZ reject scope=recipient rule=no-spam place=rules.yaml:12 …
 *
 * Failure: none.
 */
#include "config.h"

#include "milter/daemon/log_record.h"
#include "rules/base/utf8.h"

/* So no line is ever cut. */
_Static_assert((LOG_FIELDS - 1) * 20 + 10 * LOG_FIELD_MAX + 128 < LOG_LINE_MAX,
    "a line of full fields must fit");

/* May it stand there without quotes? */
static bool
is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

static size_t
escape_byte(unsigned char c, char out[LOG_ESCAPE_MAX])
{
	static const char digits[] = "0123456789ABCDEF";

	out[0] = '\\';
	out[1] = 'x';
	out[2] = digits[c >> 4];
	out[3] = digits[c & 0xf];
	return 4;
}

/* As it stands in words of ours. */
static size_t
escape_control(struct span value, char out[LOG_ESCAPE_MAX], size_t *taken)
{
	if (!log_is_printable(value)) {
		*taken = 1;
		return escape_byte((unsigned char)value.ptr[0], out);
	}
	*taken = utf8_length(value);
	memcpy(out, value.ptr, *taken);
	return *taken;
}

/* As it stands between quotes. */
static size_t
escape_one(struct span value, char out[LOG_ESCAPE_MAX], size_t *taken)
{
	char c = value.ptr[0];

	if (c != '"' && c != '\\')
		return escape_control(value, out, taken);
	*taken = 1;
	return escape_byte((unsigned char)c, out);
}

static bool
all_plain(struct span value)
{
	size_t i = 0;

	while (i < value.len && is_plain((unsigned char)value.ptr[i]))
		i++;
	return i == value.len && i > 0;
}

size_t
log_escape(struct span value, char out[LOG_FIELD_MAX])
{
	size_t len, taken;

	if (value.len <= LOG_VALUE_MAX && all_plain(value)) {
		memcpy(out, value.ptr, value.len);
		out[value.len] = '\0';
		return value.len;
	}
	out[0] = '"';
	len = 1 + log_escape_into(out + 1, LOG_VALUE_MAX, value, escape_one,
	    &taken);
	out[len++] = '"';
	out[len] = '\0';
	if (taken < value.len) {
		memcpy(out + len, "...", sizeof "...");
		len += 3;
	}
	return len;
}

size_t
log_escape_end(struct span value, char out[LOG_FIELD_MAX])
{
	char room[LOG_CUT_ROOM];

	return log_escape(log_cut_front(value, escape_one, room), out);
}

static void
add_value(struct log_line *l, struct span value)
{
	char field[LOG_FIELD_MAX];
	size_t len = log_escape(value, field);

	log_line_add(l, span_make(field, len));
}

static void
add_words(struct log_line *l, struct span words)
{
	size_t taken;

	l->len += log_escape_into(l->text + l->len, sizeof l->text - 1 -
	    l->len, words, escape_control, &taken);
}

static void
add_field(struct log_line *l, const struct log_field *f)
{
	char room[LOG_CUT_ROOM];

	log_line_add(l, span_of(" "));
	if (f->kind == LOG_AS_WORDS) {
		add_words(l, f->value);
		return;
	}
	log_line_add(l, span_of(f->name));
	log_line_add(l, span_of("="));
	switch (f->kind) {
	case LOG_AS_TEXT:
		add_value(l, f->value);
		break;
	case LOG_AS_PLACE:
		add_value(l, log_cut_front(f->value, escape_one, room));
		break;
	case LOG_AS_NUMBER:
	case LOG_AS_WORDS:
		log_line_add(l, f->value);
		break;
	case LOG_AS_YES:
		log_line_add(l, span_of("yes"));
		break;
	}
}

void
log_text(const struct log_record *r, struct log_line *l)
{
	if (r->queue_id.len > 0)
		add_value(l, r->queue_id);
	else
		log_line_add(l, span_of("-"));
	if (r->event != NULL) {
		log_line_add(l, span_of(" "));
		log_line_add(l, span_of(r->event));
	}
	for (size_t i = 0; i < r->count; i++)
		add_field(l, &r->fields[i]);
	log_line_add(l, span_of("\n"));
}
