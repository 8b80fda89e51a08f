/*
 * reference_accept.c - what is done to a message that is accepted.
 *
 * Once, in file order, for whichever accepted recipient the rule is reached
 * and holds first.
 */
#include "config.h"

#include "tests/support/reference_end.h"
#include "tests/support/reference_mail.h"

/* The first recipient that is accepted, and for whom rule K is reached and
 * comes to ANSWER; -1: there is none. */
static int
accepted_with(struct ref_view *v, size_t k, char answer)
{
	struct ref_end e;
	size_t i;

	for (i = 0; i < v->m->recipient_count; i++) {
		if (ref_is_again(v->m, i) || v->refused[i])
			continue;
		v->recipient = (int)i;
		e = ref_read_to_end(v);
		if (e.kind == VERDICT_ACCEPT && e.rule >= k &&
		    ref_ask_rule(v, k) == answer)
			return (int)i;
	}
	return -1;
}

static bool
quarantines(const struct ref_rule *r)
{
	size_t i;

	for (i = 0; i < r->action_count; i++)
		if (r->actions[i].kind == REF_QUARANTINE)
			return true;
	return false;
}

bool
ref_quarantine_fails(struct ref_view *v)
{
	const struct ref_policy *p = &v->c->policy;
	size_t k;

	for (k = 0; k < p->count; k++)
		if (quarantines(&p->rules[k]) &&
		    p->rules[k].verdict == VERDICT_CONTINUE &&
		    accepted_with(v, k, 'f') >= 0)
			return true;
	return false;
}

/* The message for those for whom it is not discarded. */
static void
begin_mail(struct ref_view *v, struct ref_mail *mail)
{
	struct ref_end e;
	size_t i;

	ref_mail_init(mail, v->m, v->refused, false);
	for (i = 0; i < v->m->recipient_count; i++) {
		if (ref_is_again(v->m, i) || v->refused[i])
			continue;
		v->recipient = (int)i;
		e = ref_read_to_end(v);
		if (e.kind == VERDICT_DISCARD)
			ref_mail_drop(mail,
			    span_of(v->m->recipients[i].address));
	}
}

void
ref_edit_message(struct ref_view *v, struct ref_result *r)
{
	static struct ref_mail mail, before;	/* large; of the one thread */
	size_t k;

	begin_mail(v, &mail);
	for (k = 0; k < v->c->policy.count; k++) {
		v->recipient = accepted_with(v, k, 'y');
		if (v->recipient >= 0)
			ref_mail_edit(&mail, v, k);
	}
	if (mail.recipient_count == 0) {
		begin_mail(v, &before);
		ref_mail_keep(&mail, &before);
	}
	ref_mail_tell(&mail, r);
}
