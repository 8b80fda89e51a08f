/*
 * options_value.h - arguments of options, read from text.
 *
 * All return -1, and ERROR says what is needed, when TEXT is something else.
 */
#ifndef MILLGATE_SMTPD_OPTIONS_VALUE_H
#define MILLGATE_SMTPD_OPTIONS_VALUE_H

#include <stdint.h>
#include <sys/socket.h>

#include "error.h"
#include "ip.h"

/* Seconds and counts: times 1000 they are an int. */
#define OPTIONS_NUMBER_MAX 2000000

struct options_place {
	struct ip ip;
	uint16_t port;		/* 0: any that is free */
};

/* "[address]:port", with its NUL. */
#define OPTIONS_PLACE_MAX (IP_TEXT_MAX + sizeof "[]:65535")

/* A whole number, at least LEAST. */
int options_number(const char *text, unsigned least, unsigned *number,
    struct error *error);

int options_bytes(const char *text, size_t *bytes, struct error *error);

/* One number or three, divided by commas, each at least 1; *COUNT says how
 * many. */
int options_three(const char *text, unsigned numbers[3], size_t *count,
    struct error *error);

/* ADDR:PORT or [ADDR]:PORT. */
int options_place(const char *text, struct options_place *place,
    struct error *error);

/* The same as text; brackets around an address of IPv6 only. */
void options_place_format(const struct options_place *place,
    char out[OPTIONS_PLACE_MAX]);

/* The same as the kernel has it; returns the length. */
socklen_t options_place_to(const struct options_place *place,
    struct sockaddr_storage *to);

/* And back; an address mapped into IPv6 is IPv4. */
void options_place_from(const struct sockaddr_storage *from,
    struct options_place *place);

#endif
