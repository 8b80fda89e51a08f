/*
 * gather.c - what is kept of a message, and when facts are learnt.
 *
 * Failure: what there is no memory for is left out, which the arena's flag
 * tells.
 */
#include "config.h"

#include "rules/engine/content.h"
#include "rules/engine/learn.h"

static struct arena *
arena_of_phase(struct engine *e, enum phase phase)
{
	if (phase == PHASE_CONNECT)
		return &e->connection;
	return phase == PHASE_HELO ? &e->greeting : &e->message;
}

void
learn_phase(struct engine *e, enum phase phase, const struct event *event)
{
	const struct slot_list *list = &e->policy->learn[phase];
	struct learning l = { .engine = e, .event = event,
		.arena = arena_of_phase(e, phase) };
	size_t i;

	for (i = 0; i < list->count; i++) {
		l.slot = &e->policy->slots[list->at[i]];
		l.out = &e->values[list->at[i]];
		if ((l.slot->kind->flags & FACT_LAZY) != 0)
			l.out->waiting = true;
		else
			l.slot->kind->learn(&l);
	}
}

/* No lazy fact is known before the message is. */
void
learn_slot(struct engine *e, unsigned slot)
{
	struct learning l = { .engine = e, .slot = &e->policy->slots[slot],
		.arena = &e->message, .out = &e->values[slot] };

	l.out->waiting = false;
	l.slot->kind->learn(&l);
}

void
learn_recipient_facts(struct engine *e, struct recipient *r,
    const struct event *event)
{
	struct learning l = { .engine = e, .event = event, .recipient = r,
		.arena = &e->message };
	size_t i;

	r->values = arena_calloc(l.arena, e->policy->personal_slots + 1,
	    sizeof *r->values);
	for (i = 0; r->values != NULL && i < e->policy->slot_count; i++) {
		if (!e->policy->slots[i].per_recipient)
			continue;
		l.slot = &e->policy->slots[i];
		l.out = &r->values[l.slot->personal];
		l.slot->kind->learn(&l);
	}
}

/* Does the policy want the field called NAME kept? */
static bool
is_wanted(const struct policy *p, struct span name)
{
	size_t i;

	if (p->every_field || (p->reads_mime && (content_is_field(name) ||
	    span_equal_nocase(name, span_of("MIME-Version")))))
		return true;
	for (i = 0; i < p->field_count; i++)
		if (span_equal_nocase(p->fields[i], name))
			return true;
	return false;
}

/*
 * Number F among those of its name. Names come from outside and may all be
 * different, so they are not compared with all others.
 */
static void
field_count_in(struct engine *e, struct field *f)
{
	size_t *bucket = &e->field_buckets[span_hash_nocase(f->name,
	    e->policy->hash_key) % FIELD_BUCKETS];
	size_t i;

	f->index = 1;
	f->before = *bucket;
	for (i = *bucket; i > 0; i = e->fields[i - 1].before)
		if (span_equal_nocase(e->fields[i - 1].name, f->name)) {
			f->index = e->fields[i - 1].index + 1;
			break;
		}
	*bucket = e->field_count + 1;
}

/* Keep a field for the rules that read it and for the edits. */
static int
keep_field(struct engine *e, struct span name, struct span value)
{
	struct arena *a = &e->message;
	struct field f;

	f.name = arena_copy(a, name);
	f.value = arena_copy(a, value);
	f.unfolded = session_unfold(a, value);
	if (f.name.ptr == NULL || f.value.ptr == NULL ||
	    f.unfolded.ptr == NULL || arena_grow(a, (void **)&e->fields,
	    &e->field_room, e->field_count, sizeof f) < 0)
		return -1;
	field_count_in(e, &f);
	e->fields[e->field_count++] = f;
	e->header_bytes += name.len + value.len > FIELD_BYTES_MIN ?
	    name.len + value.len : FIELD_BYTES_MIN;
	return 0;
}

/* Bytes of a field in the message, its folds ended by CRLF. */
static size_t
field_size(struct span name, struct span value)
{
	size_t size = name.len + sizeof ": \r\n" - 1 + value.len, i;

	for (i = 0; i < value.len; i++)
		size += value.ptr[i] == '\n';
	return size;
}

/* Give a field to the facts of a list, those by name only if it is theirs. */
static void
learn_field(struct engine *e, const struct slot_list *list,
    const struct event *event)
{
	struct learning l = { .engine = e, .event = event,
		.arena = &e->message };
	size_t i;

	for (i = 0; i < list->count; i++) {
		l.slot = &e->policy->slots[list->at[i]];
		if (l.slot->name.len > 0 &&
		    !span_equal_nocase(l.slot->name, event->header.name))
			continue;
		l.out = &e->values[list->at[i]];
		l.slot->kind->learn(&l);
	}
}

void
learn_header(struct engine *e, const struct event *event)
{
	struct span name = event->header.name, value = event->header.value;

	e->header_total++;
	e->size += field_size(name, value);
	if (is_wanted(e->policy, name) && keep_field(e, name, value) < 0)
		return;		/* the arena's flag tells */
	learn_field(e, &e->policy->headers, event);
}

void
learn_body(struct engine *e, struct span bytes)
{
	e->size += bytes.len;
	e->body_size += bytes.len;
	buffer_add(&e->body, span_head(bytes, e->body.limit - e->body.len));
	e->message.exhausted |= e->body.overflow;	/* no memory */
}

void
learn_commands(struct engine *e, const struct event *event)
{
	const struct slot_list *list = &e->policy->learn[PHASE_UNKNOWN];
	size_t i;

	for (i = 0; i < list->count; i++)
		e->values[list->at[i]] = (struct values){ .count = 0 };
	learn_phase(e, PHASE_UNKNOWN, event);
}
