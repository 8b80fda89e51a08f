/*
 * check_control.c - does the daemon answer, and what does it complain of?
 *
 * A rule file with errors still tells where to ask.
 *
 * Failure: a finding.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "milter/doctor/checks.h"
#include "milter/status_print.h"

/* What `millgate status` has on top. */
static void
add_troubles(struct doctor *d)
{
	char *text = NULL;
	size_t length;
	FILE *out;

	for (int t = 0; t < STATUS_TROUBLE_COUNT; t++) {
		if (!status_has_trouble(&d->report, (enum status_trouble)t))
			continue;
		out = open_memstream(&text, &length);
		if (out == NULL)
			return;
		status_print_trouble(out, &d->report, (enum status_trouble)t,
		    time(NULL));
		fclose(out);
		finding_add(d->findings, t < STATUS_TROUBLE_GRAVE ?
		    GRADE_WRONG : GRADE_NOTE, "daemon", "%s", text);
		finding_command(d->findings, "millgate", "status", "-c",
		    d->options->rules, NULL);
		free(text);
	}
}

/* A change of the place to listen takes a restart. */
static void
compare_listen(struct doctor *d)
{
	struct span runs = d->report.text[STATUS_LISTEN];
	char place[LISTEN_TEXT_MAX];

	if (!d->listens || runs.len == 0)
		return;
	listen_spec_format(&d->listen, place);
	if (span_is(runs, place))
		return;
	finding_add(d->findings, GRADE_WRONG, "daemon", "it listens on %.*s, "
	    "and settings.listen is %s now", (int)runs.len, runs.ptr,
	    d->settings->listen);
	command_service(d, "restart");
}

static void
ask(struct doctor *d, const char *path)
{
	struct buffer text;
	struct error error;

	buffer_init(&text, STATUS_BYTES_MAX);
	if (status_ask(path, &text, &error) < 0) {
		finding_add(d->findings, access(path, W_OK) < 0 &&
		    errno == EACCES ? GRADE_NOTE : GRADE_WRONG, "daemon", "%s",
		    error.text);
	} else if (status_report_read(buffer_span(&text), &d->report,
	    &error) < 0) {
		finding_add(d->findings, GRADE_WRONG, "daemon", "%s: %s", path,
		    error.text);
	} else {
		d->answers = true;
		finding_add(d->findings, GRADE_OK, "daemon", "millgate %.*s "
		    "answers on %s", (int)d->report.text[STATUS_VERSION].len,
		    d->report.text[STATUS_VERSION].ptr, path);
		add_troubles(d);
		compare_listen(d);
	}
	buffer_release(&text);
}

void
check_control(struct doctor *d)
{
	char *path = policy_find_control(d->options->rules, NULL);

	if (path != NULL) {
		ask(d, path);
	} else if (d->settings != NULL) {
		finding_add(d->findings, GRADE_NOTE, "daemon", "settings."
		    "control is not set: how the daemon is cannot be asked");
		finding_advise(d->findings, "write control: /run/millgate/"
		    "control.sock below settings, and start the filter again");
	}
	free(path);
}
