/*
 * given.c - facts that a rule's test gives.
 *
 * A fact is given by its values, as a rule sees them. A field is kept besides,
 * for edits change fields.
 */
#include "config.h"

#include "ip.h"
#include "rules/engine/given.h"
#include "rules/engine/learn.h"
#include "rules/mail/address.h"
#include "rules/mail/mime/mime.h"
#include "rules/mail/url/url.h"

struct taking {
	struct engine *engine;
	struct recipient *recipient;
	const struct given_fact *given;
	size_t count;
};

/* Does the text FACT name KIND with NAME? */
static bool
is_fact(struct span fact, const struct fact_kind *kind, struct span name)
{
	struct span rest;

	if (fact_find(fact, &rest) != kind)
		return false;
	if (rest.len > 2 && rest.ptr[0] == '{')	/* macro.{if_addr} */
		rest = span_make(rest.ptr + 1, rest.len - 2);
	return (kind->flags & FACT_NOCASE) != 0 ?
	    span_equal_nocase(name, rest) : span_equal(name, rest);
}

/* What is given for KIND with NAME; NULL: nothing. */
static const struct given_fact *
find_given(const struct taking *t, const struct fact_kind *kind,
    struct span name)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (is_fact(t->given[i].fact, kind, name))
			return &t->given[i];
	return NULL;
}

/* The row called NAME with SUFFIX. */
static const struct fact_kind *
kind_called(const char *name, const char *suffix)
{
	const struct fact_kind *f;
	size_t i;

	for (i = 0; (f = fact_at(i)) != NULL; i++)
		if (span_is(span_of(f->name), name) &&
		    span_equal(span_of(f->suffix), span_of(suffix)))
			return f;
	return NULL;
}

static struct values *
values_of(const struct taking *t, size_t slot)
{
	const struct slot *s = &t->engine->policy->slots[slot];

	return s->per_recipient ? &t->recipient->values[s->personal] :
	    &t->engine->values[slot];
}

static int
give_value(struct taking *t, size_t slot, struct span value)
{
	const struct slot *s = &t->engine->policy->slots[slot];
	struct values *out = values_of(t, slot);
	struct engine *e = t->engine;
	struct arena *a = &e->message;
	char text[IP_TEXT_MAX];
	struct span kept;

	if (s->kind->type == FACT_IP && ip_parse(value, &e->client_ip) == 0) {
		ip_format(&e->client_ip, text);
		value = span_of(text);
	} else if (s->kind->type == FACT_ADDRESS) {
		value = address_plain(&e->text, value);
	}
	kept = arena_copy(a, value);
	if (kept.ptr == NULL || arena_grow(a, (void **)&out->at, &out->room,
	    out->count, sizeof *out->at) < 0)
		return -1;
	out->at[out->count++] = kept;
	return 0;
}

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

/* The fields that are given, as they came or else as they read. */
static void
give_fields(struct taking *t, const struct given_fact *g)
{
	const struct fact_kind *raw = kind_called("header_raw", NULL);
	const struct fact_kind *kind;
	struct span name;
	size_t i;

	kind = fact_find(g->fact, &name);
	if (kind->family != FAMILY_HEADER ||
	    (kind != raw && find_given(t, raw, name) != NULL))
		return;
	for (i = 0; i < g->count; i++)
		give_field(t->engine, name, g->values[i]);
}

static struct span
local_of(struct engine *e, struct span address)
{
	return address_local(address_plain(&e->text, address));
}

static struct span
domain_of(struct engine *e, struct span address)
{
	return address_domain(address_plain(&e->text, address));
}

static struct span
extension_of(struct engine *e, struct span file)
{
	return mime_extension(&e->message, file);
}

static struct span
host_of(struct engine *e, struct span url)
{
	return url_host(url, &e->message);
}

/* Facts that follow from another one. */
static const struct part {
	const char *kind;
	const char *suffix;
	const char *whole;
	struct span (*of)(struct engine *e, struct span value);
} part_table[] = {
	{ "sender.local", NULL, "sender", local_of },
	{ "sender.domain", NULL, "sender", domain_of },
	{ "recipient.local", NULL, "recipient", local_of },
	{ "recipient.domain", NULL, "recipient", domain_of },
	{ "recipients.domain", NULL, "recipients", domain_of },
	{ "address", "local", "address", local_of },
	{ "address", "domain", "address", domain_of },
	{ "attachment.extension", NULL, "attachment.name", extension_of },
	{ "url.host", NULL, "url", host_of },
};

/* Elements of a family go side by side; else an empty part is no value. */
static int
give_part(struct taking *t, size_t slot, const struct part *part)
{
	const struct slot *s = &t->engine->policy->slots[slot];
	const struct given_fact *g = find_given(t,
	    kind_called(part->whole, NULL), s->name);
	struct span value;
	size_t i;

	for (i = 0; g != NULL && i < g->count; i++) {
		value = part->of(t->engine, g->values[i]);
		if ((value.len > 0 || s->kind->family != FAMILY_NONE) &&
		    give_value(t, slot, value) < 0)
			return -1;
	}
	return 0;
}

/* Is a fact given that those of SLOT's family are learnt together with? */
static bool
family_is_given(const struct taking *t, const struct slot *s)
{
	const struct fact_kind *kind;
	struct span name;
	size_t i;

	for (i = 0; i < t->count; i++) {
		kind = fact_find(t->given[i].fact, &name);
		if (kind == s->kind || (s->kind->family == FAMILY_ADDRESS &&
		    kind->family == FAMILY_ADDRESS &&
		    span_equal_nocase(name, s->name)))
			return true;
	}
	return false;
}

/* The fact of SLOT is not given: does it follow from something that is? */
static int
derive(struct taking *t, size_t slot)
{
	const struct slot *s = &t->engine->policy->slots[slot];
	const struct part *part;
	size_t i;

	for (i = 0; i < sizeof part_table / sizeof part_table[0]; i++) {
		part = &part_table[i];
		if (s->kind == kind_called(part->kind, part->suffix) &&
		    give_part(t, slot, part) < 0)
			return -1;
	}
	/* There is always a score: nothing, if none is given. */
	if (s->written == WRITTEN_SCORE)
		return give_value(t, slot, span_of("0"));
	if ((s->kind->flags & FACT_LAZY) != 0 &&
	    (s->kind->flags & FACT_MIME) == 0 &&
	    (s->kind->family == FAMILY_HEADER || !family_is_given(t, s)))
		t->engine->values[slot].waiting = true;	/* in the fields */
	return 0;
}

int
given_take(struct engine *e, struct recipient *r,
    const struct given_fact *given, size_t count)
{
	struct taking t = { e, r, given, count };
	const struct given_fact *g;
	const struct slot *s;
	size_t i, k;

	for (i = 0; i < count; i++)
		give_fields(&t, &given[i]);
	for (i = 0; i < e->policy->slot_count; i++) {
		s = &e->policy->slots[i];
		if ((s->kind->flags & FACT_FIELDWISE) != 0 &&
		    s->kind->family == FAMILY_HEADER)
			continue;	/* learnt already */
		g = find_given(&t, s->kind, s->name);
		if (g == NULL && derive(&t, i) < 0)
			return -1;
		for (k = 0; g != NULL && k < g->count; k++)
			if (give_value(&t, i, g->values[k]) < 0)
				return -1;
	}
	return 0;
}
