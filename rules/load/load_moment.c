/*
 * load_moment.c - when a rule counts, and when it answers.
 *
 *	mode: shadow		enforce, shadow or off
 *	until: 2026-12-31	that day is its last
 *	early: true		answer at connect or HELO
 *	at: rcpt		answer no earlier
 */
#include "config.h"

#include <time.h>

#include "rules/engine/decide.h"
#include "rules/load/draft.h"

int
load_mode(struct loader *l, struct node *n, void *target)
{
	static const char *const names[] = {
		[MODE_ENFORCE] = "enforce",
		[MODE_SHADOW] = "shadow",
		[MODE_OFF] = "off",
	};
	struct rule *r = target;
	struct suggestion near;
	struct problem *p;
	struct span text;
	size_t i;

	if (load_text(l, n, &text) < 0)
		return -1;
	suggest_init(&near, text);
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		suggest_consider(&near, span_of(names[i]));
		if (!span_is(text, names[i]))
			continue;
		r->mode = (enum rule_mode)i;
		return 0;
	}
	p = tree_error(n, "'%s' is no mode of a rule", quote(text).text);
	problem_hint(p, "write enforce, shadow (it is only logged) or off");
	suggest_hint(&near, p);
	return -1;
}

/* LEN digits at the start of S; -1 when there are not so many. */
static int
digits(struct span s, size_t len)
{
	int number = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (i >= s.len || s.ptr[i] < '0' || s.ptr[i] > '9')
			return -1;
		number = number * 10 + (s.ptr[i] - '0');
	}
	return number;
}

/* mktime() makes the 2nd of March out of the 30th of February. */
static bool
is_real(const struct tm *day)
{
	struct tm noon = *day;

	noon.tm_hour = 12;
	return mktime(&noon) != (time_t)-1 && noon.tm_mday == day->tm_mday &&
	    noon.tm_mon == day->tm_mon;
}

static bool
parse_day(struct span s, struct tm *day)
{
	int year = digits(s, 4), month = digits(span_skip(s, 5), 2);
	int mday = digits(span_skip(s, 8), 2);

	if (s.len != 10 || s.ptr[4] != '-' || s.ptr[7] != '-' || year < 1970 ||
	    month < 1 || mday < 1)
		return false;
	*day = (struct tm){ .tm_year = year - 1900, .tm_mon = month - 1,
		.tm_mday = mday, .tm_hour = 23, .tm_min = 59, .tm_sec = 59,
		.tm_isdst = -1 };
	return is_real(day);
}

int
load_until(struct loader *l, struct node *n, void *target)
{
	struct rule *r = target;
	struct span text;
	struct tm day;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (parse_day(text, &day)) {
		r->until = mktime(&day);
		return 0;
	}
	problem_hint(tree_error(n, "'%s' is no day", quote(text).text),
	    "write the last day of the rule as 2026-12-31");
	return -1;
}

int
load_early(struct loader *l, struct node *n, void *target)
{
	struct rule *r = target;

	return load_boolean(l, n, &r->early);
}

int
load_at(struct loader *l, struct node *n, void *target)
{
	struct rule *r = target;
	struct suggestion near;
	struct problem *p;
	struct span text;
	int phase;

	if (load_text(l, n, &text) < 0)
		return -1;
	suggest_init(&near, text);
	for (phase = PHASE_CONNECT; phase <= PHASE_EOM; phase++) {
		suggest_consider(&near, span_of(phase_name(phase)));
		if (!span_is(text, phase_name(phase)))
			continue;
		r->at = (enum phase)phase;
		r->at_given = true;
		return 0;
	}
	p = tree_error(n, "'%s' is no phase that a rule may wait for",
	    quote(text).text);
	problem_hint(p, "they are connect, helo, mail, rcpt, data, eoh and "
	    "eom");
	suggest_hint(&near, p);
	return -1;
}

