/*
 * privileges.c - what the process may do, and gives up.
 *
 * Ids are set by the calls that set all three of them, and then asked for: a
 * kernel, a container or a library that does something else is found out before
 * anything of the network is read.
 *
 * Failure: -1 and why; after a failed privileges_drop() nothing is sure.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "milter/privileges.h"

static int
find_user(struct identity *identity, const char *user, struct error *error)
{
	const struct passwd *found;

	errno = 0;
	found = getpwnam(user);
	if (found == NULL && errno != 0)
		return error_set(error, "cannot look up the user '%s': %s",
		    user, strerror(errno));
	if (found == NULL)
		return error_set(error, "there is no user '%s'", user);
	identity->uid = found->pw_uid;
	identity->gid = found->pw_gid;
	return 0;
}

static int
find_group(struct identity *identity, const char *group, struct error *error)
{
	const struct group *found;

	errno = 0;
	found = getgrnam(group);
	if (found == NULL && errno != 0)
		return error_set(error, "cannot look up the group '%s': %s",
		    group, strerror(errno));
	if (found == NULL)
		return error_set(error, "there is no group '%s'", group);
	identity->gid = found->gr_gid;
	return 0;
}

int
identity_find(struct identity *identity, const char *user, const char *group,
    struct error *error)
{
	struct identity found = { .set = true };

	if (user == NULL && group == NULL) {
		*identity = (struct identity){ .set = false };
		return 0;
	}
	if (user == NULL)
		return error_set(error, "a group to run as needs a user");
	if (strlen(user) >= sizeof found.name)
		return error_set(error, "the name of the user is too long");
	memcpy(found.name, user, strlen(user) + 1);
	if (find_user(&found, user, error) < 0 ||
	    (group != NULL && find_group(&found, group, error) < 0))
		return -1;
	if (found.uid == 0)
		return error_set(error, "to run as '%s' gives nothing up: it "
		    "is root", user);
	if (geteuid() != 0) {
		if (found.uid != geteuid() || found.gid != getegid())
			return error_set(error, "only root can become the "
			    "user '%s' with group %ld", user, (long)found.gid);
		found.set = false;
	}
	*identity = found;
	return 0;
}

static bool
is_identity(const struct identity *identity)
{
	uid_t uid, euid, suid;
	gid_t gid, egid, sgid;

	return getresuid(&uid, &euid, &suid) == 0 &&
	    getresgid(&gid, &egid, &sgid) == 0 &&
	    uid == identity->uid && euid == uid && suid == uid &&
	    gid == identity->gid && egid == gid && sgid == gid;
}

int
privileges_drop(const struct identity *identity, struct error *error)
{
	uid_t uid = identity->uid;
	gid_t gid = identity->gid;

	if (!identity->set)
		return 0;
	/* Groups first: it takes root to change them. */
	if (initgroups(identity->name, gid) < 0 || setresgid(gid, gid, gid) < 0
	    || setresuid(uid, uid, uid) < 0)
		return error_set(error, "cannot become the user '%s': %s",
		    identity->name, strerror(errno));
	if (!is_identity(identity) || setuid(0) == 0 ||
	    (gid != 0 && setgid(0) == 0))
		return error_set(error, "became the user '%s', but could be "
		    "root again", identity->name);
	return 0;
}

/* Those of the process while it acts as another; before there are threads. */
#define OWN_GROUPS 1024		/* whoever has more is told, and not served */
static gid_t own_groups[OWN_GROUPS];
static int own_count = -1;

int
privileges_lend(const struct identity *identity, struct error *error)
{
	if (!identity->set)
		return 0;
	own_count = getgroups(OWN_GROUPS, own_groups);
	if (own_count >= 0 && initgroups(identity->name, identity->gid) == 0 &&
	    setegid(identity->gid) == 0 && seteuid(identity->uid) == 0)
		return 0;
	error_set(error, "cannot act as the user '%s': %s", identity->name,
	    strerror(errno));
	privileges_take_back();
	return -1;
}

void
privileges_take_back(void)
{
	/* To the real ids, which are those of whoever started the program: the
	 * kernel always allows that. */
	if (seteuid(getuid()) == 0)
		(void)!setegid(getgid());
	if (own_count >= 0)
		(void)!setgroups((size_t)own_count, own_groups);
	own_count = -1;
}

int
privileges_limit(size_t most, size_t *descriptors, struct error *error)
{
	const struct rlimit none = { 0, 0 };
	struct rlimit files;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(error, "cannot give up new privileges: %s",
		    strerror(errno));
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return error_set(error, "cannot turn core files off: %s",
		    strerror(errno));
	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return error_set(error, "cannot ask for the limit of "
		    "descriptors: %s", strerror(errno));
	files.rlim_cur = files.rlim_max < most ? files.rlim_max : most;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		return error_set(error, "cannot raise the limit of "
		    "descriptors: %s", strerror(errno));
	*descriptors = files.rlim_cur;
	return 0;
}
