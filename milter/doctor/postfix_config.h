/*
 * postfix_config.h - main.cf and master.cf of Postfix, read by ourselves.
 *
 * As postconf(5) and master(5) of Postfix 3 describe them: comments,
 * continued lines, parameters that name others, options of services. Files
 * are bounded, and so is what becomes of a value. What belongs to a config
 * lives until it is released. One thread.
 */
#ifndef MILLGATE_POSTFIX_CONFIG_H
#define MILLGATE_POSTFIX_CONFIG_H

#include "buffer.h"
#include "error.h"

#define POSTFIX_FILE_MAX (1u << 20)
#define POSTFIX_VALUE_MAX 65536

struct postfix_parameter {
	char *name;
	char *value;		/* as it was written, on one line */
};

struct postfix_parameters {
	struct postfix_parameter *at;	/* in the order of the file */
	size_t count;
};

struct postfix_service {
	char *name;		/* "smtp" */
	char *type;		/* "inet" */
	char *chroot;		/* "y", "n" or "-" */
	char *command;		/* "smtpd" */
	struct postfix_parameters options;	/* -o name=value */
};

struct postfix_config {
	struct postfix_parameters main;
	struct postfix_service *services;
	size_t service_count;
};

/*
 * Read main.cf and master.cf in FOLDER into C, which
 * postfix_config_release() ends, after a failure too. -1 and ERROR, which
 * names the file: it cannot be read.
 */
int postfix_config_read(struct postfix_config *c, const char *folder,
    struct error *error);
void postfix_config_release(struct postfix_config *c);

/* Is NAME among these? */
bool postfix_is_set(const struct postfix_parameters *list, const char *name);

/*
 * Put the value that NAME has for S (NULL: for every service) into OUT, with
 * what it names put in: its default when it is not set, as far as that matters
 * here, else nothing. -1 when it is written in a way that is not understood
 * here, or becomes too long; OUT is initialized and must be released.
 */
int postfix_value(const struct postfix_config *c,
    const struct postfix_service *s, const char *name, struct buffer *out);

/* Does S see the queue directory as its root? */
bool postfix_is_chrooted(const struct postfix_config *c,
    const struct postfix_service *s);

/*
 * Take the next word off *REST: what is between white space or SEPARATORS, or
 * within braces, which are then not part of it. False when there is none.
 */
bool postfix_take_word(struct span *rest, const char *separators,
    struct span *word);

#endif
