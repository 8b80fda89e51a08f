/*
 * charset.h - the charsets that mail is written in, by their many names.
 *
 * It is a list, because the C library knows hundreds more, each of them code
 * that would be loaded and run for whoever asks, and no mail program writes
 * them. Those of one byte that most mail is in are read and written here.
 * Pure; any thread.
 */
#ifndef MILLGATE_CHARSET_H
#define MILLGATE_CHARSET_H

#include <stdbool.h>

#include "buffer.h"
#include "span.h"

#define CHARSET_NAME_MAX 40	/* longer than any in the list */

enum charset_kind {
	CHARSET_ASCII,		/* or not told: bytes above 127 are UTF-8, or
				 * else Windows-1252 */
	CHARSET_UTF8,
	CHARSET_LATIN_1,	/* read as Windows-1252, as everybody does */
	CHARSET_WINDOWS_1252,
	CHARSET_BY_ICONV,	/* not here: iconv knows it */
};

struct charset {
	struct span name;	/* as mail has it, in small letters */
	enum charset_kind kind;
	/* Of CHARSET_BY_ICONV, what iconv calls it. Mail programs write more
	 * than the name allows, so that reading has to know more. */
	const char *reads;
	const char *writes;	/* NULL: nobody writes it any more */
	unsigned unit;		/* bytes to skip where no character begins */
};

/* Each row of the list has a number below this one. */
#define CHARSETS_MAX 160
size_t charset_number(const struct charset *c);

/* The charset NAME, ASCII case ignored; NULL: it is not in the list. */
const struct charset *charset_find(struct span name);

/*
 * Append BYTES, which are in KIND, as UTF-8 by text_add(); U+FFFD stands for
 * what is none, and for a NUL. False: there was such a byte, or one above 127
 * whose charset had to be guessed. KIND is not CHARSET_BY_ICONV.
 */
bool charset_read(enum charset_kind kind, struct span bytes,
    struct buffer *out);

/* Append TEXT, which is UTF-8, in KIND. False: it cannot hold all of TEXT; what
 * was appended is of no use. */
bool charset_write(enum charset_kind kind, struct span text,
    struct buffer *out);

#endif
