/*
 * mail_desk.h - a folder for Maildirs, and messages to be put there.
 *
 * For the one thread that runs the tests. Failures are told by unit.h.
 */
#ifndef MILLGATE_MAIL_DESK_H
#define MILLGATE_MAIL_DESK_H

#include "buffer.h"
#include "smtp_session.h"

#define MAIL_PATH_MAX 400
#define MAIL_HOST "mx.example"

/* A folder below /tmp, made and removed with all that is in it: the first and
 * the last test of a table. */
extern char mail_desk[];
void mail_desk_begin(void);
void mail_desk_end(void);

/* Remove all that is in it, or the files alone. */
void mail_desk_clear(void);
void mail_desk_empty(void);

/* PATH below the folder; the text is valid until the next call but one. */
const char *mail_path(const char *path);

/* A small message for the COUNT recipients at LIST, by bob@friend.example. */
struct smtp_message mail_message(const struct span *list, size_t count);

/* How many entries the folder PATH below the desk has; -1: there is none. */
int mail_count(const char *path);

/* Entries of all folders NAME ("tmp", "new") at and below the desk. */
int mail_count_all(const char *name);

/* The only file in the folder PATH: what is in it, and its name. */
const char *mail_read(const char *path);
const char *mail_name(const char *path);

/* Make a file; its folder is there. */
void mail_put(const char *path, const char *text);

#endif
