/*
 * test_update.c - a session file gets the lines that it should have had, and
 * stays as it is otherwise.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "milter/replay/update.h"
#include "rules/base/xmalloc.h"
#include "tests/unit/unit.h"

#define NOBODY 65534	/* no file of this test is theirs */
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static char folder[] = "/tmp/update.XXXXXX";

/* FOLDER/session.smtp; lasts until the next call. */
static const char *
path(void)
{
	static char text[64];	/* for the one thread of a test */

	snprintf(text, sizeof text, "%s/session.smtp", folder);
	return text;
}

static void
write_file(const char *text)
{
	FILE *f = xcheck(fopen(path(), "w"));

	fputs(text, f);
	fclose(f);
}

/* For the caller to free. */
static char *
read_file(void)
{
	struct buffer text;
	char *copy;
	FILE *f = xcheck(fopen(path(), "r"));
	int c;

	buffer_init(&text, 1 << 20);
	while ((c = getc(f)) != EOF)
		buffer_add_char(&text, (char)c);
	fclose(f);
	copy = xspandup(buffer_span(&text));
	buffer_release(&text);
	return copy;
}

/* A finding about LINE to LAST of the file. */
struct found {
	unsigned line, last;
	const char *instead;
};

static const struct {
	const char *sentence;
	const char *before;
	struct found found[3];
	const char *after;
	const char *diff;	/* behind the names of the files */
} rows[] = {
	{ "one line in the middle", "C: a\nS: 250\nC: b\n",
	    { { 2, 2, "S: 550\n" } }, "C: a\nS: 550\nC: b\n",
	    "@@ -2 +2 @@\n-S: 250\n+S: 550\n" },
	{ "the first line and the last", "S: 250\nC: a\nS: 250\n",
	    { { 1, 1, "S: 220\n" }, { 3, 3, "S: 221\n" } },
	    "S: 220\nC: a\nS: 221\n",
	    "@@ -1 +1 @@\n-S: 250\n+S: 220\n@@ -3 +3 @@\n-S: 250\n+S: 221\n" },
	{ "a line end of CR and LF stays", "C: a\r\nS: 250\r\nC: b\n",
	    { { 2, 2, "S: 550\n" } }, "C: a\r\nS: 550\r\nC: b\n",
	    "@@ -2 +2 @@\n-S: 250\n+S: 550\n" },
	{ "a last line without an end stays without", "C: a\nS: 250",
	    { { 2, 2, "S: 550\n" } }, "C: a\nS: 550",
	    "@@ -2 +2 @@\n-S: 250\n+S: 550\n" },
	{ "two lines become one", "S: 550-a\nS: 550 b\n@score 1\n",
	    { { 1, 2, "S: 250\n" }, { 3, 3, "@score 2\n" } },
	    "S: 250\n@score 2\n",
	    "@@ -1,2 +1 @@\n-S: 550-a\n-S: 550 b\n+S: 250\n"
	    "@@ -3 +2 @@\n-@score 1\n+@score 2\n" },
	{ "one line becomes two, also without an end", "C: a\nS: 250",
	    { { 2, 2, "S: 550-a\nS: 550 b\n" } }, "C: a\nS: 550-a\nS: 550 b",
	    "@@ -2 +2,2 @@\n-S: 250\n+S: 550-a\n+S: 550 b\n" },
	{ "a line may go", "S: 250\n@quarantine x\nC: QUIT\n",
	    { { 2, 2, "" } }, "S: 250\nC: QUIT\n",
	    "@@ -2 +1,0 @@\n-@quarantine x\n" },
	{ "the order of the findings does not matter", "S: 1\nS: 2\nS: 3\n",
	    { { 3, 3, "S: c\n" }, { 1, 1, "S: a\n" } }, "S: a\nS: 2\nS: c\n",
	    "@@ -1 +1 @@\n-S: 1\n+S: a\n@@ -3 +3 @@\n-S: 3\n+S: c\n" },
	{ "what is printed of it does no harm", "@header A: \033[2J\n",
	    { { 1, 1, "@header A: \001\n" } }, "@header A: \001\n",
	    "@@ -1 +1 @@\n-@header A: \\x1b[2J\n+@header A: \\x01\n" },
};

