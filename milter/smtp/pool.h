/*
 * pool.h - the memory that the messages of many sessions have together.
 *
 * A session says what its message takes, envelope included, after each step and
 * before it grows much; when the message is over it gives all of that back.
 */
#ifndef MILLGATE_SMTP_POOL_H
#define MILLGATE_SMTP_POOL_H

#include "milter/smtp/session.h"

/* May the message of S take MORE bytes? */
bool smtp_has_room(const struct smtp_session *s, size_t more);

/* Have the pool know what S takes now. -1: that is more than there is. */
int smtp_charge(struct smtp_session *s);

#endif
