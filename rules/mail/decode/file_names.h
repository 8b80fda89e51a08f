/*
 * file_names.h - what a file is called, where readers may take either of
 * several names.
 *
 * The first is the one that most take; all are text, printable UTF-8, not empty
 * and differ from each other. They live in an arena. One thread.
 */
#ifndef MILLGATE_FILE_NAMES_H
#define MILLGATE_FILE_NAMES_H

#include "arena.h"
#include "span.h"

/* A field has three forms, each with a first and a last, and each of them
 * perhaps with an end inside: more is no accident. */
#define FILE_NAMES_MAX 12

struct file_names {
	struct span *at;
	size_t count;
	size_t room;
};

/* Append a copy of NAME unless it is there or empty. When there is no room it
 * takes the place of the last, as many readers take that. */
void file_names_add(struct file_names *n, struct span name, struct arena *a);

void file_names_add_all(struct file_names *n, const struct file_names *more,
    struct arena *a);

/* The first one; empty: there is none. */
static inline struct span
file_names_first(const struct file_names *n)
{
	return n->count > 0 ? n->at[0] : span_make("", 0);
}

#endif
