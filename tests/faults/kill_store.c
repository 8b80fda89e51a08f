/*
 * kill_store.c - messages are delivered, and whoever does it is killed.
 *
 *	kill_store FOLDER ROUNDS
 *
 * In each round a process delivers messages, several at a time, into Maildirs
 * below FOLDER/mail and the quarantine FOLDER/held. It tells of each that is
 * delivered, and is killed at some moment. Then a delivered message must be
 * there for each of its recipients, once, and any other once at most; every
 * file must be whole; and what is in tmp/ must be gone when the next one has
 * begun. An account is printed; the status is 1 when it is not clean.
 */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "milter/smtpd/maildir.h"
#include "milter/smtpd/store.h"
#include "tests/faults/kill_mail.h"

#define HOST "mx.example"
#define THREADS 4
#define SENDERS 8		/* messages at a time */
#define MESSAGES 4096		/* most of a round */

struct sender {
	struct delivery delivery;
	struct kill_mail mail;
};

/* The process that delivers. */
static struct store *store;
static struct sender senders[SENDERS];
static uint32_t next;
static int told;	/* a pipe, for the numbers of what is delivered */

/* The process that looks. */
static char mail[200], held[200];
static unsigned round_number;
static bool acknowledged[MESSAGES];
static uint8_t found[MESSAGES][KILL_BOXES + 1];
static struct {
	unsigned long delivered, files, unasked, left, lost, twice, broken,
	    stayed;
} account;

static void __attribute__((noreturn))
broken(const char *what)
{
	perror(what);
	exit(2);
}

/* --- The process that delivers ------------------------------------------ */

static void done(struct delivery *d);

static void
send_next(struct sender *s)
{
	if (next == MESSAGES)
		return;
	kill_mail_make(&s->mail, round_number, next++);
	s->delivery.message = &s->mail.message;
	s->delivery.done = done;
	if (store_deliver(store, &s->delivery) != SMTP_DELIVERY_LATER)
		_exit(3);
}

static void
done(struct delivery *d)
{
	struct sender *s = (struct sender *)d;

	if (d->result != SMTP_DELIVERED) {
		fprintf(stderr, "%s\n", d->error.text);
		_exit(4);
	}
	if (write(told, &s->mail.number, sizeof s->mail.number) !=
	    sizeof s->mail.number)
		_exit(5);
	send_next(s);
}

static void __attribute__((noreturn))
deliver(void)
{
	struct store_config config = { .kind = STORE_MAILDIR, .maildir = mail,
		.quarantine = held, .host = HOST };
	struct error error = { "" };
	struct loop *loop = loop_new(&error);
	struct workers *workers = loop == NULL ? NULL :
	    workers_new(loop, THREADS, &error);

	store = workers == NULL ? NULL : store_new(&config, workers, &error);
	if (store == NULL) {
		fprintf(stderr, "%s\n", error.text);
		_exit(6);
	}
	for (size_t i = 0; i < SENDERS; i++) {
		senders[i].mail.body = malloc(KILL_BODY_MAX);
		if (senders[i].mail.body == NULL)
			_exit(7);
		send_next(&senders[i]);
	}
	(void)loop_run(loop, &error);
	_exit(8);
}

/* --- The process that looks --------------------------------------------- */

/* Read a number of what is delivered; false: there is none any more. */
static bool
take_number(int fd)
{
	uint32_t number;
	ssize_t n = read(fd, &number, sizeof number);

	if (n <= 0)
		return false;
	if (n != sizeof number || number >= MESSAGES) {
		fprintf(stderr, "a number that is none\n");
		exit(2);
	}
	acknowledged[number] = true;
	account.delivered++;
	return true;
}

/* Let PID deliver for a while, and kill it. */
static void
kill_some_time(pid_t pid, int fd)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	int wait = (int)(kill_random() % 25), status;

	/* Mostly when it is under way, now and then while it begins. */
	if (kill_random() % 4 != 0 && !take_number(fd))
		wait = 0;
	usleep(kill_random() % 1000);
	while (wait-- > 0 && poll(&waiting, 1, 1) >= 0) {
		if (waiting.revents != 0 && !take_number(fd))
			break;
	}
	if (kill(pid, SIGKILL) < 0)
		broken("kill");
	while (take_number(fd))
		continue;
	if (waitpid(pid, &status, 0) != pid)
		broken("wait");
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
		fprintf(stderr, "it ended by itself: %x\n", (unsigned)status);
		exit(2);
	}
}

