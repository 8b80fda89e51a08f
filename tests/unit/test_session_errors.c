/*
 * test_session_errors.c - what is wrong with session files, and how it is told.
 */
#include "config.h"

#include <stdlib.h>

#include "tests/support/session_work.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define GOOD "@session good\nC: NOOP\n"

/* Session "bad" in the midst of good ones: lines 4 and on. */
static const struct {
	const char *sentence;
	const char *text;
	unsigned line;
	unsigned column;
	const char *error;
	const char *hint;		/* a part of it */
} wrong[] = {
	{ "a line that is none", "Subject: x\n", 4, 1,
	    "a line begins with C:, S:, @ or #", "'C: DATA' and a line" },
	{ "small letters", "c: NOOP\n", 4, 1,
	    "a line begins with C:, S:, @ or #", "with a dot alone" },
	{ "a blank before it", "C: X\n S: 250\n", 5, 1,
	    "a line begins with C:, S:, @ or #", "with a dot alone" },
	{ "a byte order mark", "\xef\xbb\xbf" "C: X\n", 4, 1,
	    "a line begins with C:, S:, @ or #", "byte order mark" },
	{ "an unknown word", "@rul x\n", 4, 1, "unknown word '@rul'",
	    "did you mean 'rule'?" },
	{ "a word in capitals", "@Session x\n", 4, 1,
	    "unknown word '@Session'", "did you mean 'session'?" },
	{ "one that is near none", "@xyzzy\n", 4, 1, "unknown word '@xyzzy'",
	    "millgate-session(5)" },
	{ "no word", "@\n", 4, 1, "unknown word '@'", "millgate-session(5)" },
	{ "an underscore", "@no_rule x\n", 4, 1, "unknown word '@no_rule'",
	    "did you mean 'no-rule'?" },
	{ "a client without an address", "@client\n", 4, 0,
	    "something is missing here", "@client IP [NAME|unknown]" },
	{ "a client that is a name", "@client mx.example.org\n", 4, 9,
	    "'mx.example.org' is not an IP address", "'local' or 'unknown'" },
	{ "an address in brackets", "@client [192.0.2.1]\n", 4, 9,
	    "'[192.0.2.1]' is not an IP address", "IPv4 or IPv6" },
	{ "a network", "@client 192.0.2.0/24\n", 4, 9,
	    "'192.0.2.0/24' is not an IP address", "IPv4 or IPv6" },
	{ "a port of 0", "@client 192.0.2.1 port=0\n", 4, 19,
	    "this is not understood", "[port=N]" },
	{ "a port of 65536", "@client 192.0.2.1 port=65536\n", 4, 19,
	    "this is not understood", "[port=N]" },
	{ "a port that is a word", "@client 192.0.2.1 x port=smtp\n", 4, 21,
	    "this is not understood", "[port=N]" },
	{ "two names", "@client 192.0.2.1 x y\n", 4, 21,
	    "this is not understood", "[NAME|unknown]" },
	{ "something behind the port", "@client 192.0.2.1 port=1 x\n", 4, 26,
	    "this is not understood", "[port=N]" },
	{ "two clients", "@client 192.0.2.1\n@client 192.0.2.2\n", 5, 0,
	    "the client has come already", "before the first C: line" },
	{ "a client behind a command", "C: X\n@client 192.0.2.2\n", 5, 0,
	    "the client has come already", "before the first C: line" },
	{ "no macro", "@macro\n", 4, 0, "something is missing here",
	    "NAME=VALUE" },
	{ "a macro without a value", "@macro i\n", 4, 8,
	    "this is not understood", "NAME=VALUE" },
	{ "one without a name", "@macro =x\n", 4, 8,
	    "this is not understood", "NAME=VALUE" },
	{ "a name with a brace", "@macro i=1 {x=1\n", 4, 12,
	    "this is not understood", "NAME=VALUE" },
	{ "a quote without an end", "@macro i=\"a b\n", 4, 8,
	    "this is not understood", "in quotes" },
	{ "a quote that ends in a word", "@macro i=\"a\"b\n", 4, 8,
	    "this is not understood", "in quotes" },
	{ "a backslash before the end", "@macro i=\"a\\\"\n", 4, 8,
	    "this is not understood", "in quotes" },
	{ "a time that is none", "@time now\n", 4, 7, "this is not understood",
	    "2026-11-23T10:12:19Z" },
	{ "no time", "@time\n", 4, 0, "something is missing here",
	    "2026-11-23T10:12:19Z" },
	{ "no answer", "@answer\n", 4, 0, "something is missing here",
	    "KIND KEY VALUE" },
	{ "an answer without a key", "@answer dnsbl 127.0.0.2\n", 4, 9,
	    "this is not understood", "KIND KEY VALUE" },
	{ "a word behind @disconnect", "@disconnect now\n", 4, 13,
	    "this is not understood", "@disconnect alone" },
	{ "a command behind it", "@disconnect\nC: QUIT\n", 5, 0,
	    "the client is gone", "@disconnect stands above" },
	{ "truncated, but not what", "@truncated\n", 4, 0,
	    "something is missing here", "body=12345" },
	{ "a reply without a code", "C: X\nS: ok\n", 5, 1,
	    "a reply begins with a code from 200 to 599", "S: CODE" },
	{ "an empty reply", "C: X\nS:\n", 5, 1,
	    "a reply begins with a code from 200 to 599", "S: CODE" },
	{ "a code of four digits", "C: X\nS: 2500\n", 5, 1,
	    "a reply begins with a code from 200 to 599", "S: CODE" },
	{ "a reply without an end", "C: X\nS: 250-a\nC: Y\n", 5, 0,
	    "this reply has no end", "another S: line follows" },
	{ "two codes in a reply", "C: X\nS: 250-a\nS: 550 b\n", 6, 0,
	    "another code in one reply", "it begins with 250" },
	{ "two replies", "C: X\nS: 250\nS: 250\n", 6, 0,
	    "a second reply to one command", "S: 250-" },
	{ "354 without DATA", "C: X\nS: 354\n", 5, 0,
	    "no message can follow here", "behind 'C: DATA'" },
	{ "354 behind the message", "C: DATA\nx\n.\nS: 354\n", 7, 0,
	    "no message can follow here", "before the message" },
	{ "a verdict that is none", "C: X\n@verdict refuse\n", 5, 10,
	    "this is not understood", "accept, reject" },
	{ "to go on is none", "C: X\n@verdict continue\n", 5, 10,
	    "this is not understood", "accept, reject" },
	{ "a verdict that is left out", "C: X\n@verdict\n", 5, 0,
	    "something is missing here", "accept, reject" },
	{ "no rule", "C: X\n@rule\n", 5, 0, "something is missing here",
	    "@rule NAME" },
	{ "no rule that must not", "C: X\n@no-rule \n", 5, 0,
	    "something is missing here", "@no-rule NAME" },
	{ "a field without a colon", "C: X\n@header Subject\n", 5, 9,
	    "this is not understood", "@header NAME: VALUE" },
	{ "a field without a name", "C: X\n@header : x\n", 5, 9,
	    "this is not understood", "@header NAME: VALUE" },
	{ "a blank in its name", "C: X\n@header X Y: x\n", 5, 9,
	    "this is not understood", "@header NAME: VALUE" },
	{ "a value where only a name is", "C: X\n@no-header A: b\n", 5, 12,
	    "this is not understood", "@no-header NAME" },
	{ "no recipient", "C: X\n@recipient\n", 5, 0,
	    "something is missing here", "@recipient ADDRESS" },
	{ "nor one that must not", "C: X\n@no-recipient\n", 5, 0,
	    "something is missing here", "@no-recipient ADDRESS" },
	{ "no sender", "C: X\n@sender\n", 5, 0, "something is missing here",
	    "@sender ADDRESS" },
	{ "no text of the body", "C: X\n@body-contains\n", 5, 0,
	    "something is missing here", "@body-contains TEXT" },
	{ "a score that is none", "C: X\n@score high\n", 5, 8,
	    "this is not understood", "@score N" },
	{ "a score of four decimals", "C: X\n@score 1.0001\n", 5, 8,
	    "this is not understood", "@score N" },
	{ "no label", "C: X\n@label\n", 5, 0, "something is missing here",
	    "@label NAME" },
	{ "a file that is not there", "C: DATA\n@message nowhere.eml\n", 5, 10,
	    "'./nowhere.eml' cannot be read: No such file or directory",
	    "relative to the folder" },
	{ "a file at an absolute path", "C: DATA\n@message /etc/passwd\n", 5,
	    10, "this file is not read", "below the folder" },
	{ "one that climbs", "C: DATA\n@message a/../../b\n", 5, 10,
	    "this file is not read", "below the folder" },
	{ "one that only climbs", "C: DATA\n@message ..\n", 5, 10,
	    "this file is not read", "below the folder" },
	{ "no file", "C: DATA\n@message\n", 5, 0, "this file is not read",
	    "below the folder" },
	{ "a file without DATA", "C: X\n@message a.eml\n", 5, 0,
	    "no message can follow here", "behind 'C: DATA'" },
	{ "a folder", "C: DATA\n@message .\n", 5, 10,
	    "'./.' cannot be read: it is a directory", "relative to the folder" },
	{ "a chunk of too many bytes to count",
	    "C: BDAT 9999999999999999999 LAST\nabc\n", 5, 1,
	    "a line begins with C:, S:, @ or #", "or it is too large" },
	{ "a chunk that is longer", "C: BDAT 3 LAST\nabcd\nS: 250\n", 4, 0,
	    "other bytes follow than BDAT says", "exactly 3 of them" },
	{ "a chunk that is shorter", "C: BDAT 5 LAST\nabc\nS: 250\n", 4, 0,
	    "other bytes follow than BDAT says", "exactly 5 of them" },
};

