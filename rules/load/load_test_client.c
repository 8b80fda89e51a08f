/*
 * load_test_client.c - what the MTA knows in a test: the client, the macros and
 * the time.
 */
#include "config.h"

#include <stdint.h>

#include "rules/base/date_time.h"
#include "rules/load/test_draft.h"

#define CLIENT_DEFAULT "192.0.2.1"	/* RFC 5737: nobody's */

static int
read_ip(struct loader *l, struct node *n, void *target)
{
	struct record *r = target;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	r->client.local = span_is(text, "local");
	if (r->client.local || span_is(text, "unknown") ||
	    ip_parse(text, &r->client.ip) == 0)
		return 0;
	problem_hint(tree_error(n, "'%s' is not an IP address",
	    quote(text).text), "write an IPv4 or IPv6 address, 'local' or "
	    "'unknown'");
	return -1;
}

static int
read_client_name(struct loader *l, struct node *n, void *target)
{
	struct record *r = target;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	r->client.name = tests_copy(l, text);
	return 0;
}

static int
read_port(struct loader *l, struct node *n, void *target)
{
	struct record *r = target;
	uint64_t port;

	if (load_number(l, n, &port) < 0)
		return -1;
	if (port < 1 || port > UINT16_MAX) {
		(void)tree_error(n, "'%s' is out of range: 1 to 65535",
		    quote(n->text).text);
		return -1;
	}
	r->client.port = (uint16_t)port;
	return 0;
}

static const struct mapping_spec client_spec = { "'client'", "key", {
	{ "ip", read_ip, false },
	{ "name", read_client_name, false },
	{ "port", read_port, false },
} };

static int
read_client(struct loader *l, struct node *n, struct recorded_session *s,
    const struct node *test)
{
	struct record *r = tests_add(l, s, RECORD_CLIENT, n != NULL ? n : test);
	int result = 0;

	if (n != NULL && n->kind == NODE_MAP)
		result = load_mapping(l, n, &client_spec, r);
	else if (n != NULL)
		result = read_ip(l, n, r);
	if (n == NULL || (n->kind == NODE_MAP && node_get(n, "ip") == NULL))
		(void)ip_parse(span_of(CLIENT_DEFAULT), &r->client.ip);
	if (r->client.name.len == 0)
		r->client.name = span_of(r->client.local ? "localhost" :
		    "unknown");
	return result;
}

static int
read_macro(struct loader *l, struct node *n, struct macro *m)
{
	struct macro macro = macro_make(n->key->text, span_of(""));

	if (!macro_name_is_valid(macro.name)) {
		problem_hint(tree_error(n->key, "'%s' is no name of a macro",
		    quote(n->key->text).text), "letters, digits and '_', "
		    "perhaps in braces");
		return -1;
	}
	if (load_text(l, n, &macro.value) < 0)
		return -1;
	m->name = tests_copy(l, macro.name);
	m->value = tests_copy(l, macro.value);
	return 0;
}

static int
read_macros(struct loader *l, struct node *n, struct recorded_session *s)
{
	struct macro *macros;
	struct record *r;
	struct node *child;
	size_t count = 0;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_MAP || n->count > POLICY_MACROS_MAX) {
		problem_hint(tree_error(n, "'macros' must be a mapping of at "
		    "most %d", POLICY_MACROS_MAX), "write {NAME: value, "
		    "NAME: value}");
		return -1;
	}
	macros = tests_alloc(l, n->count, sizeof *macros);
	for (child = n->child; child != NULL; child = child->next)
		if (read_macro(l, child, &macros[count++]) < 0)
			result = -1;
	r = tests_add(l, s, RECORD_MACROS, n);
	r->macros.at = macros;
	r->macros.count = count;
	return result;
}

static int
read_time(struct loader *l, struct node *n, struct recorded_session *s)
{
	struct span text;
	int64_t time;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (date_time_parse(text, &time) < 0) {
		problem_hint(tree_error(n, "'%s' is not a time",
		    quote(text).text), "write 2026-11-23T10:12:19Z, or an "
		    "offset, +01:00, for the Z");
		return -1;
	}
	tests_add(l, s, RECORD_TIME, n)->time = time;
	return 0;
}

int
tests_read_client(struct loader *l, const struct node *test,
    struct recorded_session *s)
{
	struct node *macros = node_get(test, "macros");
	struct node *time = node_get(test, "time");
	int result = read_client(l, node_get(test, "client"), s, test);

	if (macros != NULL && read_macros(l, macros, s) < 0)
		result = -1;
	if (time != NULL && read_time(l, time, s) < 0)
		result = -1;
	return result;
}
