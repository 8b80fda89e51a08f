/*
 * test_mailbox_name.c - the folder that belongs to an address.
 */
#include "config.h"

#include "milter/smtpd/maildir.h"
#include "tests/unit/unit.h"

#define ALICE "alice@mail.example"

static const struct {
	const char *sentence;
	const char *address;
	const char *name;
} name_rows[] = {
	{ "an address is its own name", ALICE, ALICE },
	{ "letters become small", "Alice@Mail.EXAMPLE", ALICE },
	{ "marks of addresses stay", "a.b_c+d=e-f@x", "a.b_c+d=e-f@x" },
	{ "a slash is no folder", "../etc/x@y", "%2E.%2Fetc%2Fx@y" },
	{ "a dot in front hides nothing", ".@x", "%2E@x" },
	{ "there is no way up", "..", "%2E." },
	{ "an escape is escaped", "%2e@x", "%252e@x" },
	{ "bytes above ASCII", "j\xc3\xb6rg@x", "j%C3%B6rg@x" },
	{ "a quoted local part", "\"a b\"@x", "%22a%20b%22@x" },
	{ "a flag's colon", "a:2,S@x", "a%3A2%2Cs@x" },
};

static void
names(void)
{
	char name[MAILBOX_NAME_MAX];

	for (size_t i = 0; i < sizeof name_rows / sizeof *name_rows; i++) {
		unit_case(name_rows[i].sentence);
		maildir_name(span_of(name_rows[i].address), name);
		check_text(name, name_rows[i].name);
	}
	unit_case("a NUL");
	maildir_name(span_make("a\0b", 3), name);
	check_text(name, "a%00b");
}

static void
long_names(void)
{
	char address[400], name[MAILBOX_NAME_MAX], other[MAILBOX_NAME_MAX];

	memset(address, 'a', sizeof address);
	unit_case("the longest that fits");
	maildir_name(span_make(address, 255), name);
	check_size(strlen(name), 255);
	check_true(strchr(name, '%') == NULL);
	unit_case("one longer");
	maildir_name(span_make(address, 256), name);
	check_size(strlen(name), 255);
	check_text(name + 236, "a%-fd2916200943d825");
	unit_case("letters are small there, too");
	memset(address, 'A', sizeof address);
	maildir_name(span_make(address, 256), other);
	check_text(other, name);
	unit_case("the end makes the difference");
	address[255] = 'b';
	maildir_name(span_make(address, 256), other);
	check_true(strcmp(other, name) != 0);
	check_true(strncmp(other, name, 237) == 0);
	unit_case("an escape is not cut");
	for (size_t at = 225; at < 245; at++) {
		memset(address, 'a', sizeof address);
		address[at] = '/';
		maildir_name(span_make(address, sizeof address), name);
		check_true(strlen(name) <= 255);
		check_true((strstr(name, "%2F") != NULL) == (at <= 234));
		check_size(strcspn(name, "%") + (at <= 234 ? 3 : 0),
		    at <= 234 ? at + 3 : at < 237 ? at : 237);
		check_true(strstr(name, "%-") == name + strlen(name) - 18);
	}
}

static const struct unit_test tests[] = {
	{ "a mailbox is called by its address", names },
	{ "an address that is too long has a name, too", long_names },
};

UNIT_MAIN("mailbox_name", tests)
