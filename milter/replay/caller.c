/*
 * caller.c - a client that says what a recording says, at any depth.
 *
 * Failure: that of the way; without memory the process ends.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "milter/replay/caller_way.h"
#include "milter/replay/smtp_reply.h"

#define KEPT_MAX ((size_t)1 << 30)	/* of a message, with its edits */

static const struct caller_way *const way_table[] = {
	[DEPTH_RULES] = &caller_engine,
	[DEPTH_MILTER] = &caller_milter,
	[DEPTH_SMTP] = &caller_smtp,
};

void
caller_init(struct caller *c, const struct depth *depth)
{
	*c = (struct caller){ .depth = depth, .way = way_table[depth->kind],
		.want = SMTP_WANT_COMMAND };
	buffer_init(&c->out, CALLER_REPLY_MAX);
	buffer_init(&c->text, CALLER_REPLY_MAX);
	arena_init(&c->kept, KEPT_MAX);
	c->way->begin(c);
}

void
caller_release(struct caller *c)
{
	c->way->end(c);
	buffer_release(&c->out);
	buffer_release(&c->text);
	arena_release(&c->kept);
}

void
caller_fail(struct caller *c, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;

	if (c->failed)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	c->failed = true;
	error_set(&c->why, "%s", text);
}

const char *
caller_cannot(const struct depth *depth, const struct record *r)
{
	return way_table[depth->kind]->cannot(r);
}

static void
step_begin(struct caller *c)
{
	buffer_clear(&c->out);
	c->delivered = false;
	c->failed = false;
}

static void
step_end(struct caller *c)
{
	c->reply = smtp_reply_read(buffer_span(&c->out), &c->text);
}

void
caller_connect(struct caller *c, const struct smtp_client *client,
    int64_t time)
{
	step_begin(c);
	c->way->connect(c, client, time);
	step_end(c);
}

void
caller_say(struct caller *c, struct span line)
{
	step_begin(c);
	c->way->say(c, line);
	step_end(c);
}

void
caller_send(struct caller *c, struct span message)
{
	step_begin(c);
	c->way->send(c, message);
	step_end(c);
}

void
caller_hang_up(struct caller *c)
{
	c->way->hang_up(c);
	c->want = SMTP_CLOSED;
}

int
caller_set_macros(struct caller *c, const struct macro *macros, size_t count)
{
	return c->way->set_macros(c, macros, count);
}

void
caller_set_time(struct caller *c, int64_t time)
{
	c->way->set_time(c, time);
}

bool
caller_may_send(const struct caller *c)
{
	return c->want == SMTP_WANT_DATA || c->want == SMTP_WANT_CHUNK;
}

/* Rules that are only tried out do what nobody outside of them can see. */
static bool
is_shadow(const struct depth *d)
{
	return d->kind != DEPTH_RULES && d->policy != NULL &&
	    policy_settings(d->policy)->shadow;
}

struct sight
caller_sight(struct caller *c)
{
	struct sight s = {
		.reply = c->reply,
		.message = c->delivered ? &c->message : NULL,
	};

	c->way->look(c, &s);
	if (is_shadow(c->depth))
		s.judgement.given = false;
	return s;
}
