/*
 * load.c - many small SMTP sessions, as an MTA tells a filter of them.
 *
 *	load ADDRESS				print what the filter negotiates
 *	load ADDRESS PID CONNECTIONS MESSAGES	print one line of figures
 *
 * Each connection is a thread that does one session after another: connect,
 * one message of 20 KB with twenty fields, quit. What needs no answer is sent
 * together with what does, as Postfix does it. The figures: CPU microseconds of
 * process PID for a message, messages a second, messages accepted and refused.
 *
 * Failure: an answer that makes no sense ends it with status 1.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/rawmilter.h"

#define CONNECTIONS_MAX 64
#define BODY_LINE \
	"All work and no play makes a filter a dull program, day by day"
#define BODY_LINES 300		/* with CRLF 64 bytes each */

struct load {
	const char *address;
	unsigned long sessions;	/* each thread's share */
	atomic_ulong number;	/* of sessions begun by all */
	atomic_ulong accepted;
	atomic_ulong refused;
};

static char body[BODY_LINES * sizeof BODY_LINE + BODY_LINES + 1];

static const char *const fields[][2] = {
	{ "Received", "from mx.example.org (mx.example.org [192.0.2.1])\n"
	    "\tby mail.example.com (Postfix) with ESMTPS id 4Xyz1234\n"
	    "\tfor <alice@example.com>; Mon, 1 Jan 2024 12:00:03 +0000" },
	{ "Received", "by mx.example.org (Postfix, from userid 1000)\n"
	    "\tid 0123456789; Mon, 1 Jan 2024 12:00:02 +0000 (UTC)" },
	{ "Received", "from desk.example.org (desk.example.org [192.0.2.77])\n"
	    "\tby mx.example.org with ESMTPSA; 1 Jan 2024 12:00:01 +0000" },
	{ "DKIM-Signature", "v=1; a=rsa-sha256; c=relaxed/relaxed; "
	    "d=example.org; s=2024;\n\th=from:to:subject:date:message-id;\n"
	    "\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\n"
	    "\tb=c2lnbmF0dXJlIHNpZ25hdHVyZSBzaWduYXR1cmUgc2lnbmF0dXJl" },
	{ "From", "Bob Example <bob@example.org>" },
	{ "To", "Alice <alice@example.com>, Carol <carol@example.com>" },
	{ "Cc", "Dave <dave@example.net>" },
	{ "Reply-To", "Bob Example <bob@example.org>" },
	{ "Date", "Mon, 1 Jan 2024 12:00:00 +0000" },
	{ "Message-ID", "<20240101120000.4Xyz1234@desk.example.org>" },
	{ "In-Reply-To", "<20231231235959.1234@example.com>" },
	{ "References", "<20231230.1@example.com> <20231231.2@example.org>\n"
	    " <20231231235959.1234@example.com>" },
	{ "MIME-Version", "1.0" },
	{ "Content-Type", "text/plain; charset=utf-8; format=flowed" },
	{ "Content-Transfer-Encoding", "7bit" },
	{ "Content-Language", "en-GB" },
	{ "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:102.0)" },
	{ "X-Priority", "3 (Normal)" },
	{ "X-Mailer", "Example Mailer 1.2.3" },
};

static void
fail(const char *what)
{
	fprintf(stderr, "load: %s\n", what);
	exit(1);
}

/* COMMAND is in M->out. True when the dialogue goes on. */
static bool
asked(struct rawmilter *m, enum wire_letter command, const char **answer)
{
	if (!wire_is_answered(&m->options, command))
		return true;
	if (!rawmilter_flush(m))
		fail("the filter has hung up");
	*answer = rawmilter_answer(m);
	return strcmp(*answer, "continue") == 0 || strcmp(*answer, "skip") == 0;
}

/* One command with its strings and, before it, the queue ID. */
static bool
say(struct rawmilter *m, enum wire_letter command, const char *first,
    const char *second, const char **answer)
{
	const struct span strings[2] = { span_of(first), span_of(second) };
	const struct macro id = { span_of("i"), span_of("4Xyz1234") };

	if (!wire_is_sent(&m->options, command))
		return true;
	if (command != WIRE_HELO && command != WIRE_HEADER)
		packet_add_macros(&m->out, command, &id, 1);
	if (first == NULL)
		packet_add(&m->out, (char)command, span_of(""));
	else
		packet_add_strings(&m->out, command, strings,
		    second != NULL ? 2 : 1);
	return asked(m, command, answer);
}

