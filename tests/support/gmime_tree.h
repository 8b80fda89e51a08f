/*
 * gmime_tree.h - the parts of a message as GMime's own parser has them.
 *
 * That parser recurses and knows no bounds: for messages of our own, and for a
 * corpus by hand.
 */
#ifndef MILLGATE_TEST_GMIME_TREE_H
#define MILLGATE_TEST_GMIME_TREE_H

#include "arena.h"
#include "span.h"

struct gmime_part {
	struct span type;	/* in small letters */
	unsigned depth;		/* 1 for the message */
	bool leaf;
	struct span content;	/* of a leaf: without its transfer encoding */
	struct span text;	/* of a leaf text/…: UTF-8, lines end in LF */
	struct span name;	/* of the file; empty: none */
};

struct gmime_tree {
	struct gmime_part *parts;	/* in the order of their beginnings */
	size_t count;
	size_t room;
};

/* Let GMime read RAW; what it finds is copied to A. */
void gmime_tree_read(struct gmime_tree *t, struct span raw, struct arena *a);

#endif
