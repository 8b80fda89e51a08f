/*
 * caller_machine.c - a session of the SMTP machine that a caller speaks to.
 *
 * Failure: none of its own; without memory the process ends.
 */
#include "config.h"

#include "milter/replay/caller_machine.h"
#include "rules/base/xmalloc.h"

/* Recorded elsewhere, under the limits of another server: none of ours shall
 * refuse what the rules are asked about. */
#define MESSAGE_MAX (256u << 20)
#define RECIPIENTS_MAX 100000

static void
keep_fields(struct caller *c, const struct smtp_message *m)
{
	struct smtp_field *fields = arena_calloc(&c->kept, m->field_count,
	    sizeof *fields);

	c->message.fields = fields;
	for (size_t i = 0; fields != NULL && i < m->field_count; i++) {
		fields[i].name = arena_copy(&c->kept, m->fields[i].name);
		fields[i].value = arena_copy(&c->kept, m->fields[i].value);
	}
}

static void
keep_recipients(struct caller *c, const struct smtp_message *m)
{
	struct span *to = arena_calloc(&c->kept, m->recipient_count,
	    sizeof *to);

	c->message.recipients = to;
	for (size_t i = 0; to != NULL && i < m->recipient_count; i++)
		to[i] = arena_copy(&c->kept, m->recipients[i]);
}

/* smtp_config.deliver: it is looked at when the reply is there, too. */
static enum smtp_delivery
deliver(void *self, const struct smtp_message *m, struct error *error)
{
	struct caller *c = self;

	arena_reset(&c->kept);
	c->message = *m;
	c->message.queue_id = span_make(NULL, 0);
	c->message.header = arena_copy(&c->kept, m->header);
	c->message.sender = arena_copy(&c->kept, m->sender);
	c->message.body = arena_copy(&c->kept, m->body);
	c->message.quarantine = arena_copy(&c->kept, m->quarantine);
	keep_fields(c, m);
	keep_recipients(c, m);
	if (c->kept.exhausted) {
		error_set(error, "there is no memory for the message");
		return SMTP_NOT_NOW;
	}
	c->delivered = true;
	return SMTP_DELIVERED;
}

void
caller_machine_init(struct caller_machine *m, struct caller *c,
    event_sink *sink, void *self)
{
	m->config = (struct smtp_config){
		.features = SMTP_CHUNKING | SMTP_SMTPUTF8 | SMTP_STARTTLS |
		    SMTP_AUTH,
		.message_max = MESSAGE_MAX,
		.recipients_max = RECIPIENTS_MAX,
		.chunk_max = c->depth->body_chunk,
		.normalize = true,
		.trust = true,
		.self = c,
		.deliver = deliver,
	};
	m->smtp = xcheck(smtp_session_new(&m->config, sink, self));
}

void
caller_machine_release(struct caller_machine *m)
{
	smtp_session_free(m->smtp);
}

static void
step_end(struct caller_machine *m, struct caller *c, enum smtp_want want)
{
	c->want = want;
	if (want != SMTP_WANT_TLS)
		return;
	smtp_session_tls_started(m->smtp);
	c->want = SMTP_WANT_COMMAND;
}

void
caller_machine_connect(struct caller_machine *m, struct caller *c,
    const struct smtp_client *client, int64_t time)
{
	const struct smtp_client unknown = { .name = span_of("unknown") };

	step_end(m, c, smtp_session_connect(m->smtp, client != NULL ? client :
	    &unknown, time, &c->out));
}

void
caller_machine_say(struct caller_machine *m, struct caller *c,
    struct span line)
{
	step_end(m, c, smtp_session_command(m->smtp, line, &c->out));
}

void
caller_machine_send(struct caller_machine *m, struct caller *c,
    struct span message)
{
	step_end(m, c, smtp_session_message(m->smtp, message, &c->out));
}
