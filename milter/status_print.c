/*
 * status_print.c - a report of the daemon, for people.
 *
 * What is wrong stands on top. A row is a label and a value; labels are as wide
 * as the longest of them, numbers as wide as the largest.
 *
 * Failure: that of the stream.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "milter/replay/printable.h"
#include "milter/status_print.h"
#include "rules/base/xmalloc.h"

#define LABEL_WIDTH 22
#define TOP_RULES 10
#define BAR_WIDTH 20
#define AGE_MAX 64

/* How long it is from THEN to NOW, in its two largest units. */
static void
format_age(uint64_t then, time_t now, char out[AGE_MAX])
{
	static const struct { const char *name; uint64_t seconds; } units[] = {
		{ "day", 86400 }, { "hour", 3600 }, { "minute", 60 },
		{ "second", 1 },
	};
	uint64_t left = (uint64_t)now > then ? (uint64_t)now - then : 0;
	uint64_t count, rest;
	size_t i = 0;

	while (i < 3 && left < units[i].seconds)
		i++;
	count = left / units[i].seconds;
	rest = i < 3 ? left % units[i].seconds / units[i + 1].seconds : 0;
	if (rest > 0)
		snprintf(out, AGE_MAX, "%" PRIu64 " %s%s %" PRIu64 " %s%s",
		    count, units[i].name, count == 1 ? "" : "s", rest,
		    units[i + 1].name, rest == 1 ? "" : "s");
	else
		snprintf(out, AGE_MAX, "%" PRIu64 " %s%s", count,
		    units[i].name, count == 1 ? "" : "s");
}

bool
status_has_trouble(const struct status_report *r, enum status_trouble t)
{
	switch (t) {
	case STATUS_TROUBLE_RELOAD:
		return r->reload_failed != 0;
	case STATUS_TROUBLE_GATE:
		return span_is(r->text[STATUS_GATE], "closed");
	case STATUS_TROUBLE_LOG:
		return r->number[STATUS_LINES_LOST] > 0;
	case STATUS_TROUBLE_RESTARTS:
		return r->number[STATUS_RESTARTS] > 0;
	case STATUS_TROUBLE_JIT:
		return span_is(r->text[STATUS_JIT], "off");
	case STATUS_TROUBLE_COUNT:
		break;
	}
	return false;
}

bool
status_is_wrong(const struct status_report *r)
{
	for (int t = 0; t < STATUS_TROUBLE_GRAVE; t++)
		if (status_has_trouble(r, (enum status_trouble)t))
			return true;
	return false;
}

static void
print_reload(FILE *out, const struct status_report *r, time_t now)
{
	char age[AGE_MAX];

	format_age(r->reload_failed, now, age);
	fprintf(out, "the last reload, %s ago, failed and the rules of before "
	    "are in force: ", age);
	printable_plain(out, r->reload_error);
}

void
status_print_trouble(FILE *out, const struct status_report *r,
    enum status_trouble t, time_t now)
{
	switch (t) {
	case STATUS_TROUBLE_RELOAD:
		print_reload(out, r, now);
		break;
	case STATUS_TROUBLE_GATE:
		fputs("as many connections are open as may be; others wait",
		    out);
		break;
	case STATUS_TROUBLE_LOG:
		fprintf(out, "%" PRIu64 " lines of the log were lost",
		    r->number[STATUS_LINES_LOST]);
		break;
	case STATUS_TROUBLE_RESTARTS:
		fprintf(out, "the worker crashed and was started again, %"
		    PRIu64 " times; the counts begin with the last one",
		    r->number[STATUS_RESTARTS]);
		break;
	case STATUS_TROUBLE_JIT:
		fputs("PCRE2's JIT is off: regexes are matched slowly", out);
		break;
	case STATUS_TROUBLE_COUNT:
		break;
	}
}

static void
print_troubles(FILE *out, const struct status_report *r,
    const struct status_style *style, time_t now)
{
	bool any = false, grave;

	for (int t = 0; t < STATUS_TROUBLE_COUNT; t++) {
		if (!status_has_trouble(r, (enum status_trouble)t))
			continue;
		any = true;
		grave = t < STATUS_TROUBLE_GRAVE;
		if (style->colour)
			fputs(grave ? "\033[1;31m" : "\033[33m", out);
		fputs(grave ? "WARNING" : "note", out);
		fputs(style->colour ? "\033[0m: " : ": ", out);
		status_print_trouble(out, r, (enum status_trouble)t, now);
		fputc('\n', out);
	}
	if (any)
		fputc('\n', out);
}

static void
label(FILE *out, const char *text)
{
	fprintf(out, "%-*s", LABEL_WIDTH, text);
}

static void
print_process(FILE *out, const struct status_report *r, time_t now)
{
	char age[AGE_MAX];

	label(out, "millgate");
	printable_plain(out, r->text[STATUS_VERSION]);
	format_age(r->number[STATUS_STARTED], now, age);
	fprintf(out, ", up %s; process %" PRIu64 ", worker %" PRIu64 "\n",
	    age, r->number[STATUS_SUPERVISOR], r->number[STATUS_PID]);
	label(out, "listens on");
	printable_plain(out, r->text[STATUS_LISTEN]);
	fputc('\n', out);
	label(out, "connections");
	fprintf(out, "%" PRIu64 " open of at most %" PRIu64 "; %" PRIu64
	    " so far\n", r->number[STATUS_SESSIONS],
	    r->number[STATUS_CONNECTIONS_LIMIT], r->tally[TALLY_CONNECTIONS]);
}

