/*
 * caller_milter.c - the way to a filter at the other end of a socket.
 *
 * The session machine is the MTA that asks it, and shows what it answers as
 * Postfix does. What the filter has said is listened to on the way.
 *
 * Failure: a filter that cannot be reached, or fails in the middle; with that
 * the session is lost, for what comes then is the MTA's answer in its place.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/replay/caller_machine.h"
#include "milter/replay/judgements.h"
#include "milter/replay/wire_call.h"
#include "rules/base/xmalloc.h"

struct milter_way {
	struct caller *caller;
	struct caller_machine machine;
	struct milter_config config;
	struct wire_call call;
	struct judgements said;
};

static void
note_failure(struct milter_way *w, const struct verdict *verdict)
{
	struct caller *c = w->caller;

	if (w->call.reached) {
		caller_fail(c, "the filter failed: %s", verdict->error.text);
		c->lost = true;
	} else {
		caller_fail(c, "%s", verdict->error.text);
		c->unreachable = true;
	}
}

/* A verdict that closes comes as a reply; RFC 5321 4.2.2 names it. */
static struct judgement
judgement_of(struct milter_way *w, const struct event *event,
    const struct verdict *v)
{
	struct judgement j = {
		.verdict = judgements_verdict(&w->said, event->kind, v->kind),
		.reply = v->reply,
	};

	if (v->kind == VERDICT_TEMPFAIL && v->reply.code == 421)
		j.verdict = VERDICT_CLOSE;
	j.given = j.verdict != VERDICT_CONTINUE;
	return j;
}

/* The event_sink: SELF is a struct milter_way. */
static int
feed(void *self, const struct event *event, struct verdict *verdict)
{
	struct milter_way *w = self;
	struct judgement judgement;
	int result;

	(void)judgements_begin(&w->said, event);
	result = wire_call_feed(&w->call, event, verdict);
	/* One that goes when all is over, goes. */
	if (result < 0 && event->kind != EVENT_CLOSE)
		note_failure(w, verdict);
	if (result < 0 || event->kind == EVENT_ABORT ||
	    event->kind == EVENT_CLOSE)
		return result;
	judgement = judgement_of(w, event, verdict);
	judgements_add(&w->said, event, &judgement);
	return result;
}

static void
begin(struct caller *c)
{
	struct milter_way *w = xcalloc(1, sizeof *w);

	c->self = w;
	w->caller = c;
	w->config = (struct milter_config){
		.name = c->depth->place,
		.on_failure = MILTER_TEMPFAIL,
		.connect_ms = c->depth->timeout_ms,
		.command_ms = c->depth->timeout_ms,
		.content_ms = c->depth->timeout_ms,
	};
	judgements_init(&w->said);
	wire_call_init(&w->call, &c->depth->peer, &w->config);
	caller_machine_init(&w->machine, c, feed, w);
}

static void
end(struct caller *c)
{
	struct milter_way *w = c->self;

	caller_machine_release(&w->machine);
	wire_call_release(&w->call);
	judgements_release(&w->said);
	free(w);
}

static void
connect_client(struct caller *c, const struct smtp_client *client,
    int64_t time)
{
	struct milter_way *w = c->self;

	caller_machine_connect(&w->machine, c, client, time);
}

static void
say(struct caller *c, struct span line)
{
	struct milter_way *w = c->self;

	judgements_next_command(&w->said);
	caller_machine_say(&w->machine, c, line);
}

static void
send_message(struct caller *c, struct span message)
{
	struct milter_way *w = c->self;

	judgements_next_command(&w->said);
	caller_machine_send(&w->machine, c, message);
}

static void
hang_up(struct caller *c)
{
	struct milter_way *w = c->self;

	smtp_session_disconnect(w->machine.smtp);
}

static int
set_macros(struct caller *c, const struct macro *macros, size_t count)
{
	struct milter_way *w = c->self;

	return smtp_session_set_macros(w->machine.smtp, macros, count);
}

static const char *
cannot(const struct record *r)
{
	if (r->kind == RECORD_TIME)
		return "@time: the filter has a clock of its own";
	if (r->kind == RECORD_ANSWER)
		return "@answer: the filter looks things up itself";
	return NULL;
}

static void
look(struct caller *c, struct sight *s)
{
	struct milter_way *w = c->self;

	s->judgement = judgements_now(&w->said);
}

const struct caller_way caller_milter = {
	.begin = begin,
	.end = end,
	.connect = connect_client,
	.say = say,
	.send = send_message,
	.hang_up = hang_up,
	.set_macros = set_macros,
	.cannot = cannot,
	.look = look,
};
