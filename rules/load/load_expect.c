/*
 * load_expect.c - what a test expects of a message.
 *
 *	expect: accept
 *	expect: {reject: 550 5.7.1, rule: helo-is-us, no_headers: X-Spam}
 *
 * Each becomes an expectation about the message as a whole.
 */
#include "config.h"

#include "rules/load/draft.h"
#include "rules/load/test_draft.h"
#include "rules/mail/header/header_text.h"

/* Keys with a text, or a list of such. */
static const struct {
	const char *key;
	enum expect_kind kind;
} text_table[] = {
	{ "rule", EXPECT_RULE },
	{ "no_rule", EXPECT_NO_RULE },
	{ "no_headers", EXPECT_NO_HEADER },
	{ "recipients", EXPECT_RECIPIENT },
	{ "no_recipients", EXPECT_NO_RECIPIENT },
	{ "sender", EXPECT_SENDER },
	{ "body_contains", EXPECT_BODY_CONTAINS },
	{ "quarantine", EXPECT_QUARANTINE },
	{ "label", EXPECT_LABEL },
};

/* What the text at hand is for. */
struct aim {
	struct recorded_session *session;
	enum expect_kind kind;
	const struct node *name;	/* of a field */
};

static struct expectation *
add(struct loader *l, const struct node *n, struct recorded_session *s,
    enum expect_kind kind)
{
	struct record *r = tests_add(l, s, RECORD_EXPECT, n);

	s->expected++;
	r->expect.kind = kind;
	return &r->expect;
}

static int
read_verdict(struct loader *l, struct node *n, void *target)
{
	struct expectation *x = add(l, n, target, EXPECT_VERDICT);

	(void)tests_find_verdict(n->key->text, &x->verdict);
	return tests_read_reply(l, n, x->verdict, &x->reply);
}

/* A rule that there is not would be expected in vain, or never looked for. */
static int
check_rule(struct loader *l, const struct node *n)
{
	struct suggestion near;
	struct problem *p;
	size_t i;

	if (names_find(&l->rule_names, n->text) != NULL)
		return 0;
	if (l->cut)
		return -1;	/* it may stand behind that place */
	p = tree_error(n, "there is no rule '%s'", quote(n->text).text);
	if (p == NULL)
		return -1;	/* to look at all names is dear */
	problem_hint(p, "a test names a rule of this file or of what it "
	    "includes");
	suggest_init(&near, n->text);
	for (i = 0; i < l->policy->rule_count; i++)
		suggest_consider(&near, l->policy->rules[i].name);
	suggest_hint(&near, p);
	return -1;
}

static int
check_field(const struct node *n)
{
	if (header_name_is_valid(n->text))
		return 0;
	problem_hint(tree_error(n, "'%s' is no name of a header field",
	    quote(n->text).text), "printable ASCII characters, no blank and "
	    "no colon");
	return -1;
}

static int
check_text(struct loader *l, const struct node *n, enum expect_kind kind)
{
	if (kind == EXPECT_RULE || kind == EXPECT_NO_RULE)
		return check_rule(l, n);
	if (kind == EXPECT_NO_HEADER)
		return check_field(n);
	if (n->text.len > 0 || kind == EXPECT_HEADER)
		return 0;
	(void)tree_error(n, "an empty text is never found");
	return -1;
}

/* "bob@example.org" of "<bob@example.org>", for both are written. */
static struct span
bare_address(struct span text)
{
	if (text.len > 2 && text.ptr[0] == '<' &&
	    text.ptr[text.len - 1] == '>')
		return span_make(text.ptr + 1, text.len - 2);
	return text;
}

