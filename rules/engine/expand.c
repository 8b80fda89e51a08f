/*
 * expand.c - text with ${…} in it, made safe for where it goes.
 *
 * First the pieces are put together, CR, LF and NUL taken out of everything
 * that is not the rule's own text; then the target's own form is given.
 *
 * Failure: what is too long is cut and logged, never in silence.
 */
#include "config.h"

#include "rules/engine/branch.h"
#include "rules/engine/evaluate.h"
#include "rules/engine/expand.h"

struct expansion {
	struct engine *engine;
	const struct rule *rule;
	const struct recipient *recipient;
	struct capture capture;
	bool captured;		/* capture is filled */
	bool cut;		/* something was left out */
};

static void
expansion_init(struct expansion *x, struct engine *e, const struct rule *rule,
    const struct recipient *r)
{
	x->engine = e;
	x->rule = rule;
	x->recipient = r;
	x->captured = x->cut = false;
	buffer_clear(&e->text);
	buffer_clear(&e->encoded);
}

static struct span
group_value(struct expansion *x, const struct piece *p)
{
	unsigned number = p->number;

	if (!x->captured) {
		branch_capture(x->engine, x->rule->when, x->recipient,
		    &x->capture);
		x->captured = true;
	}
	if (x->capture.regex == NULL)
		return span_make(NULL, 0);
	if (p->kind == PIECE_NAMED_GROUP) {
		number = regex_group_number(x->capture.regex, p->text);
		if (number == 0)
			return span_make(NULL, 0);
	}
	if (number > regex_group_count(x->capture.regex))
		return span_make(NULL, 0);
	return x->capture.groups[number];
}

static struct span
fact_value(struct expansion *x, const struct piece *p)
{
	const struct values *v = slot_values(x->engine, p->number,
	    x->recipient);
	size_t i;

	if (v->count == 0)
		return span_make(NULL, 0);
	i = v->count == 1 ? 0 : branch_element(x->engine, x->rule->when,
	    x->recipient, p->number);
	return v->at[i < v->count ? i : 0];
}

/* Append what comes from outside: no line end can pass, nor a NUL. */
static void
add_foreign(struct buffer *out, struct span value)
{
	size_t i, start = 0;
	char c;

	for (i = 0; i <= value.len; i++) {
		c = i < value.len ? value.ptr[i] : '\n';
		if (c != '\r' && c != '\n' && c != '\0')
			continue;
		buffer_add(out, span_head(span_skip(value, start), i - start));
		start = i + 1;
	}
}

static void
expand(struct expansion *x, const struct template *t)
{
	struct buffer *out = &x->engine->text;
	const struct piece *p;
	struct span value;

	for (p = t->pieces; p < t->pieces + t->count; p++) {
		if (p->kind == PIECE_TEXT) {
			buffer_add(out, p->text);
			continue;
		}
		value = p->kind == PIECE_FACT ? fact_value(x, p) :
		    group_value(x, p);
		/* A value of that size is an attack; its start will do. */
		x->cut |= value.len > HEADER_TEXT_MAX;
		value = span_head(value, HEADER_TEXT_MAX);
		add_foreign(out, value.len > 0 ? value : p->fallback);
	}
	x->cut |= out->overflow;
}

/*
 * Append LINE to OUT as printable ASCII. False when it was too long: milters
 * double each '%', so it counts twice.
 */
static bool
add_reply_line(struct buffer *out, struct span line)
{
	size_t i, cost = 0;
	char c;

	for (i = 0; i < line.len; i++) {
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
	expand(&x, &rule->answer.text);
	if (!add_reply(&e->encoded, buffer_span(&e->text)) || x.cut)
		session_log_failure(e, rule, "its reply was too long and was "
		    "cut");
	text = arena_copy(&e->message, buffer_span(&e->encoded));
	*reply = (struct reply){ rule->answer.code, rule->answer.status, text };
	return text.ptr != NULL ? 0 : -1;
}

struct span
expand_header(struct engine *e, const struct rule *rule,
    const struct action *a, const struct recipient *r)
{
	struct expansion x;
	bool whole;

	expansion_init(&x, e, rule, r);
	expand(&x, &a->value);
	whole = header_text_add(&e->encoded, a->name.len,
	    buffer_span(&e->text));
	if (!whole || x.cut || e->encoded.overflow)
		session_log_failure(e, rule, "the value of its header field "
		    "was too long and was cut");
	return arena_copy(&e->message, buffer_span(&e->encoded));
}
