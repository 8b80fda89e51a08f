/*
 * test_run.c - the run of `millgate test`.
 *
 * First the tests of the rule file, the rules' own and the whole sessions, then
 * the session files, one after the other; each is read, played and forgotten.
 *
 * Failure: what cannot be asked is said, and does not keep the rest from being
 * run; the exit status tells.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "milter/command.h"
#include "milter/replay/play.h"
#include "milter/replay/printable.h"
#include "milter/replay/progress.h"
#include "milter/replay/session_read.h"
#include "milter/replay/trial.h"
#include "milter/replay/update.h"
#include "milter/test_depth.h"
#include "milter/test_run.h"
#include "rules/base/xmalloc.h"

#define RECORDING_MAX ((size_t)1 << 30)	/* bytes of one file, taken apart */

struct run {
	const struct test_wishes *wishes;
	struct play_setup setup;
	struct coverage coverage;
	struct report report;
	struct outcome outcome;
	struct update update;
	struct mail_folder folder;
	struct progress progress;
	bool left;		/* --update: something still fails */
	bool trouble;		/* something could not be asked */
	bool unreachable;	/* nobody can be asked any more */
};

static bool
is_wanted(const struct run *r, struct span name)
{
	struct span part = span_of(r->wishes->name);

	return part.len == 0 || (part.len <= name.len &&
	    memmem(name.ptr, name.len, part.ptr, part.len) != NULL);
}

/* R->outcome is complete. */
static void
tell(struct run *r)
{
	if (r->outcome.count > 0)
		progress_clear(&r->progress);
	report_test(&r->report, &r->outcome);
	progress_show(&r->progress, r->report.count, r->report.failed);
	if (!r->wishes->update)
		return;
	if (update_note(&r->update, &r->outcome, r->wishes->strict) > 0 ||
	    r->outcome.not_reached > 0)
		r->left = true;
}

/* A rule alone is asked here, or by nobody. */
static void
run_trial(struct run *r, struct engine *e, const struct rule_trial *t)
{
	const struct depth *d = &r->setup.depth;

	if (d->kind == DEPTH_RULES) {
		trial_judge(d->policy, e, t, d->coverage, &r->outcome);
		return;
	}
	outcome_begin(&r->outcome, policy_rule(d->policy, t->rule).name,
	    t->place.file, t->place.line);
	outcome_add(&r->outcome, FINDING_UNCHECKED, t->place.line,
	    span_of("'given': a rule alone can only be asked here"));
}

static void
run_trials(struct run *r, const struct recording *tests)
{
	struct policy *policy = r->setup.depth.policy;
	struct engine *e = xcheck(engine_new(policy));

	for (size_t i = 0; i < tests->trial_count; i++) {
		const struct rule_trial *t = &tests->trials[i];

		if (!is_wanted(r, policy_rule(policy, t->rule).name))
			continue;
		run_trial(r, e, t);
		tell(r);
	}
	engine_free(e);
}

/* To the test at hand: what is wrong with its session. */
static void
add_errors(struct run *r, const struct problem *at, size_t count)
{
	struct buffer text;

	buffer_init(&text, SIZE_MAX - 1);
	for (const struct problem *p = at; p < at + count; p++) {
		if (p->line == 0) {
			command_error("%s: %s", p->file, p->text);
			r->trouble = true;
			continue;
		}
		buffer_clear(&text);
		buffer_addf(&text, "error: %s", p->text);
		if (p->hint != NULL)
			buffer_addf(&text, "; %s", p->hint);
		outcome_add(&r->outcome, FINDING_FAILED, p->line,
		    buffer_span(&text))->file = p->file;
	}
	buffer_release(&text);
}

/* Of the same file there are more than anybody reads. */
static void
add_hidden(struct run *r, size_t count)
{
	struct buffer text;

	if (count == 0)
		return;
	buffer_init(&text, SIZE_MAX - 1);
	buffer_addf(&text, "error: %zu more, which are not shown", count);
	outcome_add(&r->outcome, FINDING_FAILED, r->outcome.line,
	    buffer_span(&text));
	buffer_release(&text);
}

/* ERRORS have nothing but the warning that the session breaks off. */
static void
add_cut(struct run *r, const struct error_list *errors)
{
	for (size_t i = 0; i < errors->warning_count; i++) {
		const struct problem *p = &errors->warnings[i];

		outcome_add(&r->outcome, FINDING_UNCHECKED, p->line,
		    span_of(p->text));
	}
}