/* From when on slot S is known to a rule. */
static enum phase
slot_phase(const struct loader *l, unsigned slot)
{
	const struct slot *s = &l->policy->slots[slot];
	enum phase phase = PHASE_EOM;
	unsigned phases;

	if (s->written == WRITTEN_NOT)
		return s->known;
	phases = slot < l->above_room ? l->above[slot].phases : 0;
	while (phase > PHASE_CONNECT && (phases & 1u << phase) == 0)
		phase--;
	return phase;
}

#define NONE ((unsigned)-1)	/* no slot */

static unsigned
later(const struct loader *l, unsigned a, unsigned b)
{
	if (a == NONE || b == NONE)
		return a == NONE ? b : a;
	return slot_phase(l, b) > slot_phase(l, a) ? b : a;
}

/* The slot that C reads and that is known last. */
static unsigned
latest_test(const struct loader *l, const struct condition *c)
{
	unsigned latest = NONE;
	size_t i;

	if (c->kind == CONDITION_TEST)
		return c->test->slot;
	for (i = 0; i < c->count; i++)
		latest = later(l, latest, latest_test(l, c->children[i]));
	return latest;
}

/* The slot that rule R reads and that is known last; or NONE. */
static unsigned
latest_slot(const struct loader *l, const struct rule *r)
{
	unsigned latest = r->when != NULL ? latest_test(l, r->when) : NONE;
	size_t i;

	for (i = 0; i < r->read_count; i++)
		latest = later(l, latest, r->reads[i]);
	return latest;
}

static int
check_early(const struct loader *l, const struct node *n, const struct rule *r)
{
	unsigned latest = latest_slot(l, r);
	const struct node *early = node_get(n, "early");

	if (!verdict_is_refusal(r->verdict)) {
		problem_hint(tree_error(early, "'early' is for rules that "
		    "reject, tempfail or close"), "leave it away");
		return -1;
	}
	if (r->action_count > 0 || r->write_count > 0) {
		problem_hint(tree_error(early, "a rule that answers early does "
		    "nothing else"), "there is no message yet; put the rest "
		    "into a rule of its own");
		return -1;
	}
	if (r->written) {
		problem_hint(tree_error(early, "an early rule cannot read what "
		    "rules above it write"), "it does not wait for them");
		return -1;
	}
	if (latest == NONE || slot_phase(l, latest) <= PHASE_HELO)
		return 0;
	problem_hint(tree_error(early, "an early rule cannot read '%s'",
	    load_slot_name(l, latest).text), "at connect and HELO "
	    "client.*, helo and the macros sent by then are known");
	return -1;
}

static int
check_at(const struct loader *l, const struct node *n, const struct rule *r)
{
	const struct node *at = node_get(n, "at");
	unsigned latest = latest_slot(l, r);

	if (r->verdict == VERDICT_CONTINUE) {
		problem_hint(tree_error(at, "'at' is for rules that give a "
		    "verdict"), "edits are always done at the end of the "
		    "message");
		return -1;
	}
	if (r->at <= PHASE_HELO && !r->early) {
		problem_hint(tree_error(at, "'at: %s' needs 'early: true'",
		    phase_name(r->at)), "without it a rule answers at mail "
		    "at the earliest");
		return -1;
	}
	if (r->at > PHASE_HELO && r->early) {
		problem_hint(tree_error(at, "an early rule answers at connect "
		    "or helo"), "leave 'early' or 'at' away");
		return -1;
	}
	if (latest == NONE || slot_phase(l, latest) <= r->at)
		return 0;
	problem_hint(tree_error(at, "at %s '%s' is not yet known",
	    phase_name(r->at), load_slot_name(l, latest).text),
	    "it is known at %s", phase_name(slot_phase(l, latest)));
	return -1;
}

int
load_check_moments(struct loader *l, const struct node *n,
    const struct rule *r)
{
	if (r->early && check_early(l, n, r) < 0)
		return -1;
	return r->at_given ? check_at(l, n, r) : 0;
}
