/*
 * edits.c - from the actions of the rules that hold to operations on fields.
 *
 * The actions are done, in order, on a model of the header: the fields as they
 * came, those that went, those that were added above or below. From what is
 * left of it follow the operations: removals by name in descending index, for
 * an MTA renumbers what is below a field that goes, then additions in order.
 * So each original field is touched at most once.
 */
#include "config.h"

#include "rules/engine/edits.h"
#include "rules/engine/evaluate.h"
#include "rules/engine/expand.h"
#include "rules/engine/reading.h"

struct added {
	struct span name;
	struct span value;
	struct span unfolded;	/* what a later rule matches */
	bool at_top;
	bool removed;
};

struct model {
	struct engine *engine;
	const struct rule *rule;	/* whose action is being done */
	struct added *added;
	size_t added_count;
	size_t added_room;
	/* By slot, then by number of the value: did it go? NULL: none did. */
	bool **removed;
};

/* Where a field of the model is: among the originals, or the added ones. */
struct field {
	bool *removed;
	struct span value;
};

static int
model_init(struct model *m, struct engine *e)
{
	*m = (struct model){ .engine = e };
	m->removed = arena_calloc(&e->message, e->policy->slot_count + 1,
	    sizeof *m->removed);
	return m->removed != NULL ? 0 : -1;
}

static int
model_add(struct model *m, const struct action *a, const struct recipient *r)
{
	struct arena *arena = &m->engine->message;
	struct span value = expand_header(m->engine, m->rule, a, r);
	struct span unfolded = session_unfold(arena, value);

	if (value.ptr == NULL || unfolded.ptr == NULL ||
	    session_grow(arena, (void **)&m->added, &m->added_room,
	    m->added_count, sizeof *m->added) < 0)
		return -1;
	m->added[m->added_count++] = (struct added){ a->name, value, unfolded,
		a->at_top, false };
	return 0;
}

/* Take the added fields of NAME, above or below, into FIELDS; how many. */
static size_t
model_added_fields(struct model *m, struct span name, bool at_top,
    struct field *fields)
{
	size_t i, k, n = 0;
	struct added *a;

	for (i = 0; i < m->added_count; i++) {
		/* What was put on top last stands highest. */
		k = at_top ? m->added_count - 1 - i : i;
		a = &m->added[k];
		if (a->at_top == at_top && !a->removed &&
		    span_equal_nocase(a->name, name))
			fields[n++] = (struct field){ &a->removed,
				a->unfolded };
	}
	return n;
}

/* All fields of action A's name as they stand now, from top to bottom. */
static size_t
model_fields(struct model *m, const struct action *a, struct field *fields)
{
	const struct values *values = &m->engine->values[a->slot];
	bool *removed = m->removed[a->slot];
	size_t i, n;

	n = model_added_fields(m, a->name, true, fields);
	for (i = 0; i < values->count; i++)
		if (!removed[i])
			fields[n++] = (struct field){ &removed[i],
				values->at[i] };
	return n + model_added_fields(m, a->name, false, fields + n);
}

/* Keep those of FIELDS whose value action A is about; -1: it failed. */
static int
select_matching(struct model *m, const struct action *a, struct field *fields,
    size_t *count)
{
	struct regex_limits limits = session_regex_limits(m->engine);
	size_t i, n = 0;
	struct error why;

	for (i = 0; i < *count && a->match != NULL; i++) {
		switch (regex_match(a->match, fields[i].value, &limits, NULL,
		    0, &why)) {
		case REGEX_YES:
			fields[n++] = fields[i];
			break;
		case REGEX_NO:
			break;
		case REGEX_FAILED:
			session_log_failure(m->engine, m->rule, why.text);
			return -1;
		}
	}
	if (a->match != NULL)
		*count = n;
	return 0;
}

static int
model_remove(struct model *m, const struct action *a)
{
	struct arena *arena = &m->engine->message;
	size_t n = m->engine->values[a->slot].count, i;
	struct field *fields;

	if (m->removed[a->slot] == NULL)
		m->removed[a->slot] = arena_calloc(arena, n + 1,
		    sizeof **m->removed);
	fields = arena_calloc(arena, n + m->added_count + 1, sizeof *fields);
	if (fields == NULL || m->removed[a->slot] == NULL)
		return -1;
	n = model_fields(m, a, fields);
	if (select_matching(m, a, fields, &n) < 0)
		return 0;	/* logged; the field stays */
	for (i = 0; i < n; i++)
		if (a->nth == 0 || (a->nth > 0 && (size_t)a->nth == i + 1) ||
		    (a->nth < 0 && (size_t)-a->nth == n - i))
			*fields[i].removed = true;
	return 0;
}

