/*
 * postfix_milters.h - does a list of milters name our socket?
 *
 * Postfix sees paths from its queue directory: one without a slash at its start
 * always, one with a slash when the service is in a chroot (postconf(5),
 * smtpd_milters). Pure but for stat(2).
 */
#ifndef MILLGATE_DOCTOR_POSTFIX_MILTERS_H
#define MILLGATE_DOCTOR_POSTFIX_MILTERS_H

#include <limits.h>

#include "buffer.h"
#include "rules/base/listen_spec.h"

/* What a service of Postfix sees. */
struct postfix_view {
	const char *queue;		/* queue_directory */
	bool chrooted;
	const struct listen_spec *listen;	/* where we listen */
};

enum milter_named {
	MILTER_NOT_NAMED,
	MILTER_NAMED,
	MILTER_OUTSIDE,		/* it is, by a path that the chroot hides */
};

struct milter_entry {
	struct span place;	/* "unix:millgate/millgate.sock", in the list */
	struct span action;	/* its own default_action; empty: none */
};

/* Look for our socket in LIST; ENTRY is what names it. */
enum milter_named milters_find(struct span list,
    const struct postfix_view *view, struct milter_entry *entry);

/*
 * Put what names our socket for VIEW into OUT; false: nothing can, for a chroot
 * hides it.
 */
bool milters_right_place(const struct postfix_view *view,
    char out[PATH_MAX]);

/*
 * The path of our unix socket as VIEW has it: put into OUT, with the number of
 * bytes at its front that are the folder in which Postfix is already.
 */
size_t milters_way(const struct postfix_view *view, struct span place,
    char out[PATH_MAX]);

#endif
