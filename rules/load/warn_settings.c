/*
 * warn_settings.c - sockets that more than the MTA can reach.
 *
 * Whoever connects to a milter can say that anybody sent anything and learn
 * what the rules make of it, and can hold its connections. The protocol has no
 * password: that nobody else gets there is all the protection there is.
 */
#include "config.h"

#include "ip.h"
#include "rules/base/listen_spec.h"
#include "rules/load/warn.h"

enum reach {
	REACH_MACHINE,		/* only from where the filter runs */
	REACH_ONE_ADDRESS,	/* or name */
	REACH_EVERY_ADDRESS,
};

static enum reach
host_reach(const char *host)
{
	static const struct ip any;
	static const struct ip loopback = { .bytes = { [15] = 1 }, .len = 16 };
	struct ip ip;

	if (ip_parse(span_of(host), &ip) < 0)
		return span_equal_nocase(span_of(host), span_of("localhost")) ?
		    REACH_MACHINE : REACH_ONE_ADDRESS;
	if (memcmp(ip.bytes, any.bytes, ip.len) == 0)
		return REACH_EVERY_ADDRESS;
	/* RFC 1122 3.2.1.3: all of 127.0.0.0/8. */
	if (ip.len == 4 ? ip.bytes[0] == 127 :
	    memcmp(ip.bytes, loopback.bytes, ip.len) == 0)
		return REACH_MACHINE;
	return REACH_ONE_ADDRESS;
}

static void
warn_listen(const struct node *n, const char *listen)
{
	struct listen_spec spec;
	struct problem *p;

	if (listen_spec_parse(listen, &spec, NULL) < 0 ||
	    spec.family == LISTEN_UNIX)
		return;
	switch (host_reach(spec.host)) {
	case REACH_MACHINE:
		return;
	case REACH_ONE_ADDRESS:
		p = tree_warn(n, "other machines may reach the filter at '%s'",
		    quote(span_of(spec.host)).text);
		break;
	case REACH_EVERY_ADDRESS:
		p = tree_warn(n, "other machines may reach the filter at any "
		    "address of this one");
		break;
	}
	problem_hint(p, "a milter trusts whoever connects: let a firewall pass "
	    "the MTA alone, or use a unix socket or 127.0.0.1");
}

void
warn_settings(const struct loader *l)
{
	const struct settings *s = &l->policy->settings;
	const struct node *n = node_get(l->files[0]->tree.root, "settings");
	const struct node *socket;

	if (n == NULL)
		return;
	if (s->listen != NULL)
		warn_listen(node_get(n, "listen"), s->listen);
	socket = node_get(n, "socket");
	if (socket != NULL && (s->socket_mode & S_IWOTH) != 0)
		problem_hint(tree_warn(node_get(socket, "mode"), "everybody on "
		    "this machine may connect to the filter"), "a milter "
		    "trusts whoever connects: mode 0660, and with 'group' the "
		    "MTA's group, are enough");
}
