/*
 * test_queue.c - messages on disk that wait to be relayed.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "milter/smtpd/queue_entry.h"
#include "milter/smtpd/queue_file.h"
#include "tests/unit/unit.h"

static char folder[32];
static struct error error;

static const struct span recipients[] = {
	{ "bob@example.com", 15 }, { "\"a <b\"@example.com", 18 },
};

static struct smtp_message
message(void)
{
	return (struct smtp_message){
		.queue_id = span_of("4XyZ12"),
		.sender = span_of("alice@example.com"),
		.recipients = recipients,
		.recipient_count = 2,
		.header = span_of("Subject: one\r\n\r\n"),
		.body = span_of("text\r\n"),
	};
}

/* FOLDER/PART/NAME; static. */
static const char *
path_of(const char *part, const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/%s/%s", folder, part, name);
	return path;
}

static void
clear(const char *part)
{
	DIR *in = opendir(path_of(part, ""));
	struct dirent *one;

	while (in != NULL && (one = readdir(in)) != NULL)
		unlink(path_of(part, one->d_name));
	if (in != NULL)
		closedir(in);
	rmdir(path_of(part, ""));
}

static size_t
files_in(const char *part)
{
	DIR *in = opendir(path_of(part, ""));
	struct dirent *one;
	size_t count = 0;

	while (in != NULL && (one = readdir(in)) != NULL)
		count += one->d_name[0] != '.';
	if (in != NULL)
		closedir(in);
	return count;
}

static struct queue *
begin(void)
{
	strcpy(folder, "/tmp/queue.XXXXXX");
	check_true(mkdtemp(folder) != NULL);
	return queue_open(folder, &error);
}

static void
end(struct queue *q)
{
	queue_close(q);
	clear("tmp");
	clear("active");
	clear("state");
	clear("bounced");
	unlink(path_of("", "lock"));
	check_int(rmdir(folder), 0);
}

static struct queue *
again(struct queue *q)
{
	queue_close(q);
	q = queue_open(folder, &error);
	check_true(q != NULL);
	return q;
}

static void
put_file(const char *part, const char *name, const char *text)
{
	FILE *file = fopen(path_of(part, name), "w");

	check_true(file != NULL && fputs(text, file) >= 0);
	if (file != NULL)
		fclose(file);
}

/* -1: it cannot be read. */
static int
read_back(const char *name, struct queue_envelope *e)
{
	int fd = open(path_of("active", name), O_RDONLY);
	int result = queue_file_read(fd, e, &error);

	close(fd);
	return result;
}

static void
free_all(struct queue_entry *e)
{
	struct queue_entry *next;

	for (; e != NULL; e = next) {
		next = e->next;
		queue_entry_free(e);
	}
}

static void
comes_back(void)
{
	struct queue *q = begin();
	struct smtp_message m = message();
	struct queue_envelope e;
	struct queue_entry *entry;
	char text[64];
	int fd;

	check_int(queue_put(q, &m, &error), SMTP_DELIVERED);
	entry = queue_take(q);
	check_true(entry != NULL && entry->next == NULL);
	check_true(queue_take(q) == NULL);
	check_int(read_back(entry->name, &e), 0);
	check_span(e.id, "4XyZ12");
	check_span(e.sender, "alice@example.com");
	check_size(e.recipient_count, 2);
	check_span(e.recipients[0], "bob@example.com");
	check_span(e.recipients[1], "\"a <b\"@example.com");
	check_true(!e.eight_bit && !e.smtputf8);
	check_int(e.arrived, entry->arrived);
	check_size(e.size, m.header.len + m.body.len);
	fd = open(path_of("active", entry->name), O_RDONLY);
	check_int(pread(fd, text, e.size, e.start), (intmax_t)e.size);
	check_span(span_make(text, e.size), "Subject: one\r\n\r\ntext\r\n");
	close(fd);
	queue_envelope_release(&e);
	queue_envelope_release(&e);
	queue_entry_free(entry);
	check_size(files_in("tmp"), 0);
	end(q);
}

static void
each_once(void)
{
	static const struct span to[] = { { "bob@x.y", 7 }, { "al@x.y", 6 },
	    { "BOB@x.Y", 7 }, { "al@x.yz", 7 }, { "al@x.y", 6 } };
	struct queue *q = begin();
	struct smtp_message m = message();
	struct queue_envelope e;
	struct queue_entry *entry;

	m.recipients = to;
	m.recipient_count = 5;
	check_int(queue_put(q, &m, &error), SMTP_DELIVERED);
	entry = queue_take(q);
	check_int(read_back(entry->name, &e), 0);
	check_size(e.recipient_count, 3);
	check_span(e.recipients[0], "bob@x.y");
	check_span(e.recipients[1], "al@x.y");
	check_span(e.recipients[2], "al@x.yz");
	queue_envelope_release(&e);
	queue_entry_free(entry);
	end(q);
}

