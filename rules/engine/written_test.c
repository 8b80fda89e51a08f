/*
 * written_test.c - tests of what rules write, while some of it is unknown.
 *
 * A test is decided when whatever the rules that are not known may come to
 * cannot change it: of a score that is a range, of labels those written and
 * those that may be.
 */
#include "config.h"

#include "rules/base/number.h"
#include "rules/engine/evaluate.h"
#include "rules/engine/writes.h"
#include "rules/engine/written.h"

/* What cannot be decided: not yet, or not at all. */
static enum answer
undecided(const struct writes *s)
{
	if (s->unknown)
		return ANSWER_UNKNOWN;
	(void)error_set(&s->engine->why, "a rule above that writes what it "
	    "asks for could not be judged");
	return ANSWER_FAILED;
}

/* Between which two the score is, rules that are not known counted or not. */
struct range {
	int64_t low;
	int64_t high;
};

static struct range
score_range(struct writes *s)
{
	struct range r = { 0, 0 };
	const struct write *w;
	enum answer answer;

	while ((w = writes_next(s, &answer)) != NULL) {
		if (answer == ANSWER_YES || w->score < 0)
			r.low = number_add(r.low, w->score);
		if (answer == ANSWER_YES || w->score > 0)
			r.high = number_add(r.high, w->score);
	}
	return r;
}

/* UNKNOWN: some numbers of the range satisfy M and some do not. */
static enum answer
range_relation(const struct matcher *m, struct range r)
{
	bool low = number_test(m, r.low), high = number_test(m, r.high);

	if (m->relation == RELATION_EQ && r.low != r.high)
		return m->number < r.low || m->number > r.high ? ANSWER_NO :
		    ANSWER_UNKNOWN;
	if (low == high)
		return low ? ANSWER_YES : ANSWER_NO;
	return ANSWER_UNKNOWN;
}

/* The same of literals and regexes, which ask of the number as text. */
static enum answer
range_text(struct engine *e, const struct matcher *m, struct range r,
    const struct slot *slot)
{
	struct matcher plain = *m;
	char text[NUMBER_TEXT_MAX];
	int64_t number;
	size_t i;

	plain.negated = false;
	number_format(r.low, text);
	if (r.low == r.high)
		return matcher_test(e, &plain, slot, span_of(text));
	for (i = 0; i < m->count; i++)
		if (m->alternatives[i].regex != NULL ||
		    !number_parse(m->alternatives[i].literal, &number) ||
		    (number >= r.low && number <= r.high))
			return ANSWER_UNKNOWN;
	return ANSWER_NO;
}

static enum answer
range_test(struct engine *e, const struct matcher_list *l, struct range r,
    const struct slot *slot)
{
	enum answer result = ANSWER_YES, one;
	size_t i;

	for (i = 0; i < l->count; i++) {
		one = l->at[i].kind == MATCH_NUMBER ?
		    range_relation(&l->at[i], r) :
		    range_text(e, &l->at[i], r, slot);
		if (l->at[i].negated)
			one = answer_not(one);
		if (one == ANSWER_NO)
			return one;
		if (one != ANSWER_YES && result != ANSWER_UNKNOWN)
			result = one;
	}
	return result;
}

/* There is always one score. */
static enum answer
score_test(const struct test *t, struct writes *s)
{
	struct range r = score_range(s);
	enum answer some, every;
	size_t i;

	if (t->exists == EXISTS_NO)
		return ANSWER_NO;
	for (i = 0; i < t->counts.count; i++)
		if (number_test(&t->counts.at[i], NUMBER_ONE) ==
		    t->counts.at[i].negated)
			return ANSWER_NO;
	some = range_test(s->engine, &t->some, r, s->slot);
	every = range_test(s->engine, &t->every, r, s->slot);
	if (some == ANSWER_NO || every == ANSWER_NO)
		return ANSWER_NO;
	if (some == ANSWER_UNKNOWN || every == ANSWER_UNKNOWN)
		return undecided(s);
	return some == ANSWER_FAILED ? some : every;
}

/* Labels that are written, and those that may be. */
struct labels {
	size_t low;		/* different ones written */
	size_t high;		/* and those that may come to them */
	bool some;		/* a written one satisfies `some` */
	bool some_may;
	bool every_fails;	/* a written one does not satisfy `every` */
	bool every_may_fail;
	bool every_holds;	/* one that may come satisfies `every` */
	bool failed;		/* a regex could not be judged */
};

