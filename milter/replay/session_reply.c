/*
 * session_reply.c - the S: lines of session files: replies, as SMTP has them.
 *
 * Failure: an error in the line; a reply of several lines that the file does
 * not end is what is left of one that broke off.
 */
#include "config.h"

#include "milter/replay/session_reader.h"

/* One line of a reply; *MORE: others follow. */
static int
reply_line(struct reader *r, struct reply *reply, bool *more)
{
	struct span text = reader_behind_mark(r->text);

	if (expect_reply_parse(text, reply) < 0) {
		problem_hint(reader_error(r, r->text.ptr, "a reply begins "
		    "with a code from 200 to 599"),
		    "write S: CODE [STATUS] [text], as in 'S: 550 5.7.1 No'");
		return -1;
	}
	*more = text.len > 3 && text.ptr[3] == '-';
	if (!*more)
		return 0;
	if (span_starts_with(r->rest, span_of("S:")))
		return 0;
	if (span_find(r->rest, '\n') == r->rest.len) {
		reader_cut(r, r->line, "the reply in this line has no end");
		r->rest = span_make(NULL, 0);
		return -1;
	}
	problem_hint(reader_error(r, NULL, "this reply has no end"),
	    "'-' behind the code says that another S: line follows");
	return -1;
}

/* Read all lines of a reply, the text of the later ones into TEXT. */
static int
reply_lines(struct reader *r, struct reply *reply, struct buffer *text)
{
	struct reply part;
	bool more;

	if (reply_line(r, reply, &more) < 0)
		return -1;
	buffer_add(text, reply->text);
	while (more) {
		(void)reader_next(r);
		if (reply_line(r, &part, &more) < 0)
			return -1;
		if (part.code != reply->code) {
			problem_hint(reader_error(r, NULL, "another code in "
			    "one reply"), "it begins with %u", reply->code);
			return -1;
		}
		buffer_add_char(text, '\n');
		buffer_add(text, part.text);
	}
	if (!text->overflow)
		return 0;
	problem_hint(reader_error(r, NULL, "a reply that is too long"),
	    "at most %u bytes", SESSION_LINE_MAX);
	return -1;
}

static int
check_reply(struct reader *r, const struct reply *reply)
{
	struct problem *p;

	if (r->answered) {
		p = reader_error(r, NULL, "a second reply to one command");
		problem_hint(p, "in a reply of several lines all codes but the "
		    "last have a '-' behind them: S: 250-");
		return -1;
	}
	if (reply->code == 354 && r->awaited != AWAIT_MESSAGE) {
		p = reader_error(r, NULL, "no message can follow here");
		problem_hint(p, "'S: 354' stands behind 'C: DATA' and before "
		    "the message");
		return -1;
	}
	return 0;
}

void
reader_reply(struct reader *r)
{
	struct reply reply;
	struct buffer text;
	struct record *record;
	unsigned line = r->line;

	buffer_init(&text, SESSION_LINE_MAX);
	if (reply_lines(r, &reply, &text) < 0 || check_reply(r, &reply) < 0)
		goto out;
	r->answered = true;
	if (r->awaited == AWAIT_MESSAGE)
		r->awaited = reply.code == 354 ? AWAIT_BLOCK : AWAIT_NOTHING;
	record = reader_add(r, RECORD_EXPECT);
	if (record == NULL)
		goto out;
	record->line = line;
	record->last_line = r->line;
	record->expect.kind = EXPECT_REPLY;
	record->expect.reply.code = reply.code;
	record->expect.reply.status = reader_copy(r, reply.status);
	record->expect.reply.text = reader_copy(r, buffer_span(&text));
out:
	buffer_release(&text);
}
