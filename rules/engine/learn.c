/*
 * learn.c - the learners: how each fact is read out of an event.
 *
 * A learner copies what it keeps into the arena of the fact's lifetime.
 */
#include "config.h"

#include <stdio.h>
#include <time.h>

#include "ip.h"
#include "rules/engine/learn.h"
#include "rules/mail/address.h"

/* Append VALUE as it is, already copied. */
static void
learn_kept(struct learning *l, struct span value)
{
	if (value.ptr == NULL || arena_grow(l->arena, (void **)&l->out->at,
	    &l->out->room, l->out->count, sizeof *l->out->at) < 0)
		return;		/* the arena's flag tells */
	l->out->at[l->out->count++] = value;
}

static void
learn_value(struct learning *l, struct span value)
{
	learn_kept(l, arena_copy(l->arena, value));
}

/* A part that may be missing: nothing is no value. */
static void
learn_part(struct learning *l, struct span value)
{
	if (value.len > 0)
		learn_value(l, value);
}

/* The same of what is kept already. */
static void
learn_kept_part(struct learning *l, struct span value)
{
	if (value.len > 0)
		learn_kept(l, value);
}

static void
learn_number(struct learning *l, size_t number)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%zu", number);
	learn_value(l, span_of(text));
}

void
learn_client_ip(struct learning *l)
{
	char text[IP_TEXT_MAX];

	if (l->event->kind != EVENT_CONNECT || l->event->connect.ip.len == 0)
		return;
	ip_format(&l->event->connect.ip, text);
	learn_value(l, span_of(text));
}

void
learn_client_name(struct learning *l)
{
	if (l->event->kind == EVENT_CONNECT)
		learn_value(l, l->event->connect.name);
}

void
learn_client_port(struct learning *l)
{
	if (l->event->kind == EVENT_CONNECT && l->event->connect.port != 0)
		learn_number(l, l->event->connect.port);
}

void
learn_helo(struct learning *l)
{
	if (l->event->kind == EVENT_HELO)
		learn_value(l, l->event->helo.name);
}

void
learn_sender(struct learning *l)
{
	if (l->event->kind == EVENT_MAIL)
		learn_value(l, l->event->envelope.path);
}

void
learn_sender_local(struct learning *l)
{
	if (l->event->kind == EVENT_MAIL)
		learn_part(l, address_local(l->event->envelope.path));
}

void
learn_sender_domain(struct learning *l)
{
	if (l->event->kind == EVENT_MAIL)
		learn_part(l, address_domain(l->event->envelope.path));
}

static void
learn_params(struct learning *l, enum event_kind kind)
{
	size_t i;

	if (l->event->kind != kind)
		return;
	for (i = 0; i < l->event->envelope.param_count; i++)
		learn_value(l, l->event->envelope.params[i]);
}

void
learn_sender_params(struct learning *l)
{
	learn_params(l, EVENT_MAIL);
}

/* RFC 1870 3: SIZE=1*20DIGIT. Anything else is no size. */
void
learn_sender_size(struct learning *l)
{
	struct span key = span_of("SIZE="), p;
	size_t i, digits;

	if (l->event->kind != EVENT_MAIL)
		return;
	for (i = 0; i < l->event->envelope.param_count; i++) {
		p = l->event->envelope.params[i];
		if (!span_equal_nocase(span_head(p, key.len), key))
			continue;
		p = span_skip(p, key.len);
		for (digits = 0; digits < p.len; digits++)
			if (p.ptr[digits] < '0' || p.ptr[digits] > '9')
				return;
		while (p.len > 1 && p.ptr[0] == '0')
			p = span_skip(p, 1);
		if (p.len <= 20)
			learn_part(l, p);
		return;
	}
}

struct span
event_macro(const struct event *event, struct span name)
{
	size_t i;

	for (i = 0; i < event->macro_count; i++)
		if (span_equal(event->macros[i].name, name))
			return event->macros[i].value;
	return span_make(NULL, 0);
}

/* An MTA leaves out a macro that has no value, or sends it empty. */
void
learn_macro(struct learning *l)
{
	learn_part(l, event_macro(l->event, l->slot->macro));
}

