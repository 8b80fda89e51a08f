/*
 * packet.h - milter packets into bytes, and bytes into milter packets.
 *
 * A packet is a length of four bytes in network order, a letter and a payload;
 * the length counts letter and payload. Commands are written into a struct
 * buffer, what a filter sends is cut into packets by a struct packet_reader;
 * neither touches a socket. What a packet of a filter means is in reply.h.
 *
 * Nothing here keeps state of its own, so any thread may call it for a buffer
 * or a reader that no other thread is using.
 */
#ifndef MILLGATE_PACKET_H
#define MILLGATE_PACKET_H

#include <stdint.h>
#include <sys/socket.h>

#include "buffer.h"
#include "error.h"
#include "event.h"
#include "milter/wire/protocol.h"
#include "span.h"

/*
 * Writing. Each appends one packet to OUT; when OUT overflows, nothing of that
 * packet is written. The bound on a packet is that of OUT and of the peer: a
 * payload over WIRE_PAYLOAD_MAX is written, and a filter may hang up on it.
 */

/* LETTER with PAYLOAD as it is: for all commands without another function. */
void packet_add(struct buffer *out, char letter, struct span payload);

/*
 * LETTER with COUNT strings: WIRE_HELO 1, WIRE_MAIL and WIRE_RCPT the path and
 * its parameters, WIRE_HEADER name and value, WIRE_UNKNOWN 1. On the wire a NUL
 * ends a string, so one that holds a NUL is sent up to there.
 */
void packet_add_strings(struct buffer *out, enum wire_letter letter,
    const struct span *strings, size_t count);

/*
 * WIRE_CONNECT. ADDR is the client's address: a whole struct sockaddr_in,
 * sockaddr_in6 or sockaddr_un. NULL, or another family, is told as unknown.
 */
void packet_add_connect(struct buffer *out, struct span name,
    const struct sockaddr *addr);

/*
 * WIRE_MACROS for COMMAND. A name of one letter goes as it is and a longer one
 * in braces: "i", "{auth_type}".
 */
void packet_add_macros(struct buffer *out, enum wire_letter command,
    const struct macro *macros, size_t count);

/* WIRE_OPTIONS: what the MTA offers. Its macros are not sent. */
void packet_add_options(struct buffer *out, const struct wire_options *o);

/*
 * Reading: a stream of bytes, cut anywhere, becomes packets.
 */

/* Bytes that packet_reader_feed() takes at once. */
#define PACKET_FEED_MAX 65536

#define WIRE_NUMBER_BYTES 4

/* The number that stands in four bytes of a packet, in network order. */
uint32_t wire_number(const char bytes[WIRE_NUMBER_BYTES]);

struct packet {
	char letter;
	struct span payload;	/* in the reader, until its next feed */
};

struct packet_reader {
	struct buffer bytes;	/* fed */
	size_t taken;		/* of them, given out as packets */
	size_t payload_max;
	bool broken;		/* the stream lost its sense */
};

/* Refuse packets with more than PAYLOAD_MAX bytes of payload. */
void packet_reader_init(struct packet_reader *r, size_t payload_max);

/*
 * Give R bytes that came, at most PACKET_FEED_MAX. Before more is fed,
 * packet_reader_next() is called until it has no packet left; so R holds a
 * packet and a feed at most.
 */
void packet_reader_feed(struct packet_reader *r, struct span bytes);

/*
 * The next packet: 1 and it is in P, or 0 when more bytes are needed. -1 when
 * its length is 0 or over the bound, or when memory ran out: where the next
 * packet begins is then not known, and R says -1 from there on.
 */
int packet_reader_next(struct packet_reader *r, struct packet *p,
    struct error *error);

/*
 * Refuse packets with more than PAYLOAD_MAX bytes from here on; no more than
 * packet_reader_init() was told. Memory that only longer ones needed is given
 * back, when all packets were given out.
 */
void packet_reader_bound(struct packet_reader *r, size_t payload_max);

/* Has R bytes that were not given out as packets? */
bool packet_reader_has_more(const struct packet_reader *r);

/* Forget what was fed: another stream begins. Its memory is given back. */
void packet_reader_reset(struct packet_reader *r);

/* Free what R holds. A released or zeroed reader may be released again. */
void packet_reader_release(struct packet_reader *r);

#endif
