/*
 * describe.c - at which phase each rule can answer, and what delays it.
 *
 * Two questions are asked of a condition. When can it be known to hold, at the
 * earliest? `all` waits for the last of its children, `any` for the first;
 * under `not` the two change places. And when is it known, whatever comes? When
 * the last fact in it is. The first tells when a rule can answer by itself; the
 * second, of the rules above it, how long it may be held back.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "rules/base/number.h"
#include "rules/base/xmalloc.h"
#include "rules/engine/describe.h"

#define NO_SLOT ((unsigned)-1)

/* A phase, and the fact that it is known at; NO_SLOT: none waits. */
struct moment {
	enum phase phase;
	unsigned slot;
};

/* What the rules above may write to a slot, and by when. */
struct above {
	bool any;
	enum phase first;
	enum phase last;
};

/* The rule that may hold others back for longest. */
struct hold {
	enum phase phase;
	size_t rule;
};

struct survey {
	struct policy *policy;
	struct above *above;	/* by slot */
	/* What rules that can be known by then may add to the score. */
	int64_t score[PHASE_COUNT];
	struct hold verdict;	/* of enforced rules that give one */
	struct hold shadow;	/* of those in mode: shadow as well */
	struct hold acting;	/* of rules that edit, quarantine or log */
};

static const struct moment at_once = { PHASE_CONNECT, NO_SLOT };

static struct moment
later(struct moment a, struct moment b)
{
	return b.phase > a.phase ? b : a;
}

/* What is written above is known by its writers. */
static struct moment
slot_first(const struct survey *s, unsigned slot)
{
	const struct slot *fact = &s->policy->slots[slot];

	if (fact->written == WRITTEN_NOT)
		return (struct moment){ fact->known, slot };
	return (struct moment){ s->above[slot].first, slot };
}

/* The score that T wants at least; 0: it is content with none. */
static int64_t
least_score(const struct test *t)
{
	const struct matcher *m;
	int64_t least = 0;
	size_t i;

	for (i = 0; i < t->some.count; i++) {
		m = &t->some.at[i];
		if (m->kind == MATCH_NUMBER && !m->negated &&
		    m->relation != RELATION_LT && m->relation != RELATION_LE &&
		    m->number > least)
			least = m->number;
	}
	return least;
}

/* When the rules above may have added up to what T wants. */
static struct moment
score_first(const struct survey *s, const struct test *t)
{
	int64_t least = least_score(t), sum = 0;
	enum phase p;

	for (p = PHASE_CONNECT; p < s->above[t->slot].last; p++) {
		sum = number_add(sum, s->score[p]);
		if (sum >= least)
			break;
	}
	return (struct moment){ p, t->slot };
}

static enum phase
slot_last(const struct survey *s, unsigned slot)
{
	const struct slot *fact = &s->policy->slots[slot];

	return fact->written == WRITTEN_NOT ? fact->known :
	    s->above[slot].last;
}

/* What was found of a condition on facts of the mail: it never changes. */
struct known_when {
	bool found[2];
	struct moment first[2];		/* when it fails, when it holds */
};

static struct moment condition_first(const struct survey *s,
    const struct condition *c, bool holds);

/* The latest of C's children, or the earliest of them. */
static struct moment
children_first(const struct survey *s, const struct condition *c, bool holds,
    bool all)
{
	struct moment found = at_once, child;
	size_t i;

	for (i = 0; i < c->count; i++) {
		child = condition_first(s, c->children[i], holds);
		if (i == 0 || (all ? child.phase > found.phase :
		    child.phase < found.phase))
			found = child;
	}
	return found;
}

static struct moment
condition_walk(const struct survey *s, const struct condition *c, bool holds)
{
	switch (c->kind) {
	case CONDITION_ALL:
		return children_first(s, c, holds, holds);
	case CONDITION_ANY:
		return children_first(s, c, holds, !holds);
	case CONDITION_NOT:
		return condition_first(s, c->children[0], !holds);
	case CONDITION_NONE:
		return children_first(s, c, !holds, holds);
	case CONDITION_SAME:
		return condition_first(s, c->children[0], holds);
	case CONDITION_TEST:
		break;
	}
	if (holds && s->policy->slots[c->test->slot].written == WRITTEN_SCORE)
		return score_first(s, c->test);
	return slot_first(s, c->test->slot);
}

