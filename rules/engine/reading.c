/*
 * reading.c - how far the rules can be read, top to bottom, for a recipient.
 *
 * Both lists are read with a cursor that passes rules which do not hold and
 * rests at the first that may. Since answers do not change once known, a
 * cursor never goes back.
 */
#include "config.h"

#include <stdint.h>

#include "rules/engine/evaluate.h"
#include "rules/engine/literals.h"
#include "rules/engine/reading.h"
#include "rules/engine/written.h"

/*
 * A kept answer is 0 when the rule was never asked; else the answer, and above
 * it the phase by which all was known when it was given.
 */
#define KEPT_ASKED 1u
#define KEPT_ANSWER(kept) ((enum answer)((kept) >> 1 & 3))
#define KEPT_LEARNT(kept) ((int)((kept) >> 3) - 1)
#define KEPT(answer, learnt) \
	((unsigned char)(KEPT_ASKED | (unsigned)(answer) << 1 | \
	(unsigned)((learnt) + 1) << 3))

#define KEPT_YES(kept) (((kept) & 7u) == (KEPT_ASKED | ANSWER_YES << 1))

_Static_assert((PHASE_COUNT << 3 | 7) < 256, "a kept answer is one byte");

static void
scan_reset(struct scan *scan, size_t rules, size_t vars)
{
	scan->at = scan->quiet = scan->settled = 0;
	scan->settled_at = -2;		/* e->learnt is -1 or more */
	memset(scan->answers, 0, rules);
	if (vars > 0)
		memset(scan->vars, 0, vars * sizeof *scan->vars);
}

void
reading_reset(struct engine *e)
{
	const struct policy *p = e->policy;
	int view;

	for (view = 0; view < VIEW_COUNT; view++) {
		if (view == VIEW_SHADOW && !p->shadows)
			break;
		scan_reset(&e->common[view], p->rule_count, p->var_count);
		scan_reset(&e->general.scan[view], p->personal_rules,
		    p->var_count);
	}
}

/* Has a fact that RULE reads become known since LEARNT? */
static bool
has_news(const struct engine *e, const struct rule *rule, int learnt)
{
	unsigned since = (1u << (e->learnt + 1)) - (1u << (learnt + 1));

	return (rule->phases & since) != 0;
}

enum answer
reading_answer(struct engine *e, const struct rule *rule, struct reading *r)
{
	struct scan *scan = rule->per_recipient ? &r->scan[e->view] :
	    &e->common[e->view];
	unsigned char *kept = &scan->answers[rule->per_recipient ?
	    rule->personal : rule->index];
	enum answer answer;

	if (rule->guard != RULE_UNGUARDED && r->tests != NULL &&
	    r->tests[rule->guard] == ANSWER_NO)
		return ANSWER_NO;
	if (*kept != 0 && (KEPT_ANSWER(*kept) != ANSWER_UNKNOWN ||
	    !has_news(e, rule, KEPT_LEARNT(*kept))))
		return KEPT_ANSWER(*kept);
	if (!rule->per_recipient)
		r = NULL;
	if (rule->written)
		written_settle(e, r, rule->index);
	e->why.text[0] = '\0';
	answer = rule_holds(e, rule, r);
	if (answer == ANSWER_FAILED)
		session_note_unjudged(e, rule);
	*kept = KEPT(answer, e->learnt);
	return answer;
}

/* Pass the rules of LIST above number LIMIT that are known not to hold. */
static size_t
pass(struct engine *e, const struct rule_list *list, size_t at,
    struct reading *r, size_t limit)
{
	while (at < list->count && list->at[at]->index < limit &&
	    reading_answer(e, list->at[at], r) == ANSWER_NO)
		at++;
	return at;
}

struct outcome
reading_outcome(struct engine *e, struct reading *r)
{
	const struct view *view = &e->policy->views[e->view];
	struct scan *common = &e->common[e->view], *scan = &r->scan[e->view];
	struct outcome o = { NULL, ANSWER_NO, SIZE_MAX };

	common->at = pass(e, &view->common, common->at, r, SIZE_MAX);
	if (common->at < view->common.count) {
		o.rule = view->common.at[common->at];
		o.index = o.rule->index;
	}
	scan->at = pass(e, &view->personal, scan->at, r, o.index);
	if (scan->at < view->personal.count &&
	    view->personal.at[scan->at]->index < o.index) {
		o.rule = view->personal.at[scan->at];
		o.index = o.rule->index;
	}
	if (o.rule != NULL)
		o.answer = reading_answer(e, o.rule, r);
	return o;
}

static struct reading *
find_reading(const struct engine *e, unsigned long hash)
{
	size_t count = e->policy->personal_test_count;
	struct reading *r;

	if (e->policy->alone)
		return NULL;
	for (r = e->readings; r != NULL; r = r->next)
		if (r->hash == hash && (count == 0 ||
		    memcmp(r->tests, e->personal, count) == 0))
			return r;
	return NULL;
}

