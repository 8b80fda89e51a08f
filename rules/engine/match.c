/*
 * match.c - does a value satisfy an operator?
 *
 * Pure but for the regexes, which are counted: a message may make only so many
 * of them run into a limit.
 *
 * Failure: a regex that hits a limit is FAILED for its value, never NO.
 */
#include "config.h"

#include "rules/base/number.h"
#include "rules/engine/evaluate.h"

enum answer
answer_not(enum answer a)
{
	if (a == ANSWER_YES)
		return ANSWER_NO;
	return a == ANSWER_NO ? ANSWER_YES : a;
}

static enum answer
answer_of(bool holds)
{
	return holds ? ANSWER_YES : ANSWER_NO;
}

enum answer
match_regex(struct engine *e, const struct regex *regex, struct span value,
    const struct regex_limits *limits, struct span *groups)
{
	if (e->regex_failures >= REGEX_FAILURES_MAX) {
		e->regex_refused = true;
		return ANSWER_FAILED;
	}
	switch (regex_match(regex, value, limits, groups,
	    groups != NULL ? REGEX_GROUPS_MAX : 0, &e->regex_why)) {
	case REGEX_YES:
		return ANSWER_YES;
	case REGEX_NO:
		return ANSWER_NO;
	case REGEX_FAILED:
		break;
	}
	e->regex_failures++;
	return ANSWER_FAILED;
}

static enum answer
regex_test(struct engine *e, const struct regex *regex, struct span value)
{
	struct regex_limits limits = session_regex_limits(e);

	return match_regex(e, regex, value, &limits, NULL);
}

/* Does S hold PART anywhere, ASCII case ignored? */
static bool
contains(struct span s, struct span part)
{
	char first;
	size_t i;

	if (part.len == 0)
		return true;
	first = ascii_lower(part.ptr[0]);
	for (i = 0; i + part.len <= s.len; i++)
		if (ascii_lower(s.ptr[i]) == first &&
		    span_equal_nocase(span_make(s.ptr + i, part.len), part))
			return true;
	return false;
}

static bool
literal_test(enum matcher_kind kind, struct span literal, struct span value)
{
	switch (kind) {
	case MATCH_CONTAINS:
		return contains(value, literal);
	case MATCH_STARTS_WITH:
		return span_starts_with_nocase(value, literal);
	case MATCH_ENDS_WITH:
		return value.len >= literal.len && span_equal_nocase(
		    span_skip(value, value.len - literal.len), literal);
	case MATCH_IS:
	case MATCH_IN:
	case MATCH_NUMBER:
		break;
	}
	return span_equal_nocase(literal, value);
}

static enum answer
alternatives_test(struct engine *e, const struct matcher *m, struct span value)
{
	const struct alternative *a;
	enum answer result = ANSWER_NO, one;

	for (a = m->alternatives; a < m->alternatives + m->count; a++) {
		one = a->regex != NULL ? regex_test(e, a->regex, value) :
		    answer_of(literal_test(m->kind, a->literal, value));
		if (one == ANSWER_YES)
			return one;
		if (one == ANSWER_FAILED)
			result = one;
	}
	return result;
}

static bool
table_test(const struct engine *e, const struct table *t,
    const struct slot *slot, struct span value)
{
	if (slot->kind->type == FACT_IP)
		return table_find_ip(t, &e->client_ip, NULL);
	if (slot->kind->type == FACT_ADDRESS)
		return table_find_address(t, value, NULL);
	return table_find_name(t, value, NULL);
}

bool
number_test(const struct matcher *m, int64_t number)
{
	switch (m->relation) {
	case RELATION_GT:
		return number > m->number;
	case RELATION_GE:
		return number >= m->number;
	case RELATION_LT:
		return number < m->number;
	case RELATION_LE:
		return number <= m->number;
	case RELATION_EQ:
		break;
	}
	return number == m->number;
}

enum answer
matcher_test(struct engine *e, const struct matcher *m,
    const struct slot *slot, struct span value)
{
	enum answer result = ANSWER_NO;
	int64_t number;

	switch (m->kind) {
	case MATCH_IS:
	case MATCH_CONTAINS:
	case MATCH_STARTS_WITH:
	case MATCH_ENDS_WITH:
		result = alternatives_test(e, m, value);
		break;
	case MATCH_IN:
		result = answer_of(table_test(e, m->table, slot, value));
		break;
	case MATCH_NUMBER:
		result = answer_of(number_parse(value, &number) &&
		    number_test(m, number));
		break;
	}
	return m->negated ? answer_not(result) : result;
}

enum answer
matchers_test(struct engine *e, const struct matcher_list *l,
    const struct slot *slot, struct span value)
{
	enum answer result = ANSWER_YES, one;
	size_t i;

	for (i = 0; i < l->count; i++) {
		one = matcher_test(e, &l->at[i], slot, value);
		if (one == ANSWER_NO)
			return one;
		if (one == ANSWER_FAILED)
			result = one;
	}
	return result;
}

/* Does M, of SLOT, hold because something was not found, or is not larger? */
static bool
is_negative(const struct matcher *m, const struct slot *slot)
{
	if (slot->kind->type == FACT_NUMBER)
		return m->kind != MATCH_NUMBER ||
		    (m->relation != RELATION_GT && m->relation != RELATION_GE);
	return m->negated;
}

