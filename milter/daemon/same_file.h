/*
 * same_file.h - two names, one file?
 */
#ifndef MILLGATE_SAME_FILE_H
#define MILLGATE_SAME_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

/* Do A and B describe the same file? Pure; any thread. */
bool same_file(const struct stat *a, const struct stat *b);

/*
 * Remove what PATH names if it is still OURS: somebody else may have put
 * something in its place. A symbolic link is not followed.
 */
void same_file_remove(const char *path, const struct stat *ours);

#endif
