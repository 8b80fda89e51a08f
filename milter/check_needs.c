/*
 * check_needs.c - what a policy wants of an MTA, for people.
 *
 * It is read from the tables that the daemon negotiates by, as for an MTA that
 * offers all there is.
 */
#include "config.h"

#include <stdio.h>

#include "milter/check_report.h"
#include "milter/check_table.h"
#include "milter/daemon/wants.h"

#define ALL_OFFERED ~0ul
#define NAMES_MAX 3		/* in a cell; the others are counted */

/* Names in a cell, divided by ", ". */
struct names {
	struct buffer *out;
	size_t count;
};

static void
names_add(struct names *n, struct span name)
{
	if (n->count++ >= NAMES_MAX)
		return;
	buffer_add_text(n->out, n->count > 1 ? ", " : "");
	buffer_add(n->out, name);
}

static void
names_end(const struct names *n)
{
	if (n->count > NAMES_MAX)
		buffer_addf(n->out, " and %zu more", n->count - NAMES_MAX);
	if (n->count == 0)
		buffer_add_text(n->out, "-");
}

static void
cell_step(const struct policy *p, enum event_kind kind, struct buffer *out)
{
	(void)p;
	buffer_add_text(out, step_of(kind)->name);
}

static void
cell_use(const struct policy *p, enum event_kind kind, struct buffer *out)
{
	switch (step_use(policy_needs(p), kind, ALL_OFFERED)) {
	case STEP_UNSENT:
		buffer_add_text(out, "leaves it out");
		break;
	case STEP_SILENT:
		buffer_add_text(out, "goes on");
		break;
	case STEP_ANSWERED:
		buffer_add_text(out, "waits");
		break;
	}
}

static void
cell_facts(const struct policy *p, enum event_kind kind, struct buffer *out)
{
	struct names names = { out, 0 };

	for (size_t i = 0; i < policy_fact_count(p); i++)
		if ((policy_fact_events(p, i) & 1u << kind) != 0)
			names_add(&names, policy_fact(p, i));
	names_end(&names);
}

/* The first step at which INFO's verdict may be told; EVENT_COUNT: none. */
static enum event_kind
first_told(const struct policy *p, const struct rule_info *info)
{
	const struct policy_needs *needs = policy_needs(p);

	if (info->off || info->shadow || info->verdict == VERDICT_CONTINUE)
		return EVENT_COUNT;
	for (int kind = 0; kind < EVENT_COUNT; kind++)
		if ((needs->answers & 1u << kind) != 0 &&
		    step_of((enum event_kind)kind)->phase >= info->told)
			return (enum event_kind)kind;
	return EVENT_COUNT;
}

static void
cell_rules(const struct policy *p, enum event_kind kind, struct buffer *out)
{
	struct names names = { out, 0 };
	struct rule_info info;

	for (size_t i = 0; i < policy_rule_count(p); i++) {
		info = policy_rule(p, i);
		if (first_told(p, &info) == kind)
			names_add(&names, info.name);
	}
	names_end(&names);
}

static void
cell_macros(const struct policy *p, enum event_kind kind, struct buffer *out)
{
	const struct step *step = step_of(kind);
	const char *const *names = NULL;
	size_t count = 0;

	if (step->place >= 0 && step_use(policy_needs(p), kind,
	    ALL_OFFERED) != STEP_UNSENT)
		names = policy_macros(p, step->phase, &count);
	buffer_add_text(out, count > 0 ? WANTS_MACRO : "-");
	for (size_t i = 0; i < count; i++)
		buffer_addf(out, " %s", names[i]);
}

static const struct column {
	const char *title;
	void (*cell)(const struct policy *p, enum event_kind kind,
	    struct buffer *out);
} column_table[] = {
	{ "STEP", cell_step },
	{ "THE MTA", cell_use },
	{ "FACTS", cell_facts },
	{ "RULES", cell_rules },
	{ "MACROS", cell_macros },
};

#define COLUMNS (sizeof column_table / sizeof column_table[0])

/* Step number ROW of those that can be negotiated; EVENT_COUNT: no more. */
static enum event_kind
step_at(size_t row)
{
	for (int kind = 0; kind < EVENT_COUNT; kind++)
		if (step_of((enum event_kind)kind)->name != NULL &&
		    row-- == 0)
			return (enum event_kind)kind;
	return EVENT_COUNT;
}

static void
cell(const struct policy *p, size_t row, size_t column, struct buffer *out)
{
	column_table[column].cell(p, step_at(row), out);
}

static const char *
title(size_t column)
{
	return column_table[column].title;
}

static void
report_steps(const struct policy *p)
{
	struct check_table table = { COLUMNS, 0, title, cell };

	while (step_at(table.rows) != EVENT_COUNT)
		table.rows++;
	check_table_print(&table, p);
}

static void
report_facts(const struct policy *p)
{
	struct check_list l = { .title = "facts" };

	for (size_t i = 0; i < policy_fact_count(p); i++)
		check_list_add(&l, policy_fact(p, i));
	check_list_end(&l);
}

static bool
reads(const struct policy *p, const char *fact)
{
	for (size_t i = 0; i < policy_fact_count(p); i++)
		if (span_is(policy_fact(p, i), fact))
			return true;
	return false;
}

static void
report_body(const struct policy *p)
{
	printf("%-15s ", "body");
	if (policy_needs(p)->body > 0)
		printf("the first %zu bytes are kept\n",
		    policy_needs(p)->body);
	else
		printf("%s\n", reads(p, "size") ? "counted" : "-");
}

static void
report_changes(const struct policy_needs *needs)
{
	const struct right *right;
	size_t i;

	printf("%-15s ", "changes");
	for (i = 0; (right = wants_right(needs, i)) != NULL; i++)
		printf("%s%s", i > 0 ? ", " : "", right->name);
	printf("%s\n", i == 0 ? "-" : "");
}

void
report_needs(const struct policy *p)
{
	report_steps(p);
	report_facts(p);
	report_body(p);
	report_changes(policy_needs(p));
}
