/*
 * test_session_read.c - session files into recordings.
 *
 * What was read is compared as text; see recording_text.h.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/session_work.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const struct {
	const char *sentence;
	const char *text;
	const char *want;
} rows[] = {
	{ "an empty file has no session", "", "" },
	{ "nor has one of remarks", "# a\n\n   \n#b\n", "" },
	{ "a session has a name", "@session a b  c \n", "a b  c{}" },
	{ "or has none", "@session\n", "{}" },
	{ "the first may go without", "C: NOOP\n", "{C:NOOP}" },
	{ "a file holds many", "@session a\nC: A\n@session b\n@session c\n"
	    "C: C\n", "a{C:A}b{}c{C:C}" },
	{ "lines may end in CRLF", "@session a\r\nC: NOOP\r\nS: 250\r\n",
	    "a{C:NOOP|S:250//}" },
	{ "a line of the client is verbatim", "C:  mail FROM:<a@b> \t\n",
	    "{C: mail FROM:<a@b> \t}" },
	{ "with or without a blank", "C:NOOP\nC:\nC: \n", "{C:NOOP|C:|C:}" },
	{ "what looks like a remark in it is none", "C: # x\n", "{C:# x}" },
	{ "a CR in it stays", "C: a\rb\n", "{C:a\rb}" },

	{ "a client", "@client 192.0.2.1\n", "{client:192.0.2.1/unknown/0}" },
	{ "a client that has a name", "@client 192.0.2.1 mx.example.org\n",
	    "{client:192.0.2.1/mx.example.org/0}" },
	{ "a name and a port", "@client 192.0.2.1 mx.example.org port=25\n",
	    "{client:192.0.2.1/mx.example.org/25}" },
	{ "a port only", "@client 192.0.2.1 port=65535\n",
	    "{client:192.0.2.1/unknown/65535}" },
	{ "unknown", "@client 192.0.2.1 unknown port=40112\n",
	    "{client:192.0.2.1/unknown/40112}" },
	{ "IPv6", "@client 2001:DB8::0:1\n", "{client:2001:db8::1/unknown/0}" },
	{ "IPv6 as SMTP writes it", "@client IPv6:2001:db8::1 x\n",
	    "{client:2001:db8::1/x/0}" },
	{ "IPv4 mapped into it", "@client ::ffff:192.0.2.1\n",
	    "{client:192.0.2.1/unknown/0}" },
	{ "a local client", "@client local\n", "{client:local/localhost/0}" },
	{ "that has a name", "@client local me\n", "{client:local/me/0}" },
	{ "one that nobody knows", "@client unknown\n",
	    "{client:/unknown/0}" },
	{ "tabs and blanks divide words", "@client\t192.0.2.1 \t x \n",
	    "{client:192.0.2.1/x/0}" },
	{ "each session has its own", "@session a\n@client 192.0.2.1\n"
	    "@session b\n@client 192.0.2.2\n",
	    "a{client:192.0.2.1/unknown/0}b{client:192.0.2.2/unknown/0}" },

	{ "a macro", "@macro i=4Xyz\n", "{macro:i=4Xyz;}" },
	{ "in braces it is the same", "@macro {if_addr}=192.0.2.1\n",
	    "{macro:if_addr=192.0.2.1;}" },
	{ "several macros", "@macro {daemon_name}=smtpd i=1  j=2\n",
	    "{macro:daemon_name=smtpd;i=1;j=2;}" },
	{ "a value in quotes", "@macro _=\"mx [192.0.2.8]\" i=x\n",
	    "{macro:_=mx [192.0.2.8];i=x;}" },
	{ "a quote and a backslash in it", "@macro a=\"b\\\"c\\\\d\\e\"\n",
	    "{macro:a=b\"c\\de;}" },
	{ "an empty value", "@macro a= b=\"\" c=\n", "{macro:a=;b=;c=;}" },
	{ "a quote inside a bare value", "@macro a=b\"c=d\n",
	    "{macro:a=b\"c=d;}" },

	{ "a time", "@time 2026-11-23T10:12:19Z\n", "{time:1795428739}" },
	{ "a time with an offset", "@time 2026-11-23T11:12:19+01:00\n",
	    "{time:1795428739}" },
	{ "an answer", "@answer dnsbl zen.example.org 127.0.0.2\n",
	    "{answer:dnsbl/zen.example.org/127.0.0.2}" },
	{ "a key of several words", "@answer greylist 192.0.2.1 a@b c@d wait\n",
	    "{answer:greylist/192.0.2.1 a@b c@d/wait}" },
	{ "the end of a connection", "C: NOOP\n@disconnect\n",
	    "{C:NOOP|disconnect}" },
	{ "what is lacking", "@truncated body=12345\n",
	    "{truncated:body=12345}" },

	{ "a reply", "C: X\nS: 550 5.7.1 You are not me\n",
	    "{C:X|S:550/5.7.1/You are not me}" },
	{ "a code", "C: X\nS: 250\n", "{C:X|S:250//}" },
	{ "a code and a text", "C: X\nS:550 no\n", "{C:X|S:550//no}" },
	{ "the greeting's", "S: 220\nC: X\nS: 250\n", "{S:220//|C:X|S:250//}" },
	{ "one of several lines", "C: X\nS: 550-5.7.1 one\nS: 550-5.7.1 two\n"
	    "S: 550 5.7.1 three\nC: Y\n",
	    "{C:X|S:550/5.7.1/one\ntwo\nthree|C:Y}" },
	{ "one with extensions", "C: EHLO x\nS: 250-mx\nS: 250-SIZE 1\n"
	    "S: 250 8BITMIME\n", "{C:EHLO x|S:250//mx\nSIZE 1\n8BITMIME}" },

	{ "a message behind 354", "C: DATA\nS: 354\nA: b\n\nc\n.\nS: 250\n",
	    "{C:DATA|S:354//|bytes:/A: b\r\n\r\nc\r\n|S:250//}" },
	{ "a message of CRLF lines", "C: DATA\r\nS: 354\r\nA: b\r\n\r\n.\r\n",
	    "{C:DATA|S:354//|bytes:/A: b\r\n\r\n}" },
	{ "a message without 354", "C: DATA\nA: b\n\nS: x\n@y\n.\n",
	    "{C:DATA|bytes:/A: b\r\n\r\nS: x\r\n@y\r\n}" },
	{ "words may stand before it", "C: data \n@rule a\n@macro i=1\nA: b\n"
	    ".\n", "{C:data |rule:a/|macro:i=1;|bytes:/A: b\r\n}" },
	{ "behind 354 it begins at once", "C: DATA\nS: 354\nS: 250\n@rule x\n"
	    ".\n", "{C:DATA|S:354//|bytes:/S: 250\r\n@rule x\r\n}" },
	{ "it may begin with what looks like a remark", "C: DATA\n# x\n.\n",
	    "{C:DATA|bytes:/# x\r\n}" },
	{ "or with an empty line", "C: DATA\n\nx\n.\n",
	    "{C:DATA|bytes:/\r\nx\r\n}" },
	{ "it may be empty", "C: DATA\nS: 354\n.\nS: 250\n",
	    "{C:DATA|S:354//|bytes:/|S:250//}" },
	{ "a stuffed dot goes", "C: DATA\nS: 354\n..\n..a\n.b\n. \n.\n",
	    "{C:DATA|S:354//|bytes:/.\r\n.a\r\nb\r\n \r\n}" },
	{ "it may hold what looks like a session", "C: DATA\nS: 354\n"
	    "@session x\nC: DATA\n.\n@session y\n",
	    "{C:DATA|S:354//|bytes:/@session x\r\nC: DATA\r\n}y{}" },
	{ "a CR inside a line stays", "C: DATA\nS: 354\na\rb\r\r\n.\n",
	    "{C:DATA|S:354//|bytes:/a\rb\r\r\n}" },
	{ "none follows another reply", "C: DATA\nS: 554 5.5.1 no\nC: QUIT\n",
	    "{C:DATA|S:554/5.5.1/no|C:QUIT}" },
	{ "none follows in a session that ends", "C: DATA\n@session b\nC: X\n",
	    "{C:DATA}b{C:X}" },
	{ "a dot at the first line protects a message that names a file",
	    "C: DATA\nS: 354\n.@message x\n.\n",
	    "{C:DATA|S:354//|bytes:/@message x\r\n}" },

	{ "a chunk", "C: BDAT 5 LAST\nA:b\n\n\nS: 250\n",
	    "{C:BDAT 5 LAST|bytes:/A:b\n\n|S:250//}" },
	{ "chunks", "C: BDAT 3\nabc\nS: 250\nC: BDAT 2 LAST\n.\n\n",
	    "{C:BDAT 3|bytes:/abc|S:250//|C:BDAT 2 LAST|bytes:/.\n}" },
	{ "CRLF behind a chunk", "C: BDAT 2\r\n\r\n\r\nC: X\r\n",
	    "{C:BDAT 2|bytes:/\r\n|C:X}" },
	{ "an empty chunk", "C: BDAT 0 LAST\n\nS: 250\n",
	    "{C:BDAT 0 LAST|bytes:/|S:250//}" },
	{ "its line end may lack", "C: bdat 0 last\nS: 250\n",
	    "{C:bdat 0 last|bytes:/|S:250//}" },
	{ "a size that is none has no bytes", "C: BDAT x\nC: BDAT\n"
	    "C: BDAT -1\n", "{C:BDAT x|C:BDAT|C:BDAT -1}" },

	{ "a verdict", "C: X\n@verdict accept\n@verdict reject\n"
	    "@verdict tempfail\n@verdict discard\n@verdict close\n",
	    "{C:X|verdict:accept|verdict:reject|verdict:tempfail|"
	    "verdict:discard|verdict:close}" },
	{ "rules", "C: X\n@rule helo-is-us\n@no-rule a b\n",
	    "{C:X|rule:helo-is-us/|no-rule:a b/}" },
	{ "fields", "C: X\n@header Subject: [EXT] a: b \n@header X-A :\n"
	    "@no-header X-Spam\n", "{C:X|header:Subject/[EXT] a: b|"
	    "header:X-A/|no-header:X-Spam/}" },
	{ "the envelope", "C: X\n@recipient a@b\n@no-recipient <c@d>\n"
	    "@sender <>\n@sender e@f\n", "{C:X|recipient:/a@b|"
	    "no-recipient:/c@d|sender:/<>|sender:/e@f}" },
	{ "the body", "C: X\n@body-contains a  b\n",
	    "{C:X|body-contains:/a  b}" },
	{ "quarantine", "C: X\n@quarantine held by a\n@quarantine\n",
	    "{C:X|quarantine:/held by a|quarantine:/}" },
	{ "score and label", "C: X\n@score -2.5\n@score 7\n@label bulk\n",
	    "{C:X|score:-2.5|score:7|label:bulk/}" },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct work w;

		unit_case(rows[i].sentence);
		work_begin(&w, span_of(rows[i].text));
		check_int(w.result, 0);
		check_text(w.errors.count > 0 ? w.errors.at[0].text : "", "");
		check_size(w.errors.warning_count, 0);
		check_text(buffer_text(&w.said), rows[i].want);
		work_end(&w);
	}
}

/* Where things stand, for messages and for those who change a file. */
static void
test_lines(void)
{
	static const char text[] =
	    "# remark\n"
	    "@session a\n"
	    "C: EHLO x\n"
	    "S: 250-a\n"
	    "S: 250-b\n"
	    "S: 250 c\n"
	    "C: DATA\n"
	    "S: 354\n"
	    "one\n"
	    "two\n"
	    ".\n"
	    "S: 250\n"
	    "C: BDAT 4\n"
	    "a\nb\n\n"
	    "S: 250\n"
	    "C: BDAT 0\n"
	    "S: 250\n"
	    "@session b\n"
	    "C: DATA\n"
	    "S: 354\n"
	    ".\n";
	static const unsigned lines[][2] = { { 3, 3 }, { 4, 6 }, { 7, 7 },
		{ 8, 8 }, { 9, 11 }, { 12, 12 }, { 13, 13 }, { 14, 16 },
		{ 17, 17 }, { 18, 18 }, { 18, 18 }, { 19, 19 } };
	struct work w;

	work_begin(&w, span_of(text));
	check_int(w.result, 0);
	check_size(w.recording.count, 2);
	check_int(w.recording.sessions[0].line, 2);
	check_text(w.recording.sessions[0].file, "a.smtp");
	check_size(w.recording.sessions[0].count, COUNT(lines));
	for (size_t i = 0; i < COUNT(lines); i++) {
		check_int(w.recording.sessions[0].records[i].line,
		    lines[i][0]);
		check_int(w.recording.sessions[0].records[i].last_line,
		    lines[i][1]);
	}
	check_int(w.recording.sessions[1].line, 20);
	check_int(w.recording.sessions[1].records[2].line, 23);
	check_int(w.recording.sessions[1].records[2].last_line, 23);
	check_size(w.recording.sessions[0].expected, 0);
	work_end(&w);
}

