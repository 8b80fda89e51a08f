/*
 * printable.h - text that may hold anything, written so that it does no harm.
 *
 * Pure but for the stream; one thread for each stream.
 */
#ifndef MILLGATE_PRINTABLE_H
#define MILLGATE_PRINTABLE_H

#include <stdio.h>

#include "span.h"

/* For a terminal: control characters and what is not UTF-8 as \xHH, LF as a
 * space. */
void printable_plain(FILE *out, struct span text);

/* As a JSON string with its quotes (RFC 8259 7). */
void printable_json(FILE *out, struct span text);

/*
 * As XML 1.0 character data or attribute value. What XML cannot say (2.2, most
 * control characters) becomes U+FFFD.
 */
void printable_xml(FILE *out, struct span text);

#endif
