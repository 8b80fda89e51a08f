/*
 * report.c - what came of a run of tests, for people and for programs.
 *
 * The formats are in files of their own; here is what they share.
 *
 * Failure: a write that failed shows in the stream, whose owner asks for it.
 */
#include "config.h"

#include "milter/replay/report.h"

static const struct report_format *const format_table[] = {
	&report_format_text,
	&report_format_json,
	&report_format_tap,
	&report_format_junit,
};

const struct report_format *
report_find(const char *name)
{
	size_t count = sizeof format_table / sizeof format_table[0];

	for (size_t i = 0; i < count; i++)
		if (strcmp(format_table[i]->name, name) == 0)
			return format_table[i];
	return NULL;
}

const char *
report_name(size_t i)
{
	return i < sizeof format_table / sizeof format_table[0] ?
	    format_table[i]->name : NULL;
}

void
report_begin(struct report *r, const struct report_format *format,
    const struct report_subject *subject, FILE *out)
{
	*r = (struct report){ .format = format, .subject = *subject,
		.out = out };
	format->begin(r);
}

void
report_test(struct report *r, const struct outcome *o)
{
	enum outcome_result result = outcome_result(o, r->strict);

	r->count++;
	r->passed += result == OUTCOME_PASSED;
	r->failed += result == OUTCOME_FAILED;
	r->unchecked += result == OUTCOME_UNCHECKED;
	r->format->test(r, o, result);
}

void
report_end(struct report *r, const struct coverage *coverage)
{
	r->format->end(r, coverage);
}

void
report_counts(const struct report *r, struct buffer *out)
{
	buffer_addf(out, "%zu passed, %zu failed, %zu not checked",
	    r->passed, r->failed, r->unchecked);
}

void
report_gaps(const struct coverage *c, struct buffer *out)
{
	for (size_t i = 0; i < c->count; i++) {
		const char *gap = coverage_gap_name(coverage_gap(c, i));
		struct rule_info rule = policy_rule(c->policy, i);

		if (gap != NULL)
			buffer_addf(out, "%s:%u: rule %.*s %s\n",
			    rule.place.file, rule.place.line,
			    (int)rule.name.len, rule.name.ptr, gap);
	}
}

void
report_share(const struct coverage *c, struct buffer *out)
{
	size_t of, held = coverage_held(c, &of);

	buffer_addf(out, "%zu of %zu rules held in some test (%u %%)", held,
	    of, coverage_percent(c));
}