static const char sample[] =
    "# a remark\n"
    "C: NOOP\n"
    "S: 250\n"
    "@session one\n"
    "@client 192.0.2.8 mx.example.org port=25\n"
    "@macro {daemon_name}=smtpd _=\"mx [192.0.2.8]\"\n"
    "@time 2026-11-23T10:12:19Z\n"
    "C: EHLO mx.example.org\n"
    "S: 250-mx\n"
    "S: 250 SIZE\n"
    "C: MAIL FROM:<bob@example.org> SIZE=52\n"
    "S: 250\n"
    "C: DATA\n"
    "S: 354\n"
    "From: bob@example.org\n"
    "\n"
    "..a\n"
    "@session none\n"
    ".\n"
    "S: 250\n"
    "@header Subject: [EXT] hello\n"
    "@no-header X-Spam\n"
    "@session two\r\n"
    "C: BDAT 12 LAST\r\n"
    "A: b\r\n\r\n\n\n.\r\r\n"
    "S: 550-5.7.1 a\r\n"
    "S: 550 5.7.1 b\r\n"
    "@rule helo-is-us\r\n"
    "@score 2.5\r\n"
    "@session three\n"
    "@answer dnsbl zen.example.org 127.0.0.2\n"
    "C: DATA\n"
    "x\n"
    ".\n"
    "@disconnect\n"
    "# end\n";

