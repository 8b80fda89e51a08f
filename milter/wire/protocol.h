/*
 * protocol.h - the words of the milter protocol, version 6.
 *
 * Every packet begins with a letter. The MTA sends commands and the filter
 * sends replies; one table holds what there is to know about each letter, and
 * whoever writes, reads or judges packets asks that table. It never changes,
 * so any thread may read it.
 */
#ifndef MILLGATE_PROTOCOL_H
#define MILLGATE_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "span.h"

#define WIRE_VERSION 6
#define WIRE_PAYLOAD_MAX 65535	/* libmilter hangs up when there is more */

enum wire_letter {
	WIRE_OPTIONS = 'O',	/* both ways: what each side can do */

	WIRE_MACROS = 'D',	/* symbols for the command that follows */
	WIRE_CONNECT = 'C',	/* a client has connected */
	WIRE_HELO = 'H',	/* HELO or EHLO */
	WIRE_MAIL = 'M',	/* MAIL FROM */
	WIRE_RCPT = 'R',	/* RCPT TO */
	WIRE_DATA = 'T',	/* DATA */
	WIRE_HEADER = 'L',	/* one header field */
	WIRE_EOH = 'N',		/* end of header fields */
	WIRE_BODY = 'B',	/* some bytes of the body */
	WIRE_EOM = 'E',		/* end of message, perhaps with last bytes */
	WIRE_UNKNOWN = 'U',	/* a command that the MTA does not know */
	WIRE_ABORT = 'A',	/* forget this message */
	WIRE_QUIT = 'Q',	/* the client has gone, and so do we */
	WIRE_QUIT_NC = 'K',	/* the client has gone, another follows */

	WIRE_CONTINUE = 'c',	/* go on */
	WIRE_ACCEPT = 'a',	/* take it, ask no more */
	WIRE_REJECT = 'r',	/* refuse for good */
	WIRE_TEMPFAIL = 't',	/* refuse for now */
	WIRE_REPLYCODE = 'y',	/* refuse with these words */
	WIRE_DISCARD = 'd',	/* take it and drop it */
	WIRE_SKIP = 's',	/* no more packets of this kind */
	WIRE_SHUTDOWN = '4',	/* answer 421 and hang up */
	WIRE_CONN_FAIL = 'f',	/* break the connection */
	WIRE_PROGRESS = 'p',	/* still at work, wait on */

	WIRE_ADDHEADER = 'h',	/* add a field below all others */
	WIRE_INSHEADER = 'i',	/* insert a field at a position */
	WIRE_CHGHEADER = 'm',	/* change or remove the n-th of a name */
	WIRE_ADDRCPT = '+',	/* add a recipient */
	WIRE_ADDRCPT_PAR = '2',	/* add one with ESMTP parameters */
	WIRE_DELRCPT = '-',	/* remove a recipient */
	WIRE_CHGFROM = 'e',	/* change the sender */
	WIRE_REPLBODY = 'b',	/* the next bytes of another body */
	WIRE_QUARANTINE = 'q',	/* hold the message */
};

/* What a filter may do to a message, if both sides agree. */
enum wire_action {
	WIRE_MAY_ADD_HEADERS = 0x01,
	WIRE_MAY_CHANGE_BODY = 0x02,
	WIRE_MAY_ADD_RECIPIENTS = 0x04,
	WIRE_MAY_REMOVE_RECIPIENTS = 0x08,
	WIRE_MAY_CHANGE_HEADERS = 0x10,
	WIRE_MAY_QUARANTINE = 0x20,
	WIRE_MAY_CHANGE_SENDER = 0x40,
	WIRE_MAY_ADD_WITH_PARAMS = 0x80,
	WIRE_MAY_CHOOSE_MACROS = 0x100,
	WIRE_MAY_ALL = 0x1ff,
};

