/*
 * caller_way.h - how a caller is heard, for each depth.
 *
 * For caller.c and the ways themselves only.
 */
#ifndef MILLGATE_CALLER_WAY_H
#define MILLGATE_CALLER_WAY_H

#include "milter/replay/caller.h"

/*
 * begin() makes C->self, end() frees it. A step finds C->out empty and the
 * outcome of the step before forgotten; it fills C->want, and C->out with the
 * reply.
 */
struct caller_way {
	void (*begin)(struct caller *c);
	void (*end)(struct caller *c);
	void (*connect)(struct caller *c, const struct smtp_client *client,
	    int64_t time);
	void (*say)(struct caller *c, struct span line);
	void (*send)(struct caller *c, struct span message);
	void (*hang_up)(struct caller *c);
	/* NULL where they cannot be given. */
	int (*set_macros)(struct caller *c, const struct macro *macros,
	    size_t count);
	void (*set_time)(struct caller *c, int64_t time);
	const char *(*cannot)(const struct record *r);
	/* Add to S, which has the reply and the message. */
	void (*look)(struct caller *c, struct sight *s);
};

extern const struct caller_way caller_engine;
extern const struct caller_way caller_milter;
extern const struct caller_way caller_smtp;

/* The last step failed, as FORMAT says; the first reason counts. */
void caller_fail(struct caller *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Most bytes of what the other side says in one step. */
#define CALLER_REPLY_MAX (1u << 20)

#endif
