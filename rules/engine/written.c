/*
 * written.c - what rules tell each other: score, labels, variables.
 *
 * Nothing is summed up beforehand: what a rule sees is put together from the
 * answers of those that write above it, which are kept. A reading asks them in
 * file order, so that asking one never leads to asking another.
 */
#include "config.h"

#include "rules/base/number.h"
#include "rules/engine/expand.h"
#include "rules/engine/reading.h"
#include "rules/engine/writes.h"
#include "rules/engine/written.h"

static struct scan *
scan_of(struct engine *e, struct reading *r)
{
	return r != NULL ? &r->scan[e->view] : &e->common[e->view];
}

/* The answer of RULE for R, or for all when it is the same for all. */
static enum answer
writer_answer(struct engine *e, const struct rule *rule, struct reading *r)
{
	if (rule->per_recipient && r == NULL)
		return ANSWER_UNKNOWN;
	return reading_answer(e, rule, r);
}

static void
keep_vars(struct engine *e, const struct rule *rule, struct reading *r)
{
	struct scan *scan = scan_of(e, rule->per_recipient ? r : NULL);
	const struct recipient *first = r != NULL ? r->first : NULL;
	const struct write *w;
	size_t i;

	for (i = 0; i < rule->write_count; i++) {
		w = rule->writes[i];
		if (e->policy->slots[w->slot].written == WRITTEN_VAR &&
		    scan->vars[w->number].ptr == NULL)
			scan->vars[w->number] = expand_text(e, rule, &w->value,
			    rule->per_recipient ? first : NULL, NULL);
	}
}

void
written_settle(struct engine *e, struct reading *r, size_t limit)
{
	const struct rule_list *list = &e->policy->views[e->view].writing;
	struct scan *scan = scan_of(e, r);
	const struct rule *rule;

	if (scan->settled_at != e->learnt) {
		scan->settled = 0;
		scan->settled_at = e->learnt;
	}
	while (scan->settled < list->count &&
	    list->at[scan->settled]->index < limit) {
		rule = list->at[scan->settled++];
		if (writer_answer(e, rule, r) == ANSWER_YES)
			keep_vars(e, rule, r);
	}
}

void
written_settle_above(struct engine *e, const struct rule *rule,
    const struct recipient *r)
{
	struct reading *reading = NULL;

	if (!rule->written || e->trial)
		return;
	if (rule->per_recipient)
		reading = r != NULL ? r->reading : &e->general;
	written_settle(e, reading, rule->index);
}

/* Do the writes of RULE count in the view that is read, above LIMIT? */
static bool
is_writer(const struct engine *e, const struct rule *rule, size_t limit)
{
	if (rule->index >= limit || rule->mode == MODE_OFF || rule->command)
		return false;
	return rule->mode == MODE_ENFORCE || e->view == VIEW_SHADOW;
}

struct writes
writes_to(struct engine *e, unsigned slot, struct reading *r, size_t limit)
{
	return (struct writes){ e, r, &e->policy->slots[slot], limit, 0,
		false };
}

const struct write *
writes_next(struct writes *s, enum answer *answer)
{
	const struct write *w;

	while (s->next < s->slot->write_count) {
		w = s->slot->writes[s->next++];
		if (!is_writer(s->engine, w->rule, s->limit))
			continue;
		*answer = writer_answer(s->engine, w->rule, s->reading);
		if (*answer == ANSWER_NO)
			continue;
		s->unknown |= *answer == ANSWER_UNKNOWN;
		return w;
	}
	return NULL;
}

/*
 * Those that come later are asked first. One that could not be judged leaves
 * open which of those above it counts, so it has the last word only when all of
 * them, down to one that holds, are known.
 */
const struct write *
writes_last(const struct writes *s, bool held, enum answer *answer)
{
	const struct write *w, *failed = NULL;
	size_t i;

	*answer = ANSWER_NO;
	for (i = s->slot->write_count; i > 0; i--) {
		w = s->slot->writes[i - 1];
		if (!is_writer(s->engine, w->rule, s->limit))
			continue;
		*answer = writer_answer(s->engine, w->rule, s->reading);
		if (*answer == ANSWER_UNKNOWN)
			return w;
		if (*answer == ANSWER_YES)
			break;
		if (*answer == ANSWER_FAILED && !held && failed == NULL)
			failed = w;
	}
	if (failed != NULL) {
		*answer = ANSWER_FAILED;
		return failed;
	}
	w = i > 0 ? w : NULL;
	*answer = ANSWER_YES;
	return w;
}

struct span
writes_var(struct engine *e, const struct write *w, struct reading *r)
{
	return scan_of(e, w->rule->per_recipient ? r : NULL)->vars[w->number];
}

enum answer
written_is_known(struct engine *e, unsigned slot, struct reading *r,
    const struct rule *rule)
{
	struct writes s = writes_to(e, slot, r, rule->index);
	enum answer answer;

	if (s.slot->written == WRITTEN_VAR) {
		(void)writes_last(&s, true, &answer);
		return answer;
	}
	while (writes_next(&s, &answer) != NULL)
		if (answer == ANSWER_UNKNOWN)
			return answer;
	return ANSWER_YES;
}

int64_t
written_score(struct engine *e, struct reading *r, size_t limit)
{
	const struct write *w;
	int64_t sum = 0;
	enum answer answer;
	struct writes s;

	if (e->policy->score_slot == SLOT_NONE)
		return 0;
	s = writes_to(e, e->policy->score_slot, r, limit);
	while ((w = writes_next(&s, &answer)) != NULL)
		if (answer == ANSWER_YES)
			sum = number_add(sum, w->score);
	return sum;
}

bool
written_label(struct engine *e, struct reading *r, size_t limit,
    struct span label)
{
	const struct write *w;
	enum answer answer;
	struct writes s;

	if (e->policy->label_slot == SLOT_NONE)
		return false;
	s = writes_to(e, e->policy->label_slot, r, limit);
	while ((w = writes_next(&s, &answer)) != NULL)
		if (answer == ANSWER_YES &&
		    span_equal_nocase(w->label, label))
			return true;
	return false;
}

static struct span
first_label(struct writes *s)
{
	const struct write *w;
	enum answer answer;

	while ((w = writes_next(s, &answer)) != NULL)
		if (answer == ANSWER_YES)
			return w->label;
	return span_make(NULL, 0);
}

struct span
written_value(struct engine *e, unsigned slot, struct reading *r,
    const struct rule *rule)
{
	struct writes s = writes_to(e, slot, r, rule->index);
	const struct values *given = &e->values[slot];
	const struct write *w;
	enum answer answer;

	if (e->trial)
		return given->count > 0 ? given->at[0] : span_make(NULL, 0);
	if (s.slot->written == WRITTEN_LABEL)
		return first_label(&s);
	if (s.slot->written == WRITTEN_VAR) {
		w = writes_last(&s, true, &answer);
		return w != NULL && answer == ANSWER_YES ?
		    writes_var(e, w, r) : span_make(NULL, 0);
	}
	number_format(written_score(e, r, rule->index), e->score_text);
	return span_of(e->score_text);
}
