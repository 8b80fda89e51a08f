/*
 * build_info.h - which libraries a program runs with, for --version.
 */
#ifndef MILLGATE_BUILD_INFO_H
#define MILLGATE_BUILD_INFO_H

#include <stddef.h>

struct build_component {
	const char *name;	/* "PCRE2" */
	const char *version;	/* as the library tells it at run time */
};

/*
 * What the engine is made of, COUNT rows in static storage. Not for several
 * threads at once: a command calls it before it starts any.
 */
const struct build_component *engine_components(size_t *count);

#endif
