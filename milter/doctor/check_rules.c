/*
 * check_rules.c - is there a good rule file, and whom does it name?
 *
 * Failure: a finding.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>

#include "milter/doctor/checks.h"

/* As whom the unit and the packages run the filter. */
#define USUAL_USER "millgate"

static void
add_load(struct doctor *d, const struct error_list *errors)
{
	const char *path = d->options->rules;
	size_t wrong = errors->count + errors->dropped;
	size_t warnings = errors->warning_count + errors->warnings_dropped;

	if (d->policy == NULL) {
		finding_add(d->findings, GRADE_WRONG, "rules", "%s has %zu "
		    "error%s: %s; what it says of sockets, users and files "
		    "cannot be looked at", path, wrong, wrong == 1 ? "" : "s",
		    errors->count > 0 ? errors->at[0].text : "");
		finding_command(d->findings, "millgate", "check", path, NULL);
	} else if (warnings > 0) {
		finding_add(d->findings, GRADE_NOTE, "rules", "%s: %zu rules, "
		    "%zu warning%s", path, policy_rule_count(d->policy),
		    warnings, warnings == 1 ? "" : "s");
		finding_command(d->findings, "millgate", "check", path, NULL);
	} else {
		finding_add(d->findings, GRADE_OK, "rules", "%s: %zu rules, no "
		    "problems", path, policy_rule_count(d->policy));
	}
}

static void
load(struct doctor *d)
{
	struct error_list errors = { .count = 0 };

	d->policy = policy_load(d->options->rules, &errors);
	add_load(d, &errors);
	error_list_release(&errors);
	if (d->policy == NULL)
		return;
	d->settings = policy_settings(d->policy);
	d->listens = d->settings->listen != NULL &&
	    listen_spec_parse(d->settings->listen, &d->listen, NULL) == 0;
}

void
check_rules(struct doctor *d)
{
	const char *path = d->options->rules;
	struct stat found;

	if (stat(path, &found) < 0 || access(path, R_OK) < 0) {
		finding_add(d->findings, GRADE_WRONG, "rules",
		    "cannot read %s: %s", path, strerror(errno));
		finding_advise(d->findings, "name another file with -c");
		return;
	}
	load(d);
	if ((found.st_mode & S_IWOTH) == 0)
		return;
	finding_add(d->findings, GRADE_WRONG, "rules", "everybody may write to "
	    "%s, and so decide about mail", path);
	finding_command(d->findings, "chmod", "o-w", path, NULL);
}

/* The user that the settings name. */
static void
look_up_user(struct doctor *d)
{
	const struct settings *s = d->settings;

	if (!person_find(&d->filter, s->user)) {
		finding_add(d->findings, GRADE_WRONG, "user", "there is no "
		    "user '%s', whom settings.user names", s->user);
		finding_command(d->findings, "adduser", "--system", "--group",
		    "--no-create-home", s->user, NULL);
		return;
	}
	d->has_filter = true;
	if (d->filter.uid == 0) {
		finding_add(d->findings, GRADE_WRONG, "user", "settings.user "
		    "'%s' is root", s->user);
		finding_advise(d->findings, "name a user that has nothing "
		    "else to do");
		return;
	}
	finding_add(d->findings, GRADE_OK, "user", "the filter runs as '%s'",
	    s->user);
}

/* Nobody is named, and we are root: who is it going to be? */
static void
guess_user(struct doctor *d)
{
	d->has_filter = person_find(&d->filter, USUAL_USER);
	if (d->has_filter) {
		finding_add(d->findings, GRADE_OK, "user", "settings.user is "
		    "not set: taken to be '" USUAL_USER "', as in the systemd "
		    "unit");
		return;
	}
	finding_add(d->findings, GRADE_NOTE, "user", "settings.user is not "
	    "set, and there is no user '" USUAL_USER "': whom the filter runs "
	    "as is not known");
	finding_advise(d->findings, "start it as another user than root, or "
	    "set settings.user");
}

void
check_user(struct doctor *d)
{
	const struct settings *s = d->settings;
	const struct group *group;

	if (s == NULL)
		return;
	if (s->user != NULL)
		look_up_user(d);
	else if (geteuid() == 0)
		guess_user(d);
	else {
		d->has_filter = true;
		person_self(&d->filter);
		finding_add(d->findings, GRADE_OK, "user", "settings.user is "
		    "not set: taken to be '%s', who asks", d->filter.name);
	}
	if (s->group == NULL)
		return;
	group = getgrnam(s->group);
	if (group == NULL) {
		finding_add(d->findings, GRADE_WRONG, "user", "there is no "
		    "group '%s', which settings.group names", s->group);
		finding_command(d->findings, "addgroup", "--system", s->group,
		    NULL);
	} else if (d->has_filter) {
		d->filter.gid = group->gr_gid;
	}
}
