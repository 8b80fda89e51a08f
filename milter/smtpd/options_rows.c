/*
 * options_rows.c - the options of millgate-smtpd.
 *
 * Failure: take() returns -1 and says what is needed; the option is named by
 * the caller.
 */
#include "config.h"

#include <stddef.h>

#include "milter/smtpd/options_rows.h"
#include "milter/smtpd/tls.h"

static int
take_listen(struct options *o, const char *text, struct error *error)
{
	if (o->listen_count == OPTIONS_LISTEN_MAX)
		return error_set(error, "more than %d places",
		    OPTIONS_LISTEN_MAX);
	return options_place(text, &o->listen[o->listen_count++], error);
}

static int
take_milter(struct options *o, const char *text, struct error *error)
{
	struct options_milter *to;

	if (o->milter_count == OPTIONS_MILTERS_MAX)
		return error_set(error, "more than %d milters",
		    OPTIONS_MILTERS_MAX);
	to = &o->milters[o->milter_count++];
	to->name = text;
	return dial_find_milter(text, &to->place, error);
}

static int
take_milter_default(struct options *o, const char *text, struct error *error)
{
	static const char *const names[] = {
		[MILTER_TEMPFAIL] = "tempfail",
		[MILTER_ACCEPT] = "accept",
		[MILTER_REJECT] = "reject",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		o->milter_default = (enum milter_failure)i;
		return 0;
	}
	return error_set(error, "it is tempfail, accept or reject, not '%s'",
	    text);
}

static int
take_milter_timeout(struct options *o, const char *text, struct error *error)
{
	unsigned times[3];
	size_t count;

	if (options_three(text, times, &count, error) < 0)
		return -1;
	o->milter_connect = 1000 * times[0];
	o->milter_command = 1000 * times[count == 3 ? 1 : 0];
	o->milter_content = 1000 * times[count == 3 ? 2 : 0];
	return 0;
}

static int
take_milter_protocol(struct options *o, const char *text, struct error *error)
{
	if (options_number(text, 2, &o->milter_protocol, error) < 0)
		return -1;
	return o->milter_protocol <= 6 ? 0 : error_set(error,
	    "it is a version from 2 to 6, not '%s'", text);
}

static int
take_tls_cert(struct options *o, const char *text, struct error *error)
{
	if (tls_library() == NULL)
		return error_set(error, "built without OpenSSL");
	o->tls_cert = text;
	return 0;
}

static int
take_relay(struct options *o, const char *text, struct error *error)
{
	o->relay_name = text;
	return dial_find_host(text, &o->relay, error);
}

static int
take_retry(struct options *o, const char *text, struct error *error)
{
	unsigned times[3];
	size_t count;

	if (options_three(text, times, &count, error) < 0)
		return -1;
	if (count != 3)
		return error_set(error, "FIRST,MOST,GIVE-UP are needed, not "
		    "'%s'", text);
	o->retry_first = times[0];
	o->retry_most = times[1];
	o->retry_give_up = times[2];
	return 0;
}

static int
take_xclient(struct options *o, const char *text, struct error *error)
{
	return networks_add(&o->xclient, text, error);
}

#define IN(member) offsetof(struct options, member), 0, NULL
#define AT_LEAST_1(member) offsetof(struct options, member), 1, NULL

const struct options_row options_rows[OPTIONS_COUNT] = {
	{ "listen", "ADDR:PORT", OPTION_OTHER, 0, 0, take_listen,
	    "where to serve; again for more (127.0.0.1:2525)" },
	{ "milter", "SOCKET", OPTION_OTHER, 0, 0, take_milter,
	    "a filter to ask; again for more, in their order" },
	{ "milter-default", "ANSWER", OPTION_OTHER, 0, 0, take_milter_default,
	    "for one that fails: tempfail, accept, reject" },
	{ "milter-timeout", "SECONDS", OPTION_OTHER, 0, 0, take_milter_timeout,
	    "or CONNECT,COMMAND,CONTENT (30,30,300)" },
	{ "milter-protocol", "N", OPTION_OTHER, 0, 0, take_milter_protocol,
	    "version, from 2 to 6 (6)" },
	{ "maildir", "DIR", OPTION_TEXT, IN(maildir),
	    "deliver to Maildirs, one for each recipient" },
	{ "relay", "HOST:PORT", OPTION_OTHER, 0, 0, take_relay,
	    "send on, out of --queue" },
	{ "queue", "DIR", OPTION_TEXT, IN(queue), "what waits to be sent on" },
	{ "discard", NULL, OPTION_FLAG, IN(discard),
	    "forget what was accepted" },
	{ "quarantine", "DIR", OPTION_TEXT, IN(quarantine),
	    "a Maildir for what filters hold" },
	{ "retry", "FIRST,MOST,GIVE-UP", OPTION_OTHER, 0, 0, take_retry,
	    "seconds, of --relay (300,4000,432000)" },
	{ "hostname", "NAME", OPTION_TEXT, IN(hostname), "what we are called" },
	{ "users", "FILE", OPTION_TEXT, IN(users),
	    "offer AUTH to those in FILE" },
	{ "tls-cert", "FILE", OPTION_OTHER, 0, 0, take_tls_cert,
	    "offer STARTTLS with this certificate" },
	{ "tls-key", "FILE", OPTION_TEXT, IN(tls_key), "and this key" },
	{ "xclient-from", "ADDR[/BITS],...", OPTION_OTHER, 0, 0, take_xclient,
	    "who may be anybody by XCLIENT" },
	{ "public", NULL, OPTION_FLAG, IN(public),
	    "listen where others than this machine can call" },
	{ "normalize", NULL, OPTION_FLAG, IN(normalize),
	    "mend bare CR and LF in messages" },
	{ "size-limit", "BYTES", OPTION_BYTES, IN(size_limit),
	    "of a message (10240000)" },
	{ "recipient-limit", "N", OPTION_BYTES, IN(recipient_limit),
	    "of a message (1000)" },
	{ "connections", "N", OPTION_NUMBER, AT_LEAST_1(connections),
	    "at a time (5000)" },
	{ "connections-per-client", "N", OPTION_NUMBER,
	    AT_LEAST_1(connections_per_client),
	    "at a time from one address" },
	{ "timeout", "SECONDS", OPTION_NUMBER, AT_LEAST_1(timeout),
	    "for a command (300)" },
	{ "session-time", "SECONDS", OPTION_NUMBER, AT_LEAST_1(session_time),
	    "for all of a session" },
	{ "error-limit", "N", OPTION_NUMBER, IN(error_limit),
	    "refusals, then hang up (20); 0: never" },
	{ "greet-wait", "MILLISECONDS", OPTION_NUMBER, IN(greet_wait),
	    "before the greeting (0)" },
	{ "memory", "BYTES", OPTION_BYTES, IN(memory),
	    "of all messages under way (268435456)" },
	{ "user", "NAME", OPTION_TEXT, IN(user), "whom to become" },
	{ "allow-root", NULL, OPTION_FLAG, IN(allow_root), "stay root" },
	{ "verbose", NULL, OPTION_FLAG, IN(verbose), "log connections, too" },
};
