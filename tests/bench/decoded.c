/*
 * decoded.c - CPU time to judge a message by rules that read it decoded, as a
 * ratio to that of GMime reading it.
 *
 *	decoded RULES ROUNDS MESSAGES
 *
 * A message of two texts, in quoted-printable, and a file in base64, which is
 * the same in every run, is judged MESSAGES times by a session of the engine
 * and read as often by GMime, in turns, ROUNDS times; one more round before
 * warms up. The figures are medians, the ratio is the median of the rounds'
 * own. A line for each of two sizes.
 *
 * Failure: what makes no sense ends it with status 1.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine.h"
#include "rules/mail/decode/decode.h"
#include "tests/bench/gmime.h"

#define ROUNDS_MAX 99
#define FIELDS_MAX 32
#define LETTER_MAX (1u << 20)

struct letter {
	struct buffer text;		/* all of it, CRLF line ends */
	struct span names[FIELDS_MAX];
	struct span values[FIELDS_MAX];	/* folds are LF */
	size_t field_count;
	struct span body;
};

static const char *const fields[][2] = {
	{ "Received", "from mx.example.org (mx.example.org [192.0.2.1])\n"
	    "\tby mail.example.com (Postfix) with ESMTPS id 4Xyz1234\n"
	    "\tfor <alice@example.com>; Mon, 1 Jan 2024 12:00:03 +0000" },
	{ "Received", "from desk.example.org (desk.example.org [192.0.2.77])\n"
	    "\tby mx.example.org with ESMTPSA; 1 Jan 2024 12:00:01 +0000" },
	{ "DKIM-Signature", "v=1; a=rsa-sha256; c=relaxed/relaxed; "
	    "d=example.org; s=2024;\n\th=from:to:subject:date:message-id;\n"
	    "\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\n"
	    "\tb=c2lnbmF0dXJlIHNpZ25hdHVyZSBzaWduYXR1cmUgc2lnbmF0dXJl" },
	{ "From", "=?UTF-8?Q?Bj=C3=B6rn_Example?= <bob@example.org>" },
	{ "To", "Alice <alice@example.com>, Carol <carol@example.com>,\n"
	    " =?ISO-8859-1?Q?Ren=E9?= <rene@example.com>" },
	{ "Cc", "Dave <dave@example.net>" },
	{ "Reply-To", "=?UTF-8?Q?Bj=C3=B6rn_Example?= <bob@example.org>" },
	{ "Subject", "=?UTF-8?Q?Re=3A_minutes_of_the_last_meeting_=E2=80=93?=\n"
	    " =?UTF-8?B?YW5kIHdoYXQgd2UgYWdyZWVkIHVwb24=?=" },
	{ "Date", "Mon, 1 Jan 2024 12:00:00 +0000" },
	{ "Message-ID", "<20240101120000.4Xyz1234@desk.example.org>" },
	{ "In-Reply-To", "<20231231235959.1234@example.com>" },
	{ "MIME-Version", "1.0" },
	{ "Content-Type", "multipart/mixed; boundary=\"=_outer_0123456789\"" },
	{ "Content-Language", "en-GB" },
	{ "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:102.0)" },
};

static void
fail(const char *what)
{
	fprintf(stderr, "decoded: %s\n", what);
	exit(1);
}

/* --- The message -----------------------------------------------------------
 */

/* Add paragraph number I to OUT, in HTML if HTML. */
static void
add_paragraph(struct buffer *out, unsigned i, bool html)
{
	static const char plain[] = "In point %u we agreed that Ren\xc3\xa9 "
	    "writes to all who were not there,\r\nand that the caf\xc3\xa9 "
	    "next door \xe2\x80\x93 open until ten \xe2\x80\x93 will do for "
	    "the next time.\r\nThe list of what was said about it is at\r\n"
	    "https://www.example.org/minutes/%u.html, as always.\r\n\r\n";
	static const char marked[] = "<p style=\"margin: 0 0 1em 0; "
	    "font-family: sans-serif\">In point <b>%u</b> we agreed that "
	    "Ren&eacute; writes to all who were not there, and that the "
	    "caf\xc3\xa9 next door \xe2\x80\x93 open until ten \xe2\x80\x93 "
	    "will do for the next time.<br>\r\nThe list of what was said "
	    "about it is <a href=\"https://www.example.org/minutes/%u.html?"
	    "from=mail&amp;who=all\">here</a>, as&nbsp;always.</p>\r\n";
	char text[1024];

	/* Two formats, each of which the compiler checks. */
	if (html)
		snprintf(text, sizeof text, marked, i, i % 16);
	else
		snprintf(text, sizeof text, plain, i, i % 16);
	buffer_add_text(out, text);
}

