/*
 * report_tap.c - the Test Anything Protocol, version 13.
 *
 * A test is a line; findings follow as diagnostics. Its name may hold '#',
 * which begins a directive there, and is written with a backslash.
 *
 * Failure: that of the stream.
 */
#include "config.h"

#include <stdint.h>

#include "milter/replay/printable.h"
#include "milter/replay/report.h"

static void
begin(struct report *r)
{
	fputs("TAP version 13\n", r->out);
}

static void
print_title(struct report *r, const struct outcome *o)
{
	struct buffer title, safe;
	struct span text;

	buffer_init(&title, SIZE_MAX - 1);
	buffer_init(&safe, SIZE_MAX - 1);
	outcome_title(o, &title);
	text = buffer_span(&title);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '#' || text.ptr[i] == '\\')
			buffer_add_char(&safe, '\\');
		buffer_add_char(&safe, text.ptr[i]);
	}
	printable_plain(r->out, buffer_span(&safe));
	buffer_release(&title);
	buffer_release(&safe);
}

static void
comment(struct report *r, struct span line)
{
	fputs("# ", r->out);
	printable_plain(r->out, line);
	fputc('\n', r->out);
}

static void
comments(struct report *r, struct span text)
{
	size_t end;

	for (; text.len > 0; text = span_skip(text, end + 1)) {
		end = span_find(text, '\n');
		comment(r, span_head(text, end));
	}
}

static void
test(struct report *r, const struct outcome *o, enum outcome_result result)
{
	struct buffer line;

	fprintf(r->out, "%s %zu - ", result == OUTCOME_FAILED ? "not ok" :
	    "ok", r->count);
	print_title(r, o);
	fputs(result == OUTCOME_UNCHECKED ? " # SKIP not checked\n" : "\n",
	    r->out);
	buffer_init(&line, SIZE_MAX - 1);
	for (size_t i = 0; i < o->count; i++) {
		buffer_clear(&line);
		finding_sentence(&o->at[i], &line);
		comment(r, buffer_span(&line));
	}
	buffer_release(&line);
}

static void
end(struct report *r, const struct coverage *coverage)
{
	struct buffer text;

	buffer_init(&text, SIZE_MAX - 1);
	if (coverage != NULL) {
		report_gaps(coverage, &text);
		report_share(coverage, &text);
		buffer_add_char(&text, '\n');
	}
	report_counts(r, &text);
	comments(r, buffer_span(&text));
	buffer_release(&text);
	fprintf(r->out, "1..%zu\n", r->count);
}

const struct report_format report_format_tap = { "tap", begin, test, end };
