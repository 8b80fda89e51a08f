/*
 * expand.c - text with ${…} in it, made safe for where it goes.
 *
 * The pieces are put together, CR, LF and NUL taken out of everything that is
 * not the rule's own text; a reply then gets its form, and so do header fields
 * and addresses where they are edited.
 *
 * Failure: what is too long is cut and logged, never in silence.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/engine/branch.h"
#include "rules/engine/evaluate.h"
#include "rules/engine/expand.h"
#include "rules/engine/written.h"

struct expansion {
	struct engine *engine;
	const struct rule *rule;
	const struct recipient *recipient;
	const struct capture *own;	/* of the action; NULL: none */
	bool html;			/* it becomes part of HTML */
	bool cut;			/* something was left out */
};

static void
expansion_init(struct expansion *x, struct engine *e, const struct rule *rule,
    const struct recipient *r)
{
	written_settle_above(e, rule, r);
	x->engine = e;
	x->rule = rule;
	x->recipient = r;
	x->own = NULL;
	x->html = x->cut = false;
	buffer_clear(&e->text);
}

/* What the rule's condition captured. */
static const struct capture *
rule_capture(struct expansion *x)
{
	return branch_capture(x->engine, x->rule, x->recipient);
}

static struct span
group_value(const struct capture *c, unsigned number)
{
	if (c == NULL || c->regex == NULL ||
	    number > regex_group_count(c->regex))
		return span_make(NULL, 0);
	return c->groups[number];
}

static struct span
named_group_value(const struct capture *c, struct span name)
{
	unsigned number;

	if (c == NULL || c->regex == NULL)
		return span_make(NULL, 0);
	number = regex_group_number(c->regex, name);
	return number > 0 ? c->groups[number] : span_make(NULL, 0);
}

/* What the rules above have written, as the recipient's reading has it. */
static struct span
written_by_rules(struct expansion *x, unsigned slot)
{
	struct reading *reading = NULL;

	if (x->recipient != NULL)
		reading = x->recipient->reading;
	else if (x->rule->per_recipient)
		reading = &x->engine->general;
	return written_value(x->engine, slot, reading, x->rule);
}

static struct span
fact_value(struct expansion *x, unsigned slot)
{
	const struct values *v;
	size_t i;

	if (x->engine->policy->slots[slot].written != WRITTEN_NOT)
		return written_by_rules(x, slot);
	v = slot_values(x->engine, slot, x->recipient);
	if (v->count == 0)
		return span_make(NULL, 0);
	i = v->count == 1 ? 0 : branch_element(x->engine, x->rule,
	    x->recipient, slot);
	return v->at[i < v->count ? i : 0];
}

static struct span
piece_value(struct expansion *x, const struct piece *p)
{
	switch (p->kind) {
	case PIECE_TEXT:
		return p->text;
	case PIECE_FACT:
		return fact_value(x, p->number);
	case PIECE_GROUP:
		return group_value(rule_capture(x), p->number);
	case PIECE_NAMED_GROUP:
		return named_group_value(rule_capture(x), p->text);
	case PIECE_MATCH_GROUP:
		return group_value(x->own, p->number);
	case PIECE_NAMED_MATCH_GROUP:
		return named_group_value(x->own, p->text);
	case PIECE_TABLE_VALUE:
		return branch_table_value(x->engine, x->rule, x->recipient);
	}
	return span_make(NULL, 0);
}

