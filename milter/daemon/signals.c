/*
 * signals.c - SIGTERM, SIGINT and SIGHUP as things to wait for.
 *
 * The handler does the one thing that is safe in it: it writes a byte into a
 * pipe. The bytes are read where there is time to act on them.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "milter/daemon/signals.h"

/* Written before the handler is set and the first thread exists. */
static int wake_pipe[2] = { -1, -1 };

static const int caught[] = { SIGTERM, SIGINT, SIGHUP };

#define CAUGHT (sizeof caught / sizeof caught[0])

static void
wake(unsigned char byte)
{
	int before = errno;

	ssize_t ignored = write(wake_pipe[1], &byte, 1);

	(void)ignored;	/* a full pipe holds enough to wake for */
	errno = before;
}

static void
on_signal(int number)
{
	wake((unsigned char)number);
}

static sigset_t
all_caught(void)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < CAUGHT; i++)
		sigaddset(&set, caught[i]);
	return set;
}

int
signals_catch(void)
{
	/* Without SA_RESTART: signals_wait() wakes up and reads again. */
	struct sigaction action = { .sa_handler = on_signal };
	size_t i;

	if (pipe2(wake_pipe, O_CLOEXEC) < 0 ||
	    fcntl(wake_pipe[1], F_SETFL, O_NONBLOCK) < 0)
		return -1;
	sigemptyset(&action.sa_mask);
	for (i = 0; i < CAUGHT; i++)
		if (sigaction(caught[i], &action, NULL) < 0)
			return -1;
	/* A peer that is gone is an error of write(2), no reason to die. */
	action.sa_handler = SIG_IGN;
	return sigaction(SIGPIPE, &action, NULL);
}

void
signals_hold(void)
{
	sigset_t set = all_caught();

	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void
signals_release(void)
{
	sigset_t set = all_caught();

	(void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void
signals_pass_on(void)
{
	signals_hold();
	(void)kill(getpid(), SIGTERM);
}

int
signals_wait(void)
{
	unsigned char byte;
	ssize_t n;

	do
		n = read(wake_pipe[0], &byte, 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? byte : 0;
}

void
signals_wake(void)
{
	wake(0);
}