static bool
has_negative(const struct matcher_list *l, const struct slot *slot)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (is_negative(&l->at[i], slot))
			return true;
	return false;
}

enum answer
values_cut_off(struct engine *e, const struct values *values)
{
	if (values->why != NULL)
		(void)error_set(&e->why, "%s", values->why);
	return ANSWER_FAILED;
}

/* Values while they are tested. */
struct trying {
	struct engine *engine;
	const struct values *values;
	const struct slot *slot;
	bool beyond;		/* see values_test() */
};

/* FAILED, for what the limit took away may make it another answer. */
static enum answer
cannot_tell(struct trying *t)
{
	t->beyond = true;
	return ANSWER_FAILED;
}

/* NO, whatever the limit took away. */
static enum answer
never(struct trying *t)
{
	t->beyond = false;
	return ANSWER_NO;
}

/* NO, as far as the values that are there can tell. */
static enum answer
not_found(struct trying *t)
{
	if (t->values->rest == VALUES_LOST)
		return cannot_tell(t);
	t->beyond = true;
	return ANSWER_NO;
}

/* Value I and the operators of L. One that is cut may yet be what must not be,
 * or be larger. */
static enum answer
value_test(struct trying *t, const struct matcher_list *l, size_t i)
{
	enum answer one = matchers_test(t->engine, l, t->slot,
	    t->values->at[i]);

	if (i + t->values->cut < t->values->count)
		return one;
	if (one == ANSWER_YES && has_negative(l, t->slot))
		return cannot_tell(t);
	return one == ANSWER_NO ? not_found(t) : one;
}

/* One value satisfies all of L. */
static enum answer
some_test(struct trying *t, const struct matcher_list *l)
{
	enum answer result = ANSWER_NO, one;
	size_t i;

	for (i = 0; i < t->values->count; i++) {
		one = value_test(t, l, i);
		if (one == ANSWER_YES)
			return one;
		if (one == ANSWER_FAILED)
			result = one;
	}
	if (result == ANSWER_NO && t->values->rest != VALUES_WHOLE)
		return not_found(t);
	return result;
}

/* Each value satisfies all of L, and there is one. */
static enum answer
every_test(struct trying *t, const struct matcher_list *l)
{
	size_t whole = t->values->count - t->values->cut, i;
	enum answer result = ANSWER_YES, one;

	for (i = 0; i < t->values->count; i++) {
		one = value_test(t, l, i);
		if (one == ANSWER_NO && i < whole)
			return never(t);
		if (one != ANSWER_YES && result != ANSWER_NO)
			result = one;
	}
	if (result == ANSWER_NO || t->values->rest == VALUES_WHOLE)
		return t->values->count > 0 ? result : ANSWER_NO;
	return t->values->count > 0 ? cannot_tell(t) : not_found(t);
}

/* Would COUNT do for M, and will it for all that are larger, if not? */
static enum answer
count_matcher(struct trying *t, const struct matcher *m)
{
	int64_t count = (int64_t)t->values->count * NUMBER_ONE;
	bool holds = number_test(m, count);

	if (t->values->rest == VALUES_WHOLE)
		return answer_of(holds);
	switch (m->relation) {
	case RELATION_GT:
	case RELATION_GE:
		return holds ? ANSWER_YES : not_found(t);
	case RELATION_LT:
	case RELATION_LE:
		return holds ? cannot_tell(t) : never(t);
	case RELATION_EQ:
		break;
	}
	if (count > m->number)
		return never(t);
	return holds ? cannot_tell(t) : not_found(t);
}

static enum answer
exists_test(struct trying *t, bool wanted)
{
	if (t->values->count > 0)
		return answer_of(wanted);
	if (t->values->rest == VALUES_WHOLE)
		return answer_of(!wanted);
	return wanted ? not_found(t) : cannot_tell(t);
}

/* There are as many values as `exists` and `count` of TEST want. */
static enum answer
number_of_values(struct trying *t, const struct test *test)
{
	enum answer result = ANSWER_YES, one;
	size_t i;

	if (test->exists != EXISTS_UNASKED)
		result = exists_test(t, test->exists == EXISTS_YES);
	for (i = 0; i < test->counts.count && result != ANSWER_NO; i++) {
		one = count_matcher(t, &test->counts.at[i]);
		if (one != ANSWER_YES)
			result = one;
	}
	return result;
}

enum answer
values_test(struct engine *e, const struct test *test,
    const struct values *values, bool *beyond)
{
	struct trying t = { e, values, &e->policy->slots[test->slot], false };
	enum answer result, one;

	result = number_of_values(&t, test);
	if (result != ANSWER_NO && test->some.count > 0) {
		one = some_test(&t, &test->some);
		if (one != ANSWER_YES)
			result = one;
	}
	if (result != ANSWER_NO && test->every.count > 0) {
		one = every_test(&t, &test->every);
		if (one != ANSWER_YES)
			result = one;
	}
	*beyond = t.beyond && (result == ANSWER_NO || result == ANSWER_FAILED);
	return result;
}
