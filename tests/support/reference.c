/*
 * reference.c - the meaning of a rule file, as plainly as it can be said.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference.h"
#include "tests/support/reference_header.h"

/* What a reading goes by: a moment and a recipient. */
struct view {
	const struct ref_case *c;
	const struct ref_message *m;
	const char *helo;
	const bool *refused;
	enum phase phase;
	int recipient;		/* -1: none */
};

struct list {
	const char *at[REF_FIELDS + REF_RECIPIENTS];
	size_t count;
};

static void
list_add(struct list *l, const char *value)
{
	if (value != NULL)
		l->at[l->count++] = value;
}

size_t
ref_first_of(const struct ref_message *m, size_t i)
{
	const struct ref_recipient *r = m->recipients;
	size_t k;

	for (k = 0; k < i; k++)
		if (span_equal_nocase(span_of(r[k].local),
		    span_of(r[i].local)) && span_equal_nocase(
		    span_of(r[k].domain), span_of(r[i].domain)))
			break;
	return k;
}

static void
add_recipients(struct list *l, const struct view *v, bool count)
{
	static char number[16];
	size_t i, n = 0;

	for (i = 0; i < v->m->recipient_count; i++) {
		if (ref_first_of(v->m, i) != i || v->refused[i])
			continue;
		n++;
		if (!count)
			list_add(l, v->m->recipients[i].domain);
	}
	snprintf(number, sizeof number, "%zu", n);
	if (count)
		list_add(l, number);
}

static void
add_fields(struct list *l, const struct view *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->m->field_count; i++)
		if (span_equal_nocase(span_of(v->m->fields[i].name),
		    span_of(name)))
			list_add(l, v->m->fields[i].value);
}

/* The value of a fact that has at most one; NULL for none. */
static const char *
single(const struct view *v, enum ref_fact fact)
{
	switch (fact) {
	case REF_CLIENT_IP:
		return v->c->session.ip;
	case REF_CLIENT_NAME:
		return v->c->session.name;
	case REF_HELO:
		return v->helo;
	case REF_SENDER:
		return v->m->sender;
	case REF_AUTH:
		return v->m->auth;
	case REF_LOCAL:
		return v->m->recipients[v->recipient].local;
	case REF_DOMAIN:
		return v->m->recipients[v->recipient].domain;
	case REF_LATE:
		return v->m->late;
	case REF_COUNT:
	case REF_DOMAINS:
	case REF_FIELD_A:
	case REF_FIELD_B:
	case REF_FACTS:
		break;
	}
	return NULL;
}

static struct list
values_of(const struct view *v, enum ref_fact fact)
{
	struct list l = { .count = 0 };

	if (fact == REF_COUNT || fact == REF_DOMAINS)
		add_recipients(&l, v, fact == REF_COUNT);
	else if (fact == REF_FIELD_A || fact == REF_FIELD_B)
		add_fields(&l, v, fact == REF_FIELD_A ? "a" : "b");
	else
		list_add(&l, single(v, fact));
	return l;
}

static bool
is_known(const struct view *v, enum ref_fact fact)
{
	if (ref_facts[fact].personal)
		return v->recipient >= 0;
	return ref_facts[fact].known <= v->phase;
}

/* 'y', 'n', 'f'ailed or '?' for not yet known. */
static char
ask_test(const struct view *v, const struct ref_condition *c)
{
	struct list l;
	char result = 'n';
	size_t i;

	if (!is_known(v, c->fact))
		return '?';
	l = values_of(v, c->fact);
	if (c->operator == REF_EXISTS)
		return l.count > 0 ? 'y' : 'n';
	if (c->operator == REF_MISSING)
		return l.count > 0 ? 'n' : 'y';
	for (i = 0; i < l.count; i++) {
		if (c->operator == REF_HARD) {
			if (strcmp(l.at[i], REF_LONG) == 0)
				result = 'f';
		} else if (span_equal_nocase(span_of(l.at[i]),
		    span_of(c->value)))
			return 'y';
	}
	return result;
}

static char
opposite(char answer)
{
	return answer == 'y' ? 'n' : answer == 'n' ? 'y' : answer;
}

static char
ask(const struct view *v, const struct ref_condition *c)
{
	char settles = c->kind == REF_ALL ? 'n' : 'y', one;
	bool unknown = false, failed = false;
	size_t i;

	if (c->kind == REF_TEST)
		return ask_test(v, c);
	if (c->kind == REF_NOT)
		return opposite(ask(v, c->children[0]));
	for (i = 0; i < c->count; i++) {
		one = ask(v, c->children[i]);
		if (one == settles)
			return c->kind == REF_NONE ? 'n' : one;
		unknown |= one == '?';
		failed |= one == 'f';
	}
	if (unknown)
		return '?';
	if (failed)
		return 'f';
	return c->kind == REF_ALL || c->kind == REF_NONE ? 'y' : 'n';
}

