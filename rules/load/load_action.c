/*
 * load_action.c - `then`: an action, or a list of them done in order.
 *
 *	then: accept
 *	then: {reject: "You are not ${helo}"}
 *	then:
 *	  - {add_header: {name: X-Checked, value: "${client.ip}"}}
 *	  - accept
 */
#include "config.h"

#include <stdlib.h>

#include "rules/load/load.h"
#include "rules/mail/header_text.h"

/* An action while it is read, with the rule that it belongs to. */
struct action_draft {
	struct rule_draft *rule;
	struct action *action;
};

static int
set_verdict(struct loader *l, const struct node *n, struct rule *r,
    enum verdict_kind kind)
{
	if (r->verdict == VERDICT_CONTINUE) {
		r->verdict = kind;
		return 0;
	}
	problem_hint(tree_error(&l->tree, n, "a second verdict: the first, "
	    "'%s', ends the rule", verdict_name(r->verdict)),
	    "a rule gives one verdict");
	return -1;
}

static int
read_accept(struct loader *l, struct node *n, struct action_draft *d)
{
	struct rule *r = d->rule->rule;

	if (n->key == NULL)
		return 0;
	if (n->kind != NODE_SCALAR || !span_is(n->text, "connection")) {
		problem_hint(tree_error(&l->tree, n, "'accept' is written "
		    "alone, or 'accept: connection'"), "to accept this "
		    "message write accept");
		return -1;
	}
	if (r->when == NULL || !r->when->beyond_connection)
		return 0;
	problem_hint(tree_error(&l->tree, n, "'accept: connection' needs a "
	    "'when' of connection facts alone"), "those are client.*, helo, "
	    "tls.* and auth.*; to accept one message write accept");
	return -1;
}

static int
read_refusal(struct loader *l, struct node *n, struct action_draft *d)
{
	return load_reply(l, n->key == NULL ? NULL : n, d->rule);
}

static int
read_field_name(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;
	struct span name, pattern, flags;
	struct problem *p;
	bool regex;

	if (load_text(l, n, &name) < 0)
		return -1;
	regex = text_is_regex(name, &pattern, &flags);
	if (regex && d->action->kind == ACTION_REMOVE_HEADER) {
		(void)tree_error(&l->tree, n, "a regex for names of fields "
		    "is not supported by this version");
		return -1;
	}
	if (!regex && header_name_is_valid(name)) {
		d->action->name = policy_copy(l->policy, name);
		return 0;
	}
	p = tree_error(&l->tree, n, "'%s' is no name of a header field",
	    quote(name).text);
	if (name.len > 0 && name.ptr[name.len - 1] == ':')
		problem_hint(p, "leave the colon away");
	else
		problem_hint(p, "1 to %d printable ASCII characters, no blank "
		    "and no colon", HEADER_NAME_MAX);
	return -1;
}

static int
read_field_value(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;
	const struct template *value = &d->action->value;
	size_t i, len = 0;

	if (load_template(l, n, d->rule, &d->action->value) < 0)
		return -1;
	for (i = 0; i < value->count; i++)
		if (value->pieces[i].kind == PIECE_TEXT)
			len += value->pieces[i].text.len;
	if (len <= HEADER_TEXT_MAX)
		return 0;
	problem_hint(tree_error(&l->tree, n, "the value is too long"),
	    "at most %d bytes", HEADER_TEXT_MAX);
	return -1;
}

static int
read_field_place(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	d->action->at_top = span_is(text, "top");
	if (d->action->at_top || span_is(text, "bottom"))
		return 0;
	(void)tree_error(&l->tree, n, "'%s' is neither top nor bottom",
	    quote(text).text);
	return -1;
}

static int
read_match(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;

	d->action->match = load_regex(l, n);
	return d->action->match == NULL ? -1 : 0;
}

static int
read_nth(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;
	bool last = n->kind == NODE_SCALAR && n->text.len > 0 &&
	    n->text.ptr[0] == '-';
	struct node number = *n;
	uint64_t nth = 0;

	if (last)
		number.text = span_skip(number.text, 1);
	if (load_number(l, &number, &nth) < 0)
		return -1;
	if (nth == 0 || nth > 1000000) {
		problem_hint(tree_error(&l->tree, n, "there is no such field"),
		    "1 is the first from the top, -1 the last");
		return -1;
	}
	d->action->nth = last ? -(int)nth : (int)nth;
	return 0;
}

static const struct mapping_spec add_header_spec = { "add_header", "key", {
	{ "name", read_field_name, true },
	{ "value", read_field_value, true },
	{ "at", read_field_place, false },
} };

static int
read_add_header(struct loader *l, struct node *n, struct action_draft *d)
{
	if (n->kind == NODE_SCALAR) {
		problem_hint(tree_error(&l->tree, n, "add_header needs a name "
		    "and a value"), "write {name: X-Name, value: text}");
		return -1;
	}
	return load_mapping(l, n, &add_header_spec, d);
}

static const struct mapping_spec remove_header_spec = { "remove_header",
    "key", {
	{ "name", read_field_name, true },
	{ "match", read_match, false },
	{ "nth", read_nth, false },
} };

static int
read_remove_header(struct loader *l, struct node *n, struct action_draft *d)
{
	struct span name;
	int result;

	if (n->kind == NODE_MAP)
		result = load_mapping(l, n, &remove_header_spec, d);
	else
		result = read_field_name(l, n, d);
	if (result < 0)
		return -1;
	/* The fields of that name must be known, to be counted. */
	d->action->slot = load_slot(l,
	    fact_find(span_of("header_raw.name"), &name), d->action->name);
	return 0;
}

