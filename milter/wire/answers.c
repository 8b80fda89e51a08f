/*
 * answers.c - what a filter decided, as a verdict.
 *
 * A reply of its own (WIRE_REPLYCODE) comes as it would stand in SMTP:
 * "550-5.7.1 one\r\n550 5.7.1 two", where "%%" means a '%', for Sendmail takes
 * it as a format. It is taken apart line by line, and only what has been
 * understood is put together again.
 *
 * Failure: a reply that could be anything but one sound SMTP reply, or an
 * answer that nobody offered to understand, is a failure of the filter.
 */
#include "config.h"

#include "milter/wire/conversation.h"

#define CODE_DIGITS 3

/* A reply while it is read. */
struct reading {
	struct reply reply;
	struct span code;	/* of the first line */
	char *to;		/* behind the text */
	size_t lines;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "421 ": the same code on each line, 4xx or 5xx; '-' on all but the last. */
static const char *
take_code(struct reading *r, struct span *line, bool last)
{
	struct span code = span_head(*line, CODE_DIGITS);

	if (line->len < CODE_DIGITS || (code.ptr[0] != '4' &&
	    code.ptr[0] != '5') || !is_digit(code.ptr[1]) ||
	    !is_digit(code.ptr[2]))
		return "a reply without a code of 4xx or 5xx";
	if (r->lines == 0)
		r->code = code;
	else if (!span_equal(code, r->code))
		return "a reply with two codes";
	*line = span_skip(*line, CODE_DIGITS);
	if (line->len == 0)
		return last ? NULL : "a reply whose lines do not go on";
	if (line->ptr[0] != (last ? ' ' : '-'))
		return "a reply whose lines do not go on, or do not end";
	*line = span_skip(*line, 1);
	return NULL;
}

/* Is WORD a status, of any class that there is? */
static bool
is_status(struct span word)
{
	return reply_status_is_valid(word, '2') ||
	    reply_status_is_valid(word, '4') ||
	    reply_status_is_valid(word, '5');
}

/* "5.7.1 ": of the code's class, the same on each line that has one. */
static const char *
take_status(struct reading *r, struct span *line)
{
	struct span word = span_head(*line, span_find(*line, ' '));

	if (!is_status(word))
		return NULL;
	if (word.ptr[0] != r->code.ptr[0])
		return "a reply whose status is of another class";
	if (r->reply.status.len > 0 && !span_equal(word, r->reply.status))
		return "a reply with two statuses";
	r->reply.status = word;
	*line = span_skip(*line, word.len + 1);
	return NULL;
}

/*
 * The rest of a line: as in Postfix "%%" is a '%', and a '%' alone is nothing.
 * What is not ASCII becomes '?': SMTP replies have no other charset.
 */
static const char *
take_text(struct reading *r, struct span line)
{
	size_t cost = 0;

	if (r->lines > 0)
		*r->to++ = '\n';
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];

		if (c == '%' && ++i == line.len)
			break;
		c = (unsigned char)line.ptr[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return "a reply with control characters";
		*r->to++ = c == '\t' ? ' ' : c > '~' ? '?' : (char)c;
		cost += c == '%' ? 2 : 1;
	}
	return cost > REPLY_LINE_MAX ? "a reply with a line too long" : NULL;
}

static const char *
take_line(struct reading *r, struct span line, bool last)
{
	const char *wrong = take_code(r, &line, last);

	if (wrong == NULL)
		wrong = take_status(r, &line);
	if (wrong == NULL)
		wrong = take_text(r, line);
	r->lines++;
	return wrong;
}

/* Where the first CRLF of S begins; S.len when there is none. */
static size_t
find_crlf(struct span s)
{
	size_t i = 0;

	while (i + 1 < s.len && (s.ptr[i] != '\r' || s.ptr[i + 1] != '\n'))
		i++;
	return i + 1 < s.len ? i : s.len;
}

