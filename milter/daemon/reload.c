/*
 * reload.c - read the rules again while mail goes on.
 *
 * The new policy is made beside the old one and put in its place whole, or not
 * at all. Sessions that are open keep theirs; the last of them frees it.
 *
 * Failure: the rules of before stay in force, and the log says why.
 */
#include "config.h"

#ifdef HAVE_MALLOC_TRIM
#include <malloc.h>
#endif
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "milter/daemon/channel.h"
#include "milter/daemon/control.h"
#include "milter/daemon/in_force.h"
#include "milter/daemon/log.h"
#include "milter/daemon/log_sink.h"
#include "milter/daemon/reload.h"
#include "milter/daemon/tally.h"

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t asked;
	bool wanted;		/* under the mutex */
	const struct worker *worker;	/* written before the thread begins */
} reload = {
	.mutex = PTHREAD_MUTEX_INITIALIZER,
	.asked = PTHREAD_COND_INITIALIZER,
};

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* What was done with these settings at the start cannot be done again. */
static void
tell_not_in_effect(const struct settings *was, const struct settings *is)
{
	static const char text[] = "settings.%s is not what the filter was "
	    "started with: that takes effect when it is started again";

	if (!is_same(was->listen, is->listen))
		log_say(LOG_LEVEL_WARNING, text, "listen");
	if (!is_same(was->control, is->control))
		log_say(LOG_LEVEL_WARNING, text, "control");
	if (was->socket_mode != is->socket_mode ||
	    !is_same(was->socket_group, is->socket_group))
		log_say(LOG_LEVEL_WARNING, text, "socket");
	if (!is_same(was->user, is->user) || !is_same(was->group, is->group))
		log_say(LOG_LEVEL_WARNING, text, "user");
	if (!is_same(was->pidfile, is->pidfile))
		log_say(LOG_LEVEL_WARNING, text, "pidfile");
	if (was->limits.connections != is->limits.connections)
		log_say(LOG_LEVEL_WARNING, text, "limits.connections");
}

/* One line, whatever the number of problems, so that each reload has one. */
static void
tell_refused(const struct error_list *errors)
{
	const struct problem *p = error_list_first(errors);
	struct error text;
	size_t count = errors->count + errors->dropped;
	char others[48] = "";

	if (count > 1)
		snprintf(others, sizeof others, " (and %zu more)", count - 1);
	if (p != NULL && p->line == 0)
		error_set(&text, "%s: %s", p->file, p->text);
	else if (p != NULL)
		error_set(&text, "%s:%u:%u: %s%s", p->file, p->line, p->column,
		    p->text, others);
	else
		error_set(&text, "there is no memory to read them");
	log_say(LOG_LEVEL_ERROR, "rules not loaded, those of before stay in "
	    "force: %s", text.text);
	control_reload_failed(text.text);
}

/* Whatever becomes of the rules: who moved the log file asks for that, too. */
static void
open_log(const struct settings *settings)
{
	struct error error;

	if (log_open(&settings->log, reload.worker->foreground, &error) < 0)
		log_say(LOG_LEVEL_ERROR, "the log stays where it is: %s",
		    error.text);
}

static void
follow(struct policy *policy)
{
	const struct settings *settings = policy_settings(policy);
	size_t rules = policy_rule_count(policy);

	open_log(settings);
	tell_not_in_effect(reload.worker->start, settings);
	in_force_put(plan_new(policy));
	control_reload_failed(NULL);
	log_say(LOG_LEVEL_NOTICE, "rules loaded: %zu %s, fingerprint %016llx",
	    rules, rules == 1 ? "rule" : "rules",
	    (unsigned long long)policy_fingerprint(policy));
}

/* Nothing that would have to be waited for, such as a FIFO, is read. */
static struct policy *
load(struct error_list *errors)
{
	const char *path = reload.worker->path;
	struct place whole = { path, 0, 0 };
	struct stat found;

	if (strcmp(path, "-") == 0)
		error_list_add(errors, whole, span_of(NULL), "what came from "
		    "standard input cannot be read again");
	else if (stat(path, &found) == 0 && !S_ISREG(found.st_mode))
		error_list_add(errors, whole, span_of(NULL), "it is not a "
		    "regular file");
	else
		return policy_load(path, errors);
	return NULL;
}

static void
read_again(void)
{
	struct error_list errors = { .count = 0 };
	struct policy *policy = load(&errors);
	struct plan *before = in_force_take();

	if (policy != NULL)
		follow(policy);
	else {
		open_log(policy_settings(plan_policy(before)));
		tell_refused(&errors);
	}
	tally_add(policy != NULL ? TALLY_RELOADS : TALLY_RELOADS_FAILED);
	if (policy != NULL)
		channel_say(reload.worker->channel, CHANNEL_LOADED,
		    policy_fingerprint(policy));
	else
		channel_say(reload.worker->channel, CHANNEL_REFUSED, 0);
	plan_unref(before);
	policy_unref(policy);
	error_list_release(&errors);
#ifdef HAVE_MALLOC_TRIM
	/* A policy is many small pieces; the system may have them back. */
	(void)malloc_trim(0);
#endif
}

static void *
reload_main(void *unused)
{
	(void)unused;
	for (;;) {
		(void)pthread_mutex_lock(&reload.mutex);
		while (!reload.wanted)
			(void)pthread_cond_wait(&reload.asked, &reload.mutex);
		reload.wanted = false;
		(void)pthread_mutex_unlock(&reload.mutex);
		read_again();
	}
	return NULL;
}

int
reload_start(const struct worker *w, struct error *error)
{
	pthread_t thread;

	reload.worker = w;
	if (pthread_create(&thread, NULL, reload_main, NULL) != 0)
		return error_set(error, "cannot start a thread");
	(void)pthread_detach(thread);
	return 0;
}

void
reload_ask(void)
{
	(void)pthread_mutex_lock(&reload.mutex);
	reload.wanted = true;
	(void)pthread_cond_signal(&reload.asked);
	(void)pthread_mutex_unlock(&reload.mutex);
}
