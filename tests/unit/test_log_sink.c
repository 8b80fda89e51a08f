/*
 * test_log_sink.c - lines reach their destination, in order, and wait for none.
 *
 * Where a destination takes nothing the test ends all the same, or the time
 * limit of the whole run ends it.
 */
#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "milter/daemon/log_sink.h"
#include "tests/unit/log_desk.h"
#include "tests/unit/unit.h"

#define MANY 6000		/* lines of 300 bytes, more than all can wait */
#define SHORT_LINE 16
#define EACH 500		/* of four threads: all of them can wait */

/* Some are so short that they fit where no word about lost ones does. */
static size_t
length_of(size_t n)
{
	return n % 5 == 4 ? SHORT_LINE + n % 7 : DESK_LINE - n % 97;
}

static void
put_lines(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		desk_put(i, length_of(i));
}

/*
 * Of the lines 0 to COUNT - 1 each has been read, in order, or a line in its
 * place tells that it is lost. Returns how many were lost.
 */
static size_t
check_order(size_t count)
{
	struct span rest = buffer_span(&desk_got);
	size_t next = 0, lost = 0;

	while (rest.len > 0) {
		struct span line = span_head(rest, span_find(rest, '\n'));
		unsigned long n;

		rest = span_skip(rest, line.len + 1);
		if (memmem(line.ptr, line.len, DESK_LOST,
		    strlen(DESK_LOST)) != NULL) {
			n = strtoul(line.ptr + strlen("- "), NULL, 10);
			next += n;
			lost += n;
			continue;
		}
		n = strtoul(line.ptr, NULL, 10);
		check_size(line.len, length_of(n) - 1);
		check_size(n, next);
		next = n + 1;
	}
	check_size(next, count);
	return lost;
}

/* Standard output is ENDS[1], of which nobody reads ENDS[0]. */
static void
check_blocked(const int ends[2], bool open)
{
	uint64_t before, lost;

	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	buffer_clear(&desk_got);
	desk_stdout(ends[1]);
	if (open)
		desk_open(LOG_TO_STDOUT);
	before = log_lost();
	put_lines(0, MANY);
	lost = log_lost() - before;
	/* A little room, twice, in the middle. */
	(void)desk_read_some(ends[0]);
	put_lines(MANY, 2 * MANY);
	(void)desk_read_some(ends[0]);
	log_tend();
	put_lines(2 * MANY, 3 * MANY);
	desk_read_all(ends[0]);
	put_lines(3 * MANY, 3 * MANY + 1);
	desk_read_all(ends[0]);
	desk_stdout_back();
	close(ends[0]);
	check_true(lost > 0);
	check_size(check_order(3 * MANY + 1), log_lost() - before);
}

static void
before_it_is_opened(void)
{
	int ends[2];

	check_int(pipe(ends), 0);
	check_blocked(ends, false);
}

static void
full_pipe(void)
{
	int ends[2];

	check_int(pipe(ends), 0);
	check_blocked(ends, true);
}

