/*
 * test_smtpd_log.c - what comes from outside can write nothing into the log.
 */
#include "config.h"

#include "milter/smtpd/log.h"
#include "tests/unit/unit.h"

static const struct {
	const char *sentence;
	struct span field;
	const char *shown;
} rows[] = {
	{ "plain text stays", { "bob@example.org", 15 }, "bob@example.org" },
	{ "nothing is nothing", { NULL, 0 }, "" },
	{ "lines cannot be ended", { "a\r\nb", 4 }, "a\\x0D\\x0Ab" },
	{ "NUL, DEL and escape", { "\0\x7f\x1b[m", 5 }, "\\x00\\x7F\\x1B[m" },
	{ "quotes and backslashes", { "\"\\", 2 }, "\\x22\\x5C" },
	{ "UTF-8 stays", { "\xc3\xa9\xe2\x82\xac", 5 },
	    "\xc3\xa9\xe2\x82\xac" },
	{ "what is no UTF-8 does not", { "\xff\xc3", 2 }, "\\xFF\\xC3" },
	{ "C1 controls neither", { "\xc2\x9b", 2 }, "\\xC2\\x9B" },
};

static void
test_field(void)
{
	char out[SMTPD_LOG_FIELD_MAX];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		check_text(smtpd_log_field(rows[i].field, out),
		    rows[i].shown);
	}
}

static void
test_long(void)
{
	char out[SMTPD_LOG_FIELD_MAX];
	char field[4096];

	memset(field, 'x', sizeof field);
	check_size(strlen(smtpd_log_field(span_make(field,
	    SMTPD_LOG_FIELD), out)), SMTPD_LOG_FIELD);
	check_size(strlen(smtpd_log_field(span_make(field,
	    SMTPD_LOG_FIELD + 1), out)), SMTPD_LOG_FIELD + 3);
	/* What takes most room, all of it. */
	memset(field, '\xff', sizeof field);
	check_size(strlen(smtpd_log_field(span_make(field, sizeof field),
	    out)), 4 * SMTPD_LOG_FIELD + 3);
	/* A character is not cut. */
	memset(field, 'x', sizeof field);
	memcpy(field + SMTPD_LOG_FIELD - 1, "\xc3\xa9", 2);
	check_size(strlen(smtpd_log_field(span_make(field, sizeof field),
	    out)), SMTPD_LOG_FIELD - 1 + 3);
}

static const struct unit_test tests[] = {
	{ "a field is shown so that it does no harm", test_field },
	{ "a field has a bound", test_long },
};

UNIT_MAIN("smtpd/log", tests)
