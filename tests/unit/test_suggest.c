/*
 * test_suggest.c - the word that was meant, and none where none is near.
 */
#include "config.h"

#include "rules/base/suggest.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const char *const known[] = { "helo", "client.ip", "client.name",
	"recipient", "recipients", "when", "then", "is", "in" };

static const struct {
	const char *sentence;
	const char *word;
	const char *want;	/* "": none */
} rows[] = {
	{ "two letters swapped", "client.pi", "client.ip" },
	{ "a letter too many", "hello", "helo" },
	{ "a letter left out", "hlo", "helo" },
	{ "a letter changed", "hela", "helo" },
	{ "case counts for nothing", "HELO", "helo" },
	{ "the first of two that are as near", "recipientx", "recipient" },
	{ "the nearer of two", "recipientss", "recipients" },
	{ "short words may differ by a letter", "if", "is" },
	{ "short words differ by no more", "xy", "" },
	{ "a third of the word may differ", "klient.nime", "client.name" },
	{ "more than a third is another word", "weather", "" },
	{ "the empty word is near nothing", "", "" },
	{ "bytes that are no letters", "h\xc3\xa9lo", "helo" },
	{ "a word longer than any known one",
	    "recipientrecipientrecipientrecipientrecipientrecipientrecipientxx",
	    "" },
};

static void
test_near(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct suggestion s;

		unit_case(rows[i].sentence);
		suggest_init(&s, span_of(rows[i].word));
		for (size_t k = 0; k < COUNT(known); k++)
			suggest_consider(&s, span_of(known[k]));
		check_span(s.best, rows[i].want);
	}
}

static void
test_hint(void)
{
	struct error_list errors = { .count = 0 };
	struct place place = { "rules.yaml", 1, 1 };
	struct problem *p = error_list_add(&errors, place, span_of(""), "x");
	struct suggestion s;

	suggest_init(&s, span_of("hleo"));
	suggest_hint(&s, p);
	check_text(p->hint, NULL);
	suggest_consider(&s, span_of("helo"));
	suggest_hint(&s, NULL);
	suggest_hint(&s, p);
	check_text(p->hint, "did you mean 'helo'?");
	error_list_release(&errors);
}

static const struct unit_test tests[] = {
	{ "the nearest known word is found", test_near },
	{ "it becomes the hint of an error, if there is one", test_hint },
};

UNIT_MAIN("suggest", tests)
