/*
 * fuzz.h - what a fuzz program is: one function that is given any bytes.
 *
 * With `configure --enable-fuzzers` clang's libFuzzer calls it; else
 * standalone.c does, with the bytes of the files that it is given. A program
 * fails by crashing: it aborts when a promise is broken.
 */
#ifndef MILLGATE_FUZZ_H
#define MILLGATE_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
