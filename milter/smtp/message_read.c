/*
 * message_read.c - find the header fields and the body of a message.
 *
 * The header ends at the first line that is neither a field, as RFC 5322 2.2
 * defines it, nor a continuation; when that line is not empty it is the first
 * of the body, as in Postfix, and an empty one goes between. Also as in
 * Postfix, lines "From " above all fields, which mbox files leave behind, are
 * made fields X-Mailbox-Line, and some fields are removed unseen.
 *
 * Failure: a message with too many fields, or for which there is no memory, is
 * refused as a whole.
 */
#include "config.h"

#include "milter/smtp/message.h"

/* So much of a line that is cut short is taken away; see cut(). */
#define CUT_MAX 5000

static const char mailbox_line[] = "X-Mailbox-Line";

/* Length of S up to and with its first CRLF; all of it when there is none. */
static size_t
line_length(struct span s)
{
	const char *lf = s.len > 0 ? memchr(s.ptr, '\n', s.len) : NULL;

	return lf != NULL ? (size_t)(lf - s.ptr) + 1 : s.len;
}

/* Length of the lines that continue the one that S begins with, and of it. */
static size_t
folded_length(struct span s)
{
	size_t len = line_length(s);

	while (len < s.len && (s.ptr[len] == ' ' || s.ptr[len] == '\t'))
		len += line_length(span_skip(s, len));
	return len;
}

/*
 * Length of the field name that S begins with, blanks before the colon not
 * counted (RFC 5322 4.5.1 allows them); 0 when S does not begin with a field.
 */
static size_t
name_length(struct span s, size_t *colon)
{
	size_t len = 0;
	size_t end;

	while (len < s.len && s.ptr[len] > ' ' && s.ptr[len] < 0x7f &&
	    s.ptr[len] != ':')
		len++;
	end = len;
	while (end < s.len && (s.ptr[end] == ' ' || s.ptr[end] == '\t'))
		end++;
	*colon = end;
	return end < s.len && s.ptr[end] == ':' ? len : 0;
}

static struct span
without_line_end(struct span s)
{
	return span_ends_with(s, span_of("\r\n")) ?
	    span_head(s, s.len - 2) : s;
}

/* The blanks and folds that VALUE begins with, folds as LF. */
static struct span
lead_of(struct message *m, struct span value)
{
	size_t len = 0, kept = 0;
	char *text;

	while (len < value.len && strchr(" \t\r\n", value.ptr[len]) != NULL)
		len++;
	value.len = len;
	if (span_find(value, '\r') == len)
		return value;
	text = arena_alloc(&m->arena, len);
	for (size_t i = 0; text != NULL && i < len; i++)
		if (value.ptr[i] != '\r')
			text[kept++] = value.ptr[i];
	return span_make(text, kept);
}

/*
 * What a filter is shown of a field. A NUL ends a value, for in the milter
 * protocol it does.
 */
static int
show(struct message *m, struct span name, struct span value,
    struct message_field *field)
{
	struct smtp_field *shown = &field->shown;
	struct buffer scratch;
	struct event ev;
	int result = 0;

	value = span_head(value, span_find(value, '\0'));
	field->lead = lead_of(m, value);
	buffer_init(&scratch, value.len);
	ev = event_header(name, value, &scratch);
	shown->name = ev.header.name;
	shown->value = ev.header.value;
	if (scratch.len > 0)
		shown->value = arena_copy(&m->arena, ev.header.value);
	if (scratch.overflow || m->arena.exhausted)
		result = -1;
	buffer_release(&scratch);
	return result;
}

/* Is S a line that an mbox file begins a message with: "From ", ">From "? */
static bool
is_mailbox_line(struct span s)
{
	while (s.len > 0 && s.ptr[0] == '>')
		s = span_skip(s, 1);
	return span_starts_with(s, span_of("From "));
}

/*
 * Postfix removes these before a filter sees them (message_drop_headers): they
 * are not for the recipients' eyes, or not true once mail is passed on.
 */
