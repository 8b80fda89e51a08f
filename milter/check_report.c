/*
 * check_report.c - what millgate check tells about a policy that is right.
 *
 * A table is as wide as what stands in it: each cell is made twice, once to be
 * measured and once to be printed. Names come from rule files; whatever of them
 * a terminal may obey is printed as '?'.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>

#include "buffer.h"
#include "milter/check_report.h"
#include "rules/base/utf8.h"

#define CELL_MAX 4096
#define LINE_WIDTH 79
#define GAP 2			/* blanks between two columns */

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

/* Characters of S, as a terminal has columns for them. */
static size_t
width(struct span s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += !utf8_is_continuation(s.ptr[i]);
	return count;
}

static void
print_safely(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		bool control = c < ' ' || c == 0x7f || (c == 0xc2 &&
		    i + 1 < s.len && (unsigned char)s.ptr[i + 1] < 0xa0);

		putchar(control ? '?' : c);
		i += control && c == 0xc2;
	}
}

/* S in a column of WIDE characters; the last one ends without blanks. */
static void
print_cell(struct span s, size_t wide, bool last)
{
	print_safely(s);
	if (last)
		putchar('\n');
	else
		printf("%*s", (int)(wide - width(s) + GAP), "");
}

static void
measure(const struct policy *p, struct buffer *cell, size_t wide[COLUMNS])
{
	struct rule_info info;

	for (size_t c = 0; c < COLUMNS; c++)
		wide[c] = strlen(column_table[c].title);
	for (size_t i = 0; i < policy_rule_count(p); i++) {
		info = policy_rule(p, i);
		for (size_t c = 0; c < COLUMNS; c++) {
			buffer_clear(cell);
			column_table[c].cell(p, &info, cell);
			if (width(buffer_span(cell)) > wide[c])
				wide[c] = width(buffer_span(cell));
		}
	}
}

void
report_phases(const struct policy *p)
{
	size_t wide[COLUMNS];
	struct rule_info info;
	struct buffer cell;

	buffer_init(&cell, CELL_MAX);
	measure(p, &cell, wide);
	for (size_t c = 0; c < COLUMNS; c++)
		print_cell(span_of(column_table[c].title), wide[c],
		    c + 1 == COLUMNS);
	for (size_t i = 0; i < policy_rule_count(p); i++) {
		info = policy_rule(p, i);
		for (size_t c = 0; c < COLUMNS; c++) {
			buffer_clear(&cell);
			column_table[c].cell(p, &info, &cell);
			print_cell(buffer_span(&cell), wide[c],
			    c + 1 == COLUMNS);
		}
	}
	buffer_release(&cell);
}

/* Words behind a title, in lines that fit a terminal. */
struct list {
	const char *title;
	size_t at;		/* characters in the line so far */
	bool any;
};

#define TITLE_WIDTH 16

static void
list_add(struct list *l, struct span word)
{
	size_t need = width(word) + 1;

	if (!l->any)
		l->at = (size_t)printf("%-*s", TITLE_WIDTH - 1, l->title);
	else if (l->at + need > LINE_WIDTH)
		l->at = (size_t)printf("\n%*s", TITLE_WIDTH - 1, "") - 1;
	putchar(' ');
	print_safely(word);
	l->at += need;
	l->any = true;
}

static void
list_end(struct list *l)
{
	if (!l->any)
		list_add(l, span_of("-"));
	putchar('\n');
}

/* The steps of SMTP that an MTA may leave out. */
static const struct step {
	enum event_kind event;
	const char *name;
} step_table[] = {
	{ EVENT_CONNECT, "connect" },
	{ EVENT_HELO, "helo" },
	{ EVENT_MAIL, "mail" },
	{ EVENT_RCPT, "rcpt" },
	{ EVENT_DATA, "data" },
	{ EVENT_HEADER, "header" },
	{ EVENT_EOH, "eoh" },
	{ EVENT_BODY, "body" },
	{ EVENT_EOM, "eom" },
	{ EVENT_UNKNOWN, "unknown" },
};

/* The steps whose bit in BITS is SET. */
static void
report_steps(const char *title, unsigned bits, bool set)
{
	struct list l = { .title = title };

	for (size_t i = 0; i < sizeof step_table / sizeof step_table[0]; i++)
		if (((bits & 1u << step_table[i].event) != 0) == set)
			list_add(&l, span_of(step_table[i].name));
	list_end(&l);
}

static void
report_macros(const struct policy *p)
{
	char title[TITLE_WIDTH + PHASE_COUNT];

	for (int phase = 0; phase < PHASE_COUNT; phase++) {
		size_t count;
		const char *const *names =
		    policy_macros(p, (enum phase)phase, &count);
		struct list l = { .title = title };

		(void)snprintf(title, sizeof title, "macros %s",
		    phase_name((enum phase)phase));
		for (size_t i = 0; i < count; i++)
			list_add(&l, span_of(names[i]));
		if (count > 0)
			list_end(&l);
	}
}

static void
report_changes(const struct policy_needs *needs)
{
	struct list l = { .title = "changes" };

	if (needs->header_edits)
		list_add(&l, span_of("header"));
	if (needs->sender_edits)
		list_add(&l, span_of("sender"));
	if (needs->recipient_edits)
		list_add(&l, span_of("recipients"));
	if (needs->quarantine)
		list_add(&l, span_of("quarantine"));
	list_end(&l);
}

void
report_needs(const struct policy *p)
{
	const struct policy_needs *needs = policy_needs(p);
	struct list facts = { .title = "facts" };

	for (size_t i = 0; i < policy_fact_count(p); i++)
		list_add(&facts, policy_fact(p, i));
	list_end(&facts);
	report_steps("steps", needs->events, true);
	report_steps("not needed", needs->events | 1u << EVENT_ABORT |
	    1u << EVENT_CLOSE, false);
	report_steps("answered", needs->answers, true);
	report_macros(p);
	report_changes(needs);
}