/* Add a leaf of about SIZE bytes with FIELDS, encoded as T, to L. */
static void
add_leaf(struct letter *l, const char *boundary, const char *header,
    struct span content, enum transfer t)
{
	buffer_addf(&l->text, "--%s\r\n%sContent-Transfer-Encoding: %s\r\n\r\n",
	    boundary, header, t == TRANSFER_BASE64 ? "base64" :
	    "quoted-printable");
	encode_transfer(t, content, &l->text);
	buffer_add_text(&l->text, "\r\n");
}

static void
add_text(struct letter *l, size_t size, bool html)
{
	size_t begin = l->text.len;
	struct buffer text;
	unsigned i;

	buffer_init(&text, LETTER_MAX);
	buffer_add_text(&text, html ? "<html><body>\r\n" : "Hello,\r\n\r\n");
	for (i = 1; text.len < size; i++)
		add_paragraph(&text, i, html);
	buffer_add_text(&text, html ? "<p>This is the end of all of it.</p>"
	    "</body></html>\r\n" : "This is the end of all of it.\r\n");
	add_leaf(l, "=_inner_0123456789", html ?
	    "Content-Type: text/html; charset=utf-8\r\n" :
	    "Content-Type: text/plain; charset=utf-8\r\n",
	    buffer_span(&text), TRANSFER_QUOTED_PRINTABLE);
	buffer_release(&text);
	if (l->text.len < begin + size)
		fail("the message is too short");
}

static void
add_file(struct letter *l, size_t size)
{
	struct buffer bytes;
	unsigned long x = 1;

	buffer_init(&bytes, LETTER_MAX);
	/* As compressed data looks; Knuth's constants. */
	while (bytes.len < size) {
		x = x * 1664525ul + 1013904223ul;
		buffer_add_char(&bytes, (char)(x >> 24));
	}
	add_leaf(l, "=_outer_0123456789",
	    "Content-Type: application/pdf; name=\"minutes.pdf\"\r\n"
	    "Content-Disposition: attachment;\r\n"
	    "\tfilename*=UTF-8''minutes%20of%20%C3%A4ll.pdf\r\n",
	    buffer_span(&bytes), TRANSFER_BASE64);
	buffer_release(&bytes);
}

static void
add_field(struct letter *l, const char *name, const char *value)
{
	buffer_addf(&l->text, "%s: ", name);
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			buffer_add_char(&l->text, '\r');
		buffer_add_char(&l->text, *value);
	}
	buffer_add_text(&l->text, "\r\n");
}

/* A message of about SIZE bytes. */
static void
letter_write(struct letter *l, size_t size)
{
	size_t i, begin;

	buffer_init(&l->text, LETTER_MAX);
	for (i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		add_field(l, fields[i][0], fields[i][1]);
		l->names[i] = span_of(fields[i][0]);
		l->values[i] = span_of(fields[i][1]);
	}
	l->field_count = i;
	buffer_add_text(&l->text, "\r\n");
	begin = l->text.len;
	buffer_add_text(&l->text, "--=_outer_0123456789\r\nContent-Type: "
	    "multipart/alternative; boundary=\"=_inner_0123456789\"\r\n\r\n");
	add_text(l, size * 15 / 100, false);
	add_text(l, size * 25 / 100, true);
	buffer_add_text(&l->text, "--=_inner_0123456789--\r\n\r\n");
	if (l->text.len > size)
		fail("the texts are too long");
	add_file(l, (size - l->text.len) * 72 / 100);
	buffer_add_text(&l->text, "--=_outer_0123456789--\r\n");
	l->body = span_skip(buffer_span(&l->text), begin);
}