/* What HTML has for C, which means something there; NULL: C is itself. */
static const char *
html_char(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

void
expand_html(struct buffer *out, struct span text)
{
	const char *as;
	size_t i;

	for (i = 0; i < text.len; i++) {
		as = html_char(text.ptr[i]);
		if (as != NULL)
			buffer_add_text(out, as);
		else
			buffer_add_char(out, text.ptr[i]);
	}
}

/* Append what comes from outside: no line end can pass, nor a NUL. */
static void
add_foreign(struct buffer *out, struct span value,
    void (*add)(struct buffer *, struct span))
{
	size_t i, start = 0;
	char c;

	for (i = 0; i <= value.len; i++) {
		c = i < value.len ? value.ptr[i] : '\n';
		if (c != '\r' && c != '\n' && c != '\0')
			continue;
		add(out, span_head(span_skip(value, start), i - start));
		start = i + 1;
	}
}

/* Is it text that is as its writer wants it: the rule's own, or what the action
 * found in the text that it changes? */
static bool
is_own(const struct piece *p)
{
	return p->kind == PIECE_TEXT || p->kind == PIECE_MATCH_GROUP ||
	    p->kind == PIECE_NAMED_MATCH_GROUP;
}

/* Append T to OUT. */
static void
expand(struct expansion *x, const struct template *t, struct buffer *out)
{
	const struct piece *p;
	struct span value;

	for (p = t->pieces; p < t->pieces + t->count; p++) {
		value = piece_value(x, p);
		if (p->kind == PIECE_TEXT) {
			buffer_add(out, value);
			continue;
		}
		/* A value of that size is an attack; its start will do. */
		x->cut |= value.len > HEADER_TEXT_MAX;
		value = utf8_head(value, HEADER_TEXT_MAX);
		add_foreign(out, value.len > 0 ? value : p->fallback,
		    x->html && !is_own(p) ? expand_html : buffer_add);
	}
}

/*
 * Append LINE to OUT as printable ASCII, with a '?' for every other character,
 * or byte where it is none. False when it was too long: milters double each '%',
 * so it counts twice.
 */
static bool
add_reply_line(struct buffer *out, struct span line)
{
	size_t i, length, cost = 0;
	char c;

	for (i = 0; i < line.len; i += length) {
		length = utf8_length(span_skip(line, i));
		if (length == 0)
			length = 1;
		c = line.ptr[i];
		if (c < ' ' || c > '~')
			c = '?';
		cost += c == '%' ? 2 : 1;
		if (cost > REPLY_LINE_MAX)
			return false;
		buffer_add_char(out, c);
	}
	return true;
}

static bool
add_reply(struct buffer *out, struct span text)
{
	size_t lines = 0, end;
	bool whole = true;

	for (;;) {
		end = span_find(text, '\n');
		whole = add_reply_line(out, span_head(text, end)) && whole;
		text = span_skip(text, end + 1);
		if (text.len == 0)
			return whole;
		if (++lines == REPLY_LINES_MAX)
			return false;
		buffer_add_char(out, '\n');
	}
}

int
expand_reply(struct engine *e, const struct rule *rule,
    const struct recipient *r, struct reply *reply)
{
	struct expansion x;
	struct span text;

	expansion_init(&x, e, rule, r);
	expand(&x, &rule->answer.text, &e->text);
	buffer_clear(&e->encoded);
	if (!add_reply(&e->encoded, buffer_span(&e->text)) || x.cut ||
	    e->text.overflow)
		session_log_failure(e, rule, "its reply was too long and was "
		    "cut");
	text = arena_copy(&e->message, buffer_span(&e->encoded));
	*reply = (struct reply){ rule->answer.code, rule->answer.status, text };
	return text.ptr != NULL ? 0 : -1;
}

static void
tell_cut(const struct expansion *x)
{
	if (x->cut)
		session_log_failure(x->engine, x->rule, "what it writes was "
		    "too long and was cut");
}

struct span
expand_text(struct engine *e, const struct rule *rule,
    const struct template *t, const struct recipient *r,
    const struct capture *own)
{
	struct expansion x;

	expansion_init(&x, e, rule, r);
	x.own = own;
	expand(&x, t, &e->text);
	x.cut |= e->text.overflow;
	tell_cut(&x);
	return arena_copy(&e->message, buffer_span(&e->text));
}

void
expand_add(const struct expanding *to, const struct template *t,
    struct buffer *out)
{
	struct expansion x;

	expansion_init(&x, to->engine, to->rule, to->recipient);
	x.own = to->own;
	x.html = to->html;
	expand(&x, t, out);
	tell_cut(&x);
}
