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

/* The field that the regex of action A finds first; NULL: none of them. */
static const char *
found_field(const struct policy *p, const struct action *a)
{
	struct regex_limits limits = { p->settings.limits.regex_match,
		p->settings.limits.regex_depth, 0 };
	struct error ignored;
	size_t i;

	for (i = 0; i < SIGNED_FIELDS; i++)
		if (regex_match(a->names, span_of(signed_fields[i]), &limits,
		    NULL, 0, &ignored) == REGEX_YES)
			return signed_fields[i];
	return NULL;
}

/* A field that action A changes though it may be signed; NULL: none. */
static const char *
signed_field(const struct policy *p, const struct action *a)
{
	size_t i;

	if (a->kind != ACTION_SET_HEADER && a->kind != ACTION_REMOVE_HEADER &&
	    a->kind != ACTION_REWRITE_HEADER)
		return NULL;
	if (a->names != NULL)
		return found_field(p, a);
	for (i = 0; i < SIGNED_FIELDS; i++)
		if (span_equal_nocase(a->name, span_of(signed_fields[i])))
			return signed_fields[i];
	return span_equal_nocase(span_head(a->name, 8), span_of("Content-")) ?
	    a->name.ptr : NULL;
}

/* Of a rule with several such edits, the first one. */
static void
warn_signed(const struct policy *p, const struct rule *r, const struct node *n)
{
	const char *field = NULL;
	size_t i;

	for (i = 0; i < r->action_count && field == NULL; i++)
		field = signed_field(p, &r->actions[i]);
	if (field != NULL)
		problem_hint(tree_warn(n, "rule '%s' changes %s, which breaks "
		    "DKIM signatures that the message has",
		    quote(n->text).text, field), "a field that is added "
		    "breaks none");
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
		if (!is_for_all(a) || (!when && !names_recipient(p, &a->value)))
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
