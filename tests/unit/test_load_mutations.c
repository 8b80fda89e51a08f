/*
 * test_load_mutations.c - no file makes the loader crash, hang or leak.
 *
 * Bytes of the golden files and of the examples are changed at random, from a
 * fixed seed. What comes out must be refused with a place, or judge a message.
 * The sanitizers see what else goes wrong. Without MILLGATE_SOURCE the files
 * are looked for in this folder.
 */
#include "config.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy.h"
#include "tests/support/one_message.h"
#include "tests/unit/unit.h"

#define LOADS 5000
#define FILE_MAX 16384

/* Bytes that mean something to YAML, to us, or to nobody. */
static const char spice[] = "{}[]:,-?&*!|>'\"%@`#\\/$\n\t\r \0\xff\xc3~0a";

static unsigned long state = 20260101;

/* Below LIMIT; the constants are those of Numerical Recipes. */
static size_t
roll(size_t limit)
{
	state = (state * 1664525 + 1013904223) & 0xffffffff;
	return (size_t)(state >> 8) % limit;
}

static size_t
read_file(const char *path, char *text)
{
	FILE *in = fopen(path, "re");
	size_t len;

	if (in == NULL)
		return 0;
	len = fread(text, 1, FILE_MAX, in);
	(void)fclose(in);
	return len;
}

/* Change a byte or some; returns the new length. */
static size_t
mutate(char *text, size_t len)
{
	size_t at = roll(len), n = 1 + roll(len - at < 40 ? len - at : 40);
	size_t to = roll(len - n + 1);

	switch (roll(5)) {
	case 0:		/* another byte */
		text[at] = spice[roll(sizeof spice - 1)];
		return len;
	case 1:		/* a bit */
		text[at] = (char)(text[at] ^ (1 << roll(8)));
		return len;
	case 2:		/* cut some out */
		memmove(text + at, text + at + n, len - at - n);
		return len - n;
	case 3:		/* copy some elsewhere */
		memmove(text + to, text + at, n);
		return len;
	default:	/* one more byte */
		if (len == FILE_MAX)
			return len;
		memmove(text + at + 1, text + at, len - at);
		text[at] = spice[roll(sizeof spice - 1)];
		return len + 1;
	}
}

static void
check_load(const char *text, size_t len)
{
	struct error_list errors = { .count = 0 };
	struct policy *p;

	p = policy_load_text("rules.yaml", span_make(text, len), &errors);
	check_true((p == NULL) == (errors.count > 0));
	for (size_t i = 0; i < errors.count; i++)
		check_true(errors.at[i].line > 0 && errors.at[i].column > 0);
	if (p != NULL)
		(void)one_message(p);
	policy_unref(p);
	error_list_release(&errors);
}

static void
find_files(glob_t *found)
{
	const char *source = getenv("MILLGATE_SOURCE");
	char pattern[4096];

	source = source != NULL ? source : ".";
	(void)snprintf(pattern, sizeof pattern, "%s/tests/golden/*.yaml",
	    source);
	(void)glob(pattern, 0, NULL, found);
	(void)snprintf(pattern, sizeof pattern,
	    "%s/packaging/examples/*.yaml", source);
	(void)glob(pattern, GLOB_APPEND, NULL, found);
}

static void
test_mutations(void)
{
	static char text[FILE_MAX + 1];
	glob_t found = { .gl_pathc = 0 };
	size_t len;

	find_files(&found);
	check_true(found.gl_pathc > 40);
	for (size_t i = 0; i < LOADS && found.gl_pathc > 0; i++) {
		/* Every other one is an example, for those may still load. */
		const char *path = found.gl_pathv[i % 2 == 0 ?
		    i / 2 % found.gl_pathc : found.gl_pathc - 1];

		unit_case(path);
		len = read_file(path, text);
		for (size_t n = 1 + roll(5); n > 0 && len > 0; n--)
			len = mutate(text, len);
		check_load(text, len);
	}
	globfree(&found);
}

/* What is dear for YAML readers: one piece, a hundred thousand times. */
static void
test_repetition(void)
{
	static const char *const pieces[] = { "[", "{", "- ", "? ", "[: ,",
		"{a: ", "'", "\"\\x41", "a: ", "&a ", "!a", "%", "|", "> ",
		"a\n", "a:\n", "*a", "#", "--- ", "\n", "\t", "a, ", ":", "$",
		"/(", "a: [", "-\n", "'' ",
		"- &a x\n", "- !a x\n", "- \"\\0\"\n" };
	const size_t count = 100000;
	char *text = malloc(count * 8);

	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		size_t len = strlen(pieces[i]);

		unit_case(pieces[i]);
		for (size_t k = 0; text != NULL && k < count; k++)
			memcpy(text + k * len, pieces[i], len);
		check_load(text, len * count);
	}
	free(text);
}

/* A hundred thousand conditions, each of which names the next. */
static void
test_chain(void)
{
	const unsigned count = 100000;
	size_t room = count * 40, len = 0;
	char *text = malloc(room);

	len += (size_t)snprintf(text, room, "millgate: 1\nconditions:\n");
	for (unsigned i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, room - len,
		    "  c%u: {condition: c%u}\n", i, i + 1);
	check_load(text, len);
	free(text);
}

static const struct unit_test tests[] = {
	{ "changed files are refused, or judge", test_mutations },
	{ "repeated pieces take no long time", test_repetition },
	{ "a long chain of conditions takes no deep stack", test_chain },
};

UNIT_MAIN("load_mutations", tests)