static int
add_text(struct loader *l, struct node *n, void *target)
{
	const struct aim *a = target;
	struct expectation *x;
	struct span text;

	if (load_text(l, n, &text) < 0 || check_text(l, n, a->kind) < 0)
		return -1;
	x = add(l, n, a->session, a->kind);
	switch (a->kind) {
	case EXPECT_RULE:
	case EXPECT_NO_RULE:
	case EXPECT_NO_HEADER:
	case EXPECT_LABEL:
		x->name = tests_copy(l, text);
		return 0;
	case EXPECT_HEADER:
		x->name = tests_copy(l, a->name->text);
		x->text = tests_copy(l, text);
		return 0;
	case EXPECT_RECIPIENT:
	case EXPECT_NO_RECIPIENT:
	case EXPECT_SENDER:
		x->text = tests_copy(l, bare_address(text));
		return 0;
	case EXPECT_BODY_CONTAINS:
	case EXPECT_QUARANTINE:
		x->text = tests_copy(l, text);
		return 0;
	case EXPECT_REPLY:
	case EXPECT_VERDICT:
	case EXPECT_SCORE:
	case EXPECT_KINDS:
		break;
	}
	return -1;
}

static int
read_text(struct loader *l, struct node *n, void *target)
{
	struct aim a = { .session = target };
	size_t i = 0;

	while (!span_is(n->key->text, text_table[i].key))
		i++;
	a.kind = text_table[i].kind;
	return tests_each(l, n, add_text, &a);
}

/* A reason, or "true" for any. */
static int
read_quarantine(struct loader *l, struct node *n, void *target)
{
	if (n->kind != NODE_SCALAR || n->style != NODE_PLAIN ||
	    !span_is(n->text, "true"))
		return read_text(l, n, target);
	(void)add(l, n, target, EXPECT_QUARANTINE);
	return 0;
}

static int
read_headers(struct loader *l, struct node *n, void *target)
{
	struct aim a = { .session = target, .kind = EXPECT_HEADER };
	struct node *child;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_MAP) {
		problem_hint(tree_error(n, "'headers' must be a mapping"),
		    "write {Name: value}; for fields that must not be there "
		    "there is 'no_headers'");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next) {
		a.name = child->key;
		if (check_field(child->key) < 0 ||
		    tests_each(l, child, add_text, &a) < 0)
			result = -1;
	}
	return result;
}

static int
read_score(struct loader *l, struct node *n, void *target)
{
	int64_t score;

	if (load_quantity(n, true, &score) < 0)
		return -1;
	add(l, n, target, EXPECT_SCORE)->score = score;
	return 0;
}

static const struct mapping_spec expect_spec = { "'expect'", "key", {
	{ "accept", read_verdict, false },
	{ "reject", read_verdict, false },
	{ "tempfail", read_verdict, false },
	{ "discard", read_verdict, false },
	{ "close", read_verdict, false },
	{ "rule", read_text, false },
	{ "no_rule", read_text, false },
	{ "headers", read_headers, false },
	{ "no_headers", read_text, false },
	{ "recipients", read_text, false },
	{ "no_recipients", read_text, false },
	{ "sender", read_text, false },
	{ "body_contains", read_text, false },
	{ "quarantine", read_quarantine, false },
	{ "score", read_score, false },
	{ "label", read_text, false },
} };

/* A message has one verdict. */
static int
check_verdicts(const struct node *n)
{
	const struct node *child, *first = NULL;
	enum verdict_kind kind;

	for (child = n->child; child != NULL; child = child->next) {
		if (!tests_find_verdict(child->key->text, &kind))
			continue;
		if (first != NULL) {
			problem_hint(tree_error(child->key, "a second "
			    "verdict"), "a message gets one; '%s' stands "
			    "before it", quote(first->text).text);
			return -1;
		}
		first = child->key;
	}
	return 0;
}

int
tests_read_expect(struct loader *l, struct node *n, struct recorded_session *s)
{
	enum verdict_kind kind;

	if (n->kind == NODE_SCALAR && tests_find_verdict(n->text, &kind)) {
		add(l, n, s, EXPECT_VERDICT)->verdict = kind;
		return 0;
	}
	if (n->kind == NODE_MAP && n->count > 0)
		return load_mapping(l, n, &expect_spec, s) < 0 ||
		    check_verdicts(n) < 0 ? -1 : 0;
	if (load_missing(n))
		return -1;
	problem_hint(tree_error(n, "this is nothing to expect"),
	    "write a verdict, 'accept', or a mapping, {reject: 550 5.7.1}");
	return -1;
}
