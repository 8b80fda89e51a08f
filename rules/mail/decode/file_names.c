/*
 * file_names.c - what a file is called, where readers may take either of
 * several names.
 *
 * Failure: when the arena is exhausted a name is left out; its flag says so.
 */
#include "config.h"

#include "rules/mail/decode/file_names.h"

void
file_names_add(struct file_names *n, struct span name, struct arena *a)
{
	void *at = n->at;

	if (name.len == 0)
		return;
	for (size_t i = 0; i < n->count; i++) {
		if (span_equal(n->at[i], name))
			return;
	}
	if (n->count == FILE_NAMES_MAX)
		n->count--;
	if (arena_grow(a, &at, &n->room, n->count, sizeof *n->at) < 0)
		return;
	n->at = at;
	name = arena_copy(a, name);
	if (name.ptr != NULL)
		n->at[n->count++] = name;
}

void
file_names_add_all(struct file_names *n, const struct file_names *more,
    struct arena *a)
{
	for (size_t i = 0; i < more->count; i++)
		file_names_add(n, more->at[i], a);
}
