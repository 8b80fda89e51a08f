/*
 * person.c - who may do what with a file.
 *
 * Failure: who cannot be found is nobody, and what cannot be looked at is not
 * in the way.
 */
#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "milter/doctor/person.h"

bool
person_find(struct person *p, const char *name)
{
	const struct passwd *found;

	*p = (struct person){ .group_count = 0 };
	if (strlen(name) >= sizeof p->name)
		return false;
	found = getpwnam(name);
	if (found == NULL)
		return false;
	memcpy(p->name, name, strlen(name) + 1);
	p->uid = found->pw_uid;
	p->gid = found->pw_gid;
	p->group_count = PERSON_GROUPS_MAX;
	if (getgrouplist(name, p->gid, p->groups, &p->group_count) < 0)
		p->group_count = PERSON_GROUPS_MAX;
	return true;
}

void
person_self(struct person *p)
{
	*p = (struct person){ .uid = geteuid(), .gid = getegid() };
	user_name(p->uid, p->name);
	p->group_count = getgroups(PERSON_GROUPS_MAX, p->groups);
	if (p->group_count < 0)
		p->group_count = 0;
}

static bool
is_in_group(const struct person *p, gid_t gid)
{
	for (int i = 0; i < p->group_count; i++)
		if (p->groups[i] == gid)
			return true;
	return p->gid == gid;
}

bool
person_may(const struct person *p, const struct stat *file, int want)
{
	int may = (int)file->st_mode & 7;

	if (p->uid == 0)
		return true;
	if (file->st_uid == p->uid)
		may = (int)(file->st_mode >> 6) & 7;
	else if (is_in_group(p, file->st_gid))
		may = (int)(file->st_mode >> 3) & 7;
	return (may & want) == want;
}

bool
person_is_blocked(const struct person *p, const char *path, size_t known,
    char blocked[PATH_MAX])
{
	size_t length = strlen(path);
	struct stat found;

	for (size_t i = known; i < length && i + 1 < PATH_MAX; i++) {
		if (path[i] != '/')
			continue;
		/* With its slash, so that the root has a name. */
		memcpy(blocked, path, i + 1);
		blocked[i > 0 ? i : 1] = '\0';
		if (stat(blocked, &found) < 0)
			return false;
		if (!person_may(p, &found, MAY_SEARCH))
			return true;
	}
	return false;
}

void
path_folder(const char *path, char folder[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t length = slash != NULL ? (size_t)(slash - path) : 0;

	if (slash == path)
		length = 1;
	snprintf(folder, PATH_MAX, "%.*s", slash != NULL ? (int)length : 1,
	    slash != NULL ? path : ".");
}

const char *
user_name(uid_t uid, char out[PERSON_NAME_MAX])
{
	const struct passwd *found = getpwuid(uid);

	if (found != NULL)
		snprintf(out, PERSON_NAME_MAX, "%s", found->pw_name);
	else
		snprintf(out, PERSON_NAME_MAX, "%ld", (long)uid);
	return out;
}

const char *
group_name(gid_t gid, char out[PERSON_NAME_MAX])
{
	const struct group *found = getgrgid(gid);

	if (found != NULL)
		snprintf(out, PERSON_NAME_MAX, "%s", found->gr_name);
	else
		snprintf(out, PERSON_NAME_MAX, "%ld", (long)gid);
	return out;
}
