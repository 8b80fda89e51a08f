/*
 * options.c - what the command line of millgate-smtpd says.
 *
 * The options themselves stand in options_rows.c. What only makes sense
 * together is looked at here, in the end.
 *
 * Failure: OPTIONS_WRONG and a message that names the option and what to do.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "milter/smtpd/options_rows.h"
#include "milter/smtpd/tls.h"

enum {
	GETOPT_HELP = OPTIONS_COUNT + 256,	/* those below: 256 and a row */
	GETOPT_VERSION,
};

static void
print_help(void)
{
	char option[48];

	puts("usage: millgate-smtpd [OPTIONS] --maildir DIR | "
	    "--relay HOST:PORT --queue DIR |\n"
	    "                      --discard\n"
	    "\n"
	    "Receives mail by SMTP, asks filters as an MTA does, and stores "
	    "or relays it.\n"
	    "When it serves it prints 'ready on ADDR:PORT' for each place.\n");
	for (size_t i = 0; i < OPTIONS_COUNT; i++) {
		const struct options_row *row = &options_rows[i];

		snprintf(option, sizeof option, "--%s %s", row->name,
		    row->argument != NULL ? row->argument : "");
		printf("  %-29s %s\n", option, row->help);
	}
	printf("  %-29s %s\n", "--help", "this text");
	printf("  %-29s %s\n", "--version", "the version, and that of OpenSSL");
	puts("\nExit status: 0 stopped when told to, 64 wrong usage, 69 a "
	    "place cannot be had,\n71 trouble with the system, 78 trouble "
	    "with a file. See millgate-smtpd(8).");
}

static void
print_version(void)
{
	const char *library = tls_library();

	puts("millgate-smtpd " PACKAGE_VERSION);
	printf("  %s\n", library != NULL ? library : "built without OpenSSL");
}

static void
fill_long(struct option table[OPTIONS_COUNT + 3])
{
	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		table[i] = (struct option){ options_rows[i].name,
		    options_rows[i].argument != NULL ? required_argument :
		    no_argument, NULL, 256 + (int)i };
	table[OPTIONS_COUNT] = (struct option){ "help", no_argument,
		NULL, GETOPT_HELP };
	table[OPTIONS_COUNT + 1] = (struct option){ "version", no_argument,
		NULL, GETOPT_VERSION };
}

static int
take_one(struct options *o, const struct options_row *row, const char *text,
    struct error *error)
{
	void *at = (char *)o + row->at;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)at = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)at = text;
		return *text != '\0' ? 0 :
		    error_set(error, "it must not be empty");
	case OPTION_NUMBER:
		return options_number(text, row->least, at, error);
	case OPTION_BYTES:
		return options_bytes(text, at, error);
	case OPTION_OTHER:
		break;
	}
	return row->take(o, text, error);
}

static int
take(struct options *o, const struct options_row *row, struct error *error)
{
	struct error why = { "" };

	if (take_one(o, row, optarg, &why) == 0)
		return 0;
	return error_set(error, "--%s: %s", row->name, why.text);
}

/* What getopt_long() does not understand. */
static int
not_understood(int answer, char **argv, struct error *error)
{
	const char *word = argv[optind - 1];

	if (answer == ':')
		return error_set(error, "%s needs an argument; see --help",
		    word);
	return error_set(error, "'%s' is not an option, or has an argument "
	    "that it does not take; see --help", word);
}

static int
check_stores(const struct options *o, struct error *error)
{
	int kinds = (o->maildir != NULL) + (o->relay_name != NULL) +
	    o->discard;

	if (kinds != 1)
		return error_set(error, "where accepted messages go must be "
		    "said, and once: give one of --maildir DIR, --relay "
		    "HOST:PORT with --queue DIR, --discard");
	if ((o->relay_name != NULL) != (o->queue != NULL))
		return error_set(error, "--relay and --queue go together: "
		    "give both or none");
	return 0;
}

static int
check_places(const struct options *o, struct error *error)
{
	char ip[IP_TEXT_MAX];

	for (size_t i = 0; i < o->listen_count && !o->public; i++) {
		if (networks_is_loopback(&o->listen[i].ip))
			continue;
		ip_format(&o->listen[i].ip, ip);
		return error_set(error, "--listen: others than this machine "
		    "can call %s; give --public if that is meant", ip);
	}
	return 0;
}

static int
check(const struct options *o, struct error *error)
{
	if (check_stores(o, error) < 0 || check_places(o, error) < 0)
		return -1;
	if ((o->tls_cert != NULL) != (o->tls_key != NULL))
		return error_set(error, "--tls-cert and --tls-key go "
		    "together: give both or none");
	if (o->user == NULL && geteuid() == 0 && !o->allow_root)
		return error_set(error, "as root: give --user NAME, whom to "
		    "become, or --allow-root");
	return 0;
}

static void
fill_in(struct options *o)
{
	static char host[256];

	if (o->listen_count == 0)
		(void)options_place("127.0.0.1:2525",
		    &o->listen[o->listen_count++], NULL);
	if (o->hostname == NULL && gethostname(host, sizeof host - 1) == 0 &&
	    host[0] != '\0')
		o->hostname = host;
	if (o->hostname == NULL)
		o->hostname = "localhost";
}

enum options_result
options_read(struct options *o, int argc, char **argv, struct error *error)
{
	struct option table[OPTIONS_COUNT + 3] = { { NULL, 0, NULL, 0 } };
	int answer;

	*o = (struct options){
		.retry_first = 300, .retry_most = 4000,
		.retry_give_up = 432000,
		.memory = (size_t)256 << 20,
		.connections = 5000,
		.timeout = 300,
		.error_limit = 20,
	};
	fill_long(table);
	opterr = 0;
	while ((answer = getopt_long(argc, argv, ":", table, NULL)) != -1) {
		if (answer == GETOPT_HELP) {
			print_help();
			return OPTIONS_DONE;
		}
		if (answer == GETOPT_VERSION) {
			print_version();
			return OPTIONS_DONE;
		}
		if (answer < 256) {
			not_understood(answer, argv, error);
			return OPTIONS_WRONG;
		}
		if (take(o, &options_rows[answer - 256], error) < 0)
			return OPTIONS_WRONG;
	}
	if (optind < argc) {
		error_set(error, "unexpected '%s'; see --help", argv[optind]);
		return OPTIONS_WRONG;
	}
	fill_in(o);
	return check(o, error) < 0 ? OPTIONS_WRONG : OPTIONS_SERVE;
}