/* What is left of a sample that is cut behind N bytes. */
static void
check_cut(struct span whole, size_t n, const size_t *starts)
{
	char *copy = malloc(n + (n == 0));
	size_t complete = 0;
	struct work w;

	/* A copy of that size, so that a read behind its end is seen. */
	check_true(copy != NULL);
	memcpy(copy, whole.ptr, n);
	while (complete < 4 && starts[complete + 1] <= n)
		complete++;
	work_begin(&w, span_make(copy, n));
	check_int(w.result, 0);
	check_size(w.errors.count, 0);
	check_true(w.errors.warning_count <= 1);
	check_true(w.recording.count >= complete);
	check_true(w.recording.count <= complete + 1);
	if (n > 0 && copy[n - 1] != '\n')
		check_size(w.errors.warning_count, 1);
	work_end(&w);
	free(copy);
}

static void
test_cut(void)
{
	struct span whole = span_make(sample, sizeof sample - 1);
	/* Where each of the sessions begins, and the end. */
	size_t starts[5] = { 11 };
	struct work w;

	starts[1] = (size_t)(strstr(sample, "@session one") - sample);
	starts[2] = (size_t)(strstr(sample, "@session two") - sample);
	starts[3] = (size_t)(strstr(sample, "@session three") - sample);
	starts[4] = whole.len;
	work_begin(&w, whole);
	check_int(w.result, 0);
	check_size(w.recording.count, 4);
	check_size(w.errors.warning_count, 0);
	work_end(&w);
	for (size_t n = 0; n <= whole.len; n++)
		check_cut(whole, n, starts);
}

