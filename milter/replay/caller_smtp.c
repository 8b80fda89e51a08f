/*
 * caller_smtp.c - the way to an SMTP server.
 *
 * What is said is sent as it was recorded, and what is answered is read; what
 * became of a message is looked for where the server delivers it, which it has
 * done when it says 250. Who the client is can be said to a server that offers
 * XCLIENT; it needs an EHLO of its own, which is no part of the recording, and
 * the server greets anew behind it.
 *
 * Failure: a server that cannot be reached, or is lost in the middle.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "milter/replay/accepted.h"
#include "milter/replay/caller_way.h"
#include "milter/replay/smtp_reply.h"
#include "milter/replay/smtp_talk.h"
#include "milter/replay/xclient.h"
#include "milter/smtp/path.h"
#include "rules/base/xmalloc.h"

struct smtp_way {
	struct smtp_talk talk;
	struct accepted recipients;
	unsigned code;		/* of the last reply; 0: there was none */
	bool last_chunk;	/* of a message, when chunks are sent */
};

static void
begin(struct caller *c)
{
	struct smtp_way *w = xcalloc(1, sizeof *w);

	c->self = w;
	smtp_talk_init(&w->talk, c->depth->timeout_ms);
	accepted_init(&w->recipients);
}

static void
end(struct caller *c)
{
	struct smtp_way *w = c->self;

	smtp_talk_release(&w->talk);
	accepted_release(&w->recipients);
	free(w);
}

static void
hang_up(struct caller *c)
{
	struct smtp_way *w = c->self;

	smtp_talk_hang_up(&w->talk);
}

/* --- Replies ---------------------------------------------------------------
 */

static unsigned
code_of(struct span reply)
{
	struct reply read;

	return expect_reply_parse(span_head(reply, span_find(reply, '\r')),
	    &read) == 0 ? read.code : 0;
}

/*
 * The server has hung up, or speaks no SMTP. After a refusal it may, and after
 * QUIT it should (RFC 5321 3.8); then there is simply no reply any more.
 */
static void
note_end(struct caller *c, const struct error *why)
{
	struct smtp_way *w = c->self;

	c->want = SMTP_CLOSED;
	if (smtp_reply_refuses(w->code) || w->code == 221)
		return;
	caller_fail(c, "%s", why->text);
	c->lost = true;
}

/* The reply, into C->out; its code, 0 when there is none. */
static unsigned
read_reply(struct caller *c)
{
	struct smtp_way *w = c->self;
	struct error why;

	if (smtp_talk_reply(&w->talk, &c->out, &why) < 0) {
		note_end(c, &why);
		w->code = 0;
		return 0;
	}
	w->code = code_of(buffer_span(&c->out));
	c->want = w->code == 421 ? SMTP_CLOSED : SMTP_WANT_COMMAND;
	return w->code;
}

/* --- The connection --------------------------------------------------------
 */

/* -1: there is none. */
static int
open_connection(struct caller *c)
{
	struct smtp_way *w = c->self;
	struct error why;

	if (smtp_talk_open(&w->talk, &c->depth->peer, &why) == 0)
		return 0;
	caller_fail(c, "it cannot be reached: %s", why.text);
	c->unreachable = true;
	c->want = SMTP_CLOSED;
	return -1;
}

/* XCLIENT was answered: did the server take it? What it says to the new client
 * is a greeting; a 421 or 554 is one as well (RFC 5321 3.1). */
static bool
is_greeting(unsigned code)
{
	return code == 220 || code == 421 || code == 554;
}

/* After the greeting of a server that may offer XCLIENT: false, it does not. */
static bool
introduce(struct caller *c, const struct smtp_client *client)
{
	const struct smtp_client unknown = { .name = span_of("unknown") };
	struct smtp_way *w = c->self;
	struct buffer line;
	unsigned code;

	smtp_talk_line(&w->talk, span_of("EHLO localhost"));
	if (read_reply(c) != 250 || !xclient_is_offered(buffer_span(&c->out)))
		return false;
	buffer_init(&line, SIZE_MAX - 1);
	xclient_write(buffer_span(&c->out), client != NULL ? client :
	    &unknown, &line);
	smtp_talk_line(&w->talk, buffer_span(&line));
	buffer_release(&line);
	code = read_reply(c);
	if (!c->lost && !is_greeting(code))
		c->unlike = "@client: the server does not take XCLIENT for "
		    "this client";
	return true;
}

static void
connect_client(struct caller *c, const struct smtp_client *client,
    int64_t time)
{
	struct smtp_way *w = c->self;
	struct error why;

	(void)time;
	if (c->depth->mailboxes != NULL &&
	    mailboxes_note(c->depth->mailboxes, &why) < 0) {
		caller_fail(c, "%s", why.text);
		c->lost = true;
		return;
	}
	if (open_connection(c) < 0)
		return;
	if (read_reply(c) == 220 && introduce(c, client))
		return;
	if (client != NULL) {
		c->unlike = "@client: the server does not let us say who the "
		    "client is (XCLIENT)";
		return;
	}
	/* The EHLO is none of the recording's. */
	smtp_talk_hang_up(&w->talk);
	if (open_connection(c) == 0)
		(void)read_reply(c);
}

/* --- Commands --------------------------------------------------------------
 */