/* What an MTA leaves out (NO), or does not wait for (NR), if both agree. */
enum wire_protocol {
	WIRE_NO_CONNECT = 0x000001,
	WIRE_NO_HELO = 0x000002,
	WIRE_NO_MAIL = 0x000004,
	WIRE_NO_RCPT = 0x000008,
	WIRE_NO_BODY = 0x000010,
	WIRE_NO_HEADERS = 0x000020,
	WIRE_NO_EOH = 0x000040,
	WIRE_NR_HEADER = 0x000080,
	WIRE_NO_UNKNOWN = 0x000100,
	WIRE_NO_DATA = 0x000200,
	WIRE_CAN_SKIP = 0x000400,	/* the MTA understands WIRE_SKIP */
	WIRE_REFUSED_RCPT = 0x000800,	/* recipients that it refused, too */
	WIRE_NR_CONNECT = 0x001000,
	WIRE_NR_HELO = 0x002000,
	WIRE_NR_MAIL = 0x004000,
	WIRE_NR_RCPT = 0x008000,
	WIRE_NR_DATA = 0x010000,
	WIRE_NR_UNKNOWN = 0x020000,
	WIRE_NR_EOH = 0x040000,
	WIRE_NR_BODY = 0x080000,
	WIRE_LEADING_SPACE = 0x100000,	/* values keep the blank after ':' */
	WIRE_PROTOCOL_ALL = 0x1fffff,
};

/* The moments for which a filter may choose its macros, by their number. */
enum wire_stage {
	WIRE_STAGE_CONNECT,
	WIRE_STAGE_HELO,
	WIRE_STAGE_MAIL,
	WIRE_STAGE_RCPT,
	WIRE_STAGE_DATA,
	WIRE_STAGE_EOM,
	WIRE_STAGE_EOH,
	WIRE_STAGE_COUNT,
};

struct wire_options {
	uint32_t version;
	uint32_t actions;	/* of enum wire_action */
	uint32_t protocol;	/* of enum wire_protocol */
	/*
	 * From a filter only: names divided by blanks. A NULL ptr leaves the
	 * choice to the MTA; the empty list has len 0 and asks for none.
	 */
	struct span macros[WIRE_STAGE_COUNT];
};

/* What a letter is good for. */
enum wire_role {
	WIRE_ROLE_OPTIONS,
	WIRE_ROLE_NOTICE,	/* a command that nobody answers */
	WIRE_ROLE_STEP,		/* a command that is answered */
	WIRE_ROLE_ANSWER,	/* the reply that ends a step */
	WIRE_ROLE_EDIT,		/* a change, before the answer to WIRE_EOM */
	WIRE_ROLE_WAIT,		/* starts the time limit anew */
};

/* What the payload of a letter looks like. */
enum wire_shape {
	WIRE_SHAPE_STRINGS,	/* each with a NUL at its end */
	WIRE_SHAPE_INDEXED,	/* a number of four bytes, then strings */
	WIRE_SHAPE_BYTES,	/* anything */
	WIRE_SHAPE_OPTIONS,	/* struct wire_options */
	WIRE_SHAPE_MACROS,	/* the letter of a command, then strings */
	WIRE_SHAPE_CONNECT,	/* name, family, port and address */
};

struct wire_kind {
	char letter;
	const char *name;	/* in messages: "RCPT", "INSHEADER" */
	enum wire_role role;
	enum wire_shape shape;
	unsigned fewest;	/* strings that there must be */
	unsigned most;
	uint32_t unsent;	/* bits of enum wire_protocol: not sent, */
	uint32_t unanswered;	/* and sent, but not answered */
};

/* The row of LETTER; NULL when the protocol has no such letter. */
const struct wire_kind *wire_kind(char letter);

/*
 * Under these options, as the filter has answered them: is this command sent at
 * all, and is it answered?
 */
bool wire_is_sent(const struct wire_options *o, enum wire_letter command);
bool wire_is_answered(const struct wire_options *o, enum wire_letter command);

#endif
