/*
 * learn.c - the learners: how each fact is read out of an event.
 *
 * A learner copies what it keeps into the arena of the fact's lifetime. Those of
 * what is decoded are in learn_mail.c and learn_parts.c.
 */
#include "config.h"

#include <stdio.h>
#include <time.h>

#include "ip.h"
#include "rules/engine/learn.h"
#include "rules/mail/address.h"

void
learn_kept(struct learning *l, struct span value)
{
	if (value.ptr == NULL || arena_grow(l->arena, (void **)&l->out->at,
	    &l->out->room, l->out->count, sizeof *l->out->at) < 0)
		return;		/* the arena's flag tells */
	l->out->at[l->out->count++] = value;
}

void
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

void
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
		if (!span_starts_with_nocase(p, key))
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
	if (l->event->kind != EVENT_HEADER)
		return;
	learn_value(l, l->event->header.name);
	/* It is kept, though its field may not be. */
	l->engine->header_bytes += l->event->header.name.len + FIELD_BYTES_MIN;
}

void
learn_header_count(struct learning *l)
{
	learn_number(l, l->engine->header_total);
}

void
learn_body_raw(struct learning *l)
{
	const struct engine *e = l->engine;
	size_t limit = e->policy->settings.limits.body;

	if (e->body.len > 0)
		learn_kept(l, span_head(buffer_span(&e->body), limit));
	if (e->body_size <= limit)
		return;
	l->out->cut = 1;
	l->out->why = "the body goes on behind limits.body";
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
