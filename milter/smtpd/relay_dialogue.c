/*
 * relay_dialogue.c - the client's side of SMTP, without a socket or a clock.
 *
 * Each step has a function that judges its reply. With PIPELINING (RFC 2920)
 * MAIL, all RCPTs and DATA go out together, and their replies are judged in
 * that order all the same; without it each is asked when the one before is
 * answered.
 *
 * Failure: whoever was not told 2yz or 5yz is to be tried later.
 */
#include "config.h"

#include <stdio.h>

#include "milter/smtpd/queue_file.h"
#include "milter/smtpd/relay_dialogue.h"

/* The longest output: a group of commands, or a piece with its dots and CRs. */
#define OUT_MAX (4 * RELAY_PIECE_MAX)

_Static_assert(RELAY_RECIPIENTS_MAX * (QUEUE_ADDRESS_MAX + 16) + 4096 <=
    OUT_MAX, "a group of commands must fit");

#define OUT_OF_TURN "4.5.0 the next server answers what it was not asked"

void
relay_dialogue_init(struct relay_dialogue *d, const char *host)
{
	*d = (struct relay_dialogue){ .host = host };
	buffer_init(&d->out, OUT_MAX);
}

void
relay_dialogue_release(struct relay_dialogue *d)
{
	buffer_release(&d->out);
	d->sent = 0;
	d->step = RELAY_OVER;
}

struct span
relay_dialogue_output(const struct relay_dialogue *d)
{
	return span_skip(buffer_span(&d->out), d->sent);
}

void
relay_dialogue_sent(struct relay_dialogue *d, size_t n)
{
	d->sent += n;
	if (d->sent < d->out.len)
		return;
	buffer_clear(&d->out);
	d->sent = 0;
}

static void
set_result(struct relay_result *r, enum relay_outcome outcome,
    const char *reply)
{
	r->outcome = outcome;
	snprintf(r->reply, sizeof r->reply, "%s", reply);
}

/* All recipients about whom nothing final is known share what is said here. */
static void
settle(struct relay_dialogue *d, enum relay_outcome outcome,
    const char *reply)
{
	for (size_t i = 0; i < d->mail->count; i++) {
		if (d->mail->results[i].outcome > RELAY_ACCEPTED)
			continue;
		set_result(&d->mail->results[i], outcome, reply);
		d->mail->results[i].whole = true;
	}
}

static enum relay_want
close_down(struct relay_dialogue *d, const char *why)
{
	if (d->mail != NULL)
		settle(d, RELAY_LATER, why);
	/* After a goodbye nothing can go wrong any more. */
	if (d->why[0] == '\0' && d->step != RELAY_QUIT)
		snprintf(d->why, sizeof d->why, "%s", why);
	d->mail = NULL;
	d->step = RELAY_OVER;
	buffer_clear(&d->out);
	d->sent = 0;
	return RELAY_CLOSED;
}

enum relay_want
relay_dialogue_lost(struct relay_dialogue *d, const char *why)
{
	return close_down(d, why);
}

/* What was written is only sent when all of it fitted. */
static enum relay_want
want_reply(struct relay_dialogue *d, enum relay_step step)
{
	d->step = step;
	return d->out.overflow ? close_down(d, "4.3.0 out of memory") :
	    RELAY_WANT_REPLY;
}

/* The transaction is over. */
static enum relay_want
conclude(struct relay_dialogue *d)
{
	d->mail = NULL;
	d->step = RELAY_IDLE;
	return RELAY_WANT_MAIL;
}

static enum relay_want
say_data(struct relay_dialogue *d)
{
	buffer_add_text(&d->out, "DATA\r\n");
	return want_reply(d, RELAY_DATA);
}

static void
write_rcpt(struct relay_dialogue *d)
{
	buffer_add_text(&d->out, "RCPT TO:<");
	buffer_add(&d->out, d->mail->recipients[d->asked++]);
	buffer_add_text(&d->out, ">\r\n");
}

static enum relay_want
say_mail(struct relay_dialogue *d)
{
	d->open = true;
	relay_offer_mail(&d->offer, d->mail, &d->out);
	while (d->offer.pipelining && d->asked < d->mail->count)
		write_rcpt(d);
	if (d->offer.pipelining)
		buffer_add_text(&d->out, "DATA\r\n");
	return want_reply(d, RELAY_MAIL);
}