/* Read TEXT into R, whose text goes to memory of TEXT's length. NULL, or what
 * is wrong. */
static const char *
read_reply(struct reading *r, struct span text)
{
	const char *wrong = NULL;
	const char *start = r->to;
	bool last = false;

	while (wrong == NULL && !last) {
		size_t end = find_crlf(text);

		last = end == text.len;
		if (r->lines == REPLY_LINES_MAX)
			return "a reply of too many lines";
		wrong = take_line(r, span_head(text, end), last);
		text = span_skip(text, end + 2);
	}
	r->reply.text = span_make(start, (size_t)(r->to - start));
	return wrong;
}

/* 421 closes; of the others the class tells. */
static void
take_reply(struct milter *m, struct span text)
{
	struct reading r = { .lines = 0 };
	struct span kept = arena_copy(&m->text, text);
	const char *wrong;

	r.to = arena_alloc(&m->text, text.len + 1);
	if (kept.ptr == NULL || r.to == NULL) {
		milter_fail(m, "there is no memory for its reply");
		return;
	}
	wrong = read_reply(&r, kept);
	if (wrong != NULL) {
		milter_fail(m, "it sent %s", wrong);
		return;
	}
	for (size_t i = 0; i < CODE_DIGITS; i++)
		r.reply.code = 10 * r.reply.code + (unsigned)(r.code.ptr[i] -
		    '0');
	m->verdict.reply = r.reply;
	m->verdict.kind = r.reply.code == 421 ? VERDICT_CLOSE :
	    r.reply.code < 500 ? VERDICT_TEMPFAIL : VERDICT_REJECT;
}

/* As in Postfix, one for a connection means nothing. */
static void
take_discard(struct milter *m)
{
	if (m->kind == EVENT_CONNECT || m->kind == EVENT_HELO)
		milter_log(m, "it may not discard a connection; that is "
		    "ignored");
	else
		m->verdict.kind = VERDICT_DISCARD;
}

/* No more events of this kind, until there has been one of another kind. */
static void
take_skip(struct milter *m)
{
	if ((m->options.protocol & WIRE_CAN_SKIP) == 0) {
		milter_fail(m, "it answered SKIP, which was not agreed");
		return;
	}
	m->skipping = true;
	m->skipped = m->kind;
	m->verdict.enough = m->kind == EVENT_BODY;
}

static void
take(struct milter *m, const struct wire_reply *r)
{
	static const struct {
		enum wire_letter letter;
		enum verdict_kind kind;
	} plain[] = {
		{ WIRE_CONTINUE, VERDICT_CONTINUE },
		{ WIRE_ACCEPT, VERDICT_ACCEPT },
		{ WIRE_REJECT, VERDICT_REJECT },
		{ WIRE_TEMPFAIL, VERDICT_TEMPFAIL },
		{ WIRE_SHUTDOWN, VERDICT_CLOSE },
	};

	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		if (plain[i].letter == r->letter) {
			m->verdict.kind = plain[i].kind;
			return;
		}
	if (r->letter == WIRE_REPLYCODE)
		take_reply(m, r->strings[0]);
	else if (r->letter == WIRE_DISCARD)
		take_discard(m);
	else if (r->letter == WIRE_SKIP)
		take_skip(m);
	else
		/* Postfix does not know CONN_FAIL either. */
		milter_fail(m, "it answered %s, which has no meaning",
		    wire_kind((char)r->letter)->name);
}

void
milter_take_answer(struct milter *m, const struct wire_reply *r)
{
	bool of_connection = m->kind == EVENT_CONNECT ||
	    m->kind == EVENT_HELO;

	take(m, r);
	if (m->state == MILTER_FAILED)
		return;
	if (of_connection && m->verdict.kind != VERDICT_CONTINUE)
		m->over = true;
	if (m->kind == EVENT_EOM)
		milter_finish_edits(m);
	m->pending = MILTER_PENDING_NONE;
	m->answered = true;
}
