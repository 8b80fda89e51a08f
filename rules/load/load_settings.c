/*
 * load_settings.c - what concerns the program rather than the mail.
 *
 * The socket, what happens when something fails, and what a message may cost;
 * how the daemon lives is in load_daemon_settings.c.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include "rules/base/listen_spec.h"
#include "rules/load/settings_draft.h"

static int
read_listen(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;
	struct listen_spec spec;
	struct error error;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (listen_spec_parse(text.ptr, &spec, &error) < 0) {
		problem_hint(tree_error(n, "cannot listen on '%s': "
		    "%s", quote(text).text, error.text),
		    "write unix:/PATH or inet:PORT@HOST");
		return -1;
	}
	s->listen = policy_copy(l->policy, text).ptr;
	return 0;
}

/* Octal, as chmod(1) takes it. */
static int
read_mode(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;
	struct span text;
	unsigned mode = 0;
	size_t i;

	if (load_text(l, n, &text) < 0)
		return -1;
	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '7')
			break;
		mode = mode * 8 + (unsigned)(text.ptr[i] - '0');
	}
	if (i == text.len && i >= 3 && i <= 4 && mode <= 0777) {
		s->socket_mode = mode;
		return 0;
	}
	problem_hint(tree_error(n, "'%s' is not a mode", quote(text).text),
	    "write it as chmod does, in octal: 0660");
	return -1;
}

static int
read_socket_group(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	s->socket_group = policy_copy(l->policy, text).ptr;
	return 0;
}

static const struct mapping_spec socket_spec = { "'socket'", "key", {
	{ "mode", read_mode, false },
	{ "group", read_socket_group, false },
} };

static int
read_socket(struct loader *l, struct node *n, void *target)
{
	return load_mapping(l, n, &socket_spec, target);
}

static int
read_on_error(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (span_is(text, "tempfail"))
		s->on_error = VERDICT_TEMPFAIL;
	else if (span_is(text, "accept"))
		s->on_error = VERDICT_ACCEPT;
	else {
		(void)tree_error(n, "'%s' is neither tempfail nor "
		    "accept", quote(text).text);
		return -1;
	}
	return 0;
}

static int
read_policy_mode(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	s->shadow = span_is(text, "shadow");
	if (s->shadow || span_is(text, "enforce"))
		return 0;
	problem_hint(tree_error(n, "'%s' is neither enforce nor shadow",
	    quote(text).text), "shadow: judge and log, and tell the MTA "
	    "nothing; a single rule can be 'mode: off'");
	return -1;
}

/* Where each bound goes, and how large it may be; none is less than 1. */
static const struct limit_row {
	const char *key;
	size_t at;			/* in struct limits: a size_t */
	uint64_t most;
} limit_table[] = {
	{ "body", offsetof(struct limits, body), 64u << 20 },
	{ "header_bytes", offsetof(struct limits, header_bytes), 64u << 20 },
	{ "recipients", offsetof(struct limits, recipients), 1000000 },
	{ "regex_match", offsetof(struct limits, regex_match), 1000000000 },
	{ "regex_depth", offsetof(struct limits, regex_depth), 1000000000 },
	{ "connections", offsetof(struct limits, connections), 1000000 },
	{ "message", offsetof(struct limits, message), 1u << 30 },
	{ "mime_depth", offsetof(struct limits, mime_depth), 100 },
	{ "mime_parts", offsetof(struct limits, mime_parts), 100000 },
};

static int
read_limit(struct loader *l, struct node *n, void *target)
{
	const struct limit_row *row = limit_table;
	uint64_t bound;

	while (!span_is(n->key->text, row->key))
		row++;
	if (load_size(l, n, &bound) < 0)
		return -1;
	if (bound >= 1 && bound <= row->most) {
		*(size_t *)((char *)target + row->at) = (size_t)bound;
		return 0;
	}
	(void)tree_error(n, "'%s' is out of range: 1 to %llu",
	    quote(n->text).text, (unsigned long long)row->most);
	return -1;
}

static const struct mapping_spec limits_spec = { "'limits'", "key", {
	{ "body", read_limit, false },
	{ "header_bytes", read_limit, false },
	{ "recipients", read_limit, false },
	{ "regex_match", read_limit, false },
	{ "regex_depth", read_limit, false },
	{ "connections", read_limit, false },
	{ "message", read_limit, false },
	{ "mime_depth", read_limit, false },
	{ "mime_parts", read_limit, false },
	{ "regex_time", NULL, false },
	{ "message_time", NULL, false },
} };

static int
read_limits(struct loader *l, struct node *n, void *target)
{
	struct settings *s = target;

	return load_mapping(l, n, &limits_spec, &s->limits);
}

/* The names that are read so far, with room for all. */
struct authserv_draft {
	struct span *at;
	size_t count;
};

static int
read_authserv(struct loader *l, struct node *n, struct authserv_draft *d)
{
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (text.len == 0) {
		problem_hint(tree_error(n, "a server without a name"),
		    "write the name that it puts into Authentication-Results, "
		    "mx.example.com");
		return -1;
	}
	d->at[d->count++] = policy_copy(l->policy, text);
	return 0;
}

/* A name, or a list of them: authserv-ids of RFC 8601 2.5. */
static int
read_trusted_authserv(struct loader *l, struct node *n, void *target)
{
	bool list = n->kind == NODE_LIST;
	struct settings *s = target;
	struct authserv_draft d = { .count = 0 };
	struct node *child;
	int result = 0;

	d.at = policy_alloc(l->policy, list ? n->count : 1, sizeof *d.at);
	/* Even if it is wrong: rules that need it are not to blame. */
	s->trusted_authserv = d.at;
	if (!list)
		result = read_authserv(l, n, &d);
	for (child = list ? n->child : NULL; child != NULL;
	    child = child->next)
		if (read_authserv(l, child, &d) < 0)
			result = -1;
	s->trusted_authserv_count = d.count;
	if (!list || n->count > 0)
		return result;
	problem_hint(tree_error(n, "the list is empty"),
	    "leave it out to trust nobody");
	return -1;
}

static const struct mapping_spec settings_spec = { "'settings'", "key", {
	{ "listen", read_listen, false },
	{ "socket", read_socket, false },
	{ "mode", read_policy_mode, false },
	{ "on_error", read_on_error, false },
	{ "limits", read_limits, false },
	{ "control", load_control, false },
	{ "user", load_user, false },
	{ "group", load_user_group, false },
	{ "pidfile", load_pidfile, false },
	{ "log", load_log_settings, false },
	{ "require_jit", load_require_jit, false },
	{ "metrics", NULL, false },
	{ "state", NULL, false },
	{ "resolver", NULL, false },
	{ "geoip", NULL, false },
	{ "trusted_authserv", read_trusted_authserv, false },
	{ "record", NULL, false },
} };

int
load_settings(struct loader *l, struct node *n)
{
	struct settings *s = &l->policy->settings;
	int result = load_mapping(l, n, &settings_spec, s);

	return load_check_daemon(n, s) < 0 ? -1 : result;
}
