/*
 * load_needs.c - what an MTA must tell the filter for a policy.
 *
 * Messages are always followed from CONNECT to EOM. Fields and the body are
 * asked for when something is to be learnt from them. Answers are given only
 * where one may fall: at RCPT always, for limits.recipients, and at DATA and
 * EOM.
 */
#include "config.h"

#include "rules/engine/describe.h"
#include "rules/engine/life.h"
#include "rules/load/draft.h"

#define BIT(event) (1u << (event))

static void
need_events(struct policy *p)
{
	struct policy_needs *needs = &p->needs;
	size_t i;

	needs->events = BIT(EVENT_CONNECT) | BIT(EVENT_HELO) |
	    BIT(EVENT_MAIL) | BIT(EVENT_RCPT) | BIT(EVENT_DATA) |
	    BIT(EVENT_EOM);
	needs->answers = BIT(EVENT_RCPT) | BIT(EVENT_DATA) | BIT(EVENT_EOM);
	for (i = 0; i < p->slot_count; i++)
		needs->events |= describe_events(&p->slots[i]);
	needs->body = life_body_limit(p);
	/* Actions look at fields and at the body, too. */
	if (p->reads_mime)
		needs->events |= BIT(EVENT_HEADER) | BIT(EVENT_BODY);
	if (p->field_count > 0 || p->every_field)
		needs->events |= BIT(EVENT_HEADER);
	if ((needs->events & BIT(EVENT_HEADER)) != 0)
		needs->events |= BIT(EVENT_EOH);
	needs->answers |= needs->events & BIT(EVENT_EOH);
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
			case ACTION_REPLACE_BODY:
			case ACTION_REWRITE_BODY:
			case ACTION_APPEND_BODY:
				needs->body_edits = true;
				break;
			case ACTION_QUARANTINE:
				needs->quarantine = true;
				break;
			}
		}
	}
}

static bool
gives_verdict(const struct rule *r)
{
	return r->verdict != VERDICT_CONTINUE && r->mode == MODE_ENFORCE &&
	    !r->command;
}

/*
 * The first phase at which it may be known that R holds, or does not. That it
 * has ended is known at MAIL.
 */
static enum phase
first_known(const struct rule *r)
{
	enum phase first = r->when != NULL ? r->when->earliest : PHASE_CONNECT;

	return r->until != 0 && first > PHASE_MAIL ? PHASE_MAIL : first;
}

/*
 * ACCEPT is all that is told at CONNECT, `early` apart: when a rule that
 * accepts, or the end, may be reached by then, and no rule above has anything
 * to do or to say, not even in shadow. A rule about unknown commands wants to
 * be shown them.
 */
static bool
answers_connect(const struct policy *p)
{
	const struct rule *r;
	bool acts;

	if (p->commands.count > 0)
		return false;
	for (r = p->rules; r < p->rules + p->rule_count; r++) {
		acts = r->action_count > 0 || r->log_count > 0;
		if (r->mode == MODE_OFF ||
		    (!acts && r->verdict == VERDICT_CONTINUE))
			continue;
		if (first_known(r) > PHASE_CONNECT ||
		    (acts && r->when == NULL))
			return false;
		if (gives_verdict(r) && r->verdict == VERDICT_ACCEPT)
			return true;
	}
	return true;
}

/* Nothing is certain while the topmost rule is unknown. */
static bool
answers_mail(const struct policy *p)
{
	const struct rule *r;

	for (r = p->rules; r < p->rules + p->rule_count; r++)
		if (gives_verdict(r))
			return first_known(r) <= PHASE_MAIL;
	return true;
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

	if (answers_connect(p))
		needs->answers |= BIT(EVENT_CONNECT);
	if (answers_mail(p))
		needs->answers |= BIT(EVENT_MAIL);
	if (waits_for_eoh(&v->common) || waits_for_eoh(&v->personal)) {
		needs->events |= BIT(EVENT_EOH);
		needs->answers |= BIT(EVENT_EOH);
	}
	for (i = 0; i < p->early.count; i++) {
		/* One that is told at HELO stands at MAIL. */
		needs->answers |= BIT(EVENT_HELO) | BIT(EVENT_MAIL);
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
	/* A new body brings a Content-Type of its own. */
	needs->header_edits |= needs->body_edits;
	needs->edits = needs->header_edits || needs->sender_edits ||
	    needs->recipient_edits || needs->quarantine;
	if (p->settings.shadow)
		needs->answers = 0;
}
