/*
 * test_users.c - who may log in.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/smtpd/users.h"
#include "tests/unit/unit.h"

static char path[] = "/tmp/users.XXXXXX";

/* TEXT in a file that MODE lets read. */
static struct users *
read_text(struct span text, mode_t mode, struct error *error)
{
	struct users *u;
	int fd;

	strcpy(path, "/tmp/users.XXXXXX");
	fd = mkstemp(path);
	check_true(fd >= 0 && write(fd, text.ptr, text.len) ==
	    (ssize_t)text.len && fchmod(fd, mode) == 0);
	close(fd);
	u = users_read(path, error);
	unlink(path);
	return u;
}

static void
test_passwords(void)
{
	static const struct {
		const char *user, *password;
		int want;
	} rows[] = {
		{ "ann", "secret", 0 },
		{ "ann", "secreT", -1 },
		{ "ann", "secre", -1 },
		{ "ann", "secretsecret", -1 },
		{ "ann", "", -1 },
		{ "ann", "s", -1 },
		{ "Ann", "secret", -1 },
		{ "an", "secret", -1 },
		{ "anna", "secret", -1 },
		{ "", "secret", -1 },
		{ "bob", "a:b c", 0 },
		{ "bob", "a", -1 },
		{ "carl@example.org", "x", 0 },
		{ "carl@example.org", "xx", -1 },
		{ "carl@example.org", "xxx", -1 },
		{ "#zoe", "x", -1 },
		{ "zoe", "last line", 0 },
		{ "aaa", "secret", -1 },
		{ "zzz", "last line", -1 },
	};
	struct users *u = read_text(span_of("# people\n\nbob:a:b c\n"
	    "ann:secret\n#zoe:x\ncarl@example.org:x\nzoe:last line"), 0600,
	    NULL);

	check_true(u != NULL);
	for (size_t i = 0; u != NULL && i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].user);
		check_int(users_check(u, span_of(rows[i].user),
		    span_of(rows[i].password)), rows[i].want);
	}
	users_free(u);
	users_free(NULL);
}

static void
test_nobody(void)
{
	struct users *u = read_text(span_of("# nobody yet\n"), 0400, NULL);

	check_true(u != NULL);
	check_int(users_check(u, span_of("ann"), span_of("")), -1);
	check_int(users_check(u, span_of(""), span_of("")), -1);
	users_free(u);
	u = read_text(span_of(""), 0600, NULL);
	check_true(u != NULL);
	users_free(u);
}

/* A NUL in a name or a password from outside is a byte like others. */
static void
test_nul(void)
{
	struct users *u = read_text(span_of("ann:secret\n"), 0600, NULL);

	check_int(users_check(u, span_make("ann\0", 4), span_of("secret")), -1);
	check_int(users_check(u, span_of("ann"), span_make("secret\0", 7)), -1);
	users_free(u);
}

static void
test_refused(void)
{
	static const struct {
		const char *text;
		const char *want;	/* behind the file's name */
	} rows[] = {
		{ "ann", ":1: there is no ':' between a name and a password" },
		{ "#\n\nann:x\nbob\n",
		  ":4: there is no ':' between a name and a password" },
		{ ":x\n", ":1: there is no name before the ':'" },
		{ "ann:x\nbob:\n", ":2: there is no password behind the ':'" },
		{ "ann :x\n", ":1: there is a blank in the name" },
		{ "ann:x\r\n",
		  ":1: there is a control character, perhaps a CR, in it" },
		{ "ann:x\nbob:y\n\nann:z\n",
		  ":4: the name stands in line 1 already" },
		{ "b:x\nb:y\nb:z\n", ":2: the name stands in line 1 already" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct error error = { "" };

		unit_case(rows[i].text);
		check_true(read_text(span_of(rows[i].text), 0600, &error) ==
		    NULL);
		check_int(strncmp(error.text, path, strlen(path)), 0);
		check_text(error.text + strlen(path), rows[i].want);
	}
}

static void
test_file(void)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0660, 0644 };
	char *large = calloc(1, (1 << 20) + 1);
	struct error error = { "" };

	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		check_true(read_text(span_of("ann:x\n"), modes[i], &error) ==
		    NULL);
		check_true(strstr(error.text, ": others may read or write it, "
		    "and secrets are in it; 'chmod go= /tmp/users.") != NULL);
	}
	check_true(users_read("/nonexistent/users", &error) == NULL);
	check_text(error.text,
	    "/nonexistent/users: No such file or directory");
	check_true(users_read("/tmp", &error) == NULL);
	check_text(error.text, "/tmp: it is not a regular file");
	memset(large, '#', (1 << 20) + 1);
	check_true(read_text(span_make(large, (1 << 20) + 1), 0600, &error) ==
	    NULL);
	check_true(strstr(error.text, ": it is larger than 1 MiB") != NULL);
	free(large);
}

/* As many as the file holds, of whom nobody is missed. */
static void
test_many(void)
{
	char *text = malloc(1 << 20);
	struct users *u;
	size_t len = 0;
	int wrong = 0;
	char name[32], word[32];

	for (int i = 0; i < 50000; i++)
		len += (size_t)sprintf(text + len, "u%d:%x\n", i * 7919 % 50000,
		    i * 7919 % 50000);
	u = read_text(span_make(text, len), 0600, NULL);
	check_true(u != NULL);
	for (int i = 0; u != NULL && i < 50000; i++) {
		sprintf(name, "u%d", i);
		sprintf(word, "%x", i);
		wrong += users_check(u, span_of(name), span_of(word)) != 0;
		sprintf(word, "%x", i + 1);
		wrong += users_check(u, span_of(name), span_of(word)) == 0;
	}
	check_int(wrong, 0);
	users_free(u);
	free(text);
}

static const struct unit_test tests[] = {
	{ "a user has one password, and nobody else's", test_passwords },
	{ "in a file without users nobody may log in", test_nobody },
	{ "a NUL ends nothing", test_nul },
	{ "a line that is wrong is named", test_refused },
	{ "a file is regular, small, and its owner's alone", test_file },
	{ "all of fifty thousand users are found", test_many },
};

UNIT_MAIN("users", tests)
