/*
 * html_scan.h - where HTML's tags, comments and raw texts end.
 *
 * Not a parser: tags are read, no tree is made of them. All lengths are of
 * bytes that S begins with; each call is linear in what it passes. No memory.
 */
#ifndef MILLGATE_HTML_SCAN_H
#define MILLGATE_HTML_SCAN_H

#include <stdbool.h>

#include "span.h"

/* The length of the text, up to the '<' of a tag, comment or declaration. */
size_t html_text_length(struct span s);

/* A tag's name, and its attributes one by one, without their quotes. */
struct html_attributes {
	struct span tag;
	struct span name;
	struct span value;	/* empty: it may have none */
	struct span rest;	/* what follows what was read */
	bool open;		/* the tag does not end; to browsers it is
				 * none */
	char quote;		/* nor does this one in it; NUL: none does */
};

/* Begin with *S, behind a "<" or "</", and take the name off it. */
void html_attributes_begin(struct html_attributes *a, struct span *s);

/* False: there are no more; A->rest is what follows the tag. */
bool html_attribute_next(struct html_attributes *a);

/* An element whose content is text up to its end tag, whatever it holds. */
struct html_raw {
	const char *name;
	bool references;	/* it has character references */
};

/* The element that TAG begins; NULL: it is none of those. */
const struct html_raw *html_raw_of(struct span tag);

/* The length of what is text in raw element NAME. */
size_t html_raw_length(struct span s, struct span name);

/* The length of a comment, S being behind its "<!--", and in *END that of what
 * ends it; 0: nothing does. */
size_t html_comment_length(struct span s, size_t *end);

#endif
