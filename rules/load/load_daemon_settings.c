/*
 * load_daemon_settings.c - how the daemon lives: as whom, where its log goes.
 *
 * That users and groups exist and folders are there is for the daemon to find
 * out: a rule file may well be checked on another machine.
 */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "rules/base/listen_spec.h"
#include "rules/load/settings_draft.h"
#include "rules/match/regex.h"

/* A path from '/' on that may be a file's. EXAMPLE is for the hint. */
static int
read_path(struct loader *l, struct node *n, const char *example,
    const char **path)
{
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (text.len > 1 && text.ptr[0] == '/' &&
	    text.ptr[text.len - 1] != '/') {
		*path = policy_copy(l->policy, text).ptr;
		return 0;
	}
	problem_hint(tree_error(n, "'%s' is not the whole path of a file",
	    quote(text).text), "write it as in %s", example);
	return -1;
}

int
load_control(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;
	struct listen_spec spec;
	struct error error;
	struct span text;
	int result;

	if (load_text(l, n, &text) < 0)
		return -1;
	result = listen_spec_parse(text.ptr, &spec, &error);
	if (result == 0 && spec.family != LISTEN_UNIX)
		result = error_set(&error, "it can be a unix socket only");
	if (result < 0) {
		problem_hint(tree_error(n, "'%s' cannot be the control "
		    "socket: %s", quote(text).text, error.text),
		    "it is named by a path: unix:/run/millgate/control");
		return -1;
	}
	s->control = policy_copy(l->policy, span_of(spec.path)).ptr;
	return 0;
}

/* A name out of passwd(5) or group(5), of which numbers are none. */
static int
read_name(struct loader *l, struct node *n, const char *what,
    const char **name)
{
	struct span text;
	size_t i = 0;

	if (load_text(l, n, &text) < 0)
		return -1;
	while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9')
		i++;
	if (i < text.len) {
		*name = policy_copy(l->policy, text).ptr;
		return 0;
	}
	problem_hint(tree_error(n, "'%s' is not the name of a %s",
	    quote(text).text, what), "write the name that the system has for "
	    "it, not the number");
	return -1;
}

int
load_user(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;

	return read_name(l, n, "user", &s->user);
}

int
load_user_group(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;

	return read_name(l, n, "group", &s->group);
}

int
load_pidfile(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;

	return read_path(l, n, "/run/millgate/millgate.pid", &s->pidfile);
}

static int
read_to(struct loader *l, struct node *n, void *target)
{
	struct log_settings *log = target;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (span_is(text, "syslog"))
		log->to = LOG_TO_SYSLOG;
	else if (span_is(text, "stdout"))
		log->to = LOG_TO_STDOUT;
	else if (text.len > 0 && text.ptr[0] == '/') {
		log->to = LOG_TO_FILE;
		return read_path(l, n, "/var/log/millgate.log", &log->file);
	} else {
		problem_hint(tree_error(n, "'%s' is neither syslog nor stdout "
		    "nor a file", quote(text).text), "the path of a file "
		    "begins with '/': /var/log/millgate.log");
		return -1;
	}
	return 0;
}

static int
read_format(struct loader *l, struct node *n, void *target)
{
	struct log_settings *log = target;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	log->json = span_is(text, "json");
	if (log->json || span_is(text, "text"))
		return 0;
	problem_hint(tree_error(n, "'%s' is neither text nor json",
	    quote(text).text), "text: name=value, a line each; "
	    "json: an object, a line each");
	return -1;
}

static int
read_level(struct loader *l, struct node *n, void *target)
{
	static const char *const levels[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_NOTICE] = "notice",
		[LOG_LEVEL_INFO] = "info",
	};
	struct log_settings *log = target;
	struct span text;
	size_t i;

	if (load_text(l, n, &text) < 0)
		return -1;
	for (i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		if (!span_is(text, levels[i]))
			continue;
		log->level = (enum log_level)i;
		return 0;
	}
	problem_hint(tree_error(n, "'%s' is not a level of the log",
	    quote(text).text), "from the least to the most that is written: "
	    "error, warning, notice, info");
	return -1;
}

