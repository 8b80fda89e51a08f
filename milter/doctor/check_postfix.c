/*
 * check_postfix.c - does Postfix ask the filter, and can it?
 *
 * Failure: a finding; what main.cf and master.cf say in ways that are not
 * understood here is one, too.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "milter/doctor/checks.h"
#include "milter/doctor/postfix_config.h"
#include "milter/doctor/postfix_milters.h"
#include "rules/base/xmalloc.h"

/* A service that takes mail. */
struct smtpd {
	const struct postfix_service *service;
	struct postfix_view view;
	struct buffer list;		/* its smtpd_milters */
	bool understood;
	enum milter_named named;
	struct milter_entry entry;
	char name[256];			/* "smtp/inet" */
};

struct postfix {
	struct doctor *d;
	struct findings *f;		/* d's */
	struct postfix_config config;
	struct buffer queue;		/* queue_directory */
	struct smtpd *smtpds;
	size_t count;
};

/* The command that gives NAME the VALUE for S, or for all. */
static void
command_set(struct postfix *p, const struct smtpd *s, const char *name,
    const char *value)
{
	char text[PATH_MAX + 1024];
	bool own = s != NULL;

	snprintf(text, sizeof text, "%s%s%s%s%s", own ? s->name : "",
	    own ? "/" : "", name, own ? "=" : " = ", value);
	finding_command(p->f, "postconf", own ? "-P" : "-e", text, NULL);
	finding_command(p->f, "postfix", "reload", NULL);
}

/* Our place in the list of S, or in the stead of what names us there. */
static void
command_list(struct postfix *p, const struct smtpd *s)
{
	struct span list = buffer_span(&s->list), place = s->entry.place;
	struct buffer value;
	char right[PATH_MAX];

	if (!milters_right_place(&s->view, right)) {
		finding_advise(p->f, "in a chroot it sees nothing outside of "
		    "%s: listen on unix:%s/millgate/millgate.sock",
		    s->view.queue, s->view.queue);
		return;
	}
	buffer_init(&value, POSTFIX_VALUE_MAX + PATH_MAX);
	if (place.len == 0) {
		buffer_add(&value, list);
		buffer_add_text(&value, list.len > 0 ? ", " : "");
		buffer_add_text(&value, right);
	} else {
		buffer_add(&value, span_head(list, (size_t)(place.ptr -
		    list.ptr)));
		buffer_add_text(&value, right);
		buffer_add(&value, span_skip(list, (size_t)(place.ptr -
		    list.ptr) + place.len));
	}
	command_set(p, postfix_is_set(&s->service->options, "smtpd_milters") ?
	    s : NULL, "smtpd_milters", buffer_text(&value));
	buffer_release(&value);
}

static bool
is_smtpd(const struct postfix_service *s)
{
	const char *slash = strrchr(s->command, '/');

	return strcmp(slash != NULL ? slash + 1 : s->command, "smtpd") == 0;
}

static void
find_smtpds(struct postfix *p)
{
	p->smtpds = xcalloc(p->config.service_count + 1, sizeof *p->smtpds);
	for (size_t i = 0; i < p->config.service_count; i++) {
		const struct postfix_service *service = &p->config.services[i];
		struct smtpd *s = &p->smtpds[p->count];

		if (!is_smtpd(service))
			continue;
		p->count++;
		s->service = service;
		s->view = (struct postfix_view){
			.queue = buffer_text(&p->queue),
			.chrooted = postfix_is_chrooted(&p->config, service),
			.listen = &p->d->listen,
		};
		snprintf(s->name, sizeof s->name, "%s/%s", service->name,
		    service->type);
		s->understood = postfix_value(&p->config, service,
		    "smtpd_milters", &s->list) == 0;
		if (s->understood)
			s->named = milters_find(buffer_span(&s->list),
			    &s->view, &s->entry);
	}
}

/* S does not ask us; SOME: another one does. */
static void
add_unasked(struct postfix *p, const struct smtpd *s, bool some)
{
	if (some) {
		finding_add(p->f, GRADE_NOTE, "postfix", "%s does not ask the "
		    "filter: its smtpd_milters is '%s'", s->name,
		    buffer_text(&s->list));
		return;
	}
	finding_add(p->f, GRADE_WRONG, "postfix", "%s does not ask the filter: "
	    "smtpd_milters is '%s', and the filter is at %s", s->name,
	    buffer_text(&s->list), p->d->settings->listen);
	command_list(p, s);
}

