/*
 * recording_text.h - a recording as one line, for rows to compare.
 *
 *	NAME{C:HELO x|S:250//|bytes:/Subject: a||rule:b/}0(helo=x)match reject
 *
 * Sessions in braces, '|' between records, "||" before those that are expected
 * of the message as a whole; then trials, by the number of their rule.
 */
#ifndef MILLGATE_RECORDING_TEXT_H
#define MILLGATE_RECORDING_TEXT_H

#include "buffer.h"
#include "recording.h"

/* Append R to OUT. */
void recording_text(struct buffer *out, const struct recording *r);

#endif
