/*
 * decoded.c - what decoded text must be.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/utf8.h"
#include "tests/support/decoded.h"

void
must_be_text(struct span s)
{
	size_t len;

	for (; s.len > 0; s = span_skip(s, len)) {
		len = utf8_length(s);
		if (len == 0)
			abort();
	}
}

void
must_be_printable(struct span s)
{
	must_be_text(s);
	for (; s.len > 0; s = span_skip(s, utf8_length(s))) {
		uint32_t u = utf8_decode(s);

		if (u < ' ' || (u >= 0x7f && u < 0xa0))
			abort();
	}
}
