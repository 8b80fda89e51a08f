/*
 * caller.c - a client that speaks to the rules through the SMTP machine.
 *
 * Failure: none of its own; without memory the process ends.
 */
#include "config.h"

#include "milter/replay/caller.h"
#include "milter/replay/smtp_reply.h"
#include "rules/base/xmalloc.h"

/* Recorded elsewhere, under the limits of another server: none of ours shall
 * refuse what the rules are asked about. */
#define MESSAGE_MAX (256u << 20)
#define RECIPIENTS_MAX 100000
#define REPLY_MAX (1u << 20)
#define KEPT_MAX ((size_t)1 << 30)	/* of a message, with its edits */

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
static int
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
	if (c->kept.exhausted)
		return error_set(error, "there is no memory for the message");
	c->delivered = true;
	return 0;
}

void
caller_init(struct caller *c, struct policy *policy,
    struct coverage *coverage, size_t body_chunk)
{
	*c = (struct caller){ .want = SMTP_WANT_COMMAND };
	c->config = (struct smtp_config){
		.features = SMTP_CHUNKING | SMTP_SMTPUTF8 | SMTP_STARTTLS |
		    SMTP_AUTH,
		.message_max = MESSAGE_MAX,
		.recipients_max = RECIPIENTS_MAX,
		.chunk_max = body_chunk,
		.normalize = true,
		.trust = true,
		.self = c,
		.deliver = deliver,
	};
	buffer_init(&c->out, REPLY_MAX);
	buffer_init(&c->text, REPLY_MAX);
	arena_init(&c->kept, KEPT_MAX);
	if (witness_init(&c->witness, policy, coverage) < 0)
		(void)xcheck(NULL);
	c->smtp = xcheck(smtp_session_new(&c->config, witness_feed,
	    &c->witness));
}

void
caller_release(struct caller *c)
{
	smtp_session_free(c->smtp);
	witness_release(&c->witness);
	buffer_release(&c->out);
	buffer_release(&c->text);
	arena_release(&c->kept);
}

static void
step_begin(struct caller *c)
{
	buffer_clear(&c->out);
	witness_next_command(&c->witness);
	c->delivered = false;
}

static void
step_end(struct caller *c, enum smtp_want want)
{
	c->want = want;
	c->reply = smtp_reply_read(buffer_span(&c->out), &c->text);
	if (want != SMTP_WANT_TLS)
		return;
	smtp_session_tls_started(c->smtp);
	c->want = SMTP_WANT_COMMAND;
}

void
caller_connect(struct caller *c, const struct smtp_client *client,
    int64_t time)
{
	step_begin(c);
	step_end(c, smtp_session_connect(c->smtp, client, time, &c->out));
}

void
caller_say(struct caller *c, struct span line)
{
	step_begin(c);
	step_end(c, smtp_session_command(c->smtp, line, &c->out));
}

void
caller_send(struct caller *c, struct span message)
{
	step_begin(c);
	step_end(c, smtp_session_message(c->smtp, message, &c->out));
}

void
caller_hang_up(struct caller *c)
{
	smtp_session_disconnect(c->smtp);
	c->want = SMTP_CLOSED;
}

bool
caller_may_send(const struct caller *c)
{
	return c->want == SMTP_WANT_DATA || c->want == SMTP_WANT_CHUNK;
}

struct sight
caller_sight(struct caller *c)
{
	return (struct sight){
		.policy = c->witness.policy,
		.engine = c->witness.engine,
		.reply = c->reply,
		.judgement = witness_judgement(&c->witness),
		.recipient = c->witness.recipient,
		.message = c->delivered ? &c->message : NULL,
	};
}