/* --- The two readers -------------------------------------------------------
 */

static void
feed(struct engine *e, struct event event)
{
	struct verdict verdict;

	if (engine_feed(e, &event, &verdict) < 0 ||
	    verdict.kind != (event.kind == EVENT_EOM ? VERDICT_ACCEPT :
	    VERDICT_CONTINUE))
		fail("the engine does not let it pass");
}

static void
judge(struct engine *e, const struct letter *l, struct buffer *scratch)
{
	feed(e, event_mail(span_of("<bob@example.org>"), NULL, 0));
	feed(e, event_rcpt(span_of("<alice@example.com>"), NULL, 0));
	feed(e, event_plain(EVENT_DATA));
	for (size_t i = 0; i < l->field_count; i++)
		feed(e, event_header(l->names[i], l->values[i], scratch));
	feed(e, event_plain(EVENT_EOH));
	feed(e, event_body(l->body));
	feed(e, event_plain(EVENT_EOM));
}

static double
cpu_time(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) < 0)
		fail("there is no clock");
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct bench {
	struct engine *engine;
	struct buffer scratch;
	struct letter letter;
	unsigned rounds;
	unsigned messages;
};

static double
time_ours(struct bench *b)
{
	double begin = cpu_time();

	for (unsigned i = 0; i < b->messages; i++)
		judge(b->engine, &b->letter, &b->scratch);
	return (cpu_time() - begin) / b->messages;
}

static double
time_gmime(struct bench *b)
{
	struct span text = buffer_span(&b->letter.text);
	double begin = cpu_time();

	for (unsigned i = 0; i < b->messages; i++)
		if (gmime_read(text) < text.len / 2)
			fail("GMime does not read it");
	return (cpu_time() - begin) / b->messages;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v, size_t count)
{
	qsort(v, count, sizeof *v, compare);
	return v[count / 2];
}

static void
measure(struct bench *b, size_t size)
{
	double ours[ROUNDS_MAX], theirs[ROUNDS_MAX], ratios[ROUNDS_MAX];

	letter_write(&b->letter, size);
	(void)time_ours(b);
	(void)time_gmime(b);
	for (unsigned i = 0; i < b->rounds; i++) {
		theirs[i] = time_gmime(b);
		ours[i] = time_ours(b);
		ratios[i] = ours[i] / theirs[i];
	}
	printf("%5zu bytes in 5 parts  %14.1f %12.1f %8.2f\n",
	    b->letter.text.len, median(ours, b->rounds),
	    median(theirs, b->rounds), median(ratios, b->rounds));
	buffer_release(&b->letter.text);
}

int
main(int argc, char **argv)
{
	struct error_list errors = { .count = 0 };
	struct bench b = { .engine = NULL };
	struct policy *policy;
	size_t last;

	if (argc != 4)
		fail("usage: decoded RULES ROUNDS MESSAGES");
	b.rounds = (unsigned)strtoul(argv[2], NULL, 10);
	b.messages = (unsigned)strtoul(argv[3], NULL, 10);
	if (b.rounds < 1 || b.rounds > ROUNDS_MAX || b.messages < 1)
		fail("1 to 99 rounds, and messages");
	policy = policy_load(argv[1], &errors);
	error_list_print(&errors, stderr);
	error_list_release(&errors);
	if (policy == NULL || (b.engine = engine_new(policy)) == NULL)
		fail("the rules cannot be had");
	buffer_init(&b.scratch, 65536);
	gmime_begin();
	feed(b.engine, event_connect(span_of("mx.example.org"), NULL));
	feed(b.engine, event_helo(span_of("mx.example.org")));
	measure(&b, 20000);
	measure(&b, 50000);
	if (!policy_find_rule(policy, span_of("all-was-read"), &last) ||
	    !engine_rule_held(b.engine, last))
		fail("not all of it was read");
	engine_free(b.engine);
	policy_unref(policy);
	buffer_release(&b.scratch);
	return 0;
}