/* A few bytes are changed, left out or doubled: no crash, and errors have
 * places. */
static void
test_mutations(void)
{
	uint64_t seed = 1;

	for (int round = 0; round < 20000; round++) {
		size_t len = sizeof sample - 1;
		char *text = malloc(2 * len);
		struct work w;

		check_true(text != NULL);
		memcpy(text, sample, len);
		for (int change = 0; change <= round % 4; change++) {
			size_t at, n;

			seed = seed * 6364136223846793005u +
			    1442695040888963407u;
			at = (size_t)(seed >> 33) % len;
			n = (size_t)(seed >> 20) % 9;
			if (round % 3 == 0) {
				text[at] = (char)(seed >> 40);
			} else if (round % 3 == 1 && at + n < len) {
				memmove(text + at, text + at + n, len - at - n);
				len -= n;
			} else if (at + n < len && len + n <= 2 * len) {
				memmove(text + at + n, text + at, len - at -
				    n);
			}
		}
		work_begin(&w, span_make(text, len));
		check_true((w.result < 0) == (w.errors.count > 0));
		for (size_t i = 0; i < w.errors.count; i++)
			check_true(w.errors.at[i].line > 0);
		work_end(&w);
		free(text);
	}
}

/* A file and the messages that it names. */
static void
put_file(const char *folder, const char *name, struct span text, char *path)
{
	FILE *f;

	(void)snprintf(path, 256, "%s/%s", folder, name);
	f = fopen(path, "w");
	check_true(f != NULL);
	if (f == NULL)
		return;
	check_size(fwrite(text.ptr, 1, text.len, f), text.len);
	check_int(fclose(f), 0);
}

