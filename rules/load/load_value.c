/*
 * load_value.c - mappings by their keys, scalars by their types.
 *
 * YAML guesses types; here the reader says which one it wants. So "no" is text
 * where text is wanted, and an error with a hint where a boolean is.
 */
#include "config.h"

#include <stdint.h>

#include "rules/load/load.h"

int
load_unsupported(const struct node *n, const char *kind, struct span name)
{
	(void)tree_error(n, "%s '%s' is not supported by this version", kind,
	    quote(name).text);
	return -1;
}

int
load_unreadable(const struct node *n, const char *path, const char *why)
{
	problem_hint(tree_error(n, "'%s' cannot be read: %s",
	    quote(span_of(path)).text, why), "names are relative to the file "
	    "that they stand in");
	return -1;
}

void
load_hint_first(struct problem *p, const struct node *n,
    const struct node *first)
{
	if (n->tree == first->tree)
		problem_hint(p, "the first one is in line %u", first->line);
	else
		problem_hint(p, "the first one is in line %u of %s",
		    first->line, first->tree->file);
}

static int
unknown_key(const struct node *key, const struct mapping_spec *spec)
{
	const struct key_spec *s;
	struct suggestion near;
	struct problem *p;

	p = tree_error(key, "unknown %s '%s' in %s", spec->kind,
	    quote(key->text).text, spec->what);
	problem_hint(p, "millgate-rules(5) names those that there are");
	suggest_init(&near, key->text);
	for (s = spec->keys; s->key != NULL; s++)
		suggest_consider(&near, span_of(s->key));
	suggest_hint(&near, p);
	return -1;
}

static int
read_entry(struct loader *l, struct node *n, const struct mapping_spec *spec,
    void *target)
{
	const struct key_spec *s;

	for (s = spec->keys; s->key != NULL; s++) {
		if (!span_is(n->key->text, s->key))
			continue;
		if (s->read == NULL)
			return load_unsupported(n->key, spec->kind,
			    n->key->text);
		return s->read(l, n, target);
	}
	return unknown_key(n->key, spec);
}

bool
load_missing(const struct node *n)
{
	if (!node_is_missing(n))
		return false;
	problem_hint(tree_error(n->key != NULL ? n->key : n,
	    "a value is missing"), "write it behind this; the empty text is "
	    "written ''");
	return true;
}

int
load_later(struct loader *l, struct node *value, void *target)
{
	(void)l;
	(void)value;
	(void)target;
	return 0;
}

int
load_mapping(struct loader *l, struct node *n, const struct mapping_spec *spec,
    void *target)
{
	const struct key_spec *s;
	struct node *child;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_MAP) {
		problem_hint(tree_error(n, "%s must be a mapping",
		    spec->what), "write it as 'key: value', a line each");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next)
		if (read_entry(l, child, spec, target) < 0)
			result = -1;
	for (s = spec->keys; s->key != NULL; s++) {
		if (!s->required || node_get(n, s->key) != NULL)
			continue;
		(void)tree_error(n, "the %s '%s' is missing in %s",
		    spec->kind, s->key, spec->what);
		result = -1;
	}
	return result;
}

static int
load_scalar(const struct node *n, const char *what)
{
	struct problem *p;

	if (n->kind != NODE_SCALAR) {
		p = tree_error(n, "%s is needed here, not a %s", what,
		    n->kind == NODE_LIST ? "list" : "mapping");
		if (n->style == NODE_FLOW && strcmp(what, "text") == 0)
			problem_hint(p, "if the bracket is part of the text, "
			    "put the text in single quotes");
		return -1;
	}
	return load_missing(n) ? -1 : 0;
}

int
load_text(struct loader *l, struct node *n, void *target)
{
	(void)l;
	if (load_scalar(n, "text") < 0)
		return -1;
	*(struct span *)target = n->text;
	return 0;
}

int
load_boolean(struct loader *l, struct node *n, void *target)
{
	static const char *const guesses[] = { "yes", "no", "on", "off", "y",
		"n", "1", "0", "true", "false" };
	struct problem *p;
	size_t i;

	(void)l;
	if (load_scalar(n, "true or false") < 0)
		return -1;
	if (span_is(n->text, "true") || span_is(n->text, "false")) {
		*(bool *)target = n->text.ptr[0] == 't';
		return 0;
	}
	p = tree_error(n, "'%s' is neither true nor false",
	    quote(n->text).text);
	for (i = 0; i < sizeof guesses / sizeof guesses[0]; i++)
		if (span_equal_nocase(n->text, span_of(guesses[i])))
			problem_hint(p, "booleans are written true and false, "
			    "in small letters");
	return -1;
}

/* Digits of S as a number; false when it is none, or larger than 10^15. */
static bool
decimal(struct span s, uint64_t *number)
{
	size_t i;

	*number = 0;
	if (s.len == 0 || s.len > 15 || (s.len > 1 && s.ptr[0] == '0'))
		return false;
	for (i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t)(s.ptr[i] - '0');
	}
	return true;
}

int
load_number(struct loader *l, struct node *n, void *target)
{
	(void)l;
	if (load_scalar(n, "a number") < 0)
		return -1;
	if (decimal(n->text, target))
		return 0;
	problem_hint(tree_error(n, "'%s' is not a number",
	    quote(n->text).text), "numbers are decimal, without sign or "
	    "leading zeros");
	return -1;
}

int
load_size(struct loader *l, struct node *n, void *target)
{
	static const char units[] = "KMG";
	struct span digits = n->text;
	const char *unit = NULL;
	uint64_t number;

	(void)l;
	if (load_scalar(n, "a size") < 0)
		return -1;
	if (digits.len > 1 && digits.ptr[digits.len - 1] != '\0')
		unit = strchr(units, digits.ptr[digits.len - 1]);
	if (unit != NULL)
		digits.len--;
	if (!decimal(digits, &number) || number > UINT64_MAX >> 30) {
		problem_hint(tree_error(n, "'%s' is not a size",
		    quote(n->text).text), "sizes are bytes, or written with "
		    "K, M or G behind the number: 10M");
		return -1;
	}
	if (unit != NULL)
		number <<= 10 * (unit - units + 1);
	*(uint64_t *)target = number;
	return 0;
}
