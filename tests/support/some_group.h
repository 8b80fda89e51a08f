/*
 * some_group.h - a group for tests that give files away.
 */
#ifndef MILLGATE_TEST_SOME_GROUP_H
#define MILLGATE_TEST_SOME_GROUP_H

#include <grp.h>

/*
 * A group that we may give a file to: any as root, else one that we are in.
 * NULL when that has no name; else as from getgrgid(3).
 */
struct group *some_group(void);

#endif
