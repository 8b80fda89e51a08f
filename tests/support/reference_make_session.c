/*
 * reference_make_session.c - connections at random.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference_make.h"

static const char *const words[6] = { "x", "x", "y", "X", "xy", REF_LONG };
static const char *const names[6] = { "x", "x", "y", "X", "y.x", REF_LONG };
static const char *const domains[6] = { "x", "x", "y", "X", "y.x", "z" };
static const char *const perhaps[6] = { "x", "y", "xy", "z", NULL, NULL };

static void
write_address(char out[REF_ADDRESS_MAX], const char *local,
    const char *domain)
{
	if (local == NULL)
		snprintf(out, REF_ADDRESS_MAX, "<>");
	else
		snprintf(out, REF_ADDRESS_MAX, "%s@%s", local, domain);
}

static void
make_sender(struct ref_maker *m, struct ref_message *g)
{
	static const char *const params[6] = { "SIZE=3", "size=30", "X=y",
		"x", "SIZE=29", "BODY=8BITMIME" };
	static const int hours[4] = { 0, 9, 10, 23 };
	bool sized = false;

	if (!ref_once_in(m, 8)) {
		g->sender_local = ref_pick_word(m, words);
		g->sender_domain = ref_pick_word(m, domains);
	}
	write_address(g->sender, g->sender_local, g->sender_domain);
	g->param_count = ref_pick(m, 3);
	for (size_t i = 0; i < g->param_count; i++) {
		g->params[i] = ref_pick_word(m, params);
		if (sized)	/* one size is enough */
			g->params[i] = "x";
		sized |= ascii_lower(g->params[i][0]) == 's';
	}
	g->auth = ref_pick_word(m, perhaps);
	g->time = REF_UNTIL_BEGIN + ((int64_t)ref_pick(m, 3) - 1) * 24 * 3600 +
	    hours[ref_pick(m, 4)] * 3600;
}

/* Many of whom only few can be told apart by rules. */
static const char *
many_local(size_t i)
{
	static char locals[REF_RECIPIENTS][24];	/* of the one thread */

	snprintf(locals[i], sizeof locals[i], "%c%zu", i % 3 == 0 ? 'y' : 'x',
	    i);
	return locals[i];
}

static void
make_recipients(struct ref_maker *m, struct ref_message *g)
{
	static const char *const params[6] = { "NOTIFY=x", "y", NULL, NULL,
		NULL, NULL };
	bool many = ref_once_in(m, 30);
	struct ref_recipient *r;
	size_t i;

	g->recipient_count = many ? REF_RECIPIENTS : 1 + ref_pick(m, 4);
	for (i = 0; i < g->recipient_count; i++) {
		r = &g->recipients[i];
		r->local = many ? many_local(i) : ref_pick_word(m, words);
		r->domain = ref_pick_word(m, domains);
		r->param = ref_pick_word(m, params);
		r->host = ref_pick_word(m, perhaps);
		write_address(r->address, r->local, r->domain);
	}
	ref_find_same(g);
}

static void
make_content(struct ref_maker *m, struct ref_message *g)
{
	static const char *const field_names[6] = { "A", "a", "B", "b", "C",
		"a" };
	static const char *const values[6] = { "x", "y", "xy", "x\n y", "",
		REF_LONG };
	static const char *const bodies[6] = { "", "x", "xy\r\nx", "y\r\n",
		"x\r\n", REF_LONG };
	size_t i;

	g->queue_id = ref_pick_word(m, perhaps);
	g->field_count = ref_pick(m, REF_FIELDS + 1);
	for (i = 0; i < g->field_count; i++) {
		g->fields[i].name = ref_pick_word(m, field_names);
		g->fields[i].value = ref_pick_word(m, values);
	}
	ref_set_body(g, ref_pick_word(m, bodies));
	g->body_split = ref_pick(m, strlen(g->body) + 1);
	g->late = ref_pick_word(m, perhaps);
}

static void
make_message(struct ref_maker *m, struct ref_message *g, bool first)
{
	static const char *const commands[6] = { "XY x", "y", "xy", NULL, NULL,
		NULL };
	size_t i;

	g->helo_count = ref_once_in(m, first ? 8 : 4) ? 2 :
	    first != ref_once_in(m, 4);
	for (i = 0; i < g->helo_count; i++)
		g->helos[i] = ref_pick_word(m, names);
	make_sender(m, g);
	make_recipients(m, g);
	make_content(m, g);
	g->reset = ref_once_in(m, 12);
	for (i = 0; i < 2; i++)
		g->unknown[i] = ref_pick_word(m, commands);
}

void
ref_make_session(struct ref_maker *m, struct ref_session *s)
{
	static const char *const ips[6] = { "192.0.2.1", "192.0.2.1",
		"192.0.2.2", "192.0.2.0", "198.51.100.7", "203.0.113.1" };
	static const uint16_t ports[4] = { 1, 25, 1024, 40112 };
	size_t i;

	s->ip = ref_pick_word(m, ips);
	s->name = ref_pick_word(m, names);
	s->port = ports[ref_pick(m, 4)];
	s->daemon = ref_pick_word(m, perhaps);
	s->count = 1 + ref_pick(m, REF_MESSAGES);
	for (i = 0; i < s->count; i++)
		make_message(m, &s->messages[i], i == 0);
}
