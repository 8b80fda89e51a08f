/*
 * background.c - leave the terminal, once there is something to leave it for.
 *
 * Failure: a first process that is told nothing waits for the end of the second
 * one and passes its status on.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/daemon/background.h"

#define FD_MOST 65536	/* that are looked at, where the limit is no limit */

static void __attribute__((noreturn))
wait_for(pid_t daemon, int told)
{
	int status;
	ssize_t n;
	char byte;

	do
		n = read(told, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		_exit(EX_OK);
	while (waitpid(daemon, &status, 0) < 0)
		if (errno != EINTR)
			_exit(EX_OSERR);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE);
}

/* Locks and pipes of whoever started us are none of ours to keep. */
static void
close_inherited(void)
{
#ifdef HAVE_CLOSEFROM
	closefrom(STDERR_FILENO + 1);
#else
	long limit = sysconf(_SC_OPEN_MAX);

	for (int fd = STDERR_FILENO + 1; fd < limit && fd < FD_MOST; fd++)
		(void)close(fd);
#endif
}

int
background_begin(struct background *b, struct error *error)
{
	int ends[2];
	pid_t pid;

	close_inherited();
	(void)signal(SIGCHLD, SIG_DFL);	/* or wait_for() learns nothing */
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(error, "cannot make a pipe: %s",
		    strerror(errno));
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return error_set(error, "cannot start a process: %s",
		    strerror(errno));
	}
	if (pid > 0) {
		close(ends[1]);
		wait_for(pid, ends[0]);
	}
	close(ends[0]);
	b->tell = ends[1];
	if (setsid() < 0 || chdir("/") < 0)
		return error_set(error, "cannot leave the terminal: %s",
		    strerror(errno));
	return 0;
}

void
background_let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		(void)dup2(null, fd);
	if (null > 2)
		close(null);
}

void
background_ready(void *self)
{
	struct background *b = self;
	ssize_t told;

	background_let_go();
	do
		told = write(b->tell, "", 1);
	while (told < 0 && errno == EINTR);
	close(b->tell);
	b->tell = -1;
}
