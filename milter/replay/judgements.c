/*
 * judgements.c - what has been said about a client and its messages so far.
 *
 * Failure: texts that no memory is left for are empty.
 */
#include "config.h"

#include "milter/replay/judgements.h"

/* Replies and recipients of one message, or what is said to a client. */
#define TEXT_MAX (64u << 20)

void
judgements_init(struct judgements *j)
{
	*j = (struct judgements){ .command = { .given = false } };
	arena_init(&j->connection_text, TEXT_MAX);
	arena_init(&j->message_text, TEXT_MAX);
}

void
judgements_release(struct judgements *j)
{
	arena_release(&j->connection_text);
	arena_release(&j->message_text);
}

void
judgements_next_command(struct judgements *j)
{
	j->command = (struct judgement){ .given = false };
	j->recipient = span_make(NULL, 0);
}

bool
judgements_begin(struct judgements *j, const struct event *event)
{
	if (event->kind != EVENT_CONNECT && event->kind != EVENT_HELO &&
	    event->kind != EVENT_MAIL)
		return false;
	j->message.given = false;
	if (event->kind == EVENT_MAIL)
		arena_reset(&j->message_text);
	return true;
}

enum verdict_kind
judgements_verdict(const struct judgements *j, enum event_kind kind,
    enum verdict_kind verdict)
{
	if (verdict == VERDICT_CONTINUE && kind == EVENT_EOM &&
	    !j->connection.given && !j->message.given)
		return VERDICT_ACCEPT;
	return verdict;
}

/* Is that verdict of event KIND the answer to all that comes? */
static bool
is_for_connection(enum event_kind kind, enum verdict_kind verdict)
{
	return kind == EVENT_CONNECT || kind == EVENT_HELO ||
	    (verdict == VERDICT_CLOSE && kind != EVENT_UNKNOWN);
}

/* A copy of R that lives in A. */
static struct reply
copy_reply(struct arena *a, const struct reply *r)
{
	return (struct reply){ .code = r->code,
		.status = arena_copy(a, r->status),
		.text = arena_copy(a, r->text) };
}

void
judgements_add(struct judgements *j, const struct event *event,
    const struct judgement *what)
{
	bool lasting = is_for_connection(event->kind, what->verdict);
	struct judgement kept = *what;

	if (event->kind == EVENT_RCPT)
		j->recipient = arena_copy(&j->message_text,
		    event->envelope.path);
	if (!what->given)
		return;
	kept.reply = copy_reply(lasting ? &j->connection_text :
	    &j->message_text, &what->reply);
	if (lasting)
		j->connection = kept;
	else if (event->kind != EVENT_RCPT && event->kind != EVENT_UNKNOWN)
		j->message = kept;
	if (!j->command.given)
		j->command = kept;
}

struct judgement
judgements_now(const struct judgements *j)
{
	if (j->command.given)
		return j->command;
	return j->connection.given ? j->connection : j->message;
}
