/*
 * report_text.c - a line for each finding, and a summary, for people.
 *
 * What was not checked is told of only where it is a failure.
 *
 * Failure: that of the stream.
 */
#include "config.h"

#include <stdint.h>

#include "milter/replay/printable.h"
#include "milter/replay/report.h"

#define RED "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[m"

static void
begin(struct report *r)
{
	(void)r;
}

/* COLOUR is NULL for none. */
static void
print_line(struct report *r, const char *colour, struct span line)
{
	bool coloured = r->colour && colour != NULL;

	if (coloured)
		fputs(colour, r->out);
	printable_plain(r->out, line);
	if (coloured)
		fputs(PLAIN, r->out);
	fputc('\n', r->out);
}

static void
test(struct report *r, const struct outcome *o, enum outcome_result result)
{
	struct buffer line;

	(void)result;
	buffer_init(&line, SIZE_MAX - 1);
	for (size_t i = 0; i < o->count; i++) {
		if (o->at[i].kind == FINDING_UNCHECKED && !r->strict)
			continue;
		buffer_clear(&line);
		finding_sentence(&o->at[i], &line);
		print_line(r, NULL, buffer_span(&line));
	}
	buffer_release(&line);
}

/* Each line of TEXT. */
static void
print_lines(struct report *r, struct span text)
{
	size_t end;

	for (; text.len > 0; text = span_skip(text, end + 1)) {
		end = span_find(text, '\n');
		print_line(r, NULL, span_head(text, end));
	}
}

static void
end(struct report *r, const struct coverage *coverage)
{
	struct buffer text;

	buffer_init(&text, SIZE_MAX - 1);
	if (coverage != NULL) {
		report_gaps(coverage, &text);
		report_share(coverage, &text);
		print_lines(r, buffer_span(&text));
		buffer_clear(&text);
	}
	report_counts(r, &text);
	print_line(r, r->failed > 0 ? RED : GREEN, buffer_span(&text));
	buffer_release(&text);
}

const struct report_format report_format_text = { "text", begin, test, end };
