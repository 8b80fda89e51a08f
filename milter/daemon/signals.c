/*
 * signals.c - signals as things to read, in the supervisor; as nothing, in the
 * worker.
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

/* Written before the handler is set; the supervisor has no other thread. */
static int wake_pipe[2] = { -1, -1 };

static const int caught[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
static const int ignored[] = { SIGPIPE, SIGUSR1, SIGUSR2, SIGXFSZ };

#define CAUGHT (sizeof caught / sizeof caught[0])
#define IGNORED (sizeof ignored / sizeof ignored[0])

static void
on_signal(int number)
{
	unsigned char byte = (unsigned char)number;
	int before = errno;
	ssize_t written = write(wake_pipe[1], &byte, 1);

	(void)written;	/* a full pipe holds enough to wake for */
	errno = before;
}

static int
set_all(const int *numbers, size_t count, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < count; i++)
		if (sigaction(numbers[i], &action, NULL) < 0)
			return -1;
	return 0;
}

int
signals_catch(void)
{
	sigset_t none;

	if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	/* Whoever started us may have blocked some. */
	(void)sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return -1;
	return set_all(ignored, IGNORED, SIG_IGN) < 0 ? -1 :
	    set_all(caught, CAUGHT, on_signal);
}

int
signals_descriptor(void)
{
	return wake_pipe[0];
}

int
signals_next(void)
{
	unsigned char byte;
	ssize_t n;

	do
		n = read(wake_pipe[0], &byte, 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? byte : 0;
}

void
signals_ignore(void)
{
	static const int child[] = { SIGCHLD };

	(void)set_all(caught, CAUGHT, SIG_IGN);
	(void)set_all(ignored, IGNORED, SIG_IGN);
	(void)set_all(child, 1, SIG_DFL);
	for (int i = 0; i < 2; i++) {
		(void)close(wake_pipe[i]);
		wake_pipe[i] = -1;
	}
}
