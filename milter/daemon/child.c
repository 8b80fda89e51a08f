/*
 * child.c - the worker, as the supervisor has it: a process and a channel.
 *
 * Failure: a process that cannot be had is an error; whatever goes wrong in it
 * is its exit status.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/daemon/channel.h"
#include "milter/daemon/child.h"
#include "milter/daemon/log.h"
#include "milter/daemon/log_sink.h"

static void __attribute__((noreturn))
be_worker(struct worker *w, bool is_first)
{
	struct error error;
	int status;

	w->facts.supervisor = getppid();
	status = worker_run(w, &error);
	if (status != 0) {
		log_say(LOG_LEVEL_ERROR, "the filter cannot run: %s",
		    error.text);
		if (is_first)
			fprintf(stderr, "millgate: %s\n", error.text);
	}
	log_end();
	exit(status);
}

int
child_begin(struct child *c, struct worker *w, bool is_first,
    struct error *error)
{
	int ends[2];

	if (channel_open(ends) < 0)
		return error_set(error, "cannot make a channel to a worker: %s",
		    strerror(errno));
	fflush(NULL);	/* or the child would print it a second time */
	c->pid = fork();
	if (c->pid == 0) {
		close(ends[0]);
		w->channel = ends[1];
		be_worker(w, is_first);
	}
	close(ends[1]);
	if (c->pid < 0) {
		error_set(error, "cannot start a worker: %s", strerror(errno));
		close(ends[0]);
		c->pid = 0;
		return -1;
	}
	c->channel = ends[0];
	c->born = clock_ms();
	return 0;
}

bool
child_ended(struct child *c, int *status)
{
	if (c->pid == 0 || waitpid(c->pid, status, WNOHANG) != c->pid)
		return false;
	close(c->channel);
	c->channel = -1;
	c->pid = 0;
	return true;
}

void
child_describe_end(int status, char text[CHILD_END_MAX])
{
	if (WIFSIGNALED(status))
		snprintf(text, CHILD_END_MAX, "was ended by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(text, CHILD_END_MAX, "ended with status %d",
		    WEXITSTATUS(status));
}
