/*
 * play.c - recorded sessions, played at any depth.
 *
 * A player goes through the records of a session one by one and has a caller
 * say what the client said; the expectations behind each step are about it.
 * When the dialogue goes another way than recorded, what was said behind that
 * is lost: for the command, for the rest of the transaction, or for the rest of
 * the session.
 *
 * Failure: findings in the outcome; a process without memory ends.
 */
#include "config.h"

#include <time.h>

#include "milter/replay/caller.h"
#include "milter/replay/play.h"
#include "milter/replay/smtp_reply.h"
#include "rules/base/xmalloc.h"

/* How much of what follows cannot be played. */
enum lost {
	LOST_NOTHING,
	LOST_COMMAND,		/* what is expected of it */
	LOST_TRANSACTION,
	LOST_SESSION,
};

struct player {
	const struct play_setup *setup;
	const struct recorded_session *recorded;
	struct outcome *outcome;
	struct caller caller;
	struct smtp_client client;
	unsigned client_line;	/* of @client; 0: nothing is known of it */
	int64_t time;
	bool connected;
	bool opening;		/* the greeting or HELO is at hand */
	bool in_transaction;
	size_t recipients;	/* accepted in this transaction */
	enum lost lost;
	enum lost losing;	/* the same, from the next step on */
	bool settled;		/* of a test in a rule file: what it expects can
				 * be looked at, the rest is not played */
	bool truncated;		/* the message at hand is not all there */
	bool answers_told;
	bool unlike;		/* nothing that is expected can be checked */
	struct buffer why;
	struct buffer instead;
};

static struct finding *
report(struct player *p, enum finding_kind kind, const struct record *r,
    struct span text)
{
	struct finding *f = outcome_add(p->outcome, kind, r->line, text);

	f->last_line = r->last_line > r->line ? r->last_line : r->line;
	return f;
}

/* --- Commands --------------------------------------------------------------
 */

static bool
is_verb(struct span line, const char *verb)
{
	struct span word = span_head(line, strlen(verb));

	return span_equal_nocase(word, span_of(verb)) &&
	    (line.len == word.len || line.ptr[word.len] == ' ' ||
	    line.ptr[word.len] == '\t');
}

static bool
is_hello(struct span line)
{
	return is_verb(line, "EHLO") || is_verb(line, "HELO");
}

/* Does LINE end the transaction at hand, or begin another? */
static bool
is_turn(struct span line)
{
	return is_hello(line) || is_verb(line, "MAIL") ||
	    is_verb(line, "RSET") || is_verb(line, "STARTTLS") ||
	    is_verb(line, "QUIT");
}

/* The last step, at LINE, may have been the last of all. */
static void
note_trouble(struct player *p, const struct record *r)
{
	if (p->caller.unreachable)
		p->unlike = true;
	if (p->caller.lost && p->lost != LOST_SESSION && !p->unlike) {
		report(p, FINDING_FAILED, r, span_of(p->caller.why.text));
		p->lost = LOST_SESSION;
	}
}

static void
connect_client(struct player *p, const struct record *r)
{
	struct finding *f;

	if (p->connected || p->unlike)
		return;
	p->connected = true;
	caller_connect(&p->caller, p->client_line > 0 ? &p->client : NULL,
	    p->time);
	note_trouble(p, r);
	if (p->caller.unlike == NULL)
		return;
	p->unlike = true;
	f = report(p, FINDING_UNCHECKED, r, span_of(p->caller.unlike));
	if (p->client_line > 0)
		f->line = f->last_line = p->client_line;
}

/*
 * The transaction went another way than recorded, and what stands behind it is
 * to be said: make the machine forget it. False: it cannot, for it waits for a
 * message that nobody recorded.
 */
static bool
recover(struct player *p)
{
	if (p->caller.want != SMTP_WANT_COMMAND)
		return false;
	caller_say(&p->caller, span_of("RSET"));
	p->in_transaction = false;
	return p->caller.want == SMTP_WANT_COMMAND;
}

/* A step begins, and what was about to be lost is. */
static void
lose(struct player *p)
{
	if (p->losing > p->lost)
		p->lost = p->losing;
	p->losing = LOST_NOTHING;
}

