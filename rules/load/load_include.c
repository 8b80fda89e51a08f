/*
 * load_include.c - the files that a rule file includes.
 *
 *	include: [rules.d/[0-9]*.yaml, local.yaml]
 *
 * Patterns are those of glob(3), relative to the file that names them; what one
 * finds is read in the order of the bytes of its names. A file is known by its
 * device and number, so that it is read once however often it is found: a
 * pattern may well find the rule file itself.
 *
 * Failure: a file that cannot be read, and a name without wildcards that is not
 * there, are errors; so is a folder that may not be searched, for the rules in
 * it would be missing in silence.
 */
#include "config.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/load/load.h"
#include "rules/base/read_file.h"

#define FILES_MAX 1000
#define BYTES_MAX ((size_t)64 << 20)	/* of all files */

const char *
load_path(struct loader *l, const struct node *n)
{
	const char *from = n->tree->file, *slash = strrchr(from, '/');
	size_t folder = slash != NULL ? (size_t)(slash - from) + 1 : 0;
	char *path;

	if (n->text.len > 0 && n->text.ptr[0] == '/')
		folder = 0;
	path = policy_alloc(l->policy, folder + n->text.len + 1, 1);
	memcpy(path, from, folder);
	memcpy(path + folder, n->text.ptr, n->text.len);
	return path;
}

/* Is the file FOUND among those that are read already? */
static bool
is_known(const struct loader *l, const struct stat *found)
{
	size_t i;

	for (i = 0; i < l->file_count; i++)
		if (l->files[i]->device == found->st_dev &&
		    l->files[i]->number == found->st_ino)
			return true;
	return false;
}

/* Read PATH, which the pattern N names, into a tree. */
static int
include_file(struct loader *l, const struct node *n, const char *path)
{
	struct rule_file *f;
	struct buffer text;
	struct error error;
	struct stat found;
	int result = -1;

	if (stat(path, &found) == 0 && is_known(l, &found))
		return 0;
	if (read_file(path, TREE_BYTES_MAX, &text, &found, &error) < 0) {
		(void)load_unreadable(n, path, error.text);
	} else if (l->included_bytes + text.len > BYTES_MAX) {
		problem_hint(tree_error(n, "the files that are included are "
		    "larger than %zu MiB", BYTES_MAX >> 20),
		    "names and addresses belong into tables");
	} else if (l->file_count > FILES_MAX) {
		problem_hint(tree_error(n, "more than %d files are included",
		    FILES_MAX), "put the rules into fewer files");
	} else {
		f = load_add_file(l, path, &found);
		f->text = text;
		l->included_bytes += text.len;
		result = load_take_file(l, path, &found,
		    buffer_span(&f->text));
		return load_read_file(l, f, buffer_span(&f->text)) < 0 ? -1 :
		    result;
	}
	buffer_release(&text);
	return result;
}

static int
compare(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Only what is not there may be passed over. */
static int
is_trouble(const char *path, int why)
{
	(void)path;
	return why != ENOENT && why != ENOTDIR;
}

/* What glob() would take for a pattern in the folder's own name, is none. */
static char *
pattern_beside(const char *path, size_t folder)
{
	char *pattern = xcalloc(2 * strlen(path) + 1, 1);
	size_t n = 0, i;

	for (i = 0; path[i] != '\0'; i++) {
		if (i < folder && strchr("*?[\\", path[i]) != NULL)
			pattern[n++] = '\\';
		pattern[n++] = path[i];
	}
	return pattern;
}

static int
include_pattern(struct loader *l, const struct node *n)
{
	const char *path = load_path(l, n);
	char *pattern = pattern_beside(path, strlen(path) - n->text.len);
	glob_t found = { .gl_pathc = 0 };
	int result = 0;
	size_t i;

	switch (glob(pattern, GLOB_NOSORT, is_trouble, &found)) {
	case 0:
		qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv,
		    compare);
		for (i = 0; i < found.gl_pathc; i++)
			if (include_file(l, n, policy_copy(l->policy,
			    span_of(found.gl_pathv[i])).ptr) < 0)
				result = -1;
		break;
	case GLOB_NOMATCH:
		break;
	case GLOB_NOSPACE:
		result = load_unreadable(n, path, strerror(ENOMEM));
		break;
	default:
		result = load_unreadable(n, path, "a folder may not be "
		    "searched");
	}
	globfree(&found);
	free(pattern);
	return result;
}

static int
include(struct loader *l, struct node *n)
{
	struct span text;
	size_t i;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (text.len == 0) {
		problem_hint(tree_error(n, "the name of a file is needed here"),
		    "write it relative to this file: rules.d/*.yaml");
		return -1;
	}
	for (i = 0; i < text.len; i++)
		if (strchr("*?[", text.ptr[i]) != NULL)
			return include_pattern(l, n);
	return include_file(l, n, load_path(l, n));
}

int
load_includes(struct loader *l, struct node *n)
{
	struct node *child;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_LIST)
		return include(l, n);
	for (child = n->child; child != NULL; child = child->next)
		if (include(l, child) < 0)
			result = -1;
	return result;
}
