/*
 * test_xmalloc.c - memory is given, or the process ends and says why.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "rules/base/xmalloc.h"
#include "tests/unit/unit.h"

static void
test_sizes(void)
{
	int *p = xcalloc(3, sizeof *p);

	check_int(p[0] + p[1] + p[2], 0);
	p = xreallocarray(p, 5, sizeof *p);
	p[4] = 7;
	check_int(p[0] + p[4], 7);
	free(p);
	unit_case("a size of 0 is no failure");
	p = xmalloc(0);
	check_true(p != NULL);
	free(p);
	p = xcalloc(0, 8);
	check_true(p != NULL);
	p = xreallocarray(p, 0, 8);
	check_true(p != NULL);
	free(p);
}

static void
test_copies(void)
{
	char *text = xstrdup("hello");

	check_text(text, "hello");
	free(text);
	text = xspandup(span_make("hello", 4));
	check_text(text, "hell");
	free(text);
	text = xspandup(span_make(NULL, 0));
	check_text(text, "");
	free(text);
}

static void
overflow(void)
{
	free(xreallocarray(NULL, SIZE_MAX / 2 + 2, 2));
}

static void
check_nothing(void)
{
	(void)xcheck(NULL);
}

/* RUN must end the process as a failure of the system does. */
static void
check_exits(void (*run)(void))
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	check_true(child >= 0);
	if (child == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		run();
		_exit(0);
	}
	check_int(waitpid(child, &status, 0), child);
	check_true(WIFEXITED(status));
	check_int(WEXITSTATUS(status), EX_OSERR);
}

/* The product overflows to 2, which the system would gladly give. */
static void
test_overflow_exits(void)
{
	check_exits(overflow);
}

static void
test_check(void)
{
	char memory;

	check_true(xcheck(&memory) == &memory);
	check_exits(check_nothing);
}

static const struct unit_test tests[] = {
	{ "sizes are served, 0 as well", test_sizes },
	{ "copies have a NUL behind them", test_copies },
	{ "a product that overflows ends the process", test_overflow_exits },
	{ "so does what another allocator had no memory for", test_check },
};

UNIT_MAIN("xmalloc", tests)
