/*
 * test_maildir.c - messages in Maildirs: where they are, and what is in them.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/smtpd/maildir.h"
#include "tests/unit/mail_desk.h"
#include "tests/unit/unit.h"

#define ALICE "alice@mail.example"
#define CARL "carl@mail.example"

static struct error error;

static enum smtp_delivery
deliver(const struct smtp_message *m)
{
	error.text[0] = '\0';
	return maildir_deliver(mail_desk, MAIL_HOST, m, &error);
}

static void
one_file(void)
{
	struct span list[] = { span_of("Alice@mail.example") };
	struct smtp_message m = mail_message(list, 1);
	const char *name;
	char end[64];

	check_int(deliver(&m), SMTP_DELIVERED);
	check_text(mail_read(ALICE "/new"),
	    "Return-Path: <bob@friend.example>\n"
	    "Delivered-To: Alice@mail.example\n"
	    "Received: from x\n\tby y\nSubject: hello\n\none\ntwo\n");
	name = mail_name(ALICE "/new");
	snprintf(end, sizeof end, "." MAIL_HOST ",S=%zu",
	    strlen(mail_read(ALICE "/new")));
	check_true(strstr(name, "_4XyZ1a.") != NULL);
	check_true(span_ends_with(span_of(name), span_of(end)));
	check_int(mail_count(ALICE "/tmp"), 0);
	check_int(mail_count(ALICE "/cur"), 0);
}

static void
check_mode(const char *path, mode_t mode)
{
	struct stat st;

	unit_case(path);
	check_int(lstat(mail_path(path), &st), 0);
	check_int(st.st_mode & 07777, mode);
}

static void
modes(void)
{
	char file[MAIL_PATH_MAX];

	snprintf(file, sizeof file, ALICE "/new/%s",
	    mail_name(ALICE "/new"));
	check_mode(ALICE, 0700);
	check_mode(ALICE "/tmp", 0700);
	check_mode(ALICE "/new", 0700);
	check_mode(ALICE "/cur", 0700);
	check_mode(file, 0600);
}

/* HEADER and BODY must make a file that ends in END. */
static void
check_end(struct span header, struct span body, const char *end)
{
	struct span list[] = { span_of(ALICE) };
	struct smtp_message m = mail_message(list, 1);

	mail_desk_clear();
	m.header = header;
	m.body = body;
	check_int(deliver(&m), SMTP_DELIVERED);
	check_true(span_ends_with(span_of(mail_read(ALICE "/new")),
	    span_of(end)));
}

static void
line_ends(void)
{
	unit_case("a CR alone stays");
	check_end(span_of("A: b\r\n\r\n"), span_of("x\ry\r\r\nz\r"),
	    "\nA: b\n\nx\ry\r\nz\r");
	unit_case("a LF alone stays");
	check_end(span_of("A: b\n\n"), span_of("x\ny\n"), "\nA: b\n\nx\ny\n");
	unit_case("nothing but an end");
	check_end(span_of("\r\n"), span_of("\r\n"), "example\n\n\n");
	unit_case("no body");
	check_end(span_of("A: b\r\n\r\n"), span_of(""), "\nA: b\n\n");
}

/* Every place of a CRLF beside the edges of the pieces that are written. */
static void
large(void)
{
	struct span list[] = { span_of(ALICE) };
	struct smtp_message m = mail_message(list, 1);
	size_t len = 3u << 20, lines = 0;
	char *body = malloc(len);
	struct span got;

	for (size_t i = 0; i < len; i++)
		body[i] = (char)('a' + i % 26);
	for (size_t i = 61; i + 1 < len; i += 61 + i % 7, lines++)
		memcpy(body + i, "\r\n", 2);
	mail_desk_clear();
	m.body = span_make(body, len);
	check_int(deliver(&m), SMTP_DELIVERED);
	got = span_of(mail_read(ALICE "/new"));
	check_true(got.len > len - lines);
	got = span_skip(got, got.len - (len - lines));
	for (size_t i = 0, at = 0; i < len; i++) {
		if (body[i] != '\r' && got.ptr[at++] != body[i]) {
			check_size(i, len);
			break;
		}
	}
	free(body);
}

static void
bounce(void)
{
	struct span list[] = { span_of(ALICE) };
	struct smtp_message m = mail_message(list, 1);

	mail_desk_clear();
	m.sender = span_of("<>");
	check_int(deliver(&m), SMTP_DELIVERED);
	check_true(span_starts_with(span_of(mail_read(ALICE "/new")),
	    span_of("Return-Path: <>\nDelivered-To: " ALICE "\n")));
}

static void
several(void)
{
	struct span list[] = { span_of(CARL), span_of(ALICE),
		span_of("alice@MAIL.example"), span_of("dora"),
		span_of("Carl@mail.example") };
	struct smtp_message m = mail_message(list, 5);

	mail_desk_clear();
	check_int(deliver(&m), SMTP_DELIVERED);
	check_int(mail_count(""), 3);
	check_true(strstr(mail_read(ALICE "/new"),
	    "\nDelivered-To: " ALICE "\nRec") != NULL);
	check_true(strstr(mail_read(CARL "/new"),
	    "\nDelivered-To: " CARL "\nRec") != NULL);
	check_true(strstr(mail_read("dora/new"),
	    "\nDelivered-To: dora\nRec") != NULL);
	check_int(mail_count_all("tmp"), 0);
	unit_case("nobody");
	m.recipient_count = 0;
	check_int(deliver(&m), SMTP_DELIVERED);
	check_int(mail_count_all("new"), 3);
}