static void
test_wrong(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		const struct problem *p;
		struct buffer text;
		struct work w;

		unit_case(wrong[i].sentence);
		buffer_init(&text, 4096);
		buffer_add_text(&text, GOOD "@session bad\n");
		buffer_add_text(&text, wrong[i].text);
		buffer_add_text(&text, GOOD);
		work_begin(&w, buffer_span(&text));
		check_int(w.result, -1);
		check_size(w.errors.count, 1);
		check_size(w.errors.warning_count, 0);
		check_text(buffer_text(&w.said), "good{C:NOOP}good{C:NOOP}");
		p = &w.errors.at[0];
		if (w.errors.count == 1) {
			check_text(p->file, "a.smtp");
			check_int(p->line, wrong[i].line);
			check_int(p->column, wrong[i].column);
			check_text(p->text, wrong[i].error);
			check_true(p->source != NULL && p->hint != NULL);
			if (p->hint != NULL &&
			    strstr(p->hint, wrong[i].hint) == NULL)
				check_text(p->hint, wrong[i].hint);
		}
		work_end(&w);
		buffer_release(&text);
	}
}

/* Several errors of one session are all told, and its messages are skipped. */
static void
test_errors(void)
{
	struct work w;

	work_begin(&w, span_of("@session a\n@rul x\nC: DATA\nS: 354\n"
	    "@session b\nC: x\n.\n@score x\nS: 250\n@session c\nC: X\n"));
	check_int(w.result, -1);
	check_size(w.errors.count, 2);
	check_int(w.errors.at[0].line, 2);
	check_int(w.errors.at[1].line, 8);
	check_text(buffer_text(&w.said), "c{C:X}");
	work_end(&w);

	/* A message that nobody began is told once. */
	work_begin(&w, span_of("@session a\nA: b\nC: d\n\nx\n.\n@x\n"
	    "@session b\nx\n"));
	check_size(w.errors.count, 2);
	check_int(w.errors.at[0].line, 2);
	check_int(w.errors.at[1].line, 9);
	check_text(buffer_text(&w.said), "");
	work_end(&w);
}

