/*
 * load_state.c - what a rule tells those below it, and the log.
 *
 *	score: 2.5
 *	label: bulk
 *	set: {from: "${sender.domain}"}
 *	log: "bulk from ${sender}"
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/load/draft.h"

#define LABEL_MAX 64		/* a label is a word for the log, no text */

/* A new write of D's rule to SLOT. */
static struct write *
add_write(struct loader *l, struct rule_draft *d, unsigned slot)
{
	struct write *w = policy_alloc(l->policy, 1, sizeof *w);

	w->rule = d->rule;
	w->slot = slot;
	if (d->write_count == d->write_room) {
		d->write_room = d->write_room > 0 ? 2 * d->write_room : 4;
		d->writes = xreallocarray(d->writes, d->write_room,
		    sizeof *d->writes);
	}
	return d->writes[d->write_count++] = w;
}

/* The slot of a fact that has no name besides its own. */
static unsigned
slot_of(struct loader *l, const char *fact)
{
	struct span name;
	const struct fact_kind *kind = fact_find(span_of(fact), &name);

	return load_slot(l, kind, name);
}

static int
check_argument(const struct node *n, const char *example)
{
	if (n->key != NULL)
		return 0;
	problem_hint(tree_error(n, "'%s' needs a value", quote(n->text).text),
	    "write {%s: %s}", quote(n->text).text, example);
	return -1;
}

int
load_score(struct loader *l, struct node *n, struct action_draft *d)
{
	int64_t score;

	if (check_argument(n, "2.5") < 0 ||
	    load_quantity(n, true, &score) < 0)
		return -1;
	add_write(l, d->rule, slot_of(l, "score"))->score = score;
	return 0;
}

int
load_label(struct loader *l, struct node *n, struct action_draft *d)
{
	struct span label;
	size_t i;

	if (check_argument(n, "bulk") < 0 || load_text(l, n, &label) < 0)
		return -1;
	for (i = 0; i < label.len; i++)
		if (label.ptr[i] <= ' ' || label.ptr[i] > '~' ||
		    label.ptr[i] == '$')
			break;
	if (i < label.len || label.len == 0 || label.len > LABEL_MAX) {
		problem_hint(tree_error(n, "'%s' is no label",
		    quote(label).text), "1 to %d printable ASCII characters, "
		    "no blank and no '$'; for other text write {set: {name: "
		    "text}}", LABEL_MAX);
		return -1;
	}
	add_write(l, d->rule, slot_of(l, "label"))->label =
	    policy_copy(l->policy, label);
	return 0;
}

static int
read_variable(struct loader *l, struct node *n, struct rule_draft *d)
{
	static const char head[] = "var.";
	struct span name = n->key->text;
	char *whole = xmalloc(sizeof head + name.len);
	unsigned slot = 0;
	struct write *w;
	int result;

	memcpy(whole, head, sizeof head - 1);
	memcpy(whole + sizeof head - 1, name.ptr, name.len);
	result = load_fact(l, n->key, 0, span_make(whole,
	    sizeof head - 1 + name.len), &slot);
	free(whole);
	if (result == -1)
		problem_hint(tree_error(n->key, "a variable needs a name"),
		    "letters, digits and '_'");
	if (result < 0)
		return -1;
	w = add_write(l, d, slot);
	return load_template(l, n, d, &w->value);
}

int
load_set(struct loader *l, struct node *n, struct action_draft *d)
{
	struct node *child;
	int result = 0;

	if (n->key != NULL && load_missing(n))
		return -1;
	if (n->kind != NODE_MAP || n->count == 0) {
		problem_hint(tree_error(n, "'set' needs names and their "
		    "values"), "write {set: {name: text}}; rules below read "
		    "it as var.name");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next)
		if (read_variable(l, child, d->rule) < 0)
			result = -1;
	return result;
}

int
load_log(struct loader *l, struct node *n, struct action_draft *d)
{
	struct rule_draft *r = d->rule;

	if (check_argument(n, "text") < 0)
		return -1;
	if (r->log_count == r->log_room) {
		r->log_room = r->log_room > 0 ? 2 * r->log_room : 2;
		r->logs = xreallocarray(r->logs, r->log_room,
		    sizeof *r->logs);
	}
	r->logs[r->log_count] = (struct template){ NULL, 0 };
	return load_template(l, n, r, &r->logs[r->log_count++]);
}
