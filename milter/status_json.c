/*
 * status_json.c - a report of the daemon as one JSON object (RFC 8259).
 *
 * The names are those of the report with '_' for '-', but for `version` and
 * `rule_file`. Counts stand in `counts`, rules in file order in `rules`.
 *
 * Failure: that of the stream; the object is then cut off.
 */
#include "config.h"

#include <inttypes.h>

#include "milter/replay/printable.h"
#include "milter/status_print.h"

/* "name": */
static void
print_name(FILE *out, const char *name)
{
	fputc('"', out);
	for (; *name != '\0'; name++)
		fputc(*name == '-' ? '_' : *name, out);
	fputs("\": ", out);
}

/* The two whose names in the report say something else here. */
static const char *
name_of(enum status_text t)
{
	if (t == STATUS_VERSION)
		return "version";
	return t == STATUS_RULES ? "rule_file" : status_text_name(t);
}

static void
print_texts(FILE *out, const struct status_report *r)
{
	for (int i = 0; i < STATUS_TEXT_COUNT; i++) {
		fputs(i > 0 ? ",\n " : "{", out);
		print_name(out, name_of((enum status_text)i));
		printable_json(out, r->text[i]);
	}
}

static void
print_numbers(FILE *out, const struct status_report *r)
{
	for (int i = 0; i < STATUS_NUMBER_COUNT; i++) {
		fputs(",\n ", out);
		print_name(out, status_number_name((enum status_number)i));
		fprintf(out, "%" PRIu64, r->number[i]);
	}
}

static void
print_counts(FILE *out, const struct status_report *r)
{
	fputs(",\n \"counts\": {", out);
	for (int i = 0; i < TALLY_COUNT; i++) {
		fputs(i > 0 ? ",\n  " : "", out);
		print_name(out, tally_name((enum tally)i));
		fprintf(out, "%" PRIu64, r->tally[i]);
	}
	fputc('}', out);
}

static void
print_reload(FILE *out, const struct status_report *r)
{
	fputs(",\n \"reload_failed\": ", out);
	if (r->reload_failed == 0) {
		fputs("null", out);
		return;
	}
	fprintf(out, "{\"time\": %" PRIu64 ", \"why\": ", r->reload_failed);
	printable_json(out, r->reload_error);
	fputc('}', out);
}

static void
print_rule(FILE *out, const struct status_rule *rule)
{
	fprintf(out, "{\"number\": %" PRIu64 ", \"hits\": %" PRIu64
	    ", \"mode\": ", rule->number, rule->hits);
	printable_json(out, rule->mode);
	fputs(", \"place\": ", out);
	printable_json(out, rule->place);
	fputs(", \"name\": ", out);
	printable_json(out, rule->name);
	fputc('}', out);
}

void
status_print_json(FILE *out, const struct status_report *r)
{
	print_texts(out, r);
	print_numbers(out, r);
	fprintf(out, ",\n \"wrong\": %s", status_is_wrong(r) ? "true" :
	    "false");
	print_reload(out, r);
	print_counts(out, r);
	fputs(",\n \"rules\": [", out);
	for (size_t i = 0; i < r->rule_count; i++) {
		fputs(i > 0 ? ",\n  " : "\n  ", out);
		print_rule(out, &r->rules[i]);
	}
	fputs("]}\n", out);
}