static const struct action_word {
	const char *word;
	enum verdict_kind verdict;	/* VERDICT_CONTINUE: an edit */
	enum action_kind kind;
	/* NULL: not in this version. Without an argument N has no key. */
	int (*read)(struct loader *l, struct node *n, struct action_draft *d);
} word_table[] = {
	{ "accept", VERDICT_ACCEPT, 0, read_accept },
	{ "reject", VERDICT_REJECT, 0, read_refusal },
	{ "tempfail", VERDICT_TEMPFAIL, 0, read_refusal },
	{ "add_header", VERDICT_CONTINUE, ACTION_ADD_HEADER,
	  read_add_header },
	{ "remove_header", VERDICT_CONTINUE, ACTION_REMOVE_HEADER,
	  read_remove_header },
	{ "discard", VERDICT_CONTINUE, 0, NULL },
	{ "close", VERDICT_CONTINUE, 0, NULL },
	{ "set_header", VERDICT_CONTINUE, 0, NULL },
	{ "rewrite_header", VERDICT_CONTINUE, 0, NULL },
	{ "set_sender", VERDICT_CONTINUE, 0, NULL },
	{ "add_recipient", VERDICT_CONTINUE, 0, NULL },
	{ "remove_recipient", VERDICT_CONTINUE, 0, NULL },
	{ "rewrite_recipient", VERDICT_CONTINUE, 0, NULL },
	{ "replace_body", VERDICT_CONTINUE, 0, NULL },
	{ "rewrite_body", VERDICT_CONTINUE, 0, NULL },
	{ "append_body", VERDICT_CONTINUE, 0, NULL },
	{ "quarantine", VERDICT_CONTINUE, 0, NULL },
	{ "score", VERDICT_CONTINUE, 0, NULL },
	{ "label", VERDICT_CONTINUE, 0, NULL },
	{ "set", VERDICT_CONTINUE, 0, NULL },
	{ "log", VERDICT_CONTINUE, 0, NULL },
};

#define WORDS (sizeof word_table / sizeof word_table[0])

static const struct action_word *
find_word(struct loader *l, const struct node *n)
{
	struct span first = span_head(n->text, span_find(n->text, ' '));
	struct suggestion near;
	struct problem *p;
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (span_is(n->text, word_table[i].word))
			return &word_table[i];
	p = tree_error(&l->tree, n, "unknown action '%s'",
	    quote(n->text).text);
	problem_hint(p, "millgate-rules(5) names those that there are");
	suggest_init(&near, n->text);
	for (i = 0; i < WORDS; i++) {
		suggest_consider(&near, span_of(word_table[i].word));
		if (span_is(first, word_table[i].word))
			problem_hint(p, "what belongs to it stands behind a "
			    "':', {%s: ...}", word_table[i].word);
	}
	suggest_hint(&near, p);
	if (load_is_condition(n->text))
		problem_hint(p, "this is a condition; it belongs under 'when'");
	return NULL;
}

/* Action WORD with its argument N; written alone, N is the word itself. */
static int
read_word(struct loader *l, const struct node *word, struct node *n,
    struct rule_draft *d)
{
	struct rule *r = d->rule;
	struct action_draft draft = { .rule = d };
	const struct action_word *w = find_word(l, word);

	if (w == NULL)
		return -1;
	if (w->read == NULL)
		return load_unsupported(l, word, "action", word->text);
	if (w->verdict != VERDICT_CONTINUE)
		return set_verdict(l, word, r, w->verdict) < 0 ? -1 :
		    w->read(l, n, &draft);
	if (r->verdict != VERDICT_CONTINUE) {
		problem_hint(tree_error(&l->tree, word, "'%s' stands behind "
		    "the verdict and is never done",
		    quote(word->text).text), "put the verdict last");
		return -1;
	}
	draft.action = (struct action *)&r->actions[r->action_count++];
	draft.action->kind = w->kind;
	return w->read(l, n, &draft);
}

static int
read_action(struct loader *l, struct node *n, struct rule_draft *d)
{
	struct node alone;

	if (load_missing(l, n))
		return -1;
	if (n->kind == NODE_SCALAR && n->text.len > 0) {
		alone = *n;
		alone.key = NULL;
		return read_word(l, n, &alone, d);
	}
	if (n->kind == NODE_MAP && n->count == 1)
		return read_word(l, n->child->key, n->child, d);
	if (n->kind == NODE_MAP && n->count > 1)
		problem_hint(tree_error(&l->tree, n->child->next->key,
		    "one action each"), "write several as a list: [{..}, "
		    "{..}], or a line '- ..' for each");
	else
		problem_hint(tree_error(&l->tree, n, "an action is needed "
		    "here"), "write accept, or {reject: text}");
	return -1;
}

int
load_actions(struct loader *l, struct node *n, struct rule_draft *d)
{
	size_t count = n->kind == NODE_LIST ? n->count : 1;
	struct node *child;
	int result = 0;

	d->rule->actions = policy_alloc(l->policy, count,
	    sizeof *d->rule->actions);
	if (n->kind != NODE_LIST)
		return read_action(l, n, d);
	if (n->count == 0) {
		problem_hint(tree_error(&l->tree, n, "'then' has no action"),
		    "write accept, or {reject: text}");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next)
		if (read_action(l, child, d) < 0)
			result = -1;
	return result;
}