/* When C can be known to hold, or not to. Depth: CONDITION_DEPTH_MAX. */
static struct moment
condition_first(const struct survey *s, const struct condition *c, bool holds)
{
	struct known_when *k = c->known_when;

	if (c->kind == CONDITION_TEST || c->written)
		return condition_walk(s, c, holds);
	if (k == NULL) {
		k = policy_alloc(s->policy, 1, sizeof *k);
		((struct condition *)c)->known_when = k;
	}
	if (!k->found[holds])
		k->first[holds] = condition_walk(s, c, holds);
	k->found[holds] = true;
	return k->first[holds];
}

/* When C is known at the latest. */
static enum phase
condition_last(const struct survey *s, const struct condition *c)
{
	enum phase last = PHASE_CONNECT, child;
	size_t i;

	if (c->kind == CONDITION_TEST)
		return slot_last(s, c->test->slot);
	if (!c->written) {
		for (i = PHASE_CONNECT; i < PHASE_COUNT; i++)
			if ((c->phases & 1u << i) != 0)
				last = (enum phase)i;
		return last;
	}
	for (i = 0; i < c->count; i++) {
		child = condition_last(s, c->children[i]);
		if (child > last)
			last = child;
	}
	return last;
}

static bool
is_acting(const struct rule *r)
{
	return r->action_count > 0 || r->log_count > 0;
}

/*
 * What is certain at connect or HELO is answered at MAIL, but for early rules;
 * ACCEPT that the client's address alone decides may be told at connect.
 */
static struct moment
answer_moment(const struct rule *r, struct moment known)
{
	bool waits = r->verdict != VERDICT_CONTINUE && !r->early &&
	    (r->verdict != VERDICT_ACCEPT || known.phase > PHASE_CONNECT);

	if (r->command)
		return (struct moment){ PHASE_UNKNOWN, NO_SLOT };
	if (waits)
		known = later(known, (struct moment){ PHASE_MAIL, NO_SLOT });
	return r->at_given ? later(known, (struct moment){ r->at, NO_SLOT }) :
	    known;
}

static struct moment
rule_answers(const struct survey *s, const struct rule *r)
{
	struct moment known = at_once;
	size_t i;

	if (r->when != NULL)
		known = condition_first(s, r->when, true);
	for (i = 0; i < r->read_count; i++)
		known = later(known, slot_first(s, r->reads[i]));
	if (r->until != 0)
		known = later(known, (struct moment){ PHASE_MAIL, NO_SLOT });
	return answer_moment(r, known);
}

/* What holds R back; phase CONNECT: nothing does. */
static struct hold
rule_hold(const struct survey *s, const struct rule *r)
{
	struct hold held = r->mode == MODE_SHADOW ? s->shadow : s->verdict;

	if (r->early || r->command)
		return (struct hold){ PHASE_CONNECT, SIZE_MAX };
	if (r->verdict == VERDICT_ACCEPT && s->acting.phase > held.phase)
		held = s->acting;
	return held;
}

static void
hold_take(struct hold *h, enum phase phase, const struct rule *r)
{
	if (phase > h->phase)
		*h = (struct hold){ phase, r->index };
}

/* R counts for those below it. */
static void
survey_take(struct survey *s, const struct rule *r, enum phase first)
{
	enum phase last = r->when != NULL ? condition_last(s, r->when) :
	    PHASE_CONNECT;
	struct above *a;
	size_t i;

	if (r->mode == MODE_OFF || r->command)
		return;
	if (r->until != 0 && last < PHASE_MAIL)
		last = PHASE_MAIL;
	for (i = 0; i < r->read_count; i++)
		if (slot_last(s, r->reads[i]) > last)
			last = slot_last(s, r->reads[i]);
	if (r->verdict != VERDICT_CONTINUE)
		hold_take(&s->shadow, last, r);
	if (r->verdict != VERDICT_CONTINUE && r->mode == MODE_ENFORCE)
		hold_take(&s->verdict, last, r);
	if (is_acting(r) && r->mode == MODE_ENFORCE)
		hold_take(&s->acting, last, r);
	for (i = 0; i < r->write_count; i++) {
		if (r->writes[i]->score > 0 && r->mode == MODE_ENFORCE)
			s->score[first] = number_add(s->score[first],
			    r->writes[i]->score);
		a = &s->above[r->writes[i]->slot];
		if (!a->any || first < a->first)
			a->first = first;
		if (last > a->last)
			a->last = last;
		a->any = true;
	}
}

