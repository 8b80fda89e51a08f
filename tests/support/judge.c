/*
 * judge.c - rules and a dialogue, and what the engine says to it.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/judge.h"

#define RULES_MAX (4u << 20)

bool
court_open(struct court *c, const char *rules)
{
	struct error_list errors = { .count = 0 };
	struct buffer text;

	*c = (struct court){ .policy = NULL };
	buffer_init(&text, RULES_MAX);
	buffer_addf(&text, "millgate: 1\n%s",
	    span_starts_with(span_of(rules), span_of("- ")) ? "rules:\n" : "");
	buffer_add_text(&text, rules);
	c->policy = policy_load_text("test.yaml", buffer_span(&text), &errors);
	/* Of warnings about the small rules of tests there is no end. */
	if (c->policy == NULL)
		error_list_print(&errors, stderr);
	error_list_release(&errors);
	buffer_release(&text);
	if (c->policy == NULL)
		return false;
	c->engine = engine_new(c->policy);
	player_init(&c->player, engine_feed, c->engine);
	return c->engine != NULL;
}

void
court_close(struct court *c)
{
	player_release(&c->player);
	engine_free(c->engine);
	policy_unref(c->policy);
	*c = (struct court){ .policy = NULL };
}

const char *
judge(const char *rules, const char *script)
{
	static struct buffer out;	/* for the one thread of a test */
	struct court c;

	if (out.limit == 0)
		buffer_init(&out, RULES_MAX);
	buffer_clear(&out);
	if (court_open(&c, rules))
		buffer_add_text(&out, player_say(&c.player, script));
	else
		buffer_add_text(&out, "the rules cannot be loaded");
	court_close(&c);
	return buffer_text(&out);
}