static bool
say_connect(struct rawmilter *m, const char **answer)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(40112) };

	inet_pton(AF_INET, "192.0.2.1", &in.sin_addr);
	packet_add_connect(&m->out, span_of("mx.example.org"),
	    (struct sockaddr *)&in);
	return asked(m, WIRE_CONNECT, answer);
}

static bool
say_header(struct rawmilter *m, unsigned long number, const char **answer)
{
	size_t i;

	for (i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (!say(m, WIRE_HEADER, fields[i][0], fields[i][1], answer))
			return false;
	if (number % 20 == 7 && !say(m, WIRE_HEADER, "List-Id",
	    "<benchmarks.lists.example.org>", answer))
		return false;
	return say(m, WIRE_HEADER, "Subject", number % 20 == 13 ?
	    "Cheap pills for everybody" : "Minutes of the last meeting",
	    answer) && say(m, WIRE_EOH, NULL, NULL, answer);
}

static bool
say_body(struct rawmilter *m, const char **answer)
{
	if (!wire_is_sent(&m->options, WIRE_BODY))
		return true;
	packet_add(&m->out, WIRE_BODY, span_of(body));
	return asked(m, WIRE_BODY, answer);
}

static void
one_session(struct load *l, struct rawmilter *m, unsigned long number)
{
	const char *answer = "";
	bool whole;

	if (!rawmilter_start(m, l->address))
		fail("the filter does not answer");
	whole = say_connect(m, &answer) &&
	    say(m, WIRE_HELO, "mx.example.org", NULL, &answer) &&
	    say(m, WIRE_MAIL, "<bob@example.org>", "SIZE=20900", &answer) &&
	    say(m, WIRE_RCPT, "<alice@example.com>", NULL, &answer) &&
	    say(m, WIRE_DATA, NULL, NULL, &answer) &&
	    say_header(m, number, &answer) && say_body(m, &answer) &&
	    say(m, WIRE_EOM, NULL, NULL, &answer);
	if (whole || strcmp(answer, "accept") == 0)
		l->accepted++;
	else if (answer[0] == '4' || answer[0] == '5')
		l->refused++;
	else
		fail(answer);
	rawmilter_close(m);
}

static void *
run_thread(void *arg)
{
	struct load *l = arg;
	struct rawmilter m;
	unsigned long i;

	for (i = 0; i < l->sessions; i++)
		one_session(l, &m, l->number++);
	return NULL;
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		fail("no such process");
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
run_load(struct load *l, clockid_t filter, unsigned long connections)
{
	double began = seconds(CLOCK_MONOTONIC), cpu = seconds(filter), count;
	pthread_t threads[CONNECTIONS_MAX];
	unsigned long i;

	for (i = 0; i < connections; i++)
		if (pthread_create(&threads[i], NULL, run_thread, l) != 0)
			fail("no more threads");
	for (i = 0; i < connections; i++)
		pthread_join(threads[i], NULL);
	count = (double)(l->sessions * connections);
	printf("%.1f %.0f %lu %lu\n", (seconds(filter) - cpu) / count * 1e6,
	    count / (seconds(CLOCK_MONOTONIC) - began), l->accepted,
	    l->refused);
}

static int
print_options(const char *address)
{
	struct rawmilter m;

	if (!rawmilter_start(&m, address))
		return 1;
	printf("0x%x 0x%x\n", m.options.actions, m.options.protocol);
	rawmilter_close(&m);
	return 0;
}

int
main(int argc, char **argv)
{
	unsigned long connections;
	struct load l = { .sessions = 0 };
	clockid_t clock;
	size_t i;

	if (argc == 2)
		return print_options(argv[1]);
	if (argc != 5)
		fail("usage: load ADDRESS [PID CONNECTIONS MESSAGES]");
	connections = strtoul(argv[3], NULL, 10);
	if (connections == 0 || connections > CONNECTIONS_MAX)
		fail("1 to 64 connections");
	if (clock_getcpuclockid((pid_t)atol(argv[2]), &clock) != 0)
		fail("no such process");
	for (i = 0; i < BODY_LINES; i++)
		strcat(body + i * (sizeof BODY_LINE + 1), BODY_LINE "\r\n");
	l.address = argv[1];
	l.sessions = strtoul(argv[4], NULL, 10) / connections;
	run_load(&l, clock, connections);
	return 0;
}
