/*
 * settings_draft.h - readers of the settings that concern the daemon.
 *
 * Each takes the value of the key that it is called after; TARGET is the struct
 * settings. As in load.h, -1 means that a problem has been reported.
 */
#ifndef MILLGATE_SETTINGS_DRAFT_H
#define MILLGATE_SETTINGS_DRAFT_H

#include "rules/load/load.h"

int load_control(struct loader *l, struct node *n, void *target);
int load_user(struct loader *l, struct node *n, void *target);
int load_user_group(struct loader *l, struct node *n, void *target);
int load_pidfile(struct loader *l, struct node *n, void *target);
int load_log_settings(struct loader *l, struct node *n, void *target);
int load_require_jit(struct loader *l, struct node *n, void *target);

/* Is what mapping N says of the daemon right together, now that S has it? */
int load_check_daemon(const struct node *n, const struct settings *s);

#endif
