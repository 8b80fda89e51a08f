/*
 * load_header_action.c - actions on header fields.
 *
 *	add_header: {name: X-Checked, value: "${client.ip}", at: top}
 *	remove_header: {name: '/^X-Spam-/', match: '/./', nth: -1}
 *	rewrite_header: {name: Subject, match: '/^/', with: '[EXT] '}
 *
 * A `match` looks into decoded text, so that an action with one needs GMime.
 */
#include "config.h"

#include "rules/load/draft.h"
#include "rules/load/warn.h"
#include "rules/mail/decode/decode.h"
#include "rules/mail/header/header_text.h"

#define NTH_MAX 1000000		/* no message has so many fields */

static int
not_a_name(const struct node *n)
{
	struct problem *p = tree_error(n, "'%s' is no name of a header field",
	    quote(n->text).text);

	if (n->text.len > 0 && n->text.ptr[n->text.len - 1] == ':')
		problem_hint(p, "leave the colon away");
	else
		problem_hint(p, "1 to %d printable ASCII characters, no blank "
		    "and no colon", HEADER_NAME_MAX);
	return -1;
}

static int
read_name(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;
	struct span name;

	if (load_text(l, n, &name) < 0)
		return -1;
	if (!header_name_is_valid(name) || name.ptr[0] == '/')
		return not_a_name(n);
	d->action->name = policy_copy(l->policy, name);
	return 0;
}

/* A name, or a regex for several; case is ignored either way. */
static int
read_names(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;
	struct span name, pattern, flags;
	struct node folded = *n;
	struct buffer text;

	if (load_text(l, n, &name) < 0)
		return -1;
	if (!text_is_regex(name, &pattern, &flags))
		return read_name(l, n, d);
	buffer_init(&text, name.len + 1);
	buffer_add(&text, name);
	buffer_add_char(&text, 'i');
	folded.text = policy_copy(l->policy, buffer_span(&text));
	buffer_release(&text);
	d->action->names = load_regex(l, &folded, REGEX_BYTES);
	return d->action->names == NULL ? -1 : 0;
}

int
load_text_length(const struct node *n, const struct template *value,
    size_t most)
{
	size_t i, len = 0;

	for (i = 0; i < value->count; i++)
		if (value->pieces[i].kind == PIECE_TEXT)
			len += value->pieces[i].text.len;
	if (len <= most)
		return 0;
	problem_hint(tree_error(n, "the value is too long"),
	    "at most %zu bytes", most);
	return -1;
}

static int
read_value(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;

	if (load_template(l, n, d->rule, &d->action->value) < 0)
		return -1;
	return load_text_length(n, &d->action->value, HEADER_TEXT_MAX);
}

static int
read_place(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	d->action->at_top = span_is(text, "top");
	if (d->action->at_top || span_is(text, "bottom"))
		return 0;
	(void)tree_error(n, "'%s' is neither top nor bottom",
	    quote(text).text);
	return -1;
}

int
load_match(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;

	d->action->match = load_regex(l, n, REGEX_BYTES);
	return d->action->match == NULL ? -1 : 0;
}

int
load_decoded_match(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;

	d->action->match = load_regex(l, n, REGEX_TEXT);
	return d->action->match == NULL ? -1 : 0;
}

int
load_decoding(const struct node *n, const char *word)
{
	if (decode_is_built_in())
		return 0;
	problem_hint(tree_error(n, "'%s' needs GMime, which this millgate was "
	    "built without", word), GMIME_HINT);
	return -1;
}

/* The `match` of remove_header, which goes without it. */
static int
read_match(struct loader *l, struct node *n, void *target)
{
	return load_decoding(n->key, "match") < 0 ? -1 :
	    load_decoded_match(l, n, target);
}

int
load_all(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;

	return load_boolean(l, n, &d->action->all);
}

static int
read_or_add(struct loader *l, struct node *n, void *target)
{
	struct action_draft *d = target;

	return load_boolean(l, n, &d->action->or_add);
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
	if (nth == 0 || nth > NTH_MAX) {
		problem_hint(tree_error(n, "there is no such field"),
		    "1 is the first from the top, -1 the last");
		return -1;
	}
	d->action->nth = last ? -(int)nth : (int)nth;
	return 0;
}