static void
describe_rule(struct survey *s, struct rule *r)
{
	struct moment answers = rule_answers(s, r);
	struct hold held = rule_hold(s, r);
	struct rule_info *info = &r->info;

	*info = (struct rule_info){
		.name = r->name,
		.place = r->place,
		.verdict = r->verdict,
		.shadow = r->mode == MODE_SHADOW,
		.off = r->mode == MODE_OFF,
		.always = r->when == NULL,
		.until = r->until,
		.answers = answers.phase,
		.told = answers.phase,
		.held_by = SIZE_MAX,
	};
	if (answers.slot != NO_SLOT && answers.phase > PHASE_CONNECT)
		info->waits_for = s->policy->fact_names[answers.slot];
	if (held.phase > answers.phase) {
		info->told = held.phase > PHASE_MAIL ? held.phase : PHASE_MAIL;
		info->held_by = held.rule;
	}
	survey_take(s, r, answers.phase);
}

static struct span
fact_text(struct policy *p, const struct slot *s)
{
	struct buffer text;
	struct span name;

	buffer_init(&text, SIZE_MAX);
	fact_write(&text, s->kind, s->name);
	name = policy_copy(p, buffer_span(&text));
	buffer_release(&text);
	return name;
}

void
describe_rules(struct policy *p)
{
	struct survey s = { .policy = p };
	size_t i;

	p->fact_names = policy_alloc(p, p->slot_count, sizeof *p->fact_names);
	for (i = 0; i < p->slot_count; i++)
		p->fact_names[i] = fact_text(p, &p->slots[i]);
	s.above = xcalloc(p->slot_count + 1, sizeof *s.above);
	for (i = 0; i < p->rule_count; i++)
		describe_rule(&s, &p->rules[i]);
	free(s.above);
}

struct rule_info
policy_rule(const struct policy *p, size_t i)
{
	return p->rules[i].info;
}

bool
policy_find_rule(const struct policy *p, struct span name, size_t *i)
{
	size_t k;

	for (k = 0; k < p->rule_count; k++) {
		if (!span_equal(p->rules[k].name, name))
			continue;
		*i = k;
		return true;
	}
	return false;
}

struct span
policy_fact(const struct policy *p, size_t i)
{
	return i < p->slot_count ? p->fact_names[i] : span_make(NULL, 0);
}

/* The event that a phase's facts are learnt from, when nothing else is said. */
static const enum event_kind phase_event[PHASE_COUNT] = {
	[PHASE_CONNECT] = EVENT_CONNECT,
	[PHASE_HELO] = EVENT_HELO,
	[PHASE_MAIL] = EVENT_MAIL,
	[PHASE_RCPT] = EVENT_RCPT,
	[PHASE_DATA] = EVENT_DATA,
	[PHASE_EOH] = EVENT_EOH,
	[PHASE_EOM] = EVENT_EOM,
	[PHASE_UNKNOWN] = EVENT_UNKNOWN,
};

unsigned
describe_events(const struct slot *s)
{
	struct span name = span_of(s->kind->name);

	if (s->written != WRITTEN_NOT)
		return 0;
	if ((s->kind->flags & FACT_MIME) != 0)
		return 1u << EVENT_HEADER | 1u << EVENT_BODY;
	if ((s->kind->flags & (FACT_FIELDWISE | FACT_LAZY)) != 0 ||
	    span_is(name, "header_count"))
		return 1u << EVENT_HEADER;
	if (span_is(name, "body_raw"))
		return 1u << EVENT_BODY;
	if (span_is(name, "size"))
		return 1u << EVENT_HEADER | 1u << EVENT_BODY;
	return 1u << phase_event[s->known];
}

unsigned
policy_fact_events(const struct policy *p, size_t i)
{
	return describe_events(&p->slots[i]);
}

size_t
policy_fact_count(const struct policy *p)
{
	return p->slot_count;
}
