/*
 * edit_header.c - the header of a message, as the actions make it.
 *
 * An MTA counts the fields of a name from the top, and renumbers what is below
 * one that goes. Hence the operations on fields that came are told from the
 * last to the first, before any is added.
 *
 * Failure: an action whose regex hits a limit is left out as a whole, and
 * logged.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/engine/edit_header.h"
#include "rules/mail/header_text.h"

void
header_model_init(struct header_model *m, struct engine *e)
{
	size_t i;

	*m = (struct header_model){ .engine = e };
	m->fields = arena_calloc(&e->message, e->field_count + 1,
	    sizeof *m->fields);
	if (m->fields == NULL)
		return;		/* the arena's flag tells */
	m->room = e->field_count + 1;
	m->count = m->originals = e->field_count;
	for (i = 0; i < m->count; i++)
		m->fields[i] = (struct model_field){
			.name = e->fields[i].name,
			.text = e->fields[i].unfolded,
			.origin = &e->fields[i] };
}

/* Give FIELD a new text. */
static void
field_write(const struct deed *d, struct model_field *field, struct span text)
{
	if (text.len > HEADER_TEXT_MAX)
		deed_log(d, "the value of its header field was too long and "
		    "was cut");
	field->text = span_trim(utf8_head(text, HEADER_TEXT_MAX));
}

static void
model_add(struct header_model *m, const struct deed *d, struct span text)
{
	struct model_field *field;

	if (arena_grow(&m->engine->message, (void **)&m->fields, &m->room,
	    m->count, sizeof *m->fields) < 0)
		return;		/* the arena's flag tells */
	field = &m->fields[m->count++];
	*field = (struct model_field){ .name = d->action->name,
		.at_top = d->action->at_top };
	field_write(d, field, text);
}

void
header_add(struct header_model *m, const struct deed *d)
{
	model_add(m, d, deed_text(d));
}

/* Does the action want FIELD? Then it is kept in m->found. -1: it failed. */
static int
find_one(struct header_model *m, const struct deed *d,
    struct model_field *field)
{
	enum answer answer = ANSWER_NO;

	if (!field->dropped)
		answer = deed_names(d, field->name);
	/* What is rewritten is matched when that is done. */
	if (answer == ANSWER_YES && d->action->kind == ACTION_REMOVE_HEADER)
		answer = deed_matches(d, field->text);
	if (answer == ANSWER_YES && arena_grow(&m->engine->message,
	    (void **)&m->found, &m->found_room, m->found_count,
	    sizeof *m->found) == 0)
		m->found[m->found_count++] =
		    (struct found_field){ .field = field };
	return answer == ANSWER_FAILED ? -1 : 0;
}

/*
 * Find the fields that D is about as they stand now, from top to bottom; what
 * was put on top last stands highest. -1: the action is to be left out.
 */
static int
find(struct header_model *m, const struct deed *d)
{
	size_t i;

	m->found_count = 0;
	for (i = m->count; i > m->originals; i--)
		if (m->fields[i - 1].at_top &&
		    find_one(m, d, &m->fields[i - 1]) < 0)
			return -1;
	for (i = 0; i < m->count; i++)
		if (!m->fields[i].at_top &&
		    find_one(m, d, &m->fields[i]) < 0)
			return -1;
	return 0;
}

void
header_set(struct header_model *m, const struct deed *d)
{
	struct span text = deed_text(d);
	size_t i;

	if (find(m, d) < 0)
		return;
	if (m->found_count == 0)
		model_add(m, d, text);
	else
		field_write(d, m->found[0].field, text);
	for (i = 1; i < m->found_count; i++)
		m->found[i].field->dropped = true;
}

void
header_remove(struct header_model *m, const struct deed *d)
{
	int nth = d->action->nth;
	size_t i;

	if (find(m, d) < 0)
		return;
	for (i = 0; i < m->found_count; i++)
		if (nth == 0 || (nth > 0 && (size_t)nth == i + 1) ||
		    (nth < 0 && (size_t)-nth == m->found_count - i))
			m->found[i].field->dropped = true;
}

/* Find the new texts of those that were found; -1: the action is left out. */
static int
rewrite_found(struct header_model *m, const struct deed *d)
{
	struct found_field *found = m->found;
	size_t i;

	for (i = 0; i < m->found_count; i++)
		if (deed_rewrite(d, found[i].field->text, &found[i].text) ==
		    ANSWER_FAILED)
			return -1;
	return 0;
}

void
header_rewrite(struct header_model *m, const struct deed *d)
{
	size_t i;

	if (find(m, d) < 0 || rewrite_found(m, d) < 0)
		return;
	for (i = 0; i < m->found_count; i++)
		if (m->found[i].text.ptr != NULL)
			field_write(d, m->found[i].field, m->found[i].text);
	if (m->found_count == 0 && d->action->or_add)
		model_add(m, d, deed_text(d));
}

size_t
header_operations_max(const struct header_model *m)
{
	return m->count;
}

/* FIELD's text as a header wants it. */
static struct span
field_value(struct engine *e, const struct model_field *field)
{
	buffer_clear(&e->encoded);
	(void)header_text_add(&e->encoded, field->name.len, field->text);
	return arena_copy(&e->message, buffer_span(&e->encoded));
}

/* Is a field with VALUE read as FIELD was when it came? */
static bool
is_as_it_came(struct engine *e, const struct model_field *field,
    struct span value)
{
	return span_equal(session_unfold(&e->message, value),
	    field->origin->unfolded);
}

/* What is to be done to FIELD, which came with the message. False: nothing. */
static bool
change(struct engine *e, const struct model_field *field, struct edit *edit)
{
	*edit = (struct edit){ .kind = EDIT_REMOVE_HEADER,
		.name = field->name, .index = field->origin->index };
	if (field->dropped)
		return true;
	if (span_equal(field->text, field->origin->unfolded))
		return false;
	edit->kind = EDIT_CHANGE_HEADER;
	edit->value = field_value(e, field);
	return !is_as_it_came(e, field, edit->value);
}

size_t
header_operations(const struct header_model *m, struct edit *edits)
{
	const struct model_field *field;
	size_t i, n = 0;

	for (i = m->originals; i > 0; i--)
		n += change(m->engine, &m->fields[i - 1], &edits[n]);
	for (i = m->originals; i < m->count; i++) {
		field = &m->fields[i];
		if (!field->dropped)
			edits[n++] = (struct edit){ .name = field->name,
				.value = field_value(m->engine, field),
				.kind = field->at_top ? EDIT_INSERT_HEADER :
				    EDIT_ADD_HEADER };
	}
	return n;
}
