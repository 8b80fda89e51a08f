/*
 * reference_header.c - the header of a message, and changes to it, one by one.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference_header.h"

/* Put a field before number I; the header of a test has room for all. */
static void
insert(struct ref_header *h, size_t i, const char *name, struct span value)
{
	memmove(&h->at[i + 1], &h->at[i], (h->count - i) * sizeof h->at[0]);
	h->count++;
	h->at[i].name = name;
	snprintf(h->at[i].value, REF_VALUE_MAX, "%.*s", (int)value.len,
	    value.ptr);
}

static void
take_out(struct ref_header *h, size_t i)
{
	h->count--;
	memmove(&h->at[i], &h->at[i + 1], (h->count - i) * sizeof h->at[0]);
}

void
ref_header_init(struct ref_header *h, const struct ref_message *m)
{
	size_t i;

	h->count = 0;
	for (i = 0; i < m->field_count; i++)
		insert(h, i, m->fields[i].name, span_of(m->fields[i].value));
}

/* Is field I one that removal E is about, places aside? */
static bool
is_meant(const struct ref_header *h, size_t i, const struct ref_edit *e)
{
	return span_equal_nocase(span_of(h->at[i].name), span_of(e->name)) &&
	    (e->kind == REF_REMOVE || h->at[i].value[0] == 'x');
}

static void
remove_fields(struct ref_header *h, const struct ref_edit *e)
{
	int place = 0, all = 0;
	size_t i;

	for (i = 0; i < h->count; i++)
		all += is_meant(h, i, e);
	for (i = 0; i < h->count; i++) {
		if (!is_meant(h, i, e))
			continue;
		place++;
		if (e->nth == 0 || e->nth == place ||
		    e->nth == place - all - 1)
			take_out(h, i--);
	}
}

void
ref_header_do(struct ref_header *h, const struct ref_policy *p, size_t rule,
    const char *text)
{
	const struct ref_rule *r = &p->rules[rule];
	const struct ref_edit *e;
	char value[REF_VALUE_MAX];

	for (e = r->edits; e < r->edits + r->edit_count; e++) {
		snprintf(value, sizeof value, "%c%zu%s%s",
		    e->kind == REF_TOP ? 'x' : 'e', rule,
		    text[0] != '\0' ? " " : "", text);
		switch (e->kind) {
		case REF_ADD:
			insert(h, h->count, e->name, span_of(value));
			break;
		case REF_TOP:
			insert(h, 0, e->name, span_of(value));
			break;
		case REF_REMOVE:
		case REF_REMOVE_X:
			remove_fields(h, e);
			break;
		}
	}
}

bool
ref_header_obey(struct ref_header *h, const struct edit *e)
{
	unsigned place = 0;
	size_t i;

	if (e->kind != EDIT_REMOVE_HEADER) {
		if (h->count == REF_HEADER_FIELDS)
			return false;
		insert(h, e->kind == EDIT_INSERT_HEADER ? 0 : h->count,
		    e->name.ptr, e->value);
		return true;
	}
	for (i = 0; i < h->count; i++) {
		if (!span_equal_nocase(span_of(h->at[i].name), e->name) ||
		    ++place != e->index)
			continue;
		take_out(h, i);
		return true;
	}
	return false;
}

void
ref_header_write(const struct ref_header *h, char out[REF_HEADER_MAX])
{
	size_t i;
	int len = 0;

	out[0] = '\0';
	for (i = 0; i < h->count; i++)
		len += snprintf(out + len, REF_HEADER_MAX - (size_t)len,
		    "%c: %s\n", ascii_lower(h->at[i].name[0]),
		    h->at[i].value);
}
