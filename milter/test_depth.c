/*
 * test_depth.c - who answers in a run of `millgate test`.
 *
 * Failure: it is said, and the run does not begin.
 */
#include "config.h"

#include "milter/command.h"
#include "milter/test_depth.h"

#define ANSWER_MS 60000		/* for each answer of a filter or server */

/* No rule is asked there: what is wished for that needs them? */
static int
check_elsewhere(const struct test_wishes *w, const char *there)
{
	if (w->coverage || w->fail_under > 0)
		return command_error("test: '%s' does not go with '%s': no "
		    "rule can be seen there", w->coverage ? "--coverage" :
		    "--fail-under", there);
	return 0;
}

int
test_depth_check(const struct test_wishes *w)
{
	if (w->milter != NULL && w->smtp != NULL)
		return command_error("test: '--milter' and '--smtp' are two "
		    "ways; choose one");
	if (w->smtp == NULL && (w->maildir != NULL || w->quarantine != NULL))
		return command_error("test: '%s' goes with '--smtp'",
		    w->maildir != NULL ? "--maildir" : "--quarantine");
	if (w->smtp != NULL && w->body_chunk > 0)
		return command_error("test: '--body-chunk' is nothing that an "
		    "SMTP server can be told");
	if (w->milter != NULL)
		return check_elsewhere(w, "--milter");
	return w->smtp != NULL ? check_elsewhere(w, "--smtp") : 0;
}

int
test_depth_choose(struct depth *d, const struct test_wishes *w,
    struct policy *policy)
{
	struct error why;
	int result = 0;

	d->policy = policy;
	d->body_chunk = w->body_chunk;
	d->timeout_ms = ANSWER_MS;
	if (w->milter != NULL) {
		d->kind = DEPTH_MILTER;
		d->place = w->milter;
		result = dial_find_milter(w->milter, &d->peer, &why);
	} else if (w->smtp != NULL) {
		d->kind = DEPTH_SMTP;
		d->place = w->smtp;
		result = dial_find_host(w->smtp, &d->peer, &why);
	}
	if (result < 0)
		return command_error("test: %s: %s", d->place, why.text);
	if (w->maildir == NULL && w->quarantine == NULL)
		return 0;
	d->mailboxes = mailboxes_open(w->maildir, w->quarantine, &why);
	return d->mailboxes != NULL ? 0 : command_error("test: %s", why.text);
}
