/*
 * mime_defect.c - the names of what can be wrong with a message.
 */
#include "config.h"

#include <assert.h>
#include <stddef.h>

#include "rules/mail/mime/mime_defect.h"

static const struct mime_defect_row defect_table[DEFECT_COUNT] = {
	[DEFECT_TWO_CONTENT_TYPES] = { "two-content-types", false },
	[DEFECT_TWO_ENCODINGS] = { "two-encodings", false },
	[DEFECT_TWO_DISPOSITIONS] = { "two-dispositions", false },
	[DEFECT_TWO_BOUNDARIES] = { "two-boundaries", false },
	[DEFECT_TWO_PARAMETERS] = { "two-parameters", false },
	[DEFECT_TWO_NAMES] = { "two-names", false },
	[DEFECT_BAD_CONTENT_TYPE] = { "bad-content-type", false },
	[DEFECT_BAD_DISPOSITION] = { "bad-disposition", false },
	[DEFECT_NO_BOUNDARY] = { "no-boundary", false },
	[DEFECT_SAME_BOUNDARY] = { "same-boundary", false },
	[DEFECT_DOUBTFUL_BOUNDARY] = { "doubtful-boundary", false },
	[DEFECT_BEHIND_END] = { "parts-behind-end", false },
	[DEFECT_UNCLOSED] = { "unclosed", false },
	[DEFECT_NO_PARTS] = { "no-parts", false },
	[DEFECT_ENCODED_CONTAINER] = { "encoded-container", false },
	[DEFECT_UNKNOWN_ENCODING] = { "unknown-encoding", false },
	[DEFECT_BAD_PART_HEADER] = { "bad-part-header", false },
	[DEFECT_NUL] = { "nul", false },
	[DEFECT_BARE_CR] = { "bare-cr", false },
	[DEFECT_BARE_LF] = { "bare-lf", false },
	[DEFECT_LONG_LINE] = { "long-line", false },
	[DEFECT_EIGHT_BIT] = { "eight-bit", false },
	[DEFECT_BAD_BASE64] = { "bad-base64", true },
	[DEFECT_BAD_QUOTED_PRINTABLE] = { "bad-quoted-printable", true },
	[DEFECT_BAD_UUENCODE] = { "bad-uuencode", true },
	[DEFECT_UNKNOWN_CHARSET] = { "unknown-charset", true },
	[DEFECT_BAD_CHARSET] = { "bad-charset", true },
	[DEFECT_TRUNCATED] = { "truncated", true },
	[DEFECT_TOO_LARGE] = { "too-large", false },
	[DEFECT_TOO_DEEP] = { "too-deep", false },
	[DEFECT_TOO_MANY_PARTS] = { "too-many-parts", false },
	[DEFECT_LONG_PART_HEADER] = { "long-part-header", false },
	[DEFECT_UNDIGESTED] = { "undigested", false },
	[DEFECT_TOO_MANY_URLS] = { "too-many-urls", true },
};

const struct mime_defect_row *
mime_defect_row(enum mime_defect d)
{
	assert(d < DEFECT_COUNT);
	return &defect_table[d];
}
