/*
 * payloads.h - what a client may say to harm a log.
 */
#ifndef MILLGATE_TEST_PAYLOADS_H
#define MILLGATE_TEST_PAYLOADS_H

#define PAYLOADS 50

/* C strings, each of which is to become a value in one line. */
extern const char *const payloads[PAYLOADS];

#endif