static void
check_file(const char *path, const char *want)
{
	struct buffer text;
	struct work w;

	recording_init(&w.recording, 1u << 20);
	w.errors = (struct error_list){ .count = 0 };
	buffer_init(&w.said, 1u << 20);
	buffer_init(&text, 0);
	check_int(session_read_file(&w.recording, path, &text, &w.errors), 0);
	buffer_release(&text);
	check_text(w.errors.count > 0 ? w.errors.at[0].text : "", "");
	recording_text(&w.said, &w.recording);
	check_text(buffer_text(&w.said), want);
	work_end(&w);
}

static void
test_files(void)
{
	char folder[] = "/tmp/test_session_read.XXXXXX", path[256], mail[256];
	char below[256], deep[256];

	check_true(mkdtemp(folder) != NULL);
	(void)snprintf(below, sizeof below, "%s/in", folder);
	check_int(mkdir(below, 0700), 0);
	put_file(below, "a.eml", span_of("A: b\n\n.c\r\nd"), deep);
	put_file(folder, "b.eml", span_of(""), mail);
	put_file(folder, "s.smtp", span_of("C: DATA\n@message in/a.eml\nS: 250"
	    "\nC: DATA\nS: 354\n@message ./b.eml\nS: 250\n"), path);
	check_file(path, "{C:DATA|bytes:in/a.eml/A: b\r\n\r\n.c\r\nd\r\n|"
	    "S:250//|C:DATA|S:354//|bytes:./b.eml/|S:250//}");

	/* On standard input the folder is the one at work. */
	check_true(freopen(path, "r", stdin) != NULL);
	check_int(chdir(folder), 0);
	check_file("-", "{C:DATA|bytes:in/a.eml/A: b\r\n\r\n.c\r\nd\r\n|"
	    "S:250//|C:DATA|S:354//|bytes:./b.eml/|S:250//}");
	check_int(chdir("/"), 0);
	(void)unlink(deep);
	(void)unlink(mail);
	(void)unlink(path);
	(void)rmdir(below);
	(void)rmdir(folder);
}

/* With any amount of memory there is an answer, and what is read is right. */
static void
test_memory(void)
{
	struct span whole = span_make(sample, sizeof sample - 1);

	for (size_t limit = 0; limit < 16384; limit += 16) {
		struct recording r;
		struct error_list errors = { .count = 0 };
		int result;

		recording_init(&r, limit);
		result = session_read(&r, "a.smtp", whole, &errors);
		check_true((result < 0) == (errors.count > 0));
		check_int(result, r.arena.exhausted ? -1 : 0);
		check_true(result < 0 || r.count == 4);
		if (result < 0)
			check_true(strstr(errors.at[0].text, "bytes of memory")
			    != NULL);
		error_list_release(&errors);
		recording_release(&r);
	}
}

static const struct unit_test tests[] = {
	{ "session files are read", test_rows },
	{ "records know their lines", test_lines },
	{ "a file cut anywhere loses its last session", test_cut },
	{ "no change of a file is fatal", test_mutations },
	{ "files are read, and the messages that they name", test_files },
	{ "memory is bounded", test_memory },
};

UNIT_MAIN("session_read", tests)
