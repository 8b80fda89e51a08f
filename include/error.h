/*
 * error.h - what went wrong, in words that stand alone.
 *
 * `struct error` carries one message up a call chain: a function that returns
 * -1 has filled the one it was handed, and leaves it untouched on success.
 * `struct error_list` gathers what the reader of a rule file found: every
 * problem of one run with its place, printed as a good compiler prints it.
 */
#ifndef MILLGATE_ERROR_H
#define MILLGATE_ERROR_H

#include <stdio.h>

#include "span.h"

#define ERROR_TEXT_MAX 512	/* a message longer than this helps nobody */

struct error {
	char text[ERROR_TEXT_MAX];	/* one line, no newline at its end */
};

/* Put a formatted message into E (NULL is allowed); returns -1 always. */
int error_set(struct error *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A place in a rule file. Lines and columns count from 1, in characters. */
struct place {
	const char *file;	/* borrowed from whoever loads the file */
	unsigned line;		/* 0: the file as a whole */
	unsigned column;
};

/* An error makes a file useless; a warning says what may be meant otherwise. */
enum severity {
	SEVERITY_ERROR,
	SEVERITY_WARNING,
};

/* After this many of a kind a reader stops looking: they are rarely new. */
#define ERROR_LIST_MAX 20

struct problem {
	char *file;
	unsigned line;
	unsigned column;
	char *text;		/* what is wrong */
	char *hint;		/* what to do about it; NULL for none */
	char *source;		/* the line of the file; NULL for none */
	unsigned number;	/* of those in the list, as they were found */
};

/*
 * Everything in a list is its own copy, so it may outlive the file. Errors and
 * warnings are counted apart, so that none of the ones push out the others.
 * Zeroed is empty. Used while loading, by one thread.
 */
struct error_list {
	struct problem at[ERROR_LIST_MAX];		/* errors */
	size_t count;
	size_t dropped;		/* found beyond ERROR_LIST_MAX */
	struct problem warnings[ERROR_LIST_MAX];
	size_t warning_count;
	size_t warnings_dropped;
};

/*
 * Add an error at PLACE; SOURCE is the line of the file that it is on (the
 * empty span for none). Returns it so that problem_hint() may add to it, or
 * NULL when the list is full (the problem is then counted in `dropped`).
 */
struct problem *error_list_add(struct error_list *l, struct place place,
    struct span source, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for a warning. */
struct problem *error_list_warn(struct error_list *l, struct place place,
    struct span source, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Would one more of that kind only be counted? */
bool error_list_is_full(const struct error_list *l, enum severity severity);

/* Say what to do about P; a NULL P is allowed and nothing happens. */
void problem_hint(struct problem *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Print errors and warnings, in the order of their lines; those of a file
 * stand together, in the order in which the files first had one:
 *
 *	rules.yaml:7:11: error: unknown fact 'client.pi'
 *	    7 |   when: {client.pi: 192.0.2.1}
 *	      |          ^
 *	      = did you mean 'client.ip'?
 */
void error_list_print(const struct error_list *l, FILE *out);

/* The first error in that order; NULL when there is none. */
const struct problem *error_list_first(const struct error_list *l);

/* Free what the list holds and make it empty. */
void error_list_release(struct error_list *l);

#endif
