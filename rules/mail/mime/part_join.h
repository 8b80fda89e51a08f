/*
 * part_join.h - how lines are added to a text.
 */
#ifndef MILLGATE_PART_JOIN_H
#define MILLGATE_PART_JOIN_H

#include "rules/mail/mime/part_text.h"

/* What is to be put where. */
struct part_joint {
	size_t at;		/* offset in what is there */
	struct buffer text;	/* UTF-8, lines end in LF */
};

/*
 * Join TEXT to BEFORE, the text of T or its bytes if those are like ASCII. It
 * begins on a line of its own, and ends as BEFORE did. HTML takes it before the
 * end of its body. In flowed text (RFC 3676) no line of either is joined with
 * one of the other, nor taken for a quotation. J->text is to be released.
 */
void part_join(struct part_joint *j, const struct part_text *t,
    struct span before, struct span text);

/* Append TEXT with CRLF for LF. */
void part_add_crlf(struct buffer *out, struct span text);

/* The same with HTML's references, &#252;, for what is not ASCII. */
void part_add_ascii(struct buffer *out, struct span text);

#endif
