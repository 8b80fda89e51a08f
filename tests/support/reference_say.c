/*
 * reference_say.c - what rules have to say for the log.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference_say.h"

void
ref_say_line(char out[REF_ENVELOPE_MAX], int number, const char *what,
    const char *text)
{
	size_t len = strlen(out);

	/* That no rule decides is said by as many readings as there are. */
	if (number < 0 && strstr(out, "none") == NULL)
		snprintf(out + len, REF_ENVELOPE_MAX - len, "none %s %s\n",
		    what, text);
	if (number >= 0)
		snprintf(out + len, REF_ENVELOPE_MAX - len, "r%d %s %s\n",
		    number, what, text);
}

/* The log texts of rules in MODE, down to where the reading ends. */
static void
say_logs(const struct ref_view *v, size_t limit, enum ref_mode mode,
    struct ref_heard *heard, char out[REF_ENVELOPE_MAX])
{
	const struct ref_policy *p = &v->c->policy;
	const struct ref_rule *r;
	char text[REF_TEXT_MAX];
	size_t k, i;

	for (k = 0; k < p->count && k <= limit; k++) {
		r = &p->rules[k];
		if (r->mode != mode || heard->logs[k] ||
		    ref_ask_rule(v, k) != 'y')
			continue;
		for (i = 0; i < r->action_count; i++) {
			if (r->actions[i].kind != REF_LOG)
				continue;
			heard->logs[k] = true;
			ref_expand(v, k, &r->actions[i].value, NULL, NULL,
			    text);
			ref_say_line(out, (int)r->number, "says", text);
		}
	}
}

static void
say_outcome(const struct ref_view *v, const struct ref_end *end,
    struct ref_heard *heard, char out[REF_ENVELOPE_MAX])
{
	const struct ref_policy *p = &v->c->policy;
	bool none = end->rule == p->count;

	if (!none && heard->shadow[end->rule])
		return;
	if (!none)
		heard->shadow[end->rule] = true;
	ref_say_line(out, none ? -1 : (int)p->rules[end->rule].number,
	    end->kind == VERDICT_CONTINUE ? "is" : "would",
	    end->kind == VERDICT_CONTINUE ? "undecided" :
	    verdict_name(end->kind));
}

static bool
edits(const struct ref_rule *r)
{
	size_t i;

	for (i = 0; i < r->action_count; i++)
		if (r->actions[i].kind <= REF_QUARANTINE)
			return true;
	return false;
}

static void
say_edits(const struct ref_view *v, const struct ref_end *end,
    struct ref_heard *heard, char out[REF_ENVELOPE_MAX])
{
	const struct ref_policy *p = &v->c->policy;
	size_t k;

	for (k = 0; k < p->count && k <= end->rule; k++) {
		if (p->rules[k].mode != REF_SHADOW || heard->shadow[k] ||
		    !edits(&p->rules[k]) || ref_ask_rule(v, k) != 'y')
			continue;
		heard->shadow[k] = true;
		ref_say_line(out, (int)p->rules[k].number, "would", "edit");
	}
}

void
ref_say(const struct ref_view *v, const struct ref_end *first,
    struct ref_heard *heard, char out[REF_ENVELOPE_MAX])
{
	struct ref_view second = *v;
	struct ref_end end;

	say_logs(v, first->rule, REF_ENFORCE, heard, out);
	second.shadow = true;
	end = ref_read_to_end(&second);
	if (end.rule != first->rule || end.answer != first->answer)
		say_outcome(&second, &end, heard, out);
	if (end.kind == VERDICT_ACCEPT)
		say_edits(&second, &end, heard, out);
	say_logs(&second, end.rule, REF_SHADOW, heard, out);
}
