/*
 * unit.c - CUnit underneath, TAP on top.
 *
 * CUnit runs the tests and keeps the counts; its handlers are where the TAP
 * lines are printed. Every line is flushed at once, for a test that crashes
 * must not take with it the lines that tell which test it was.
 *
 * Failure: a check records it with CUnit and returns; nothing jumps. When CUnit
 * cannot be set up, "Bail out!" is printed and the status is 99.
 */
#include "config.h"

#include <stdio.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>

#include "tests/unit/unit.h"

enum {
	STATUS_PASSED = 0,
	STATUS_FAILED = 1,
	STATUS_NOT_RUN = 99,
};

/* Of the one thread that runs the tests. */
static const char *test_sentence;
static const char *case_sentence;
static unsigned test_number;

static void
on_start(const CU_pTest test, const CU_pSuite suite)
{
	(void)suite;
	test_sentence = test->pName;
	case_sentence = NULL;
	test_number++;
}

static void
on_complete(
    const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
	(void)suite;
	printf("%s %u - %s\n", failure == NULL ? "ok" : "not ok", test_number,
	    test->pName);
	fflush(stdout);
}

/* Fail the running test, and say where and under which sentence. */
static void
fail_at(const char *file, int line)
{
	CU_assertImplementation(
	    CU_FALSE, (unsigned)line, "check", file, "", CU_FALSE);
	printf("# %s\n", test_sentence);
	if (case_sentence != NULL)
		printf("#   row: %s\n", case_sentence);
	printf("#   %s:%d\n", file, line);
}

/* Print bytes so that a reader sees each of them and TAP sees one line. */
static void
print_quoted(const char *label, struct span s)
{
	printf("#   %s \"", label);
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c == '\n')
			fputs("\\n", stdout);
		else if (c == '\r')
			fputs("\\r", stdout);
		else if (c == '\t')
			fputs("\\t", stdout);
		else if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	printf("\" (%zu bytes)\n", s.len);
}

static void
print_text(const char *label, const char *text)
{
	if (text == NULL)
		printf("#   %s NULL\n", label);
	else
		print_quoted(label, span_of(text));
}

void
unit_case(const char *sentence)
{
	case_sentence = sentence;
}

void
unit_check_true(bool ok, const char *cond, const char *file, int line)
{
	if (ok)
		return;
	fail_at(file, line);
	printf("#   got  false\n#   want %s\n", cond);
	fflush(stdout);
}

void
unit_check_int(intmax_t got, intmax_t want, const char *file, int line)
{
	if (got == want)
		return;
	fail_at(file, line);
	printf("#   got  %jd\n#   want %jd\n", got, want);
	fflush(stdout);
}

void
unit_check_size(size_t got, size_t want, const char *file, int line)
{
	if (got == want)
		return;
	fail_at(file, line);
	printf("#   got  %zu\n#   want %zu\n", got, want);
	fflush(stdout);
}

void
unit_check_text(const char *got, const char *want, const char *file, int line)
{
	if (got == want)
		return;
	if (got != NULL && want != NULL && strcmp(got, want) == 0)
		return;
	fail_at(file, line);
	print_text("got ", got);
	print_text("want", want);
	fflush(stdout);
}

void
unit_check_span(struct span got, struct span want, const char *file, int line)
{
	/* Not span_equal(): the frame does not lean on what it tests. */
	if (got.len == want.len &&
	    (got.len == 0 || memcmp(got.ptr, want.ptr, got.len) == 0))
		return;
	fail_at(file, line);
	print_quoted("got ", got);
	print_quoted("want", want);
	fflush(stdout);
}

static int
give_up(const char *what)
{
	printf("Bail out! CUnit: %s: %s\n", what, CU_get_error_msg());
	CU_cleanup_registry();
	return STATUS_NOT_RUN;
}

int
unit_main(const char *module, const struct unit_test *tests, size_t count)
{
	CU_pSuite suite;
	bool failed;

	printf("1..%zu\n", count);
	fflush(stdout);
	if (CU_initialize_registry() != CUE_SUCCESS)
		return give_up("registry");
	suite = CU_add_suite(module, NULL, NULL);
	if (suite == NULL)
		return give_up(module);
	for (size_t i = 0; i < count; i++) {
		CU_pTest test =
		    CU_add_test(suite, tests[i].sentence, tests[i].run);

		/* A second test of the same name is refused, too. */
		if (test == NULL || CU_get_error() != CUE_SUCCESS)
			return give_up(tests[i].sentence);
	}
	CU_set_test_start_handler(on_start);
	CU_set_test_complete_handler(on_complete);
	if (CU_run_all_tests() != CUE_SUCCESS)
		return give_up("run");
	failed = CU_get_number_of_failures() > 0;
	CU_cleanup_registry();
	return failed ? STATUS_FAILED : STATUS_PASSED;
}
