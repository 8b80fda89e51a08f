/*
 * fuzz_relay.c - a next server that answers anything at any time.
 *
 * The input is what the server says. A line is said when all output has gone
 * out, but for bytes from 0xf0 on, which are not said: before the next line
 *
 *	f0 nothing goes out, f1 one byte does, f2 nine do;
 *	f3 the connection is lost; f4 the server stops within a line.
 *
 * The first byte says what messages there are. Promised is, for any server:
 * commands in their order, one transaction at a time, a message as lines that
 * nothing in it ends; and done is only whom a 2yz was said for that came after
 * all of it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "milter/smtpd/relay_dialogue.h"
#include "tests/fuzz/fuzz.h"

#define MAILS 3
#define RECIPIENTS 3

static const char text[] = "S: x\r\n\r\n.\r\nbare\n.\r\ncr\r.\rdot\r\n"
    "..\r\nend\r";
static const char wire[] = "S: x\r\n\r\n..\r\nbare\r\n..\r\ncr . dot\r\n"
    "...\r\nend\r\n";

/* What a listener on the line knows. */
struct listener {
	char line[4096];
	size_t len;
	char sent[4096];	/* text of a message, as it goes by */
	size_t sent_len;
	bool in_text;
	bool open;		/* a transaction */
	bool rcpt;		/* in which somebody was named */
	bool dot;		/* whose text has gone by */
};

struct play {
	struct relay_dialogue d;
	struct relay_mail mails[MAILS];
	struct relay_result results[MAILS][RECIPIENTS];
	struct listener l;
	size_t mail;		/* that is next */
	size_t at;		/* of the text */
	char said;		/* first byte of the last line; 0: none */
	bool begun;		/* that line is not whole */
	bool refused;		/* a line with 5yz was said */
	enum relay_want want;
};

static const struct span recipients[RECIPIENTS] = {
	{ "one@x.y", 7 }, { "two@x.y", 7 }, { "\"th ree>\"@x.y", 13 },
};

