/*
 * part_text.h - the text of a part while it is changed.
 *
 * It is held as bytes in the part's own charset. As long as that can hold what
 * is added the charset stays, and so does the transfer encoding; else they
 * become UTF-8 and quoted-printable, or base64 where that is shorter. What
 * cannot be read without a loss is not written again: text may be added to it,
 * but no word of it changed. Memory is on the heap, bounded by what part_text
 * is told; a full buffer makes calls fail. One thread.
 */
#ifndef MILLGATE_PART_TEXT_H
#define MILLGATE_PART_TEXT_H

#include "rules/mail/mime/mime.h"

struct part_text {
	struct span raw;	/* its content as it came */
	enum transfer transfer;	/* of that */
	struct span charset;	/* of the bytes; empty: not told */
	bool html;
	bool flowed;		/* RFC 3676 */
	bool ends;		/* it is the whole body, whose last line ends */
	bool recoded;		/* the charset is another than it was */
	struct buffer bytes;	/* without the transfer encoding */
	size_t came;		/* so many there were … */
	size_t kept;		/* … and so many, at the start, still are */
};

/*
 * Begin with leaf I of M, which is text; TYPE is its Content-Type field as it
 * stands. At most LIMIT bytes are held. False: its transfer encoding is not
 * known, or there is no room; T is to be released all the same.
 */
bool part_text_read(struct part_text *t, const struct mime *m, size_t i,
    struct span type, size_t limit);

/* Begin with no text, in UTF-8, that is all of a body. */
void part_text_init(struct part_text *t, bool html, size_t limit);
void part_text_release(struct part_text *t);

/*
 * Append the text as UTF-8, in lines that end in LF. False: some of it cannot
 * be read, and stands there as U+FFFD or as a guess.
 */
bool part_text_decode(const struct part_text *t, struct buffer *out);

/* It is now TEXT, which is UTF-8 and has no NUL. False: there is no room. */
bool part_text_write(struct part_text *t, struct span text);

/*
 * Add lines TEXT, as above; to HTML, in which TEXT is then too, where its body
 * ends. False: its charset cannot hold TEXT, and what is there cannot be read,
 * or there is no room. Nothing is changed then.
 */
bool part_text_append(struct part_text *t, struct span text);

/*
 * Append to OUT what is to stand in part I of M (NULL: it is the body, and no
 * part) and return in what transfer encoding that is; TRANSFER_NONE: in the one
 * that it was.
 */
enum transfer part_text_encode(const struct part_text *t,
    const struct mime *m, size_t i, struct buffer *out);

#endif