static void
full_socket(void)
{
	int ends[2], room = 4096;

	check_int(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	(void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	check_blocked(ends, true);
}

static void
closed_pipe(void)
{
	uint64_t before = log_lost();
	int ends[2];

	check_int(pipe(ends), 0);
	(void)signal(SIGPIPE, SIG_DFL);
	desk_stdout(ends[1]);
	desk_open(LOG_TO_STDOUT);
	close(ends[0]);
	desk_put_line(0);
	desk_stdout_back();
	check_size(log_lost() - before, 1);
	log_tend();
	desk_read_file(desk_file);
	check_true(strstr(buffer_text(&desk_got), " - 1 line" DESK_LOST) !=
	    NULL);
}

/* In the child: 0 when it has nothing of its parent's to write. */
static int
child_of_blocked(int reader)
{
	char bytes[4096];
	int bad = log_lost() != 0;

	while (read(reader, bytes, sizeof bytes) > 0)
		continue;
	log_tend();
	bad |= read(reader, bytes, sizeof bytes) > 0;
	log_write(LOG_LEVEL_INFO, "child\n", 6);
	bad |= read(reader, bytes, sizeof bytes) != 6;
	log_end();
	return bad;
}

static void
after_a_fork(void)
{
	int ends[2], status = -1;
	uint64_t before;
	pid_t pid;

	check_int(pipe2(ends, O_NONBLOCK), 0);
	desk_stdout(ends[1]);
	desk_open(LOG_TO_STDOUT);
	before = log_lost();
	for (unsigned i = 0; i < MANY; i++)
		desk_put_line(i);
	pid = fork();
	if (pid == 0)
		_exit(child_of_blocked(ends[0]));
	check_true(waitpid(pid, &status, 0) == pid);
	buffer_clear(&desk_got);
	desk_read_all(ends[0]);
	desk_stdout_back();
	close(ends[0]);
	check_int(status, 0);
	/* The rest is the parent's, and the count is its own. */
	check_true(log_lost() > before);
	check_true(strstr(buffer_text(&desk_got), DESK_LOST) != NULL);
}

static void *
read_to_the_end(void *ends)
{
	const int *reader = ends;
	char bytes[65536];
	ssize_t n;

	while ((n = read(*reader, bytes, sizeof bytes)) > 0)
		buffer_add(&desk_got, span_make(bytes, (size_t)n));
	return NULL;
}

static void *
write_many(void *first)
{
	const unsigned *n = first;

	for (unsigned i = 0; i < EACH; i++)
		desk_put_line(*n + i);
	return NULL;
}

static void
many_threads(void)
{
	static unsigned first[4] = { 0, EACH, 2 * EACH, 3 * EACH };
	unsigned next[4] = { 0, EACH, 2 * EACH, 3 * EACH }, n;
	pthread_t reader, writers[4];
	struct span rest;
	int ends[2];

	check_int(pipe(ends), 0);
	buffer_clear(&desk_got);
	desk_stdout(ends[1]);
	desk_open(LOG_TO_STDOUT);
	(void)pthread_create(&reader, NULL, read_to_the_end, &ends[0]);
	for (size_t i = 0; i < 4; i++)
		(void)pthread_create(&writers[i], NULL, write_many, &first[i]);
	for (size_t i = 0; i < 4; i++)
		(void)pthread_join(writers[i], NULL);
	log_end();
	desk_stdout_back();
	(void)pthread_join(reader, NULL);
	close(ends[0]);
	check_size(desk_got.len, 4 * EACH * DESK_LINE);
	for (rest = buffer_span(&desk_got); rest.len > 0;
	    rest = span_skip(rest, DESK_LINE)) {
		n = (unsigned)strtoul(rest.ptr, NULL, 10);
		check_true(n < 4 * EACH && rest.ptr[DESK_LINE - 1] == '\n');
		check_size(n, n < 4 * EACH ? next[n / EACH]++ : 0);
	}
}

static void
end_of_all(void)
{
	int ends[2];

	check_int(pipe(ends), 0);
	desk_stdout(ends[1]);
	desk_open(LOG_TO_STDOUT);
	for (unsigned i = 0; i < 1000; i++)
		desk_put_line(i);
	log_end();
	desk_stdout_back();
	close(ends[0]);
	check_true(true);
}

static const struct unit_test tests[] = {
	{ "a folder for it all", desk_begin },
	{ "without log_open() a full pipe holds up nobody",
	    before_it_is_opened },
	{ "a full pipe holds up nobody, and order is kept", full_pipe },
	{ "a full socket holds up nobody, and order is kept", full_socket },
	{ "a pipe that is closed loses lines, not the process", closed_pipe },
	{ "a child has nothing to write at first", after_a_fork },
	{ "many threads write whole lines", many_threads },
	{ "the end does not wait for ever", end_of_all },
	{ "nothing stays behind", desk_end },
};

UNIT_MAIN("log_sink", tests)
