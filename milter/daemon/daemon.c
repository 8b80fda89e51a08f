/*
 * daemon.c - the filter from its first moment to its last.
 *
 * Everything that can be wrong is found before libmilter starts its threads,
 * for then it can still be said to whoever started the program. The first
 * thread then waits for signals, libmilter's loop has one of its own.
 *
 * Failure: a sysexits(3) status and a message; no socket is left behind.
 */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <libmilter/mfapi.h>

#include "milter/daemon/callbacks.h"
#include "milter/daemon/daemon.h"
#include "milter/daemon/listener.h"
#include "milter/daemon/log.h"
#include "milter/daemon/session.h"
#include "milter/daemon/signals.h"

/*
 * Seconds until a silent MTA is given up. Postfix waits up to 300 for an SMTP
 * client (smtpd_timeout) and for a filter (milter_content_timeout): more than
 * either, and far less than libmilter's two hours.
 */
#define IDLE_SECONDS 600

/* Connections that wait while all threads are busy; the kernel caps it. */
#define BACKLOG 512

static int
find_place(const struct settings *settings, struct listen_spec *spec,
    struct error *error)
{
	if (settings->listen == NULL) {
		error_set(error, "settings.listen is not set: there is no "
		    "place to listen on");
		return EX_CONFIG;
	}
	/* The loader has read the same text. */
	return listen_spec_parse(settings->listen, spec, error) < 0 ?
	    EX_CONFIG : 0;
}

/* Let libmilter open the socket that LISTENER has claimed. */
static int
open_socket(struct listener *listener, struct error *error)
{
	char text[LISTEN_TEXT_MAX];
	mode_t before;
	int opened;

	listen_spec_format(&listener->spec, text);
	if (callbacks_register() < 0 || smfi_setconn(text) != MI_SUCCESS ||
	    smfi_settimeout(IDLE_SECONDS) != MI_SUCCESS ||
	    smfi_setbacklog(BACKLOG) != MI_SUCCESS) {
		error_set(error, "libmilter cannot be set up");
		return EX_OSERR;
	}
	before = umask(listener_umask(listener));
	opened = smfi_opensocket(false);
	umask(before);
	if (opened != MI_SUCCESS) {
		error_set(error, "cannot listen on %s; libmilter says why in "
		    "syslog", text);
		return EX_UNAVAILABLE;
	}
	return listener_publish(listener, error);
}

/* What ended libmilter's loop, or nothing yet. */
struct service {
	pthread_mutex_t begin;	/* held until libmilter may start */
	pthread_t thread;
	int result;		/* of smfi_main(); valid when joined */
};

static void *
service_main(void *self)
{
	struct service *service = self;

	(void)pthread_mutex_lock(&service->begin);
	(void)pthread_mutex_unlock(&service->begin);
	service->result = smfi_main();
	signals_wake();
	return NULL;
}

/*
 * Serve until a signal says stop, or libmilter gives up. libmilter waits for
 * the same signals in a thread of its own, but a process's signals go to its
 * first thread when that takes them, so smfi_main() runs in another. It begins
 * when this one takes signals again, for in pthread_create() it does not.
 * libmilter is told to stop by the signal, which waits for it, and not by
 * smfi_stop(), which may come before libmilter is set up.
 */
static int
run_service(struct error *error)
{
	struct service service = { .begin = PTHREAD_MUTEX_INITIALIZER };
	bool stop = false;
	int signal;

	(void)pthread_mutex_lock(&service.begin);
	signals_hold();
	if (pthread_create(&service.thread, NULL, service_main, &service) != 0)
		return error_set(error, "cannot start a thread");
	signals_release();
	(void)pthread_mutex_unlock(&service.begin);
	while (!stop && (signal = signals_wait()) != 0) {
		stop = signal != SIGHUP;
		if (stop)
			signals_pass_on();
		else
			log_notice("SIGHUP ignored: this version reads its "
			    "rules at start only");
	}
	(void)pthread_join(service.thread, NULL);
	if (stop || service.result == MI_SUCCESS)
		return 0;
	return error_set(error, "libmilter cannot go on; it says why in "
	    "syslog");
}

static int
serve(struct listener *listener, const struct policy *policy,
    struct error *error)
{
	size_t rules = policy_rule_count(policy);
	char text[LISTEN_TEXT_MAX];
	int status;

	/* Before there is a socket, so that none is left behind. */
	if (signals_catch() < 0) {
		error_set(error, "cannot catch signals");
		return EX_OSERR;
	}
	status = open_socket(listener, error);
	if (status != 0)
		return status;
	listen_spec_format(&listener->spec, text);
	log_notice("listening on %s, %zu %s", text, rules,
	    rules == 1 ? "rule" : "rules");
	if (run_service(error) < 0)
		return EX_OSERR;
	log_notice("stopped, %zu sessions open", session_count());
	return 0;
}

int
daemon_run(struct policy *policy, struct error *error)
{
	/* Reachable until the process ends, like all that sessions use. */
	static struct plan *plan;
	const struct settings *settings = policy_settings(policy);
	struct listen_spec spec;
	struct listener listener;
	int status;

	status = find_place(settings, &spec, error);
	if (status != 0)
		return status;
	plan = plan_new(policy);
	session_set_plan(plan);
	status = listener_claim(&listener, &spec, settings->socket_mode,
	    settings->socket_group, error);
	if (status == 0)
		status = serve(&listener, policy, error);
	listener_release(&listener);
	return status;
}

const struct build_component *
daemon_components(size_t *count)
{
	static char compiled[32], running[32];
	static const struct build_component components[] = {
		{ "libmilter (headers)", compiled },
		{ "libmilter (running)", running },
	};
	unsigned major, minor, patch;

	smfi_version(&major, &minor, &patch);
	snprintf(running, sizeof running, "%u.%u.%u", major, minor, patch);
	snprintf(compiled, sizeof compiled, "%d.%d.%d",
	    SM_LM_VRS_MAJOR(SMFI_VERSION), SM_LM_VRS_MINOR(SMFI_VERSION),
	    SM_LM_VRS_PLVL(SMFI_VERSION));
	*count = sizeof components / sizeof components[0];
	return components;
}
