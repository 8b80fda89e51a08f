/*
 * unit.h - the frame that every unit test program stands in.
 *
 * A program tests one module. Its tests are a table of sentences and functions;
 * each is one line of TAP. A check that fails prints the sentence, the place,
 * and what was got and wanted as `# ` lines, fails the test, and goes on, so
 * that one run shows everything. A test with a table of its own calls
 * unit_case() for every row. For the one thread that runs the tests.
 */
#ifndef MILLGATE_UNIT_H
#define MILLGATE_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

struct unit_test {
	const char *sentence;		/* what is so, "a span finds a byte" */
	void (*run)(void);
};

/*
 * Run the COUNT tests of MODULE and print TAP on standard output. Returns the
 * exit status: 0 when all passed, 1 when one failed, 99 (which Automake takes
 * as "could not be run") when CUnit itself fails.
 */
int unit_main(const char *module, const struct unit_test *tests, size_t count);

/* The whole main program for the array TESTS. */
#define UNIT_MAIN(module, tests) \
	int \
	main(void) \
	{ \
		return unit_main( \
		    (module), (tests), sizeof (tests) / sizeof (tests)[0]); \
	}

/*
 * Failures from here on belong to the row SENTENCE, until the next call or the
 * end of the test. SENTENCE is kept, not copied.
 */
void unit_case(const char *sentence);

/* Each evaluates its arguments once. Text may be NULL; spans are quoted. */
#define check_true(cond) unit_check_true((cond), #cond, __FILE__, __LINE__)
#define check_int(got, want) unit_check_int((got), (want), __FILE__, __LINE__)
#define check_size(got, want) \
	unit_check_size((got), (want), __FILE__, __LINE__)
#define check_text(got, want) \
	unit_check_text((got), (want), __FILE__, __LINE__)
#define check_span(got, want) \
	unit_check_span((got), span_of(want), __FILE__, __LINE__)

/* What the macros above call. */
void unit_check_true(bool ok, const char *cond, const char *file, int line);
void unit_check_int(intmax_t got, intmax_t want, const char *file, int line);
void unit_check_size(size_t got, size_t want, const char *file, int line);
void unit_check_text(
    const char *got, const char *want, const char *file, int line);
void unit_check_span(
    struct span got, struct span want, const char *file, int line);

#endif
