/*
 * mime.h - the parts of a message, RFC 2045 and 2046.
 *
 * The body is read once, line by line, with the open boundaries on a stack of
 * bounded depth: no recursion, and no more memory than limits.mime_parts say.
 * What a part is, where it stands and what its header says is found then; what
 * is in it is decoded when somebody asks, once. (GMime's own parser recurses,
 * and takes a kilobyte for each of a million empty parts.)
 *
 * A struct mime borrows the body and the fields, and takes its memory from the
 * arena; it ends with them. One thread.
 */
#ifndef MILLGATE_MIME_H
#define MILLGATE_MIME_H

#include "rules/mail/decode/decode.h"
#include "rules/mail/mime/mime_defect.h"

#define MIME_HEADER_MAX (256u << 10)	/* bytes of a part's header */
/*
 * Bytes of Content-Type, -Transfer-Encoding and -Disposition in all headers
 * together, and for each part that there may be more of them: what they say is
 * kept, a name up to four times.
 */
#define MIME_FIELDS_MAX (1u << 20)
#define MIME_FIELDS_PER_PART 64u
/*
 * Of messages that are attached, one inside of the other, the innermost bytes
 * are in the digest of each: beyond twice the message and this many bytes there
 * is none.
 */
#define MIME_NESTED_MAX (16u << 20)
#define MIME_NO_PART SIZE_MAX

enum mime_kind {
	MIME_LEAF,		/* a multipart without parts is one, too */
	MIME_MULTIPART,
	MIME_MESSAGE,		/* message/rfc822, message/global …: its one
				 * child is the message inside */
};

struct mime_part {
	enum mime_kind kind;
	size_t parent;		/* MIME_NO_PART: it is the message */
	unsigned depth;		/* 1 for the message */
	struct span header;	/* with the empty line; the message's: empty */
	struct span content;	/* up to the line end before the delimiter */
	struct media media;	/* type: what it is taken for, never empty */
	struct disposition disposition;
	enum transfer transfer;
	bool plain;		/* a multipart without a boundary or a
				 * delimiter: many readers show what is in
				 * it, and so it is text/plain to us */
	bool opaque;		/* there may be parts in it that were not read:
				 * a bound, no boundary, or an encoded message;
				 * a leaf when none was */
	bool cut;		/* the text that was asked for is not all */
	bool undigested;	/* it has no SHA-256, MIME_NESTED_MAX */
	/* Private: what was decoded. */
	bool text_read;
	bool measured;
	struct span text;
	size_t size;
	char sha256[SHA256_HEX_MAX];	/* empty: not yet */
};

struct mime_bounds {
	unsigned depth;		/* limits.mime_depth */
	size_t parts;		/* limits.mime_parts */
	size_t text;		/* limits.body: all texts together, decoded */
};

/* A field of the message's own header, unfolded. */
struct mime_field {
	struct span name;
	struct span value;
};

struct mime {
	struct mime_part *parts;	/* in the order of their beginnings; the
					 * message is the first */
	size_t count;
	unsigned depth;			/* of the deepest */
	uint64_t defects;		/* that are known so far */
	bool lost;			/* a bound was hit: some parts may not
					 * be in the list */
	bool cut;			/* not all text fitted bounds.text */
	/* Private. */
	struct arena *arena;
	struct mime_bounds bounds;
	size_t text_left;
	size_t fields_left;
	bool checked;
};

/*
 * Read the message that is made of FIELDS (all, or at least those whose names
 * begin with "Content-") and BODY, of which WHOLE says whether it is all there
 * is. -1: the arena is exhausted.
 */
int mime_read(struct mime *m, const struct mime_field *fields, size_t count,
    struct span body, bool whole, const struct mime_bounds *bounds,
    struct arena *arena);

/* Is part I text that is decoded: a leaf of type text/…, or a multipart that is
 * read as such? */
bool mime_is_text(const struct mime *m, size_t i);

/*
 * Is it one that a reader is offered as a file: a leaf or message that says so
 * (any disposition but "inline"), has a file name, or is neither text/… nor
 * message/…?
 */
bool mime_is_attachment(const struct mime *m, size_t i);

/*
 * Write the file names of part I into OUT, those that differ, and return how
 * many: what Content-Disposition says first, then Content-Type. Of a path it is
 * the last component.
 */
#define MIME_NAMES_MAX (2 * FILE_NAMES_MAX)
size_t mime_names(const struct mime *m, size_t i,
    struct span out[MIME_NAMES_MAX]);

/*
 * What is behind the last dot of file NAME, in small letters, copied to the
 * arena; blanks and dots at its end, which some systems ignore, do not count,
 * nor do characters that cannot be seen, nor what is behind a NUL. Empty: there
 * is none.
 */
struct span mime_extension(struct arena *a, struct span name);

/*
 * The text of part I, decoded to UTF-8, as far as bounds.text leaves room for
 * it: the first texts that are asked for have it. Its lines end in LF, and a
 * byte order mark that it begins with is none of it. Sets
 * m->cut when not all did. Empty, too, when the arena is exhausted.
 */
struct span mime_text(struct mime *m, size_t i);

/*
 * The content of part I without its transfer encoding: where it stands, or in
 * B, which is empty. Of a message that is a part: its bytes. What B had no room
 * for is not there, and the arena's flag says so.
 */
struct span mime_content(struct mime *m, size_t i, struct buffer *b);

/* Length and SHA-256 of the same, found once for each part; an undigested one
 * has an empty digest. */
size_t mime_size(struct mime *m, size_t i);
const char *mime_sha256(struct mime *m, size_t i);

/* Decode all that has not been, to know all defects. Once. */
void mime_check(struct mime *m);

#endif
