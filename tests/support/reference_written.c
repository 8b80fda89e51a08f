/*
 * reference_written.c - what rules above have written: score, label, var.
 *
 * A rule that is not yet known, or has failed, may come to hold: whatever it
 * may write counts as a possibility.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference_view.h"

/* Does rule number I write FACT, and what? NULL: it does not. */
static const struct ref_action *
writer(const struct ref_view *v, size_t i, enum ref_fact fact)
{
	const struct ref_rule *r = &v->c->policy.rules[i];
	const struct ref_action *a, *last = NULL;

	for (a = r->actions; a < r->actions + r->action_count; a++)
		if ((fact == REF_SCORE && a->kind == REF_WRITE_SCORE) ||
		    (fact == REF_LABEL && a->kind == REF_WRITE_LABEL) ||
		    (a->kind == REF_WRITE_VAR && a->var == fact))
			last = a;
	return last;
}

/* What rule number I adds to the score. */
static int64_t
score_of(const struct ref_view *v, size_t i)
{
	const struct ref_rule *r = &v->c->policy.rules[i];
	const struct ref_action *a;
	int64_t sum = 0;

	for (a = r->actions; a < r->actions + r->action_count; a++)
		if (a->kind == REF_WRITE_SCORE)
			sum += ref_number(a->score);
	return sum;
}

static void
score_text(int64_t score, char out[REF_TEXT_MAX])
{
	int64_t part = score < 0 ? -score : score;
	int len;

	len = snprintf(out, REF_TEXT_MAX, "%s%lld", score < 0 ? "-" : "",
	    (long long)(part / 1000));
	if (part % 1000 == 0)
		return;
	len += snprintf(out + len, 8, ".%03d", (int)(part % 1000));
	while (out[len - 1] == '0')
		out[--len] = '\0';
}

/* Which numbers the score may come to be: all from LOW to HIGH count. */
struct range {
	int64_t low;
	int64_t high;
	bool unknown;		/* it may be another because some rule is */
};

static struct range
range_of(const struct ref_view *v, size_t k)
{
	const struct ref_rule *r = v->c->policy.rules;
	const struct ref_action *a;
	struct range range = { 0, 0, false };
	int64_t score;
	size_t i;
	char answer;

	for (i = 0; i < k; i++) {
		if (writer(v, i, REF_SCORE) == NULL)
			continue;
		answer = ref_ask_rule(v, i);
		range.unknown |= answer == '?';
		for (a = r[i].actions; answer != 'n' &&
		    a < r[i].actions + r[i].action_count; a++) {
			if (a->kind != REF_WRITE_SCORE)
				continue;
			score = ref_number(a->score);
			if (answer == 'y' || score < 0)
				range.low += score;
			if (answer == 'y' || score > 0)
				range.high += score;
		}
	}
	return range;
}

/* Is one operator's answer the same for all numbers of the range? Where it may
 * change is at the ends of the range and around the numbers it names. */
static char
ask_range(const struct ref_view *v, const struct range *r,
    const struct ref_match *m)
{
	int64_t at[2 + 3 * REF_ENTRIES], number;
	size_t i, n = 0;
	char text[REF_TEXT_MAX], one, result = '\0';

	at[n++] = r->low;
	at[n++] = r->high;
	for (i = 0; i < (m->count > 0 ? m->count : 1); i++) {
		number = ref_number(m->count > 0 ? m->entries[i].literal :
		    m->number);
		at[n++] = number - 1;
		at[n++] = number;
		at[n++] = number + 1;
	}
	for (i = 0; i < n; i++) {
		if (at[i] < r->low || at[i] > r->high)
			continue;
		score_text(at[i], text);
		one = ref_match_value(&v->c->policy, REF_SCORE, m, text);
		if (result != '\0' && one != result)
			return r->unknown ? '?' : 'f';
		result = one;
	}
	return result;
}

/* There is always one score. */
static char
ask_score(const struct ref_view *v, size_t k, const struct ref_test *t)
{
	struct range r = range_of(v, k);
	char result = ref_ask_count(t, 1);
	size_t i;

	for (i = 0; i < t->some_count; i++)
		result = ref_both(result, ask_range(v, &r, &t->some[i]));
	if (t->has_every)
		result = ref_both(result, ask_range(v, &r, &t->every));
	return result;
}

/* Which labels are written, and which may be. */
struct labels {
	bool written[REF_LABELS];
	bool possible[REF_LABELS];
	bool unknown;		/* because some rule is */
};

static struct labels
labels_of(const struct ref_view *v, size_t k)
{
	const struct ref_rule *r = v->c->policy.rules;
	struct labels labels = { .unknown = false };
	size_t i, n, l;
	char answer;

	for (i = 0; i < k; i++) {
		if (writer(v, i, REF_LABEL) == NULL)
			continue;
		answer = ref_ask_rule(v, i);
		labels.unknown |= answer == '?';
		for (n = 0; n < r[i].action_count; n++)
			for (l = 0; l < REF_LABELS && answer != 'n'; l++)
				if (r[i].actions[n].kind == REF_WRITE_LABEL &&
				    r[i].actions[n].name == ref_labels[l])
					*(answer == 'y' ? &labels.written[l] :
					    &labels.possible[l]) = true;
	}
	return labels;
}

