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
		return span_equal_nocase(span_head(value, literal.len),
		    literal);
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

/* Is there an operator in L that holds because something was not found? */
static bool
is_negative(const struct matcher_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->at[i].negated)
			return true;
	return false;
}

enum answer
values_cut_off(struct engine *e)
{
	(void)error_set(&e->why, "the body goes on behind limits.body");
	return ANSWER_FAILED;
}

/*
 * One value satisfies all of `some`. What is cut might hold behind the cut what
 * must not be there.
 */
static enum answer
some_test(struct engine *e, const struct test *t, const struct values *values)
{
	const struct slot *slot = &e->policy->slots[t->slot];
	enum answer result = ANSWER_NO, one;
	size_t i;

	for (i = 0; i < values->count; i++) {
		one = matchers_test(e, &t->some, slot, values->at[i]);
		if (one == ANSWER_YES && values->cut && is_negative(&t->some))
			one = values_cut_off(e);
		if (one == ANSWER_YES)
			return one;
		if (one == ANSWER_FAILED)
			result = one;
	}
	return result;
}

/* Each value satisfies all of `every`, and there is one. */
static enum answer
every_test(struct engine *e, const struct test *t,
    const struct values *values)
{
	const struct slot *slot = &e->policy->slots[t->slot];
	enum answer result = ANSWER_YES, one;
	size_t i;

	for (i = 0; i < values->count; i++) {
		one = matchers_test(e, &t->every, slot, values->at[i]);
		if (one == ANSWER_YES && values->cut && is_negative(&t->every))
			one = values_cut_off(e);
		if (one == ANSWER_NO)
			return one;
		if (one == ANSWER_FAILED)
			result = one;
	}
	return values->count > 0 ? result : ANSWER_NO;
}

bool
values_are_as_many(const struct test *t, const struct values *values)
{
	int64_t count = (int64_t)values->count * NUMBER_ONE;
	size_t i;

	if (t->exists != EXISTS_UNASKED &&
	    (values->count > 0) != (t->exists == EXISTS_YES))
		return false;
	for (i = 0; i < t->counts.count; i++)
		if (number_test(&t->counts.at[i], count) ==
		    t->counts.at[i].negated)
			return false;
	return true;
}

enum answer
values_test(struct engine *e, const struct test *t,
    const struct values *values)
{
	enum answer some = ANSWER_YES, every = ANSWER_YES;

	if (!values_are_as_many(t, values))
		return ANSWER_NO;
	if (t->some.count > 0)
		some = some_test(e, t, values);
	if (some == ANSWER_NO || t->every.count == 0)
		return some;
	every = every_test(e, t, values);
	return every == ANSWER_YES ? some : every;
}
