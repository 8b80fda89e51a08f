/*
 * supervisor.c - the process that keeps the filter alive.
 *
 * Signals, the worker's death and the worker's words all arrive in one poll(2).
 * A worker that crashes is replaced, by one that begins with the last rules
 * known to be good, whatever the files look like by then: their copy here is
 * read each time a worker has taken new ones. Connections wait meanwhile in the
 * socket that this process holds.
 *
 * Failure: that of the first worker, before it was ready, ends the program;
 * later ones are tried again for ever.
 */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "milter/daemon/channel.h"
#include "milter/daemon/log.h"
#include "milter/daemon/log_sink.h"
#include "milter/daemon/notify.h"
#include "milter/daemon/respawn.h"
#include "milter/daemon/signals.h"
#include "milter/daemon/supervisor.h"
#include "milter/daemon/worker.h"

/* Until a worker that was told to stop is killed, in milliseconds: longer than
 * it waits for messages itself. */
#define STOP_PATIENCE 28000

/* How often lines of the log that wait are tried again, in milliseconds. */
#define TICK 1000

enum phase_of_life {
	LIFE_BEGINNING,		/* no worker has been ready yet */
	LIFE_SERVING,
	LIFE_STOPPING,
	LIFE_OVER,
};

struct life {
	struct supervisor *s;
	enum phase_of_life phase;
	int status;		/* to end with */
	pid_t worker;		/* 0: none */
	int channel;		/* to it; -1: none */
	int64_t born;		/* when it was forked */
	int64_t due;		/* when to fork the next one, or to kill the
				 * one that is to stop; 0: never */
	bool reloading;		/* it was asked to, and has not answered */
	bool again;		/* and shall be asked once more */
	unsigned restarts;
	int64_t started;	/* seconds since the epoch */
	struct respawn respawn;
};

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* In the child. */
static void __attribute__((noreturn))
be_worker(struct life *life, int channel)
{
	struct supervisor *s = life->s;
	char listen[LISTEN_TEXT_MAX];
	struct worker worker = {
		.policy = s->policy,
		.path = s->path,
		.foreground = s->foreground,
		.identity = &s->identity,
		.listener = &s->listener,
		.control = s->control.fd,
		.descriptors = s->descriptors,
		.channel = channel,
	};
	struct error error;
	int status;

	listen_spec_format(&s->listener.spec, listen);
	worker.facts.supervisor = getppid();
	worker.facts.started = life->started;
	worker.facts.restarts = life->restarts;
	worker.facts.rules = s->path;
	worker.facts.listen = listen;
	status = worker_run(&worker, &error);
	if (status != 0) {
		log_say(LOG_LEVEL_ERROR, "the filter cannot run: %s",
		    error.text);
		if (life->phase == LIFE_BEGINNING)
			fprintf(stderr, "millgate: %s\n", error.text);
	}
	log_end();
	exit(status);
}

/* The next worker, or the first. -1: it cannot be had now. */
static int
begin_worker(struct life *life)
{
	struct supervisor *s = life->s;
	struct error error;
	int ends[2];

	life->due = 0;
	if (s->listener.fd < 0 && listener_retract(&s->listener, &error) != 0) {
		log_say(LOG_LEVEL_ERROR, "%s", error.text);
		return -1;
	}
	if (channel_open(ends) < 0)
		return -1;
	fflush(NULL);	/* or the child would print it a second time */
	life->worker = fork();
	if (life->worker == 0) {
		close(ends[0]);
		be_worker(life, ends[1]);
	}
	close(ends[1]);
	if (life->worker < 0) {
		close(ends[0]);
		life->worker = 0;
		return -1;
	}
	life->channel = ends[0];
	life->born = now();
	return 0;
}

/* What the service manager shows, and the log. */
static void
tell_state(const struct life *life, bool to_log)
{
	size_t rules = policy_rule_count(life->s->policy);
	char place[LISTEN_TEXT_MAX], text[LISTEN_TEXT_MAX + 64];

	listen_spec_format(&life->s->listener.spec, place);
	snprintf(text, sizeof text, "listening on %s, %zu %s", place, rules,
	    rules == 1 ? "rule" : "rules");
	if (to_log)
		log_say(LOG_LEVEL_NOTICE, "%s", text);
	notify_ready(text);
}

static void
on_ready(struct life *life)
{
	bool first = life->phase == LIFE_BEGINNING;

	if (life->phase == LIFE_STOPPING)
		return;
	life->phase = LIFE_SERVING;
	tell_state(life, first);
	if (first && life->s->ready != NULL)
		life->s->ready(life->s->ready_self);
	if (!first)
		log_say(LOG_LEVEL_NOTICE, "another worker filters mail now, "
		    "pid %ld", (long)life->worker);
}

/* The worker has read new rules: the next one is to begin with them as well. */
static void
keep_policy(struct supervisor *s)
{
	struct error_list errors = { .count = 0 };
	struct policy *policy = policy_load(s->path, &errors);

	error_list_release(&errors);
	if (policy == NULL)
		return;	/* changed meanwhile; the worker has other rules */
	policy_unref(s->policy);
	s->policy = policy;
}

