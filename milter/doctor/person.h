/*
 * person.h - who may do what with a file.
 *
 * The questions of access(2), asked for somebody else: by owner, group and
 * other (POSIX 4.5). Access control lists are not looked at. One thread.
 */
#ifndef MILLGATE_DOCTOR_PERSON_H
#define MILLGATE_DOCTOR_PERSON_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define PERSON_GROUPS_MAX 256
#define PERSON_NAME_MAX 256

enum {
	MAY_SEARCH = 1,
	MAY_WRITE = 2,
	MAY_READ = 4,
};

struct person {
	char name[PERSON_NAME_MAX];
	uid_t uid;
	gid_t gid;		/* the first of them */
	gid_t groups[PERSON_GROUPS_MAX];
	int group_count;
};

/* Look up the user NAME and its groups; false when there is none. */
bool person_find(struct person *p, const char *name);

/* Whoever runs this program. */
void person_self(struct person *p);

/* May P do WANT (bits of MAY_*) with what FILE is? */
bool person_may(const struct person *p, const struct stat *file, int want);

/*
 * Put the first folder on the way to PATH that P may not search into BLOCKED.
 * Of PATH, the first KNOWN bytes name the folder at which the way begins; 0:
 * the root. False when nothing is in the way, or is not there.
 */
bool person_is_blocked(const struct person *p, const char *path, size_t known,
    char blocked[PATH_MAX]);

/* The folder that PATH is in. */
void path_folder(const char *path, char folder[PATH_MAX]);

/* The names of a user and a group, or their numbers. */
const char *user_name(uid_t uid, char out[PERSON_NAME_MAX]);
const char *group_name(gid_t gid, char out[PERSON_NAME_MAX]);

#endif