static void
add_smtpd(struct postfix *p, const struct smtpd *s, bool some)
{
	char way[PATH_MAX];

	if (!s->understood) {
		finding_add(p->f, GRADE_NOTE, "postfix", "smtpd_milters of %s "
		    "is written in a way that is not understood here",
		    s->name);
		finding_command(p->f, "postconf", "-x", "smtpd_milters", NULL);
		return;
	}
	switch (s->named) {
	case MILTER_NAMED:
		finding_add(p->f, GRADE_OK, "postfix", "%s%s asks the filter "
		    "at %.*s", s->name, s->view.chrooted ? ", in a chroot," :
		    "", (int)s->entry.place.len, s->entry.place.ptr);
		break;
	case MILTER_OUTSIDE:
		(void)milters_way(&s->view, s->entry.place, way);
		finding_add(p->f, GRADE_WRONG, "postfix", "%s is in a chroot, "
		    "where %.*s is %s", s->name, (int)s->entry.place.len,
		    s->entry.place.ptr, way);
		command_list(p, s);
		break;
	case MILTER_NOT_NAMED:
		add_unasked(p, s, some);
		break;
	}
}

static void
add_smtpds(struct postfix *p)
{
	bool some = false;

	for (size_t i = 0; i < p->count; i++)
		some = some || p->smtpds[i].named != MILTER_NOT_NAMED;
	for (size_t i = 0; i < p->count; i++)
		add_smtpd(p, &p->smtpds[i], some);
	if (p->count == 0)
		finding_add(p->f, GRADE_NOTE, "postfix", "master.cf has no "
		    "smtpd: Postfix takes no mail that could be filtered");
}

/* OWNER cannot write to the socket WAY. */
static void
add_refused(struct postfix *p, const struct person *owner, const char *way,
    const struct stat *found)
{
	char user[PERSON_NAME_MAX], group[PERSON_NAME_MAX];

	finding_add(p->f, GRADE_WRONG, "postfix", "the user '%s' may not write "
	    "to %s: mode %04o, user '%s', group '%s'", owner->name, way,
	    (unsigned)found->st_mode & 0777, user_name(found->st_uid, user),
	    group_name(found->st_gid, group));
	if (found->st_gid != 0 && (found->st_mode & S_IWGRP) != 0) {
		finding_command(p->f, "usermod", "-a", "-G", group,
		    owner->name, NULL);
		finding_command(p->f, "postfix", "reload", NULL);
		return;
	}
	finding_advise(p->f, "write socket: {mode: 0660, group: %s} below "
	    "settings, and start the filter again", owner->name);
}

/* May Postfix's user get to the socket? It has all its groups in smtpd. */
static void
check_reach(struct postfix *p, const struct smtpd *s,
    const struct person *owner)
{
	char way[PATH_MAX], blocked[PATH_MAX], group[PERSON_NAME_MAX];
	size_t known = milters_way(&s->view, s->entry.place, way);
	struct stat found;

	if (person_is_blocked(owner, way, known, blocked)) {
		finding_add(p->f, GRADE_WRONG, "postfix", "the user '%s' may "
		    "not go through %s to %s", owner->name, blocked, way);
		finding_command(p->f, "chgrp", group_name(owner->gid, group),
		    blocked, NULL);
		finding_command(p->f, "chmod", "g+x", blocked, NULL);
	} else if (stat(way, &found) == 0 && S_ISSOCK(found.st_mode)) {
		if (person_may(owner, &found, MAY_WRITE))
			finding_add(p->f, GRADE_OK, "postfix", "the user '%s' "
			    "may write to %s", owner->name, way);
		else
			add_refused(p, owner, way, &found);
	}
}

static void
check_owner(struct postfix *p, const struct smtpd *s)
{
	struct person owner;
	struct buffer name;

	if (p->d->listen.family != LISTEN_UNIX)
		return;
	if (postfix_value(&p->config, NULL, "mail_owner", &name) < 0 ||
	    !person_find(&owner, buffer_text(&name)))
		finding_add(p->f, GRADE_WRONG, "postfix", "there is no user "
		    "'%s', whom mail_owner names", buffer_text(&name));
	else
		check_reach(p, s, &owner);
	buffer_release(&name);
}

