/*
 * test_maildir_order.c - what is asked of the kernel for a delivery, in which
 * order, and what is left when any of it fails.
 *
 * After a power cut is there what was made durable by fsync(): the bytes of a
 * file, and the names in a folder. So the order of the calls is the proof that
 * a message which is told to be delivered outlives one.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/smtpd/maildir.h"
#include "tests/unit/mail_desk.h"
#include "tests/unit/unit.h"

#define LOG_LIMIT (1u << 20)

/* Of the one thread. */
static struct buffer journal;
static bool watching;
static unsigned calls;		/* since watching began */
static unsigned failing;	/* the call that fails, from 1; 0: none */
static int trouble;		/* the errno it fails with */
static size_t write_max;	/* bytes that a write takes; 0: all */
static bool interrupted;	/* every other write is */

int __real_openat(int folder, const char *name, int flags, ...);
int __real_mkdirat(int folder, const char *name, mode_t mode);
ssize_t __real_write(int fd, const void *bytes, size_t len);
int __real_renameat(int from, const char *old, int to, const char *new);
int __real_unlinkat(int folder, const char *name, int flags);
int __wrap_openat(int folder, const char *name, int flags, ...);
int __wrap_mkdirat(int folder, const char *name, mode_t mode);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __wrap_fsync(int fd);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __wrap_unlinkat(int folder, const char *name, int flags);

/* The place of FD below the desk, "." for the desk. */
static struct span
place_of(int fd)
{
	static char path[MAIL_PATH_MAX];
	char link[64];
	ssize_t len;
	struct span s;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof path);
	s = span_make(path, len > 0 ? (size_t)len : 0);
	if (!span_starts_with(s, span_of(mail_desk)))
		return span_of("?");
	s = span_skip(s, strlen(mail_desk));
	return s.len > 0 ? span_skip(s, 1) : span_of(".");
}

/* A line: what was done, where, and the NAME there, if it is no file's. */
static void
note(const char *what, int fd, const char *name)
{
	struct span place = place_of(fd), file = span_of("/tmp/");
	size_t slash = span_find_last(place, '/');

	buffer_add_text(&journal, what);
	buffer_add_char(&journal, ' ');
	if (slash + 1 > file.len && slash < place.len &&
	    span_ends_with(span_head(place, slash + 1), file))
		buffer_addf(&journal, "%.*s/FILE", (int)slash, place.ptr);
	else if (span_starts_with(place, span_of("tmp/")))
		buffer_add_text(&journal, "tmp/FILE");
	else
		buffer_add(&journal, place);
	if (name != NULL)
		buffer_addf(&journal, " %s", strstr(name, "Q") != NULL ?
		    "FILE" : name);
	buffer_add_char(&journal, '\n');
}

/* Has this call to fail? */
static bool
fails(void)
{
	if (!watching || ++calls != failing)
		return false;
	errno = trouble;
	return true;
}

int
__wrap_openat(int folder, const char *name, int flags, ...)
{
	va_list ap;
	mode_t mode = 0;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = (mode_t)va_arg(ap, int);
	va_end(ap);
	if (fails())
		return -1;
	if (watching && (flags & O_CREAT))
		note("create", folder, name);
	return __real_openat(folder, name, flags, mode);
}

int
__wrap_mkdirat(int folder, const char *name, mode_t mode)
{
	if (fails())
		return -1;
	if (watching)
		note("mkdir", folder, name);
	return __real_mkdirat(folder, name, mode);
}

ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	static unsigned turn;

	if (!watching)
		return __real_write(fd, bytes, len);
	if (fails())
		return -1;
	if (interrupted && turn++ % 2 == 0) {
		errno = EINTR;
		return -1;
	}
	note("write", fd, NULL);
	if (write_max > 0 && len > write_max)
		len = write_max;
	return __real_write(fd, bytes, len);
}

int
__wrap_fsync(int fd)
{
	if (fails())
		return -1;
	if (watching)
		note("fsync", fd, NULL);
	return 0;
}

int
__wrap_renameat(int from, const char *old, int to, const char *new)
{
	if (fails())
		return -1;
	if (watching) {
		note("rename from", from, NULL);
		note("rename to", to, NULL);
	}
	return __real_renameat(from, old, to, new);
}

int
__wrap_unlinkat(int folder, const char *name, int flags)
{
	if (watching)
		note("unlink", folder, name);
	return __real_unlinkat(folder, name, flags);
}

static struct span list[] = { { "a@x", 3 }, { "b@x", 3 }, { "c@x", 3 } };
static struct error error;

static enum smtp_delivery
deliver(const struct smtp_message *m, bool hold)
{
	enum smtp_delivery result;

	buffer_clear(&journal);
	error.text[0] = '\0';
	calls = 0;
	watching = true;
	if (hold)
		result = maildir_hold(mail_desk, MAIL_HOST, m, &error);
	else
		result = maildir_deliver(mail_desk, MAIL_HOST, m, &error);
	watching = false;
	if (result == SMTP_DELIVERED)
		buffer_add_text(&journal, "delivered\n");
	return result;
}

#define MADE(box) \
	"mkdir . " box "\nmkdir " box " new\nmkdir " box " cur\n" \
	"fsync " box "\nfsync .\nmkdir " box " tmp\n"