/* Each session that is wrong is in a list, with its errors. */
static void
test_lost(void)
{
	const struct lost_session *lost;
	struct buffer text;
	struct work w;

	buffer_init(&text, 1u << 20);
	buffer_add_text(&text, "@session a\n@rul x\n@rul y\n" GOOD
	    "@session b\n");
	for (size_t i = 0; i < ERROR_LIST_MAX; i++)
		buffer_add_text(&text, "@rul z\n");
	buffer_add_text(&text, "@session c\n@rul z\nC: X");
	work_begin(&w, buffer_span(&text));
	buffer_release(&text);
	check_size(w.recording.lost_count, 3);
	lost = w.recording.lost;
	check_span(lost[0].name, "a");
	check_int(lost[0].line, 1);
	check_size(lost[0].first, 0);
	check_size(lost[0].shown, 2);
	check_size(lost[0].hidden, 0);
	check_span(lost[1].name, "b");
	check_int(lost[1].line, 6);
	check_size(lost[1].first, 2);
	check_size(lost[1].shown, ERROR_LIST_MAX - 2);
	check_size(lost[1].hidden, 2);
	check_span(lost[2].name, "c");
	check_text(lost[2].file, "a.smtp");
	check_size(lost[2].shown, 0);
	check_size(lost[2].hidden, 1);
	work_end(&w);
}