enum relay_want
relay_dialogue_mail(struct relay_dialogue *d, const struct relay_mail *mail)
{
	const char *lacks = relay_offer_lacks(&d->offer, mail);

	d->mail = mail;
	d->asked = d->answered = d->accepted = 0;
	d->begun = d->refused = false;
	if (lacks != NULL) {
		settle(d, RELAY_REFUSED, lacks);
		return conclude(d);
	}
	if (!d->open)
		return say_mail(d);
	buffer_add_text(&d->out, "RSET\r\n");
	return want_reply(d, RELAY_RSET);
}

enum relay_want
relay_dialogue_quit(struct relay_dialogue *d)
{
	buffer_add_text(&d->out, "QUIT\r\n");
	return want_reply(d, RELAY_QUIT);
}

enum relay_want
relay_dialogue_content(struct relay_dialogue *d, struct span bytes)
{
	relay_lines_add(&d->lines, bytes, &d->out);
	return d->out.overflow ? close_down(d, "4.3.0 out of memory") :
	    RELAY_WANT_CONTENT;
}

enum relay_want
relay_dialogue_content_end(struct relay_dialogue *d)
{
	relay_lines_end(&d->lines, &d->out);
	return want_reply(d, RELAY_DOT);
}

/* What a reply says by its first digit, RFC 5321 4.2.1. 421 stands alone: the
 * server hangs up, whatever it was asked. */
enum said {
	SAID_YES,
	SAID_GO_ON,
	SAID_LATER,
	SAID_NO,
	SAID_GOODBYE,
};

static enum said
what_was_said(const struct relay_reply *r)
{
	if (r->code == 421)
		return SAID_GOODBYE;
	return r->code < 300 ? SAID_YES : r->code < 400 ? SAID_GO_ON :
	    r->code < 500 ? SAID_LATER : SAID_NO;
}

static enum relay_outcome
outcome_of(enum said said)
{
	return said == SAID_NO ? RELAY_REFUSED : RELAY_LATER;
}

static enum relay_want
nonsense(struct relay_dialogue *d)
{
	return close_down(d, OUT_OF_TURN);
}

static enum relay_want
judge_greeting(struct relay_dialogue *d, enum said said)
{
	if (said != SAID_YES)
		return close_down(d, d->reply.text);
	buffer_addf(&d->out, "EHLO %s\r\n", d->host);
	return want_reply(d, RELAY_EHLO);
}

static enum relay_want
judge_hello(struct relay_dialogue *d, enum said said)
{
	if (said == SAID_NO && d->step == RELAY_EHLO) {
		buffer_addf(&d->out, "HELO %s\r\n", d->host);
		return want_reply(d, RELAY_HELO);
	}
	if (said != SAID_YES)
		return close_down(d, d->reply.text);
	d->ready = true;
	return conclude(d);
}

static enum relay_want
judge_reset(struct relay_dialogue *d, enum said said)
{
	return said == SAID_YES ? say_mail(d) : close_down(d, d->reply.text);
}

/* The next RCPT, or DATA when there is somebody who wants to have it. */
static enum relay_want
go_on(struct relay_dialogue *d)
{
	if (d->answered < d->mail->count) {
		if (!d->offer.pipelining)
			write_rcpt(d);
		return want_reply(d, RELAY_RCPT);
	}
	if (d->offer.pipelining)
		return want_reply(d, RELAY_DATA);
	return d->accepted > 0 ? say_data(d) : conclude(d);
}

static enum relay_want
judge_mail(struct relay_dialogue *d, enum said said)
{
	if (said == SAID_GO_ON)
		return nonsense(d);
	d->begun = true;
	if (said == SAID_YES)
		return go_on(d);
	/* What is answered to the commands that are under way says nothing. */
	settle(d, outcome_of(said), d->reply.text);
	d->refused = true;
	return d->offer.pipelining ? go_on(d) : conclude(d);
}

static enum relay_want
judge_rcpt(struct relay_dialogue *d, enum said said)
{
	struct relay_result *r = &d->mail->results[d->answered++];

	if (said == SAID_GO_ON)
		return nonsense(d);
	if (d->refused)
		return go_on(d);
	/* RFC 5321 4.5.3.1.10: 452, and of old 552, is "too many". */
	r->too_many = d->reply.code == 452 || d->reply.code == 552;
	if (said == SAID_YES)
		d->accepted++;
	set_result(r, said == SAID_YES ? RELAY_ACCEPTED : r->too_many ?
	    RELAY_LATER : outcome_of(said), d->reply.text);
	return go_on(d);
}

