/*
 * yaml_hint.h - the traps of YAML that catch everybody, and the way out.
 */
#ifndef MILLGATE_YAML_HINT_H
#define MILLGATE_YAML_HINT_H

#include "rules/load/tree.h"

/*
 * Look at the file's bytes before YAML does: size, byte order marks, UTF-8,
 * NUL. -1 and an error with its place when they will not do.
 */
int yaml_check_bytes(struct tree *t);

/*
 * What the YAML reader says in the words CONTEXT and WHAT may be about
 * something that is not closed where CONTEXT began: then words for that, to be
 * put there; else WHAT. Static storage.
 */
const char *yaml_unclosed(const char *context, const char *what);

/*
 * Add a hint to the syntax error P. LINE is the line that it is on, COLUMN the
 * character in it (from 0), WHAT the YAML reader's own words.
 */
void yaml_hint(struct problem *p, struct span line, size_t column,
    const char *what);

#endif
