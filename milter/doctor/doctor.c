/*
 * doctor.c - look at everything that the filter needs, one after the other.
 *
 * Failure: -1 and why.
 */
#include "config.h"

#include <grp.h>
#include <string.h>
#include <unistd.h>

#include "milter/doctor/checks.h"

static void (*const check_table[])(struct doctor *) = {
	check_rules,
	check_user,
	check_control,
	check_socket,
	check_log,
	check_pidfile,
	check_postfix,
	check_sendmail,
	check_machine,
};

int
doctor_look(const struct doctor_options *options, struct findings *f,
    struct error *error)
{
	struct doctor d = { .options = options, .findings = f };
	size_t count = sizeof check_table / sizeof check_table[0];

	for (size_t i = 0; i < count && d.trouble.text[0] == '\0'; i++)
		check_table[i](&d);
	status_report_release(&d.report);
	policy_unref(d.policy);
	return d.trouble.text[0] == '\0' ? 0 :
	    error_set(error, "%s", d.trouble.text);
}

void
command_service(struct doctor *d, const char *verb)
{
	/* sd_booted(3) */
	if (access("/run/systemd/system", F_OK) == 0)
		finding_command(d->findings, "systemctl", verb, "millgate",
		    NULL);
	else if (strcmp(verb, "start") == 0)
		finding_command(d->findings, "millgate", "run", "-c",
		    d->options->rules, NULL);
	else
		finding_advise(d->findings, "stop the filter, and start it "
		    "again");
}

/* Make FOLDER; Postfix must get to a socket, whose group is the folder's. */
static void
add_install(struct doctor *d, bool of_socket, const char *folder)
{
	const char *user = d->has_filter ? d->filter.name : "root";

	if (of_socket && getgrnam("postfix") != NULL)
		finding_command(d->findings, "install", "-d", "-m", "2750",
		    "-o", user, "-g", "postfix", folder, NULL);
	else
		finding_command(d->findings, "install", "-d", "-m", "0750",
		    "-o", user, folder, NULL);
}

bool
check_folder(struct doctor *d, const char *subject, const char *path,
    const struct person *who)
{
	char folder[PATH_MAX], blocked[PATH_MAX];
	struct stat found;

	path_folder(path, folder);
	if (stat(folder, &found) < 0 || !S_ISDIR(found.st_mode)) {
		finding_add(d->findings, GRADE_WRONG, subject, "%s is to be in "
		    "%s, and there is no such folder", path, folder);
		add_install(d, strcmp(subject, "socket") == 0, folder);
		return false;
	}
	if (who == NULL)
		return true;
	if (person_is_blocked(who, path, 0, blocked)) {
		finding_add(d->findings, GRADE_WRONG, subject, "the user '%s' "
		    "may not go through %s to %s", who->name, blocked, path);
		finding_command(d->findings, "chmod", "o+x", blocked, NULL);
	} else if (!person_may(who, &found, MAY_WRITE | MAY_SEARCH)) {
		finding_add(d->findings, GRADE_WRONG, subject, "the user '%s' "
		    "may not make anything in %s", who->name, folder);
		finding_command(d->findings, "chown", who->name, folder, NULL);
	}
	return true;
}
