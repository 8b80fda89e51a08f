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

#include "rules/load/draft.h"

static int
set_verdict(const struct node *n, struct rule *r, enum verdict_kind kind)
{
	if (r->verdict == VERDICT_CONTINUE) {
		r->verdict = kind;
		return 0;
	}
	problem_hint(tree_error(n, "a second verdict: the first, "
	    "'%s', ends the rule", verdict_name(r->verdict)),
	    "a rule gives one verdict");
	return -1;
}

static int
read_accept(struct loader *l, struct node *n, struct action_draft *d)
{
	struct rule *r = d->rule->rule;

	(void)l;
	if (n->key == NULL)
		return 0;
	if (n->kind != NODE_SCALAR || !span_is(n->text, "connection")) {
		problem_hint(tree_error(n, "'accept' is written "
		    "alone, or 'accept: connection'"), "to accept this "
		    "message write accept");
		return -1;
	}
	if (r->when == NULL || d->rule->groups_unknown ||
	    !r->when->beyond_connection)
		return 0;
	problem_hint(tree_error(n, "'accept: connection' needs a "
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
read_discard(struct loader *l, struct node *n, struct action_draft *d)
{
	(void)l;
	(void)d;
	if (n->key == NULL)
		return 0;
	problem_hint(tree_error(n, "'discard' is written alone"),
	    "who sent the message is told that it was accepted; for the log "
	    "write {log: text} before it");
	return -1;
}

/* What a word of `then` is for. */
enum word_kind {
	WORD_VERDICT,
	WORD_EDIT,
	WORD_OTHER,		/* state and logs */
};

static const struct action_word {
	const char *word;
	enum word_kind kind;
	enum verdict_kind verdict;	/* WORD_VERDICT */
	enum action_kind action;	/* WORD_EDIT */
	/* Without an argument N has no key. */
	int (*read)(struct loader *l, struct node *n, struct action_draft *d);
} word_table[] = {
	{ "accept", WORD_VERDICT, VERDICT_ACCEPT, 0, read_accept },
	{ "reject", WORD_VERDICT, VERDICT_REJECT, 0, read_refusal },
	{ "tempfail", WORD_VERDICT, VERDICT_TEMPFAIL, 0, read_refusal },
	{ "discard", WORD_VERDICT, VERDICT_DISCARD, 0, read_discard },
	{ "close", WORD_VERDICT, VERDICT_CLOSE, 0, read_refusal },
	{ "add_header", WORD_EDIT, 0, ACTION_ADD_HEADER, load_add_header },
	{ "set_header", WORD_EDIT, 0, ACTION_SET_HEADER, load_set_header },
	{ "remove_header", WORD_EDIT, 0, ACTION_REMOVE_HEADER,
	  load_remove_header },
	{ "rewrite_header", WORD_EDIT, 0, ACTION_REWRITE_HEADER,
	  load_rewrite_header },
	{ "set_sender", WORD_EDIT, 0, ACTION_SET_SENDER,
	  load_address_action },
	{ "add_recipient", WORD_EDIT, 0, ACTION_ADD_RECIPIENT,
	  load_address_action },
	{ "remove_recipient", WORD_EDIT, 0, ACTION_REMOVE_RECIPIENT,
	  load_remove_recipient },
	{ "rewrite_recipient", WORD_EDIT, 0, ACTION_REWRITE_RECIPIENT,
	  load_rewrite_recipient },
	{ "replace_body", WORD_EDIT, 0, ACTION_REPLACE_BODY,
	  load_replace_body },
	{ "rewrite_body", WORD_EDIT, 0, ACTION_REWRITE_BODY,
	  load_rewrite_body },
	{ "append_body", WORD_EDIT, 0, ACTION_APPEND_BODY, load_append_body },
	{ "quarantine", WORD_EDIT, 0, ACTION_QUARANTINE, load_quarantine },
	{ "score", WORD_OTHER, 0, 0, load_score },
	{ "label", WORD_OTHER, 0, 0, load_label },
	{ "set", WORD_OTHER, 0, 0, load_set },
	{ "log", WORD_OTHER, 0, 0, load_log },
};

#define WORDS (sizeof word_table / sizeof word_table[0])

static const struct action_word *
find_word(const struct node *n)
{
	struct span first = span_head(n->text, span_find(n->text, ' '));
	struct suggestion near;
	struct problem *p;
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (span_is(n->text, word_table[i].word))
			return &word_table[i];
	p = tree_error(n, "unknown action '%s'",
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
	const struct action_word *w = find_word(word);

	if (w == NULL)
		return -1;
	if (w->kind == WORD_VERDICT)
		return set_verdict(word, r, w->verdict) < 0 ? -1 :
		    w->read(l, n, &draft);
	if (r->verdict != VERDICT_CONTINUE) {
		problem_hint(tree_error(word, "'%s' stands behind the verdict "
		    "and is never done", quote(word->text).text),
		    "put the verdict last");
		return -1;
	}
	if (w->kind == WORD_EDIT) {
		draft.action = (struct action *)&r->actions[r->action_count++];
		draft.action->kind = w->action;
	}
	return w->read(l, n, &draft);
}

static int
read_action(struct loader *l, struct node *n, struct rule_draft *d)
{
	struct node alone;

	if (load_missing(n))
		return -1;
	if (n->kind == NODE_SCALAR && n->text.len > 0) {
		alone = *n;
		alone.key = NULL;
		return read_word(l, n, &alone, d);
	}
	if (n->kind == NODE_MAP && n->count == 1)
		return read_word(l, n->child->key, n->child, d);
	if (n->kind == NODE_MAP && n->count > 1)
		problem_hint(tree_error(n->child->next->key,
		    "one action each"), "write several as a list: [{..}, "
		    "{..}], or a line '- ..' for each");
	else
		problem_hint(tree_error(n, "an action is needed "
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
		problem_hint(tree_error(n, "'then' has no action"),
		    "write accept, or {reject: text}");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next)
		if (read_action(l, child, d) < 0)
			result = -1;
	return result;
}
