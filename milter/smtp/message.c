/*
 * message.c - one message: its header fields, its body, and edits to them.
 *
 * The fields are a row of spans into the content, or into the arena for those
 * that an edit made; an edit moves no byte of the others. Fields that are
 * removed stay in the row until another is put in, or all is done, so that the
 * index holds for all edits in between.
 *
 * Failure: without memory, or room for a field, or after too much work, an edit
 * is not done, and the caller refuses the message.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/smtp/message.h"

/* What edits may add to a message, beyond its own bytes. */
#define EDITS_MAX ((size_t)8 << 20)
#define FIRST_ROOM 32
/*
 * So often may fields be looked at or moved for the edits of a message, where
 * an edit needs all of them: when fields are put between others, or when some
 * are named after others were added. It is less than a second's work, and a
 * message of fifty fields bears sixty thousand such edits.
 */
#define MOVES_MAX 50000000
#define MOVES_SORT 16		/* of each field, when they are sorted */

void
message_init(struct message *m, size_t max)
{
	*m = (struct message){ .count = 0 };
	buffer_init(&m->content, max);
	arena_init(&m->arena, max + EDITS_MAX);
	buffer_init(&m->header, 2 * max + EDITS_MAX);
}

void
message_reset(struct message *m)
{
	buffer_clear(&m->content);
	buffer_clear(&m->header);
	arena_reset(&m->arena);
	m->count = 0;
	m->gone = 0;
	m->moves = 0;
	m->indexed = false;
	m->body = span_make(NULL, 0);
	m->divided = false;
}

void
message_drop(struct message *m)
{
	buffer_release(&m->content);
	buffer_release(&m->header);
	arena_release(&m->arena);
	field_index_release(&m->index);
	free(m->fields);
	m->fields = NULL;
	m->room = 0;
	message_reset(m);
}

void
message_release(struct message *m)
{
	message_drop(m);
	*m = (struct message){ .count = 0 };
}

size_t
message_memory(const struct message *m)
{
	return m->content.cap + m->header.cap + m->arena.used +
	    m->room * sizeof *m->fields + field_index_memory(&m->index);
}

static int
grow(struct message *m)
{
	struct message_field *fields;
	size_t room = m->room > 0 ? 2 * m->room : FIRST_ROOM;

	if (m->count >= MESSAGE_FIELDS_MAX)
		return -1;
	if (m->count < m->room)
		return 0;
	fields = realloc(m->fields, room * sizeof *fields);
	if (fields == NULL)
		return -1;
	m->fields = fields;
	m->room = room;
	return 0;
}

/* -1: MOVES are more than are left. */
static int
spend(struct message *m, size_t moves)
{
	m->moves += moves;
	return m->moves <= MOVES_MAX ? 0 : -1;
}

int
message_insert(struct message *m, size_t place,
    const struct message_field *field)
{
	if (grow(m) < 0 || spend(m, m->count - place) < 0)
		return -1;
	memmove(m->fields + place + 1, m->fields + place,
	    (m->count - place) * sizeof *m->fields);
	m->fields[place] = *field;
	m->count++;
	m->indexed = false;
	return 0;
}

void
message_settle(struct message *m)
{
	size_t left = 0;

	for (size_t i = 0; m->gone > 0 && i < m->count; i++)
		if (!m->fields[i].gone)
			m->fields[left++] = m->fields[i];
	if (m->gone == 0)
		return;
	m->count = left;
	m->gone = 0;
	m->indexed = false;
}

static int
make_index(struct message *m)
{
	size_t shown = 0;

	if (m->indexed)
		return 0;
	message_settle(m);
	if (spend(m, MOVES_SORT * m->count) < 0 ||
	    field_index_begin(&m->index, m->count) < 0)
		return -1;
	for (size_t i = 0; i < m->count; i++)
		if (!m->fields[i].own)
			m->index.slots[shown++] = (struct field_slot){
				m->fields[i].shown.name, i };
	m->index.count = shown;
	field_index_sort(&m->index);
	m->indexed = true;
	return 0;
}

/* "NAME:TEXT" and its CRLF in the arena; the LF of folds become CRLF. */
static struct span
write_field(struct message *m, struct span name, struct span value)
{
	size_t folds = 0;
	char *text, *to;

	for (size_t i = 0; i < value.len; i++)
		folds += value.ptr[i] == '\n';
	text = arena_alloc(&m->arena, name.len + value.len + folds + 3);
	if (text == NULL)
		return span_make(NULL, 0);
	to = text;
	memcpy(to, name.ptr, name.len);
	to += name.len;
	*to++ = ':';
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '\n')
			*to++ = '\r';
		*to++ = value.ptr[i];
	}
	*to++ = '\r';
	*to++ = '\n';
	return span_make(text, (size_t)(to - text));
}