/* What becomes of mail when the filter does not answer? */
static void
check_action(struct postfix *p, const struct smtpd *s)
{
	struct buffer action;

	(void)postfix_value(&p->config, s->service, "milter_default_action",
	    &action);
	if (s->entry.action.len > 0 && span_is(s->entry.action, "accept")) {
		finding_add(p->f, GRADE_NOTE, "postfix", "mail passes "
		    "unfiltered when the filter does not answer: default_"
		    "action of %.*s is accept", (int)s->entry.place.len,
		    s->entry.place.ptr);
		finding_advise(p->f, "write default_action=tempfail in "
		    "smtpd_milters");
	} else if (s->entry.action.len == 0 &&
	    span_is(buffer_span(&action), "accept")) {
		finding_add(p->f, GRADE_NOTE, "postfix", "mail passes "
		    "unfiltered when the filter does not answer: "
		    "milter_default_action is accept");
		command_set(p, postfix_is_set(&s->service->options,
		    "milter_default_action") ? s : NULL,
		    "milter_default_action", "tempfail");
	}
	buffer_release(&action);
}

static void
check_protocol(struct postfix *p, const struct smtpd *s)
{
	struct buffer version;

	if (postfix_value(&p->config, s->service, "milter_protocol",
	    &version) == 0 && strtol(buffer_text(&version), NULL, 10) < 6) {
		finding_add(p->f, GRADE_NOTE, "postfix", "milter_protocol is "
		    "%s: with 6 the MTA leaves out what the rules do not need",
		    buffer_text(&version));
		command_set(p, postfix_is_set(&s->service->options,
		    "milter_protocol") ? s : NULL, "milter_protocol", "6");
	}
	buffer_release(&version);
}

/* SMTP smuggling: CVE-2023-51764. */
static void
check_newline(struct postfix *p, const struct smtpd *s)
{
	static const char name[] = "smtpd_forbid_bare_newline";
	bool own = postfix_is_set(&s->service->options, name);
	struct buffer value;

	if (!own && !postfix_is_set(&p->config.main, name)) {
		finding_add(p->f, GRADE_NOTE, "postfix", "%s is not set: "
		    "Postfix before 3.9 can be made to see two messages where "
		    "the sender's server saw one (SMTP smuggling)", name);
		command_set(p, NULL, name, "normalize");
		return;
	}
	if (postfix_value(&p->config, s->service, name, &value) == 0 &&
	    span_is(buffer_span(&value), "no")) {
		finding_add(p->f, GRADE_NOTE, "postfix", "%s is no: Postfix "
		    "can be made to see two messages where the sender's server "
		    "saw one (SMTP smuggling)", name);
		command_set(p, own ? s : NULL, name, "normalize");
	}
	buffer_release(&value);
}

/* How the first service that asks us does it. */
static void
check_first(struct postfix *p)
{
	const struct smtpd *s = p->smtpds;

	while (s < p->smtpds + p->count && s->named != MILTER_NAMED)
		s++;
	if (s == p->smtpds + p->count)
		return;
	check_owner(p, s);
	check_action(p, s);
	check_protocol(p, s);
	check_newline(p, s);
}

static void
look(struct postfix *p, const char *folder)
{
	struct error error;

	if (postfix_config_read(&p->config, folder, &error) < 0) {
		finding_add(p->f, GRADE_WRONG, "postfix", "%s", error.text);
		return;
	}
	if (postfix_value(&p->config, NULL, "queue_directory", &p->queue) < 0 ||
	    p->queue.len == 0 || p->queue.ptr[0] != '/') {
		finding_add(p->f, GRADE_WRONG, "postfix", "queue_directory in "
		    "%s/main.cf is not understood", folder);
		return;
	}
	find_smtpds(p);
	add_smtpds(p);
	check_first(p);
}

void
check_postfix(struct doctor *d)
{
	const char *folder = d->options->postfix != NULL ?
	    d->options->postfix : DOCTOR_POSTFIX;
	struct postfix p = { .d = d, .f = d->findings };
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/main.cf", folder);
	if (access(path, R_OK) < 0) {
		if (d->options->postfix != NULL)
			error_set(&d->trouble, "cannot read %s", path);
		return;
	}
	d->has_mta = true;
	if (!d->listens)
		return;
	look(&p, folder);
	for (size_t i = 0; i < p.count; i++)
		buffer_release(&p.smtpds[i].list);
	free(p.smtpds);
	buffer_release(&p.queue);
	postfix_config_release(&p.config);
}
