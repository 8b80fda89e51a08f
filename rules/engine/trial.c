/*
 * trial.c - one rule alone, with facts that a test gives: engine_try_rule().
 *
 * The session is put at the end of a message to one recipient, in which only
 * what is given has a value. The rule is then judged as any other.
 *
 * Failure: a rule that cannot be judged, or no memory.
 */
#include "config.h"

#include <stdint.h>

#include "ip.h"
#include "rules/engine/edits.h"
#include "rules/engine/evaluate.h"
#include "rules/engine/expand.h"
#include "rules/engine/learn.h"
#include "rules/engine/life.h"
#include "rules/engine/reading.h"
#include "rules/mail/address.h"

/* Is SLOT the fact that is written NAME? */
static bool
is_fact(const struct slot *slot, struct span name)
{
	struct span rest;

	if (fact_find(name, &rest) != slot->kind)
		return false;
	if (rest.len > 2 && rest.ptr[0] == '{')	/* macro.{if_addr} */
		rest = span_make(rest.ptr + 1, rest.len - 2);
	return slot->kind->family == FAMILY_HEADER ?
	    span_equal_nocase(slot->name, rest) : span_equal(slot->name, rest);
}

static int
give_value(struct engine *e, const struct slot *slot, struct values *out,
    struct span value)
{
	struct arena *a = &e->message;
	char text[IP_TEXT_MAX];
	struct span kept;

	if (slot->kind->type == FACT_IP &&
	    ip_parse(value, &e->client_ip) == 0) {
		ip_format(&e->client_ip, text);
		value = span_of(text);
	} else if (slot->kind->type == FACT_ADDRESS) {
		value = address_plain(&e->text, value);
	}
	kept = arena_copy(a, value);
	if (kept.ptr == NULL || arena_grow(a, (void **)&out->at, &out->room,
	    out->count, sizeof *out->at) < 0)
		return -1;
	out->at[out->count++] = kept;
	return 0;
}

/* A header field is there for the edits as well. */
static void
give_field(struct engine *e, struct span name, struct span value)
{
	struct buffer scratch;
	struct event event;

	buffer_init(&scratch, value.len + 1);
	event = event_header(name, value, &scratch);
	learn_header(e, &event);
	buffer_release(&scratch);
}

static int
give(struct engine *e, struct recipient *r, const struct given_fact *g)
{
	const struct policy *p = e->policy;
	const struct slot *slot;
	struct values *out;
	size_t i, k;

	for (i = 0; i < p->slot_count; i++) {
		slot = &p->slots[i];
		if (!is_fact(slot, g->fact))
			continue;
		out = slot->per_recipient ? &r->values[slot->personal] :
		    &e->values[i];
		for (k = 0; k < g->count; k++) {
			if (slot->kind->family == FAMILY_HEADER)
				give_field(e, slot->name, g->values[k]);
			else if (give_value(e, slot, out, g->values[k]) < 0)
				return -1;
		}
	}
	return 0;
}

static bool
is_given(const struct given_fact *given, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (span_is(given[i].fact, name))
			return true;
	return false;
}

/* What follows from an address that is given, unless it is given as well. */
static int
give_parts(struct engine *e, struct recipient *r,
    const struct given_fact *given, size_t count)
{
	static const struct part {
		const char *whole;
		const char *part;
		struct span (*of)(struct span address);
	} parts[] = {
		{ "sender", "sender.local", address_local },
		{ "sender", "sender.domain", address_domain },
		{ "recipient", "recipient.local", address_local },
		{ "recipient", "recipient.domain", address_domain },
	};
	struct given_fact one = { .count = 1 };
	struct span value;
	size_t i, k;

	one.values = &value;
	for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (is_given(given, count, parts[i].part))
			continue;
		for (k = 0; k < count; k++) {
			if (given[k].count == 0 ||
			    !span_is(given[k].fact, parts[i].whole))
				continue;
			value = arena_copy(&e->message, parts[i].of(
			    address_plain(&e->text, given[k].values[0])));
			one.fact = span_of(parts[i].part);
			if (value.len > 0 && give(e, r, &one) < 0)
				return -1;
		}
	}
	return 0;
}

/* There is always a score: nothing, if none is given. */
static int
give_score(struct engine *e, struct recipient *r,
    const struct given_fact *given, size_t count)
{
	struct span none = span_of("0");
	struct given_fact score = { span_of("score"), &none, 1 };

	return is_given(given, count, "score") ? 0 : give(e, r, &score);
}

static int
give_all(struct engine *e, struct recipient *r, const struct given_fact *given,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (give(e, r, &given[i]) < 0)
			return -1;
	return give_parts(e, r, given, count) < 0 ? -1 :
	    give_score(e, r, given, count);
}

/* A recipient whose reading is its own, and all facts known. */
static struct recipient *
trial_begin(struct engine *e)
{
	struct recipient *r;

	life_forget_connection(e);
	e->learnt = PHASE_EOM;
	e->command_known = e->trial = true;
	e->phase = PHASE_EOM;
	r = arena_calloc(&e->message, 1, sizeof *r);
	if (r != NULL)
		r->values = arena_calloc(&e->message,
		    e->policy->personal_slots + 1, sizeof *r->values);
	return r != NULL && r->values != NULL ? r : NULL;
}

static int
say(struct engine *e, const struct rule *rule, const struct recipient *r,
    struct verdict *v)
{
	v->kind = rule->verdict;
	if (rule->answer.code != 0 &&
	    expand_reply(e, rule, r, &v->reply) < 0)
		return -1;
	return rule->action_count > 0 ? edits_of_rule(e, rule, r, v) :
	    0;
}

int
engine_try_rule(struct engine *e, size_t number, const struct given_fact *given,
    size_t count, bool *held, struct verdict *verdict)
{
	const struct rule *rule = &e->policy->rules[number];
	struct recipient *r = trial_begin(e);
	enum answer answer;

	memset(verdict, 0, sizeof *verdict);
	*held = false;
	if (r == NULL || give_all(e, r, given, count) < 0 ||
	    reading_begin(e, r) < 0)
		return error_set(&verdict->error, "there is not enough memory");
	answer = rule_holds(e, rule, r->reading);
	if (answer != ANSWER_YES && answer != ANSWER_NO)
		return error_set(&verdict->error, "%s", answer ==
		    ANSWER_FAILED ? e->why.text : "what the rule reads "
		    "is not known");
	*held = answer == ANSWER_YES;
	if (*held && say(e, rule, r, verdict) < 0)
		return error_set(&verdict->error, "there is not enough memory");
	return 0;
}
