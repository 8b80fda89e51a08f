/*
 * supervisor.c - the process that keeps the filter alive.
 *
 * Signals, the worker's death and the worker's words all arrive in one poll(2).
 * A worker that crashes is replaced, by one that begins with the last rules
 * known to be good, whatever the files look like by then: they are read here,
 * too, each time a worker has taken new ones. Connections wait meanwhile in the
 * socket that this process holds.
 *
 * Failure: that of the first worker, before it was ready, ends the program;
 * later ones are tried again for ever.
 */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>

#include "milter/clock.h"
#include "milter/daemon/channel.h"
#include "milter/daemon/child.h"
#include "milter/daemon/log.h"
#include "milter/daemon/log_sink.h"
#include "milter/daemon/notify.h"
#include "milter/daemon/respawn.h"
#include "milter/daemon/signals.h"
#include "milter/daemon/supervisor.h"

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
	struct worker worker;	/* what the next one is given */
	struct child child;
	int64_t begin_at;	/* when to begin the next one; 0: never */
	int64_t kill_at;	/* when to end the one that is to stop, at the
				 * latest; 0: never */
	bool reloading;		/* it was asked to, and has not answered */
	bool again;		/* and shall be asked once more */
	bool told;		/* that no worker can be had */
	bool alarmed;		/* that many have crashed, and still do */
	struct respawn respawn;
};

/* The next worker, or the first. -1: it cannot be had now. */
static int
begin_worker(struct life *life)
{
	struct supervisor *s = life->s;
	struct error error;

	life->begin_at = 0;
	life->worker.policy = s->policy;
	if ((s->listener.fd >= 0 ||
	    listener_retract(&s->listener, &error) == 0) &&
	    child_begin(&life->child, &life->worker,
	    life->phase == LIFE_BEGINNING, &error) == 0) {
		life->told = false;
		return 0;
	}
	if (life->phase == LIFE_BEGINNING)
		fprintf(stderr, "millgate: %s\n", error.text);
	if (!life->told)
		log_say(LOG_LEVEL_ERROR, "%s; it is tried again and again",
		    error.text);
	life->told = true;
	return -1;
}

/* What the service manager shows, and the log. */
static void
tell_state(const struct life *life, bool to_log)
{
	size_t rules = policy_rule_count(life->s->policy);
	char text[LISTEN_TEXT_MAX + 64];

	snprintf(text, sizeof text, "listening on %s, %zu %s",
	    life->worker.facts.listen, rules, rules == 1 ? "rule" : "rules");
	if (to_log)
		log_say(LOG_LEVEL_NOTICE, "%s", text);
	notify_ready(text);
}

static unsigned long long
fingerprint(const struct supervisor *s)
{
	return policy_fingerprint(s->policy);
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
		log_say(LOG_LEVEL_NOTICE, "another worker, pid %ld, filters "
		    "mail now, by rules of fingerprint %016llx",
		    (long)life->child.pid, fingerprint(life->s));
}

/*
 * The worker has read new rules, of the fingerprint WANTED: the next one is to
 * begin with them as well. When the files say something else by now it begins
 * with those of before, for what is here was judged good and in force once.
 */
static void
keep_policy(struct supervisor *s, uint64_t wanted)
{
	struct error_list errors = { .count = 0 };
	struct policy *policy = policy_load(s->path, &errors);
	bool same = policy != NULL && policy_fingerprint(policy) == wanted;

	error_list_release(&errors);
	if (same) {
		policy_unref(s->policy);
		s->policy = policy;
		return;
	}
	policy_unref(policy);
	log_say(LOG_LEVEL_WARNING, "the rule files have changed since the "
	    "worker read them: should it crash, rules of before, fingerprint "
	    "%016llx, come into force; reload once more", fingerprint(s));
}

/* The worker, which does the same, says so when that fails. */
static void
open_log(struct supervisor *s)
{
	struct error error;

	if (privileges_lend(&s->identity, &error) < 0)
		return;
	(void)log_open(&policy_settings(s->policy)->log, s->foreground,
	    &error);
	privileges_take_back();
}

