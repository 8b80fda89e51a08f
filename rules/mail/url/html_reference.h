/*
 * html_reference.h - character references in HTML, "&amp;" (HTML 13.2.5.72).
 */
#ifndef MILLGATE_HTML_REFERENCE_H
#define MILLGATE_HTML_REFERENCE_H

#include "arena.h"
#include "span.h"

/*
 * S, which is UTF-8, with its references resolved: numbers, and those names
 * whose characters have a meaning in URLs and HTML; all others stay as they
 * are. IN_ATTRIBUTE: it is the value of one, where a name without a semicolon
 * counts less. In the arena, or S itself where it has none; empty when the
 * arena is exhausted. Never longer than S.
 */
struct span html_resolve(struct span s, bool in_attribute, struct arena *a);

#endif