/* A scan of the personal rules, as far as it goes for whoever comes. */
static int
scan_begin(struct engine *e, struct scan *scan, const struct scan *general)
{
	const struct policy *p = e->policy;

	scan->answers = arena_calloc(&e->message, p->personal_rules + 1, 1);
	scan->vars = arena_calloc(&e->message, p->var_count + 1,
	    sizeof *scan->vars);
	if (scan->answers == NULL || scan->vars == NULL)
		return -1;
	scan->at = general->at;
	scan->quiet = general->quiet;
	scan->settled_at = -2;
	return 0;
}

static struct reading *
new_reading(struct engine *e, const struct recipient *first)
{
	size_t count = e->policy->personal_test_count;
	struct reading *r = arena_calloc(&e->message, 1, sizeof *r);
	unsigned char *tests = arena_alloc(&e->message, count + 1);
	int view;

	if (r == NULL || tests == NULL)
		return NULL;
	if (count > 0)
		memcpy(tests, e->personal, count);
	r->tests = tests;
	r->first = first;
	for (view = 0; view < VIEW_COUNT; view++)
		if ((view == VIEW_ENFORCED || e->policy->shadows) &&
		    scan_begin(e, &r->scan[view], &e->general.scan[view]) < 0)
			return NULL;
	if (e->last_reading != NULL)
		e->last_reading->next = r;
	else
		e->readings = r;
	e->last_reading = r;
	return r;
}

int
reading_begin(struct engine *e, struct recipient *r)
{
	unsigned long hash;

	literals_test(e, r);
	hash = span_hash(span_make((const char *)e->personal,
	    e->policy->personal_test_count), e->policy->hash_key);
	r->reading = find_reading(e, hash);
	if (r->reading == NULL) {
		r->reading = new_reading(e, r);
		if (r->reading == NULL)
			return -1;
		r->reading->hash = hash;
	}
	return 0;
}

enum verdict_kind
outcome_verdict(const struct engine *e, const struct outcome *o)
{
	if (o->rule == NULL)
		return VERDICT_ACCEPT;
	return o->answer == ANSWER_FAILED ? e->policy->settings.on_error :
	    o->rule->verdict;
}

bool
reading_is_quiet(struct engine *e, struct reading *r, size_t limit)
{
	const struct view *view = &e->policy->views[e->view];
	const struct rule_list *common = &view->common_acting;
	const struct rule_list *personal = &view->personal_acting;
	struct scan *all = &e->common[e->view], *own = &r->scan[e->view];
	size_t end = limit < SIZE_MAX ? limit + 1 : limit;

	all->quiet = pass(e, common, all->quiet, r, end);
	if (all->quiet < common->count &&
	    common->at[all->quiet]->index <= limit)
		return false;
	own->quiet = pass(e, personal, own->quiet, r, end);
	return own->quiet == personal->count ||
	    personal->at[own->quiet]->index > limit;
}

/* The place from AT on of a kept answer that is YES; COUNT: there is none. */
static size_t
find_yes(const unsigned char *answers, size_t at, size_t count)
{
	uint64_t several;

	while (at < count && !KEPT_YES(answers[at])) {
		/* Most rules are never asked. */
		if (count - at >= sizeof several) {
			memcpy(&several, answers + at, sizeof several);
			if (several == 0) {
				at += sizeof several;
				continue;
			}
		}
		at++;
	}
	return at;
}

const struct rule *
reading_next_held(const struct engine *e, const struct reading *r, size_t *at)
{
	const struct policy *p = e->policy;
	const struct scan *scan = r != NULL ? &r->scan[e->view] :
	    &e->common[e->view];
	size_t count = r != NULL ? p->personal_rules : p->rule_count;
	size_t found = find_yes(scan->answers, *at, count);

	if (found == count)
		return NULL;
	*at = found + 1;
	return r != NULL ? p->personal.at[found] : &p->rules[found];
}

size_t
reading_reach(const struct engine *e, const struct reading *r)
{
	const struct view *view = &e->policy->views[e->view];
	size_t common = e->common[e->view].at, own = r->scan[e->view].at;
	size_t reach = SIZE_MAX;

	if (common < view->common.count)
		reach = view->common.at[common]->index;
	if (own < view->personal.count &&
	    view->personal.at[own]->index < reach)
		reach = view->personal.at[own]->index;
	return reach;
}

/* Is RULE reached and does it hold for R, whose mail is accepted? */
static enum answer
applies_to(struct engine *e, const struct rule *rule, struct reading *r)
{
	struct outcome o = reading_outcome(e, r);

	if (r->refused || rule->index > o.index ||
	    outcome_verdict(e, &o) != VERDICT_ACCEPT)
		return ANSWER_NO;
	return reading_answer(e, rule, r);
}

bool
reading_applies(struct engine *e, const struct rule *rule,
    const struct recipient **who)
{
	struct reading *r = e->readings != NULL ? e->readings : &e->general;
	enum answer answer;

	for (*who = NULL; r != NULL; r = r->next) {
		answer = applies_to(e, rule, r);
		if (answer == ANSWER_FAILED)
			session_log_unjudged(e, rule, "the rule is skipped");
		if (answer != ANSWER_YES)
			continue;
		*who = r->first;
		return true;
	}
	return false;
}
