/*
 * reference_say.h - what rules have to say for the log.
 */
#ifndef MILLGATE_TEST_REFERENCE_SAY_H
#define MILLGATE_TEST_REFERENCE_SAY_H

#include "tests/support/reference_end.h"

/* Rules that have been heard: each once a message. */
struct ref_heard {
	bool logs[REF_RULES];
	bool shadow[REF_RULES];
};

/*
 * V's recipient has the final answer FIRST. Append to OUT the log texts of the
 * rules that its reading reached, then what the second reading comes to.
 */
void ref_say(const struct ref_view *v, const struct ref_end *first,
    struct ref_heard *heard, char out[REF_ENVELOPE_MAX]);

/* Append a line about a rule: NUMBER, -1 for none, and two words about it. */
void ref_say_line(char out[REF_ENVELOPE_MAX], int number, const char *what,
    const char *text);

#endif
