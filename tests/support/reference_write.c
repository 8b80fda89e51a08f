/*
 * reference_write.c - the policy of a case as a rule file.
 */
#include "config.h"

#include "tests/support/reference_write.h"

static void
write_literal(const char *literal, struct buffer *out)
{
	const char *quote = literal[0] == '<' || literal[0] == '-' ? "'" : "";

	buffer_addf(out, "%s%s%s", quote, literal, quote);
}

/* One of M's entries, or a list of them. */
static void
write_entries(const struct ref_match *m, struct buffer *out)
{
	size_t i;

	buffer_add_text(out, m->count > 1 ? "[" : "");
	for (i = 0; i < m->count; i++) {
		buffer_add_text(out, i > 0 ? ", " : "");
		if (m->entries[i].literal == NULL)
			buffer_addf(out, "'%s'",
			    ref_patterns[m->entries[i].pattern].pcre);
		else
			write_literal(m->entries[i].literal, out);
	}
	buffer_add_text(out, m->count > 1 ? "]" : "");
}

static void
write_table(const struct ref_table *t, struct buffer *out)
{
	size_t i;

	buffer_add_text(out, "[");
	for (i = 0; i < t->count; i++) {
		buffer_add_text(out, i > 0 ? ", " : "");
		write_literal(t->entries[i], out);
	}
	buffer_add_text(out, "]");
}

static void
write_match(const struct ref_policy *p, const struct ref_match *m,
    struct buffer *out)
{
	static const char *const words[] = { "is", "is_not", "contains",
		"starts_with", "ends_with", "matches", "in", "eq", "gt", "ge",
		"lt", "le" };

	buffer_addf(out, "%s: ", words[m->operator]);
	if (m->operator >= REF_EQ)
		buffer_add_text(out, m->number);
	else if (m->inlined)
		write_table(&p->tables[m->table], out);
	else if (m->table >= 0)
		buffer_addf(out, m->operator == REF_IN ? "t%d" : "{in: t%d}",
		    m->table);
	else
		write_entries(m, out);
}

static void
write_test(const struct ref_policy *p, const struct ref_test *t,
    struct buffer *out)
{
	const char *between = "";
	size_t i;

	buffer_addf(out, "%s: ", ref_facts[t->fact].name);
	if (t->plain && t->exists == REF_UNASKED) {
		write_entries(&t->some[0], out);
		return;
	}
	buffer_add_text(out, "{");
	if (t->exists != REF_UNASKED) {
		buffer_addf(out, "exists: %s",
		    t->exists == REF_EXISTS ? "true" : "false");
		between = ", ";
	}
	for (i = 0; i < t->some_count; i++, between = ", ") {
		buffer_add_text(out, between);
		write_match(p, &t->some[i], out);
	}
	if (t->has_every) {
		buffer_addf(out, "%severy: {", between);
		write_match(p, &t->every, out);
		buffer_add_text(out, "}");
		between = ", ";
	}
	if (t->has_counts) {
		buffer_addf(out, "%scount: {", between);
		write_match(p, &t->counts, out);
		buffer_add_text(out, "}");
	}
	buffer_add_text(out, "}");
}

static void write_condition(const struct ref_policy *p,
    const struct ref_condition *c, struct buffer *out);

/* C without the braces of a mapping around it. */
static void
write_entry(const struct ref_policy *p, const struct ref_condition *c,
    struct buffer *out)
{
	static const char *const words[] = { "all", "any", "not", "none" };
	size_t i;

	if (c->kind == REF_TEST) {
		write_test(p, &c->test, out);
		return;
	}
	if (c->kind == REF_SAME) {
		buffer_add_text(out, "same: {recipients: ");
		write_condition(p, c->children[0], out);
		buffer_add_text(out, "}");
		return;
	}
	if (c->kind == REF_NAMED_AS) {
		buffer_addf(out, "condition: c%d", c->named);
		return;
	}
	if (!c->flat)
		buffer_addf(out, "%s: %s", words[c->kind],
		    c->kind == REF_NOT ? "" : "[");
	for (i = 0; i < c->count; i++) {
		buffer_add_text(out, i > 0 ? ", " : "");
		if (c->flat)
			write_entry(p, c->children[i], out);
		else
			write_condition(p, c->children[i], out);
	}
	buffer_add_text(out, c->flat || c->kind == REF_NOT ? "" : "]");
}

static void
write_condition(const struct ref_policy *p, const struct ref_condition *c,
    struct buffer *out)
{
	buffer_add_text(out, "{");
	write_entry(p, c, out);
	buffer_add_text(out, "}");
}

static void
write_verdict(const struct ref_rule *r, struct buffer *out)
{
	buffer_addf(out, r->text.text[0] != '\0' || r->connection ? "{%s: " :
	    "%s", verdict_name(r->verdict));
	if (r->connection) {
		buffer_add_text(out, "connection}");
		return;
	}
	if (r->text.text[0] == '\0')
		return;
	if (r->status == NULL) {
		ref_write_template(&r->text, out);
		buffer_add_text(out, "}");
		return;
	}
	buffer_add_text(out, "{");
	if (r->code != NULL)
		buffer_addf(out, "code: %s, ", r->code);
	buffer_addf(out, "status: %s, text: ", r->status);
	ref_write_template(&r->text, out);
	buffer_add_text(out, "}}");
}

static void
write_rule(const struct ref_policy *p, const struct ref_rule *r,
    struct buffer *out)
{
	size_t i;

	buffer_addf(out, "- rule: r%zu\n", r->number);
	if (r->mode != REF_ENFORCE)
		buffer_addf(out, "  mode: %s\n",
		    r->mode == REF_SHADOW ? "shadow" : "off");
	if (r->early)
		buffer_add_text(out, "  early: true\n");
	if (r->at_given)
		buffer_addf(out, "  at: %s\n", phase_name(r->at));
	if (r->until)
		buffer_add_text(out, "  until: " REF_UNTIL "\n");
	if (r->when != NULL) {
		buffer_add_text(out, "  when: ");
		write_condition(p, r->when, out);
		buffer_add_text(out, "\n");
	}
	buffer_add_text(out, "  then: [");
	for (i = 0; i < r->action_count; i++) {
		buffer_add_text(out, i > 0 ? ", " : "");
		ref_write_action(&r->actions[i], out);
	}
	if (r->verdict != VERDICT_CONTINUE) {
		buffer_add_text(out, r->action_count > 0 ? ", " : "");
		write_verdict(r, out);
	}
	buffer_add_text(out, "]\n");
}

void
ref_write(const struct ref_policy *p, struct buffer *out)
{
	size_t i;

	buffer_addf(out, "millgate: 1\nsettings: {on_error: %s, %s"
	    "limits: {regex_match: 50%s}}\ntables:\n",
	    verdict_name(p->on_error), p->shadow ? "mode: shadow, " : "",
	    p->body_limited ? ", body: 2" : "");
	for (i = 0; i < REF_TABLES; i++) {
		buffer_addf(out, "  t%zu: %s", i,
		    p->tables[i].cidr ? "{cidr: " : "");
		write_table(&p->tables[i], out);
		buffer_add_text(out, p->tables[i].cidr ? "}\n" : "\n");
	}
	buffer_add_text(out, p->named_count > 0 ? "conditions:\n" : "");
	for (i = 0; i < p->named_count; i++) {
		buffer_addf(out, "  c%zu: ", i);
		write_condition(p, p->named[i], out);
		buffer_add_text(out, "\n");
	}
	buffer_add_text(out, "rules:\n");
	for (i = 0; i < p->count; i++)
		write_rule(p, &p->rules[i], out);
}
