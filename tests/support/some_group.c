/*
 * some_group.c - a group for tests that give files away.
 */
#include "config.h"

#include <grp.h>
#include <unistd.h>

#include "tests/support/some_group.h"

struct group *
some_group(void)
{
	gid_t groups[64];
	int count;

	if (geteuid() == 0)
		return getgrgid(1);
	count = getgroups(64, groups);
	return getgrgid(count > 0 ? groups[count - 1] : getegid());
}
