/*
 * options.h - what the command line of millgate-smtpd says.
 */
#ifndef MILLGATE_SMTPD_OPTIONS_H
#define MILLGATE_SMTPD_OPTIONS_H

#include "milter/dial.h"
#include "milter/smtpd/networks.h"
#include "milter/smtpd/options_value.h"
#include "smtp_session.h"
#include "wire.h"

#define OPTIONS_LISTEN_MAX 64
#define OPTIONS_MILTERS_MAX SMTP_SINKS_MAX

/* A milter, as it was named, and where it is. */
struct options_milter {
	const char *name;
	struct dial place;
};

/* All text is borrowed from the command line. NULL: not given. */
struct options {
	struct options_place listen[OPTIONS_LISTEN_MAX];
	size_t listen_count;		/* at least 1 */
	bool public;			/* not on loopback alone */

	struct options_milter milters[OPTIONS_MILTERS_MAX];
	size_t milter_count;
	enum milter_failure milter_default;
	unsigned milter_protocol;	/* 0: the newest */
	unsigned milter_connect;	/* ms; 0: as wire.h has it */
	unsigned milter_command;
	unsigned milter_content;

	const char *maildir;		/* NULL: another kind */
	const char *queue;		/* the same */
	const char *relay_name;		/* the same */
	struct dial relay;
	bool discard;
	const char *quarantine;
	unsigned retry_first;		/* seconds */
	unsigned retry_most;
	unsigned retry_give_up;

	const char *hostname;		/* never NULL */
	const char *users;
	const char *tls_cert;		/* both of these or none */
	const char *tls_key;
	struct networks xclient;

	bool normalize;
	size_t size_limit;		/* bytes; 0: as smtp_session.h has it */
	size_t recipient_limit;		/* the same */
	size_t memory;			/* bytes */
	unsigned connections;
	unsigned connections_per_client;	/* 0: no bound of its own */
	unsigned timeout;		/* seconds */
	unsigned session_time;		/* seconds; 0: any */
	unsigned error_limit;		/* 0: any */
	unsigned greet_wait;		/* ms */

	const char *user;
	bool allow_root;
	bool verbose;
};

enum options_result {
	OPTIONS_SERVE,
	OPTIONS_DONE,		/* --help or --version was answered */
	OPTIONS_WRONG,		/* see ERROR */
};

/*
 * Read the command line. Names of hosts are looked up. Of an option that is
 * given again the last one counts, but --listen, --milter and --xclient-from
 * add up.
 */
enum options_result options_read(struct options *o, int argc, char **argv,
    struct error *error);

#endif
