/*
 * reference_end.c - where a reading ends, and the reply that it ends with.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference_end.h"

bool
ref_is_due(const struct ref_view *v, size_t rule)
{
	const struct ref_policy *p = &v->c->policy;

	return rule == p->count || !p->rules[rule].at_given ||
	    p->rules[rule].at <= v->phase;
}

struct ref_end
ref_read_to_end(const struct ref_view *v)
{
	const struct ref_policy *p = &v->c->policy;
	struct ref_end e = { .kind = VERDICT_ACCEPT };

	e.rule = ref_read(v, &e.answer);
	e.due = ref_is_due(v, e.rule);
	if (e.answer == '?')
		e.kind = VERDICT_CONTINUE;
	else if (e.answer == 'f')
		e.kind = p->on_error;
	else if (e.rule < p->count)
		e.kind = p->rules[e.rule].verdict;
	return e;
}

bool
ref_refuses(enum verdict_kind k)
{
	return k == VERDICT_REJECT || k == VERDICT_TEMPFAIL ||
	    k == VERDICT_CLOSE;
}

/* What a refusal says that a rule gives no words to. */
static const struct words {
	const char *code;
	const char *status;
	const char *text;
} words[] = {
	[VERDICT_REJECT] = { "550", "5.7.1",
	    "Message refused by local policy" },
	[VERDICT_TEMPFAIL] = { "451", "4.7.1",
	    "Message cannot be taken now, try again later" },
	[VERDICT_CLOSE] = { "421", "4.7.0",
	    "Connection closed by local policy" },
};

void
ref_write_reply(const struct ref_view *v, struct ref_end e,
    char out[REF_TEXT_MAX])
{
	const struct ref_rule *r = &v->c->policy.rules[e.rule];
	const struct words *w = &words[r->verdict];
	char text[REF_TEXT_MAX];

	if (e.answer == 'f') {
		strcpy(out, "451 4.3.0 The mail filter cannot judge this "
		    "message now");
		return;
	}
	ref_expand(v, e.rule, &r->text, NULL, NULL, text);
	snprintf(out, REF_TEXT_MAX, "%s %s %.*s",
	    r->code != NULL ? r->code : w->code,
	    r->status != NULL ? r->status : w->status, REF_TEXT_MAX - 16,
	    text[0] != '\0' ? text : w->text);
}
