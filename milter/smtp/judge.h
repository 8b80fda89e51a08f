/*
 * judge.h - all that the sinks are told, and what their verdicts lead to.
 */
#ifndef MILLGATE_SMTP_JUDGE_H
#define MILLGATE_SMTP_JUDGE_H

#include "milter/smtp/session.h"

/*
 * Ask the sinks about EVENT, which belongs to a command, and go on with THEN:
 * at once, or, when a sink answers later, from smtp_session_verdict(). What the
 * event points to has to live until THEN is called.
 */
void smtp_ask(struct smtp_session *s, struct event event, smtp_then *then,
    struct buffer *out);

/* Append the reply of a sink that refused. */
void smtp_say_refusal(const struct smtp_session *s, struct buffer *out);

/* May the sink number I be asked about an event of KIND? */
bool smtp_is_asked(const struct smtp_session *s, size_t i,
    enum event_kind kind);

/*
 * Tell the sink number I of EVENT with the macros and the time of now. 0: V is
 * its verdict. EVENT_LATER: that will come, and the session waits for it.
 */
int smtp_feed(struct smtp_session *s, size_t i, struct event *event,
    struct verdict *v);

/*
 * Carry out what the sink number I said to an event of KIND. When that is a
 * refusal the reply is in `refusal`.
 */
enum judgement smtp_take_verdict(struct smtp_session *s, size_t i,
    enum event_kind kind, const struct verdict *v);

/* Tell the sinks of EVENT_ABORT or EVENT_CLOSE, where it is due. */
void smtp_notify(struct smtp_session *s, enum event_kind kind);

/* It is a new connection: what the sinks have decided is forgotten. */
void smtp_forget_decisions(struct smtp_session *s);

/* The reply that a sink gives to all that may come; empty: none does. */
struct span smtp_standing(const struct smtp_session *s);

/* Is everything refused with a 5xx reply? */
bool smtp_refused_for_good(const struct smtp_session *s);

#endif
