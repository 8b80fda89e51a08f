/*
 * worker.c - the process that filters mail.
 *
 * libmilter's loop has a thread of its own. The first thread hears the
 * supervisor, and looks after what has no callback: room for connections, lines
 * of the log that wait, and messages that may still end before the process does.
 *
 * A stop ends the process with libmilter still running: told to stop, libmilter
 * would drop its sessions at once, and those are what a stop waits for.
 *
 * Failure: a sysexits(3) status and a message; the supervisor decides.
 */
#include "config.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <libmilter/mfapi.h>

#include "milter/clock.h"
#include "milter/daemon/background.h"
#include "milter/daemon/callbacks.h"
#include "milter/daemon/channel.h"
#include "milter/daemon/gate.h"
#include "milter/daemon/in_force.h"
#include "milter/daemon/log.h"
#include "milter/daemon/log_sink.h"
#include "milter/daemon/reload.h"
#include "milter/daemon/session.h"
#include "milter/daemon/signals.h"
#include "milter/daemon/under_way.h"
#include "milter/daemon/worker.h"

/* How often the first thread looks around, in milliseconds. */
#define TICK 250
#define TICK_STOPPING 20

/* How long messages that have begun may take to end, in milliseconds: less
 * than the 30 s that service managers and people wait. */
#define STOP_PATIENCE 25000

/*
 * libmilter writes an answer after the callback has returned, and nothing tells
 * when it has. So an answer has this long, in milliseconds, to get out.
 */
#define STOP_GRACE 200

/* libmilter's loop has ended, which it never should. Its thread sets it. */
static atomic_bool milter_ended;

static int
set_up_milter(char *place, struct error *error)
{
	/*
	 * libmilter's time-out of two hours stays: an MTA says nothing while a
	 * client sends its message, and a slow client may be long at that.
	 * Dead peers end by SO_KEEPALIVE, which libmilter sets.
	 */
	if (callbacks_register() == 0 && smfi_setconn(place) == MI_SUCCESS &&
	    smfi_setbacklog(LISTENER_BACKLOG) == MI_SUCCESS)
		return 0;
	error_set(error, "libmilter cannot be set up");
	return EX_OSERR;
}

/* libmilter takes the socket that the supervisor holds. */
static int
inherit_socket(int fd, struct error *error)
{
	char place[32];
	int status;

	snprintf(place, sizeof place, "fd:%d", fd);
	status = set_up_milter(place, error);
	if (status == 0 && smfi_opensocket(false) != MI_SUCCESS) {
		error_set(error, "libmilter does not take the socket; it says "
		    "why in syslog");
		return EX_OSERR;
	}
	return status;
}

/* libmilter makes the socket that LISTENER has claimed, as *FD. */
static int
open_socket(struct listener *listener, int *fd, struct error *error)
{
	char place[LISTEN_TEXT_MAX];
	mode_t before;
	int status, opened;

	listen_spec_format(&listener->spec, place);
	status = set_up_milter(place, error);
	if (status != 0)
		return status;
	before = umask(listener_umask(listener));
	opened = smfi_opensocket(false);
	umask(before);
	if (opened != MI_SUCCESS) {
		error_set(error, "cannot listen on %s; libmilter says why in "
		    "syslog", place);
		return EX_UNAVAILABLE;
	}
	*fd = listener_find(listener);
	if (*fd < 0) {
		error_set(error, "libmilter does not listen on %s", place);
		return EX_OSERR;
	}
	return listener_publish(listener, error);
}

static int
set_up_socket(struct worker *w, struct gate *gate, struct error *error)
{
	int fd = w->listener->fd;
	int status = fd >= 0 ? inherit_socket(fd, error) :
	    open_socket(w->listener, &fd, error);

	if (status != 0)
		return status;
	if (gate_init(gate, fd, w->descriptors,
	    w->start->limits.connections, error) < 0)
		return EX_OSERR;
	w->facts.connections = gate_limit(gate);
	return 0;
}

