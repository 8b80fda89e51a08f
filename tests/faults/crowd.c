/*
 * crowd.c - many connections to a filter at a time.
 *
 *	crowd ADDRESS COUNT		sessions, each with a message
 *	crowd ADDRESS COUNT knock	connections that never get beyond hello
 *
 * Sessions go as far as MAIL, then "ready COUNT" is printed. They are held
 * until standard input ends. Their messages are then sent to the end: "accepted
 * COUNT" tells how many were, "tagged COUNT" how many got the field.
 *
 * Failure: a session that does not go as it should is told; the status is 1.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/rawmilter.h"

#define TAG " X-Filtered: "

static struct rawmilter *crowd;
static size_t count;

/* As many descriptors as there may be. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool
goes_on(size_t i, const char *answer)
{
	if (strcmp(answer, "continue") == 0 || strcmp(answer, "skip") == 0)
		return true;
	printf("session %zu: %s\n", i, answer);
	return false;
}

static bool
begin(size_t i, const char *address)
{
	struct rawmilter *m = &crowd[i];

	if (!rawmilter_start(m, address))
		return goes_on(i, "no session");
	return goes_on(i, rawmilter_connect(m, "mx.example.org", "192.0.2.1"))
	    && goes_on(i, rawmilter_helo(m, "mx.example.org"))
	    && goes_on(i, rawmilter_mail(m, "<bob@friend.example>"));
}

static bool
knock(size_t i, const char *address)
{
	const struct wire_options offer = { .version = WIRE_VERSION,
		.actions = WIRE_MAY_ALL };

	if (!rawmilter_open(&crowd[i], address))
		return goes_on(i, "no connection");
	packet_add_options(&crowd[i].out, &offer);
	return rawmilter_flush(&crowd[i]);
}

/* "accept", or what else the end of the message was answered with. */
static const char *
rest_of_message(struct rawmilter *m)
{
	static const char *const fields[][2] = {
		{ "From", "bob@friend.example" }, { "Subject", "hello" } };
	const char *answer = rawmilter_rcpt(m, "<alice@mail.example>");

	if (strcmp(answer, "continue") == 0)
		answer = rawmilter_plain(m, WIRE_DATA);
	for (size_t i = 0; i < 2 && strcmp(answer, "continue") == 0; i++)
		answer = rawmilter_header(m, fields[i][0], fields[i][1]);
	if (strcmp(answer, "continue") == 0)
		answer = rawmilter_plain(m, WIRE_EOH);
	if (strcmp(answer, "continue") == 0)
		answer = rawmilter_body(m, span_of("hello\r\n"));
	if (strcmp(answer, "continue") == 0 || strcmp(answer, "skip") == 0)
		answer = rawmilter_plain(m, WIRE_EOM);
	return strcmp(answer, "continue") == 0 ? "accept" : answer;
}

/* All messages to their ends. */
static bool
finish(void)
{
	size_t accepted = 0, tagged = 0;

	for (size_t i = 0; i < count; i++) {
		const char *answer = rest_of_message(&crowd[i]);

		if (strcmp(answer, "accept") == 0)
			accepted++;
		else
			(void)goes_on(i, answer);
		if (strstr(rawmilter_edits(&crowd[i]), TAG) != NULL)
			tagged++;
	}
	printf("accepted %zu\ntagged %zu\n", accepted, tagged);
	return accepted == count && tagged == count;
}

int
main(int argc, char **argv)
{
	bool knocking = argc == 4 && strcmp(argv[3], "knock") == 0;
	bool well = true;

	if (argc != 3 && !knocking) {
		fputs("usage: crowd ADDRESS COUNT [knock]\n", stderr);
		return 64;
	}
	raise_limit();
	count = (size_t)strtoul(argv[2], NULL, 10);
	crowd = calloc(count, sizeof *crowd);
	if (crowd == NULL)
		return 71;
	for (size_t i = 0; i < count && well; i++)
		well = knocking ? knock(i, argv[1]) : begin(i, argv[1]);
	if (!well)
		return 1;
	printf("ready %zu\n", count);
	fflush(stdout);
	while (getchar() != EOF)
		;
	if (!knocking)
		well = finish();
	for (size_t i = 0; i < count; i++)
		rawmilter_close(&crowd[i]);
	free(crowd);
	return well ? 0 : 1;
}
