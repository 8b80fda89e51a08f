/*
 * finding_print.c - what the doctor has seen, for people and for programs.
 *
 * A row is a grade, a subject and what was seen; below it, what to do. Commands
 * stand on lines of their own, behind a '#', as root would type them.
 *
 * Failure: that of the stream.
 */
#include "config.h"

#include "milter/doctor/finding.h"
#include "milter/replay/printable.h"
#include "span.h"

#define GRADE_WIDTH 7
#define SUBJECT_WIDTH 11

static const struct {
	const char *name;
	const char *colour;
} grades[GRADE_COUNT] = {
	[GRADE_OK] = { "ok", "\033[32m" },
	[GRADE_NOTE] = { "note", "\033[33m" },
	[GRADE_WRONG] = { "wrong", "\033[1;31m" },
};

static void
print_line(FILE *out, const char *before, const char *text)
{
	fprintf(out, "%*s%s", GRADE_WIDTH + SUBJECT_WIDTH, "", before);
	printable_plain(out, span_of(text));
	fputc('\n', out);
}

static void
print_finding(FILE *out, const struct finding *finding, bool colour)
{
	fprintf(out, "%s%-*s%s%-*s", colour ? grades[finding->grade].colour :
	    "", GRADE_WIDTH, grades[finding->grade].name,
	    colour ? "\033[0m" : "", SUBJECT_WIDTH, finding->subject);
	printable_plain(out, span_of(finding->seen));
	fputc('\n', out);
	if (finding->advice != NULL)
		print_line(out, "= ", finding->advice);
	for (size_t i = 0; i < finding->command_count; i++)
		print_line(out, "# ", finding->commands[i]);
}

void
findings_print(FILE *out, const struct findings *f, bool colour)
{
	size_t wrong = f->graded[GRADE_WRONG], notes = f->graded[GRADE_NOTE];

	for (size_t i = 0; i < f->count; i++)
		print_finding(out, &f->at[i], colour);
	if (wrong == 0)
		fputs("\nnothing is wrong", out);
	else
		fprintf(out, "\n%zu thing%s wrong", wrong, wrong == 1 ?
		    " is" : "s are");
	if (notes > 0)
		fprintf(out, ", %zu note%s", notes, notes == 1 ? "" : "s");
	fputc('\n', out);
}

static void
print_string(FILE *out, const char *name, const char *value)
{
	fprintf(out, ",\"%s\":", name);
	printable_json(out, span_of(value));
}

static void
print_object(FILE *out, const struct finding *finding)
{
	fprintf(out, "{\"grade\":\"%s\"", grades[finding->grade].name);
	print_string(out, "check", finding->subject);
	print_string(out, "seen", finding->seen);
	if (finding->advice != NULL)
		print_string(out, "advice", finding->advice);
	fputs(",\"commands\":[", out);
	for (size_t i = 0; i < finding->command_count; i++) {
		if (i > 0)
			fputc(',', out);
		printable_json(out, span_of(finding->commands[i]));
	}
	fputs("]}", out);
}

void
findings_print_json(FILE *out, const struct findings *f)
{
	fprintf(out, "{\"wrong\":%zu,\"notes\":%zu,\"checks\":[",
	    f->graded[GRADE_WRONG], f->graded[GRADE_NOTE]);
	for (size_t i = 0; i < f->count; i++) {
		fputs(i > 0 ? ",\n" : "\n", out);
		print_object(out, &f->at[i]);
	}
	fputs("\n]}\n", out);
}
