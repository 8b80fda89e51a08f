/*
 * reference_make.c - cases at random, each from a number.
 *
 * Values are few, so that they meet often; every fact may be missing where an
 * MTA may leave it out, and some values make a pattern fail.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference.h"

const struct ref_fact_row ref_facts[REF_FACTS] = {
	[REF_CLIENT_IP] = { "client.ip", PHASE_CONNECT, false,
	    { "192.0.2.1", "192.0.2.2", NULL } },
	[REF_CLIENT_NAME] = { "client.name", PHASE_CONNECT, false,
	    { "x", "y", NULL } },
	[REF_HELO] = { "helo", PHASE_HELO, false, { "x", "y", "z", NULL } },
	[REF_SENDER] = { "sender.domain", PHASE_MAIL, false,
	    { "x", "y", NULL } },
	[REF_AUTH] = { "auth.user", PHASE_MAIL, false, { "x", "y", NULL } },
	[REF_LOCAL] = { "recipient.local", PHASE_RCPT, true,
	    { "x", "y", NULL } },
	[REF_DOMAIN] = { "recipient.domain", PHASE_RCPT, true,
	    { "x", "y", NULL } },
	[REF_COUNT] = { "recipients.count", PHASE_DATA, false,
	    { "1", "2", "3", NULL } },
	[REF_DOMAINS] = { "recipients.domain", PHASE_DATA, false,
	    { "x", "y", NULL } },
	[REF_FIELD_A] = { "header_raw.a", PHASE_EOH, false,
	    { "x", "y", NULL } },
	[REF_FIELD_B] = { "header_raw.b", PHASE_EOH, false,
	    { "x", "y", NULL } },
	[REF_LATE] = { "macro.late", PHASE_EOM, false, { "x", "y", NULL } },
};

struct maker {
	struct ref_case *c;
	unsigned long state;
};

static size_t
pick(struct maker *m, size_t count)
{
	m->state = m->state * 6364136223846793005ul + 1442695040888963407ul;
	return (m->state >> 33) % count;
}

/* One of SIX words; what stands there more than once is likelier. */
static const char *
pick_word(struct maker *m, const char *const six[6])
{
	return six[pick(m, 6)];
}

static const char *const words[6] = { "x", "x", "y", "y", "z", REF_LONG };
static const char *const mixed[6] = { "x", "X", "y", "Y", "x", "z" };
static const char *const perhaps[6] = { "x", "x", "y", "z", NULL, NULL };

static bool
has_hard_values(enum ref_fact f)
{
	return f == REF_CLIENT_NAME || f == REF_LOCAL || f == REF_FIELD_A ||
	    f == REF_FIELD_B;
}

static void
make_test(struct maker *m, struct ref_condition *c)
{
	const struct ref_fact_row *row;
	size_t values = 0, operator = pick(m, 10);

	c->fact = (enum ref_fact)pick(m, REF_FACTS);
	row = &ref_facts[c->fact];
	while (row->values[values] != NULL)
		values++;
	c->value = row->values[pick(m, values)];
	c->operator = operator == 0 ? REF_EXISTS : operator == 1 ?
	    REF_MISSING : operator < 4 && has_hard_values(c->fact) ? REF_HARD :
	    REF_IS;
}

/* A condition at most DEPTH deep; a test when there is no room for more. */
static const struct ref_condition *
make_condition(struct maker *m, int depth)
{
	struct ref_policy *p = &m->c->policy;
	struct ref_condition *c = &p->conditions[p->condition_count++];
	size_t i;

	c->kind = (enum ref_kind)pick(m, REF_TEST + 3);
	if (c->kind > REF_TEST || depth == 0 ||
	    p->condition_count + 9 > REF_CONDITIONS)
		c->kind = REF_TEST;
	if (c->kind == REF_TEST) {
		make_test(m, c);
		return c;
	}
	c->count = c->kind == REF_NOT ? 1 : 1 + pick(m, REF_CHILDREN);
	for (i = 0; i < c->count; i++)
		c->children[i] = make_condition(m, depth - 1);
	return c;
}

static bool
asks_for(const struct ref_condition *c, enum ref_fact f)
{
	size_t i;

	if (c == NULL)
		return false;
	if (c->kind == REF_TEST)
		return c->fact == f;
	for (i = 0; i < c->count; i++)
		if (asks_for(c->children[i], f))
			return true;
	return false;
}

static void
make_edits(struct maker *m, struct ref_rule *r)
{
	static const int places[4] = { 0, 0, 1, -1 };
	struct ref_edit *e;

	r->edit_count = 1 + pick(m, REF_EDITS);
	for (e = r->edits; e < r->edits + r->edit_count; e++) {
		e->kind = (enum ref_edit_kind)pick(m, 4);
		e->name = pick(m, 2) == 0 ? "A" : "b";
		e->nth = places[pick(m, 4)];
	}
}

/* What `then` names; of a list its first value, which nobody may test. */
static void
make_read(struct maker *m, struct ref_rule *r)
{
	bool has_text = r->verdict == VERDICT_REJECT ||
	    r->verdict == VERDICT_TEMPFAIL;
	size_t i;

	for (i = 0; i < r->edit_count; i++)
		has_text |= r->edits[i].kind == REF_ADD ||
		    r->edits[i].kind == REF_TOP;
	r->read = (enum ref_fact)pick(m, REF_FACTS);
	r->reads = has_text && pick(m, 2) == 0 && r->read != REF_DOMAINS &&
	    ((r->read != REF_FIELD_A && r->read != REF_FIELD_B) ||
	    !asks_for(r->when, r->read));
}

