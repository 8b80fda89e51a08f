/*
 * delivered.c - a file of a Maildir, read back as the message that it was.
 *
 * Failure: a file that does not begin as one of a Maildir is none.
 */
#include "config.h"

#include "milter/replay/delivered.h"

/* The text with CRLF line ends. */
static struct span
with_crlf(struct span text, struct arena *arena)
{
	size_t lines = 0, len = 0;
	char *to;

	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	to = arena_alloc(arena, text.len + lines + 1);
	if (to == NULL)
		return span_make(NULL, 0);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			to[len++] = '\r';
		to[len++] = text.ptr[i];
	}
	return span_make(to, len);
}

/* Length of the first line of S, with its end. */
static size_t
line_length(struct span s)
{
	size_t end = span_find(s, '\n');

	return end < s.len ? end + 1 : s.len;
}

static struct span
without_end(struct span line)
{
	return span_ends_with(line, span_of("\r\n")) ?
	    span_head(line, line.len - 2) : line;
}

/*
 * The field that *REST begins with, folds and end and all; *REST loses it.
 * Empty: it begins with none.
 */
static struct span
take_field(struct span *rest)
{
	size_t len = line_length(*rest);
	struct span line = without_end(span_head(*rest, len)), field;

	if (span_find(line, ':') == line.len)
		return span_make(rest->ptr, 0);
	while (len < rest->len && (rest->ptr[len] == ' ' ||
	    rest->ptr[len] == '\t'))
		len += line_length(span_skip(*rest, len));
	field = span_head(*rest, len);
	*rest = span_skip(*rest, len);
	return field;
}

static struct span
name_of(struct span field)
{
	return span_trim(span_head(field, span_find(field, ':')));
}

static struct span
value_of(struct span field)
{
	return span_trim(without_end(span_skip(field,
	    span_find(field, ':') + 1)));
}

/* If *REST begins with a field NAME, its VALUE; *REST then loses it. */
static bool
take_named(struct span *rest, const char *name, struct span *value)
{
	struct span behind = *rest, field = take_field(&behind);

	if (field.len == 0 ||
	    !span_equal_nocase(name_of(field), span_of(name)))
		return false;
	*value = value_of(field);
	*rest = behind;
	return true;
}

static int
add_recipient(struct smtp_message *m, struct span address, size_t *room,
    struct arena *arena)
{
	void *at = (void *)m->recipients;

	if (arena_grow(arena, &at, room, m->recipient_count,
	    sizeof *m->recipients) < 0)
		return -1;
	((struct span *)at)[m->recipient_count++] = address;
	m->recipients = at;
	return 0;
}

/* What the server has put on top; *REST loses it. */
static int
read_envelope(struct span *rest, bool held, struct arena *arena,
    struct smtp_message *m)
{
	struct span value;
	size_t room = 0;

	if (!take_named(rest, "Return-Path", &m->sender))
		return -1;
	if (m->sender.len > 2 && m->sender.ptr[0] == '<')
		m->sender = span_make(m->sender.ptr + 1, m->sender.len - 2);
	do {
		if (!take_named(rest, "Delivered-To", &value))
			break;
		if (add_recipient(m, value, &room, arena) < 0)
			return -1;
	} while (held);
	if (held && take_named(rest, "X-Quarantine", &m->quarantine))
		m->quarantined = true;
	return m->quarantined == held && (held || m->recipient_count > 0) ?
	    0 : -1;
}

/* TEXT without FIELD, which is a part of it: what stands above moves down. */
static struct span
cut_out(struct span text, struct span field)
{
	size_t above = (size_t)(field.ptr - text.ptr);

	memmove((char *)text.ptr + field.len, text.ptr, above);
	return span_skip(text, field.len);
}

static int
add_field(struct smtp_message *m, struct span raw, size_t *room,
    struct arena *arena)
{
	void *at = (void *)m->fields;
	struct smtp_field *field;
	struct buffer scratch;
	struct event event;

	if (arena_grow(arena, &at, room, m->field_count, sizeof *field) < 0)
		return -1;
	m->fields = at;
	field = (struct smtp_field *)at + m->field_count++;
	buffer_init(&scratch, raw.len);
	event = event_header(name_of(raw), without_end(span_skip(raw,
	    span_find(raw, ':') + 1)), &scratch);
	field->name = arena_copy(arena, event.header.name);
	field->value = arena_copy(arena, event.header.value);
	buffer_release(&scratch);
	return arena->exhausted ? -1 : 0;
}

/* The rest of the file, TEXT. */
static int
read_message(struct span text, struct arena *arena, struct smtp_message *m)
{
	struct span rest = text, field, trace = span_make(NULL, 0);
	size_t room = 0;

	while ((field = take_field(&rest)).len > 0) {
		if (trace.len == 0 &&
		    span_equal_nocase(name_of(field), span_of("Received")))
			trace = field;
		else if (add_field(m, field, &room, arena) < 0)
			return -1;
	}
	if (span_starts_with(rest, span_of("\r\n")))
		rest = span_skip(rest, 2);
	m->header = span_head(text, text.len - rest.len);
	m->body = rest;
	if (trace.len > 0)
		m->header = cut_out(m->header, trace);
	return 0;
}

int
delivered_read(struct span text, bool held, struct arena *arena,
    struct smtp_message *message)
{
	struct span rest = with_crlf(text, arena);

	*message = (struct smtp_message){ .quarantined = false };
	if (read_envelope(&rest, held, arena, message) < 0)
		return -1;
	return read_message(rest, arena, message);
}