/* A thousand at once, with few descriptors. */
static void
thousand(void)
{
	static char addresses[1000][32];
	static struct span list[1000];
	struct smtp_message m = mail_message(list, 1000);
	struct rlimit all, few;

	mail_desk_clear();
	for (size_t i = 0; i < 1000; i++) {
		snprintf(addresses[i], sizeof addresses[i], "u%zu@x", i % 500);
		list[i] = span_of(addresses[i]);
	}
	getrlimit(RLIMIT_NOFILE, &all);
	few = all;
	few.rlim_cur = 16;
	setrlimit(RLIMIT_NOFILE, &few);
	check_int(deliver(&m), SMTP_DELIVERED);
	check_int(mail_count(""), 500);
	check_int(mail_count_all("new"), 500);
	setrlimit(RLIMIT_NOFILE, &all);
}

/* RLIMIT_FSIZE is the full disk that every system has. */
static void
no_room(void)
{
	static char body[100000];
	struct span list[] = { span_of(ALICE), span_of(CARL) };
	struct smtp_message m = mail_message(list, 2);
	struct rlimit whole, small;

	mail_desk_clear();
	memset(body, 'x', sizeof body);
	m.body = span_make(body, sizeof body);
	getrlimit(RLIMIT_FSIZE, &whole);
	small = whole;
	small.rlim_cur = sizeof body / 2;
	(void)signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	check_int(deliver(&m), SMTP_NO_ROOM);
	check_true(span_ends_with(span_of(error.text),
	    span_of("/" ALICE ": File too large")));
	check_int(maildir_hold(mail_desk, MAIL_HOST, &m, &error),
	    SMTP_NO_ROOM);
	check_int(mail_count_all("tmp"), 0);
	check_int(mail_count_all("new"), 0);
	setrlimit(RLIMIT_FSIZE, &whole);
	check_int(deliver(&m), SMTP_DELIVERED);
	check_int(mail_count_all("new"), 2);
}

static void
hold(void)
{
	struct span list[] = { span_of(CARL), span_of(ALICE) };
	struct smtp_message m = mail_message(list, 2);

	mail_desk_clear();
	m.quarantined = true;
	m.quarantine = span_of("looks odd\r\nBcc: x\tyz");
	check_int(maildir_hold(mail_desk, MAIL_HOST, &m, &error),
	    SMTP_DELIVERED);
	check_text(mail_read("new"), "Return-Path: <bob@friend.example>\n"
	    "Delivered-To: " CARL "\nDelivered-To: " ALICE "\n"
	    "X-Quarantine: looks odd??Bcc: x?yz\n"
	    "Received: from x\n\tby y\nSubject: hello\n\none\ntwo\n");
	check_int(mail_count("tmp"), 0);
	unit_case("without a reason");
	mail_desk_clear();
	m.quarantine = span_of("");
	check_int(maildir_hold(mail_desk, MAIL_HOST, &m, &error),
	    SMTP_DELIVERED);
	check_true(strstr(mail_read("new"), "\nX-Quarantine:\nRec") != NULL);
}

static void
links(void)
{
	static const char *const places[] = { ALICE, ALICE "/tmp",
		ALICE "/new" };
	struct span list[] = { span_of("a@x"), span_of(ALICE) };
	struct smtp_message m = mail_message(list, 2);

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		unit_case(places[i]);
		mail_desk_clear();
		check_int(mkdir(mail_path("elsewhere"), 0700), 0);
		check_int(mkdir(mail_path("elsewhere/tmp"), 0700), 0);
		check_int(mkdir(mail_path("elsewhere/new"), 0700), 0);
		if (i > 0)
			check_int(mkdir(mail_path(ALICE), 0700), 0);
		check_int(symlink(mail_path("elsewhere"), mail_path(places[i])),
		    0);
		check_int(deliver(&m), SMTP_NOT_NOW);
		check_true(strstr(error.text, "/" ALICE ": ") != NULL);
		check_int(mail_count_all("new"), 0);
		check_int(mail_count_all("tmp"), 0);
		check_int(mail_count("elsewhere"), 2);
	}
}

static void
no_root(void)
{
	struct span list[] = { span_of(ALICE) };
	struct smtp_message m = mail_message(list, 1);

	check_int(maildir_deliver("/nowhere", MAIL_HOST, &m, &error),
	    SMTP_NOT_NOW);
	check_text(error.text, "cannot deliver into /nowhere/: "
	    "No such file or directory");
}

static const struct unit_test tests[] = {
	{ "a folder for it all", mail_desk_begin },
	{ "a message is one file in new", one_file },
	{ "nobody else may read", modes },
	{ "CRLF becomes LF, and nothing else changes", line_ends },
	{ "a large message", large },
	{ "a bounce", bounce },
	{ "each recipient has a file, and one only", several },
	{ "a thousand recipients need few descriptors", thousand },
	{ "no room is told, and leaves nothing", no_room },
	{ "a message that is held", hold },
	{ "links in the way are not followed", links },
	{ "a root that is not there", no_root },
	{ "nothing stays behind", mail_desk_end },
};

UNIT_MAIN("maildir", tests)
