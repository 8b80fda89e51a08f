/*
 * warn_edits.c - edits that do more than their rule says.
 *
 * A message is one for all its recipients, and a signature covers what it
 * covers: both are easily forgotten while one thinks of a single header field.
 */
#include "config.h"

#include "rules/load/warn.h"

/* RFC 6376 5.4.1: what signatures cover, or should; and all "Content-…". */
static const char *const signed_fields[] = {
	"From", "Sender", "Reply-To", "Subject", "Date", "Message-ID", "To",
	"Cc", "In-Reply-To", "References", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding", "Content-Disposition",
	"Content-Description", "Content-ID",
};

#define SIGNED_FIELDS (sizeof signed_fields / sizeof signed_fields[0])

/* What says how the bytes of the body are to be read. */
static const char *const mime_fields[] = { "Content-Type",
	"Content-Transfer-Encoding", "MIME-Version" };

#define MIME_FIELDS (sizeof mime_fields / sizeof mime_fields[0])

/* Which of COUNT fields the regex of action A finds first; NULL: none. */
static const char *
found_field(const struct policy *p, const struct action *a,
    const char *const *fields, size_t count)
{
	struct regex_limits limits = {
		.match = (uint32_t)p->settings.limits.regex_match,
		.depth = (uint32_t)p->settings.limits.regex_depth };
	struct error ignored;
	size_t i;

	for (i = 0; i < count; i++)
		if (a->names == NULL ?
		    span_equal_nocase(a->name, span_of(fields[i])) :
		    regex_match(a->names, span_of(fields[i]), &limits,
		    NULL, 0, &ignored) == REGEX_YES)
			return fields[i];
	return NULL;
}

/* Does A change or remove header fields that there are? */
static bool
changes_fields(const struct action *a)
{
	return a->kind == ACTION_SET_HEADER ||
	    a->kind == ACTION_REMOVE_HEADER ||
	    a->kind == ACTION_REWRITE_HEADER;
}

/* What action A changes though it may be signed: a field, or the body; NULL:
 * nothing. */
static const char *
signed_place(const struct policy *p, const struct action *a)
{
	const char *field;

	if (a->kind == ACTION_REPLACE_BODY || a->kind == ACTION_REWRITE_BODY ||
	    a->kind == ACTION_APPEND_BODY)
		return "the body";
	if (!changes_fields(a))
		return NULL;
	field = found_field(p, a, signed_fields, SIGNED_FIELDS);
	if (field != NULL || a->names != NULL)
		return field;
	return span_starts_with_nocase(a->name, span_of("Content-")) ?
	    a->name.ptr : NULL;
}

static bool
is_signature(struct span name)
{
	return span_equal_nocase(name, span_of("DKIM-Signature"));
}

/* Is T whether there is a signature, and nothing else? */
static bool
asks_for_signature(const struct policy *p, const struct test *t,
    enum test_exists wanted)
{
	const struct slot *s = &p->slots[t->slot];

	return t->exists == wanted && t->some.count == 0 &&
	    t->every.count == 0 && t->counts.count == 0 &&
	    s->kind->family == FAMILY_HEADER && is_signature(s->name);
}

/* Does C hold for messages without a signature only? Recursion is as deep as
 * the condition: CONDITION_DEPTH_MAX. */
static bool
is_for_unsigned(const struct policy *p, const struct condition *c)
{
	bool none = c->kind == CONDITION_NOT || c->kind == CONDITION_NONE;
	const struct condition *child;
	size_t i;

	if (c->kind == CONDITION_TEST)
		return asks_for_signature(p, c->test, EXISTS_NO);
	for (i = 0; i < c->count && (none || c->kind == CONDITION_ALL); i++) {
		child = c->children[i];
		if (none ? child->kind == CONDITION_TEST &&
		    asks_for_signature(p, child->test, EXISTS_YES) :
		    is_for_unsigned(p, child))
			return true;
	}
	return false;
}

/* Do the actions of R take all signatures off? */
static bool
takes_signatures_off(const struct rule *r)
{
	const struct action *a;

	for (a = r->actions; a < r->actions + r->action_count; a++)
		if (a->kind == ACTION_REMOVE_HEADER && a->names == NULL &&
		    a->match == NULL && a->nth == 0 && is_signature(a->name))
			return true;
	return false;
}

