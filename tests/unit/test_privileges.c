/*
 * test_privileges.c - what a process gives up, and cannot have back.
 *
 * All of it is for good, so each look is taken in a child. As root, what holds
 * for ordinary users is looked at by a child that has become nobody.
 */
#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "milter/privileges.h"
#include "tests/unit/unit.h"

/* The number of the first line that was not so, in a child; 0: none. */
#define so(cond) do { if (!(cond)) _exit(__LINE__ % 250 + 1); } while (0)

static void
check_in_child(void (*look)(void), bool as_nobody)
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		const struct passwd *nobody = getpwnam("nobody");

		if (as_nobody && geteuid() == 0)
			so(nobody != NULL && setgroups(0, NULL) == 0 &&
			    setgid(nobody->pw_gid) == 0 &&
			    setuid(nobody->pw_uid) == 0);
		look();
		_exit(0);
	}
	check_true(child > 0 && waitpid(child, &status, 0) == child);
	check_int(status, 0);
}

static bool
is_root(void)
{
	if (geteuid() != 0)
		printf("# not looked at: it takes root\n");
	return geteuid() == 0;
}

static void
look_at_drop(void)
{
	const struct passwd *nobody = getpwnam("nobody");
	const gid_t all[] = { 0, 1, 2, 3 };
	gid_t groups[64];
	struct identity identity;
	uid_t uid, euid, suid;
	int count;

	so(nobody != NULL && setgroups(4, all) == 0);
	so(identity_find(&identity, "nobody", NULL, NULL) == 0);
	so(identity.set && identity.uid == nobody->pw_uid &&
	    identity.gid == nobody->pw_gid);
	so(privileges_drop(&identity, NULL) == 0);
	so(getresuid(&uid, &euid, &suid) == 0 && uid == nobody->pw_uid &&
	    euid == uid && suid == uid);
	so(getgid() == nobody->pw_gid && getegid() == nobody->pw_gid);
	count = getgroups(64, groups);
	for (int i = 0; i < count; i++)
		so(groups[i] > 3);
	so(setuid(0) < 0 && seteuid(0) < 0 && setgid(0) < 0);
	so(access("/etc/shadow", R_OK) < 0);
}

static void
look_at_group(void)
{
	struct identity identity;
	struct group *group = getgrgid(1);
	char name[64];

	so(group != NULL);
	snprintf(name, sizeof name, "%s", group->gr_name);
	so(identity_find(&identity, "nobody", name, NULL) == 0);
	so(identity.gid == 1);
	so(privileges_drop(&identity, NULL) == 0);
	so(getgid() == 1 && getegid() == 1);
}

static void
test_drop(void)
{
	if (!is_root())
		return;
	check_in_child(look_at_drop, false);
	check_in_child(look_at_group, false);
}

/* A kernel that lets root back in, as an identity of root itself does. */
static void
look_at_return(void)
{
	struct identity root = { .set = true, .name = "root" };
	struct error error = { "" };

	so(privileges_drop(&root, &error) < 0);
	so(strstr(error.text, "could be root again") != NULL);
}

static void
test_return(void)
{
	if (is_root())
		check_in_child(look_at_return, false);
}

static void
look_at_lend(void)
{
	struct identity none = { .set = false }, nobody;

	so(privileges_lend(&none, NULL) == 0);
	so(geteuid() == 0 && getegid() == 0);
	so(identity_find(&nobody, "nobody", NULL, NULL) == 0);
	for (int turn = 0; turn < 2; turn++) {
		so(privileges_lend(&nobody, NULL) == 0);
		so(geteuid() == nobody.uid && getegid() == nobody.gid);
		privileges_take_back();
		so(geteuid() == 0 && getegid() == 0);
	}
	so(privileges_drop(&nobody, NULL) == 0);
}

static void
test_lend(void)
{
	if (is_root())
		check_in_child(look_at_lend, false);
}

static void
look_at_refused_drop(void)
{
	struct identity other = { .set = true, .uid = 1, .gid = 1,
	    .name = "daemon" };
	struct error error = { "" };

	so(privileges_drop(&other, &error) < 0);
	so(strstr(error.text, "daemon") != NULL);
}

static void
look_at_own_name(void)
{
	const struct passwd *self = getpwuid(geteuid());
	struct identity identity = { .set = true };
	char name[64];

	so(self != NULL);
	snprintf(name, sizeof name, "%s", self->pw_name);
	so(identity_find(&identity, name, NULL, NULL) ==
	    (self->pw_gid == getegid() ? 0 : -1));
	so(self->pw_gid != getegid() || !identity.set);
	so(identity_find(&identity, "daemon", NULL, NULL) < 0);
	so(identity_find(&identity, name, "daemon", NULL) < 0);
}

static void
test_ordinary_user(void)
{
	check_in_child(look_at_refused_drop, true);
	check_in_child(look_at_own_name, true);
}

static const struct {
	const char *user, *group, *word;
} unknown[] = {
	{ "no-such-user", NULL, "no user 'no-such-user'" },
	{ "nobody", "no-such-group", "no group 'no-such-group'" },
	{ NULL, "nogroup", "needs a user" },
	{ "root", NULL, "it is root" },
	{ "root", "nogroup", "it is root" },
};

static void
test_names(void)
{
	struct identity identity;

	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
		struct error error = { "" };

		unit_case(unknown[i].word);
		check_int(identity_find(&identity, unknown[i].user,
		    unknown[i].group, &error), -1);
		check_true(strstr(error.text, unknown[i].word) != NULL);
	}
	check_int(identity_find(&identity, NULL, NULL, NULL), 0);
	check_true(!identity.set);
	check_int(privileges_drop(&identity, NULL), 0);
}

static void
look_at_limits(void)
{
	struct rlimit files = { 40, 50 }, cores;
	size_t descriptors = 0;

	so(setrlimit(RLIMIT_NOFILE, &files) == 0);
	so(privileges_limit(1024, &descriptors, NULL) == 0);
	so(descriptors == 50);
	so(getrlimit(RLIMIT_NOFILE, &files) == 0);
	so(files.rlim_cur == 50 && files.rlim_max == 50);
	so(getrlimit(RLIMIT_CORE, &cores) == 0);
	so(cores.rlim_cur == 0 && cores.rlim_max == 0);
	so(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	so(privileges_limit(30, &descriptors, NULL) == 0);
	so(descriptors == 30);
}

static void
test_limits(void)
{
	check_in_child(look_at_limits, false);
	check_in_child(look_at_limits, true);
}

static const struct unit_test tests[] = {
	{ "root becomes another user, and cannot come back", test_drop },
	{ "that root could come back is noticed", test_return },
	{ "what is lent comes back, and can be dropped after", test_lend },
	{ "who is not root becomes nobody else", test_ordinary_user },
	{ "names are looked up", test_names },
	{ "limits are set, for root and for others", test_limits },
};

UNIT_MAIN("privileges", tests)