static void
print_policy(FILE *out, const struct status_report *r, time_t now)
{
	uint64_t rules = r->number[STATUS_RULE_COUNT];
	char age[AGE_MAX];

	format_age(r->number[STATUS_POLICY_LOADED], now, age);
	label(out, "rules");
	printable_plain(out, r->text[STATUS_RULES]);
	fprintf(out, ": %" PRIu64 " %s, loaded %s ago\n", rules,
	    rules == 1 ? "rule" : "rules", age);
	label(out, "fingerprint");
	printable_plain(out, r->text[STATUS_FINGERPRINT]);
	fputc('\n', out);
	if (!span_is(r->text[STATUS_MODE], "shadow"))
		return;
	label(out, "mode");
	fputs("shadow: nothing of this is done\n", out);
}

/* Digits of N. */
static int
width_of(uint64_t n)
{
	return snprintf(NULL, 0, "%" PRIu64, n);
}

/* What is counted, of messages or besides; shown when it is not zero. */
static const struct count_row {
	enum tally tally;
	const char *label;
	bool of_messages;
} count_rows[] = {
	{ TALLY_ACCEPTED, "  accepted", true },
	{ TALLY_EDITED, "    edited", true },
	{ TALLY_QUARANTINED, "    quarantined", true },
	{ TALLY_REJECTED, "  rejected", true },
	{ TALLY_TEMPFAILED, "  refused for now", true },
	{ TALLY_DISCARDED, "  discarded", true },
	{ TALLY_CLOSED, "  cut off", true },
	{ TALLY_RECIPIENTS_REFUSED, "recipients refused", false },
	{ TALLY_CONNECTIONS_PASSED, "clients let pass", false },
	{ TALLY_CONNECTIONS_REFUSED, "clients refused", false },
	{ TALLY_COMMANDS_REFUSED, "commands refused", false },
	{ TALLY_SHADOW, "decided in shadow", false },
	{ TALLY_FAILURES, "failures", false },
	{ TALLY_TURNED_AWAY, "turned away", false },
	{ TALLY_RELOADS, "reloads", false },
	{ TALLY_RELOADS_FAILED, "reloads that failed", false },
};

static void
print_counts(FILE *out, const struct status_report *r)
{
	uint64_t messages = r->tally[TALLY_MESSAGES];
	int width = 1;

	for (int t = 0; t < TALLY_COUNT; t++)
		if (width_of(r->tally[t]) > width)
			width = width_of(r->tally[t]);
	label(out, "\nmessages");
	fprintf(out, " %*" PRIu64 "\n", width, messages);
	for (size_t i = 0; i < sizeof count_rows / sizeof count_rows[0]; i++) {
		const struct count_row *row = &count_rows[i];
		uint64_t count = r->tally[row->tally];

		if (count == 0)
			continue;
		label(out, row->label);
		fprintf(out, "%*" PRIu64, width, count);
		if (row->of_messages && messages > 0)
			fprintf(out, "  %5.1f %%", 100.0 * (double)count /
			    (double)messages);
		fputc('\n', out);
	}
}

static void
print_bar(FILE *out, const struct status_style *style, uint64_t part,
    uint64_t whole)
{
	int length = whole > 0 ? (int)((double)part / (double)whole *
	    BAR_WIDTH + 0.5) : 0;

	if (length == 0 && part > 0)
		length = 1;
	for (int i = 0; i < BAR_WIDTH; i++)
		if (i < length)
			fputs(style->blocks ? "\xe2\x96\x88" : "#", out);
		else
			fputc(' ', out);
}

static int
by_hits(const void *a, const void *b)
{
	const struct status_rule *left = *(const struct status_rule *const *)a;
	const struct status_rule *right = *(const struct status_rule *const *)b;

	if (left->hits != right->hits)
		return left->hits > right->hits ? -1 : 1;
	return (left->number > right->number) -
	    (left->number < right->number);
}

static void
print_rule(FILE *out, const struct status_style *style,
    const struct status_rule *rule, uint64_t most)
{
	fprintf(out, "%*" PRIu64 "  ", width_of(most), rule->hits);
	print_bar(out, style, rule->hits, most);
	fputs("  ", out);
	printable_plain(out, rule->name);
	fputs(" (", out);
	printable_plain(out, rule->place);
	fputc(')', out);
	if (!span_is(rule->mode, "enforce")) {
		fputs(", ", out);
		printable_plain(out, rule->mode);
	}
	fputc('\n', out);
}

static void
print_rules(FILE *out, const struct status_report *r,
    const struct status_style *style)
{
	const struct status_rule **order = xcalloc(r->rule_count + 1,
	    sizeof *order);
	uint64_t most = 0;

	for (size_t i = 0; i < r->rule_count; i++) {
		order[i] = &r->rules[i];
		if (order[i]->hits > most)
			most = order[i]->hits;
	}
	if (!style->all_rules)
		qsort(order, r->rule_count, sizeof *order, by_hits);
	fputs(most == 0 ? "\nno rule has been hit yet\n" :
	    style->all_rules ? "\nhits of all rules\n" :
	    "\nrules with the most hits\n", out);
	for (size_t i = 0; i < r->rule_count; i++)
		if (style->all_rules || (i < TOP_RULES && order[i]->hits > 0))
			print_rule(out, style, order[i], most);
	free(order);
}

void
status_print(FILE *out, const struct status_report *r,
    const struct status_style *style, time_t now)
{
	print_troubles(out, r, style, now);
	print_process(out, r, now);
	print_policy(out, r, now);
	print_counts(out, r);
	print_rules(out, r, style);
}