static enum relay_want
judge_data(struct relay_dialogue *d, enum said said)
{
	if (said == SAID_YES)
		return nonsense(d);
	if (said != SAID_GO_ON) {
		settle(d, outcome_of(said), d->reply.text);
		return conclude(d);
	}
	d->step = RELAY_CONTENT;
	d->lines = (struct relay_lines){ .inside = false };
	/* RFC 2920 3.1: a server that takes DATA without recipients is given
	 * an empty message. */
	return d->accepted > 0 ? RELAY_WANT_CONTENT :
	    relay_dialogue_content_end(d);
}

static enum relay_want
judge_dot(struct relay_dialogue *d, enum said said)
{
	if (said == SAID_GO_ON)
		return nonsense(d);
	d->open = said != SAID_YES;
	settle(d, said == SAID_YES ? RELAY_DONE : outcome_of(said),
	    d->reply.text);
	return conclude(d);
}

/* The reply is whole. */
static enum relay_want
judge(struct relay_dialogue *d)
{
	enum said said = what_was_said(&d->reply);

	if (said == SAID_GOODBYE)
		return close_down(d, d->reply.text);
	switch (d->step) {
	case RELAY_GREETING:
		return judge_greeting(d, said);
	case RELAY_EHLO:
	case RELAY_HELO:
		return judge_hello(d, said);
	case RELAY_RSET:
		return judge_reset(d, said);
	case RELAY_MAIL:
		return judge_mail(d, said);
	case RELAY_RCPT:
		return judge_rcpt(d, said);
	case RELAY_DATA:
		return judge_data(d, said);
	case RELAY_DOT:
		return judge_dot(d, said);
	case RELAY_IDLE:
	case RELAY_CONTENT:
		/* A refusal that could not wait is worth being shown. */
		return close_down(d, said == SAID_YES || said == SAID_GO_ON ?
		    OUT_OF_TURN : d->reply.text);
	case RELAY_QUIT:
	case RELAY_OVER:
		break;
	}
	return close_down(d, d->reply.text);
}

/*
 * May a reply come now? Of a group of commands the first ones may be answered
 * while the last are not sent yet; DATA, like all that goes alone, may not.
 */
static bool
may_answer(const struct relay_dialogue *d)
{
	if (d->step == RELAY_IDLE || d->step == RELAY_CONTENT ||
	    d->step == RELAY_OVER)
		return false;
	return d->out.len == 0 || (d->sent > 0 && d->offer.pipelining &&
	    (d->step == RELAY_MAIL || d->step == RELAY_RCPT));
}

/* What is wanted when nothing came. */
static enum relay_want
want_now(const struct relay_dialogue *d)
{
	return d->step == RELAY_OVER ? RELAY_CLOSED :
	    d->step == RELAY_IDLE ? RELAY_WANT_MAIL :
	    d->step == RELAY_CONTENT ? RELAY_WANT_CONTENT : RELAY_WANT_REPLY;
}

/* A line was read, or a part of one. */
static enum relay_want
take_line(struct relay_dialogue *d, enum relay_read read, bool in_turn)
{
	bool idle = d->step == RELAY_IDLE || d->step == RELAY_CONTENT;

	if (read == RELAY_READ_BAD)
		return close_down(d, "4.5.0 the next server does not speak "
		    "SMTP");
	if (!in_turn && !(idle && read == RELAY_READ_REPLY))
		return nonsense(d);
	if (read != RELAY_READ_MORE && d->step == RELAY_EHLO &&
	    d->reply.lines > 1)
		relay_offer_note(&d->offer, d->reply.said);
	return read == RELAY_READ_REPLY ? judge(d) : want_now(d);
}

enum relay_want
relay_dialogue_take(struct relay_dialogue *d, struct span bytes)
{
	enum relay_want want = want_now(d);
	bool in_turn;

	while (bytes.len > 0 && want != RELAY_CLOSED) {
		in_turn = may_answer(d);
		want = take_line(d, relay_reply_take(&d->reply, &bytes),
		    in_turn);
	}
	return want;
}
