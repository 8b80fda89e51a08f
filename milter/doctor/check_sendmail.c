/*
 * check_sendmail.c - does Sendmail ask the filter?
 *
 * Of sendmail.cf two lines matter: "Xname, S=place, F=flags, T=times", a
 * filter, and "O InputMailFilters=name,name", those that are asked.
 *
 * Failure: a finding.
 */
#include "config.h"

#include <unistd.h>

#include "milter/doctor/checks.h"
#include "milter/doctor/postfix_milters.h"
#include "rules/base/read_file.h"

#define SENDMAIL_CF_MAX (1u << 20)

struct sendmail_filter {
	struct span name;
	struct span flags;	/* of F= */
	struct span times;	/* of T= */
};

/* The next of what stands between commas. */
static struct span
take_field(struct span *rest)
{
	struct span field = span_head(*rest, span_find(*rest, ','));

	*rest = span_skip(*rest, field.len + 1);
	return span_trim(field);
}

/* Is the line X… about our socket? */
static bool
read_filter(struct doctor *d, struct span line, struct sendmail_filter *f)
{
	struct postfix_view view = { .queue = "", .listen = &d->listen };
	struct milter_entry entry;
	struct span field;
	bool found = false;

	*f = (struct sendmail_filter){ .name = take_field(&line) };
	while (line.len > 0) {
		field = take_field(&line);
		if (span_starts_with(field, span_of("S=")))
			found = milters_find(span_skip(field, 2), &view,
			    &entry) == MILTER_NAMED;
		else if (span_starts_with(field, span_of("F=")))
			f->flags = span_skip(field, 2);
		else if (span_starts_with(field, span_of("T=")))
			f->times = span_skip(field, 2);
	}
	return found;
}

static bool
is_asked(struct span list, struct span name)
{
	while (list.len > 0)
		if (span_equal(take_field(&list), name))
			return true;
	return false;
}

/* F is ours; ASKED is the value of InputMailFilters. */
static void
judge(struct doctor *d, const struct sendmail_filter *f, struct span asked)
{
	char c = f->flags.len > 0 ? f->flags.ptr[0] : '\0';

	if (!is_asked(asked, f->name)) {
		finding_add(d->findings, GRADE_WRONG, "sendmail", "the filter "
		    "%.*s is defined, and InputMailFilters does not name it",
		    (int)f->name.len, f->name.ptr);
		finding_advise(d->findings, "use INPUT_MAIL_FILTER, not "
		    "MAIL_FILTER, in the .mc file");
		return;
	}
	finding_add(d->findings, GRADE_OK, "sendmail", "it asks the filter as "
	    "%.*s", (int)f->name.len, f->name.ptr);
	if (c != 'T' && c != 'R' && c != '4') {
		finding_add(d->findings, GRADE_WRONG, "sendmail", "mail passes "
		    "unfiltered when the filter does not answer: there is no "
		    "F=T");
		finding_advise(d->findings, "write F=T in INPUT_MAIL_FILTER "
		    "in the .mc file; see millgate(8)");
	}
	if (f->times.len == 0) {
		finding_add(d->findings, GRADE_NOTE, "sendmail", "it waits for "
		    "an answer for ten seconds: there is no T=");
		finding_advise(d->findings, "write T=S:30s;R:30s;E:5m in "
		    "INPUT_MAIL_FILTER in the .mc file");
	}
}

static void
look(struct doctor *d, struct span text)
{
	static const char option[] = "O InputMailFilters=";
	struct sendmail_filter tried, ours = { .name = { NULL, 0 } };
	struct span line, asked = { NULL, 0 };
	char place[LISTEN_TEXT_MAX];
	bool found = false;

	while (text.len > 0) {
		line = span_head(text, span_find(text, '\n'));
		text = span_skip(text, line.len + 1);
		if (span_starts_with(line, span_of(option))) {
			asked = span_skip(line, sizeof option - 1);
		} else if (span_starts_with(line, span_of("X")) &&
		    read_filter(d, span_skip(line, 1), &tried)) {
			found = true;
			ours = tried;
		}
	}
	if (found) {
		judge(d, &ours, asked);
		return;
	}
	listen_spec_format(&d->listen, place);
	finding_add(d->findings, GRADE_WRONG, "sendmail", "it has no filter at "
	    "%s", place);
	finding_advise(d->findings, "add to the .mc file: INPUT_MAIL_FILTER("
	    "`millgate', `S=%s, F=T, T=S:30s;R:30s;E:5m')dnl", place);
}

/* When the last of the MTAs has been looked for. */
static void
add_no_mta(struct doctor *d)
{
	if (!d->has_mta)
		finding_add(d->findings, GRADE_NOTE, "mta", "there is neither "
		    DOCTOR_POSTFIX "/main.cf nor " DOCTOR_SENDMAIL ": how the "
		    "MTA asks the filter could not be looked at");
}

void
check_sendmail(struct doctor *d)
{
	const char *path = d->options->sendmail != NULL ?
	    d->options->sendmail : DOCTOR_SENDMAIL;
	struct buffer text;
	struct error error;
	struct stat found;

	if (access(path, F_OK) < 0 && d->options->sendmail == NULL) {
		add_no_mta(d);
		return;
	}
	if (read_file(path, SENDMAIL_CF_MAX, &text, &found, &error) < 0)
		error_set(&d->trouble, "cannot read %s: %s", path, error.text);
	else if (d->listens)
		look(d, buffer_span(&text));
	buffer_release(&text);
}
