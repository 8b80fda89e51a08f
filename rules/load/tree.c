/*
 * tree.c - libyaml's events, gathered into a tree of nodes.
 *
 * The tree is built with a stack of open collections, no recursion, and the
 * reader stops at the first excess of depth, for libyaml takes quadratic time
 * there. What the language does not allow is refused here by name, so that the
 * readers of the tree meet nothing but mappings, lists and scalars.
 *
 * Failure: an error with its place is added to the list; where YAML itself is
 * broken nothing can be read behind it, so that error is the last. Without
 * memory the process ends, as xmalloc.h has it.
 */
#include "config.h"

#include <stdlib.h>

#include <yaml.h>

#include "rules/base/xmalloc.h"
#include "rules/load/tree.h"
#include "rules/load/yaml_hint.h"

struct builder {
	struct tree *tree;
	struct node *open[TREE_DEPTH_MAX];	/* collections being filled */
	struct node *last[TREE_DEPTH_MAX];	/* their newest child */
	struct node *key[TREE_DEPTH_MAX];	/* read, its value not yet */
	unsigned depth;
	unsigned documents;
	bool refused;		/* there is an error, but reading goes on */
	bool failed;		/* nothing can be read behind it */
};

/* An error at MARK behind which reading goes on. */
static struct problem *
builder_refuse(struct builder *b, yaml_mark_t mark, const char *text)
{
	struct place place = { b->tree->file, (unsigned)mark.line + 1,
		(unsigned)mark.column + 1 };
	struct error_list *errors = b->tree->errors;
	struct span line = span_make(NULL, 0);

	b->refused = true;
	/* To look for a line is dear. */
	if (!error_list_is_full(errors, SEVERITY_ERROR))
		line = tree_line(b->tree, place.line);
	return error_list_add(errors, place, line, "%s", text);
}

static struct problem *
builder_fail(struct builder *b, yaml_mark_t mark, const char *text)
{
	b->failed = true;
	return builder_refuse(b, mark, text);
}

static struct node *
builder_node(struct builder *b, enum node_kind kind, yaml_mark_t mark)
{
	struct node *n = xcheck(arena_calloc(&b->tree->arena, 1, sizeof *n));

	n->tree = b->tree;
	n->kind = kind;
	n->line = (unsigned)mark.line + 1;
	n->column = (unsigned)mark.column + 1;
	return n;
}

static bool
is_merge_key(const struct node *n)
{
	return n->kind == NODE_SCALAR && n->style == NODE_PLAIN &&
	    span_is(n->text, "<<");
}

/* Take N as the key that the next node is the value of. */
static void
builder_key(struct builder *b, struct node *n, yaml_mark_t mark)
{
	struct problem *p;

	if (n->kind != NODE_SCALAR) {
		p = builder_fail(b, mark, "a key must be plain text");
		problem_hint(p, "a value that begins with '{' or '[' needs "
		    "quotes");
	} else if (is_merge_key(n)) {
		p = builder_fail(b, mark, "merge keys are not allowed");
		problem_hint(p, "name the condition under 'conditions:' and "
		    "use {condition: NAME}");
	} else if (n->text.len == 0 && n->style == NODE_PLAIN) {
		p = builder_fail(b, mark, "a key is missing");
		problem_hint(p, "every line of a mapping is 'key: value'");
	}
	b->key[b->depth - 1] = n;
}

/* Hang N where the parser stands. */
static void
builder_place(struct builder *b, struct node *n, yaml_mark_t mark)
{
	struct node *parent;
	unsigned top;

	if (b->depth == 0) {
		b->tree->root = n;
		return;
	}
	top = b->depth - 1;
	parent = b->open[top];
	if (parent->kind == NODE_MAP && b->key[top] == NULL) {
		builder_key(b, n, mark);
		return;
	}
	n->key = b->key[top];
	b->key[top] = NULL;
	if (parent->child == NULL)
		parent->child = n;
	else
		b->last[top]->next = n;
	b->last[top] = n;
	parent->count++;
}

static void
builder_open(struct builder *b, struct node *n, yaml_mark_t mark)
{
	bool as_key = b->depth > 0 && b->open[b->depth - 1]->kind == NODE_MAP &&
	    b->key[b->depth - 1] == NULL;

	builder_place(b, n, mark);
	if (as_key)
		return;		/* refused; what it holds does not matter */
	if (b->depth == TREE_DEPTH_MAX) {
		n->cut = true;
		problem_hint(builder_fail(b, mark, "nested too deeply"),
		    "at most %d levels; a condition can be named under "
		    "'conditions:'", TREE_DEPTH_MAX);
		return;
	}
	b->open[b->depth] = n;
	b->last[b->depth] = NULL;
	b->key[b->depth] = NULL;
	b->depth++;
}

static void
builder_scalar(struct builder *b, const yaml_event_t *ev)
{
	struct node *n = builder_node(b, NODE_SCALAR, ev->start_mark);
	struct span text = span_make((const char *)ev->data.scalar.value,
	    ev->data.scalar.length);

	switch (ev->data.scalar.style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		n->style = NODE_SINGLE_QUOTED;
		break;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		n->style = NODE_DOUBLE_QUOTED;
		break;
	case YAML_LITERAL_SCALAR_STYLE:
	case YAML_FOLDED_SCALAR_STYLE:
		n->style = NODE_BLOCK;
		break;
	case YAML_ANY_SCALAR_STYLE:
	case YAML_PLAIN_SCALAR_STYLE:
		n->style = NODE_PLAIN;
		break;
	}
	n->text = arena_copy(&b->tree->arena, text);
	if (n->text.ptr == NULL)
		(void)xcheck(NULL);
	if (span_find(text, '\0') < text.len)
		problem_hint(builder_refuse(b, ev->start_mark,
		    "a NUL byte in a value"), "no text of SMTP can hold one; "
		    "remove the '\\0'");
	builder_place(b, n, ev->start_mark);
}

