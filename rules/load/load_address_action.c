/*
 * load_address_action.c - actions on the envelope, and quarantine.
 *
 *	set_sender: <>
 *	add_recipient: archive@example.com
 *	remove_recipient: '/@old\.example\.com$/'
 *	rewrite_recipient: {match: '/@old\.example$/', with: '@new.example'}
 *
 * An address that is written out is checked here; one with ${…} in it when it
 * is known.
 */
#include "config.h"

#include "rules/load/draft.h"
#include "rules/mail/address.h"

static bool
is_fixed(const struct template *t)
{
	return t->count == 1 && t->pieces[0].kind == PIECE_TEXT;
}

static int
read_address(struct loader *l, struct node *n, struct action_draft *d)
{
	const struct template *t = &d->action->value;
	bool sender = d->action->kind == ACTION_SET_SENDER;
	struct problem *p;

	if (load_template(l, n, d->rule, &d->action->value) < 0)
		return -1;
	if (t->count > 0 && (!is_fixed(t) ||
	    address_is_valid(t->pieces[0].text) ||
	    (sender && span_is(t->pieces[0].text, "<>"))))
		return 0;
	p = tree_error(n, "'%s' is not an address", quote(n->text).text);
	problem_hint(p, sender ? "write joe@example.com, or <> for the null "
	    "sender" : "write joe@example.com");
	if (n->text.len > 2 && n->text.ptr[0] == '<')
		problem_hint(p, "without '<' and '>'");
	return -1;
}

/* Written alone, an action has no argument. */
static int
check_argument(const struct node *n, const char *what)
{
	if (n->key != NULL)
		return 0;
	problem_hint(tree_error(n, "'%s' needs %s", quote(n->text).text, what),
	    "write {%s: ...}", quote(n->text).text);
	return -1;
}

int
load_address_action(struct loader *l, struct node *n, struct action_draft *d)
{
	return check_argument(n, "an address") < 0 ? -1 :
	    read_address(l, n, d);
}

int
load_remove_recipient(struct loader *l, struct node *n, struct action_draft *d)
{
	struct span text, pattern, flags;

	if (check_argument(n, "an address or a regex") < 0 ||
	    load_text(l, n, &text) < 0)
		return -1;
	if (text_is_regex(text, &pattern, &flags))
		return load_match(l, n, d);
	return read_address(l, n, d);
}

static const struct mapping_spec rewrite_spec = { "rewrite_recipient", "key", {
	{ "match", load_match, true },
	{ "with", load_later, true },
	{ "all", load_all, false },
} };

int
load_rewrite_recipient(struct loader *l, struct node *n,
    struct action_draft *d)
{
	int result;

	if (check_argument(n, "a match and what to put there") < 0)
		return -1;
	result = load_mapping(l, n, &rewrite_spec, d);
	return load_with(l, n, d) < 0 ? -1 : result;
}

int
load_quarantine(struct loader *l, struct node *n, struct action_draft *d)
{
	struct span reason;

	if (check_argument(n, "a reason, which its log will show") < 0 ||
	    load_text(l, n, &reason) < 0)
		return -1;
	d->rule->rule->quarantines = true;
	if (span_trim(reason).len > 0)
		return load_template(l, n, d->rule, &d->action->value);
	problem_hint(tree_error(n, "'quarantine' needs a reason"),
	    "write {quarantine: 'looks like a virus'}");
	return -1;
}