static const struct mapping_spec log_spec = { "'log'", "key", {
	{ "to", read_to, false },
	{ "format", read_format, false },
	{ "level", read_level, false },
} };

int
load_log_settings(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;

	return load_mapping(l, n, &log_spec, &s->log);
}

int
load_require_jit(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;

	if (load_boolean(l, n, &s->require_jit) < 0)
		return -1;
	if (!s->require_jit || regex_has_jit())
		return 0;
	problem_hint(tree_error(n, "the JIT compiler of PCRE2 cannot be used "
	    "here"), "PCRE2 was built without it, or the system forbids new "
	    "machine code, as systemd does with MemoryDenyWriteExecute");
	return -1;
}

/* A file of the daemon: where the settings name it, and its path. */
struct taken {
	const char *key;
	const struct node *node;
	char path[PATH_MAX];
};

/* At most: two sockets with a lock file each, a PID file, a log. */
#define TAKEN_MAX 6

struct taken_list {
	struct taken at[TAKEN_MAX];
	size_t count;
};

static void
take(struct taken_list *l, const char *key, const struct node *node,
    const char *path)
{
	struct taken *t = &l->at[l->count];

	if (path == NULL)
		return;
	l->count++;
	t->key = key;
	t->node = node;
	snprintf(t->path, sizeof t->path, "%s", path);
}

/* A socket, and its lock file beside it. */
static void
take_socket(struct taken_list *l, const char *const keys[2],
    const struct node *node, const char *path)
{
	size_t length;

	take(l, keys[0], node, path);
	take(l, keys[1], node, path);
	if (path == NULL)
		return;
	length = strlen(path);
	snprintf(l->at[l->count - 1].path + length, PATH_MAX - length, ".lock");
}

static void
take_all(struct taken_list *l, const struct node *n, const struct settings *s)
{
	static const char *const listen_keys[] = { "'listen'",
		"the lock file of 'listen'" };
	static const char *const control_keys[] = { "'control'",
		"the lock file of 'control'" };
	const struct node *log = node_get(n, "log");
	struct listen_spec spec = { .family = LISTEN_INET };

	if (s->listen != NULL)
		(void)listen_spec_parse(s->listen, &spec, NULL);
	take_socket(l, listen_keys, node_get(n, "listen"),
	    spec.family == LISTEN_UNIX ? spec.path : NULL);
	take_socket(l, control_keys, node_get(n, "control"), s->control);
	take(l, "'pidfile'", node_get(n, "pidfile"), s->pidfile);
	take(l, "'log'", log, s->log.file);
}

/* No two of them may be the same: each would destroy the other. */
static int
check_paths(const struct node *n, const struct settings *s)
{
	struct taken_list taken = { .count = 0 };

	take_all(&taken, n, s);
	for (size_t i = 0; i < taken.count; i++)
		for (size_t j = i + 1; j < taken.count; j++) {
			if (strcmp(taken.at[i].path, taken.at[j].path) != 0)
				continue;
			problem_hint(tree_error(taken.at[j].node, "%s has "
			    "the path %s already", taken.at[i].key,
			    taken.at[j].path), "give each a path of its own; "
			    "a socket has a lock file PATH.lock beside it");
			return -1;
		}
	return 0;
}

int
load_check_daemon(const struct node *n, const struct settings *s)
{
	if (node_get(n, "group") != NULL && node_get(n, "user") == NULL) {
		problem_hint(tree_error(node_get(n, "group")->key, "'group' "
		    "without 'user'"), "a group is taken together with a user; "
		    "the group of the socket is {socket: {group: ...}}");
		return -1;
	}
	return check_paths(n, s);
}
