/*
 * load_fact.c - the names of facts.
 *
 *	helo			a fact
 *	header_raw.subject	a fact that is asked for by name
 *	address.from.domain	one of several that are
 */
#include "config.h"

#include <stdint.h>

#include "rules/load/draft.h"
#include "rules/mail/decode/decode.h"
#include "rules/mail/header/header_text.h"

static bool
kind_is(const struct fact_kind *kind, const char *name)
{
	return span_is(span_of(kind->name), name);
}

/* RFC 8601 2.7: a Keyword of RFC 5321 4.1.2. */
static bool
method_is_valid(struct span name)
{
	size_t i;

	for (i = 0; i < name.len; i++) {
		char c = ascii_lower(name.ptr[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '-')
			return false;
	}
	return name.len > 0;
}

static int
refuse_name(const struct node *n, size_t offset, struct span name,
    const char *of, const char *hint)
{
	problem_hint(tree_error_at(n, offset, "'%s' is no name of %s",
	    quote(name).text, of), "%s", hint);
	return -1;
}

/* A name that cannot exist would be a fact without a value for ever. */
static int
check_name(const struct node *n, size_t offset, const struct fact_kind *kind,
    struct span name)
{
	if ((kind->flags & FACT_OF_FIELD) != 0)
		return header_name_is_valid(name) ? 0 : refuse_name(n, offset,
		    name, "a header field", "printable ASCII characters, no "
		    "blank and no colon");
	if (kind_is(kind, "auth_results"))
		return method_is_valid(name) ? 0 : refuse_name(n, offset,
		    name, "a method of authentication", "spf, dkim, dmarc, "
		    "arc, iprev and so on: letters, digits and '-'");
	if (macro_name_is_valid(name))	/* and so is a variable's */
		return 0;
	if (kind_is(kind, "var"))
		return refuse_name(n, offset, name, "a variable",
		    "letters, digits and '_'");
	return refuse_name(n, offset, name, "a macro",
	    "letters, digits and '_'; {if_addr} is macro.if_addr");
}

static enum written
written_kind(const struct fact_kind *kind)
{
	if ((kind->flags & FACT_WRITTEN) == 0)
		return WRITTEN_NOT;
	if (kind->type == FACT_NUMBER)
		return WRITTEN_SCORE;
	return (kind->flags & FACT_BY_NAME) != 0 ? WRITTEN_VAR : WRITTEN_LABEL;
}

/* The slot's name, in small letters where case means nothing. */
static struct span
slot_key(struct buffer *out, const struct fact_kind *kind, struct span name)
{
	size_t i;

	buffer_init(out, SIZE_MAX);
	fact_write(out, kind, name);
	for (i = 0; i < out->len && (kind->flags & FACT_NOCASE) != 0; i++)
		out->ptr[i] = ascii_lower(out->ptr[i]);
	return buffer_span(out);
}

unsigned
load_slot(struct loader *l, const struct fact_kind *kind, struct span name)
{
	struct buffer text;
	struct span key = slot_key(&text, kind, name);
	const unsigned *known = names_find(&l->slot_names, key);
	unsigned *number;

	if (known == NULL) {
		number = policy_alloc(l->policy, 1, sizeof *number);
		*number = policy_add_slot(l->policy, kind, name);
		l->policy->slots[*number].written = written_kind(kind);
		(void)names_add(&l->slot_names, policy_copy(l->policy, key),
		    number);
		known = number;
	}
	buffer_release(&text);
	return *known;
}

struct quoted
load_slot_name(const struct loader *l, unsigned slot)
{
	const struct slot *s = &l->policy->slots[slot];
	struct buffer text;
	struct quoted q = quote(slot_key(&text, s->kind, s->name));

	buffer_release(&text);
	return q;
}

/*
 * An MTA may have to send the macros of all phases with one event. The queue ID
 * is always among them, for the log.
 */
static int
check_macro(struct loader *l, const struct node *n, size_t offset,
    unsigned slot)
{
	struct span macro = l->policy->slots[slot].macro;

	if (macro.len == 0)
		return 0;
	(void)names_add(&l->macro_names, span_of("i"), "");
	if (names_add(&l->macro_names, macro, macro.ptr) != NULL ||
	    l->macro_names.count <= POLICY_MACROS_MAX)
		return 0;
	problem_hint(tree_error_at(n, offset, "one macro too many "
	    "is read"), "at most %d different ones can be asked for besides "
	    "the queue ID", POLICY_MACROS_MAX - 1);
	return -1;
}

/* Is KIND, written TEXT, one that there is here, and as things are set? */
static int
check_kind(struct loader *l, const struct node *n, size_t offset,
    const struct fact_kind *kind, struct span text)
{
	if (kind->learn == NULL && (kind->flags & FACT_WRITTEN) == 0) {
		(void)tree_error_at(n, offset, "fact '%s' is not "
		    "supported by this version", quote(text).text);
		return -1;
	}
	if ((kind->flags & FACT_DECODED) != 0 && !decode_is_built_in()) {
		problem_hint(tree_error_at(n, offset, "'%s' needs GMime, "
		    "which this millgate was built without",
		    quote(text).text), GMIME_HINT);
		return -1;
	}
	if (!kind_is(kind, "auth_results") ||
	    l->policy->settings.trusted_authserv != NULL)
		return 0;
	problem_hint(tree_error_at(n, offset, "'%s' needs 'trusted_authserv' in "
	    "'settings'", quote(text).text), "anybody can write such a field; "
	    "name who stamps yours: settings: {trusted_authserv: "
	    "mx.example.com}");
	return -1;
}

int
load_fact(struct loader *l, const struct node *n, size_t offset,
    struct span text, unsigned *slot)
{
	const struct fact_kind *kind;
	struct span name;

	kind = fact_find(text, &name);
	if (kind == NULL)
		return -1;	/* the caller knows what else it might be */
	if (check_kind(l, n, offset, kind, text) < 0)
		return -2;
	if (name.len > 2 && name.ptr[0] == '{' &&
	    name.ptr[name.len - 1] == '}')	/* macro.{if_addr} */
		name = span_make(name.ptr + 1, name.len - 2);
	if ((kind->flags & FACT_BY_NAME) != 0 &&
	    check_name(n, offset, kind, name) < 0)
		return -2;
	*slot = load_slot(l, kind, name);
	return check_macro(l, n, offset, *slot) < 0 ? -2 : 0;
}

/* The fact asked for by name whose own name is nearest to HEAD. */
static const struct fact_kind *
nearest_by_name(struct span head, unsigned *distance)
{
	const struct fact_kind *f, *best = NULL;
	struct suggestion near;
	size_t i;

	suggest_init(&near, head);
	for (i = 0; (f = fact_at(i)) != NULL; i++) {
		if ((f->flags & FACT_BY_NAME) == 0)
			continue;
		suggest_consider(&near, span_of(f->name));
		if (near.best.ptr == f->name)
			best = f;
	}
	*distance = near.distance;
	return best;
}

void
load_fact_hint(struct problem *p, struct suggestion *near)
{
	size_t dot = span_find(near->word, '.');
	struct span rest = span_skip(near->word, dot + 1);
	const struct fact_kind *f;
	unsigned distance;
	size_t i;

	for (i = 0; (f = fact_at(i)) != NULL; i++)
		if ((f->flags & FACT_BY_NAME) == 0)
			suggest_consider(near, span_of(f->name));
	problem_hint(p, "millgate-rules(5) names those that there are");
	suggest_hint(near, p);
	f = nearest_by_name(span_head(near->word, dot), &distance);
	if (f == NULL || (near->best.len > 0 && near->distance <= distance))
		return;
	if (rest.len > 0)
		problem_hint(p, "did you mean '%s.%s'?", f->name,
		    quote(rest).text);
	else if (distance == 0)
		problem_hint(p, "it needs a name: %s.NAME", f->name);
}