static void
promise(bool kept, const char *what)
{
	if (kept)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

#define PROMISE(kept) promise((kept), #kept)

static bool
begins(const struct listener *l, const char *word)
{
	return span_starts_with(span_make(l->line, l->len), span_of(word));
}

/* A transaction ends with RSET, or with a 2yz to its text. */
static void
hear_mail(struct play *p)
{
	struct listener *l = &p->l;

	PROMISE(!l->open);
	l->open = true;
	l->rcpt = l->dot = false;
}

static void
hear_command(struct play *p)
{
	struct listener *l = &p->l;

	PROMISE(memchr(l->line, '\n', l->len - 1) == NULL);
	PROMISE(memchr(l->line, '\r', l->len - 2) == NULL);
	if (begins(l, "MAIL FROM:<")) {
		hear_mail(p);
	} else if (begins(l, "RCPT TO:<")) {
		PROMISE(l->open && !l->dot);
		l->rcpt = true;
	} else if (begins(l, "DATA\r\n")) {
		PROMISE(l->open && l->rcpt && !l->dot);
	} else if (begins(l, "RSET\r\n")) {
		l->open = false;
	} else {
		PROMISE(begins(l, "EHLO c.example\r\n") ||
		    begins(l, "HELO c.example\r\n") ||
		    begins(l, "QUIT\r\n"));
		PROMISE(!l->open || !begins(l, "HELO"));
	}
}

static void
hear_text(struct listener *l)
{
	if (l->len == 3 && begins(l, ".\r\n")) {
		PROMISE(l->sent_len == 0 || span_equal(span_make(l->sent,
		    l->sent_len), span_of(wire)));
		l->in_text = false;
		l->dot = true;
		return;
	}
	PROMISE(l->sent_len + l->len < sizeof l->sent);
	memcpy(l->sent + l->sent_len, l->line, l->len);
	l->sent_len += l->len;
}

/* So many bytes of output go out. */
static void
send_out(struct play *p, size_t most)
{
	struct span out = span_head(relay_dialogue_output(&p->d), most);
	struct listener *l = &p->l;

	for (size_t i = 0; i < out.len; i++) {
		PROMISE(l->len < sizeof l->line);
		l->line[l->len++] = out.ptr[i];
		if (out.ptr[i] != '\n')
			continue;
		PROMISE(l->len >= 2 && l->line[l->len - 2] == '\r');
		if (l->in_text)
			hear_text(l);
		else
			hear_command(p);
		l->len = 0;
	}
	relay_dialogue_sent(&p->d, out.len);
}

/* What is known of the messages up to the one that is next. */
static void
check_results(struct play *p, bool over)
{
	for (size_t i = 0; i < p->mail; i++) {
		for (size_t j = 0; j < p->mails[i].count; j++) {
			struct relay_result *r = &p->results[i][j];

			PROMISE(!over || r->outcome >= RELAY_DONE);
			PROMISE(r->outcome != RELAY_REFUSED || p->refused ||
			    r->reply[0] == '5');
		}
	}
}

static size_t
count_done(const struct play *p)
{
	size_t count = 0;

	for (size_t i = 0; i < MAILS; i++)
		for (size_t j = 0; j < RECIPIENTS; j++)
			count += p->results[i][j].outcome == RELAY_DONE;
	return count;
}

/* Do what is wanted, as far as it needs no server. */
static void
drive(struct play *p)
{
	size_t left;

	while (p->want == RELAY_WANT_MAIL || (p->want == RELAY_WANT_CONTENT &&
	    relay_dialogue_output(&p->d).len == 0)) {
		if (p->want == RELAY_WANT_MAIL) {
			check_results(p, true);
			p->at = 0;
			p->want = p->mail < MAILS ? relay_dialogue_mail(&p->d,
			    &p->mails[p->mail]) : relay_dialogue_quit(&p->d);
			p->mail += p->mail < MAILS;
			continue;
		}
		left = sizeof text - 1 - p->at;
		p->want = relay_dialogue_content(&p->d, span_make(text + p->at,
		    left < 7 ? left : 7));
		p->at += left < 7 ? left : 7;
		if (p->at == sizeof text - 1 && p->want == RELAY_WANT_CONTENT)
			p->want = relay_dialogue_content_end(&p->d);
	}
}

/* The server says LINE, or a part of one. */
static void
say(struct play *p, struct span line)
{
	enum relay_step step = p->d.step;
	size_t before = count_done(p);
	bool dot = p->l.dot && p->l.open &&
	    relay_dialogue_output(&p->d).len == 0;

	if (line.len > 0 && !p->begun)
		p->said = line.ptr[0];
	if (line.len > 0)
		p->begun = line.ptr[line.len - 1] != '\n';
	p->refused |= p->said == '5';
	p->want = relay_dialogue_take(&p->d, line);
	if (step == RELAY_DOT && p->d.step != step && p->said == '2')
		p->l.open = false;
	if (count_done(p) > before)
		PROMISE(dot && p->said == '2' && !p->begun);
	/* From the 3yz to DATA on, what goes out is a message. */
	if (!p->l.in_text && (p->want == RELAY_WANT_CONTENT ||
	    p->d.step == RELAY_DOT)) {
		p->l.in_text = !p->l.dot;
		p->l.sent_len = 0;
	}
	PROMISE(p->d.out.len <= 4 * RELAY_PIECE_MAX);
	drive(p);
}

static void
begin(struct play *p, uint8_t kind)
{
	relay_dialogue_init(&p->d, "c.example");
	p->want = RELAY_WANT_REPLY;
	for (size_t i = 0; i < MAILS; i++)
		p->mails[i] = (struct relay_mail){
		    .sender = span_of(kind & 1 ? "<>" : "a@b.c"),
		    .recipients = recipients, .results = p->results[i],
		    .count = 1 + (kind / 2 + i) % RECIPIENTS,
		    .size = sizeof text - 1, .eight_bit = kind & 16 && i == 1,
		    .smtputf8 = kind & 32 && i == 2 };
}

static void
send_some(struct play *p, uint8_t how)
{
	if (how == 0xf3)
		p->want = relay_dialogue_lost(&p->d, "4.4.2 gone");
	if (how == 0xf1 || how == 0xf2)
		send_out(p, how == 0xf1 ? 1 : 9);
	drive(p);
	while (how == 0 && relay_dialogue_output(&p->d).len > 0) {
		send_out(p, SIZE_MAX);
		drive(p);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play *p = calloc(1, sizeof *p);
	size_t from = 1, i;
	uint8_t how = 0;

	if (p == NULL || size == 0) {
		free(p);
		return 0;
	}
	begin(p, data[0]);
	for (i = 1; i < size && p->want != RELAY_CLOSED; i++) {
		if (data[i] < 0xf0 && data[i] != '\n')
			continue;
		/* Bytes before one from 0xf0 on are a part of a line. */
		if (data[i] == '\n' || data[i] == 0xf4 || i > from) {
			send_some(p, how);
			how = 0;
			say(p, span_make((const char *)data + from,
			    i + (data[i] == '\n') - from));
		}
		if (data[i] >= 0xf0)
			how = data[i];
		from = i + 1;
	}
	relay_dialogue_lost(&p->d, "4.4.2 over");
	check_results(p, true);
	relay_dialogue_release(&p->d);
	free(p);
	return 0;
}