/*
 * Carry out FOUND, of the file that held PLAYED; the diff behind its first two
 * lines, to be freed.
 */
static char *
apply_to(const char *played, const struct found *found, int want)
{
	struct update u = { .count = 0 };
	struct outcome o = { .count = 0 };
	struct error why;
	char *diff = NULL, *rest;
	size_t length = 0;
	FILE *out = xcheck(open_memstream(&diff, &length));

	outcome_begin(&o, span_of("x"), "x", 1);
	for (size_t i = 0; i < 3 && found[i].line > 0; i++) {
		struct finding *f = outcome_add(&o, FINDING_FAILED,
		    found[i].line, span_of("why"));

		f->last_line = found[i].last;
		f->instead = xstrdup(found[i].instead);
	}
	outcome_add(&o, FINDING_FAILED, 1, span_of("no help for this"));
	outcome_add(&o, FINDING_UNCHECKED, 1, span_of("nor for this"));
	check_size(update_note(&u, &o, false), 1);
	check_int(update_write(&u, path(), span_of(played), out,
	    &why), want);
	check_size(u.count, 0);
	fclose(out);
	rest = strchr(diff, '@');
	rest = xstrdup(rest != NULL ? rest : "");
	free(diff);
	update_release(&u);
	outcome_release(&o);
	return rest;
}

/* The same, of a file that holds what was played. */
static char *
apply(const struct found *found, int want)
{
	char *played = read_file(), *diff = apply_to(played, found, want);

	free(played);
	return diff;
}

static void
test_rows(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *diff, *after;

		unit_case(rows[i].sentence);
		write_file(rows[i].before);
		diff = apply(rows[i].found, 0);
		after = read_file();
		check_text(after, rows[i].after);
		check_text(diff, rows[i].diff);
		free(diff);
		free(after);
	}
}

static void
test_left(void)
{
	struct update u = { .count = 0 };
	struct outcome o = { .count = 0 };

	outcome_begin(&o, span_of("x"), "x", 1);
	outcome_add(&o, FINDING_FAILED, 1, span_of("no help for this"));
	outcome_add(&o, FINDING_UNCHECKED, 1, span_of("nor for this"));
	check_size(update_note(&u, &o, false), 1);
	check_size(update_note(&u, &o, true), 2);
	check_size(u.count, 0);
	update_release(&u);
	outcome_release(&o);
}

static void
test_mode(void)
{
	static const struct found found[3] = { { 1, 1, "S: 550\n" } };
	struct stat status;

	write_file("S: 250\n");
	check_int(chmod(path(), 0640), 0);
	free(apply(found, 0));
	check_int(stat(path(), &status), 0);
	check_int(status.st_mode & 07777, 0640);
}

static void
test_link(void)
{
	static const struct found found[3] = { { 1, 1, "S: 550\n" } };
	struct stat status;
	char other[64], *after;

	snprintf(other, sizeof other, "%s/other", folder);
	write_file("S: 250\n");
	check_int(rename(path(), other), 0);
	check_int(symlink("other", path()), 0);
	free(apply(found, 0));
	check_int(lstat(path(), &status), 0);
	check_true(S_ISLNK(status.st_mode));
	after = read_file();
	check_text(after, "S: 550\n");
	free(after);
	unlink(path());
	unlink(other);
}

/* Somebody wrote to it while it was played. */
/* What became of the file since it was played, and of it now. */
static const struct {
	const char *sentence;
	const char *played;
	const char *now;
	const char *after;
} meanwhile[] = {
	{ "a line was added above", "C: a\nS: 250\n",
	    "# x\nC: a\nS: 250\n", NULL },
	{ "another one was written there", "C: a\nS: 250\n",
	    "C: a\nS: 251\n", NULL },
	{ "one was put in between that looks like it", "C: a\nS: 250\n",
	    "C: a\n@rule x\nS: 250\n", NULL },
	{ "it is shorter", "C: a\nS: 250\nC: b\n", "C: a\nS: 250\n", NULL },
	{ "it is empty", "C: a\nS: 250\n", "", NULL },
	{ "its last line is longer", "C: a\nS: 250", "C: a\nS: 250 x\n",
	    NULL },
	{ "a recorder has added a session", "C: a\nS: 250\n",
	    "C: a\nS: 250\n@session b\n", "C: a\nS: 550\n@session b\n" },
	{ "it was played without the end of its last line", "C: a\nS: 250",
	    "C: a\nS: 250", "C: a\nS: 550" },
};