static void
make_rule(struct maker *m, struct ref_rule *r)
{
	r->when = pick(m, 12) == 0 ? NULL : make_condition(m, 2);
	r->verdict = (enum verdict_kind)pick(m, VERDICT_TEMPFAIL + 1);
	if (r->verdict == VERDICT_CONTINUE || pick(m, 4) == 0)
		make_edits(m, r);
	make_read(m, r);
}

static void
make_message(struct maker *m, struct ref_message *g, bool first)
{
	static const char *const names[6] = { "A", "a", "B", "b", "C", "a" };
	size_t i;

	g->helo = first || pick(m, 3) == 0 ? pick_word(m, words) : NULL;
	if (first && pick(m, 8) == 0)
		g->helo = NULL;
	g->sender = pick_word(m, words);
	g->auth = pick_word(m, perhaps);
	g->late = pick_word(m, perhaps);
	g->recipient_count = 1 + pick(m, REF_RECIPIENTS);
	for (i = 0; i < g->recipient_count; i++) {
		g->recipients[i].local = pick_word(m, words);
		g->recipients[i].domain = pick_word(m, mixed);
	}
	g->field_count = pick(m, REF_FIELDS + 1);
	for (i = 0; i < g->field_count; i++) {
		g->fields[i].name = pick_word(m, names);
		g->fields[i].value = pick_word(m, words);
	}
}

void
ref_make(struct ref_case *c, unsigned long seed)
{
	struct maker m = { c, seed * 2654435761ul + 1 };
	size_t i;

	memset(c, 0, sizeof *c);
	(void)pick(&m, 2);
	c->policy.on_error = pick(&m, 2) == 0 ? VERDICT_TEMPFAIL :
	    VERDICT_ACCEPT;
	c->policy.count = 1 + pick(&m, REF_RULES);
	for (i = 0; i < c->policy.count; i++)
		make_rule(&m, &c->policy.rules[i]);
	c->session.ip = pick(&m, 2) == 0 ? "192.0.2.1" : "192.0.2.2";
	c->session.name = pick_word(&m, words);
	c->session.count = 1 + pick(&m, REF_MESSAGES);
	for (i = 0; i < c->session.count; i++)
		make_message(&m, &c->session.messages[i], i == 0);
}

static void
write_condition(const struct ref_condition *c, struct buffer *out)
{
	static const char *const names[] = { "all", "any", "not", "none" };
	size_t i;

	if (c->kind == REF_TEST) {
		buffer_addf(out, "{%s: ", ref_facts[c->fact].name);
		if (c->operator == REF_IS)
			buffer_addf(out, "%s}", c->value);
		else if (c->operator == REF_HARD)
			buffer_add_text(out, "'" REF_PATTERN "'}");
		else
			buffer_addf(out, "{exists: %s}}",
			    c->operator == REF_EXISTS ? "true" : "false");
		return;
	}
	buffer_addf(out, "{%s: %s", names[c->kind],
	    c->kind == REF_NOT ? "" : "[");
	for (i = 0; i < c->count; i++) {
		buffer_add_text(out, i > 0 ? ", " : "");
		write_condition(c->children[i], out);
	}
	buffer_add_text(out, c->kind == REF_NOT ? "}" : "]}");
}

static void
write_edit(const struct ref_edit *e, size_t rule, const char *read,
    struct buffer *out)
{
	if (e->kind == REF_ADD || e->kind == REF_TOP) {
		buffer_addf(out, "{add_header: {name: %s, value: '%c%zu%s%s'%s"
		    "}}, ", e->name, e->kind == REF_TOP ? 'x' : 'e', rule,
		    read[0] != '\0' ? " " : "", read,
		    e->kind == REF_TOP ? ", at: top" : "");
		return;
	}
	buffer_addf(out, "{remove_header: {name: %s", e->name);
	if (e->kind == REF_REMOVE_X)
		buffer_add_text(out, ", match: '/^x/'");
	if (e->nth != 0)
		buffer_addf(out, ", nth: %d", e->nth);
	buffer_add_text(out, "}}, ");
}

static void
write_rule(const struct ref_rule *r, size_t i, struct buffer *out)
{
	char read[64] = "";
	size_t k;

	if (r->reads)
		snprintf(read, sizeof read, "${%s}", ref_facts[r->read].name);
	buffer_addf(out, "- {rule: r%zu, ", i);
	if (r->when != NULL) {
		buffer_add_text(out, "when: ");
		write_condition(r->when, out);
		buffer_add_text(out, ", ");
	}
	buffer_add_text(out, "then: [");
	for (k = 0; k < r->edit_count; k++)
		write_edit(&r->edits[k], i, read, out);
	if (r->verdict == VERDICT_ACCEPT)
		buffer_add_text(out, "accept");
	else if (r->verdict != VERDICT_CONTINUE)
		buffer_addf(out, "{%s: 'rule %zu %s'}",
		    verdict_name(r->verdict), i, read);
	buffer_add_text(out, "]}\n");
}

void
ref_write(const struct ref_policy *p, struct buffer *out)
{
	size_t i;

	buffer_addf(out, "settings: {on_error: %s, "
	    "limits: {regex_match: 50}}\nrules:\n",
	    verdict_name(p->on_error));
	for (i = 0; i < p->count; i++)
		write_rule(&p->rules[i], i, out);
}
