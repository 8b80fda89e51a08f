/*
 * reply.h - what a milter answered, checked and taken apart.
 *
 * A filter is a program of somebody else: its packets are checked before they
 * are shown, and no span of a reply reaches beyond its packet. Pure; any
 * thread.
 */
#ifndef MILLGATE_REPLY_H
#define MILLGATE_REPLY_H

#include <stdint.h>

#include "error.h"
#include "milter/wire/packet.h"
#include "milter/wire/protocol.h"
#include "span.h"

/* What a filter said. Spans point into the packet; each has a NUL behind it. */
struct wire_reply {
	enum wire_letter letter;
	enum wire_role role;
	/* WIRE_INSHEADER: 0 is above all. WIRE_CHGHEADER: 1 is the first. */
	uint32_t index;
	/*
	 * Name and value; address and parameters (empty when there are none);
	 * the text of WIRE_REPLYCODE and the reason of WIRE_QUARANTINE.
	 */
	struct span strings[2];
	struct span bytes;	/* WIRE_REPLBODY; no NUL behind it */
	struct wire_options options;	/* WIRE_OPTIONS */
};

/*
 * Read P as a reply. -1 when its letter is none of a filter's, a string lacks
 * its NUL, or the payload is shorter or longer than the letter asks for.
 */
int wire_reply_read(const struct packet *p, struct wire_reply *reply,
    struct error *error);

#endif
