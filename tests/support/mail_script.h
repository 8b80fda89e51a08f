/*
 * mail_script.h - a whole message as a script of play.h.
 */
#ifndef MILLGATE_TEST_MAIL_SCRIPT_H
#define MILLGATE_TEST_MAIL_SCRIPT_H

#include "span.h"

/*
 * The script of a connection that brings MESSAGE, whose lines end in LF: header
 * fields, an empty line, the body. A byte '|' or '\' in it is that byte. Lasts
 * until the next call. For one thread.
 */
const char *mail_script(struct span message);

/* The same of text. */
const char *mail_script_of(const char *message);

#endif
