/*
 * report_junit.c - JUnit's XML, as CI servers read it.
 *
 * The counts stand in front of the tests, so the tests are held back until all
 * are known.
 *
 * Failure: that of the stream; without memory the process ends.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "milter/replay/printable.h"
#include "milter/replay/report.h"
#include "rules/base/xmalloc.h"

static void
begin(struct report *r)
{
	r->held_back = xcheck(open_memstream(&r->held_text,
	    &r->held_length));
}

static void
attribute(FILE *out, const char *name, struct span value)
{
	fprintf(out, " %s=\"", name);
	printable_xml(out, value);
	fputc('"', out);
}

/* The element NAME: the first finding as its message, all as its text. */
static void
findings(FILE *out, const char *name, const struct outcome *o)
{
	struct buffer line;

	buffer_init(&line, SIZE_MAX - 1);
	fprintf(out, "<%s", name);
	attribute(out, "message", span_of(o->at[0].text));
	fputc('>', out);
	for (size_t i = 0; i < o->count; i++) {
		buffer_clear(&line);
		finding_sentence(&o->at[i], &line);
		buffer_add_char(&line, '\n');
		printable_xml(out, buffer_span(&line));
	}
	fprintf(out, "</%s>", name);
	buffer_release(&line);
}

static void
test(struct report *r, const struct outcome *o, enum outcome_result result)
{
	FILE *out = r->held_back;
	struct buffer title;

	buffer_init(&title, SIZE_MAX - 1);
	outcome_title(o, &title);
	fputs("<testcase", out);
	attribute(out, "classname", span_of(o->file));
	attribute(out, "name", buffer_span(&title));
	attribute(out, "file", span_of(o->file));
	fprintf(out, " line=\"%u\">", o->line);
	if (result == OUTCOME_FAILED)
		findings(out, "failure", o);
	else if (result == OUTCOME_UNCHECKED)
		findings(out, "skipped", o);
	fputs("</testcase>\n", out);
	buffer_release(&title);
}

static void
end(struct report *r, const struct coverage *coverage)
{
	const struct report_subject *about = &r->subject;
	const char *peer = about->milter != NULL ? about->milter : about->smtp;
	struct buffer text;

	if (fclose(r->held_back) != 0)
		xcheck(NULL);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
	    "<testsuite", r->out);
	attribute(r->out, "name", span_of(peer != NULL ? peer : about->rules));
	fprintf(r->out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
	    "skipped=\"%zu\">\n", r->count, r->failed, r->unchecked);
	fwrite(r->held_text, 1, r->held_length, r->out);
	free(r->held_text);
	if (coverage != NULL) {
		buffer_init(&text, SIZE_MAX - 1);
		report_gaps(coverage, &text);
		report_share(coverage, &text);
		fputs("<system-out>", r->out);
		printable_xml(r->out, buffer_span(&text));
		fputs("</system-out>\n", r->out);
		buffer_release(&text);
	}
	fputs("</testsuite>\n</testsuites>\n", r->out);
}

const struct report_format report_format_junit = { "junit", begin, test, end };