/* Tags and anchors have no meaning in a rule file. */
static void
builder_decorations(struct builder *b, const yaml_event_t *ev,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct problem *p;

	if (anchor != NULL) {
		p = builder_refuse(b, ev->start_mark,
		    "anchors are not allowed");
		problem_hint(p, "if '&' is part of the text, put the text in "
		    "single quotes");
	}
	if (tag != NULL) {
		p = builder_refuse(b, ev->start_mark, "tags are not allowed");
		problem_hint(p, "if '!' is part of the text, put the text in "
		    "single quotes");
	}
}

static void
builder_collection(struct builder *b, const yaml_event_t *ev)
{
	struct node *n;
	bool flow;

	if (ev->type == YAML_MAPPING_START_EVENT) {
		builder_decorations(b, ev, ev->data.mapping_start.anchor,
		    ev->data.mapping_start.tag);
		flow = ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
		n = builder_node(b, NODE_MAP, ev->start_mark);
	} else {
		builder_decorations(b, ev, ev->data.sequence_start.anchor,
		    ev->data.sequence_start.tag);
		flow = ev->data.sequence_start.style ==
		    YAML_FLOW_SEQUENCE_STYLE;
		n = builder_node(b, NODE_LIST, ev->start_mark);
	}
	n->style = flow ? NODE_FLOW : NODE_BLOCK;
	builder_open(b, n, ev->start_mark);
}

static void
builder_event(struct builder *b, const yaml_event_t *ev)
{
	struct problem *p;

	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents++ > 0)
			problem_hint(builder_fail(b, ev->start_mark,
			    "a second document"), "a rule file is one "
			    "document; remove the '---'");
		break;
	case YAML_ALIAS_EVENT:
		p = builder_fail(b, ev->start_mark, "aliases are not allowed");
		problem_hint(p, "if '*' is part of the text, put the text in "
		    "single quotes");
		break;
	case YAML_SCALAR_EVENT:
		builder_decorations(b, ev, ev->data.scalar.anchor,
		    ev->data.scalar.tag);
		builder_scalar(b, ev);
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		builder_collection(b, ev);
		break;
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		if (tree_check_keys(b->open[b->depth]) < 0)
			b->refused = true;
		break;
	case YAML_SEQUENCE_END_EVENT:
		b->depth--;
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
}

/* libyaml could not go on: say where and, for the usual traps, why. */
static void
builder_syntax(struct builder *b, const yaml_parser_t *parser)
{
	const char *what = parser->problem != NULL ? parser->problem :
	    "cannot be read";
	yaml_mark_t mark = parser->problem_mark;
	struct problem *p;

	if (parser->error == YAML_MEMORY_ERROR)
		(void)xcheck(NULL);
	/* Where it began says more than the end of the file. */
	if (parser->context != NULL && parser->context_mark.line < mark.line)
		what = yaml_unclosed(parser->context, what);
	if (parser->context != NULL && (what != parser->problem ||
	    strcmp(parser->context, "while scanning an alias") == 0 ||
	    strcmp(parser->context, "while scanning an anchor") == 0))
		mark = parser->context_mark;
	p = builder_fail(b, mark, what);
	yaml_hint(p, tree_line(b->tree, (unsigned)mark.line + 1), mark.column,
	    what);
}

static void
builder_run(struct builder *b, yaml_parser_t *parser)
{
	yaml_event_t ev;
	bool end = false;

	while (!end && !b->failed) {
		if (!yaml_parser_parse(parser, &ev)) {
			builder_syntax(b, parser);
			return;
		}
		end = ev.type == YAML_STREAM_END_EVENT;
		builder_event(b, &ev);
		yaml_event_delete(&ev);
	}
}

/* Reading broke off: what is open now may go on behind that place. */
static void
builder_cut(struct builder *b)
{
	unsigned i;

	b->tree->cut = true;
	for (i = 0; i < b->depth; i++)
		b->open[i]->cut = true;
}

int
tree_read(struct tree *t, const char *file, struct span text,
    struct error_list *errors)
{
	struct builder b = { .tree = t };
	yaml_parser_t parser;

	memset(t, 0, sizeof *t);
	t->text = text;
	t->file = file;
	t->errors = errors;
	/* The most that YAML allows is "[:,:,:]": a mapping, a key and a value
	 * for each two bytes. */
	arena_init(&t->arena, text.len * 3 * sizeof(struct node) + (1u << 20));
	if (yaml_check_bytes(t) < 0)
		return -1;
	if (!yaml_parser_initialize(&parser))
		(void)xcheck(NULL);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	/* The reader wants a pointer, even to nothing. */
	yaml_parser_set_input_string(&parser, (const unsigned char *)
	    (text.len > 0 ? text.ptr : ""), text.len);
	builder_run(&b, &parser);
	yaml_parser_delete(&parser);
	if (b.failed)
		builder_cut(&b);
	return b.refused ? -1 : 0;
}

void
tree_release(struct tree *t)
{
	arena_release(&t->arena);
	t->root = NULL;
}

const char *
tree_library_version(void)
{
	return yaml_get_version_string();
}
