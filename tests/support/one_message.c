/*
 * one_message.c - one message through the engine, without a daemon.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "engine.h"
#include "tests/support/one_message.h"

static int
feed(struct engine *e, struct event event)
{
	static const struct macro macros[] = {
		{ { "i", 1 }, { "4XyZ", 4 } },
		{ { "auth_authen", 11 }, { "alice", 5 } },
		{ { "if_addr", 7 }, { "192.0.2.25", 10 } },
	};
	struct verdict verdict;

	event.macros = macros;
	event.macro_count = sizeof macros / sizeof macros[0];
	return engine_feed(e, &event, &verdict) < 0;
}

static int
feed_header(struct engine *e, const char *name, const char *value)
{
	struct buffer scratch;
	int failed;

	buffer_init(&scratch, 65536);
	failed = feed(e, event_header(span_of(name), span_of(value),
	    &scratch));
	buffer_release(&scratch);
	return failed;
}

int
one_message(struct policy *policy)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(40000) };
	struct span size = span_of("SIZE=512");
	struct engine *e = engine_new(policy);
	int failed = 0;

	if (e == NULL)
		return 1;
	address.sin_addr.s_addr = htonl(0xc0000201);	/* 192.0.2.1 */
	failed += feed(e, event_connect(span_of("mail.example.org"),
	    (const struct sockaddr *)&address));
	failed += feed(e, event_helo(span_of("mail.example.org")));
	failed += feed(e, event_mail(span_of("<alice@example.org>"), &size,
	    1));
	failed += feed(e, event_rcpt(span_of("<bob@example.com>"), NULL, 0));
	failed += feed(e, event_rcpt(span_of("<carol@example.com>"), NULL, 0));
	failed += feed(e, event_plain(EVENT_DATA));
	failed += feed_header(e, "Subject", " you have won the lottery");
	failed += feed_header(e, "X-Spam", " yes");
	failed += feed(e, event_plain(EVENT_EOH));
	failed += feed(e, event_body(span_of("Hello\r\n")));
	failed += feed(e, event_plain(EVENT_EOM));
	failed += feed(e, event_plain(EVENT_CLOSE));
	engine_free(e);
	return failed;
}
