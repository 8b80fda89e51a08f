/*
 * mail_facts.c - what a fact of a message is, and what a rule makes of it.
 */
#include "config.h"

#include <stdio.h>

#include "rules/engine/evaluate.h"
#include "tests/support/judge.h"
#include "tests/support/mail_facts.h"
#include "tests/support/mail_script.h"

#define RULES_MAX 4096
#define TEXT_MAX (256u << 10)

static struct buffer out;	/* of the one thread */

/* A session that has been told MESSAGE under a rule for CONDITION. */
static bool
open_court(struct court *c, const char *settings, const char *condition,
    struct span message)
{
	char rules[RULES_MAX];

	if (out.limit == 0)
		buffer_init(&out, TEXT_MAX);
	buffer_clear(&out);
	(void)snprintf(rules, sizeof rules, "settings: {%s}\nrules:\n"
	    "- {rule: r, when: {%s}, then: {reject: hit}}\n", settings,
	    condition);
	if (!court_open(c, rules))
		return false;
	buffer_add_text(&out, player_say(&c->player, mail_script(message)));
	return true;
}

const char *
mail_facts(const char *settings, const char *fact, struct span message)
{
	char condition[RULES_MAX];
	const struct values *v;
	struct court c;
	size_t i;

	(void)snprintf(condition, sizeof condition, "%s: {exists: true}",
	    fact);
	if (!open_court(&c, settings, condition, message))
		return "the rules cannot be loaded";
	buffer_clear(&out);
	v = slot_values(c.engine, 0, NULL);
	for (i = 0; i < v->count; i++) {
		buffer_add_char(&out, '[');
		buffer_add(&out, v->at[i]);
		buffer_add_char(&out, ']');
	}
	if (v->cut > 0 || v->rest == VALUES_CUT)
		buffer_add_text(&out, " cut");
	if (v->rest == VALUES_LOST)
		buffer_add_text(&out, " lost");
	court_close(&c);
	return buffer_text(&out);
}

const char *
mail_answer(const char *settings, const char *condition, struct span message)
{
	const char *said = "no", *why;
	struct court c;

	if (!open_court(&c, settings, condition, message))
		return "the rules cannot be loaded";
	court_close(&c);
	if (strstr(buffer_text(&out), "reject 550 5.7.1 hit") != NULL)
		said = "yes";
	why = strstr(buffer_text(&out), "(r: ");
	if (why == NULL)
		return said;
	/* "(r: why; on_error decides)" */
	said = why + sizeof "(r: " - 1;
	out.ptr[said - out.ptr + (ptrdiff_t)strcspn(said, ";")] = '\0';
	return said;
}