static char
ask_rule(const struct view *v, const struct ref_rule *r)
{
	char answer = r->when != NULL ? ask(v, r->when) : 'y';

	if (answer == 'y' && r->reads && !is_known(v, r->read))
		return '?';
	return answer;
}

/* Read from the top: the rule that ends the reading, and its answer. */
static size_t
read_rules(const struct view *v, char *answer)
{
	const struct ref_policy *p = &v->c->policy;
	size_t i;

	for (i = 0; i < p->count; i++) {
		if (p->rules[i].verdict == VERDICT_CONTINUE)
			continue;
		*answer = ask_rule(v, &p->rules[i]);
		if (*answer != 'n')
			return i;
	}
	*answer = 'n';
	return p->count;
}

static enum verdict_kind
verdict_of(const struct view *v, size_t rule, char answer)
{
	const struct ref_policy *p = &v->c->policy;

	if (rule == p->count)
		return VERDICT_ACCEPT;
	return answer == 'f' ? p->on_error : p->rules[rule].verdict;
}

static void
write_read(const struct view *v, const struct ref_rule *r, char *out,
    size_t size)
{
	struct list l = { .count = 0 };

	if (r->reads)
		l = values_of(v, r->read);
	snprintf(out, size, "%s", l.count > 0 ? l.at[0] : "");
}

static void
write_reply(const struct view *v, size_t rule, char answer, char *out)
{
	const struct ref_rule *r = &v->c->policy.rules[rule];
	char text[64];

	if (answer == 'f') {
		strcpy(out, "451 4.3.0 The mail filter cannot judge this "
		    "message now");
		return;
	}
	write_read(v, r, text, sizeof text);
	snprintf(out, REF_REPLY_MAX, "%s.7.1 rule %zu %s",
	    r->verdict == VERDICT_REJECT ? "550 5" : "451 4", rule, text);
}

/* Which recipients are refused at RCPT: those for whom it is certain there. */
static void
refuse_recipients(struct view *v, struct ref_result *r)
{
	enum verdict_kind kind;
	size_t i, rule;
	char answer;

	v->phase = PHASE_RCPT;
	for (i = 0; i < v->m->recipient_count; i++) {
		if (ref_first_of(v->m, i) != i)
			continue;
		v->recipient = (int)i;
		rule = read_rules(v, &answer);
		kind = verdict_of(v, rule, answer);
		r->refused[i] = answer != '?' && (kind == VERDICT_REJECT ||
		    kind == VERDICT_TEMPFAIL);
		if (r->refused[i])
			write_reply(v, rule, answer, r->replies[i]);
		else
			r->left++;
	}
}

/* One answer for all that are left. */
static void
answer_message(struct view *v, struct ref_result *r)
{
	size_t i, rule, first = SIZE_MAX;
	enum verdict_kind kind;
	char answer;

	v->phase = PHASE_EOM;
	r->kind = VERDICT_ACCEPT;
	for (i = 0; i < v->m->recipient_count; i++) {
		if (ref_first_of(v->m, i) != i || r->refused[i])
			continue;
		v->recipient = (int)i;
		rule = read_rules(v, &answer);
		kind = verdict_of(v, rule, answer);
		if (kind == VERDICT_ACCEPT || rule >= first)
			continue;
		first = rule;
		r->kind = kind;
		write_reply(v, rule, answer, r->reply);
	}
}

/* The edits of all rules that are reached and hold for somebody. */
static void
edit_message(struct view *v, struct ref_result *r)
{
	struct ref_header h;
	char text[64], answer;
	size_t k, i;

	ref_header_init(&h, v->m);
	for (k = 0; k < v->c->policy.count; k++) {
		for (i = 0; i < v->m->recipient_count; i++) {
			v->recipient = (int)i;
			if (ref_first_of(v->m, i) == i && !r->refused[i] &&
			    read_rules(v, &answer) >= k &&
			    ask_rule(v, &v->c->policy.rules[k]) == 'y')
				break;
		}
		if (i == v->m->recipient_count)
			continue;
		write_read(v, &v->c->policy.rules[k], text, sizeof text);
		ref_header_do(&h, &v->c->policy, k, text);
	}
	ref_header_write(&h, r->fields);
}

void
ref_judge(const struct ref_case *c, size_t i, const char *helo,
    struct ref_result *r)
{
	struct view v = { .c = c, .m = &c->session.messages[i], .helo = helo,
		.refused = r->refused };

	memset(r, 0, sizeof *r);
	refuse_recipients(&v, r);
	if (r->left == 0)
		return;
	answer_message(&v, r);
	if (r->kind == VERDICT_ACCEPT)
		edit_message(&v, r);
}
