/*
 * fuzz_smtp.c - any bytes as what an SMTP client sends, cut anywhere.
 *
 * The first byte says how the rest is cut and what is offered. Every line that
 * is answered must be an SMTP reply.
 */
#include "config.h"

#include <stdlib.h>

#include "smtp_session.h"
#include "tests/fuzz/fuzz.h"

#define OUT_MAX (4u << 20)

/* Refuses and edits by what the message says, so that all paths are walked. */
static int
moody_sink(void *self, const struct event *event, struct verdict *v)
{
	static const struct edit edits[] = {
		{ EDIT_ADD_HEADER, { "X-A", 3 }, { "one\n two", 8 }, 0 },
		{ EDIT_REMOVE_HEADER, { "Subject", 7 }, { "", 0 }, 1 },
		{ EDIT_ADD_RECIPIENT, { "", 0 }, { "more@example", 12 }, 0 },
	};
	unsigned *mood = self;

	*v = (struct verdict){ .kind = VERDICT_CONTINUE };
	*mood = *mood * 1103515245u + 12345u;
	if ((*mood >> 16) % 8 == 0 && event->kind != EVENT_CONNECT)
		v->kind = (enum verdict_kind)((*mood >> 20) %
		    (VERDICT_CLOSE + 1));
	if (event->kind == EVENT_EOM) {
		v->edits = edits;
		v->edit_count = (*mood >> 24) % 4;
	}
	return 0;
}

static void
check_replies(struct span out)
{
	size_t i;

	for (i = 0; i < out.len; i++)
		if (out.ptr[i] == '\0' || (out.ptr[i] == '\n' &&
		    (i == 0 || out.ptr[i - 1] != '\r')))
			abort();
	if (out.len > 0 && (out.len < 5 || out.ptr[out.len - 1] != '\n' ||
	    out.ptr[0] < '2' || out.ptr[0] > '5'))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_config config = { .message_max = 65536,
		.recipients_max = 20 };
	struct smtp_client client = { .name = span_of("unknown") };
	struct span rest = span_make((const char *)data, size);
	struct smtp_session *s;
	struct buffer out;
	unsigned mood;
	size_t step;

	if (size == 0)
		return 0;
	mood = data[0];
	step = data[0] % 7 == 0 ? 1 : data[0] + 1u;
	config.features = data[0] & 15;
	config.normalize = (data[0] & 16) != 0;
	config.trust = (data[0] & 32) != 0;
	rest = span_skip(rest, 1);
	buffer_init(&out, OUT_MAX);
	s = smtp_session_new(&config, moody_sink, &mood);
	if (s == NULL)
		abort();
	(void)smtp_session_connect(s, &client, 1, &out);
	for (; rest.len > 0; rest = span_skip(rest, step))
		if (smtp_session_feed(s, span_head(rest, step), &out) ==
		    SMTP_WANT_TLS)
			smtp_session_tls_started(s);
	check_replies(buffer_span(&out));
	smtp_session_free(s);
	buffer_release(&out);
	return 0;
}