/* Can LINE be said now? */
static bool
can_say(struct player *p, struct span line)
{
	lose(p);
	if (p->lost == LOST_COMMAND)
		p->lost = LOST_NOTHING;
	if (p->lost == LOST_TRANSACTION && is_turn(line))
		p->lost = recover(p) ? LOST_NOTHING : LOST_SESSION;
	if (p->settled && is_verb(line, "MAIL"))
		p->settled = !recover(p);
	return p->lost == LOST_NOTHING && !p->settled;
}

/* Nobody is left to send a message to: the machine would say so. */
static bool
is_pointless(const struct player *p, struct span line)
{
	return p->recorded->expected > 0 && p->recipients == 0 &&
	    p->in_transaction && smtp_reply_refuses(p->caller.reply.code) &&
	    (is_verb(line, "DATA") || is_verb(line, "BDAT"));
}

/* LINE was said. */
static void
note_command(struct player *p, struct span line)
{
	bool refused = smtp_reply_refuses(p->caller.reply.code);

	p->truncated = false;
	p->opening = is_hello(line);
	if (is_verb(line, "MAIL")) {
		p->in_transaction = true;
		p->recipients = 0;
	} else if (is_verb(line, "RCPT")) {
		p->recipients += !refused;
	} else if (is_turn(line)) {
		p->in_transaction = false;
	}
	p->settled = p->recorded->expected > 0 && refused &&
	    !is_verb(line, "RCPT");
}

/* The message at hand was accepted, or is not complete yet. */
static void
put_into_folder(struct player *p)
{
	struct buffer title;

	if (p->setup->folder == NULL || !p->caller.delivered || p->truncated)
		return;
	buffer_init(&title, SIZE_MAX - 1);
	outcome_title(p->outcome, &title);
	mail_folder_put(p->setup->folder, buffer_span(&title),
	    &p->caller.message);
	buffer_release(&title);
}

static void
say_command(struct player *p, const struct record *r)
{
	connect_client(p, r);
	if (p->unlike || !can_say(p, r->text))
		return;
	if (is_pointless(p, r->text)) {
		p->settled = true;
		return;
	}
	if (caller_may_send(&p->caller)) {
		report(p, FINDING_FAILED, r, span_of("the server waits for a "
		    "message here, and none is recorded"));
		p->lost = LOST_SESSION;
		return;
	}
	caller_say(&p->caller, r->text);
	note_command(p, r->text);
	put_into_folder(p);
	note_trouble(p, r);
}

/* --- Messages --------------------------------------------------------------
 */

/* Does the recording say of the message in record R that it was cut? */
static bool
is_truncated(const struct recorded_session *s, const struct record *r)
{
	const struct record *end = s->records + s->count;

	for (r++; r < end && r->kind == RECORD_EXPECT; r++)
		continue;
	return r < end && r->kind == RECORD_TRUNCATED;
}

static void
say_bytes(struct player *p, const struct record *r)
{
	lose(p);
	/* What was not asked for is not sent: the reply to the command before
	 * it stands. */
	if (p->lost != LOST_NOTHING || p->settled ||
	    !caller_may_send(&p->caller))
		return;
	p->truncated = p->truncated || is_truncated(p->recorded, r);
	caller_send(&p->caller, r->bytes.at);
	put_into_folder(p);
	p->settled = p->recorded->expected > 0 &&
	    smtp_reply_refuses(p->caller.reply.code);
	note_trouble(p, r);
}

static void
say_truncated(struct player *p, const struct record *r)
{
	p->truncated = true;
	if (p->lost != LOST_NOTHING)
		return;
	buffer_clear(&p->why);
	buffer_addf(&p->why, "the message is not all there (%.*s): what "
	    "comes of it is undecidable", (int)r->text.len, r->text.ptr);
	report(p, FINDING_UNCHECKED, r, buffer_span(&p->why));
}

/* --- Expectations ----------------------------------------------------------
 */

/* A reply of another class than expected was said: what is lost by that? */
static void
lose_by_reply(struct player *p)
{
	enum lost loss = p->in_transaction ? LOST_TRANSACTION : LOST_COMMAND;

	if (p->opening || p->caller.want == SMTP_CLOSED)
		loss = LOST_SESSION;
	if (!p->setup->update)
		p->lost = loss;
	else if (smtp_reply_refuses(p->caller.reply.code) ||
	    p->caller.want != SMTP_WANT_COMMAND)
		p->losing = loss;
}

