/*
 * mime_boundary.h - the boundaries of the multiparts that are being read.
 *
 * RFC 2046 5.1.1: a delimiter is a line of "--", a boundary, perhaps "--", and
 * perhaps blanks. Any open boundary may come, and ends all that is inside. One
 * that was closed is remembered until its multipart ends, for some readers read
 * on there. At most as many are here as parts may be nested.
 */
#ifndef MILLGATE_MIME_BOUNDARY_H
#define MILLGATE_MIME_BOUNDARY_H

#include <stdint.h>

#include "arena.h"
#include "span.h"

struct boundary {
	struct span text;	/* not empty; borrowed */
	size_t part;		/* whose it is */
	bool opened;		/* a delimiter was there … */
	bool closed;		/* … and the one that closes */
	/* Private: the first bytes, to pass over most lines at once. */
	uint64_t head;
	uint64_t mask;
};

struct boundaries {
	struct boundary *open;	/* the innermost is the last */
	size_t count;
	size_t room;
};

enum mime_line_kind {
	LINE_TEXT,
	LINE_DOUBTFUL,		/* a boundary, and then something else */
	LINE_BEHIND_END,	/* a delimiter of one that was closed */
	LINE_OPENS,
	LINE_CLOSES,
};

/*
 * Open boundary TEXT of PART. SAME becomes true when it or an open one begins
 * with the other. -1: the arena is exhausted.
 */
int boundaries_open(struct boundaries *b, struct arena *a, struct span text,
    size_t part, bool *same);

/*
 * What is LINE, which has no line end? If it opens or closes: WHICH is its
 * boundary, the innermost that it may be.
 */
enum mime_line_kind boundaries_look(const struct boundaries *b,
    struct span line, size_t *which);

#endif
