/*
 * test_reference.c - the engine against the plain meaning of its rules.
 *
 * Cases at random: a policy, a connection, some messages. Whatever the engine
 * answers early, it must be what a reading from top to bottom with everything
 * known gives. In every second case the MTA sends only what policy.h says that
 * the policy needs, and no more of a body than was enough.
 *
 * MILLGATE_SEED=N begins with case N, MILLGATE_CASES=N tries as many as that.
 * A case that differs is made small and printed; after a few the rest is not
 * tried.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/reference_result.h"
#include "tests/unit/unit.h"

#define CASES 10000
#define DIFFERENCES_MAX 3
#define TEXT_MAX (1u << 20)

/* How often each way was taken: a case that tests nothing would show here. */
static size_t answers[EVENT_COUNT][VERDICT_CLOSE + 1];
static size_t refused_recipients, edited, held, closed_early, spared;

static bool lean;
static struct ref_outcome want, got;	/* large; of the one thread */
static struct buffer why;

static bool
differs(const struct ref_case *c)
{
	buffer_clear(&why);
	ref_judge(c, &want);
	return ref_play(c, lean, &got) && !ref_compare(c, &want, &got, &why);
}

static void
print_lines(const char *text)
{
	const char *end;

	for (; *text != '\0'; text = end + (*end != '\0')) {
		end = strchrnul(text, '\n');
		printf("# %.*s\n", (int)(end - text), text);
	}
}

static void
print_case(const struct ref_case *c)
{
	struct buffer text;

	buffer_init(&text, TEXT_MAX);
	ref_write(&c->policy, &text);
	ref_tell(&c->session, &text);
	print_lines(buffer_text(&text));
	print_lines(buffer_text(&why));
	buffer_release(&text);
}

static void
count_ways(void)
{
	const struct ref_result *r;
	size_t i;

	closed_early += got.where != EVENT_CLOSE;
	for (r = got.results; r < got.results + REF_MESSAGES; r++) {
		if (!r->came)
			continue;
		answers[r->where][r->kind]++;
		for (i = 0; i < REF_RECIPIENTS; i++)
			refused_recipients += r->fates[i].refused;
		spared += r->spared > 0;
		held += r->quarantine[0] != '\0';
		edited += strstr(r->header, ": e") != NULL;
	}
}

/* False when the case differs. */
static bool
run_case(unsigned long seed)
{
	static char sentence[40];
	static struct ref_case c;

	snprintf(sentence, sizeof sentence, "MILLGATE_SEED=%lu", seed);
	unit_case(sentence);
	lean = seed % 2 == 1;
	ref_make(&c, seed);
	if (!differs(&c) && why.len == 0 && got.broken.len == 0) {
		count_ways();
		return true;
	}
	if (why.len > 0)
		ref_shrink(&c, differs);
	(void)differs(&c);
	check_true(false);
	printf("# %s%s\n", sentence, lean ? ", a lean MTA" : "");
	print_case(&c);
	print_lines(buffer_text(&got.broken));
	return false;
}

static unsigned long
number_of(const char *name, unsigned long otherwise)
{
	const char *value = getenv(name);

	return value != NULL ? strtoul(value, NULL, 10) : otherwise;
}

static void
print_ways(void)
{
	size_t e, k;

	for (k = 0; k <= VERDICT_CLOSE; k++)
		for (e = 0; e < EVENT_COUNT; e++)
			if (answers[e][k] > 0)
				printf("# %s at event %zu: %zu\n",
				    verdict_name((enum verdict_kind)k), e,
				    answers[e][k]);
	printf("# recipients refused %zu, messages edited %zu, held %zu, not "
	    "sent whole %zu, connections closed early %zu\n",
	    refused_recipients, edited, held, spared, closed_early);
}

static void
test_cases(void)
{
	unsigned long seed = number_of("MILLGATE_SEED", (unsigned long)time(
	    NULL) * 1000), count, i;
	unsigned differences = 0;

	count = number_of("MILLGATE_CASES", getenv("MILLGATE_SEED") != NULL ?
	    1 : CASES);
	printf("# MILLGATE_SEED=%lu MILLGATE_CASES=%lu\n", seed, count);
	setenv("TZ", "UTC", 1);
	tzset();
	buffer_init(&why, TEXT_MAX);
	buffer_init(&got.broken, TEXT_MAX);
	for (i = 0; i < count && differences < DIFFERENCES_MAX; i++)
		differences += !run_case(seed + i);
	if (i == count)
		print_ways();
	buffer_release(&why);
	buffer_release(&got.broken);
}

static const struct unit_test tests[] = {
	{ "what is answered early is what everything known would give",
	    test_cases },
};

UNIT_MAIN("reference", tests)
