/*
 * decide.h - what the MTA is told, and when.
 *
 * An answer is given as soon as it is certain, and never before: see "The
 * order of things" in millgate-rules(5). Each function fills V for one event,
 * and returns -1 with e->trouble filled when the engine itself failed.
 */
#ifndef MILLGATE_DECIDE_H
#define MILLGATE_DECIDE_H

#include "rules/engine/session.h"

/* At CONNECT and HELO: an `early` rule that holds. */
int decide_early(struct engine *e, struct verdict *v);

/* ACCEPT when nothing that may come on this connection can matter. */
int decide_connection(struct engine *e, struct verdict *v);

/* At MAIL: a verdict that holds whoever the recipients will be. */
int decide_sender(struct engine *e, struct verdict *v);

/* At RCPT: R is refused, or not. */
int decide_recipient(struct engine *e, struct recipient *r, struct verdict *v);

/* At RCPT: ADDRESS is one more than limits.recipients. */
int decide_too_many(struct engine *e, struct span address, struct verdict *v);

/* From DATA on: one answer for all that are left. AT_END: it must be given. */
int decide_message(struct engine *e, bool at_end, struct verdict *v);

/* A command that the MTA does not know, whose facts are known. */
int decide_command(struct engine *e, struct verdict *v);

/* The reply of settings.on_error. */
struct reply decide_error_reply(void);

/* Does K refuse: reject, tempfail or close? */
bool verdict_is_refusal(enum verdict_kind k);

#endif
