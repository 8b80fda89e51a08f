/*
 * judge.h - all that the sink is told, and what its verdicts lead to.
 */
#ifndef MILLGATE_SMTP_JUDGE_H
#define MILLGATE_SMTP_JUDGE_H

#include "milter/smtp/session.h"

enum judgement {
	JUDGE_PASS,		/* nothing against it */
	JUDGE_REFUSED,
	JUDGE_CLOSED,		/* refused, and the session is closed */
};

/*
 * Tell the sink of EVENT with the macros and the time of now, and carry out
 * what it says. When that is a refusal its reply is appended to OUT, but at
 * CONNECT and HELO only one that closes, and at HELO only. VERDICT, where not
 * NULL, is given the sink's own, zeroed when it was not asked; the spans in it
 * live until the next event.
 */
enum judgement smtp_judge(struct smtp_session *s, struct event event,
    struct buffer *out, struct verdict *verdict);

/* The same for EVENT_ABORT and EVENT_CLOSE, which are not answered. */
void smtp_notify(struct smtp_session *s, enum event_kind kind);

/* Is everything refused with a 5xx reply? */
bool smtp_refused_for_good(const struct smtp_session *s);

#endif
