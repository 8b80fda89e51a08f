/*
 * regex_shape.h - what can be said of a regex without running it.
 *
 * A pattern that has compiled is read once more, as a tree of alternatives,
 * items and sets of bytes. In REGEX_TEXT the characters beyond ASCII share the
 * bytes that it has no use for, so that two may look the same. What is seldom
 * written is not understood: then there is no tree, and nothing is said. Load
 * time; all memory is in an arena.
 */
#ifndef MILLGATE_REGEX_SHAPE_H
#define MILLGATE_REGEX_SHAPE_H

#include <limits.h>
#include <stdint.h>

#include "arena.h"
#include "rules/match/regex.h"

#define SHAPE_BYTES_MAX 2048	/* of a pattern that is looked at */
#define SHAPE_DEPTH_MAX 40	/* groups in groups */
#define SHAPE_UNBOUNDED UINT_MAX

struct byte_set {
	uint64_t bits[4];
};

enum item_kind {
	ITEM_BYTE,		/* one byte out of the set */
	ITEM_GROUP,		/* one of its branches */
	ITEM_ASSERTION,		/* takes nothing; a look-around has branches */
	ITEM_REFERENCE,		/* to a group: any text, or none */
};

struct shape_branch;

struct shape_item {
	enum item_kind kind;
	struct byte_set set;
	struct shape_branch *branches;
	unsigned least;		/* times that it is repeated */
	unsigned most;
	bool atomic;		/* gives nothing back: (?>…), a++ */
	size_t offset;		/* in the pattern */
	struct shape_item *next;
};

struct shape_branch {
	struct shape_item *items;
	struct shape_branch *next;
};

/*
 * Read PATTERN, which PCRE2 has compiled with FLAGS. NULL: it is not
 * understood, or too large. The tree lives in ARENA.
 */
struct shape_branch *shape_read(struct arena *arena, struct span pattern,
    struct span flags, enum regex_mode mode);

/*
 * May a search for PATTERN take time that doubles with every byte: is there a
 * repeat in a repeat, (a+)+ or (a|aa)*, that can divide the same text in more
 * than one way, with something behind it that may fail? OFFSET is where in the
 * pattern it is. Such a search ends at the limits of a match, and the condition
 * is then failed. False when the pattern is not understood.
 */
bool shape_backtracks(struct span pattern, struct span flags,
    enum regex_mode mode, size_t *offset);

/*
 * Does PATTERN speak of a domain's labels, and yet leave its START or END open,
 * so that other names match, too? False when both are held.
 */
bool shape_is_open(struct span pattern, bool *start, bool *end);

#endif
