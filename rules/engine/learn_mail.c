/*
 * learn_mail.c - the learners of what header fields say: decoded text,
 * mailboxes, results of authentication.
 *
 * They read the fields that were kept. A field is decoded once for all facts
 * that are learnt of it.
 */
#include "config.h"

#include "rules/engine/branch.h"
#include "rules/engine/learn.h"
#include "rules/mail/auth_results.h"

/* The next field called NAME from place *AT on; NULL: there is none. */
static const struct field *
next_field(const struct engine *e, struct span name, size_t *at)
{
	while (*at < e->field_count) {
		const struct field *f = &e->fields[(*at)++];

		if (span_equal_nocase(f->name, name))
			return f;
	}
	return NULL;
}

/* One value for each field, so that header_raw.NAME has the same elements. */
void
learn_decoded_header(struct learning *l)
{
	const struct engine *e = l->engine;
	const struct field *f;
	struct buffer text;
	bool flawed = false;
	size_t at = 0;

	/* The arena refuses more than this long before. */
	buffer_init(&text, l->arena->limit);
	while ((f = next_field(e, l->slot->name, &at)) != NULL) {
		buffer_clear(&text);
		decode_header(f->unfolded, &text, &flawed);
		l->arena->exhausted |= text.overflow;
		learn_value(l, buffer_span(&text));
	}
	buffer_release(&text);
}

static struct span
mailbox_part(const struct mailbox *m, const char *suffix)
{
	struct span part = span_of(suffix);

	if (span_is(part, "local"))
		return m->local;
	if (span_is(part, "domain"))
		return m->domain;
	return span_is(part, "display") ? m->display : m->address;
}

/* All four facts of a field's mailboxes at once. */
void
learn_address(struct learning *l)
{
	const struct policy *p = l->engine->policy;
	struct learning one = *l;
	struct mailboxes list = { .count = 0 };
	const struct field *f;
	bool flawed = false;
	size_t at = 0, i, k;

	while ((f = next_field(l->engine, l->slot->name, &at)) != NULL)
		decode_mailboxes(f->unfolded, l->arena, &list, &flawed);
	for (i = 0; i < p->slot_count; i++) {
		one.slot = &p->slots[i];
		one.out = &l->engine->values[i];
		if (one.slot->kind->family != FAMILY_ADDRESS ||
		    !slots_are_family(one.slot, l->slot))
			continue;
		one.out->waiting = false;
		for (k = 0; k < list.count; k++)
			learn_kept(&one, mailbox_part(&list.at[k],
			    one.slot->kind->suffix));
		if (!list.lost)
			continue;
		one.out->rest = VALUES_LOST;
		one.out->why = "a field has more mailboxes than are read";
	}
}

/* Is AUTHSERV one whose stamp counts? */
static bool
is_trusted(const struct settings *s, struct span authserv)
{
	size_t i;

	for (i = 0; i < s->trusted_authserv_count; i++)
		if (span_equal_nocase(s->trusted_authserv[i], authserv))
			return true;
	return false;
}

/* A copy in small letters: RFC 8601 2.2 has keywords, which ignore case. */
static struct span
small_letters(struct arena *a, struct span s)
{
	char *copy = arena_alloc(a, s.len + 1);
	size_t i;

	if (copy == NULL)
		return span_make(NULL, 0);
	for (i = 0; i < s.len; i++)
		copy[i] = ascii_lower(s.ptr[i]);
	copy[s.len] = '\0';
	return span_make(copy, s.len);
}

/* A result goes to whoever asks for its method. */
static void
add_result(struct learning *l, struct span method, struct span result)
{
	const struct policy *p = l->engine->policy;
	struct learning one = *l;
	size_t i;

	for (i = 0; i < p->slot_count; i++) {
		one.slot = &p->slots[i];
		one.out = &l->engine->values[i];
		if (one.slot->kind == l->slot->kind &&
		    span_equal_nocase(one.slot->name, method))
			learn_kept(&one, small_letters(l->arena, result));
	}
}

/* The results of all methods at once. */
void
learn_auth_results(struct learning *l)
{
	const struct policy *p = l->engine->policy;
	struct span name = span_of("Authentication-Results");
	struct span authserv, method, result;
	struct auth_results r;
	const struct field *f;
	size_t at = 0, i;

	for (i = 0; i < p->slot_count; i++)
		if (p->slots[i].kind == l->slot->kind)
			l->engine->values[i].waiting = false;
	while ((f = next_field(l->engine, name, &at)) != NULL) {
		if (!auth_results_begin(&r, f->unfolded, &authserv) ||
		    !is_trusted(&p->settings, authserv))
			continue;
		while (auth_results_next(&r, &method, &result))
			add_result(l, method, result);
	}
}