static int
model_do(struct model *m, const struct rule *rule, const struct recipient *r)
{
	const struct action *a;
	int done = 0;

	m->rule = rule;
	for (a = rule->actions; a < rule->actions + rule->action_count; a++) {
		switch (a->kind) {
		case ACTION_ADD_HEADER:
			done = model_add(m, a, r);
			break;
		case ACTION_REMOVE_HEADER:
			done = model_remove(m, a);
			break;
		}
		if (done < 0)
			return -1;
	}
	return 0;
}

static size_t
slot_removals(const struct model *m, unsigned slot, struct edit *edits)
{
	const bool *removed = m->removed[slot];
	size_t i, n = 0;

	if (removed == NULL)
		return 0;
	for (i = m->engine->values[slot].count; i > 0; i--) {
		if (!removed[i - 1])
			continue;
		if (edits != NULL)
			edits[n] = (struct edit){ .kind = EDIT_REMOVE_HEADER,
				.name = m->engine->policy->slots[slot].name,
				.index = (unsigned)i };
		n++;
	}
	return n;
}

/* Write what the model has become as operations. */
static int
model_operations(struct model *m, struct verdict *v)
{
	size_t slots = m->engine->policy->slot_count, count = 0, i;
	struct edit *edits;

	for (i = 0; i < slots; i++)
		count += slot_removals(m, (unsigned)i, NULL);
	edits = arena_calloc(&m->engine->message, count + m->added_count + 1,
	    sizeof *edits);
	if (edits == NULL)
		return -1;
	for (count = 0, i = 0; i < slots; i++)
		count += slot_removals(m, (unsigned)i, edits + count);
	for (i = 0; i < m->added_count; i++)
		if (!m->added[i].removed)
			edits[count++] = (struct edit){
				.kind = m->added[i].at_top ?
				    EDIT_INSERT_HEADER : EDIT_ADD_HEADER,
				.name = m->added[i].name,
				.value = m->added[i].value };
	v->edits = edits;
	v->edit_count = count;
	return 0;
}

/* Does RULE hold for R? When that cannot be judged, the rule is skipped. */
static bool
holds_for(struct engine *e, const struct rule *rule, const struct recipient *r)
{
	enum answer answer = rule_holds(e, rule, r);

	if (answer == ANSWER_FAILED)
		session_log_unjudged(e, rule, "the rule is skipped");
	return answer == ANSWER_YES;
}

/*
 * The first recipient left, in RCPT order, for whom RULE is reached and holds.
 * A message without recipients is read for none in particular. False: none.
 */
static bool
rule_applies(struct engine *e, const struct rule *rule, struct recipient **who)
{
	struct recipient *r = e->recipients;

	*who = NULL;
	if (r == NULL)
		return rule->index <= reading_outcome(e, NULL).index &&
		    holds_for(e, rule, NULL);
	for (; r != NULL; r = r->next) {
		if (r->refused || rule->index > reading_outcome(e, r).index)
			continue;
		if (holds_for(e, rule, r)) {
			*who = r;
			return true;
		}
		if (!rule->per_recipient)
			return false;	/* nor for any other */
	}
	return false;
}

int
edits_resolve(struct engine *e, struct verdict *v)
{
	const struct rule_list *list = &e->policy->editing;
	struct recipient *r;
	struct model m;
	size_t i;

	if (list->count == 0)
		return 0;
	if (model_init(&m, e) < 0)
		return -1;
	for (i = 0; i < list->count; i++)
		if (rule_applies(e, list->at[i], &r) &&
		    model_do(&m, list->at[i], r) < 0)
			return -1;
	return model_operations(&m, v);
}

bool
edits_are_ruled_out(struct engine *e, size_t limit, const struct recipient *r)
{
	const struct rule_list *common = &e->policy->common_edits;
	const struct rule_list *personal = &e->policy->personal_edits;
	size_t i;

	/* A rule that does not hold never will: it is asked once a message. */
	while (e->editing < common->count &&
	    rule_holds(e, common->at[e->editing], NULL) == ANSWER_NO)
		e->editing++;
	if (e->editing < common->count &&
	    common->at[e->editing]->index <= limit)
		return false;
	for (i = 0; i < personal->count && personal->at[i]->index <= limit; i++)
		if (rule_holds(e, personal->at[i], r) != ANSWER_NO)
			return false;
	return true;
}
