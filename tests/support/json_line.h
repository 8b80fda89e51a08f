/*
 * json_line.h - a line of the log as a JSON object, read back.
 *
 * Only what such a line has: one object, in which names are strings and values
 * strings, numbers or true; a strict reading of it (RFC 8259).
 */
#ifndef MILLGATE_TEST_JSON_LINE_H
#define MILLGATE_TEST_JSON_LINE_H

#include "buffer.h"

/*
 * Is LINE, without its LF, such an object, in UTF-8, with no name twice? Its
 * members are put into OUT as lines "NAME=VALUE", strings decoded.
 */
bool json_line_read(struct span line, struct buffer *out);

#endif