static bool
is_verb(struct span line, const char *verb)
{
	return span_equal_nocase(smtp_word(&line), span_of(verb));
}

/* The message was accepted: what came of it? */
static void
find_message(struct caller *c)
{
	struct smtp_message *m = &c->message;
	struct smtp_way *w = c->self;
	struct error why;

	arena_reset(&c->kept);
	*m = (struct smtp_message){ .discarded = true };
	c->delivered = true;
	if (c->depth->mailboxes == NULL)
		return;
	if (mailboxes_take(c->depth->mailboxes, &c->kept, m, &why) < 0) {
		caller_fail(c, "%s", why.text);
		c->lost = true;
		c->delivered = false;
		return;
	}
	accepted_order(&w->recipients, (struct span *)m->recipients,
	    m->recipient_count);
}

/* LINE was answered. */
static void
note_command(struct caller *c, struct span line)
{
	struct smtp_way *w = c->self;

	if (is_verb(line, "RCPT")) {
		if (w->code / 100 == 2)
			accepted_add(&w->recipients, line);
	} else if (is_verb(line, "MAIL") && w->code / 100 == 2)
		accepted_forget(&w->recipients);
	else if (is_verb(line, "DATA") && w->code == 354)
		c->want = SMTP_WANT_DATA;
	else if (is_verb(line, "QUIT") && w->code == 221)
		c->want = SMTP_CLOSED;
}

/*
 * RFC 3030 2: BDAT is followed by so many bytes, and then answered. *SIZE is 0
 * for what is no such line, which is answered at once.
 */
static bool
is_chunk(struct smtp_way *w, struct span line, size_t *size)
{
	struct span word;

	*size = 0;
	if (!span_equal_nocase(smtp_word(&line), span_of("BDAT")))
		return false;
	word = smtp_word(&line);
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
		*size = *size * 10 + (size_t)(word.ptr[i] - '0');
	}
	w->last_chunk = span_equal_nocase(smtp_word(&line), span_of("LAST"));
	return word.len > 0;
}

static void
say(struct caller *c, struct span line)
{
	struct smtp_way *w = c->self;
	bool chunk;
	size_t size;

	if (c->want == SMTP_CLOSED)
		return;
	chunk = is_chunk(w, line, &size);
	smtp_talk_line(&w->talk, line);
	if (chunk && size > 0) {
		c->want = SMTP_WANT_CHUNK;
		return;
	}
	(void)read_reply(c);
	note_command(c, line);
	if (chunk && w->last_chunk && w->code / 100 == 2)
		find_message(c);
}

/* --- Messages --------------------------------------------------------------
 */

static void
send_message(struct caller *c, struct span message)
{
	struct smtp_way *w = c->self;
	bool lines = c->want == SMTP_WANT_DATA;

	if (lines)
		smtp_talk_message(&w->talk, message);
	else
		smtp_talk_send(&w->talk, message);
	(void)read_reply(c);
	if ((lines || w->last_chunk) && w->code / 100 == 2)
		find_message(c);
}

/* --- What is seen ----------------------------------------------------------
 */

static const char *
cannot(const struct record *r)
{
	switch (r->kind) {
	case RECORD_MACROS:
		return "@macro: the server has macros of its own";
	case RECORD_TIME:
		return "@time: the server has a clock of its own";
	case RECORD_ANSWER:
		return "@answer: the server looks things up itself";
	case RECORD_COMMAND:
		if (is_verb(r->text, "STARTTLS"))
			return "STARTTLS: a recording is played in the clear";
		if (is_verb(r->text, "AUTH"))
			return "AUTH: the secret was not recorded";
		return NULL;
	case RECORD_CLIENT:
	case RECORD_DISCONNECT:
	case RECORD_BYTES:
	case RECORD_TRUNCATED:
	case RECORD_EXPECT:
		return NULL;
	}
	return NULL;
}

/* What the verdict must have been, as far as its effect shows. */
static void
judge(const struct caller *c, bool deliveries, struct judgement *j)
{
	j->given = true;
	j->reply = c->reply;
	if (c->reply.code == 421)
		j->verdict = VERDICT_CLOSE;
	else if (c->reply.code >= 500)
		j->verdict = VERDICT_REJECT;
	else if (c->reply.code >= 400)
		j->verdict = VERDICT_TEMPFAIL;
	else if (c->delivered && deliveries)
		j->verdict = c->message.discarded ? VERDICT_DISCARD :
		    VERDICT_ACCEPT;
	else
		j->given = false;
}

static void
look(struct caller *c, struct sight *s)
{
	const struct mailboxes *m = c->depth->mailboxes;
	bool held = c->delivered && c->message.quarantined;

	judge(c, mailboxes_have_maildir(m) || held, &s->judgement);
	if (!mailboxes_have_maildir(m) && !held)
		s->message_hidden = "without --maildir nobody sees what the "
		    "server delivers";
	if (!mailboxes_have_quarantine(m))
		s->quarantine_hidden = "without --quarantine nobody sees what "
		    "the server holds";
}

const struct caller_way caller_smtp = {
	.begin = begin,
	.end = end,
	.connect = connect_client,
	.say = say,
	.send = send_message,
	.hang_up = hang_up,
	.cannot = cannot,
	.look = look,
};