/* "OK" is Sendmail's and Postfix's word; without TLS there is no macro. */
void
learn_tls_verified(struct learning *l)
{
	struct span verify = event_macro(l->event, l->slot->macro);

	if (verify.len > 0)
		learn_value(l, span_of(span_is(verify, "OK") ? "true" :
		    "false"));
}

void
learn_recipient(struct learning *l)
{
	learn_kept(l, l->recipient->address);
}

void
learn_recipient_local(struct learning *l)
{
	learn_kept_part(l, address_local(l->recipient->address));
}

void
learn_recipient_domain(struct learning *l)
{
	learn_kept_part(l, address_domain(l->recipient->address));
}

void
learn_recipient_params(struct learning *l)
{
	learn_params(l, EVENT_RCPT);
}

void
learn_recipient_position(struct learning *l)
{
	learn_number(l, l->recipient->position);
}

void
learn_recipients(struct learning *l)
{
	const struct recipient *r;

	for (r = l->engine->recipients; r != NULL; r = r->next)
		if (!r->refused)
			learn_kept(l, r->address);
}

/* One value for each recipient, so that the two lists go side by side. */
void
learn_recipients_domain(struct learning *l)
{
	const struct recipient *r;

	for (r = l->engine->recipients; r != NULL; r = r->next)
		if (!r->refused)
			learn_value(l, address_domain(r->address));
}

void
learn_recipients_count(struct learning *l)
{
	learn_number(l, l->engine->live);
}

/* Called for each field, with its own copy as the last that is kept. */
void
learn_header_raw(struct learning *l)
{
	const struct engine *e = l->engine;

	learn_kept(l, e->fields[e->field_count - 1].unfolded);
}

void
learn_header_names(struct learning *l)
{
	if (l->event->kind == EVENT_HEADER)
		learn_value(l, l->event->header.name);
}

void
learn_header_count(struct learning *l)
{
	learn_number(l, l->engine->header_total);
}

void
learn_body_raw(struct learning *l)
{
	struct engine *e = l->engine;

	if (e->body.len > 0)
		learn_kept(l, buffer_span(&e->body));
	l->out->cut = e->body_cut;
}

void
learn_size(struct learning *l)
{
	learn_number(l, l->engine->size);
}

void
learn_queue_id(struct learning *l)
{
	learn_kept_part(l, l->engine->queue_id);
}

/* The time of the message where the program runs; false when nobody told. */
static bool
local_time(const struct learning *l, struct tm *local)
{
	time_t now = (time_t)l->engine->now;

	return now != 0 && localtime_r(&now, local) != NULL;
}

void
learn_now_hour(struct learning *l)
{
	struct tm local;

	if (local_time(l, &local))
		learn_number(l, (size_t)local.tm_hour);
}

void
learn_now_weekday(struct learning *l)
{
	static const char *const names[] = { "sunday", "monday", "tuesday",
		"wednesday", "thursday", "friday", "saturday" };
	struct tm local;

	if (local_time(l, &local))
		learn_value(l, span_of(names[local.tm_wday]));
}

/* Borrowed: it is forgotten before the call ends. */
void
learn_command(struct learning *l)
{
	learn_kept(l, l->event->unknown.line);
}

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
		l.slot->kind->learn(&l);
	}
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

	if (p->every_field)
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
	e->header_bytes += name.len + value.len;
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
	size_t room = e->body.limit - e->body.len;

	e->size += bytes.len;
	if (!e->policy->reads_body)
		return;
	e->body_cut |= bytes.len > room;
	buffer_add(&e->body, span_head(bytes, room));
	e->message.exhausted |= e->body.overflow;	/* no memory */
}

void
learn_commands(struct engine *e, const struct event *event)
{
	const struct slot_list *list = &e->policy->learn[PHASE_UNKNOWN];
	size_t i;

	for (i = 0; i < list->count; i++)
		e->values[list->at[i]] = (struct values){ NULL, 0, 0, false };
	learn_phase(e, PHASE_UNKNOWN, event);
}