/* If what was added to the test at hand is one. */
static void
tell_of_failure(struct run *r)
{
	if (r->outcome.count > 0)
		tell(r);
}

/* An error that belongs to no session. */
static void
tell_of_error(struct run *r, const struct problem *p)
{
	outcome_begin(&r->outcome, span_make(NULL, 0), p->file, p->line);
	add_errors(r, p, 1);
	tell_of_failure(r);
}

/* A session that was not taken is a test all the same: it has failed, or could
 * not be checked. */
static void
tell_of_session(struct run *r, const struct lost_session *l,
    const struct error_list *errors)
{
	if (!is_wanted(r, l->name))
		return;
	outcome_begin(&r->outcome, l->name, l->file, l->line);
	add_errors(r, errors->at + l->first, l->shown);
	add_hidden(r, l->hidden);
	/* A file breaks off in its last session, and once. */
	if (r->outcome.count == 0)
		add_cut(r, errors);
	tell(r);
}

/* What ERRORS say about the file that FOUND comes from. */
static void
tell_of_lost(struct run *r, const struct recording *found,
    const struct error_list *errors)
{
	size_t next = 0;

	for (size_t i = 0; i < found->lost_count; i++) {
		const struct lost_session *l = &found->lost[i];

		while (next < l->first)
			tell_of_error(r, &errors->at[next++]);
		tell_of_session(r, l, errors);
		next += l->shown;
	}
	while (next < errors->count)
		tell_of_error(r, &errors->at[next++]);
}

static void
tell_of_warnings(struct run *r, const struct error_list *errors)
{
	progress_clear(&r->progress);
	for (size_t i = 0; i < errors->warning_count; i++) {
		const struct problem *p = &errors->warnings[i];

		fprintf(stderr, "%s:%u: warning: ", p->file, p->line);
		printable_plain(stderr, span_of(p->text));
		fputc('\n', stderr);
	}
}

static void
run_session(struct run *r, const struct recorded_session *s)
{
	struct error why;

	if (r->unreachable)
		return;
	if (play_session(&r->setup, s, &r->outcome, &why) == 0) {
		tell(r);
		return;
	}
	progress_clear(&r->progress);
	command_error("test: %s: %s", r->setup.depth.place, why.text);
	r->unreachable = r->trouble = true;
}

/* A session of a rule file whose dialogue stands elsewhere. */
static void
run_resolved(struct run *r, const struct recorded_session *s)
{
	struct error_list errors = { .count = 0 };
	struct recording found;

	recording_init(&found, RECORDING_MAX);
	(void)session_resolve(&found, s, &errors);
	for (size_t i = 0; i < found.count; i++)
		run_session(r, &found.sessions[i]);
	/* Whatever is wrong with it, it is one test. */
	outcome_begin(&r->outcome, s->name, s->file, s->line);
	add_errors(r, errors.at, errors.count);
	add_hidden(r, errors.dropped);
	tell_of_failure(r);
	tell_of_warnings(r, &errors);
	error_list_release(&errors);
	recording_release(&found);
}

static void
run_sessions(struct run *r, const struct recording *tests)
{
	for (size_t i = 0; i < tests->count; i++) {
		const struct recorded_session *s = &tests->sessions[i];

		if (!is_wanted(r, s->name))
			continue;
		if (s->source.len > 0 || s->path.len > 0)
			run_resolved(r, s);
		else
			run_session(r, s);
	}
}

static void
rewrite_file(struct run *r, const char *path, struct span played)
{
	struct error why;

	if (r->update.count == 0)
		return;
	progress_clear(&r->progress);
	if (update_write(&r->update, path, played, r->wishes->format ==
	    &report_format_text ? stdout : stderr, &why) == 0)
		return;
	command_error("%s", why.text);
	r->trouble = true;
}

static void
run_file(struct run *r, const char *path)
{
	struct error_list errors = { .count = 0 };
	struct recording found;
	struct buffer text;

	recording_init(&found, RECORDING_MAX);
	buffer_init(&text, 0);
	(void)session_read_file(&found, path, &text, &errors);
	if (!r->wishes->update)
		buffer_release(&text);	/* the recording has copies */
	run_sessions(r, &found);
	tell_of_lost(r, &found, &errors);
	tell_of_warnings(r, &errors);
	rewrite_file(r, path, buffer_span(&text));
	buffer_release(&text);
	error_list_release(&errors);
	recording_release(&found);
}

