/*
 * second_sink.c - a judge that has nothing to do with rules.
 *
 * Written as a stranger would who was shown include/ and nothing else, so it
 * has no config.h: beside its own header it needs that one folder.
 */
#include <stdio.h>
#include <string.h>

#include "tests/support/second_sink.h"

/* Keep what of TEXT fits into SIZE bytes at TO. */
static void
keep(char *to, size_t size, struct span text)
{
	text = span_head(text, size - 1);
	memcpy(to, text.ptr, text.len);
	to[text.len] = '\0';
}

static void
refuse(struct second_sink *s, struct verdict *v)
{
	snprintf(s->reply, sizeof s->reply, "Message %zu, please again",
	    s->messages);
	v->kind = VERDICT_TEMPFAIL;
	v->reply = (struct reply){ 450, span_of("4.2.1"), span_of(s->reply) };
	s->decision = (struct decision){ .scope = DECISION_MESSAGE,
		.kind = v->kind, .phase = PHASE_MAIL, .reply = v->reply };
	v->decisions = &s->decision;
	v->decision_count = 1;
}

static void
greet(struct second_sink *s, struct verdict *v)
{
	snprintf(s->greeting, sizeof s->greeting, "Hello %s, this is %zu",
	    s->client, s->messages);
	s->edit = (struct edit){ .kind = EDIT_ADD_HEADER,
		.name = span_of("X-Greeting"),
		.value = span_of(s->greeting) };
	v->kind = VERDICT_ACCEPT;
	v->edits = &s->edit;
	v->edit_count = 1;
}

int
second_sink_feed(void *self, const struct event *event, struct verdict *verdict)
{
	struct second_sink *s = self;

	memset(verdict, 0, sizeof *verdict);
	if (s->broken) {
		s->broken = 0;
		refuse(s, verdict);
		return error_set(&verdict->error, "out of order");
	}
	switch (event->kind) {
	case EVENT_CONNECT:
		s->messages = 0;
		keep(s->client, sizeof s->client, event->connect.name);
		break;
	case EVENT_MAIL:
		if (++s->messages % 2 == 0)
			refuse(s, verdict);
		break;
	case EVENT_EOM:
		greet(s, verdict);
		break;
	case EVENT_CLOSE:
		memset(s, 0, sizeof *s);
		break;
	case EVENT_HELO:
	case EVENT_RCPT:
	case EVENT_DATA:
	case EVENT_HEADER:
	case EVENT_EOH:
	case EVENT_BODY:
	case EVENT_ABORT:
	case EVENT_UNKNOWN:
	case EVENT_COUNT:
		break;
	}
	return 0;
}
