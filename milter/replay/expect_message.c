/*
 * expect_message.c - is a message that was accepted as expected?
 *
 * Addresses are compared as rules compare them, the values of fields and bodies
 * byte for byte.
 *
 * Failure: there is none; a message is there or was not asked for.
 */
#include "config.h"

#include <stdint.h>

#include "milter/replay/expect_look.h"
#include "rules/base/utf8.h"

#define SHOWN_MAX 500		/* bytes of what came */

/* "expected recipient "a@b", got " and so on. */
static void
expected(struct look *l, struct span text)
{
	buffer_addf(l->why, "expected %s \"%.*s\", got ",
	    expect_name(l->x->kind), (int)text.len, text.ptr);
}

/* TEXT, which may be as long as a message: its beginning will do. */
static void
quote(struct buffer *out, struct span text)
{
	struct span shown = utf8_head(text, SHOWN_MAX);

	buffer_add_char(out, '"');
	buffer_add(out, shown);
	buffer_add_text(out, shown.len < text.len ? "\" …" : "\"");
}

/* VALUE without its folds (RFC 5322 2.2.3) and the blanks at its ends. */
static struct span
unfold(struct span value, struct buffer *out)
{
	buffer_clear(out);
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] != '\n' && value.ptr[i] != '\r')
			buffer_add_char(out, value.ptr[i]);
	return span_trim(buffer_span(out));
}

/* The next field called NAME from number *I on, which moves behind it. */
static bool
next_field(const struct smtp_message *m, struct span name, size_t *i,
    struct span *value)
{
	while (*i < m->field_count) {
		const struct smtp_field *f = &m->fields[(*i)++];

		if (!span_equal_nocase(f->name, name))
			continue;
		*value = f->value;
		return true;
	}
	return false;
}

static void
complain_of_header(struct look *l, size_t count, struct span first)
{
	struct span name = l->x->name;

	buffer_addf(l->why, "expected %.*s: \"%.*s\", got ", (int)name.len,
	    name.ptr, (int)l->x->text.len, l->x->text.ptr);
	if (count == 0) {
		buffer_add_text(l->why, "no such field");
		look_instead(l, EXPECT_NO_HEADER, name);
		return;
	}
	quote(l->why, first);
	if (count > 1)
		buffer_addf(l->why, " and %zu more", count - 1);
	l->known = true;
	buffer_addf(l->instead, "@%s %.*s: ", expect_name(EXPECT_HEADER),
	    (int)name.len, name.ptr);
	buffer_add(l->instead, first);
	buffer_add_char(l->instead, '\n');
}

bool
look_at_header(struct look *l)
{
	const struct smtp_message *m = l->s->message;
	struct span value, want = span_trim(l->x->text);
	struct buffer one, first;
	size_t i = 0, count = 0;
	bool met = false;

	buffer_init(&one, SIZE_MAX - 1);
	buffer_init(&first, SIZE_MAX - 1);
	while (!met && next_field(m, l->x->name, &i, &value)) {
		value = unfold(value, &one);
		met = span_equal(value, want);
		if (count++ == 0)
			buffer_add(&first, value);
	}
	if (!met)
		complain_of_header(l, count, buffer_span(&first));
	buffer_release(&one);
	buffer_release(&first);
	return met;
}

bool
look_at_no_header(struct look *l)
{
	struct span value, name = l->x->name;
	struct buffer text;
	size_t i = 0;

	if (!next_field(l->s->message, name, &i, &value))
		return true;
	buffer_init(&text, SIZE_MAX - 1);
	buffer_addf(l->why, "expected no field %.*s, got ", (int)name.len,
	    name.ptr);
	quote(l->why, unfold(value, &text));
	buffer_release(&text);
	return false;
}

/* ADDRESS without <>; the null sender keeps them, as everywhere. */
static struct span
bare(struct span address)
{
	if (address.len > 2 && address.ptr[0] == '<' &&
	    address.ptr[address.len - 1] == '>')
		return span_make(address.ptr + 1, address.len - 2);
	return address;
}

static bool
has_recipient(const struct smtp_message *m, struct span address)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		if (span_equal_nocase(m->recipients[i], bare(address)))
			return true;
	return false;
}

bool
look_at_recipient(struct look *l)
{
	const struct smtp_message *m = l->s->message;

	if (has_recipient(m, l->x->text))
		return true;
	expected(l, l->x->text);
	for (size_t i = 0; i < m->recipient_count; i++) {
		buffer_add_text(l->why, i > 0 ? ", " : "");
		quote(l->why, m->recipients[i]);
	}
	if (m->recipient_count == 0)
		buffer_add_text(l->why, "none");
	look_instead(l, EXPECT_NO_RECIPIENT, l->x->text);
	return false;
}

bool
look_at_no_recipient(struct look *l)
{
	struct span address = l->x->text;

	if (!has_recipient(l->s->message, address))
		return true;
	buffer_addf(l->why, "expected no recipient \"%.*s\", but it is there",
	    (int)address.len, address.ptr);
	return false;
}

bool
look_at_sender(struct look *l)
{
	struct span sender = l->s->message->sender;

	if (span_equal_nocase(sender, bare(l->x->text)))
		return true;
	expected(l, l->x->text);
	quote(l->why, sender);
	look_instead(l, EXPECT_SENDER, sender);
	return false;
}

static bool
contains(struct span text, struct span part)
{
	return part.len == 0 || (part.len <= text.len &&
	    memmem(text.ptr, text.len, part.ptr, part.len) != NULL);
}

bool
look_at_body(struct look *l)
{
	const struct smtp_message *m = l->s->message;

	if (contains(m->body, l->x->text))
		return true;
	buffer_addf(l->why, "\"%.*s\" is not in the body (%zu bytes)",
	    (int)l->x->text.len, l->x->text.ptr, m->body.len);
	return false;
}

bool
look_at_quarantine(struct look *l)
{
	const struct smtp_message *m = l->s->message;

	if (m->quarantined && contains(m->quarantine, l->x->text))
		return true;
	expected(l, l->x->text);
	if (m->quarantined) {
		quote(l->why, m->quarantine);
		look_instead(l, EXPECT_QUARANTINE, m->quarantine);
	} else {
		buffer_add_text(l->why, "no quarantine");
		l->known = true;	/* the line goes */
	}
	return false;
}