static const struct {
	const char *sentence;
	const char *sender, *to, *header, *body;
	bool asked, eight_bit, utf8;
} needs[] = {
	{ "plain, though asked for", "a@b.c", "d@e.f", "S: x\r\n\r\n",
	    "x\r\n", true, false, false },
	{ "a body beyond ASCII", "a@b.c", "d@e.f", "S: x\r\n\r\n",
	    "\xe4\r\n", true, true, false },
	{ "a header beyond ASCII", "a@b.c", "d@e.f",
	    "S: \xc3\xa4\r\n\r\n", "", true, true, true },
	{ "the same of one who did not ask", "a@b.c", "d@e.f",
	    "S: \xc3\xa4\r\n\r\n", "", false, true, false },
	{ "a sender beyond ASCII", "\xc3\xa4@b.c", "d@e.f",
	    "S: x\r\n\r\n", "", true, false, true },
	{ "a recipient beyond ASCII", "<>", "d@\xc3\xa4.f",
	    "S: x\r\n\r\n", "", true, false, true },
};

static void
needs_are_known(void)
{
	for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
		struct queue *q = begin();
		struct smtp_message m = message();
		struct span to = span_of(needs[i].to);
		struct queue_entry *entry;
		struct queue_envelope e;

		unit_case(needs[i].sentence);
		m.sender = span_of(needs[i].sender);
		m.recipients = &to;
		m.recipient_count = 1;
		m.header = span_of(needs[i].header);
		m.body = span_of(needs[i].body);
		m.smtputf8 = needs[i].asked;
		check_int(queue_put(q, &m, &error), SMTP_DELIVERED);
		entry = queue_take(q);
		check_int(read_back(entry->name, &e), 0);
		check_int(e.eight_bit, needs[i].eight_bit);
		check_int(e.smtputf8, needs[i].utf8);
		check_span(e.sender, needs[i].sender);
		queue_envelope_release(&e);
		queue_entry_free(entry);
		end(q);
	}
}

static void
hostile_addresses(void)
{
	static const char *const rows[] = { "", "a\nto b", "a b@c", "a>b@c",
	    "<a@b>", "\"a", "\"a\\", "a\rb", "a\x7f@b", "\"a\\\"@b.c" };
	struct queue *q = begin();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct smtp_message m = message();
		struct span to = span_of(rows[i]);

		unit_case(rows[i]);
		check_true(!queue_address_is_safe(to));
		m.recipients = &to;
		m.recipient_count = 1;
		check_int(queue_put(q, &m, &error), SMTP_NOT_NOW);
		m = message();
		m.sender = to;
		check_int(queue_put(q, &m, &error), SMTP_NOT_NOW);
	}
	check_true(queue_address_is_safe(span_of("\"a\\\" >\"@b.c")));
	check_true(queue_address_is_safe(span_of("postmaster")));
	check_true(queue_take(q) == NULL);
	check_size(files_in("tmp"), 0);
	check_size(files_in("active"), 0);
	end(q);
}

static void
taken_up_in_order(void)
{
	struct queue *q = begin();
	struct smtp_message m = message();
	struct queue_entry *first, *entry;
	char before[QUEUE_NAME_MAX] = "";
	size_t count = 0;

	for (int i = 0; i < 100; i++)
		check_int(queue_put(q, &m, &error), SMTP_DELIVERED);
	q = again(q);
	first = queue_take(q);
	for (entry = first; entry != NULL; entry = entry->next) {
		check_true(strcmp(before, entry->name) < 0);
		strcpy(before, entry->name);
		count++;
	}
	check_size(count, 100);
	check_text(queue_strangers(q), "");
	free_all(first);
	end(q);
}

static void
names_outlive_the_clock(void)
{
	struct queue *q = begin();
	struct smtp_message m = message();
	struct queue_entry *e;

	put_file("bounced", "0fedcba987654321.A.3", "");
	q = again(q);
	check_int(queue_put(q, &m, &error), SMTP_DELIVERED);
	e = queue_take(q);
	check_text(e->name, "0fedcba987654322.4XyZ12");
	queue_entry_free(e);
	end(q);
}

