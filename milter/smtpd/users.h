/*
 * users.h - who may log in: a file of lines "name:password".
 *
 * It is for trying rules about who has logged in; passwords stand in it as they
 * are, so it is refused when others than its owner may read it. Lines that are
 * empty or begin with # count for nothing.
 */
#ifndef MILLGATE_SMTPD_USERS_H
#define MILLGATE_SMTPD_USERS_H

#include "error.h"
#include "span.h"

struct users;

/* NULL: see ERROR, which names the line. */
struct users *users_read(const char *path, struct error *error);
void users_free(struct users *u);

/* Is this the password of USER? 0 or -1, in a time that does not tell where it
 * differs. Pure; any thread. */
int users_check(const struct users *u, struct span user,
    struct span password);

#endif