/* Of a rule with several such edits, the first one. */
static void
warn_signed(const struct policy *p, const struct rule *r, const struct node *n)
{
	const char *place = NULL;
	size_t i;

	if (takes_signatures_off(r) ||
	    (r->when != NULL && is_for_unsigned(p, r->when)))
		return;
	for (i = 0; i < r->action_count && place == NULL; i++)
		place = signed_place(p, &r->actions[i]);
	if (place != NULL)
		problem_hint(tree_warn(n, "rule '%s' changes %s, which breaks "
		    "DKIM signatures that the message has",
		    quote(n->text).text, place), "a field that is added "
		    "breaks none; for a change ask as well for "
		    "header_raw.dkim-signature: {exists: false}");
}

/* Of a rule with several such edits, the first one. */
static void
warn_mime(const struct policy *p, const struct rule *r, const struct node *n)
{
	const char *field = NULL;
	size_t i;

	for (i = 0; i < r->action_count && field == NULL; i++)
		if (changes_fields(&r->actions[i]))
			field = found_field(p, &r->actions[i], mime_fields,
			    MIME_FIELDS);
	if (field != NULL)
		problem_hint(tree_warn(n, "rule '%s' changes %s, and the body "
		    "stays as it is", quote(n->text).text, field), "readers "
		    "may then see another message, or none; to change the text "
		    "write replace_body, rewrite_body or append_body");
}

/* Does A change the one message that all recipients get? */
static bool
is_for_all(const struct action *a)
{
	switch (a->kind) {
	case ACTION_ADD_HEADER:
	case ACTION_SET_HEADER:
	case ACTION_REMOVE_HEADER:
	case ACTION_REWRITE_HEADER:
	case ACTION_SET_SENDER:
	case ACTION_REPLACE_BODY:
	case ACTION_REWRITE_BODY:
	case ACTION_APPEND_BODY:
	case ACTION_QUARANTINE:
		return true;
	case ACTION_ADD_RECIPIENT:
	case ACTION_REMOVE_RECIPIENT:
	case ACTION_REWRITE_RECIPIENT:
		break;
	}
	return false;
}

static bool
names_recipient(const struct policy *p, const struct template *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->pieces[i].kind == PIECE_FACT &&
		    p->slots[t->pieces[i].number].per_recipient)
			return true;
	return false;
}

static void
warn_recipient(const struct policy *p, const struct rule *r,
    const struct node *n)
{
	bool when = r->when != NULL && r->when->per_recipient;
	const struct action *a;

	for (a = r->actions; a < r->actions + r->action_count; a++) {
		if (!is_for_all(a))
			continue;
		if (!when && !names_recipient(p, &a->value) &&
		    !names_recipient(p, &a->html))
			continue;
		problem_hint(tree_warn(n, "rule '%s' changes the message for "
		    "one recipient, and all of them get it so",
		    quote(n->text).text), "a message is one for all its "
		    "recipients; of their addresses, each has its own");
		return;
	}
}

static bool
adds_recipient(const struct rule *r)
{
	size_t i;

	for (i = 0; i < r->action_count; i++)
		if (r->actions[i].kind == ACTION_ADD_RECIPIENT)
			return true;
	return false;
}

/* The first rule that discards; NULL: none does. */
static const struct rule *
discarding(const struct policy *p)
{
	size_t i;

	for (i = 0; i < p->rule_count; i++)
		if (p->rules[i].verdict == VERDICT_DISCARD &&
		    p->rules[i].mode != MODE_OFF)
			return &p->rules[i];
	return NULL;
}

void
warn_edits(const struct loader *l, const struct node *const *nodes)
{
	const struct policy *p = l->policy;
	const struct rule *discard = discarding(p);
	const struct node *n;
	size_t i;

	for (i = 0; i < p->rule_count; i++) {
		if (p->rules[i].mode == MODE_OFF)
			continue;
		n = warn_name(nodes, i);
		warn_signed(p, &p->rules[i], n);
		warn_mime(p, &p->rules[i], n);
		warn_recipient(p, &p->rules[i], n);
		if (discard != NULL && adds_recipient(&p->rules[i]))
			problem_hint(tree_warn(n, "rule '%s' adds a recipient, "
			    "and rule '%s' discards", quote(n->text).text,
			    quote(discard->name).text), "with no recipient "
			    "left a message is dropped, and whom it was to be "
			    "sent to besides; to redirect write "
			    "rewrite_recipient");
	}
}
