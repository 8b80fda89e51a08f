/*
 * load_source.c - what goes for every file that a policy is made of.
 *
 * A table or an included file decides as much as the rule file does, so all are
 * treated alike: their bytes are in the policy's fingerprint, and none may be
 * one that everybody can write. A group that may is taken for meant.
 *
 * Failure: such a file is a warning, and an error to root, who would act on
 * what anybody has written.
 */
#include "config.h"

#include <unistd.h>

#include "rules/load/load.h"

/* Written before there is a second thread. */
static bool writable_refused;

static struct span
first_line(struct span text)
{
	struct span line = span_head(text, span_find(text, '\n'));

	return span_head(line, span_find(line, '\r'));
}

void
policy_refuse_writable(void)
{
	writable_refused = true;
}

int
load_take_file(struct loader *l, const char *name, const struct stat *opened,
    struct span text)
{
	struct place place = { name, 1, 1 };
	struct span line = first_line(text);
	bool refused = writable_refused || geteuid() == 0;
	struct problem *p;

	policy_take_file(l->policy, text);
	/* Anybody may write to a FIFO or a device as well, and it is no file
	 * that waits to be read again. */
	if (opened == NULL || !S_ISREG(opened->st_mode) ||
	    (opened->st_mode & S_IWOTH) == 0)
		return 0;
	if (refused)
		p = error_list_add(l->errors, place, line, "everybody may "
		    "write this file, and root is to obey it");
	else
		p = error_list_warn(l->errors, place, line, "everybody may "
		    "write this file");
	problem_hint(p, "chmod o-w %s", name);
	return refused ? -1 : 0;
}
