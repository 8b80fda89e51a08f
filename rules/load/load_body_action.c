/*
 * load_body_action.c - actions on the body.
 *
 *	replace_body: "This message was withheld."
 *	replace_body: {html: "<p>This message was withheld."}
 *	rewrite_body: {match: '/foo/', with: bar, all: true}
 *	append_body: "-- \n${helo} is not us"
 *	append_body: {text: "Not ours", html: "<p>Not <b>ours</b>"}
 */
#include "config.h"

#include "rules/load/draft.h"

/* Lines of a text end in LF until they are written: take each CR out of T. */
static void
drop_returns(struct loader *l, const struct template *t)
{
	struct piece *p = (struct piece *)t->pieces;
	size_t i, k, n;
	char *text;

	for (i = 0; i < t->count; i++) {
		if (p[i].kind != PIECE_TEXT ||
		    span_find(p[i].text, '\r') == p[i].text.len)
			continue;
		text = policy_alloc(l->policy, p[i].text.len, 1);
		for (k = n = 0; k < p[i].text.len; k++)
			if (p[i].text.ptr[k] != '\r')
				text[n++] = p[i].text.ptr[k];
		p[i].text = span_make(text, n);
	}
}

static int
read_template(struct loader *l, struct node *n, struct action_draft *d,
    struct template *t)
{
	if (load_template(l, n, d->rule, t) < 0)
		return -1;
	drop_returns(l, t);
	if (t->count > 0)
		return load_text_length(n, t, BODY_TEXT_MAX);
	problem_hint(tree_error(n, "the text is empty"),
	    d->action->kind == ACTION_REPLACE_BODY ? "a body without a word "
	    "makes people think that it got lost; say why" :
	    "write what is to be appended, or leave it away");
	return -1;
}

static int
read_text(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;

	return read_template(l, n, d, &d->action->value);
}

static int
read_html(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;

	return read_template(l, n, d, &d->action->html);
}

/* Is N there, and is it something that WORD can go by? */
static int
check_argument(const struct node *n, const char *word, const char *how)
{
	if (n->key == NULL) {
		problem_hint(tree_error(n, "'%s' needs a text", word), "%s",
		    how);
		return -1;
	}
	return load_decoding(n->key, word);
}

static const struct mapping_spec replace_spec = { "replace_body", "key", {
	{ "text", read_text, false },
	{ "html", read_html, false },
} };

int
load_replace_body(struct loader *l, struct node *n, struct action_draft *d)
{
	static const char how[] = "write {replace_body: text}, or "
	    "{replace_body: {html: '<p>text'}}";

	if (check_argument(n, "replace_body", how) < 0)
		return -1;
	if (n->kind != NODE_MAP)
		return read_text(l, n, d);
	if (load_mapping(l, n, &replace_spec, d) < 0)
		return -1;
	if ((node_get(n, "text") != NULL) != (node_get(n, "html") != NULL))
		return 0;
	problem_hint(tree_error(n, n->count == 0 ? "'replace_body' needs a "
	    "text" : "'replace_body' makes one part, of text or of HTML"),
	    "%s", how);
	return -1;
}

static const struct mapping_spec rewrite_spec = { "rewrite_body", "key", {
	{ "match", load_decoded_match, true },
	{ "with", load_later, true },
	{ "all", load_all, false },
} };

int
load_rewrite_body(struct loader *l, struct node *n, struct action_draft *d)
{
	int result;

	if (load_mapping_alone(n, "rewrite_body", "a match and what to put "
	    "there") < 0 || load_decoding(n->key, "rewrite_body") < 0)
		return -1;
	result = load_mapping(l, n, &rewrite_spec, d);
	if (load_with(l, n, d) < 0)
		return -1;
	drop_returns(l, &d->action->value);
	return result;
}

static const struct mapping_spec append_spec = { "append_body", "key", {
	{ "text", read_text, true },
	{ "html", read_html, false },
} };

int
load_append_body(struct loader *l, struct node *n, struct action_draft *d)
{
	if (check_argument(n, "append_body", "write {append_body: text}") < 0)
		return -1;
	return n->kind == NODE_MAP ? load_mapping(l, n, &append_spec, d) :
	    read_text(l, n, d);
}
