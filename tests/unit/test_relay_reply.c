/*
 * test_relay_reply.c - what a server answers, read line by line.
 */
#include "config.h"

#include <stdio.h>

#include "milter/smtpd/relay_reply.h"
#include "tests/unit/unit.h"

static struct relay_reply reply;

/* TEXT as the only thing that is said; how its last line was read. */
static enum relay_read
read_text(struct span text)
{
	enum relay_read read = RELAY_READ_MORE;

	reply = (struct relay_reply){ .len = 0 };
	while (text.len > 0 && read != RELAY_READ_BAD)
		read = relay_reply_take(&reply, &text);
	return read;
}

static const struct {
	const char *sentence, *text;
	enum relay_read read;
	unsigned code;
	const char *shown;
} replies[] = {
	{ "one line", "250 Ok\r\n", RELAY_READ_REPLY, 250, "250 Ok" },
	{ "only a code", "250\r\n", RELAY_READ_REPLY, 250, "250" },
	{ "a code and a blank", "250 \r\n", RELAY_READ_REPLY, 250, "250" },
	{ "LF alone", "250 Ok\n", RELAY_READ_REPLY, 250, "250 Ok" },
	{ "several lines", "550-5.1.1 a\r\n550-\r\n550 b\r\n",
	    RELAY_READ_REPLY, 550, "550 5.1.1 a b" },
	{ "two replies", "250 a\r\n354 b\r\n", RELAY_READ_REPLY, 354,
	    "354 b" },
	{ "not yet all lines", "250-a\r\n", RELAY_READ_LINE, 250, "250 a" },
	{ "not yet a line", "250 a", RELAY_READ_MORE, 0, "" },
	{ "two codes", "250-a\r\n251 b\r\n", RELAY_READ_BAD, 250, "250 a" },
	{ "a code too small", "199 a\r\n", RELAY_READ_BAD, 0, "" },
	{ "a code too large", "600 a\r\n", RELAY_READ_BAD, 0, "" },
	{ "four digits", "2500\r\n", RELAY_READ_BAD, 0, "" },
	{ "two digits", "25 a\r\n", RELAY_READ_BAD, 0, "" },
	{ "an empty line", "\r\n", RELAY_READ_BAD, 0, "" },
	{ "a blank before", " 250 a\r\n", RELAY_READ_BAD, 0, "" },
	{ "control characters and bytes beyond ASCII",
	    "550 a\tb\rc\x1b\xff\x7f\r\n", RELAY_READ_REPLY, 550,
	    "550 a?b?c???" },
};

static void
all_kinds(void)
{
	for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
		unit_case(replies[i].sentence);
		check_int(read_text(span_of(replies[i].text)),
		    replies[i].read);
		check_int(reply.code, replies[i].code);
		check_text(reply.text, replies[i].shown);
	}
}

static void
with_nul(void)
{
	check_int(read_text(span_make("250 a\0b\r\n", 9)), RELAY_READ_REPLY);
	check_text(reply.text, "250 a?b");
}

static void
endless_lines(void)
{
	static char line[RELAY_LINE_MAX + 2];

	memset(line, 'x', sizeof line);
	memcpy(line, "220 ", 4);
	line[RELAY_LINE_MAX] = '\n';
	check_int(read_text(span_make(line, RELAY_LINE_MAX + 1)),
	    RELAY_READ_REPLY);
	check_size(strlen(reply.text), QUEUE_REPLY_MAX - 1);
	line[RELAY_LINE_MAX] = 'x';
	check_int(read_text(span_make(line, RELAY_LINE_MAX + 1)),
	    RELAY_READ_BAD);
}

static void
endless_replies(void)
{
	struct span line = { NULL, 0 };
	enum relay_read read = RELAY_READ_LINE;
	size_t count = 0;

	reply = (struct relay_reply){ .len = 0 };
	for (; read == RELAY_READ_LINE && count < 1000; count++) {
		line = span_of("220-again\r\n");
		read = relay_reply_take(&reply, &line);
	}
	check_int(read, RELAY_READ_BAD);
	check_size(count, RELAY_LINES_MAX + 1);
}

static const struct unit_test tests[] = {
	{ "replies of all kinds", all_kinds },
	{ "a NUL is a character like others", with_nul },
	{ "an endless line is not listened to", endless_lines },
	{ "nor is a reply of endless lines", endless_replies },
};

UNIT_MAIN("relay_reply", tests)