static void
complain(struct player *p, const struct record *r, bool known)
{
	struct finding *f;

	if (p->caller.failed)
		buffer_addf(&p->why, "; %s", p->caller.why.text);
	f = report(p, FINDING_FAILED, r, buffer_span(&p->why));
	if (known)
		f->instead = xspandup(buffer_span(&p->instead));
}

static void
check(struct player *p, const struct record *r)
{
	struct sight s;
	bool known;

	connect_client(p, r);
	if (p->unlike)
		return;
	if (p->lost != LOST_NOTHING) {
		p->outcome->not_reached++;
		return;
	}
	if (p->truncated)
		return;
	s = caller_sight(&p->caller);
	buffer_clear(&p->why);
	buffer_clear(&p->instead);
	switch (expect_check(&r->expect, &s, &p->why, &p->instead, &known)) {
	case EXPECT_MET:
		return;
	case EXPECT_UNSEEN:
		report(p, FINDING_UNCHECKED, r, buffer_span(&p->why));
		return;
	case EXPECT_FAILED:
		break;
	}
	complain(p, r, known);
	if (r->expect.kind == EXPECT_REPLY && smtp_reply_other_class(
	    r->expect.reply.code, p->caller.reply.code))
		lose_by_reply(p);
}

/* --- The session -----------------------------------------------------------
 */

static void
tell_of_answers(struct player *p, const struct record *r)
{
	if (!p->answers_told)
		report(p, FINDING_UNCHECKED, r, span_of("@answer: there are "
		    "no look-ups in this version"));
	p->answers_told = true;
}

static void
take_macros(struct player *p, const struct record *r)
{
	if (caller_set_macros(&p->caller, r->macros.at, r->macros.count) < 0)
		report(p, FINDING_FAILED, r, span_of("too many macros"));
}

static void
play_record(struct player *p, const struct record *r)
{
	switch (r->kind) {
	case RECORD_CLIENT:
		p->client = (struct smtp_client){ .name = r->client.name,
			.ip = r->client.ip, .port = r->client.port };
		p->client_line = r->line;
		break;
	case RECORD_MACROS:
		take_macros(p, r);
		break;
	case RECORD_TIME:
		p->time = r->time;
		caller_set_time(&p->caller, r->time);
		break;
	case RECORD_ANSWER:
		tell_of_answers(p, r);
		break;
	case RECORD_DISCONNECT:
		connect_client(p, r);
		caller_hang_up(&p->caller);
		break;
	case RECORD_COMMAND:
		say_command(p, r);
		break;
	case RECORD_BYTES:
		say_bytes(p, r);
		break;
	case RECORD_TRUNCATED:
		say_truncated(p, r);
		break;
	case RECORD_EXPECT:
		check(p, r);
		break;
	}
}

/*
 * Has S something that cannot be said or given where it is played? Then what is
 * expected of it may depend on that, and none of it is asked for.
 */
static bool
is_beyond(struct player *p)
{
	const struct recorded_session *s = p->recorded;
	const char *why = NULL;
	size_t i;

	for (i = 0; i < s->count && why == NULL; i++)
		why = caller_cannot(&p->setup->depth, &s->records[i]);
	if (why == NULL)
		return false;
	report(p, FINDING_UNCHECKED, &s->records[i - 1], span_of(why));
	return true;
}

static void
play_records(struct player *p)
{
	const struct recorded_session *s = p->recorded;

	caller_init(&p->caller, &p->setup->depth);
	for (size_t i = 0; i < s->count && !p->caller.unreachable; i++)
		play_record(p, &s->records[i]);
	caller_release(&p->caller);
}

int
play_session(const struct play_setup *setup,
    const struct recorded_session *s, struct outcome *out,
    struct error *error)
{
	struct player p = {
		.setup = setup,
		.recorded = s,
		.outcome = out,
		.time = time(NULL),
		.opening = true,
	};

	outcome_begin(out, s->name, s->file, s->line);
	if (is_beyond(&p))
		return 0;
	buffer_init(&p.why, SIZE_MAX - 1);
	buffer_init(&p.instead, SIZE_MAX - 1);
	play_records(&p);
	buffer_release(&p.why);
	buffer_release(&p.instead);
	return p.caller.unreachable ? error_set(error, "%s",
	    p.caller.why.text) : 0;
}
