/*
 * finding.h - what the doctor has seen, and what mends it.
 *
 * Findings may quote files and names that hold any byte: the printers make
 * them harmless for a terminal, and commands are quoted for sh(1). One thread.
 */
#ifndef MILLGATE_DOCTOR_FINDING_H
#define MILLGATE_DOCTOR_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum grade {
	GRADE_OK,
	GRADE_NOTE,		/* somebody may want to know */
	GRADE_WRONG,		/* somebody has to mend it */
	GRADE_COUNT
};

struct finding {
	enum grade grade;
	const char *subject;	/* "socket"; in static storage */
	char *seen;
	char *advice;		/* what to do, in words; NULL: nothing */
	char **commands;	/* or what to type, as root, in this order */
	size_t command_count;
};

/* Zeroed is empty. */
struct findings {
	struct finding *at;
	size_t count;
	size_t graded[GRADE_COUNT];	/* how many of each grade */
};

/* Add what was seen of SUBJECT. */
void finding_add(struct findings *f, enum grade grade, const char *subject,
    const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Say what to do about the last one. */
void finding_advise(struct findings *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Add a command that mends the last one: its words, NULL behind them, each
 * quoted if it has to be. None is added when a word cannot be typed (it has
 * control characters in it).
 */
void finding_command(struct findings *f, const char *first, ...)
    __attribute__((sentinel));

void findings_release(struct findings *f);

/* Print all, for people (in colour), or as one JSON object (RFC 8259). */
void findings_print(FILE *out, const struct findings *f, bool colour);
void findings_print_json(FILE *out, const struct findings *f);

#endif