static void *
milter_main(void *unused)
{
	(void)unused;
	(void)smfi_main();
	atomic_store(&milter_ended, true);
	return NULL;
}

/*
 * All threads are begun here, for later the first one must not (see
 * signals_ignore()).
 */
static int
start_threads(struct worker *w, struct gate *gate, struct error *error)
{
	pthread_t thread;

	if (reload_start(w, error) < 0 ||
	    (w->control >= 0 && control_start(w->control, &w->facts, error) < 0))
		return EX_OSERR;
	if (pthread_create(&thread, NULL, milter_main, NULL) != 0) {
		error_set(error, "cannot start a thread");
		return EX_OSERR;
	}
	gate_serves(gate, thread);
	return 0;
}

/* What the first thread watches. */
struct watch {
	struct gate gate;
	int channel;
	bool stopping;
	int64_t stop_at;	/* whatever is still under way */
	int64_t quiet_since;	/* no message has been; 0: one is */
};

static void
begin_to_stop(struct watch *w)
{
	if (w->stopping)
		return;
	under_way_stop();
	w->stopping = true;
	w->stop_at = clock_ms() + STOP_PATIENCE;
}

static void
hear(struct watch *w)
{
	uint64_t unused;

	for (;;) {
		switch (channel_hear(w->channel, &unused)) {
		case CHANNEL_RELOAD:
			reload_ask();
			continue;
		case CHANNEL_STOP:
			begin_to_stop(w);
			continue;
		case CHANNEL_END:
			/* Nobody would clean up behind a worker alone. */
			begin_to_stop(w);
			return;
		default:
			return;
		}
	}
}

/* May the process end? */
static bool
is_over(struct watch *w)
{
	if (!w->stopping)
		return false;
	if (under_way_count() > 0)
		w->quiet_since = 0;
	else if (w->quiet_since == 0)
		w->quiet_since = clock_ms();
	return session_count() == 0 || clock_ms() >= w->stop_at ||
	    (w->quiet_since != 0 && clock_ms() - w->quiet_since >= STOP_GRACE);
}

static void
tend(struct watch *w)
{
	size_t sessions = session_count();

	log_tend();
	if (!gate_tend(&w->gate, sessions))
		return;
	control_gate(gate_is_open(&w->gate));
	if (gate_is_open(&w->gate))
		log_say(LOG_LEVEL_NOTICE, "connections are let in again");
	else
		log_say(LOG_LEVEL_WARNING, "%zu connections are open, no more "
		    "are let in: settings.limits.connections or the limit of "
		    "open files is too low", sessions);
}

static int
watch(struct watch *w, struct error *error)
{
	while (!is_over(w)) {
		struct pollfd heard = { .fd = w->channel, .events = POLLIN };

		/* What has ended is always readable. */
		(void)poll(&heard, w->stopping ? 0 : 1,
		    w->stopping ? TICK_STOPPING : TICK);
		hear(w);
		tend(w);
		if (atomic_load(&milter_ended)) {
			error_set(error, "libmilter cannot go on; it says why "
			    "in syslog");
			return EX_OSERR;
		}
	}
	log_say(LOG_LEVEL_NOTICE, "stopped, %zu sessions open",
	    session_count());
	return 0;
}

int
worker_run(struct worker *w, struct error *error)
{
	struct watch watched = { .channel = w->channel };
	int status;

	signals_ignore();
	in_force_put(plan_new(w->policy));
	status = set_up_socket(w, &watched.gate, error);
	if (status == 0 && privileges_drop(w->identity, error) < 0)
		status = EX_OSERR;
	if (status == 0)
		status = start_threads(w, &watched.gate, error);
	if (status != 0)
		return status;
	if (!w->foreground)
		background_let_go();
	channel_say(w->channel, CHANNEL_READY, 0);
	return watch(&watched, error);
}
