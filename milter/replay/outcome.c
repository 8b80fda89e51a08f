/*
 * outcome.c - what came of one test.
 *
 * Failure: there is none; a process without memory ends.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/replay/outcome.h"
#include "rules/base/xmalloc.h"

static void
forget_findings(struct outcome *o)
{
	for (size_t i = 0; i < o->count; i++) {
		free(o->at[i].text);
		free(o->at[i].instead);
	}
	o->count = 0;
}

void
outcome_begin(struct outcome *o, struct span name, const char *file,
    unsigned line)
{
	forget_findings(o);
	o->name = name;
	o->file = file;
	o->line = line;
	o->not_reached = 0;
}

struct finding *
outcome_add(struct outcome *o, enum finding_kind kind, unsigned line,
    struct span text)
{
	struct finding *f;

	if (o->count == o->room) {
		o->room = o->room > 0 ? o->room * 2 : 8;
		o->at = xreallocarray(o->at, o->room, sizeof *o->at);
	}
	f = &o->at[o->count++];
	*f = (struct finding){ .kind = kind, .file = o->file, .line = line,
		.last_line = line, .text = xspandup(text) };
	return f;
}

enum outcome_result
outcome_result(const struct outcome *o, bool strict)
{
	for (size_t i = 0; i < o->count; i++)
		if (strict || o->at[i].kind == FINDING_FAILED)
			return OUTCOME_FAILED;
	return o->count > 0 ? OUTCOME_UNCHECKED : OUTCOME_PASSED;
}

const char *
outcome_result_name(enum outcome_result r)
{
	static const char *const names[] = {
		[OUTCOME_PASSED] = "passed",
		[OUTCOME_FAILED] = "failed",
		[OUTCOME_UNCHECKED] = "not checked",
	};

	return names[r];
}

void
outcome_title(const struct outcome *o, struct buffer *out)
{
	if (o->name.len > 0)
		buffer_add(out, o->name);
	else if (o->line > 0)
		buffer_addf(out, "%s:%u", o->file, o->line);
	else
		buffer_add_text(out, o->file);
}

void
finding_sentence(const struct finding *f, struct buffer *out)
{
	if (f->line > 0)
		buffer_addf(out, "%s:%u: ", f->file, f->line);
	else
		buffer_addf(out, "%s: ", f->file);
	if (f->kind == FINDING_UNCHECKED)
		buffer_add_text(out, "not checked: ");
	buffer_add_text(out, f->text);
}

void
outcome_release(struct outcome *o)
{
	forget_findings(o);
	free(o->at);
	*o = (struct outcome){ .at = NULL };
}