/* A session has no more errors than it has mistakes. */
static void
test_consequences(void)
{
	struct work w;

	work_begin(&w, span_of("C: DATA\nS: 354\n@message no.eml\nS: 250\n"));
	check_size(w.errors.count, 1);
	work_end(&w);
	work_begin(&w, span_of("C: X\nS: 250\n@message no.eml\nS: 250\n"));
	check_size(w.errors.count, 1);
	work_end(&w);
}

static void
test_unreadable(void)
{
	static const char *const paths[] = { "/nonexistent/a.smtp", "/" };

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct recording r;
		struct error_list errors = { .count = 0 };
		struct buffer text;

		unit_case(paths[i]);
		buffer_init(&text, 0);
		recording_init(&r, 1u << 20);
		check_int(session_read_file(&r, paths[i], &text,
		    &errors), -1);
		check_size(errors.count, 1);
		check_text(errors.at[0].file, paths[i]);
		check_int(errors.at[0].line, 0);
		check_true(strncmp(errors.at[0].text, "cannot be read: ",
		    16) == 0);
		buffer_release(&text);
		error_list_release(&errors);
		recording_release(&r);
	}
}

static void
test_long_lines(void)
{
	char *text = malloc(2 * SESSION_LINE_MAX);
	size_t n = SESSION_LINE_MAX - 3;
	struct work w;

	check_true(text != NULL);
	memset(text, 'x', 2 * SESSION_LINE_MAX);
	memcpy(text, "C: ", 3);
	text[3 + n] = '\n';
	work_begin(&w, span_make(text, 3 + n + 1));
	check_int(w.result, 0);
	check_size(w.said.len, n + 4);
	work_end(&w);

	text[3 + n] = 'x';
	text[3 + n + 1] = '\n';
	work_begin(&w, span_make(text, 3 + n + 2));
	check_int(w.result, -1);
	check_text(w.errors.at[0].text, "a line that is too long");
	check_size(w.recording.count, 0);
	work_end(&w);

	/* A message may have such lines. */
	memcpy(text, "C: DATA\nS: 354\n", 15);
	memcpy(text + 2 * SESSION_LINE_MAX - 3, "\n.\n", 3);
	text[3 + n + 1] = 'x';
	work_begin(&w, span_make(text, 2 * SESSION_LINE_MAX));
	check_int(w.result, 0);
	check_size(w.recording.count, 1);
	work_end(&w);
	free(text);
}

/* A reply of many lines is bounded too. */
static void
test_long_reply(void)
{
	struct buffer text;
	struct work w;

	buffer_init(&text, 1u << 20);
	buffer_add_text(&text, "C: X\n");
	for (int i = 0; i < 100; i++)
		buffer_addf(&text, "S: 550-%0900d\n", i);
	buffer_add_text(&text, "S: 550 x\n");
	work_begin(&w, buffer_span(&text));
	check_int(w.result, -1);
	check_text(w.errors.at[0].text, "a reply that is too long");
	work_end(&w);
	buffer_release(&text);
}

static void
test_many_macros(void)
{
	for (int count = POLICY_MACROS_MAX; count <= POLICY_MACROS_MAX + 1;
	    count++) {
		struct buffer text;
		struct work w;

		buffer_init(&text, 1u << 20);
		buffer_add_text(&text, "@macro");
		for (int i = 0; i < count; i++)
			buffer_addf(&text, " a%d=b", i);
		buffer_add_text(&text, "\n");
		work_begin(&w, buffer_span(&text));
		check_int(w.result, count > POLICY_MACROS_MAX ? -1 : 0);
		if (w.result < 0)
			check_text(w.errors.at[0].text, "one macro too many");
		work_end(&w);
		buffer_release(&text);
	}
}

static const struct unit_test tests[] = {
	{ "what is wrong is told, and costs one session", test_wrong },
	{ "all errors are told", test_errors },
	{ "a mistake is told once", test_consequences },
	{ "sessions that are wrong are counted", test_lost },
	{ "a file that cannot be read is told", test_unreadable },
	{ "lines are bounded, those of messages are not", test_long_lines },
	{ "replies are bounded", test_long_reply },
	{ "macros are bounded", test_many_macros },
};

UNIT_MAIN("session_errors", tests)
