/*
 * load_trial.c - tests of one rule alone.
 *
 *	tests:
 *	  - {given: {helo: mail.example.com}, expect: {reject: 550 5.7.1}}
 *	  - {given: {helo: mx.example.org}, expect: no-match}
 *
 * Facts are given by name, with the value that a rule would see, or a list of
 * values.
 */
#include "config.h"

#include "rules/base/number.h"
#include "rules/base/xmalloc.h"
#include "rules/load/draft.h"
#include "rules/load/test_draft.h"
#include "rules/load/value_doubt.h"

/* The values of a fact while they are read. */
struct values {
	const struct fact_kind *kind;
	struct span *at;
	size_t count;
};

/* A number as facts have it: "10M" is 10485760. */
static int
add_number(struct loader *l, struct node *n, struct values *v)
{
	char text[NUMBER_TEXT_MAX];
	int64_t number;

	if (load_fact_number(n, v->kind, &number) < 0)
		return -1;
	number_format(number, text);
	v->at[v->count++] = tests_copy(l, span_of(text));
	return 0;
}

static int
check_value(const struct node *n, const struct fact_kind *kind)
{
	struct ip ip;

	if (kind->type == FACT_IP && ip_parse(n->text, &ip) < 0) {
		(void)tree_error(n, "'%s' is not an IP address",
		    quote(n->text).text);
		return -1;
	}
	if (kind->type == FACT_BOOLEAN && !span_is(n->text, "true") &&
	    !span_is(n->text, "false")) {
		(void)tree_error(n, "'%s' is neither true nor false",
		    quote(n->text).text);
		return -1;
	}
	return value_doubt(n, kind, false) < 0 ? -1 : 0;
}

static int
add_value(struct loader *l, struct node *n, void *target)
{
	struct values *v = target;
	struct span text;

	if (v->kind->type == FACT_NUMBER)
		return add_number(l, n, v);
	if (load_text(l, n, &text) < 0 || check_value(n, v->kind) < 0)
		return -1;
	v->at[v->count++] = tests_copy(l, text);
	return 0;
}

static int
unknown_fact(const struct node *key)
{
	struct suggestion near;
	struct problem *p;

	p = tree_error(key, "unknown fact '%s'", quote(key->text).text);
	suggest_init(&near, key->text);
	load_fact_hint(p, &near);
	return -1;
}

static int
read_fact(struct loader *l, struct node *n, struct given_fact *given)
{
	struct values v = { .count = 0 };
	struct span name;

	v.kind = fact_find(n->key->text, &name);
	if (v.kind == NULL)
		return unknown_fact(n->key);
	if (v.kind->learn == NULL && (v.kind->flags & FACT_WRITTEN) == 0)
		return load_unsupported(n->key, "fact", n->key->text);
	v.at = tests_alloc(l, n->kind == NODE_LIST ? n->count : 1,
	    sizeof *v.at);
	if (tests_each(l, n, add_value, &v) < 0)
		return -1;
	given->fact = tests_copy(l, n->key->text);
	given->values = v.at;
	given->count = v.count;
	return 0;
}

static int
read_given(struct loader *l, struct node *n, void *target)
{
	struct rule_trial *t = target;
	struct given_fact *given;
	struct node *child;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_MAP) {
		problem_hint(tree_error(n, "'given' must be a mapping"),
		    "write {helo: mail.example.com}, a fact and its value; {} "
		    "for none");
		return -1;
	}
	given = tests_alloc(l, n->count, sizeof *given);
	t->given = given;
	for (child = n->child; child != NULL; child = child->next)
		if (read_fact(l, child, &given[t->given_count++]) < 0)
			result = -1;
	return result;
}

static int
wrong_expect(const struct node *n)
{
	struct suggestion near;
	struct problem *p;

	if (n->kind != NODE_SCALAR) {
		problem_hint(tree_error(n, "this is nothing to expect of a "
		    "rule"), "write no-match, match or {reject: 550 5.7.1}");
		return -1;
	}
	p = tree_error(n, "'%s' is nothing to expect of a rule",
	    quote(n->text).text);
	problem_hint(p, "a rule comes to no-match, match or a verdict");
	suggest_init(&near, n->text);
	suggest_consider(&near, span_of("no-match"));
	suggest_consider(&near, span_of("match"));
	suggest_hint(&near, p);
	return -1;
}

static int
read_expect(struct loader *l, struct node *n, void *target)
{
	struct rule_trial *t = target;
	const struct node *word = n;

	if (load_missing(n))
		return -1;
	if (n->kind == NODE_SCALAR && span_is(n->text, "no-match"))
		return 0;
	t->matches = true;
	if (n->kind == NODE_SCALAR && span_is(n->text, "match"))
		return 0;
	if (n->kind == NODE_MAP && n->count == 1)
		word = n->child->key;
	if (word->kind != NODE_SCALAR ||
	    !tests_find_verdict(word->text, &t->verdict))
		return wrong_expect(word);
	t->verdict_asked = true;
	if (word == n)
		return 0;
	return tests_read_reply(l, n->child, t->verdict, &t->reply);
}

static const struct mapping_spec trial_spec = { "a rule's test", "key", {
	{ "given", read_given, true },
	{ "expect", read_expect, true },
} };

int
load_rule_tests(struct loader *l, struct node *n, const struct rule *rule)
{
	struct rule_trial *t;
	struct node *child;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_LIST) {
		problem_hint(tree_error(n, "'tests' must be a list"),
		    "write '- {given: {FACT: value}, expect: no-match}', a "
		    "line each");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next) {
		t = xcheck(recording_add_trial(tests_recording(l)));
		t->rule = rule->index;
		t->place = (struct place){ n->tree->file, child->line,
			child->column };
		if (load_mapping(l, child, &trial_spec, t) < 0)
			result = -1;
	}
	return result;
}
