/*
 * edit_header.c - the header of a message, as the actions make it.
 *
 * An MTA counts the fields of a name from the top, and renumbers what is below
 * one that goes. Hence the operations on fields that came are told from the
 * last to the first, before any is added.
 *
 * A value is encoded and folded when it is written, and decoded when an action
 * looks into it, so that each reads a field as its reader would.
 *
 * Failure: an action whose regex hits a limit is left out as a whole, and
 * logged; so is a new text for a field that has no room for it.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/engine/edit_header.h"
#include "rules/mail/decode/decode.h"
#include "rules/mail/header/field_text.h"
#include "rules/mail/header/header_line.h"
#include "rules/mail/header/header_text.h"

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
			.raw = e->fields[i].unfolded,
			.origin = &e->fields[i] };
}

/* RAW as rules read it. */
static struct span
decoded(struct header_model *m, struct span raw)
{
	struct arena *a = &m->engine->message;
	struct buffer out;
	struct span text;
	bool flawed;

	buffer_init(&out, raw.len * UTF8_MAX);
	decode_header(raw, &out, &flawed);
	a->exhausted |= out.overflow;	/* no memory */
	text = arena_copy(a, buffer_span(&out));
	buffer_release(&out);
	return text;
}

static struct span
field_text(struct header_model *m, struct model_field *field)
{
	if (field->text.ptr == NULL)
		field->text = decoded(m, field->raw);
	return field->text;
}

/* VALUE, which is copied, is what FIELD is to have. */
static void
field_take(struct header_model *m, struct model_field *field,
    struct span value)
{
	field->value = arena_copy(&m->engine->message, value);
	field->raw = session_unfold(&m->engine->message, value);
	field->text = span_make(NULL, 0);
}

/* Give FIELD the value that says TEXT. */
static void
field_write(struct header_model *m, const struct deed *d,
    struct model_field *field, struct span text)
{
	struct buffer *out = &m->engine->encoded;

	buffer_clear(out);
	if (!header_text_add(out, field->name.len, text))
		deed_log(d, "the value of its header field was too long and "
		    "was cut");
	field_take(m, field, buffer_span(out));
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
	field_write(m, d, field, text);
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
	if (answer == ANSWER_YES && d->action->match != NULL &&
	    d->action->kind == ACTION_REMOVE_HEADER)
		answer = deed_matches(d, field_text(m, field));
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
		field_write(m, d, m->found[0].field, text);
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
	struct found_field *f;
	size_t i;

	for (i = 0; i < m->found_count; i++) {
		f = &m->found[i];
		if (deed_rewrite_runs(d, field_text(m, f->field), &f->text,
		    &f->runs) == ANSWER_FAILED)
			return -1;
	}
	return 0;
}

/* Is TEXT what FIELD said when it came? Then it keeps its bytes. */
static bool
is_as_it_came(struct header_model *m, const struct model_field *field,
    struct span text)
{
	return field->origin != NULL &&
	    span_equal(text, decoded(m, field->origin->unfolded));
}

/* Give the field of F its new text. */
static void
field_rewrite(struct header_model *m, const struct deed *d,
    const struct found_field *f)
{
	struct buffer *out = &m->engine->encoded;
	struct model_field *field = f->field;
	struct span text;

	if (f->text.ptr == NULL || span_equal(f->text, field->text))
		return;
	buffer_clear(out);
	if (!field_text_write(field->raw, field->text, &f->runs,
	    field->name.len, &m->engine->message, out, &text)) {
		deed_log(d, "the new value of a header field would become too "
		    "long, and it stays as it is");
	} else if (is_as_it_came(m, field, text)) {
		field->raw = field->origin->unfolded;
		field->value = span_make(NULL, 0);
		field->text = text;
	} else if (!span_equal(text, field->text)) {
		field_take(m, field, buffer_span(out));
		field->text = text;
	}
}

void
header_rewrite(struct header_model *m, const struct deed *d)
{
	size_t i;

	if (find(m, d) < 0 || rewrite_found(m, d) < 0)
		return;
	for (i = 0; i < m->found_count; i++)
		field_rewrite(m, d, &m->found[i]);
	if (m->found_count == 0 && d->action->or_add)
		model_add(m, d, deed_text(d));
}

/* The topmost field called NAME that is there; NULL: none. *COUNT: how many. */
static struct model_field *
find_by_name(const struct header_model *m, const char *name, size_t *count)
{
	struct model_field *field, *top = NULL;
	size_t i;

	*count = 0;
	for (i = 0; i < m->count; i++) {
		field = &m->fields[i];
		if (field->dropped ||
		    !span_equal_nocase(field->name, span_of(name)))
			continue;
		++*count;
		/* Of those on top, the last one stands highest. */
		if (top == NULL || field->at_top)
			top = field;
	}
	return top;
}

struct span
header_value(const struct header_model *m, const char *name, size_t *count)
{
	const struct model_field *field = find_by_name(m, name, count);

	return field != NULL ? field->raw : span_make(NULL, 0);
}

/* Drop the fields whose name is NAME, or begins with it. */
static void
drop(struct header_model *m, struct span name, bool whole)
{
	struct span of;
	size_t i;

	for (i = 0; i < m->count; i++) {
		of = m->fields[i].name;
		if (span_equal_nocase(whole ? of : span_head(of, name.len),
		    name))
			m->fields[i].dropped = true;
	}
}

void
header_drop(struct header_model *m, const char *prefix)
{
	drop(m, span_of(prefix), false);
}

void
header_put(struct header_model *m, const char *name, struct span value)
{
	struct buffer *out = &m->engine->encoded;
	struct model_field *field;
	size_t count;

	field = find_by_name(m, name, &count);
	if (field == NULL) {
		if (arena_grow(&m->engine->message, (void **)&m->fields,
		    &m->room, m->count, sizeof *m->fields) < 0)
			return;		/* the arena's flag tells */
		field = &m->fields[m->count++];
		*field = (struct model_field){ .name = span_of(name) };
	}
	drop(m, span_of(name), true);
	field->dropped = false;
	buffer_clear(out);
	(void)header_text_add(out, field->name.len, value);
	field_take(m, field, buffer_span(out));
}

size_t
header_operations_max(const struct header_model *m)
{
	return m->count;
}

/* What is to be done to FIELD, which came with the message. False: nothing. */
static bool
change(const struct model_field *field, struct edit *edit)
{
	*edit = (struct edit){ .kind = EDIT_REMOVE_HEADER,
		.name = field->name, .index = field->origin->index };
	if (field->dropped)
		return true;
	edit->kind = EDIT_CHANGE_HEADER;
	edit->value = field->value;
	return field->value.ptr != NULL &&
	    !span_equal(field->raw, field->origin->unfolded);
}

size_t
header_operations(const struct header_model *m, struct edit *edits)
{
	const struct model_field *field;
	size_t i, n = 0;

	for (i = m->originals; i > 0; i--)
		n += change(&m->fields[i - 1], &edits[n]);
	for (i = m->originals; i < m->count; i++) {
		field = &m->fields[i];
		if (!field->dropped)
			edits[n++] = (struct edit){ .name = field->name,
				.value = field->value,
				.kind = field->at_top ? EDIT_INSERT_HEADER :
				    EDIT_ADD_HEADER };
	}
	return n;
}
