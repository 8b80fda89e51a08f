/*
 * daemon.c - the filter from its first moment to its last.
 *
 * Everything that can be wrong is found before mail is filtered, for then it
 * can still be said to whoever started the program. What was made here is
 * removed here: sockets, lock, PID file.
 *
 * Failure: a sysexits(3) status and a message on standard error.
 */
#include "config.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <libmilter/mfapi.h>

#include "milter/daemon/background.h"
#include "milter/daemon/daemon.h"
#include "milter/daemon/listener.h"
#include "milter/daemon/log.h"
#include "milter/daemon/log_sink.h"
#include "milter/daemon/pidfile.h"
#include "milter/daemon/same_file.h"
#include "milter/daemon/signals.h"
#include "milter/daemon/supervisor.h"
#include "milter/privileges.h"

#ifdef HAVE_MILTER_POLL
/* More would only make the tables of the kernel and of poll(2) large. */
#define DESCRIPTORS_MAX 1048576
#else
/* libmilter waits with select(2), and ends after a few higher numbers. */
#define DESCRIPTORS_MAX FD_SETSIZE
#endif

#define CONTROL_BACKLOG 8
#define CONTROL_MODE 0660

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

/* Whom the worker runs as; root only when that was asked for by name. */
static int
find_identity(const struct settings *settings, bool allow_root,
    struct identity *identity, struct error *error)
{
	if (identity_find(identity, settings->user, settings->group, error) < 0)
		return EX_CONFIG;
	if (geteuid() != 0 || identity->set || allow_root)
		return 0;
	error_set(error, "as root, and nobody else is named to filter mail: "
	    "set settings.user (or give --allow-root)");
	return EX_CONFIG;
}

static int
hold_main(struct supervisor *s, const struct listen_spec *spec,
    struct error *error)
{
	const struct settings *settings = policy_settings(s->policy);
	int status = listener_claim(&s->listener, spec, settings->socket_mode,
	    settings->socket_group, error);

	if (status != 0)
		return status;
	if (s->identity.set)
		listener_default_group(&s->listener, s->identity.gid);
#ifdef HAVE_MILTER_FD
	status = listener_bind(&s->listener, LISTENER_BACKLOG, error);
#endif
	return status;
}

static int
hold_control(struct supervisor *s, struct error *error)
{
	const struct settings *settings = policy_settings(s->policy);
	struct listen_spec spec;
	int status;

	if (settings->control == NULL)
		return 0;
	if (listen_spec_parse(settings->control, &spec, error) < 0)
		return EX_CONFIG;
	status = listener_claim(&s->control, &spec, CONTROL_MODE, NULL, error);
	if (status != 0)
		return status;
	if (s->identity.set)
		listener_default_group(&s->control, s->identity.gid);
	return listener_bind(&s->control, CONTROL_BACKLOG, error);
}

static bool
name_one_file(const char *a, const char *b)
{
	struct stat at_a, at_b;

	return b != NULL && stat(a, &at_a) == 0 && stat(b, &at_b) == 0 &&
	    same_file(&at_a, &at_b);
}

/* As the worker's user, who has to do it again at a reload. */
static int
open_log(struct supervisor *s, struct error *error)
{
	int opened;

	if (privileges_lend(&s->identity, error) < 0)
		return EX_OSERR;
	opened = log_open(&policy_settings(s->policy)->log, s->foreground,
	    error);
	if (opened == 0 && name_one_file(s->path,
	    policy_settings(s->policy)->log.file))
		opened = error_set(error, "settings.log.to is the rule file");
	if (opened == 0 && strcmp(s->path, "-") != 0 &&
	    faccessat(AT_FDCWD, s->path, R_OK, AT_EACCESS) < 0)
		log_say(LOG_LEVEL_WARNING, "the user '%s' may not read %s: "
		    "reloads will fail", s->identity.name, s->path);
	privileges_take_back();
	return opened < 0 ? EX_CANTCREAT : 0;
}

/* All that can go wrong before there is a worker, in the order in which it
 * would hurt least. */
static int
prepare(struct supervisor *s, const struct daemon_options *options,
    struct error *error)
{
	const struct settings *settings = policy_settings(s->policy);
	struct listen_spec spec;
	int status = find_place(settings, &spec, error);

	if (status == 0)
		status = find_identity(settings, options->allow_root,
		    &s->identity, error);
	if (status != 0)
		return status;
	if (geteuid() == 0)
		policy_refuse_writable();
	if (privileges_limit(DESCRIPTORS_MAX, &s->descriptors, error) < 0)
		return EX_OSERR;
	if (signals_catch() < 0) {
		error_set(error, "cannot catch signals");
		return EX_OSERR;
	}
	status = open_log(s, error);
	if (status != 0)
		return status;
	status = hold_main(s, &spec, error);
	return status == 0 ? hold_control(s, error) : status;
}

static int
serve(struct supervisor *s, struct error *error)
{
	struct pidfile pidfile = { .path = "" };
	int status;

	if (pidfile_write(&pidfile, policy_settings(s->policy)->pidfile,
	    error) < 0)
		return EX_CANTCREAT;
	status = supervise(s);
	pidfile_remove(&pidfile);
	/* A socket that the worker made is not among what we release. */
	if (s->listener.fd < 0)
		(void)listener_retract(&s->listener, NULL);
	return status;
}

int
daemon_run(struct policy *policy, const struct daemon_options *options)
{
	struct background background;
	struct supervisor s = {
		.path = options->path,
		.start = policy_ref(policy),
		.policy = policy,
		.foreground = options->foreground,
		.listener = LISTENER_NONE,
		.control = LISTENER_NONE,
	};
	struct error error = { .text = "" };
	int status = 0;

	if (!options->foreground) {
		if (background_begin(&background, &error) < 0)
			status = EX_OSERR;
		s.ready = background_ready;
		s.ready_self = &background;
	}
	if (status == 0)
		status = prepare(&s, options, &error);
	if (status == 0)
		status = serve(&s, &error);
	if (error.text[0] != '\0')
		fprintf(stderr, "millgate: %s\n", error.text);
	listener_release(&s.listener);
	listener_release(&s.control);
	policy_unref(s.policy);
	policy_unref(s.start);
	log_end();
	return status;
}

const struct build_component *
daemon_components(size_t *count)
{
	static char compiled[32], running[32];
	static const struct build_component components[] = {
		{ "libmilter (headers)", compiled },
		{ "libmilter (running)", running },
#ifdef HAVE_MILTER_FD
		{ "libmilter listener", "inherited" },
#else
		{ "libmilter listener", "its own" },
#endif
#ifdef HAVE_MILTER_POLL
		{ "libmilter waits by", "poll" },
#else
		{ "libmilter waits by", "select" },
#endif
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
