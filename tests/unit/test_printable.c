/*
 * test_printable.c - text that may hold anything does no harm where it is
 * printed.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/replay/printable.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define LIT(s) { (s), sizeof(s) - 1 }

static const struct {
	const char *sentence;
	struct span text;
	const char *plain;
	const char *json;
	const char *xml;
} rows[] = {
	{ "letters stay", LIT("a b"), "a b", "\"a b\"", "a b" },
	{ "nothing stays nothing", LIT(""), "", "\"\"", "" },
	{ "UTF-8 stays", LIT("\xc3\xa4\xe2\x82\xac"), "\xc3\xa4\xe2\x82\xac",
	    "\"\xc3\xa4\xe2\x82\xac\"", "\xc3\xa4\xe2\x82\xac" },
	{ "marks of JSON and XML are escaped", LIT("\"\\<&>'"), "\"\\<&>'",
	    "\"\\\"\\\\<&>'\"", "&quot;\\&lt;&amp;&gt;'" },
	{ "line ends do not end a line", LIT("a\nb\r"), "a b\\x0d",
	    "\"a\\u000ab\\u000d\"", "a&#10;b&#13;" },
	{ "a terminal is not told what to do", LIT("\033[2J"), "\\x1b[2J",
	    "\"\\u001b[2J\"", "\xef\xbf\xbd[2J" },
	{ "nor by the control characters beyond ASCII", LIT("\xc2\x9b"),
	    "\\xc2\\x9b", "\"\\u009b\"", "\xef\xbf\xbd" },
	{ "a NUL ends nothing", LIT("a\0b"), "a\\x00b", "\"a\\u0000b\"",
	    "a\xef\xbf\xbd" "b" },
	{ "bytes that are not UTF-8 are replaced one by one", LIT("a\xff\xc3"),
	    "a\\xff\\xc3", "\"a\xef\xbf\xbd\xef\xbf\xbd\"",
	    "a\xef\xbf\xbd\xef\xbf\xbd" },
	{ "XML has no U+FFFF", LIT("\xef\xbf\xbf"), "\xef\xbf\xbf",
	    "\"\xef\xbf\xbf\"", "\xef\xbf\xbd" },
};

static void
print(void (*how)(FILE *, struct span), struct span text, const char *want)
{
	char *got = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&got, &length);

	if (out == NULL)
		abort();
	how(out, text);
	fclose(out);
	check_text(got, want);
	free(got);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		unit_case(rows[i].sentence);
		print(printable_plain, rows[i].text, rows[i].plain);
		print(printable_json, rows[i].text, rows[i].json);
		print(printable_xml, rows[i].text, rows[i].xml);
	}
}

static const struct unit_test tests[] = {
	{ "any bytes can be printed", test_rows },
};

UNIT_MAIN("printable", tests)
