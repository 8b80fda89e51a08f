/*
 * caller_engine.c - the way to the rules of this process.
 *
 * Failure: that of the engine, told as the reason for what it answered.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/replay/caller_machine.h"
#include "milter/replay/witness.h"
#include "rules/base/xmalloc.h"

struct engine_way {
	struct caller_machine machine;
	struct witness witness;
};

static void
begin(struct caller *c)
{
	struct engine_way *e = xcalloc(1, sizeof *e);

	c->self = e;
	if (witness_init(&e->witness, c->depth->policy,
	    c->depth->coverage) < 0)
		(void)xcheck(NULL);
	caller_machine_init(&e->machine, c, witness_feed, &e->witness);
}

static void
end(struct caller *c)
{
	struct engine_way *e = c->self;

	caller_machine_release(&e->machine);
	witness_release(&e->witness);
	free(e);
}

static void
tell_failure(struct caller *c)
{
	struct engine_way *e = c->self;

	if (e->witness.failed)
		caller_fail(c, "%s", e->witness.why.text);
}

static void
connect_client(struct caller *c, const struct smtp_client *client,
    int64_t time)
{
	struct engine_way *e = c->self;

	witness_next_command(&e->witness);
	caller_machine_connect(&e->machine, c, client, time);
	tell_failure(c);
}

static void
say(struct caller *c, struct span line)
{
	struct engine_way *e = c->self;

	witness_next_command(&e->witness);
	caller_machine_say(&e->machine, c, line);
	tell_failure(c);
}

static void
send_message(struct caller *c, struct span message)
{
	struct engine_way *e = c->self;

	witness_next_command(&e->witness);
	caller_machine_send(&e->machine, c, message);
	tell_failure(c);
}

static void
hang_up(struct caller *c)
{
	struct engine_way *e = c->self;

	smtp_session_disconnect(e->machine.smtp);
}

static int
set_macros(struct caller *c, const struct macro *macros, size_t count)
{
	struct engine_way *e = c->self;

	return smtp_session_set_macros(e->machine.smtp, macros, count);
}

static void
set_time(struct caller *c, int64_t time)
{
	struct engine_way *e = c->self;

	smtp_session_set_time(e->machine.smtp, time);
}

static const char *
cannot(const struct record *r)
{
	(void)r;
	return NULL;
}

static void
look(struct caller *c, struct sight *s)
{
	struct engine_way *e = c->self;

	s->policy = e->witness.policy;
	s->engine = e->witness.engine;
	s->judgement = witness_judgement(&e->witness);
	s->recipient = e->witness.said.recipient;
}

const struct caller_way caller_engine = {
	.begin = begin,
	.end = end,
	.connect = connect_client,
	.say = say,
	.send = send_message,
	.hang_up = hang_up,
	.set_macros = set_macros,
	.set_time = set_time,
	.cannot = cannot,
	.look = look,
};
