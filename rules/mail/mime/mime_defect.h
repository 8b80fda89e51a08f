/*
 * mime_defect.h - what can be wrong with a message, by name: mime.defect.
 *
 * A defect is where readers may see different messages in the same bytes, or
 * where a bound of ours was hit and something was not looked at. One table
 * gives names and meanings; the fact, the manual and the tests read it.
 */
#ifndef MILLGATE_MIME_DEFECT_H
#define MILLGATE_MIME_DEFECT_H

#include <stdbool.h>
#include <stdint.h>

enum mime_defect {
	/* Structure: found when the parts are. */
	DEFECT_TWO_CONTENT_TYPES,	/* a part has two such fields … */
	DEFECT_TWO_ENCODINGS,		/* … Content-Transfer-Encoding */
	DEFECT_TWO_DISPOSITIONS,	/* … Content-Disposition */
	DEFECT_TWO_BOUNDARIES,		/* in one Content-Type, that differ */
	DEFECT_TWO_PARAMETERS,		/* another one, that differ */
	DEFECT_TWO_NAMES,		/* `name` and `filename` differ */
	DEFECT_BAD_CONTENT_TYPE,	/* it cannot be read */
	DEFECT_BAD_DISPOSITION,
	DEFECT_NO_BOUNDARY,		/* a multipart has none */
	DEFECT_SAME_BOUNDARY,		/* of a multipart inside, or one begins
					 * with the other */
	DEFECT_DOUBTFUL_BOUNDARY,	/* a line begins with one and goes on:
					 * RFC 2046 5.1.1 lets it count, most
					 * readers and we do not */
	DEFECT_BEHIND_END,		/* delimiters behind the closing one */
	DEFECT_UNCLOSED,		/* no delimiter closes a multipart */
	DEFECT_NO_PARTS,		/* no delimiter opens one */
	DEFECT_ENCODED_CONTAINER,	/* multipart or message in base64, …:
					 * parts are looked for in the one as it
					 * stands, and not in the other */
	DEFECT_UNKNOWN_ENCODING,
	DEFECT_BAD_PART_HEADER,		/* a line of it is no field */
	DEFECT_NUL,			/* in the body */
	DEFECT_BARE_CR,
	DEFECT_BARE_LF,
	DEFECT_LONG_LINE,		/* over 998 bytes, RFC 5322 2.1.1 */
	DEFECT_EIGHT_BIT,		/* bytes above 127 in a part that says
					 * 7bit, or says nothing */
	/* Content: found when all of it is decoded. */
	DEFECT_BAD_BASE64,
	DEFECT_BAD_QUOTED_PRINTABLE,
	DEFECT_BAD_UUENCODE,
	DEFECT_UNKNOWN_CHARSET,
	DEFECT_BAD_CHARSET,		/* bytes that are not in the charset */
	/* Bounds of ours. */
	DEFECT_TRUNCATED,		/* limits.body: body, body_raw, url */
	DEFECT_TOO_LARGE,		/* limits.message */
	DEFECT_TOO_DEEP,		/* limits.mime_depth */
	DEFECT_TOO_MANY_PARTS,		/* limits.mime_parts */
	DEFECT_LONG_PART_HEADER,	/* MIME_HEADER_MAX, MIME_FIELDS_MAX */
	DEFECT_UNDIGESTED,		/* MIME_NESTED_MAX */
	DEFECT_TOO_MANY_URLS,
	DEFECT_COUNT
};

struct mime_defect_row {
	const char *name;	/* "two-boundaries" */
	bool content;		/* found when all of the content is decoded */
};

/* The row of D, which is less than DEFECT_COUNT. Static storage. */
const struct mime_defect_row *mime_defect_row(enum mime_defect d);

/* Several are bits: 1 << enum mime_defect. */
#define DEFECT_BIT(d) ((uint64_t)1 << (d))
_Static_assert(DEFECT_COUNT <= 64, "a bit each");

#endif
