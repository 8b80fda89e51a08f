/*
 * quote.c - text out of a rule file, fit for an error message.
 *
 * A message is one line and stays readable: what is quoted in it is short, and
 * no character of it is cut in two.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/load/quote.h"

struct quoted
quote(struct span s)
{
	struct quoted q;
	size_t n = 0, i;

	for (i = 0; i < s.len && n < sizeof q.text - 4; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		q.text[n++] = c < ' ' || c == 0x7f ? '?' : s.ptr[i];
	}
	if (i < s.len) {
		/* Do not cut a character in two. */
		while (n > 0 && utf8_is_continuation(s.ptr[n]))
			n--;
		memcpy(q.text + n, "...", 3);
		n += 3;
	}
	q.text[n] = '\0';
	return q;
}