int
load_with(struct loader *l, const struct node *n, struct action_draft *d)
{
	struct node *with = n->kind == NODE_MAP ? node_get(n, "with") : NULL;
	struct rule_draft *r = d->rule;
	int result;

	if (with == NULL)
		return -1;	/* that it is missing has been reported */
	r->in_with = true;
	r->own = d->action->match;
	result = load_template(l, with, r, &d->action->value);
	r->in_with = false;
	r->own = NULL;
	if (d->action->match != NULL && result == 0)
		warn_with(with, regex_group_count(d->action->match));
	return result < 0 ? -1 : load_text_length(with, &d->action->value,
	    d->action->kind == ACTION_REWRITE_BODY ? BODY_TEXT_MAX :
	    HEADER_TEXT_MAX);
}

int
load_mapping_alone(const struct node *n, const char *word, const char *how)
{
	if (n->kind != NODE_SCALAR || node_is_missing(n))
		return 0;
	problem_hint(tree_error(n, "%s needs %s", word, how),
	    "write {%s: {..}}; millgate-rules(5) shows all of it", word);
	return -1;
}

static int
check_name_and_value(const struct node *n, const char *word)
{
	if (n->kind != NODE_SCALAR)
		return 0;
	problem_hint(tree_error(n, "%s needs a name and a value", word),
	    "write {name: X-Name, value: text}");
	return -1;
}

static const struct mapping_spec add_spec = { "add_header", "key", {
	{ "name", read_name, true },
	{ "value", read_value, true },
	{ "at", read_place, false },
} };

int
load_add_header(struct loader *l, struct node *n, struct action_draft *d)
{
	if (check_name_and_value(n, "add_header") < 0)
		return -1;
	return load_mapping(l, n, &add_spec, d);
}

static const struct mapping_spec set_spec = { "set_header", "key", {
	{ "name", read_name, true },
	{ "value", read_value, true },
} };

int
load_set_header(struct loader *l, struct node *n, struct action_draft *d)
{
	if (check_name_and_value(n, "set_header") < 0 ||
	    load_mapping(l, n, &set_spec, d) < 0)
		return -1;
	if (!span_equal_nocase(d->action->name, span_of("Received")))
		return 0;
	/* RFC 5321 4.4: a loop is found by the fields of the way so far. */
	problem_hint(tree_error(node_get(n, "name"), "'set_header' would take "
	    "the trace of its way from the message"), "with {add_header: "
	    "{name: Received, ..., at: top}} the others stay");
	return -1;
}

static const struct mapping_spec remove_spec = { "remove_header", "key", {
	{ "name", read_names, true },
	{ "match", read_match, false },
	{ "nth", read_nth, false },
} };

int
load_remove_header(struct loader *l, struct node *n, struct action_draft *d)
{
	if (n->kind == NODE_MAP)
		return load_mapping(l, n, &remove_spec, d);
	return read_names(l, n, d);
}

static const struct mapping_spec rewrite_spec = { "rewrite_header", "key", {
	{ "name", read_names, true },
	{ "match", load_decoded_match, true },
	{ "with", load_later, true },
	{ "all", load_all, false },
	{ "or_add", read_or_add, false },
} };

int
load_rewrite_header(struct loader *l, struct node *n, struct action_draft *d)
{
	int result;

	if (load_mapping_alone(n, "rewrite_header", "a name, a match and what "
	    "to put there") < 0 || load_decoding(n->key, "rewrite_header") < 0)
		return -1;
	result = load_mapping(l, n, &rewrite_spec, d);
	if (load_with(l, n, d) < 0 || result < 0)
		return -1;
	if (!d->action->or_add || d->action->names == NULL)
		return 0;
	problem_hint(tree_error(node_get(n, "or_add"), "a field cannot be "
	    "added when its name is a regex"), "write the name, or leave "
	    "or_add away");
	return -1;
}
