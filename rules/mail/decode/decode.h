/*
 * decode.h - what a message hides, decoded: encoded words, mailboxes, media
 * types, transfer encodings, charsets; and digests. GMime and GLib stand behind
 * it, and no other file knows them but decode.c.
 *
 * Text comes from outside and may be anything, NUL included; what comes out as
 * text is always UTF-8. FLAWED, a bool of the caller's, becomes true when
 * something had to be guessed or left as it was, and is else left alone. Output
 * is appended to a buffer, as much as its limit lets in without cutting a
 * character, or lives in an arena; both remember that they had no room. No
 * function keeps anything from one call to the next. Time and memory are linear
 * in the input, and GLib, which ends the process when there is no memory, is
 * given a few kilobytes at a time. Any thread.
 *
 * Without GMime (decode_is_built_in() is false) nothing here may be called but
 * that and decode_library_version(); the loader sees to it.
 */
#ifndef MILLGATE_DECODE_H
#define MILLGATE_DECODE_H

#include <stdbool.h>

#include "arena.h"
#include "buffer.h"
#include "rules/mail/decode/file_names.h"
#include "span.h"

bool decode_is_built_in(void);

/* GMime's version, "3.2.13"; NULL: built without it. Static storage. */
const char *decode_library_version(void);

/*
 * Append to OUT field value VALUE (unfolded) with its encoded words decoded
 * (RFC 2047), as rules read it: controls, decoded ones too, become spaces,
 * bytes above 127 are UTF-8 or else Windows-1252, a word in a charset that
 * nobody knows stays as it is. At most four times as long as VALUE.
 */
void decode_header(struct span value, struct buffer *out, bool *flawed);

/* The same, but controls stay, and a NUL is U+0001. */
void decode_header_controls(struct span value, struct buffer *out,
    bool *flawed);

/* One mailbox of an address field, RFC 5322 3.4. No part has a NULL ptr. */
struct mailbox {
	struct span address;	/* local@domain in its plain form, as rules
				 * compare addresses; or what stands there */
	struct span local;
	struct span domain;
	struct span display;	/* decoded; empty: there is none */
};

struct mailboxes {
	struct mailbox *at;
	size_t count;
	size_t room;
	bool lost;		/* there are more than MAILBOXES_MAX */
};

#define MAILBOXES_MAX 10000	/* of one message's fields of a name */

/*
 * Append to LIST the mailboxes of address field VALUE (unfolded), those inside
 * of groups too, however deep. Nothing with an '@' is left out but comments and
 * routes (RFC 5322 4.4). An empty <> is an address that rules see as "<>".
 */
void decode_mailboxes(struct span value, struct arena *a,
    struct mailboxes *list, bool *flawed);

/*
 * A Content-Type field (RFC 2045 5, RFC 2231). Empty parts are not there. Names
 * are those of all forms of the parameter, and the first and the last of each;
 * of one that has a control character in it, which is FLAWED, what is before
 * that, too: to many programs a NUL is the end.
 */
struct media {
	struct span type;	/* "text/plain", in small letters; empty: it
				 * cannot be read as one */
	struct span charset;	/* in small letters */
	struct span boundary;	/* byte for byte */
	struct file_names names;
	/* Readers may choose either of two that differ, in whatever forms of
	 * RFC 2231 they are. */
	bool two_boundaries;
	bool repeated;		/* two of charset or name */
};
void decode_media(struct span value, struct arena *a, struct media *out,
    bool *flawed);

/* A Content-Disposition field (RFC 2183). */
struct disposition {
	struct span kind;	/* "attachment", in small letters */
	struct file_names names;
	bool repeated;		/* there are two names that differ */
};
void decode_disposition(struct span value, struct arena *a,
    struct disposition *out, bool *flawed);

/* Content-Transfer-Encoding, RFC 2045 6. */
enum transfer {
	TRANSFER_NONE,		/* no such field */
	TRANSFER_7BIT,
	TRANSFER_8BIT,
	TRANSFER_BINARY,
	TRANSFER_QUOTED_PRINTABLE,
	TRANSFER_BASE64,
	TRANSFER_UUENCODE,
	TRANSFER_UNKNOWN,	/* any other: bytes as they are */
};
enum transfer decode_transfer_name(struct span value);

/* Append what BYTES hold. FLAWED: they are not as the encoding wants them. */
void decode_transfer(enum transfer t, struct span bytes, struct buffer *out,
    bool *flawed);

/*
 * The same back: lines end in CRLF and have at most 76 bytes, RFC 2045 6.7 and
 * 6.8, for base64 and quoted-printable; else BYTES as they are. To
 * quoted-printable BYTES are text: an LF is a line end, as is CRLF.
 */
void encode_transfer(enum transfer t, struct span bytes, struct buffer *out);

/*
 * Append BYTES, text in CHARSET (empty: not told), as UTF-8; what is none
 * becomes U+FFFD and is FLAWED, and so does a NUL. Not told or US-ASCII: bytes
 * above 127 are UTF-8 or else Windows-1252. ISO-8859-1 is read as the latter, as
 * everybody does. False: nobody knows CHARSET; then as if not told.
 */
bool decode_charset(struct span charset, struct span bytes,
    struct buffer *out, bool *flawed);

/* Append TEXT, which is UTF-8, in CHARSET, so that decode_charset() gives it
 * back. False, and OUT as it was: CHARSET is not known or cannot hold all. */
bool encode_charset(struct span charset, struct span text,
    struct buffer *out);

#define HOST_LABEL_MAX 253	/* bytes; DNS has 63, of ASCII */

/*
 * Append LABEL, what is between two dots of a host name, as DNS has it, in
 * ASCII and small letters: "b\303\274cher" is "xn--bcher-kva", and what stands
 * for an ASCII letter is one (RFC 3490 4.1, with the Unicode of GLib). False,
 * and nothing is appended: it is too long, or cannot be in a name.
 */
bool decode_host_label(struct span label, struct buffer *out);

#define SHA256_HEX_MAX 65	/* 64 small hexadecimal digits and a NUL */
void digest_sha256(struct span bytes, char out[SHA256_HEX_MAX]);

#endif