static bool
is_dropped(struct span name)
{
	static const char *const names[] = {
		"Bcc", "Content-Length", "Resent-Bcc", "Return-Path",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (span_equal_nocase(name, span_of(names[i])))
			return true;
	return false;
}

/*
 * Postfix cuts a field that is longer than MESSAGE_FIELD_MAX, counted with LF
 * line ends: behind its last whole line when what is left of the next one is
 * short. Filter and recipients get the same.
 */
static int
cut(struct message *m, struct message_field *field)
{
	size_t before = field->shown.name.len + 2;
	struct span value = field->shown.value;
	size_t lf;

	if (before + value.len <= MESSAGE_FIELD_MAX)
		return 0;
	if (before > MESSAGE_FIELD_MAX)
		return -1;
	value = span_head(value, MESSAGE_FIELD_MAX - before);
	lf = span_find_last(value, '\n');
	if (lf < value.len && before + lf >= MESSAGE_FIELD_MAX - CUT_MAX)
		value = span_head(value, lf);
	return message_compose(m, field->shown.name, value, field);
}

/*
 * RAW, whose name is NAME bytes long and whose colon is at COLON, as it goes
 * on: without the blanks between the two (RFC 5322 4.5), and in each line
 * without what follows a NUL.
 */
static struct span
pass_on(struct message *m, struct span raw, size_t name, size_t colon)
{
	struct span rest = span_skip(raw, colon);
	size_t len = name, line, kept;
	char *text;

	if (colon == name && span_find(raw, '\0') == raw.len)
		return raw;
	text = arena_alloc(&m->arena, raw.len + 2);
	if (text == NULL)
		return span_make(NULL, 0);
	memcpy(text, raw.ptr, name);
	for (; rest.len > 0; rest = span_skip(rest, line)) {
		line = line_length(rest);
		kept = span_find(span_head(rest, line), '\0');
		memcpy(text + len, rest.ptr, kept);
		len += kept;
		if (kept == line)
			continue;
		memcpy(text + len, "\r\n", 2);
		len += 2;
	}
	return span_make(text, len);
}

/*
 * Take the field that REST begins with: 1 when there was one, 0 when the header
 * is over, -1 when it cannot be taken.
 */
static int
read_field(struct message *m, struct span *rest)
{
	struct message_field field = { .own = false };
	size_t colon;
	size_t name = name_length(*rest, &colon);

	if (name == 0)
		return 0;
	field.raw = span_head(*rest, folded_length(*rest));
	if (show(m, span_head(*rest, name),
	    without_line_end(span_skip(field.raw, colon + 1)),
	    &field) < 0)
		return -1;
	*rest = span_skip(*rest, field.raw.len);
	field.raw = pass_on(m, field.raw, name, colon);
	if (field.raw.ptr == NULL)
		return -1;
	if (is_dropped(field.shown.name))
		return 1;
	return cut(m, &field) < 0 ||
	    message_insert(m, m->count, &field) < 0 ? -1 : 1;
}

/* The same for a line of an mbox file. */
static int
read_mailbox_line(struct message *m, struct span *rest)
{
	struct message_field field;
	struct span line = span_head(*rest, line_length(*rest));

	if (!is_mailbox_line(line))
		return 0;
	*rest = span_skip(*rest, line.len);
	return message_compose(m, span_of(mailbox_line), without_line_end(line),
	    &field) < 0 || cut(m, &field) < 0 ||
	    message_insert(m, m->count, &field) < 0 ? -1 : 1;
}

int
message_read(struct message *m)
{
	struct span rest = buffer_span(&m->content);
	int more;

	while ((more = read_mailbox_line(m, &rest)) > 0)
		continue;
	if (more == 0)
		while ((more = read_field(m, &rest)) > 0)
			continue;
	if (more < 0)
		return -1;
	m->divided = span_starts_with(rest, span_of("\r\n"));
	m->body = span_skip(rest, m->divided ? 2 : 0);
	return 0;
}
