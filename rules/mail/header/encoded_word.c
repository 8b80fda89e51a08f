/*
 * encoded_word.c - UTF-8 text into encoded words.
 *
 * Text is taken character by character, each as it is to be encoded: so what is
 * wrong in it is mended in one place, and no word ends inside a character.
 *
 * Failure: none; any bytes can be encoded.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/header/encoded_word.h"

#define WORD_START "=?UTF-8?"		/* then 'Q' or 'B', and '?' */
#define WORD_END "?="
#define WORD_FRAME 12

#define REPLACEMENT "\xEF\xBF\xBD"	/* U+FFFD */

/* Room for what a word holds and one character that is too much. */
#define CHARS_MAX (ENCODED_WORD_MAX + UTF8_MAX)

_Static_assert(ENCODED_WORD_MIN == WORD_FRAME + 3 * UTF8_MAX,
    "any character fits the least room");

struct span
encoded_word_char(struct span *text)
{
	struct span c = span_head(*text, 1);

	if (is_gap(c.ptr[0])) {
		c = span_of(" ");
	} else if ((unsigned char)c.ptr[0] > 0x7f) {
		c.len = utf8_length(*text);
		if (c.len == 0)
			c = span_of(REPLACEMENT);
		else
			*text = span_skip(*text, c.len - 1);
		/* U+0080 to U+009F are controls that terminals obey. */
		if (c.len == 2 && (unsigned char)c.ptr[0] == 0xc2 &&
		    (unsigned char)c.ptr[1] < 0xa0)
			c = span_of(" ");
	}
	*text = span_skip(*text, 1);
	return c;
}

/* RFC 2047 5 (3): what stands for itself in Q, wherever the field is used. */
static bool
is_plain_in_q(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!*+-/", c) != NULL);
}

/* Write S into OUT in encoding Q; returns how many bytes that took. */
static size_t
encode_q(struct span s, char *out)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c == ' ') {
			out[n++] = '_';
		} else if (is_plain_in_q(s.ptr[i])) {
			out[n++] = s.ptr[i];
		} else {
			out[n++] = '=';
			out[n++] = digits[c >> 4];
			out[n++] = digits[c & 15];
		}
	}
	return n;
}

/* The same for encoding B, which is base64 (RFC 4648 4). */
static size_t
encode_b(struct span s, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;

	for (size_t i = 0; i < s.len; i += 3) {
		unsigned long bits = 0;

		for (size_t k = i; k < i + 3; k++)
			bits = bits << 8 |
			    (k < s.len ? (unsigned char)s.ptr[k] : 0);
		out[n++] = digits[bits >> 18 & 63];
		out[n++] = digits[bits >> 12 & 63];
		out[n++] = i + 1 < s.len ? digits[bits >> 6 & 63] : '=';
		out[n++] = i + 2 < s.len ? digits[bits & 63] : '=';
	}
	return n;
}

/* How many bytes S takes in ENCODING, 'Q' or 'B'. */
static size_t
encoded_len(char encoding, struct span s)
{
	size_t n = 0;

	if (encoding == 'B')
		return (s.len + 2) / 3 * 4;
	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == ' ' || is_plain_in_q(s.ptr[i]) ? 1 : 3;
	return n;
}

/*
 * Move whole characters from TEXT to OUT, as many as take at most ROOM bytes
 * once they are encoded. RFC 2047 5: none may be split over two words.
 */
static struct span
chars_take(struct span *text, char encoding, size_t room,
    char out[CHARS_MAX])
{
	size_t len = 0;

	while (text->len > 0) {
		struct span rest = *text;
		struct span c = encoded_word_char(&rest);

		memcpy(out + len, c.ptr, c.len);
		if (encoded_len(encoding, span_make(out, len + c.len)) > room)
			break;
		len += c.len;
		*text = rest;
	}
	return span_make(out, len);
}

char
encoded_word_choose(struct span text)
{
	size_t q = 0, bytes = 0;

	while (text.len > 0) {
		struct span c = encoded_word_char(&text);

		q += encoded_len('Q', c);
		bytes += c.len;
	}
	/* When equal Q, for people read it. */
	return q <= (bytes + 2) / 3 * 4 ? 'Q' : 'B';
}

size_t
encoded_word_take(struct span *text, char encoding, size_t room,
    char out[ENCODED_WORD_MAX])
{
	char buf[CHARS_MAX];
	struct span chars =
	    chars_take(text, encoding, room - WORD_FRAME, buf);
	size_t n = strlen(WORD_START);

	memcpy(out, WORD_START, n);
	out[n++] = encoding;
	out[n++] = '?';
	n += encoding == 'B' ? encode_b(chars, out + n) :
	    encode_q(chars, out + n);
	memcpy(out + n, WORD_END, strlen(WORD_END));
	return n + strlen(WORD_END);
}