/* Is W the first of its label among the writes that count like it? */
static bool
is_new_label(const struct writes *s, const struct write *w, bool written)
{
	struct writes before = *s;
	const struct write *other;
	enum answer answer;

	before.next = 0;
	while ((other = writes_next(&before, &answer)) != w && other != NULL)
		if ((answer == ANSWER_YES || !written) &&
		    span_equal_nocase(other->label, w->label))
			return false;
	if (written)
		return true;
	/* One that may come is nothing new if a later one is written. */
	while ((other = writes_next(&before, &answer)) != NULL)
		if (answer == ANSWER_YES &&
		    span_equal_nocase(other->label, w->label))
			return false;
	return true;
}

static void
count_label(const struct test *t, const struct writes *s,
    const struct write *w, bool written, struct labels *l)
{
	enum answer some = matchers_test(s->engine, &t->some, s->slot,
	    w->label);
	enum answer every = matchers_test(s->engine, &t->every, s->slot,
	    w->label);

	l->failed |= some == ANSWER_FAILED || every == ANSWER_FAILED;
	if (written) {
		l->some |= some == ANSWER_YES;
		l->every_fails |= every == ANSWER_NO;
	} else {
		l->some_may |= some == ANSWER_YES;
		l->every_may_fail |= every == ANSWER_NO;
		l->every_holds |= every == ANSWER_YES;
	}
	if (t->exists == EXISTS_UNASKED && t->counts.count == 0 &&
	    t->every.count == 0)
		return;		/* how many there are is asked by nobody */
	if (is_new_label(s, w, written)) {
		l->low += written;
		l->high++;
	}
}

static enum answer
labels_exist(const struct test *t, const struct labels *l)
{
	enum answer any = l->low > 0 ? ANSWER_YES : l->high > 0 ?
	    ANSWER_UNKNOWN : ANSWER_NO;

	if (t->exists == EXISTS_UNASKED)
		return ANSWER_YES;
	return t->exists == EXISTS_YES ? any : answer_not(any);
}

static enum answer
labels_count(const struct test *t, const struct labels *l)
{
	struct range r = { (int64_t)l->low * NUMBER_ONE,
		(int64_t)l->high * NUMBER_ONE };
	enum answer result = ANSWER_YES, one;
	size_t i;

	for (i = 0; i < t->counts.count; i++) {
		one = range_relation(&t->counts.at[i], r);
		if (t->counts.at[i].negated)
			one = answer_not(one);
		if (one == ANSWER_NO)
			return one;
		if (one == ANSWER_UNKNOWN)
			result = one;
	}
	return result;
}

static enum answer
labels_every(const struct test *t, const struct labels *l)
{
	if (t->every.count == 0)
		return ANSWER_YES;
	if (l->every_fails)
		return ANSWER_NO;
	if (l->low > 0)
		return l->every_may_fail ? ANSWER_UNKNOWN : ANSWER_YES;
	return l->every_holds ? ANSWER_UNKNOWN : ANSWER_NO;
}

static enum answer
labels_some(const struct test *t, const struct labels *l)
{
	if (t->some.count == 0 || l->some)
		return ANSWER_YES;
	return l->some_may ? ANSWER_UNKNOWN : ANSWER_NO;
}

static enum answer
label_test(const struct test *t, struct writes *s)
{
	struct labels l = { .low = 0 };
	enum answer parts[4], result = ANSWER_YES;
	const struct write *w;
	enum answer answer;
	size_t i;

	while ((w = writes_next(s, &answer)) != NULL)
		count_label(t, s, w, answer == ANSWER_YES, &l);
	parts[0] = labels_exist(t, &l);
	parts[1] = labels_count(t, &l);
	parts[2] = labels_some(t, &l);
	parts[3] = labels_every(t, &l);
	for (i = 0; i < 4; i++) {
		if (parts[i] == ANSWER_NO)
			return l.failed ? ANSWER_FAILED : ANSWER_NO;
		if (parts[i] == ANSWER_UNKNOWN)
			result = undecided(s);
	}
	return result;
}

static enum answer
var_test(const struct test *t, const struct writes *s)
{
	struct values one = { .count = 0 };
	const struct write *w;
	enum answer answer;
	struct span value;
	bool ignored;		/* it is whole */

	w = writes_last(s, false, &answer);
	if (answer != ANSWER_YES)
		return answer;
	if (w != NULL) {
		value = writes_var(s->engine, w, s->reading);
		one = (struct values){ .at = &value, .count = 1 };
	}
	return values_test(s->engine, t, &one, &ignored);
}

enum answer
written_test(struct engine *e, const struct test *t, struct reading *r,
    const struct rule *rule)
{
	struct writes s = writes_to(e, t->slot, r, rule->index);

	switch (s.slot->written) {
	case WRITTEN_SCORE:
		return score_test(t, &s);
	case WRITTEN_LABEL:
		return label_test(t, &s);
	case WRITTEN_VAR:
	case WRITTEN_NOT:
		break;
	}
	return var_test(t, &s);
}
