/*
 * pool.c - the memory that the messages of many sessions have together.
 *
 * What is counted is what was really taken: whole buffers, and what of the
 * arenas is in use. The content, which is nearly all of it, is asked for before
 * it grows; what comes with the header fields and with edits is found out when
 * it is there, by one session at a time.
 *
 * Failure: none; whoever is told that there is no room refuses the message.
 */
#include "config.h"

#include "milter/smtp/pool.h"

bool
smtp_has_room(const struct smtp_session *s, size_t more)
{
	const struct smtp_pool *pool = s->config.pool;

	return pool == NULL ||
	    (pool->used <= pool->limit && more <= pool->limit - pool->used);
}

int
smtp_charge(struct smtp_session *s)
{
	struct smtp_pool *pool = s->config.pool;

	if (pool == NULL)
		return 0;
	pool->used -= s->charged;
	s->charged = message_memory(&s->message) +
	    envelope_memory(&s->envelope);
	pool->used += s->charged;
	return pool->used <= pool->limit ? 0 : -1;
}
