/*
 * fuzz_header.c - any bytes as the value of a header field that is decoded.
 *
 * What comes out is UTF-8 without control characters, at most four times as
 * long; with less room it is the beginning of the same.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/mail/decode/decode.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/decoded.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span value = span_make((const char *)data, size);
	struct buffer all, some;
	bool flawed = false;

	buffer_init(&all, size * 4);
	buffer_init(&some, size / 2);
	decode_header(value, &all, &flawed);
	decode_header(value, &some, &flawed);
	if (all.overflow)
		abort();
	must_be_printable(buffer_span(&all));
	must_be_printable(buffer_span(&some));
	if (!span_starts_with(buffer_span(&all), buffer_span(&some)) ||
	    (!some.overflow && some.len != all.len))
		abort();
	buffer_release(&all);
	buffer_release(&some);
	return 0;
}
