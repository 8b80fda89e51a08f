/*
 * fuzz_session.c - any bytes as a session file.
 *
 * What is read must be readable: every record and every span in it is looked
 * at. What is wrong must have been told.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/replay/session_read.h"
#include "tests/fuzz/fuzz.h"

#define MEMORY_MAX (64u << 20)

/* Touch each byte, so that a wrong span is seen. */
static size_t
look_at(struct span s)
{
	size_t sum = 0, i;

	for (i = 0; i < s.len; i++)
		sum += (unsigned char)s.ptr[i];
	return sum;
}

static size_t
look_at_record(const struct record *r)
{
	size_t sum = 0, i;

	switch (r->kind) {
	case RECORD_CLIENT:
		return look_at(r->client.name);
	case RECORD_MACROS:
		for (i = 0; i < r->macros.count; i++)
			sum += look_at(r->macros.at[i].name) +
			    look_at(r->macros.at[i].value);
		return sum;
	case RECORD_ANSWER:
		return look_at(r->answer.kind) + look_at(r->answer.key) +
		    look_at(r->answer.value);
	case RECORD_COMMAND:
	case RECORD_TRUNCATED:
		return look_at(r->text);
	case RECORD_BYTES:
		return look_at(r->bytes.at) + look_at(r->bytes.path);
	case RECORD_EXPECT:
		return look_at(r->expect.name) + look_at(r->expect.text) +
		    look_at(r->expect.reply.status) +
		    look_at(r->expect.reply.text);
	case RECORD_TIME:
	case RECORD_DISCONNECT:
		break;
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error_list errors = { .count = 0 };
	size_t sum = 0;
	struct recording r;
	size_t i, k;
	int result;

	recording_init(&r, MEMORY_MAX);
	result = session_read(&r, "fuzz.smtp",
	    span_make((const char *)data, size), &errors);
	if (result < 0 && errors.count == 0)
		abort();
	for (i = 0; i < r.count; i++)
		for (k = 0; k < r.sessions[i].count; k++)
			sum += look_at_record(&r.sessions[i].records[k]);
	/* Bytes are not negative: the compiler must count them all. */
	if (sum > SIZE_MAX / 2)
		abort();
	recording_release(&r);
	error_list_release(&errors);
	return 0;
}