static void
ask_reload(struct life *life)
{
	if (life->phase == LIFE_STOPPING)
		return;
	if (life->phase != LIFE_SERVING || life->child.pid == 0 ||
	    life->reloading) {
		life->again = true;
		return;
	}
	notify_reloading();
	life->reloading = true;
	channel_say(life->child.channel, CHANNEL_RELOAD, 0);
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
on_reloaded(struct life *life)
{
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
	if (life->child.pid == 0)
		life->phase = LIFE_OVER;
	else if (patient && !again) {
		channel_say(life->child.channel, CHANNEL_STOP, 0);
		life->kill_at = clock_ms() + STOP_PATIENCE;
	} else
		life->kill_at = clock_ms();
}

/*
 * What a worker was reading when it crashed may be what crashed it, and would
 * crash the next one: so that one is not asked to read it, and serves.
 */
static void
forget_reload(struct life *life)
{
	if (life->reloading)
		log_say(LOG_LEVEL_ERROR, "rules not loaded, those of before "
		    "stay in force: the worker crashed while it read them");
	life->reloading = false;
	life->again = false;
}

static void
on_crash(struct life *life, const char *how)
{
	bool alarm;
	int64_t wait = respawn_crashed(&life->respawn, life->child.born,
	    clock_ms(), &alarm);

	log_say(LOG_LEVEL_ERROR, "the worker %s; another one is started%s",
	    how, wait == 0 ? "" : " after a pause");
	if (alarm && !life->alarmed)
		log_say(LOG_LEVEL_ERROR, "%d workers have crashed within ten "
		    "seconds: mail is deferred, somebody should look",
		    RESPAWN_ALARM);
	life->alarmed = alarm;
	notify_status("the worker has crashed; another one is started");
	forget_reload(life);
	life->worker.facts.restarts++;
	life->begin_at = clock_ms() + wait;
}

static void
on_worker_end(struct life *life, int status)
{
	bool fine = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	char how[CHILD_END_MAX];

	child_describe_end(status, how);
	switch (life->phase) {
	case LIFE_BEGINNING:
		/* It has said why, unless it was killed. */
		life->status = WIFEXITED(status) && !fine ?
		    WEXITSTATUS(status) : EX_SOFTWARE;
		if (!WIFEXITED(status))
			fprintf(stderr, "millgate: the worker %s\n", how);
		life->phase = LIFE_OVER;
		break;
	case LIFE_SERVING:
		on_crash(life, how);
		break;
	case LIFE_STOPPING:
	case LIFE_OVER:
		if (!fine)
			log_say(LOG_LEVEL_NOTICE, "stopped at once: the "
			    "worker %s", how);
		life->phase = LIFE_OVER;
		break;
	}
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
	uint64_t number = 0;

	while (life->child.channel >= 0 && word > CHANNEL_END) {
		word = channel_hear(life->child.channel, &number);
		if (word == CHANNEL_READY) {
			on_ready(life);
			ask_again(life);
		}
		if (word == CHANNEL_LOADED)
			keep_policy(life->s, number);
		if (word == CHANNEL_LOADED || word == CHANNEL_REFUSED)
			on_reloaded(life);
	}
}

/* What was put off is due. */
static void
do_due(struct life *life)
{
	int64_t now = clock_ms();

	if (life->kill_at != 0 && now >= life->kill_at) {
		life->kill_at = 0;
		(void)kill(life->child.pid, SIGKILL);
	}
	if (life->phase == LIFE_SERVING && life->begin_at != 0 &&
	    now >= life->begin_at && begin_worker(life) < 0)
		life->begin_at = now + TICK;
}

/* Until the next thing is due, or a tick. */
static int
time_left(const struct life *life)
{
	int64_t due = life->kill_at != 0 ? life->kill_at : life->begin_at;
	int64_t left = due - clock_ms();

	if (due == 0 || left > TICK)
		return TICK;
	return left > 0 ? (int)left : 0;
}

static void
look_around(struct life *life)
{
	struct pollfd watched[] = {
		{ .fd = signals_descriptor(), .events = POLLIN },
		{ .fd = life->child.channel, .events = POLLIN },
	};
	int status;

	(void)poll(watched, 2, time_left(life));
	log_tend();
	hear_signals(life);
	hear_worker(life);
	if (child_ended(&life->child, &status))
		on_worker_end(life, status);
	do_due(life);
}

int
supervise(struct supervisor *s)
{
	char listen[LISTEN_TEXT_MAX];
	struct life life = {
		.s = s,
		.child = CHILD_NONE,
		.worker = {
			.start = policy_settings(s->start),
			.path = s->path,
			.foreground = s->foreground,
			.identity = &s->identity,
			.listener = &s->listener,
			.control = s->control.fd,
			.descriptors = s->descriptors,
			.facts = { .started = (int64_t)time(NULL),
			    .rules = s->path, .listen = listen },
		},
	};

	listen_spec_format(&s->listener.spec, listen);
	respawn_init(&life.respawn);
	if (begin_worker(&life) < 0)
		return EX_OSERR;
	while (life.phase != LIFE_OVER)
		look_around(&life);
	return life.status;
}
