/*
 * check_log.c - where the daemon writes: its log and its PID file.
 *
 * The log is opened as the user that filters, the PID file by whoever starts
 * the daemon.
 *
 * Failure: a finding.
 */
#include "config.h"

#include <string.h>
#include <syslog.h>

#include "milter/doctor/checks.h"

static void
check_file(struct doctor *d, const char *path)
{
	const struct person *who = d->has_filter ? &d->filter : NULL;
	size_t wrong = d->findings->graded[GRADE_WRONG];
	struct stat found;

	if (lstat(path, &found) < 0) {
		if (!check_folder(d, "log", path, who) ||
		    d->findings->graded[GRADE_WRONG] > wrong)
			return;
	} else if (S_ISLNK(found.st_mode) || S_ISDIR(found.st_mode)) {
		finding_add(d->findings, GRADE_WRONG, "log", "%s is no file, "
		    "and the filter does not write to it", path);
		finding_advise(d->findings, "name a file in settings.log.to");
		return;
	} else if (who != NULL && !person_may(who, &found, MAY_WRITE)) {
		finding_add(d->findings, GRADE_WRONG, "log", "the user '%s' "
		    "may not write to %s", who->name, path);
		finding_command(d->findings, "chown", who->name, path, NULL);
		return;
	}
	finding_add(d->findings, GRADE_OK, "log", "to %s", path);
}

static void
check_syslog(struct doctor *d)
{
	struct stat found;

	if (stat(_PATH_LOG, &found) == 0 && S_ISSOCK(found.st_mode)) {
		finding_add(d->findings, GRADE_OK, "log", "to syslog, by "
		    _PATH_LOG);
		return;
	}
	finding_add(d->findings, d->settings->log.to == LOG_TO_SYSLOG ?
	    GRADE_WRONG : GRADE_NOTE, "log", "there is no syslog (" _PATH_LOG
	    "): the filter's lines would be lost%s", d->settings->log.to ==
	    LOG_TO_SYSLOG ? "" : " in the background");
	finding_advise(d->findings, "start a syslog, or write "
	    "log: {to: /var/log/millgate/millgate.log} below settings");
}

void
check_log(struct doctor *d)
{
	if (d->settings == NULL)
		return;
	switch (d->settings->log.to) {
	case LOG_TO_FILE:
		check_file(d, d->settings->log.file);
		break;
	case LOG_TO_STDOUT:
		finding_add(d->findings, GRADE_OK, "log", "to standard output "
		    "(needs run --foreground)");
		break;
	case LOG_TO_DEFAULT:
	case LOG_TO_SYSLOG:
		check_syslog(d);
		break;
	}
}

void
check_pidfile(struct doctor *d)
{
	size_t wrong = d->findings->graded[GRADE_WRONG];
	const struct settings *s = d->settings;
	struct stat found;

	if (s == NULL || s->pidfile == NULL)
		return;
	if (lstat(s->pidfile, &found) == 0 && !S_ISREG(found.st_mode)) {
		finding_add(d->findings, GRADE_WRONG, "pidfile", "what is at "
		    "%s is not a regular file, and the filter leaves it alone",
		    s->pidfile);
		finding_command(d->findings, "rm", "-i", s->pidfile, NULL);
		return;
	}
	if (check_folder(d, "pidfile", s->pidfile, d->has_filter &&
	    s->user == NULL ? &d->filter : NULL) &&
	    d->findings->graded[GRADE_WRONG] == wrong)
		finding_add(d->findings, GRADE_OK, "pidfile", "%s", s->pidfile);
}
