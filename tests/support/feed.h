/*
 * feed.h - a message made of any bytes, fed to the engine.
 */
#ifndef MILLGATE_TEST_FEED_H
#define MILLGATE_TEST_FEED_H

#include "policy.h"
#include "verdict.h"

/*
 * Judge one message by POLICY. TEXT is divided at LF: HELO, sender, recipient,
 * subject; what follows are header fields NAME:VALUE up to an empty line, and
 * then the body. In a field's value the byte 1 stands for a fold. LOOK is shown
 * each verdict.
 */
void feed_message(struct policy *policy, struct span text,
    void (*look)(const struct verdict *v));

#endif
