/*
 * one_message.h - one message through the engine, without a daemon.
 */
#ifndef MILLGATE_ONE_MESSAGE_H
#define MILLGATE_ONE_MESSAGE_H

#include "policy.h"

/*
 * Feed a whole connection with one ordinary message of two recipients to a
 * session under POLICY, whatever it answers. Returns how often the engine
 * failed.
 */
int one_message(struct policy *policy);

#endif
