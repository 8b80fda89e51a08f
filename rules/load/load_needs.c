/*
 * load_needs.c - what an MTA must tell the filter for a policy.
 *
 * Messages are always followed from CONNECT to EOM. Fields and the body are
 * asked for when something is to be learnt from them; answers at CONNECT, HELO
 * and unknown commands are given only when some rule may do so there.
 */
#include "config.h"

#include "rules/load/draft.h"

#define BIT(event) (1u << (event))

static bool
reads(const struct policy *p, const char *fact)
{
	size_t i;

	for (i = 0; i < p->slot_count; i++)
		if (span_is(span_of(p->slots[i].kind->name), fact))
			return true;
	return false;
}

static void
need_events(struct policy *p)
{
	struct policy_needs *needs = &p->needs;

	needs->events = BIT(EVENT_CONNECT) | BIT(EVENT_HELO) |
	    BIT(EVENT_MAIL) | BIT(EVENT_RCPT) | BIT(EVENT_DATA) |
	    BIT(EVENT_EOM);
	needs->answers = BIT(EVENT_MAIL) | BIT(EVENT_RCPT) | BIT(EVENT_DATA) |
	    BIT(EVENT_EOM);
	if (p->field_count > 0 || p->every_field || p->reads_size ||
	    reads(p, "header_names") || reads(p, "header_count")) {
		needs->events |= BIT(EVENT_HEADER) | BIT(EVENT_EOH);
		needs->answers |= BIT(EVENT_EOH);
	}
	if (p->reads_body || p->reads_size)
		needs->events |= BIT(EVENT_BODY);
	if (p->commands.count > 0) {
		needs->events |= BIT(EVENT_UNKNOWN);
		needs->answers |= BIT(EVENT_UNKNOWN);
	}
}

static void
need_edits(struct policy_needs *needs, const struct rule_list *editing)
{
	const struct action *a;
	size_t i, k;

	for (i = 0; i < editing->count; i++) {
		for (k = 0; k < editing->at[i]->action_count; k++) {
			a = &editing->at[i]->actions[k];
			switch (a->kind) {
			case ACTION_ADD_HEADER:
			case ACTION_SET_HEADER:
			case ACTION_REMOVE_HEADER:
			case ACTION_REWRITE_HEADER:
				needs->header_edits = true;
				break;
			case ACTION_SET_SENDER:
				needs->sender_edits = true;
				break;
			case ACTION_ADD_RECIPIENT:
			case ACTION_REMOVE_RECIPIENT:
			case ACTION_REWRITE_RECIPIENT:
				needs->recipient_edits = true;
				break;
			case ACTION_QUARANTINE:
				needs->quarantine = true;
				break;
			}
		}
	}
}

/*
 * May a verdict fall at CONNECT? Only when some rule may be answered by then,
 * or none gives one. What rules write may be known at once: nobody wrote.
 */
static bool
answers_connect(const struct rule_list *verdicts)
{
	size_t i;

	for (i = 0; i < verdicts->count; i++)
		if (verdicts->at[i]->when == NULL ||
		    verdicts->at[i]->when->earliest == PHASE_CONNECT)
			return true;
	return false;
}

/* Does some rule of LIST wait for the end of the header? */
static bool
waits_for_eoh(const struct rule_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->at[i]->at == PHASE_EOH)
			return true;
	return false;
}

static void
need_answers(struct policy *p)
{
	const struct view *v = &p->views[VIEW_ENFORCED];
	struct policy_needs *needs = &p->needs;
	size_t i;

	if (answers_connect(&v->common) || answers_connect(&v->personal) ||
	    v->common.count + v->personal.count == 0)
		needs->answers |= BIT(EVENT_CONNECT);
	if (waits_for_eoh(&v->common) || waits_for_eoh(&v->personal)) {
		needs->events |= BIT(EVENT_EOH);
		needs->answers |= BIT(EVENT_EOH);
	}
	for (i = 0; i < p->early.count; i++) {
		needs->answers |= BIT(EVENT_HELO);
		if (p->early.at[i]->earliest == PHASE_CONNECT)
			needs->answers |= BIT(EVENT_CONNECT);
	}
}

void
load_needs(struct policy *p)
{
	struct policy_needs *needs = &p->needs;

	need_events(p);
	need_answers(p);
	need_edits(needs, &p->views[VIEW_ENFORCED].editing);
	needs->recipient_edits |= p->discards;
	needs->edits = needs->header_edits || needs->sender_edits ||
	    needs->recipient_edits || needs->quarantine;
	if (p->settings.shadow)
		needs->answers = 0;
}