static void
run_inline(struct run *r)
{
	const struct policy *policy = r->setup.depth.policy;
	const struct recording *tests = policy != NULL ?
	    policy_tests(policy) : NULL;
	size_t failed;

	if (tests == NULL)
		return;
	run_trials(r, tests);
	run_sessions(r, tests);
	failed = r->report.failed;
	if (!r->wishes->update || failed == 0)
		return;
	command_error("tests in a rule file are not rewritten");
	update_release(&r->update);
	r->left = true;
}

/* The exit status of a run that has been reported. */
static int
run_status(const struct run *r)
{
	unsigned percent = coverage_percent(&r->coverage);
	bool failed = r->wishes->update ? r->left : r->report.failed > 0;

	if (r->trouble)
		return STATUS_TROUBLE;
	if (r->wishes->name != NULL && r->report.count == 0) {
		command_error("test: no test has '%s' in its name",
		    r->wishes->name);
		return STATUS_TROUBLE;
	}
	if (r->wishes->strict && r->report.count == 0) {
		command_error("test: there is nothing to test");
		failed = true;
	}
	if (percent < r->wishes->fail_under) {
		command_error("test: %u %% of the rules held in some test, "
		    "not %u %%", percent, r->wishes->fail_under);
		failed = true;
	}
	return failed ? STATUS_NO : STATUS_FINE;
}

static int
open_folder(struct run *r)
{
	struct error why;

	if (r->wishes->deliver == NULL)
		return 0;
	if (mail_folder_open(&r->folder, r->wishes->deliver, &why) < 0)
		return command_error("test: %s", why.text);
	r->setup.folder = &r->folder;
	return 0;
}

static void
close_folder(struct run *r)
{
	if (r->setup.folder == NULL)
		return;
	if (r->folder.failed) {
		command_error("test: %s", r->folder.error.text);
		r->trouble = true;
	}
	mail_folder_close(&r->folder);
}

static void
report_on(struct run *r)
{
	const struct test_wishes *w = r->wishes;
	struct report_subject subject = { .rules = w->rules,
		.milter = w->milter, .smtp = w->smtp };

	report_begin(&r->report, w->format, &subject, stdout);
	r->report.strict = w->strict;
	r->report.colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
}

static int
run_all(struct run *r)
{
	const struct test_wishes *w = r->wishes;
	int status;

	if (open_folder(r) < 0)
		return STATUS_TROUBLE;
	r->setup.update = w->update;
	if (w->coverage || w->fail_under > 0)
		r->setup.depth.coverage = &r->coverage;
	progress_begin(&r->progress);
	report_on(r);
	run_inline(r);
	for (size_t i = 0; i < w->sessions.count && !r->unreachable; i++)
		run_file(r, w->sessions.at[i]);
	progress_clear(&r->progress);
	report_end(&r->report, w->coverage ? &r->coverage : NULL);
	close_folder(r);
	status = run_status(r);
	outcome_release(&r->outcome);
	update_release(&r->update);
	return status;
}

/* Warnings are for `check`: here they would come with every run. */
static struct policy *
load(const char *path)
{
	struct error_list errors = { .count = 0 };
	struct policy *policy;
	bool opened;

	policy = command_read(path, &opened, &errors);
	if (policy == NULL)
		error_list_print(&errors, stderr);
	error_list_release(&errors);
	return policy;
}

int
test_run(const struct test_wishes *w)
{
	struct policy *policy = w->rules != NULL ? load(w->rules) : NULL;
	struct run r = { .wishes = w };
	int status = STATUS_TROUBLE;

	if (policy == NULL && w->rules != NULL)
		return STATUS_TROUBLE;
	if (policy != NULL)
		coverage_init(&r.coverage, policy);
	if (test_depth_choose(&r.setup.depth, w, policy) == 0)
		status = run_all(&r);
	mailboxes_close(r.setup.depth.mailboxes);
	coverage_release(&r.coverage);
	if (policy != NULL)
		policy_unref(policy);
	return status;
}