#define WRITTEN(box) \
	"create " box "tmp FILE\nwrite " box "tmp/FILE\nfsync " box "tmp/FILE\n"
#define RENAMED(box) \
	"rename from " box "tmp\nrename to " box "new\nfsync " box "new\n"

static void
order(void)
{
	struct smtp_message m = mail_message(list, 2);

	buffer_init(&journal, LOG_LIMIT);
	unit_case("mailboxes that are made");
	check_int(deliver(&m, false), SMTP_DELIVERED);
	check_text(buffer_text(&journal),
	    MADE("a@x") WRITTEN("a@x/") MADE("b@x") WRITTEN("b@x/")
	    RENAMED("a@x/") RENAMED("b@x/") "delivered\n");
	unit_case("mailboxes that are there");
	check_int(deliver(&m, false), SMTP_DELIVERED);
	check_text(buffer_text(&journal), WRITTEN("a@x/") WRITTEN("b@x/")
	    RENAMED("a@x/") RENAMED("b@x/") "delivered\n");
	unit_case("a mailbox that was half made");
	check_int(mkdir(mail_path("c@x"), 0700), 0);
	check_int(mkdir(mail_path("c@x/new"), 0700), 0);
	m = mail_message(list + 2, 1);
	check_int(deliver(&m, false), SMTP_DELIVERED);
	check_text(buffer_text(&journal), MADE("c@x") WRITTEN("c@x/")
	    RENAMED("c@x/") "delivered\n");
}

static void
order_of_hold(void)
{
	struct smtp_message m = mail_message(list, 2);

	mail_desk_clear();
	check_int(deliver(&m, true), SMTP_DELIVERED);
	check_text(buffer_text(&journal), "mkdir . .\nmkdir . new\n"
	    "mkdir . cur\nfsync .\nfsync .\nmkdir . tmp\n"
	    WRITTEN("") RENAMED("") "delivered\n");
	check_int(deliver(&m, true), SMTP_DELIVERED);
	check_text(buffer_text(&journal), WRITTEN("") RENAMED("")
	    "delivered\n");
}

/* The call N fails in this way: nothing must be left. False: there is no
 * call N. */
static bool
try_failure(unsigned n, int with, enum smtp_delivery want, bool hold)
{
	struct smtp_message m = mail_message(list, 3);
	enum smtp_delivery got;

	trouble = with;
	failing = n;
	got = deliver(&m, hold);
	failing = 0;
	if (got == SMTP_DELIVERED)
		return false;
	check_int(got, want);
	check_true(strstr(error.text, strerror(with)) != NULL);
	check_int(mail_count_all("tmp"), 0);
	check_int(mail_count_all("new"), 0);
	return true;
}

static const struct {
	const char *sentence;
	int with;
	enum smtp_delivery want;
} failure_rows[] = {
	{ "the disk is full", ENOSPC, SMTP_NO_ROOM },
	{ "the quota is full", EDQUOT, SMTP_NO_ROOM },
	{ "the file is too large", EFBIG, SMTP_NO_ROOM },
	{ "the disk is broken", EIO, SMTP_NOT_NOW },
	{ "there are no descriptors", EMFILE, SMTP_NOT_NOW },
};

/* Each call in its turn, in mailboxes that are made or, if THERE, were. */
static void
try_calls(int with, enum smtp_delivery want, bool hold, bool there)
{
	struct smtp_message m = mail_message(list, 3);
	unsigned n = 0;

	do {
		mail_desk_clear();
		if (there)
			check_int(deliver(&m, hold), SMTP_DELIVERED);
		mail_desk_empty();
	} while (try_failure(++n, with, want, hold));
	check_int(calls, n - 1);
	check_true(calls > (hold ? 7 : 30));
}

static void
try_failures(bool hold)
{
	for (size_t i = 0; i < sizeof failure_rows / sizeof *failure_rows;
	    i++) {
		unit_case(failure_rows[i].sentence);
		try_calls(failure_rows[i].with, failure_rows[i].want, hold,
		    false);
		try_calls(failure_rows[i].with, failure_rows[i].want, hold,
		    true);
	}
}

static void
failures(void)
{
	try_failures(false);
}

static void
failures_of_hold(void)
{
	try_failures(true);
}

static void
short_writes(void)
{
	struct smtp_message m = mail_message(list, 1);
	char whole[1024];

	mail_desk_clear();
	check_int(deliver(&m, false), SMTP_DELIVERED);
	snprintf(whole, sizeof whole, "%s", mail_read("a@x/new"));
	mail_desk_clear();
	write_max = 7;
	interrupted = true;
	check_int(deliver(&m, false), SMTP_DELIVERED);
	write_max = 0;
	interrupted = false;
	check_text(mail_read("a@x/new"), whole);
}

static void
end(void)
{
	buffer_release(&journal);
	mail_desk_end();
}

static const struct unit_test tests[] = {
	{ "a folder for it all", mail_desk_begin },
	{ "a file is durable before it is renamed, the rename before it is "
	    "told", order },
	{ "the same of the quarantine", order_of_hold },
	{ "whatever fails, nothing is left", failures },
	{ "the same of the quarantine, too", failures_of_hold },
	{ "writes may be cut and interrupted", short_writes },
	{ "nothing stays behind", end },
};

UNIT_MAIN("maildir_order", tests)