static void
state_comes_back(void)
{
	struct queue *q = begin();
	struct smtp_message m = message();
	struct queue_state *s = queue_state_new(2);
	struct queue_entry *e;

	check_int(queue_put(q, &m, &error), SMTP_DELIVERED);
	e = queue_take(q);
	check_int(e->tries, 0);
	check_int(e->next_try, 0);
	s->tries = 7;
	s->next_try = 1234567;
	check_int(queue_state_write(queue_disk_of(q), e->name, s), 0);
	queue_state_free(s);
	queue_entry_free(e);
	q = again(q);
	e = queue_take(q);
	check_int(e->tries, 7);
	check_int(e->next_try, 1234567);
	queue_entry_free(e);
	end(q);
}

/* Cut off anywhere, or with more behind its end. */
static void
cut_message(void)
{
	struct queue *q = begin();
	struct smtp_message m = message();
	struct queue_entry *entry;
	struct queue_envelope e;
	struct stat whole;

	check_int(queue_put(q, &m, &error), SMTP_DELIVERED);
	entry = queue_take(q);
	check_int(stat(path_of("active", entry->name), &whole), 0);
	for (off_t i = whole.st_size - 1; i >= 0; i--) {
		check_int(truncate(path_of("active", entry->name), i), 0);
		check_int(read_back(entry->name, &e), -1);
		check_int(errno, EINVAL);
	}
	for (size_t i = 0; i < 2; i++) {
		check_int(truncate(path_of("active", entry->name),
		    whole.st_size + (off_t)i), 0);
		check_int(read_back(entry->name, &e), -1);
	}
	queue_entry_free(entry);
	end(q);
}

static void
strangers_are_left(void)
{
	struct queue *q = begin();

	put_file("active", "README", "x");
	put_file("active", "1234.A", "x");
	put_file("active", "ffffffffffffffff.A", "x");
	put_file("state", "0000000000000001.Gone", "x");
	put_file("tmp", "0000000000000001.A", "half");
	put_file("bounced", "note", "x");
	q = again(q);
	check_true(queue_take(q) == NULL);
	check_true(strstr(queue_strangers(q), "3 of the files") != NULL);
	check_size(files_in("active"), 3);
	check_size(files_in("bounced"), 1);
	check_size(files_in("state"), 0);
	check_size(files_in("tmp"), 0);
	end(q);
}

static void
one_process(void)
{
	struct queue *q = begin();
	struct error why = { "" };

	check_true(queue_open(folder, &why) == NULL);
	check_true(strstr(why.text, "in use by another process") != NULL);
	end(q);
}

static void
cannot_be_made(void)
{
	struct error why = { "" };

	check_true(queue_open("/dev/null/queue", &why) == NULL);
	check_true(strstr(why.text, "/dev/null/queue") != NULL);
}

static void
what_failures_are(void)
{
	check_int(queue_disk_delivery(ENOSPC), SMTP_NO_ROOM);
	check_int(queue_disk_delivery(EDQUOT), SMTP_NO_ROOM);
	check_int(queue_disk_delivery(EIO), SMTP_NOT_NOW);
}

/* /dev/full is a disk without room. */
static void
full_disk(void)
{
	struct smtp_message m = message();
	int fd = open("/dev/full", O_WRONLY);

	check_int(queue_file_write(fd, &m, 1, &error), -1);
	check_int(errno, ENOSPC);
	close(fd);
}

static void
lost_folder(void)
{
	struct queue *q = begin();
	struct smtp_message m = message();

	clear("tmp");
	check_int(queue_put(q, &m, &error), SMTP_NOT_NOW);
	check_true(queue_take(q) == NULL);
	end(q);
}

static const struct unit_test tests[] = {
	{ "what was put in comes back", comes_back },
	{ "a recipient who is named twice is one", each_once },
	{ "what a message needs is found out", needs_are_known },
	{ "addresses that could break out are not taken", hostile_addresses },
	{ "a new process takes all up in order", taken_up_in_order },
	{ "no name comes twice when the clock goes back",
	    names_outlive_the_clock },
	{ "how far a message is comes back", state_comes_back },
	{ "a message that is cut off is known", cut_message },
	{ "what is not ours is told and left", strangers_are_left },
	{ "a second process is refused", one_process },
	{ "a folder that cannot be made is told", cannot_be_made },
	{ "a full disk is no room, all else is later", what_failures_are },
	{ "a full disk is seen", full_disk },
	{ "a queue that lost its folder takes nothing", lost_folder },
};

UNIT_MAIN("queue", tests)
