/*
 * render.h - a verdict, said to libmilter.
 *
 * A renderer prints, it never decides. Used inside a callback, on its thread.
 */
#ifndef MILLGATE_DAEMON_RENDER_H
#define MILLGATE_DAEMON_RENDER_H

#include <stdbool.h>

#include <libmilter/mfapi.h>

#include "verdict.h"

/*
 * Set reply and edits of VERDICT, which answers an event of KIND, and return
 * what the callback is to return. When libmilter does not take an edit the
 * answer is SMFIS_TEMPFAIL, for a message must not go on half changed.
 */
sfsistat render_verdict(SMFICTX *ctx, enum event_kind kind,
    const struct verdict *verdict);

/* Log that the filter failed for the message at hand. */
void render_failure(SMFICTX *ctx, const char *why);

#endif