static void
test_meanwhile(void)
{
	static const struct found found[3] = { { 2, 2, "S: 550\n" } };

	for (size_t i = 0; i < COUNT(meanwhile); i++) {
		const char *want = meanwhile[i].after;
		char *diff, *after;

		unit_case(meanwhile[i].sentence);
		write_file(meanwhile[i].now);
		diff = apply_to(meanwhile[i].played, found,
		    want != NULL ? 0 : -1);
		check_text(diff, want != NULL ?
		    "@@ -2 +2 @@\n-S: 250\n+S: 550\n" : "");
		after = read_file();
		check_text(after, want != NULL ? want : meanwhile[i].now);
		free(diff);
		free(after);
	}
	unlink(path());
	free(apply_to("C: a\nS: 250\n", found, -1));
}

/* The file stays as it is; it is gone afterwards. */
static void
check_left_alone(void)
{
	static const struct found found[3] = { { 1, 1, "S: 550\n" } };
	char *after;

	free(apply(found, -1));
	after = read_file();
	check_text(after, "S: 250\n");
	free(after);
	unlink(path());
}

/* Root may write to all files, and so takes on the part of somebody else. */
static void
test_not_allowed(void)
{
	uid_t user = geteuid();
	gid_t group = getegid();

	unit_case("a file that nobody may write to");
	write_file("S: 250\n");
	check_int(chmod(path(), 0444), 0);
	check_left_alone();
	unit_case("a file that only others may write to");
	write_file("S: 250\n");
	check_int(chmod(path(), 0466), 0);
	check_int(chmod(folder, 0777), 0);
	if (user == 0) {
		check_int(chown(path(), NOBODY, NOBODY), 0);
		check_int(setegid(NOBODY), 0);
		check_int(seteuid(NOBODY), 0);
	}
	check_left_alone();
	check_int(seteuid(user), 0);
	check_int(setegid(group), 0);
}

static void
test_other_name(void)
{
	char other[64];

	snprintf(other, sizeof other, "%s/other", folder);
	write_file("S: 250\n");
	check_int(link(path(), other), 0);
	check_left_alone();
	unlink(other);
}

/* Nobody but root can have it otherwise. */
static void
test_owner(void)
{
	static const struct found found[3] = { { 1, 1, "S: 550\n" } };
	uid_t owner = geteuid() == 0 ? NOBODY : geteuid();
	struct stat status;

	write_file("S: 250\n");
	check_int(chown(path(), owner, (gid_t)-1), 0);
	free(apply(found, 0));
	check_int(stat(path(), &status), 0);
	check_int((int)status.st_uid, (int)owner);
	unlink(path());
}

static void
test_end(void)
{
	unlink(path());
	check_int(rmdir(folder), 0);	/* nothing was left in it */
}

static void
test_begin(void)
{
	check_true(mkdtemp(folder) != NULL);
}

static const struct unit_test tests[] = {
	{ "there is a folder to work in", test_begin },
	{ "lines are replaced, and the rest stays byte for byte", test_rows },
	{ "what cannot be written is counted", test_left },
	{ "a file keeps its mode", test_mode },
	{ "a link stays one", test_link },
	{ "a file that has changed is left alone", test_meanwhile },
	{ "a file that may not be written to is left alone",
	    test_not_allowed },
	{ "a file that has another name is left alone", test_other_name },
	{ "a file keeps its owner", test_owner },
	{ "nothing is left behind", test_end },
};

UNIT_MAIN("update", tests)
