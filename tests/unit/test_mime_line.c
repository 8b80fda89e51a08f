/*
 * test_mime_line.c - lines of a body, and what is wrong with them.
 *
 * What looks at many bytes at a time must say the same as what looks at one.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/mail/mime/mime_defect.h"
#include "rules/mail/mime/mime_line.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define LIT(s) { (s), sizeof(s) - 1 }
#define CASES 20000
#define LEN_MAX 4000

#define NUL DEFECT_BIT(DEFECT_NUL)
#define BARE_CR DEFECT_BIT(DEFECT_BARE_CR)
#define BARE_LF DEFECT_BIT(DEFECT_BARE_LF)
#define LONG_LINE DEFECT_BIT(DEFECT_LONG_LINE)

static void
test_take(void)
{
	static const char text[] = "a\r\n\nb\rc\n\r\n\r\r\nd\r";
	static const char *const want[] = { "a", "", "b\rc", "", "\r", "d" };
	struct span line;
	size_t at = 0, i;

	for (i = 0; mime_line_take(span_of(text), &at, &line); i++) {
		if (i < COUNT(want))
			check_span(line, want[i]);
	}
	check_size(i, COUNT(want));
	check_size(at, strlen(text));
	check_true(!mime_line_take(span_make(NULL, 0), &(size_t){ 0 }, &line));
}

static void
test_end(void)
{
	check_size(mime_line_end(span_of("")), 0);
	check_size(mime_line_end(span_of("x")), 0);
	check_size(mime_line_end(span_of("\r")), 0);
	check_size(mime_line_end(span_of("\n")), 1);
	check_size(mime_line_end(span_of("x\n")), 1);
	check_size(mime_line_end(span_of("\r\n")), 2);
}

static const struct {
	const char *sentence;
	struct span body;
	uint64_t defects;
} rows[] = {
	{ "nothing", LIT(""), 0 },
	{ "lines as they should be", LIT("a\r\n\r\nb\r\n"), 0 },
	{ "no line end at the end", LIT("a"), 0 },
	{ "a NUL at the beginning", LIT("\0a"), NUL },
	{ "a NUL at the end", LIT("a\0"), NUL },
	{ "a CR alone", LIT("a\rb\r\n"), BARE_CR },
	{ "a CR at the end", LIT("a\r"), BARE_CR },
	{ "a CR before a CRLF", LIT("\r\r\n"), BARE_CR },
	{ "an LF alone", LIT("a\nb\r\n"), BARE_LF },
	{ "an LF at the beginning", LIT("\na"), BARE_LF },
	{ "an LF behind a CRLF", LIT("\r\n\n"), BARE_LF },
	{ "the wrong way round", LIT("\n\r"), BARE_CR | BARE_LF },
};

static void
test_defects(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		unit_case(rows[i].sentence);
		check_size(mime_line_defects(rows[i].body), rows[i].defects);
	}
}

/* The same, byte by byte. */
static uint64_t
defects_of(struct span body)
{
	uint64_t defects = 0;
	struct span line;
	size_t at = 0;

	for (size_t i = 0; i < body.len; i++) {
		bool after_cr = i > 0 && body.ptr[i - 1] == '\r';

		if (body.ptr[i] == '\0')
			defects |= NUL;
		if (body.ptr[i] == '\n' && !after_cr)
			defects |= BARE_LF;
		if (body.ptr[i] == '\r' && (i + 1 == body.len ||
		    body.ptr[i + 1] != '\n'))
			defects |= BARE_CR;
	}
	while (mime_line_take(body, &at, &line)) {
		if (line.len > MIME_LINE_MAX)
			defects |= LONG_LINE;
	}
	return defects;
}

/* A body of lines of lengths about the bound, some of them flawed. */
static struct span
make_body(char body[LEN_MAX])
{
	size_t len = 0, want = (size_t)(random() % LEN_MAX);

	while (len < want) {
		size_t line = (size_t)(random() % 3 == 0 ?
		    990 + random() % 15 : random() % 100);

		while (line > 0 && len < want) {
			body[len++] = 'x';
			line--;
		}
		if (len + 2 > want)
			break;
		if (random() % 8 > 0)
			body[len++] = '\r';
		body[len++] = '\n';
	}
	if (len > 0 && random() % 4 == 0)
		body[(size_t)random() % len] = "\0\r\n\x80"[random() % 4];
	return span_make(body, len);
}

static void
test_at_random(void)
{
	static char body[LEN_MAX];
	size_t found[DEFECT_COUNT] = { 0 };

	srandom(1);
	for (int i = 0; i < CASES; i++) {
		struct span s = make_body(body);
		uint64_t want = defects_of(s);
		bool high = memchr(body, '\x80', s.len) != NULL;

		check_size(mime_line_defects(s), want);
		check_true(mime_line_eight_bit(s) == high);
		for (int d = DEFECT_NUL; d <= DEFECT_LONG_LINE; d++)
			found[d] += (want & DEFECT_BIT(d)) != 0;
	}
	for (int d = DEFECT_NUL; d <= DEFECT_LONG_LINE; d++)
		check_true(found[d] > CASES / 100 && found[d] < CASES);
}

/* A line of LEN bytes and END, behind LEAD and before TRAIL. */
static bool
is_long(const char *lead, size_t len, const char *end, const char *trail)
{
	char body[LEN_MAX] = "";
	size_t n = strlen(lead);

	memcpy(body, lead, n);
	memset(body + n, 'x', len);
	n += len;
	memcpy(body + n, end, strlen(end));
	n += strlen(end);
	memcpy(body + n, trail, strlen(trail));
	n += strlen(trail);
	return (mime_line_defects(span_make(body, n)) & LONG_LINE) != 0;
}

static void
test_long(void)
{
	static const char *const leads[] = { "", "a\n", "ab\r\n\r\n" };
	static const char *const ends[] = { "", "\r", "\n", "\r\n" };
	static const char *const trails[] = { "", "a", "a\n", "a\r\n\r\nb" };

	for (size_t i = 0; i < COUNT(leads); i++)
		for (size_t j = 0; j < COUNT(ends); j++)
			for (size_t k = 0; k < COUNT(trails); k++) {
				if (j <= 1 && k > 0)
					continue;
				check_true(!is_long(leads[i], MIME_LINE_MAX,
				    ends[j], trails[k]));
				check_true(is_long(leads[i], MIME_LINE_MAX + 1,
				    ends[j], trails[k]));
			}
}

static const struct unit_test tests[] = {
	{ "lines end in LF or CRLF, or with the body", test_take },
	{ "the line end that is before something", test_end },
	{ "what is wrong with lines", test_defects },
	{ "many bytes at a time say the same as one", test_at_random },
	{ "a line has at most 998 bytes, whatever ends it", test_long },
};

UNIT_MAIN("mime_line", tests)
