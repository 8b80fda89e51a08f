/*
 * policy.c - the life of a policy, and the views that others have of it.
 *
 * Built by one thread, then never changed; the reference count alone is
 * written by several. Whoever lets go last frees all.
 */
#include "config.h"

#include <stdlib.h>
#include <sys/random.h>

#include "recording.h"
#include "rules/base/xmalloc.h"
#include "rules/engine/parts.h"

#define BODY_DEFAULT (1u << 20)
#define MESSAGE_DEFAULT (32u << 20)	/* Postfix's own limit is 10 MB */
#define MIME_DEPTH_DEFAULT 32
#define MIME_PARTS_DEFAULT 1000
#define HEADER_BYTES_DEFAULT (256u << 10)
#define RECIPIENTS_DEFAULT 10000	/* Postfix's own limit is 1000 */
#define REGEX_MATCH_DEFAULT 1000000
#define REGEX_DEPTH_DEFAULT 100000
#define SOCKET_MODE_DEFAULT 0660

/* Of FNV-1a with 64 bits. */
#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

struct policy *
policy_new(const char *name)
{
	struct policy *p = xcalloc(1, sizeof *p);

	atomic_init(&p->references, 1);
	arena_init(&p->arena, SIZE_MAX);
	p->file = xstrdup(name);
	p->fingerprint = FNV_START;
	/* Without it, tables are slower under attack and nothing is wrong. */
	if (getrandom(&p->hash_key, sizeof p->hash_key, GRND_NONBLOCK) < 0)
		p->hash_key = 0;
	p->settings.socket_mode = SOCKET_MODE_DEFAULT;
	p->settings.on_error = VERDICT_TEMPFAIL;
	p->settings.log.level = LOG_LEVEL_INFO;
	p->settings.limits = (struct limits){
		.body = BODY_DEFAULT,
		.message = MESSAGE_DEFAULT,
		.mime_depth = MIME_DEPTH_DEFAULT,
		.mime_parts = MIME_PARTS_DEFAULT,
		.header_bytes = HEADER_BYTES_DEFAULT,
		.recipients = RECIPIENTS_DEFAULT,
		.regex_match = REGEX_MATCH_DEFAULT,
		.regex_depth = REGEX_DEPTH_DEFAULT,
	};
	return p;
}

void *
policy_alloc(struct policy *p, size_t count, size_t size)
{
	return xcheck(arena_calloc(&p->arena, count > 0 ? count : 1, size));
}

struct span
policy_copy(struct policy *p, struct span s)
{
	char *copy = policy_alloc(p, s.len + 1, 1);

	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	return span_make(copy, s.len);
}

void
policy_take_file(struct policy *p, struct span text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		p->fingerprint ^= (unsigned char)text.ptr[i];
		p->fingerprint *= FNV_PRIME;
	}
	/* A NUL, which no file of rules or entries can hold, ends each: what
	 * moves from one to the next makes a difference. */
	p->fingerprint *= FNV_PRIME;
}

/* Room for one more behind COUNT elements of SIZE bytes: powers of two. */
static void *
grow(void *old, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return old;
	return xreallocarray(old, count > 0 ? 2 * count : 1, size);
}

const struct regex *
policy_adopt_regex(struct policy *p, struct regex *r)
{
	p->regexes = grow(p->regexes, p->regex_count, sizeof *p->regexes);
	return p->regexes[p->regex_count++] = r;
}

void
policy_adopt_table(struct policy *p, struct table *t)
{
	p->tables = grow(p->tables, p->table_count, sizeof *p->tables);
	p->tables[p->table_count++] = t;
}

static void
slot_fill(struct policy *p, struct slot *s, struct span name)
{
	s->name = policy_copy(p, name);
	s->known = s->kind->known;
	s->per_recipient = (s->kind->flags & FACT_PER_RECIPIENT) != 0;
	if (s->kind->macro != NULL)
		s->macro = span_of(s->kind->macro);
	if (span_is(span_of(s->kind->name), "macro")) {
		s->macro = s->name;
		s->known = macro_known(s->name, &s->per_recipient);
	}
	if (span_is(span_of(s->kind->name), "score"))
		s->written = WRITTEN_SCORE;
	else if (span_is(span_of(s->kind->name), "label"))
		s->written = WRITTEN_LABEL;
	else if (span_is(span_of(s->kind->name), "var"))
		s->written = WRITTEN_VAR;
	if (s->per_recipient)
		s->personal = (unsigned)p->personal_slots++;
}

unsigned
policy_add_slot(struct policy *p, const struct fact_kind *kind,
    struct span name)
{
	struct slot *s;

	p->slots = grow(p->slots, p->slot_count, sizeof *p->slots);
	s = &p->slots[p->slot_count];
	*s = (struct slot){ .kind = kind };
	slot_fill(p, s, name);
	return (unsigned)p->slot_count++;
}

struct policy *
policy_ref(struct policy *p)
{
	if (p != NULL)
		(void)atomic_fetch_add(&p->references, 1);
	return p;
}

void
policy_unref(struct policy *p)
{
	size_t i;

	if (p == NULL || atomic_fetch_sub(&p->references, 1) > 1)
		return;
	for (i = 0; i < p->regex_count; i++)
		regex_free(p->regexes[i]);
	for (i = 0; i < p->table_count; i++)
		table_free(p->tables[i]);
	free(p->regexes);
	free(p->tables);
	free(p->slots);
	free(p->file);
	if (p->tests != NULL)
		recording_release(p->tests);
	free(p->tests);
	arena_release(&p->arena);
	free(p);
}

const struct settings *
policy_settings(const struct policy *p)
{
	return &p->settings;
}

uint64_t
policy_fingerprint(const struct policy *p)
{
	return p->fingerprint;
}

const struct policy_needs *
policy_needs(const struct policy *p)
{
	return &p->needs;
}

const struct recording *
policy_tests(const struct policy *p)
{
	return p->tests;
}

size_t
policy_rule_count(const struct policy *p)
{
	return p->rule_count;
}

const char *const *
policy_macros(const struct policy *p, enum phase phase, size_t *count)
{
	*count = p->macros[phase].count;
	return p->macros[phase].at;
}