/* The worker, which does the same, says so when that fails. */
static void
open_log(struct supervisor *s)
{
	struct error error;

	if (privileges_lend(&s->identity, &error) == 0)
		(void)log_open(&policy_settings(s->policy)->log, s->foreground,
		    &error);
	privileges_take_back();
}

static void
ask_reload(struct life *life)
{
	if (life->phase == LIFE_STOPPING)
		return;
	if (life->phase != LIFE_SERVING || life->worker == 0 ||
	    life->reloading) {
		life->again = true;
		return;
	}
	notify_reloading();
	life->reloading = true;
	channel_say(life->channel, CHANNEL_RELOAD);
}

static void
ask_again(struct life *life)
{
	if (!life->again)
		return;
	life->again = false;
	ask_reload(life);
}

static void
on_reloaded(struct life *life, bool taken)
{
	if (taken)
		keep_policy(life->s);
	open_log(life->s);
	life->reloading = false;
	if (life->phase != LIFE_SERVING)
		return;
	tell_state(life, false);
	ask_again(life);
}

static void
on_stop(struct life *life, bool patient)
{
	bool again = life->phase == LIFE_STOPPING;

	notify_stopping();
	life->phase = LIFE_STOPPING;
	if (life->worker == 0)
		life->phase = LIFE_OVER;
	else if (patient && !again) {
		channel_say(life->channel, CHANNEL_STOP);
		life->due = now() + STOP_PATIENCE;
	} else
		life->due = now();
}

/* How a worker ended, for people. */
static void
describe_end(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "was ended by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(text, size, "ended with status %d",
		    WEXITSTATUS(status));
}

static void
on_crash(struct life *life, pid_t pid, int status)
{
	char how[96];
	bool alarm;
	int64_t wait = respawn_crashed(&life->respawn, life->born, now(),
	    &alarm);

	describe_end(status, how, sizeof how);
	log_say(LOG_LEVEL_ERROR, "the worker, pid %ld, %s; another one is "
	    "started in %lld ms", (long)pid, how, (long long)wait);
	if (alarm)
		log_say(LOG_LEVEL_ERROR, "%d workers have crashed within ten "
		    "seconds: mail is deferred, somebody should look",
		    RESPAWN_ALARM);
	notify_status("the worker has crashed; another one is started");
	life->restarts++;
	life->due = now() + wait;
	/* What it was asked and has not done, the next one is asked. */
	life->again = life->again || life->reloading;
	life->reloading = false;
}

static void
on_worker_end(struct life *life, int status)
{
	pid_t pid = life->worker;

	life->worker = 0;
	close(life->channel);
	life->channel = -1;
	switch (life->phase) {
	case LIFE_BEGINNING:
		/* It has said why, unless it was killed. */
		life->status = WIFEXITED(status) && WEXITSTATUS(status) != 0 ?
		    WEXITSTATUS(status) : EX_SOFTWARE;
		life->phase = LIFE_OVER;
		break;
	case LIFE_SERVING:
		on_crash(life, pid, status);
		break;
	case LIFE_STOPPING:
	case LIFE_OVER:
		life->phase = LIFE_OVER;
		break;
	}
}

static void
reap(struct life *life)
{
	int status;

	if (life->worker != 0 &&
	    waitpid(life->worker, &status, WNOHANG) == life->worker)
		on_worker_end(life, status);
}

static void
hear_signals(struct life *life)
{
	int number;

	while ((number = signals_next()) != 0) {
		if (number == SIGHUP)
			ask_reload(life);
		else if (number != SIGCHLD)
			on_stop(life, number == SIGTERM);
	}
}

static void
hear_worker(struct life *life)
{
	enum channel_word word = CHANNEL_READY;

	while (life->channel >= 0 && word > CHANNEL_END) {
		word = channel_hear(life->channel);
		if (word == CHANNEL_READY) {
			on_ready(life);
			ask_again(life);
		} else if (word == CHANNEL_LOADED || word == CHANNEL_REFUSED)
			on_reloaded(life, word == CHANNEL_LOADED);
	}
}

/* What was put off is due. */
static void
do_due(struct life *life)
{
	if (life->due == 0 || now() < life->due)
		return;
	if (life->phase == LIFE_STOPPING) {
		life->due = 0;
		(void)kill(life->worker, SIGKILL);
	} else if (begin_worker(life) < 0)
		life->due = now() + TICK;
}

static int
time_until(int64_t due)
{
	int64_t left = due - now();

	if (due == 0 || left > TICK)
		return TICK;
	return left > 0 ? (int)left : 0;
}

int
supervise(struct supervisor *s)
{
	struct life life = {
		.s = s,
		.channel = -1,
		.started = (int64_t)time(NULL),
	};

	respawn_init(&life.respawn);
	if (begin_worker(&life) < 0) {
		fputs("millgate: cannot start the worker process\n", stderr);
		return EX_OSERR;
	}
	while (life.phase != LIFE_OVER) {
		struct pollfd watched[] = {
			{ .fd = signals_descriptor(), .events = POLLIN },
			{ .fd = life.channel, .events = POLLIN },
		};

		(void)poll(watched, 2, time_until(life.due));
		log_tend();
		hear_signals(&life);
		hear_worker(&life);
		reap(&life);
		do_due(&life);
	}
	return life.status;
}
