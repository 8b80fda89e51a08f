/*
 * regex_shape.c - a regex read as a tree of branches, items and sets of bytes.
 *
 * Only as much of PCRE2's syntax as people write by hand (pcre2pattern(3)); at
 * anything else reading ends without a result. Groups are read by recursion,
 * which SHAPE_DEPTH_MAX bounds.
 */
#include "config.h"

#include "rules/base/xmalloc.h"
#include "rules/load/regex_bytes.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Behind the backslash. */
static void
read_escape(struct shape_reader *r, struct shape_item *item)
{
	char c = shape_peek(r, 0);

	r->at++;
	if (c != '\0' && strchr("bBAzZGK", c) != NULL) {
		item->kind = ITEM_ASSERTION;
	} else if (c >= '1' && c <= '9') {
		item->kind = ITEM_REFERENCE;
		while (is_digit(shape_peek(r, 0)))
			r->at++;
	} else if (!shape_add_class(&item->set, c)) {
		shape_add_byte(r, &item->set, shape_escaped_byte(r, c));
	}
}

/* Flags behind "(?"; they may end in ':' or ')'. */
static void
read_flags(struct shape_reader *r)
{
	bool on = true;
	char c;

	for (c = shape_peek(r, 0); c != ':' && c != ')'; c = shape_peek(r, 0)) {
		r->at++;
		if (c == '-')
			on = false;
		else if (c == 'i')
			r->nocase = on;
		else if (c == 'x')
			r->spaced = on;
		else if (c != 's' && c != 'm')
			r->lost = true;
		if (shape_at_end(r)) {
			r->lost = true;
			return;
		}
	}
}

static void
skip_name(struct shape_reader *r, char end)
{
	while (!shape_at_end(r) && shape_peek(r, 0) != end)
		r->at++;
	r->at++;
}

/* Behind "(?": what group is it? False: it takes no part, as (?i) does. */
static bool
read_group_kind(struct shape_reader *r, struct shape_item *item)
{
	item->kind = ITEM_GROUP;
	if (shape_take(r, "=") || shape_take(r, "!") ||
	    shape_take(r, "<=") || shape_take(r, "<!")) {
		item->kind = ITEM_ASSERTION;
	} else if (shape_take(r, ">")) {
		item->atomic = true;
	} else if (shape_take(r, "<") || shape_take(r, "P<")) {
		skip_name(r, '>');
	} else if (shape_take(r, "'")) {
		skip_name(r, '\'');
	} else if (shape_take(r, "#")) {
		skip_name(r, ')');
		return false;
	} else if (!shape_take(r, "|")) {
		read_flags(r);
		if (shape_take(r, ")"))
			return false;
		r->at++;	/* ':' */
	}
	return true;
}

static struct shape_branch *read_branches(struct shape_reader *r);

/* Behind the '('. False: it is no item. */
static bool
read_group(struct shape_reader *r, struct shape_item *item)
{
	bool nocase = r->nocase, spaced = r->spaced;

	item->kind = ITEM_GROUP;
	r->lost |= shape_peek(r, 0) == '*' || r->depth == SHAPE_DEPTH_MAX;
	if (r->lost || (shape_take(r, "?") && !read_group_kind(r, item)))
		return false;
	r->depth++;
	item->branches = read_branches(r);
	r->depth--;
	r->lost |= !shape_take(r, ")");
	r->nocase = nocase;
	r->spaced = spaced;
	return true;
}

static unsigned
read_count(struct shape_reader *r)
{
	unsigned count = 0;

	while (is_digit(shape_peek(r, 0)) && count < 100000)
		count = 10 * count + (unsigned)(r->text.ptr[r->at++] - '0');
	return count;
}

/* {3}, {3,} or {3,5}; false and nothing read when the brace is text. */
static bool
read_braces(struct shape_reader *r, struct shape_item *item)
{
	size_t before = r->at;
	unsigned least, most;

	if (!shape_take(r, "{") || !is_digit(shape_peek(r, 0))) {
		r->at = before;
		return false;
	}
	least = most = read_count(r);
	if (shape_take(r, ","))
		most = is_digit(shape_peek(r, 0)) ? read_count(r) :
		    SHAPE_UNBOUNDED;
	if (!shape_take(r, "}")) {
		r->at = before;
		return false;
	}
	item->least = least;
	item->most = most;
	return true;
}

/* Blanks and comments, where they mean nothing. */
static bool
skip_blank(struct shape_reader *r)
{
	char c = shape_peek(r, 0);

	if (!r->spaced || c == '\0' || strchr(" \t\n#", c) == NULL)
		return false;
	if (c == '#')
		skip_name(r, '\n');
	else
		r->at++;
	return true;
}

static void
read_quantifier(struct shape_reader *r, struct shape_item *item)
{
	item->least = item->most = 1;
	while (skip_blank(r))
		;
	if (shape_take(r, "*")) {
		item->least = 0;
		item->most = SHAPE_UNBOUNDED;
	} else if (shape_take(r, "+")) {
		item->most = SHAPE_UNBOUNDED;
	} else if (shape_take(r, "?")) {
		item->least = 0;
	} else if (!read_braces(r, item)) {
		return;
	}
	if (shape_take(r, "+"))
		item->atomic = true;
	else
		(void)shape_take(r, "?");
}

/* One item, without its quantifier. False: nothing that counts. */
static bool
read_item(struct shape_reader *r, struct shape_item *item)
{
	char c = shape_peek(r, 0);

	if (skip_blank(r))
		return false;
	item->offset = r->at++;
	switch (c) {
	case '(':
		return read_group(r, item);
	case '[':
		shape_read_class(r, &item->set);
		break;
	case '\\':
		read_escape(r, item);
		break;
	case '^':
	case '$':
		item->kind = ITEM_ASSERTION;
		break;
	case '.':
		(void)shape_add_class(&item->set, 'N');
		break;
	default:
		r->at--;
		shape_add_byte(r, &item->set, shape_next_byte(r));
	}
	return true;
}

static struct shape_branch *
read_branch(struct shape_reader *r)
{
	struct shape_branch *b = xcheck(arena_calloc(r->arena, 1, sizeof *b));
	struct shape_item **next = &b->items, *item;

	while (!shape_at_end(r) && shape_peek(r, 0) != '|' &&
	    shape_peek(r, 0) != ')') {
		item = xcheck(arena_calloc(r->arena, 1, sizeof *item));
		if (!read_item(r, item))
			continue;
		read_quantifier(r, item);
		*next = item;
		next = &item->next;
	}
	return b;
}

static struct shape_branch *
read_branches(struct shape_reader *r)
{
	struct shape_branch *first = read_branch(r), *last = first;

	while (!r->lost && shape_take(r, "|"))
		last = last->next = read_branch(r);
	return first;
}

struct shape_branch *
shape_read(struct arena *arena, struct span pattern, struct span flags,
    enum regex_mode mode)
{
	struct shape_reader r = {
		.arena = arena,
		.text = pattern,
		.characters = mode == REGEX_TEXT,
		.nocase = span_find(flags, 'i') < flags.len,
		.spaced = span_find(flags, 'x') < flags.len,
	};
	struct shape_branch *branches;

	if (pattern.len > SHAPE_BYTES_MAX)
		return NULL;
	branches = read_branches(&r);
	return r.lost || r.at < pattern.len ? NULL : branches;
}
