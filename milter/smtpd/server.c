/*
 * server.c - all that the sessions of one server share, made, used and undone.
 *
 * Everything that can be wrong is found before a client is let in, for then it
 * can still be said to whoever started the program.
 *
 * Failure: a sysexits(3) status and what went wrong.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/privileges.h"
#include "milter/smtpd/client.h"
#include "milter/smtpd/listener.h"
#include "milter/smtpd/log.h"
#include "milter/smtpd/relay.h"
#include "milter/smtpd/server.h"

/* Files are written by so many at a time; more only wait for the same disk. */
#define WORKERS 8

/* Messages that are sent on at a time. */
#define RELAY_CONNECTIONS 4

/* As Postfix's smtpd_junk_command_limit. */
#define JUNK_MAX 100

/* Descriptors; more would only make the tables of the kernel large. */
#define DESCRIPTORS_MAX 1048576

/*
 * Descriptors that no client gets: listeners and the loop, what a worker has
 * open while it writes, what a relayed message needs. Without them clients that
 * only sit there would keep the others' messages from being stored.
 */
#define DESCRIPTORS_KEPT (32 + 6 * WORKERS + 4 * RELAY_CONNECTIONS)

/* How long those may take whose message is complete, be it a client or the next
 * server, once we shall end. */
#define STOP_MS 25000

static void
drop_clients(struct server *s)
{
	struct client *next;

	for (struct client *c = s->clients; c != NULL; c = next) {
		next = c->next;
		client_end(c);
	}
}

/* Nobody has to be waited for any more. */
static void
stop_now(struct server *s)
{
	drop_clients(s);
	loop_stop(s->loop);
}

static void
on_stop_limit(void *self)
{
	struct server *s = self;

	smtpd_log("what is under way takes too long: %zu clients are hung up "
	    "on", s->client_count);
	stop_now(s);
}

static bool
is_idle(const struct server *s)
{
	return s->client_count == 0 &&
	    (s->relay == NULL || relay_is_idle(s->relay));
}

/* The last message under way may have been answered. */
static void
on_settled(void *self)
{
	struct server *s = self;

	if (s->stopping && is_idle(s))
		loop_stop(s->loop);
}

static void
stop(struct server *s)
{
	struct client *next;

	s->stopping = true;
	listeners_close(s);
	for (struct client *c = s->clients; c != NULL; c = next) {
		next = c->next;
		client_stop(c);
	}
	if (s->relay != NULL)
		relay_stop(s->relay, on_settled, s);
	if (is_idle(s) ||
	    loop_set(s->loop, &s->stop_limit, STOP_MS) < 0)
		stop_now(s);
}

static void
on_signal(void *self, unsigned events)
{
	struct server *s = self;
	struct signalfd_siginfo info;

	(void)events;
	if (read(s->signals.fd, &info, sizeof info) != sizeof info)
		return;
	smtpd_log("%s: %s", info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM",
	    s->stopping ? "stopping at once" : "stopping");
	if (s->stopping)
		stop_now(s);
	else
		stop(s);
}

/* Signals are read like everything else, and never interrupt. */
static int
catch_signals(struct server *s, struct error *error)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	/* Who started us may ignore them, and then they would not come. */
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	s->signals = (struct loop_watch){ .fd = -1, .events = LOOP_READ,
		.ready = on_signal, .self = s };
	if (sigprocmask(SIG_SETMASK, &set, NULL) == 0)
		s->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals.fd < 0 || loop_watch(s->loop, &s->signals) < 0)
		return error_set(error, "cannot catch signals: %s",
		    strerror(errno));
	return 0;
}

void
server_client_gone(struct server *s)
{
	on_settled(s);
}

/* milter_config.log */
static void
log_milter(void *self, const char *text)
{
	(void)self;
	smtpd_log_text(text);
}

static void
set_milters(struct server *s)
{
	const struct options *o = s->options;

	for (size_t i = 0; i < o->milter_count; i++)
		s->filters[i] = (struct filter_place){
			.dial = o->milters[i].place,
			.config = {
				.name = o->milters[i].name,
				.on_failure = o->milter_default,
				.version = o->milter_protocol,
				.connect_ms = o->milter_connect,
				.command_ms = o->milter_command,
				.content_ms = o->milter_content,
				.log = log_milter,
			},
		};
}

static void
set_sessions(struct server *s)
{
	const struct options *o = s->options;

	s->pool.limit = o->memory;
	s->smtp = (struct smtp_config){
		.host = o->hostname,
		.features = SMTP_CHUNKING | SMTP_SMTPUTF8 |
		    (s->tls != NULL ? SMTP_STARTTLS : 0) |
		    (s->users != NULL ? SMTP_AUTH : 0) |
		    (o->xclient.count > 0 ? SMTP_XCLIENT : 0),
		.message_max = o->size_limit,
		.recipients_max = o->recipient_limit,
		.normalize = o->normalize,
		.pool = &s->pool,
		.errors_max = o->error_limit,
		.junk_max = o->error_limit > 0 ? JUNK_MAX : 0,
		.strict_order = true,
		.trace = true,
	};
}

