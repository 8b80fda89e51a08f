/*
 * check_report.c - when each rule of a policy can answer, as a table.
 */
#include "config.h"

#include <stdint.h>

#include "milter/check_report.h"
#include "milter/check_table.h"

struct column {
	const char *title;
	void (*cell)(const struct policy *p, const struct rule_info *info,
	    struct buffer *out);
};

static void
cell_rule(const struct policy *p, const struct rule_info *info,
    struct buffer *out)
{
	(void)p;
	buffer_add(out, info->name);
}

static void
cell_place(const struct policy *p, const struct rule_info *info,
    struct buffer *out)
{
	(void)p;
	buffer_addf(out, "%s:%u", info->place.file, info->place.line);
}

static void
cell_verdict(const struct policy *p, const struct rule_info *info,
    struct buffer *out)
{
	(void)p;
	buffer_add_text(out, info->verdict == VERDICT_CONTINUE ? "-" :
	    verdict_name(info->verdict));
	if (info->off || info->shadow)
		buffer_add_text(out, info->off ? " (off)" : " (shadow)");
}

static void
cell_answers(const struct policy *p, const struct rule_info *info,
    struct buffer *out)
{
	(void)p;
	buffer_add_text(out, info->off ? "never" : phase_name(info->answers));
}

static void
cell_waits(const struct policy *p, const struct rule_info *info,
    struct buffer *out)
{
	(void)p;
	if (info->waits_for.len > 0)
		buffer_add(out, info->waits_for);
	else
		buffer_add_text(out, "-");
}

static void
cell_told(const struct policy *p, const struct rule_info *info,
    struct buffer *out)
{
	(void)p;
	buffer_add_text(out, info->off ? "never" : phase_name(info->told));
}

static void
cell_held(const struct policy *p, const struct rule_info *info,
    struct buffer *out)
{
	if (info->held_by == SIZE_MAX || info->off)
		buffer_add_text(out, "-");
	else
		buffer_add(out, policy_rule(p, info->held_by).name);
}

static const struct column column_table[] = {
	{ "RULE", cell_rule },
	{ "PLACE", cell_place },
	{ "VERDICT", cell_verdict },
	{ "ANSWERS", cell_answers },
	{ "WAITS FOR", cell_waits },
	{ "TOLD", cell_told },
	{ "HELD BACK BY", cell_held },
};

#define COLUMNS (sizeof column_table / sizeof column_table[0])

static void
cell(const struct policy *p, size_t row, size_t column, struct buffer *out)
{
	struct rule_info info = policy_rule(p, row);

	column_table[column].cell(p, &info, out);
}

static const char *
title(size_t column)
{
	return column_table[column].title;
}

void
report_phases(const struct policy *p)
{
	const struct check_table table = { COLUMNS, policy_rule_count(p),
		title, cell };

	check_table_print(&table, p);
}
