/*
 * load_reply.c - the reply of a refusal: code, status and text that agree.
 *
 * An MTA takes a reply that contradicts itself for a broken milter and answers
 * 451 to everything, so nothing that could do so gets past here: 5xx and 5.x.x
 * to reject, 4xx and 4.x.x to tempfail (RFC 5321 4.2.1, RFC 3463 2), 421 to
 * close alone (RFC 5321 3.8), printable ASCII only.
 */
#include "config.h"

#include "rules/load/draft.h"

static char
class_digit(const struct rule *r)
{
	return r->verdict == VERDICT_REJECT ? '5' : '4';
}

static const char *
verb(const struct rule *r)
{
	return verdict_name(r->verdict);
}

static int
check_close_code(const struct node *n)
{
	if (span_is(n->text, "421"))
		return 0;
	problem_hint(tree_error(n, "'%s' is not a code that 'close' may give",
	    quote(n->text).text), "close gives 421; leave the code away");
	return -1;
}

static int
read_code(struct loader *l, struct node *n, void *target)
{
	struct rule_draft *d = target;
	struct rule *r = d->rule;
	struct problem *p;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (r->verdict == VERDICT_CLOSE)
		return check_close_code(n);
	if (text.len == 3 && text.ptr[0] == class_digit(r) &&
	    text.ptr[1] >= '0' && text.ptr[1] <= '5' &&
	    text.ptr[2] >= '0' && text.ptr[2] <= '9' &&
	    !span_is(text, "421")) {
		r->answer.code = (unsigned)((text.ptr[0] - '0') * 100 +
		    (text.ptr[1] - '0') * 10 + (text.ptr[2] - '0'));
		return 0;
	}
	p = tree_error(n, "'%s' is not a code that '%s' may give",
	    quote(text).text, verb(r));
	if (span_is(text, "421"))
		problem_hint(p, "421 closes the connection and belongs to "
		    "'close' alone");
	else
		problem_hint(p, "%s gives codes from %c00 to %c59", verb(r),
		    class_digit(r), class_digit(r));
	return -1;
}

static int
read_status(struct loader *l, struct node *n, void *target)
{
	struct rule_draft *d = target;
	struct rule *r = d->rule;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (reply_status_is_valid(text, class_digit(r))) {
		r->answer.status = policy_copy(l->policy, text);
		return 0;
	}
	problem_hint(tree_error(n, "'%s' is not a status that '%s' "
	    "may give", quote(text).text, verb(r)),
	    "a status of %s has the form %c.7.1", verb(r), class_digit(r));
	return -1;
}

/* Byte I of LINE's text is no part of a reply. */
static int
check_printable(struct node *n, struct span text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if ((text.ptr[i] >= ' ' && text.ptr[i] <= '~') ||
		    text.ptr[i] == '\n')
			continue;
		problem_hint(tree_error_at(n, i, "a reply is "
		    "printable ASCII text"), "RFC 5321 4.2 allows nothing "
		    "else between the code and the end of the line");
		return -1;
	}
	return 0;
}

static int
check_lines(struct node *n, struct span text)
{
	size_t i, cost = 0, lines = 1;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n') {
			lines++;
			cost = 0;
			continue;
		}
		cost += text.ptr[i] == '%' ? 2 : 1;
		if (cost <= REPLY_LINE_MAX && lines <= REPLY_LINES_MAX)
			continue;
		problem_hint(tree_error(n, "the reply is too long"),
		    "at most %d lines of %d characters, a '%%' counts twice",
		    REPLY_LINES_MAX, REPLY_LINE_MAX);
		return -1;
	}
	return 0;
}

/* "550 5.7.1 No" is what the client sees, but not how it is written. */
static void
warn_code(const struct node *n)
{
	struct span text = n->text;

	if (text.len < 3 || strspn(text.ptr, "0123456789") != 3 ||
	    (text.len > 3 && text.ptr[3] != ' '))
		return;
	problem_hint(tree_warn(n, "the reply's text begins with a code"),
	    "its code and status are written {code: 550, status: 5.7.1, "
	    "text: ...}; this one would come behind them");
}

static int
read_reply_text(struct loader *l, struct node *n, void *target)
{
	struct rule_draft *d = target;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (n->style == NODE_BLOCK)	/* "|" keeps the last line end */
		while (n->text.len > 0 &&
		    n->text.ptr[n->text.len - 1] == '\n')
			n->text.len--;
	if (n->text.len == 0) {
		problem_hint(tree_error(n, "a reply needs a text"),
		    "write '%s' alone for the usual one",
		    verb(d->rule));
		return -1;
	}
	warn_code(n);
	if (check_printable(n, n->text) < 0 ||
	    check_lines(n, n->text) < 0)
		return -1;
	return load_template(l, n, d, &d->rule->answer.text);
}

static const struct mapping_spec reply_spec = { "a reply", "key", {
	{ "code", read_code, false },
	{ "status", read_status, false },
	{ "text", read_reply_text, false },
} };

static const struct usual {
	enum verdict_kind verdict;
	unsigned code;
	const char *status;
	const char *text;
} usual_table[] = {
	{ VERDICT_REJECT, 550, "5.7.1", "Message refused by local policy" },
	{ VERDICT_TEMPFAIL, 451, "4.7.1",
	  "Message cannot be taken now, try again later" },
	{ VERDICT_CLOSE, 421, "4.7.0", "Connection closed by local policy" },
	{ VERDICT_CONTINUE, 0, NULL, NULL }
};

static void
set_defaults(struct loader *l, struct rule *r)
{
	struct piece *p = policy_alloc(l->policy, 1, sizeof *p);
	const struct usual *u = usual_table;

	while (u->verdict != r->verdict)
		u++;
	p->kind = PIECE_TEXT;
	p->text = span_of(u->text);
	r->answer = (struct answer_text){ u->code, span_of(u->status),
		{ p, 1 } };
}

int
load_reply(struct loader *l, struct node *n, struct rule_draft *d)
{
	set_defaults(l, d->rule);
	if (n == NULL)
		return 0;
	if (n->kind == NODE_MAP)
		return load_mapping(l, n, &reply_spec, d);
	return read_reply_text(l, n, d);
}