/* What only root may read. */
static int
read_secrets(struct server *s, struct error *error)
{
	const struct options *o = s->options;

	if (o->tls_cert != NULL) {
		s->tls = tls_server_new(o->tls_cert, o->tls_key, error);
		if (s->tls == NULL)
			return EX_CONFIG;
	}
	if (o->users != NULL) {
		s->users = users_read(o->users, error);
		if (s->users == NULL)
			return EX_CONFIG;
	}
	return 0;
}

/* A client has a descriptor, and one for each filter. */
static int
limit_clients(struct server *s, size_t descriptors, struct error *error)
{
	const struct options *o = s->options;
	size_t each = 1 + o->milter_count;

	s->clients_max = o->connections;
	if (descriptors < DESCRIPTORS_KEPT + each)
		return error_set(error, "%zu open files are too few: raise "
		    "the limit (ulimit -n) to %zu or more", descriptors,
		    DESCRIPTORS_KEPT + each);
	if (s->clients_max > (descriptors - DESCRIPTORS_KEPT) / each) {
		s->clients_max = (descriptors - DESCRIPTORS_KEPT) / each;
		smtpd_log("%zu open files are enough for %zu clients at a "
		    "time, not for %u", descriptors, s->clients_max,
		    o->connections);
	}
	return 0;
}

static int
become_user(struct server *s, struct error *error)
{
	struct identity identity;
	size_t descriptors;

	if (identity_find(&identity, s->options->user, NULL, error) < 0)
		return EX_CONFIG;
	if (privileges_limit(DESCRIPTORS_MAX, &descriptors, error) < 0 ||
	    limit_clients(s, descriptors, error) < 0 ||
	    privileges_drop(&identity, error) < 0)
		return EX_OSERR;
	return 0;
}

static int
open_relay(struct server *s, struct error *error)
{
	const struct options *o = s->options;
	const struct relay_config config = {
		.to = o->relay,
		.host = o->hostname,
		.first_wait = o->retry_first,
		.most_wait = o->retry_most,
		.give_up = o->retry_give_up,
		.connections = RELAY_CONNECTIONS,
		.timeout = o->timeout,
		.log = smtpd_log_text,
	};

	s->queue = queue_open(o->queue, error);
	if (s->queue == NULL)
		return EX_CONFIG;
	s->relay = relay_new(&config, s->queue, s->loop, s->workers, error);
	return s->relay == NULL ? EX_CONFIG : 0;
}

/* As the user who will write them. */
static int
open_stores(struct server *s, struct error *error)
{
	const struct options *o = s->options;
	struct store_config config = {
		.kind = o->maildir != NULL ? STORE_MAILDIR :
		    o->discard ? STORE_DISCARD : STORE_QUEUE,
		.maildir = o->maildir,
		.quarantine = o->quarantine,
		.host = o->hostname,
	};
	int status = 0;

	s->workers = workers_new(s->loop, WORKERS, error);
	if (s->workers == NULL)
		return EX_OSERR;
	if (o->relay_name != NULL)
		status = open_relay(s, error);
	if (status != 0)
		return status;
	config.queue = s->queue;
	s->store = store_new(&config, s->workers, error);
	return s->store == NULL ? EX_CONFIG : 0;
}

static int
prepare(struct server *s, struct error *error)
{
	int status;

	s->loop = loop_new(error);
	s->crowd = crowd_new();
	if (s->loop == NULL || s->crowd == NULL ||
	    catch_signals(s, error) < 0)
		return EX_OSERR;
	if (listeners_open(s, error) < 0)
		return EX_UNAVAILABLE;
	status = read_secrets(s, error);
	if (status == 0)
		status = become_user(s, error);
	if (status == 0)
		status = open_stores(s, error);
	if (status != 0)
		return status;
	set_milters(s);
	set_sessions(s);
	s->stop_limit = (struct loop_timer){ .due = on_stop_limit, .self = s };
	return listeners_start(s, error) < 0 ? EX_OSERR : 0;
}

static void
undo(struct server *s)
{
	if (s->loop == NULL)
		return;
	listeners_close(s);
	drop_clients(s);
	relay_free(s->relay);
	s->relay = NULL;
	/* Messages that are being written keep their clients until then. */
	workers_free(s->workers);
	store_free(s->store);
	queue_close(s->queue);
	users_free(s->users);
	tls_server_free(s->tls);
	crowd_free(s->crowd);
	if (s->signals.fd > 0)
		close(s->signals.fd);
	loop_free(s->loop);
}

int
server_run(const struct options *options, struct error *error)
{
	static struct server s;		/* of the loop's thread; one is run */
	int status;

	s = (struct server){ .options = options };
	umask(077);
	status = prepare(&s, error);
	if (status == 0 && loop_run(s.loop, error) < 0)
		status = EX_OSERR;
	undo(&s);
	return status;
}