static void
run_and_kill(void)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		broken("pipe");
	pid = fork();
	if (pid < 0)
		broken("fork");
	if (pid == 0) {
		close(ends[0]);
		told = ends[1];
		deliver();
	}
	close(ends[1]);
	kill_some_time(pid, ends[0]);
	close(ends[0]);
}

/* The text of the file NAME in FOLDER, up to its length. */
static struct span
read_all(int folder, const char *name)
{
	static char text[KILL_FILE_MAX];
	size_t len = 0;
	ssize_t n;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW);

	if (fd < 0)
		broken(name);
	while ((n = read(fd, text + len, sizeof text - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	text[len] = '\0';
	return span_make(text, len);
}

/* Is the file whole? Then its message is counted. */
static bool
count_file(int folder, const char *name, unsigned box)
{
	uint32_t number;

	if (!kill_mail_read(read_all(folder, name), name, round_number, box,
	    &number) || number >= MESSAGES)
		return false;
	found[number][box]++;
	return true;
}

/* Look through FOLDER, which is in BOX and is emptied. */
static void
look_into(const char *folder, unsigned box)
{
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return;
	for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
		if (e->d_name[0] == '.')
			continue;
		account.files++;
		if (!count_file(dirfd(dir), e->d_name, box)) {
			account.broken++;
			printf("broken: %s/%s\n", folder, e->d_name);
		}
		if (unlinkat(dirfd(dir), e->d_name, 0) < 0)
			broken(e->d_name);
	}
	closedir(dir);
}

static unsigned
count_entries(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned count = 0;

	if (dir == NULL)
		return 0;
	for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
		count += e->d_name[0] != '.';
	closedir(dir);
	return count;
}

/* The folder NAME of BOX. */
static const char *
folder_of(unsigned box, const char *name)
{
	static char path[400];
	char address[KILL_ADDRESS_MAX];

	kill_address(round_number, box, address);
	if (box == KILL_HELD)
		snprintf(path, sizeof path, "%s/%s", held, name);
	else
		snprintf(path, sizeof path, "%s/%s/%s", mail, address, name);
	return path;
}

/* What was delivered, and what was found? */
static void
settle(void)
{
	for (unsigned n = 0; n < MESSAGES; n++) {
		for (unsigned box = 0; box <= KILL_BOXES; box++) {
			account.twice += found[n][box] > 1;
			account.unasked += found[n][box] > 0 &&
			    !acknowledged[n];
			account.lost += found[n][box] == 0 &&
			    acknowledged[n] && kill_goes_to(n, box);
		}
	}
}

static void
look(void)
{
	struct error error;

	for (unsigned box = 0; box <= KILL_BOXES; box++)
		account.left += count_entries(folder_of(box, "tmp"));
	if (maildir_open(mail, HOST, &error) < 0 ||
	    maildir_open(held, HOST, &error) < 0) {
		fprintf(stderr, "%s\n", error.text);
		exit(2);
	}
	for (unsigned box = 0; box <= KILL_BOXES; box++) {
		account.stayed += count_entries(folder_of(box, "tmp"));
		look_into(folder_of(box, "new"), box);
	}
	settle();
}

int
main(int argc, char **argv)
{
	unsigned rounds = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;

	if (rounds == 0) {
		fprintf(stderr, "usage: kill_store FOLDER ROUNDS\n");
		return 2;
	}
	snprintf(mail, sizeof mail, "%s/mail", argv[1]);
	snprintf(held, sizeof held, "%s/held", argv[1]);
	if (mkdir(mail, 0700) < 0 || mkdir(held, 0700) < 0)
		broken(argv[1]);
	for (round_number = 0; round_number < rounds; round_number++) {
		memset(acknowledged, 0, sizeof acknowledged);
		memset(found, 0, sizeof found);
		run_and_kill();
		look();
	}
	printf("kills %u, delivered %lu, files %lu, of those not told %lu, "
	    "left in tmp %lu, lost %lu, twice %lu, broken %lu, "
	    "still in tmp %lu\n", rounds, account.delivered, account.files,
	    account.unasked, account.left, account.lost, account.twice,
	    account.broken, account.stayed);
	return account.lost + account.twice + account.broken +
	    account.stayed > 0 || account.delivered == 0;
}
