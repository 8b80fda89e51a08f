/*
 * load_test_reply.c - verdicts, and their replies, as tests expect them.
 *
 *	reject
 *	reject: 550 5.7.1
 *	reject: {code: 550, text: Go away}
 *
 * What is left out may be anything; what no rule could ever answer is an error.
 */
#include "config.h"

#include "rules/load/test_draft.h"

/* The verdicts, and what replies they give. */
static const struct verb {
	enum verdict_kind kind;
	char class;		/* first digit; '\0': it has none */
	const char *example;
} verb_table[] = {
	{ VERDICT_ACCEPT, '\0', "write {accept: connection} or 'accept'" },
	{ VERDICT_REJECT, '5', "write {reject: 550 5.7.1}, or 'reject' for "
	    "any" },
	{ VERDICT_TEMPFAIL, '4', "write {tempfail: 451 4.7.1}, or 'tempfail' "
	    "for any" },
	{ VERDICT_DISCARD, '\0', "write {discard: true} or 'discard'" },
	{ VERDICT_CLOSE, '4', "write {close: 421 4.7.0}, or 'close' for any" },
};

#define VERBS (sizeof verb_table / sizeof verb_table[0])

static const struct verb *
verb_of(enum verdict_kind kind)
{
	const struct verb *v = verb_table;

	while (v->kind != kind)
		v++;
	return v;
}

bool
tests_find_verdict(struct span text, enum verdict_kind *kind)
{
	size_t i;

	for (i = 0; i < VERBS; i++) {
		if (span_is(text, verdict_name(verb_table[i].kind))) {
			*kind = verb_table[i].kind;
			return true;
		}
	}
	return false;
}

/* Can a rule with that verdict give this reply? */
static bool
reply_fits(const struct verb *v, const struct reply *r)
{
	if (r->status.len > 0 && r->status.ptr[0] != v->class)
		return false;
	if (r->code == 0)
		return true;
	return r->code / 100 == (unsigned)(v->class - '0') &&
	    (r->code == 421) == (v->kind == VERDICT_CLOSE);
}

static int
read_code(struct loader *l, struct node *n, void *target)
{
	struct reply *r = target, part;
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (text.len == 3 && expect_reply_parse(text, &part) == 0) {
		r->code = part.code;
		return 0;
	}
	problem_hint(tree_error(n, "'%s' is not a code", quote(text).text),
	    "codes are 200 to 599");
	return -1;
}

static int
read_part(struct loader *l, struct node *n, void *target)
{
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	*(struct span *)target = tests_copy(l, text);
	return 0;
}

static int
read_status(struct loader *l, struct node *n, void *target)
{
	struct reply *r = target;

	return read_part(l, n, &r->status);
}

static int
read_reply_text(struct loader *l, struct node *n, void *target)
{
	struct reply *r = target;

	return read_part(l, n, &r->text);
}

static const struct mapping_spec reply_spec = { "a reply", "key", {
	{ "code", read_code, false },
	{ "status", read_status, false },
	{ "text", read_reply_text, false },
} };

static int
wrong_reply(const struct node *n, const struct verb *v)
{
	problem_hint(tree_error(n, "'%s' does not answer so",
	    verdict_name(v->kind)), "%s", v->example);
	return -1;
}

int
tests_read_reply(struct loader *l, struct node *n, enum verdict_kind kind,
    struct reply *reply)
{
	const struct verb *v = verb_of(kind);
	struct span text;

	*reply = (struct reply){ .code = 0 };
	if (n->kind == NODE_MAP && v->class != '\0') {
		if (load_mapping(l, n, &reply_spec, reply) < 0)
			return -1;
		return reply_fits(v, reply) ? 0 : wrong_reply(n, v);
	}
	if (load_text(l, n, &text) < 0)
		return -1;
	if (span_is(text, "true") ||
	    (kind == VERDICT_ACCEPT && span_is(text, "connection")))
		return 0;
	if (v->class == '\0' || expect_reply_parse(text, reply) < 0 ||
	    !reply_fits(v, reply))
		return wrong_reply(n, v);
	reply->status = tests_copy(l, reply->status);
	reply->text = tests_copy(l, reply->text);
	return 0;
}
