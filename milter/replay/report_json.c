/*
 * report_json.c - one JSON object about the whole run (RFC 8259).
 *
 *	{"rules": "x.yaml", "tests": [{"name": …, "file": …, "line": 7,
 *	 "result": "failed", "not_reached": 2, "findings": [{"kind": "failed",
 *	 "file": …, "line": 9, "text": …}]}, …], "coverage": {…},
 *	 "passed": 3, "failed": 1, "not_checked": 0}
 *
 * Where others than the rules answer, "milter" or "smtp" names them, and "rules"
 * is there only if a rule file was named.
 *
 * Failure: that of the stream; the object is then cut off.
 */
#include "config.h"

#include "milter/replay/printable.h"
#include "milter/replay/report.h"

static void
string(struct report *r, const char *before, struct span text)
{
	fputs(before, r->out);
	printable_json(r->out, text);
}

/* VALUE is NULL where there is none. */
static void
member(struct report *r, const char *name, const char *value)
{
	if (value == NULL)
		return;
	string(r, name, span_of(value));
	fputs(", ", r->out);
}

static void
begin(struct report *r)
{
	const struct report_subject *about = &r->subject;

	fputc('{', r->out);
	member(r, "\"rules\": ", about->rules);
	member(r, "\"milter\": ", about->milter);
	member(r, "\"smtp\": ", about->smtp);
	fputs("\"tests\": [", r->out);
}

static void
finding(struct report *r, const struct finding *f)
{
	string(r, "{\"kind\": ", span_of(f->kind == FINDING_FAILED ?
	    "failed" : "not checked"));
	string(r, ", \"file\": ", span_of(f->file));
	fprintf(r->out, ", \"line\": %u", f->line);
	string(r, ", \"text\": ", span_of(f->text));
	fputc('}', r->out);
}

static void
test(struct report *r, const struct outcome *o, enum outcome_result result)
{
	fputs(r->count > 1 ? ",\n  " : "\n  ", r->out);
	string(r, "{\"name\": ", o->name);
	string(r, ", \"file\": ", span_of(o->file));
	fprintf(r->out, ", \"line\": %u", o->line);
	string(r, ", \"result\": ", span_of(outcome_result_name(result)));
	fprintf(r->out, ", \"not_reached\": %zu, \"findings\": [",
	    o->not_reached);
	for (size_t i = 0; i < o->count; i++) {
		fputs(i > 0 ? ", " : "", r->out);
		finding(r, &o->at[i]);
	}
	fputs("]}", r->out);
}

static void
gaps(struct report *r, const struct coverage *c)
{
	const char *before = "";

	for (size_t i = 0; i < c->count; i++) {
		const char *gap = coverage_gap_name(coverage_gap(c, i));
		struct rule_info rule = policy_rule(c->policy, i);

		if (gap == NULL)
			continue;
		fputs(before, r->out);
		string(r, "{\"rule\": ", rule.name);
		string(r, ", \"file\": ", span_of(rule.place.file));
		fprintf(r->out, ", \"line\": %u", rule.place.line);
		string(r, ", \"gap\": ", span_of(gap));
		fputc('}', r->out);
		before = ", ";
	}
}

static void
end(struct report *r, const struct coverage *c)
{
	size_t of, held;

	fputs(r->count > 0 ? "\n],\n" : "],\n", r->out);
	if (c != NULL) {
		held = coverage_held(c, &of);
		fprintf(r->out, "\"coverage\": {\"rules\": %zu, "
		    "\"held\": %zu, \"percent\": %u, \"gaps\": [", of, held,
		    coverage_percent(c));
		gaps(r, c);
		fputs("]},\n", r->out);
	}
	fprintf(r->out, "\"passed\": %zu, \"failed\": %zu, "
	    "\"not_checked\": %zu}\n", r->passed, r->failed, r->unchecked);
}

const struct report_format report_format_json = { "json", begin, test, end };
