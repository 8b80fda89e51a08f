/*
 * session.c - small services to everything that works on a session.
 */
#include "config.h"

#include "rules/engine/session.h"

struct span
session_unfold(struct arena *a, struct span value)
{
	char *copy = arena_alloc(a, value.len + 1);
	size_t i, n = 0;

	if (copy == NULL)
		return span_make(NULL, 0);
	for (i = 0; i < value.len; i++)
		if (value.ptr[i] != '\n')
			copy[n++] = value.ptr[i];
	copy[n] = '\0';
	return span_make(copy, n);
}

struct regex_limits
session_regex_limits(const struct engine *e)
{
	const struct limits *l = &e->policy->settings.limits;

	return (struct regex_limits){ .match = (uint32_t)l->regex_match,
		.depth = (uint32_t)l->regex_depth };
}

struct decision
session_decision(const struct engine *e, enum decision_scope scope)
{
	return (struct decision){ .scope = scope, .phase = e->phase,
		.queue_id = e->queue_id, .client = e->client,
		.client_name = e->client_name, .helo = e->helo,
		.sender = e->sender, .recipients = e->live };
}

struct decision *
session_decide(struct engine *e, enum decision_scope scope,
    const struct rule *rule)
{
	struct decision *d;

	if (arena_grow(&e->message, (void **)&e->decisions,
	    &e->decision_room, e->decision_count, sizeof *d) < 0)
		return NULL;
	d = &e->decisions[e->decision_count++];
	*d = session_decision(e, scope);
	if (rule != NULL) {
		d->rule = rule->name;
		d->place = rule->place;
	}
	return d;
}

void
session_log_failure(struct engine *e, const struct rule *rule, const char *why)
{
	struct decision *d;
	size_t i;

	for (i = 0; i < e->failed_count; i++)
		if (e->failed[i] == rule)
			return;
	if (arena_grow(&e->message, (void **)&e->failed, &e->failed_room,
	    e->failed_count, sizeof *e->failed) < 0)
		return;
	e->failed[e->failed_count++] = rule;
	d = session_decide(e, DECISION_FAILURE, rule);
	if (d != NULL)
		d->detail = arena_copy(&e->message, span_of(why));
}

static const struct unjudged *
find_unjudged(const struct engine *e, const struct rule *rule)
{
	size_t i;

	for (i = 0; i < e->unjudged_count; i++)
		if (e->unjudged[i].rule == rule)
			return &e->unjudged[i];
	return NULL;
}

void
session_note_unjudged(struct engine *e, const struct rule *rule)
{
	struct unjudged *u;

	if (e->why.text[0] == '\0' || find_unjudged(e, rule) != NULL ||
	    arena_grow(&e->message, (void **)&e->unjudged,
	    &e->unjudged_room, e->unjudged_count, sizeof *u) < 0)
		return;
	u = &e->unjudged[e->unjudged_count++];
	u->rule = rule;
	u->why = arena_copy(&e->message, span_of(e->why.text));
}

void
session_log_unjudged(struct engine *e, const struct rule *rule, const char *so)
{
	const struct unjudged *u = find_unjudged(e, rule);
	struct error why;

	(void)error_set(&why, "%s; %s", u != NULL && u->why.ptr != NULL ?
	    u->why.ptr : "it could not be judged", so);
	session_log_failure(e, rule, why.text);
}

bool
session_is_exhausted(const struct engine *e)
{
	return e->connection.exhausted || e->greeting.exhausted ||
	    e->message.exhausted;
}
