/*
 * caller_machine.h - a session of the SMTP machine that a caller speaks to.
 *
 * What the ways through the machine share; they differ in the sink. The message
 * that is delivered is kept in the caller. One thread.
 */
#ifndef MILLGATE_CALLER_MACHINE_H
#define MILLGATE_CALLER_MACHINE_H

#include "milter/replay/caller_way.h"

struct caller_machine {
	struct smtp_config config;
	struct smtp_session *smtp;
};

/* A session for C, which feeds SINK with SELF. M must stay where it is. */
void caller_machine_init(struct caller_machine *m, struct caller *c,
    event_sink *sink, void *self);

/* Its client is gone; free all. */
void caller_machine_release(struct caller_machine *m);

/* The steps of C. */
void caller_machine_connect(struct caller_machine *m, struct caller *c,
    const struct smtp_client *client, int64_t time);
void caller_machine_say(struct caller_machine *m, struct caller *c,
    struct span line);
void caller_machine_send(struct caller_machine *m, struct caller *c,
    struct span message);

#endif
