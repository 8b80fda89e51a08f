/*
 * control_report.c - the lines of the report that control.h describes.
 *
 * What is told is read when it is asked for, number by number, while the
 * callbacks go on counting.
 *
 * Failure: a buffer that is full or has no memory says so itself.
 */
#include "config.h"

#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "build_info.h"
#include "milter/daemon/control_report.h"
#include "milter/daemon/in_force.h"
#include "milter/daemon/log.h"
#include "milter/daemon/log_sink.h"
#include "milter/daemon/session.h"
#include "milter/daemon/tally.h"

/* Written before the thread of the control socket exists. */
static int64_t worker_started;
static bool has_jit;

/* Any thread. */
static atomic_bool gate_closed;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct error reload_error;	/* under the mutex; "": none */
static int64_t reload_failed;		/* under the mutex: when */

void
control_gate(bool open)
{
	atomic_store_explicit(&gate_closed, !open, memory_order_relaxed);
}

void
control_reload_failed(const char *text)
{
	(void)pthread_mutex_lock(&mutex);
	(void)error_set(&reload_error, "%s", text != NULL ? text : "");
	reload_failed = (int64_t)time(NULL);
	(void)pthread_mutex_unlock(&mutex);
}

void
control_report_begin(void)
{
	const struct build_component *components;
	size_t count;

	worker_started = (int64_t)time(NULL);
	components = engine_components(&count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(components[i].name, "PCRE2 JIT") == 0)
			has_jit = strcmp(components[i].version, "on") == 0;
}

static void
add_value(struct buffer *out, struct span value)
{
	char text[LOG_FIELD_MAX];
	size_t len = log_escape(value, text);

	buffer_add(out, span_make(text, len));
}

static void
add_text(struct buffer *out, const char *name, const char *value)
{
	buffer_addf(out, "%s ", name);
	add_value(out, span_of(value));
	buffer_add_char(out, '\n');
}

static void
add_number(struct buffer *out, const char *name, uint64_t value)
{
	buffer_addf(out, "%s %" PRIu64 "\n", name, value);
}

static void
add_process(struct buffer *out, const struct control_facts *facts)
{
	buffer_addf(out, "millgate %s\n", PACKAGE_VERSION);
	buffer_addf(out, "pid %ld\n", (long)getpid());
	buffer_addf(out, "supervisor %ld\n", facts->supervisor);
	buffer_addf(out, "started %" PRId64 "\n", facts->started);
	buffer_addf(out, "worker-started %" PRId64 "\n", worker_started);
	add_number(out, "restarts", facts->restarts);
	buffer_addf(out, "jit %s\n", has_jit ? "on" : "off");
}

static void
add_policy(struct buffer *out, const struct plan *plan)
{
	const struct policy *policy = plan_policy(plan);

	buffer_addf(out, "fingerprint %016" PRIx64 "\n",
	    policy_fingerprint(policy));
	buffer_addf(out, "policy-loaded %" PRId64 "\n", plan_made(plan));
	add_number(out, "generation", in_force_count());
	add_number(out, "rule-count", policy_rule_count(policy));
	buffer_addf(out, "mode %s\n", policy_settings(policy)->shadow ?
	    "shadow" : "enforce");
}

static void
add_reload(struct buffer *out)
{
	struct error error;
	int64_t when;

	(void)pthread_mutex_lock(&mutex);
	error = reload_error;
	when = reload_failed;
	(void)pthread_mutex_unlock(&mutex);
	if (error.text[0] == '\0')
		return;
	buffer_addf(out, "reload-failed %" PRId64 " ", when);
	add_value(out, span_of(error.text));
	buffer_add_char(out, '\n');
}

void
control_report_head(const struct control_facts *facts, const struct plan *plan,
    struct buffer *out)
{
	add_process(out, facts);
	add_text(out, "rules", facts->rules);
	add_policy(out, plan);
	add_text(out, "listen", facts->listen);
	add_number(out, "sessions", session_count());
	add_number(out, "connections-limit", facts->connections);
	buffer_addf(out, "gate %s\n", atomic_load_explicit(&gate_closed,
	    memory_order_relaxed) ? "closed" : "open");
	add_number(out, "log-lines-lost", log_lost());
	for (int t = 0; t < TALLY_COUNT; t++)
		add_number(out, tally_name((enum tally)t),
		    tally_get((enum tally)t));
	add_reload(out);
}

static const char *
mode_name(const struct rule_info *rule)
{
	if (rule->off)
		return "off";
	return rule->shadow ? "shadow" : "enforce";
}

/* "FILE:LINE"; of a path that would be cut the front is, for the line stands
 * behind. */
static void
add_place(struct buffer *out, const struct place *place)
{
	char whole[PATH_MAX + sizeof ":4294967295"], text[LOG_FIELD_MAX];
	size_t len;

	snprintf(whole, sizeof whole, "%s:%u", place->file, place->line);
	len = log_escape_end(span_of(whole), text);
	buffer_add(out, span_make(text, len));
}

void
control_report_rule(const struct plan *plan, size_t rule, struct buffer *out)
{
	struct rule_info info = policy_rule(plan_policy(plan), rule);

	buffer_addf(out, "rule %zu %" PRIu64 " %s ", rule,
	    plan_hits(plan, rule), mode_name(&info));
	add_place(out, &info.place);
	buffer_add_char(out, ' ');
	add_value(out, info.name);
	buffer_add_char(out, '\n');
}
