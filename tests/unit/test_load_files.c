/*
 * test_load_files.c - the files that a policy is made of: what is in them makes
 * its fingerprint, and not everybody may write them.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define NOBODY 65534	/* no file of this test is theirs */

#define SMALL "millgate: 1\nrules:\n  - rule: r\n    then: accept\n"
#define WHOLE "millgate: 1\n" \
	"include: [more.yaml]\n" \
	"tables:\n" \
	"  a: {file: a.txt}\n" \
	"  b: {file: b.txt}\n" \
	"rules:\n" \
	"  - {rule: a, when: {helo: {in: a}}, then: reject}\n" \
	"  - {rule: b, when: {helo: {in: b}}, then: accept}\n"
#define MORE "rules:\n  - {rule: c, when: {helo: c.example}, then: reject}\n"

static char folder[] = "/tmp/test_load_files.XXXXXX";

/* The whole of WHOLE, as it is at first. */
static const struct {
	const char *name;
	const char *text;
	const char *changed;
} files[] = {
	{ "rules.yaml", WHOLE, WHOLE "# changed\n" },
	{ "more.yaml", MORE, MORE "# changed\n" },
	{ "a.txt", "a.example\n", "x.example\n" },
	{ "b.txt", "b.example\n", "b.example\n\n" },
};

static void
put_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	check_true(file != NULL);
	if (file != NULL) {
		check_true(fputs(text, file) >= 0);
		check_int(fclose(file), 0);
	}
	check_int(chmod(name, 0644), 0);
}

static void
put_all(void)
{
	for (size_t i = 0; i < COUNT(files); i++)
		put_file(files[i].name, files[i].text);
}

/* That of the policy in rules.yaml, which must be right. */
static uint64_t
fingerprint(void)
{
	struct error_list errors = { .count = 0 };
	struct policy *p = policy_load("rules.yaml", &errors);
	uint64_t number = p != NULL ? policy_fingerprint(p) : 0;

	check_true(p != NULL);
	check_text(errors.count > 0 ? errors.at[0].text : "", "");
	policy_unref(p);
	error_list_release(&errors);
	return number;
}

/* FNV-1a of these bytes and a NUL, calculated by another program. */
static void
test_known(void)
{
	struct error_list errors = { .count = 0 };
	struct policy *p = policy_load_text("elsewhere.yaml", span_of(SMALL),
	    &errors);

	check_true(p != NULL && policy_fingerprint(p) == 0xd3f337fdb17635ee);
	policy_unref(p);
	put_file("rules.yaml", SMALL);
	check_true(fingerprint() == 0xd3f337fdb17635ee);
	error_list_release(&errors);
}

static void
test_same(void)
{
	uint64_t first;

	put_all();
	first = fingerprint();
	check_true(fingerprint() == first);
	for (size_t i = 0; i < COUNT(files); i++) {
		unit_case(files[i].name);
		put_file(files[i].name, files[i].changed);
		check_true(fingerprint() != first);
		put_file(files[i].name, files[i].text);
		check_true(fingerprint() == first);
	}
}

static void
test_moved(void)
{
	uint64_t first;

	put_all();
	put_file("a.txt", "a.example\nc.example\n");
	first = fingerprint();
	put_file("a.txt", "a.example\n");
	put_file("b.txt", "c.example\nb.example\n");
	check_true(fingerprint() != first);
}

/* Is P about the mode of file NAME? */
static bool
is_about_mode(const struct problem *p, const char *name)
{
	char hint[64];

	(void)snprintf(hint, sizeof hint, "chmod o-w %s", name);
	return strcmp(p->file, name) == 0 && p->line == 1 && p->column == 1 &&
	    strstr(p->text, "everybody may write this file") == p->text &&
	    p->source != NULL && p->hint != NULL && strcmp(p->hint, hint) == 0;
}

static void
check_loose(const char *name, bool is_root)
{
	struct error_list errors = { .count = 0 };
	struct policy *p = policy_load("rules.yaml", &errors);

	check_int(p == NULL, is_root);
	check_size(errors.count, is_root ? 1 : 0);
	check_size(errors.warning_count, is_root ? 0 : 1);
	if (errors.count > 0)
		check_true(is_about_mode(&errors.at[0], name));
	if (errors.warning_count > 0)
		check_true(is_about_mode(&errors.warnings[0], name));
	policy_unref(p);
	error_list_release(&errors);
}

/* Each file in turn may be written by everybody. */
static void
check_all_loose(bool is_root)
{
	for (size_t i = 0; i < COUNT(files); i++) {
		unit_case(files[i].name);
		check_int(chmod(files[i].name, 0646), 0);
		if (is_root || geteuid() != 0) {
			check_loose(files[i].name, is_root);
		} else {
			check_int(seteuid(NOBODY), 0);
			check_loose(files[i].name, false);
			check_int(seteuid(0), 0);
		}
		check_int(chmod(files[i].name, 0664), 0);
	}
	unit_case(is_root ? "a group may, to root" : "a group may");
	(void)fingerprint();
}

static void
test_warned(void)
{
	put_all();
	check_all_loose(false);
}

/* Without root nothing can be said of root. */
static void
test_refused(void)
{
	put_all();
	if (geteuid() == 0)
		check_all_loose(true);
}

static int
write_fifo(void)
{
	FILE *file = fopen("fifo", "w");

	return file != NULL && fputs(SMALL, file) >= 0 && fclose(file) == 0 ?
	    0 : 1;
}

/* There is no file that could be mended. */
static void
test_exempt(void)
{
	struct error_list errors = { .count = 0 };
	struct policy *p;
	pid_t child;
	int status;

	put_file("small.yaml", SMALL);
	check_int(chmod("small.yaml", 0666), 0);
	unit_case("standard input");
	check_true(freopen("small.yaml", "r", stdin) != NULL);
	p = policy_load("-", &errors);
	check_true(p != NULL);
	policy_unref(p);
	unit_case("text in memory");
	p = policy_load_text("small.yaml", span_of(SMALL), &errors);
	check_true(p != NULL);
	policy_unref(p);
	unit_case("a FIFO");
	check_int(mkfifo("fifo", 0666), 0);
	check_int(chmod("fifo", 0666), 0);
	child = fork();
	if (child == 0)
		_exit(write_fifo());
	p = policy_load("fifo", &errors);
	check_true(p != NULL);
	policy_unref(p);
	check_true(waitpid(child, &status, 0) == child && status == 0);
	check_size(errors.count + errors.warning_count, 0);
	(void)unlink("fifo");
	(void)unlink("small.yaml");
	error_list_release(&errors);
}

static void
test_begin(void)
{
	check_true(mkdtemp(folder) != NULL);
	check_int(chmod(folder, 0755), 0);
	check_int(chdir(folder), 0);
}

static void
test_end(void)
{
	for (size_t i = 0; i < COUNT(files); i++)
		(void)unlink(files[i].name);
	check_int(chdir("/"), 0);
	check_int(rmdir(folder), 0);
}

static const struct unit_test tests[] = {
	{ "there is a folder to work in", test_begin },
	{ "the fingerprint is that of the bytes", test_known },
	{ "each file changes it, and back", test_same },
	{ "what moves from file to file changes it", test_moved },
	{ "files that everybody may write are warned of", test_warned },
	{ "root does not read them", test_refused },
	{ "what is no file of its own is not looked at", test_exempt },
	{ "nothing is left behind", test_end },
};

UNIT_MAIN("load_files", tests)
