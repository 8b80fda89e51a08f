/*
 * mime_line.c - what is wrong with the lines of a body.
 *
 * Bytes are looked at in blocks of a fixed size, without a branch, so that a
 * compiler makes vector instructions of it. Lines that are too long are found
 * without finding each line: behind the beginning of one there must be a line
 * end within so many bytes, and the last such one is where to go on from.
 */
#include "config.h"

#include "rules/mail/mime/mime_defect.h"
#include "rules/mail/mime/mime_line.h"

#define BLOCK 256

/* The LEN bytes at AT, which have one before them: is there no NUL, and LF
 * behind each CR and nowhere else? */
static inline bool
is_clean(const unsigned char *at, size_t len)
{
	const unsigned char *before = at - 1;
	unsigned char strange = 0;

	for (size_t i = 0; i < len; i++) {
		strange |= at[i] == '\0';
		strange |= (before[i] == '\r') != (at[i] == '\n');
	}
	return !strange;
}

/* What is strange in the same. */
static uint64_t
look(const unsigned char *at, size_t len)
{
	uint64_t defects = 0;

	for (size_t i = 0; i < len; i++) {
		bool after_cr = at[(ptrdiff_t)i - 1] == '\r';

		if (at[i] == '\0')
			defects |= DEFECT_BIT(DEFECT_NUL);
		if (after_cr && at[i] != '\n')
			defects |= DEFECT_BIT(DEFECT_BARE_CR);
		if (!after_cr && at[i] == '\n')
			defects |= DEFECT_BIT(DEFECT_BARE_LF);
	}
	return defects;
}

static inline unsigned char
all_bits(const unsigned char *at, size_t len)
{
	unsigned char bits = 0;

	for (size_t i = 0; i < len; i++)
		bits |= at[i];
	return bits;
}

/* Has BODY a line of more than MIME_LINE_MAX bytes? */
static bool
has_long_line(struct span body)
{
	const char *last;

	while (body.len > MIME_LINE_MAX) {
		/* The longest line that may be, with CRLF or with LF. */
		last = memrchr(body.ptr, '\n',
		    body.len < MIME_LINE_MAX + 2 ? body.len :
		    MIME_LINE_MAX + 2);
		if (last == NULL)
			return body.len > MIME_LINE_MAX + 1 ||
			    body.ptr[MIME_LINE_MAX] != '\r';
		if (last == body.ptr + MIME_LINE_MAX + 1 && last[-1] != '\r' &&
		    memchr(body.ptr, '\n', MIME_LINE_MAX + 1) == NULL)
			return true;
		body = span_skip(body, (size_t)(last + 1 - body.ptr));
	}
	return false;
}

uint64_t
mime_line_defects(struct span body)
{
	const unsigned char *at = (const unsigned char *)body.ptr;
	uint64_t defects = 0;
	size_t i = 1;

	if (body.len == 0)
		return 0;
	if (at[0] == '\0')
		defects |= DEFECT_BIT(DEFECT_NUL);
	if (at[0] == '\n')
		defects |= DEFECT_BIT(DEFECT_BARE_LF);
	if (at[body.len - 1] == '\r')
		defects |= DEFECT_BIT(DEFECT_BARE_CR);
	for (; body.len - i >= BLOCK; i += BLOCK) {
		if (!is_clean(at + i, BLOCK))
			defects |= look(at + i, BLOCK);
	}
	defects |= look(at + i, body.len - i);
	if (has_long_line(body))
		defects |= DEFECT_BIT(DEFECT_LONG_LINE);
	return defects;
}

bool
mime_line_eight_bit(struct span s)
{
	const unsigned char *at = (const unsigned char *)s.ptr;
	unsigned char bits = 0;
	size_t i = 0;

	if (s.len == 0)
		return false;
	for (; s.len - i >= BLOCK && bits < 0x80; i += BLOCK)
		bits = all_bits(at + i, BLOCK);
	return bits >= 0x80 || all_bits(at + i, s.len - i) >= 0x80;
}

size_t
mime_lines_to_lf(char *text, size_t len)
{
	char *from = text, *to = text, *end = text + len, *cr;

	while ((cr = memchr(from, '\r', (size_t)(end - from))) != NULL) {
		size_t n = (size_t)(cr - from);

		memmove(to, from, n);
		to += n;
		from = cr + 1;
		if (from == end || *from != '\n')
			*to++ = '\r';
	}
	memmove(to, from, (size_t)(end - from));
	return (size_t)(to + (end - from) - text);
}
