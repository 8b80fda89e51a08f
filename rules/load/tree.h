/*
 * tree.h - a rule file as a tree of nodes that know their place (the airlock
 * of libyaml).
 *
 * Only plain YAML comes through: one document of mappings, lists and scalars.
 * Aliases, anchors, tags, merge keys, duplicate keys, keys that are not
 * scalars, NUL, bytes that are no UTF-8, a byte order mark, more than
 * TREE_BYTES_MAX bytes and more than TREE_DEPTH_MAX levels are errors, each
 * with its place. Scalars stay text: what they mean is for the reader to say.
 * Load time only, one thread.
 */
#ifndef MILLGATE_TREE_H
#define MILLGATE_TREE_H

#include "arena.h"
#include "error.h"
#include "span.h"

#define TREE_BYTES_MAX (4u << 20)	/* nobody writes more rules by hand */
#define TREE_DEPTH_MAX 32		/* libyaml's cost is quadratic in it */

enum node_kind {
	NODE_SCALAR,
	NODE_LIST,
	NODE_MAP,
};

enum node_style {
	NODE_PLAIN,		/* scalars */
	NODE_SINGLE_QUOTED,
	NODE_DOUBLE_QUOTED,
	NODE_BLOCK,		/* scalars: "|" or ">"; others: indented */
	NODE_FLOW,		/* [..] or {..} */
};

struct node {
	const struct tree *tree;	/* that it belongs to */
	enum node_kind kind;
	enum node_style style;
	unsigned line;		/* of its first character, from 1 */
	unsigned column;
	struct span text;	/* NODE_SCALAR; NUL behind it */
	struct node *key;	/* of an entry of a mapping */
	struct node *child;	/* first element, or first entry's value */
	struct node *next;	/* the one behind it in its parent */
	size_t count;		/* elements or entries */
	bool cut;		/* reading broke off inside: more may follow */
};

struct tree {
	struct span text;	/* the file; borrowed */
	const char *file;	/* its name for messages; borrowed */
	struct error_list *errors;
	struct arena arena;	/* of the nodes */
	struct node *root;
	bool cut;		/* reading broke off: more may follow */
};

/*
 * Read TEXT, known as FILE. -1 when it cannot be understood as a tree; either
 * way every problem found is in ERRORS. TEXT, FILE and ERRORS must outlive T,
 * which tree_release() ends (after a failure too).
 */
int tree_read(struct tree *t, const char *file, struct span text,
    struct error_list *errors);
void tree_release(struct tree *t);

/* Line NUMBER of the file, from 1, without its end; empty: there is none. */
struct span tree_line(const struct tree *t, unsigned number);

/*
 * Lines of files for those who ask for them in order: a step forward costs no
 * more than what lies between. Zeroed is before the first one.
 */
struct line_cursor {
	const struct tree *tree;
	unsigned number;	/* of the line */
	struct span line;
	struct span rest;	/* of the file, behind it */
};

/* tree_line(), the fast way. */
struct span tree_next_line(struct line_cursor *c, const struct tree *t,
    unsigned number);

/* LINE from its character COLUMN on, from 1. */
struct span line_from(struct span line, unsigned column);

/*
 * Where byte OFFSET of the scalar N stands in its file: quotes and escapes are
 * counted. The start of N when the scalar spans lines.
 */
struct place tree_place(const struct node *n, size_t offset);

/* The rest of its line from PLACE on; empty when there is no such line. */
struct span tree_line_from(const struct tree *t, struct place place);

/*
 * Add an error at N, or at byte OFFSET of the scalar N, in the file that N
 * stands in. NULL when the list is full, and when reading broke off inside N:
 * what it lacks may follow.
 */
struct problem *tree_error(const struct node *n, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct problem *tree_error_at(const struct node *n, size_t offset,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for a warning: what is meant otherwise, perhaps. */
struct problem *tree_warn(const struct node *n, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct problem *tree_warn_at(const struct node *n, size_t offset,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Is N a value that was left out, "key:"? */
static inline bool
node_is_missing(const struct node *n)
{
	return n->kind == NODE_SCALAR && n->style == NODE_PLAIN &&
	    n->text.len == 0;
}

/* The value of KEY in mapping N; NULL when it is not there. */
struct node *node_get(const struct node *n, const char *key);

/* Report every key of mapping N that stands there twice; -1 when one does. */
int tree_check_keys(const struct node *n);

/* libyaml's version. Static storage. */
const char *tree_library_version(void);

#endif
