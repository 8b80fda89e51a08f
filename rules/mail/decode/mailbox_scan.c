/*
 * mailbox_scan.c - cut an address field into its mailboxes.
 *
 * Tokens are read one by one into the mailbox at hand. A token that cannot be
 * part of it ends it, and is read again as the beginning of the next.
 *
 * Failure: none; what is wrong is taken as readers take it, and is FLAWED.
 */
#include "config.h"

#include "rules/mail/decode/mailbox_scan.h"

/* The mailbox that is being read. */
struct draft {
	struct mailbox_text *m;
	bool open;		/* inside of the angle brackets */
	bool closed;		/* behind them */
};

void
mailbox_scan_init(struct mailbox_scan *s, struct span value)
{
	*s = (struct mailbox_scan){ .mark = TOKEN_END };
	address_tokens_init(&s->tokens, value);
}

/* Which of '@', ':', ';', '<' or the end comes next? Looked for once. */
static enum address_token_kind
next_mark(struct mailbox_scan *s)
{
	struct address_tokens ahead = s->tokens;
	struct address_token t;

	if (s->mark_at > s->tokens.at)
		return s->mark;
	do {
		t = address_token_take(&ahead);
	} while (t.kind != TOKEN_END && t.kind != TOKEN_AT &&
	    t.kind != TOKEN_COLON && t.kind != TOKEN_SEMICOLON &&
	    t.kind != TOKEN_OPEN);
	s->mark = t.kind;
	s->mark_at = ahead.at;
	return t.kind;
}

/* Does the route of RFC 5322 4.4, <@a,@b:c@d>, go on behind this comma? */
static bool
route_goes_on(const struct mailbox_scan *s, const struct mailbox_text *m)
{
	struct address_tokens ahead = s->tokens;
	struct address_token t;

	if (m->angle.len == 0 || m->angle.ptr[0] != '@')
		return false;
	do {
		t = address_token_take(&ahead);
	} while (t.kind == TOKEN_BLANK);
	return t.kind == TOKEN_AT;
}

/* What comes of a token. */
enum outcome {
	GO_ON,
	ENDS,			/* the mailbox ends with it */
	ENDS_BEFORE,		/* … ends, and it belongs to the next */
};

/* TOKEN inside of angle brackets. */
static enum outcome
read_inside(struct mailbox_scan *s, struct draft *d, struct address_token t)
{
	struct mailbox_text *m = d->m;

	switch (t.kind) {
	case TOKEN_CLOSE:
		d->open = false;
		d->closed = true;
		return GO_ON;
	case TOKEN_OPEN:
		s->flawed = true;
		return m->angle.len > 0 ? ENDS_BEFORE : GO_ON;
	case TOKEN_COMMA:
		if (route_goes_on(s, m))
			break;
		s->flawed = true;
		return ENDS;
	case TOKEN_SEMICOLON:
	case TOKEN_END:
		s->flawed = true;
		return ENDS;
	case TOKEN_BLANK:
		return GO_ON;
	case TOKEN_QUOTED:
	case TOKEN_COMMENT:
	case TOKEN_LITERAL:
	case TOKEN_TEXT:
	case TOKEN_AT:
	case TOKEN_COLON:
		break;
	}
	token_join(&m->angle, t.text);
	return GO_ON;
}

/* A comma: does it end the mailbox? People forget to quote it in a name:
 * Doe, John <j@example.org> */
static enum outcome
read_comma(struct mailbox_scan *s, struct draft *d, struct address_token t)
{
	if (d->closed || d->m->has_at || d->m->phrase.len == 0 ||
	    next_mark(s) != TOKEN_OPEN)
		return ENDS;
	s->flawed = true;
	token_join(&d->m->phrase, t.text);
	return GO_ON;
}

/* A colon: what was before it is the name of a group. */
static enum outcome
read_colon(struct mailbox_scan *s, struct draft *d)
{
	if (d->closed || d->m->has_at) {
		s->flawed = true;
		return ENDS;
	}
	d->m->phrase = span_make("", 0);
	return GO_ON;
}

/* Does T open a comment that nothing closes behind a mailbox that is whole?
 * Inside of a name there may yet come an address. */
static bool
opens_comment(const struct draft *d, struct address_token t)
{
	return t.kind == TOKEN_TEXT && t.text.ptr[0] == '(' &&
	    (d->closed || d->m->has_at);
}

/* The rest of the field, which begins with T, is a comment. */
static enum outcome
read_open_comment(struct mailbox_scan *s, struct draft *d,
    struct address_token t)
{
	struct address_tokens *tokens = &s->tokens;

	d->m->comment = span_skip(tokens->text,
	    (size_t)(t.text.ptr - tokens->text.ptr) + 1);
	tokens->at = tokens->text.len;
	return GO_ON;
}

/* TOKEN outside of angle brackets. */
static enum outcome
read_outside(struct mailbox_scan *s, struct draft *d, struct address_token t)
{
	struct mailbox_text *m = d->m;

	if (opens_comment(d, t))
		return read_open_comment(s, d, t);
	switch (t.kind) {
	case TOKEN_BLANK:
		return GO_ON;
	case TOKEN_COMMENT:
		m->comment = span_make(t.text.ptr + 1, t.text.len - 2);
		return GO_ON;
	case TOKEN_COMMA:
		return read_comma(s, d, t);
	case TOKEN_COLON:
		return read_colon(s, d);
	case TOKEN_SEMICOLON:
	case TOKEN_END:
		return ENDS;
	case TOKEN_CLOSE:
		s->flawed = true;
		return GO_ON;
	case TOKEN_OPEN:
		if (d->closed)
			break;
		m->has_angle = true;
		d->open = true;
		return GO_ON;
	case TOKEN_AT:
	case TOKEN_QUOTED:
	case TOKEN_LITERAL:
	case TOKEN_TEXT:
		if (d->closed)
			break;
		m->has_at = m->has_at || t.kind == TOKEN_AT;
		token_join(&m->phrase, t.text);
		return GO_ON;
	}
	s->flawed = true;
	return ENDS_BEFORE;
}

bool
mailbox_scan_take(struct mailbox_scan *s, struct mailbox_text *m)
{
	struct draft d = { .m = m };
	struct address_token t;
	enum outcome outcome;

	*m = (struct mailbox_text){ .has_angle = false };
	do {
		struct address_tokens before = s->tokens;

		t = address_token_take(&s->tokens);
		outcome = d.open ? read_inside(s, &d, t) :
		    read_outside(s, &d, t);
		if (outcome == ENDS_BEFORE)
			s->tokens = before;
		/* Nothing between two commas is no mailbox. */
		if (outcome != GO_ON && t.kind != TOKEN_END &&
		    !m->has_angle && m->phrase.len == 0)
			outcome = GO_ON;
	} while (outcome == GO_ON);
	s->flawed = s->flawed || s->tokens.flawed;
	return m->has_angle || m->phrase.len > 0;
}