/*
 * LEAD and VALUE as they may stand in a header: a line end is a fold, whatever
 * comes behind it (Postfix adds a tab), a CR elsewhere is a space, a NUL is the
 * end.
 */
static struct span
make_value(struct message *m, const char *lead, struct span value)
{
	char *text = arena_alloc(&m->arena, strlen(lead) + 2 * value.len + 1);
	char *to = text;

	if (text == NULL)
		return span_make(NULL, 0);
	value = span_head(value, span_find(value, '\0'));
	while (*lead != '\0')
		*to++ = *lead++;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		char next = i + 1 < value.len ? value.ptr[i + 1] : '\0';

		if (c == '\r' && next == '\n')
			continue;
		*to++ = c == '\r' ? ' ' : c;
		if (c == '\n' && next != ' ' && next != '\t')
			*to++ = '\t';
	}
	return span_make(text, (size_t)(to - text));
}

static int
compose(struct message *m, struct span name, const char *lead,
    struct span value, struct message_field *field)
{
	size_t blanks = 0;

	*field = (struct message_field){ .own = false };
	field->shown.name = arena_copy(&m->arena, name);
	value = make_value(m, lead, value);
	if (m->arena.exhausted)
		return -1;
	field->raw = write_field(m, name, value);
	while (blanks < value.len && (value.ptr[blanks] == ' ' ||
	    value.ptr[blanks] == '\t' || value.ptr[blanks] == '\n'))
		blanks++;
	field->lead = span_head(value, blanks);
	field->shown.value = span_skip(value, blanks);
	return field->raw.ptr != NULL ? 0 : -1;
}

int
message_compose(struct message *m, struct span name, struct span value,
    struct message_field *field)
{
	return compose(m, name, " ", value, field);
}

/* RFC 5322 2.2: printable, and no colon. */
static bool
is_field_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] <= ' ' || name.ptr[i] == 0x7f ||
		    name.ptr[i] == ':')
			return false;
	return name.len > 0;
}

/* What stands between the colon and the value of EDIT. */
static const char *
lead_of(const struct edit *edit)
{
	return edit->spaced ? "" : " ";
}

static int
add(struct message *m, const struct edit *edit)
{
	struct message_field field;
	size_t place;

	message_settle(m);
	place = m->count;
	if (edit->kind == EDIT_INSERT_HEADER && edit->index < place)
		place = edit->index;
	return compose(m, edit->name, lead_of(edit), edit->value, &field) < 0 ?
	    -1 : message_insert(m, place, &field);
}

static void
drop(struct message *m, const struct field_slot *slot)
{
	m->fields[slot->place].gone = true;
	m->gone++;
	field_index_drop(&m->index, slot);
}

/* CHANGE or REMOVE. */
static int
change(struct message *m, const struct edit *edit)
{
	bool removal = edit->kind == EDIT_REMOVE_HEADER;
	/* In the milter protocol a change to nothing is a removal, so what an
	 * MTA is asked for when a value becomes empty is a space. */
	struct span value = edit->value.len > 0 ? edit->value : span_of(" ");
	const struct field_slot *slot;

	if (make_index(m) < 0)
		return -1;
	slot = field_index_find(&m->index, edit->name,
	    edit->index > 0 ? edit->index : 1);
	if (slot == NULL)
		return removal ? 0 : add(m, edit);
	if (!removal)
		return compose(m, edit->name, lead_of(edit), value,
		    &m->fields[slot->place]);
	drop(m, slot);
	return 0;
}

int
message_edit(struct message *m, const struct edit *edit)
{
	if (!is_field_name(edit->name))
		return 0;
	if (edit->kind == EDIT_CHANGE_HEADER ||
	    edit->kind == EDIT_REMOVE_HEADER)
		return change(m, edit);
	return add(m, edit);
}

void
message_header(struct message *m)
{
	buffer_clear(&m->header);
	for (size_t i = 0; i < m->count; i++)
		buffer_add(&m->header, m->fields[i].raw);
	if (m->divided || m->body.len > 0)
		buffer_add_text(&m->header, "\r\n");
}
