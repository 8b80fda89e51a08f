/*
 * privileges.h - what the process may do, and gives up.
 *
 * For a program at its start, before there are threads.
 */
#ifndef MILLGATE_PRIVILEGES_H
#define MILLGATE_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "error.h"

#define IDENTITY_NAME_MAX 256	/* with its NUL; useradd(8) takes less */

/* Whom the program runs as. */
struct identity {
	bool set;	/* false: as whoever started the program */
	uid_t uid;
	gid_t gid;
	char name[IDENTITY_NAME_MAX];	/* of the user, for initgroups(3) */
};

/*
 * Look up USER and GROUP (names; NULL GROUP: the user's own; both NULL: nobody
 * is looked up). -1 when there is no such user or group, when GROUP comes
 * without USER, when USER is root, or when somebody else than root asks to be
 * somebody else; who already is both of them has nothing to do, so that the
 * result is not set.
 */
int identity_find(struct identity *identity, const char *user,
    const char *group, struct error *error);

/*
 * Be IDENTITY for good: groups, real, effective and saved ids, and nothing that
 * could bring them back, which is tried. Does nothing when it is not set. -1 on
 * failure, after which the process must end.
 */
int privileges_drop(const struct identity *identity, struct error *error);

/*
 * Be IDENTITY until privileges_take_back(), so that what is opened or made
 * meanwhile is its own to open and make again later. Does nothing when it is
 * not set. -1 on failure.
 */
int privileges_lend(const struct identity *identity, struct error *error);
void privileges_take_back(void);

/*
 * For every process that mail goes through: no new privileges by any file
 * (PR_SET_NO_NEW_PRIVS), no core file (memory holds mail), as many descriptors
 * as the hard limit allows, but MOST of them. *DESCRIPTORS is how many that is.
 * -1 on failure.
 */
int privileges_limit(size_t most, size_t *descriptors, struct error *error);

#endif
