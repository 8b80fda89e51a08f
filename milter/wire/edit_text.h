/*
 * edit_text.h - what a filter wants to write into a message, made sound.
 *
 * Names, values and addresses of edits, as edit.h promises them. Pure but for
 * the buffer that a result is added to; any thread.
 */
#ifndef MILLGATE_WIRE_EDIT_TEXT_H
#define MILLGATE_WIRE_EDIT_TEXT_H

#include "buffer.h"

/* RFC 5322 2.2: printable ASCII, and no colon. */
bool edit_name_is_sound(struct span name);

/* Bytes of a value that can be made sound: more than a field may have. */
#define EDIT_VALUE_MAX 65535

/*
 * Add VALUE, of a field whose name is NAME_LEN bytes long, to OUT: without CR,
 * each LF a fold, no line over 998 bytes. That is no more than EDIT_TEXT_MAX
 * bytes.
 */
void edit_add_value(struct buffer *out, struct span value, size_t name_len);

#define EDIT_TEXT_MAX (2 * EDIT_VALUE_MAX + 8)

/* Add TEXT in one line: control characters are spaces. */
void edit_add_line(struct buffer *out, struct span text);

/* PATH, in or without <>, as an address without them; "<>" stays, and nothing
 * means the same. */
struct span edit_bare_address(struct span path);

/*
 * Is ADDRESS local@domain, printable and without blanks outside of quotes?
 * Without NEEDS_DOMAIN there may be none.
 */
bool edit_address_is_sound(struct span address, bool needs_domain);

/* Is TEXT words of ESMTP parameters, NAME or NAME=VALUE, between blanks? */
bool edit_params_are_sound(struct span text);

#endif