/* One of the three things that T may ask of a list of labels. */
static char
ask_labels(const struct ref_view *v, const struct ref_test *t, int part,
    const struct ref_values *l)
{
	if (part == 0)
		return ref_ask_count(t, l->count);
	return part == 1 ? ref_ask_every(&v->c->policy, t, l) :
	    ref_ask_some(&v->c->policy, t, l);
}

/* Each is decided when it is the same whichever possible labels are there. */
static char
ask_label(const struct ref_view *v, size_t k, const struct ref_test *t)
{
	struct labels labels = labels_of(v, k);
	char answers[3] = { '\0' }, result = 'y', one;
	unsigned chosen;
	size_t i;
	int part;

	for (chosen = 0; chosen < 1u << REF_LABELS; chosen++) {
		struct ref_values l = { .count = 0 };

		for (i = 0; i < REF_LABELS; i++)
			if (labels.written[i] || (labels.possible[i] &&
			    (chosen & 1u << i) != 0))
				l.at[l.count++] = ref_labels[i];
		for (part = 0; part < 3; part++) {
			one = ask_labels(v, t, part, &l);
			if (answers[part] != '\0' && answers[part] != one)
				one = labels.unknown ? '?' : 'f';
			if (answers[part] != '?' && answers[part] != 'f')
				answers[part] = one;
		}
	}
	for (part = 0; part < 3; part++)
		result = ref_both(result, answers[part]);
	return result;
}

/* The rule below which a var is known, K if there is none; and 'y', or how it
 * fails to be known. */
static size_t
find_var(const struct ref_view *v, size_t k, enum ref_fact fact, char *known)
{
	size_t i;
	char answer;

	*known = 'y';
	for (i = k; i-- > 0;) {
		if (writer(v, i, fact) == NULL)
			continue;
		answer = ref_ask_rule(v, i);
		if (answer == 'y')
			return i;
		if (answer == '?') {
			*known = '?';
			return k;
		}
		if (answer == 'f')
			*known = 'f';
	}
	return k;
}

static char
ask_var(const struct ref_view *v, size_t k, const struct ref_test *t)
{
	struct ref_values l = { .count = 0 };
	char known, text[REF_TEXT_MAX];
	size_t i = find_var(v, k, t->fact, &known);

	if (known != 'y')
		return known;
	if (i < k) {
		ref_expand(v, i, &writer(v, i, t->fact)->value, NULL, NULL,
		    text);
		l.at[l.count++] = text;
	}
	return ref_both(ref_ask_count(t, l.count),
	    ref_both(ref_ask_every(&v->c->policy, t, &l),
	    ref_ask_some(&v->c->policy, t, &l)));
}

char
ref_ask_written(const struct ref_view *v, size_t k, const struct ref_test *t)
{
	if (t->fact == REF_SCORE)
		return ask_score(v, k, t);
	return t->fact == REF_LABEL ? ask_label(v, k, t) : ask_var(v, k, t);
}

bool
ref_written_known(const struct ref_view *v, size_t k, enum ref_fact fact)
{
	char known;
	size_t i;

	if (fact == REF_VAR_A || fact == REF_VAR_B) {
		(void)find_var(v, k, fact, &known);
		return known != '?';
	}
	for (i = 0; i < k; i++)
		if (writer(v, i, fact) != NULL && ref_ask_rule(v, i) == '?')
			return false;
	return true;
}

void
ref_written_value(const struct ref_view *v, size_t k, enum ref_fact fact,
    char out[REF_TEXT_MAX])
{
	const struct ref_rule *r = v->c->policy.rules;
	char known;
	size_t i, n;

	out[0] = '\0';
	if (fact == REF_SCORE) {
		score_text(ref_score(v, k), out);
	} else if (fact == REF_LABEL) {
		for (i = 0; i < k && out[0] == '\0'; i++)
			for (n = 0; n < r[i].action_count; n++)
				if (r[i].actions[n].kind == REF_WRITE_LABEL &&
				    out[0] == '\0' && ref_ask_rule(v, i) == 'y')
					strcpy(out, r[i].actions[n].name);
	} else {
		i = find_var(v, k, fact, &known);
		if (i < k)
			ref_expand(v, i, &writer(v, i, fact)->value, NULL,
			    NULL, out);
	}
}

int64_t
ref_score(const struct ref_view *v, size_t k)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < k; i++)
		if (writer(v, i, REF_SCORE) != NULL &&
		    ref_ask_rule(v, i) == 'y')
			sum += score_of(v, i);
	return sum;
}

bool
ref_labelled(const struct ref_view *v, size_t k, const char *label)
{
	const struct ref_rule *r = v->c->policy.rules;
	size_t i, n;

	for (i = 0; i < k; i++)
		for (n = 0; n < r[i].action_count; n++)
			if (r[i].actions[n].kind == REF_WRITE_LABEL &&
			    span_equal_nocase(span_of(r[i].actions[n].name),
			    span_of(label)) && ref_ask_rule(v, i) == 'y')
				return true;
	return false;
}
