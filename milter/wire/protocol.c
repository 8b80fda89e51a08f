/*
 * protocol.c - the table of the milter protocol's letters.
 *
 * Each row says what a letter is, what its payload holds and which bits of the
 * negotiation switch it off. A letter that is not here does not exist.
 */
#include "config.h"

#include <stddef.h>

#include "milter/wire/protocol.h"

#define MANY 65535		/* as many as there are */

static const struct wire_kind kind_table[] = {
	{ WIRE_OPTIONS, "OPTIONS", WIRE_ROLE_OPTIONS,
	    WIRE_SHAPE_OPTIONS, 0, 0, 0, 0 },

	{ WIRE_MACROS, "MACROS", WIRE_ROLE_NOTICE,
	    WIRE_SHAPE_MACROS, 0, 0, 0, 0 },
	{ WIRE_CONNECT, "CONNECT", WIRE_ROLE_STEP,
	    WIRE_SHAPE_CONNECT, 0, 0, WIRE_NO_CONNECT, WIRE_NR_CONNECT },
	{ WIRE_HELO, "HELO", WIRE_ROLE_STEP,
	    WIRE_SHAPE_STRINGS, 1, 1, WIRE_NO_HELO, WIRE_NR_HELO },
	{ WIRE_MAIL, "MAIL", WIRE_ROLE_STEP,
	    WIRE_SHAPE_STRINGS, 1, MANY, WIRE_NO_MAIL, WIRE_NR_MAIL },
	{ WIRE_RCPT, "RCPT", WIRE_ROLE_STEP,
	    WIRE_SHAPE_STRINGS, 1, MANY, WIRE_NO_RCPT, WIRE_NR_RCPT },
	{ WIRE_DATA, "DATA", WIRE_ROLE_STEP,
	    WIRE_SHAPE_STRINGS, 0, 0, WIRE_NO_DATA, WIRE_NR_DATA },
	{ WIRE_HEADER, "HEADER", WIRE_ROLE_STEP,
	    WIRE_SHAPE_STRINGS, 2, 2, WIRE_NO_HEADERS, WIRE_NR_HEADER },
	{ WIRE_EOH, "EOH", WIRE_ROLE_STEP,
	    WIRE_SHAPE_STRINGS, 0, 0, WIRE_NO_EOH, WIRE_NR_EOH },
	{ WIRE_BODY, "BODY", WIRE_ROLE_STEP,
	    WIRE_SHAPE_BYTES, 0, 0, WIRE_NO_BODY, WIRE_NR_BODY },
	{ WIRE_EOM, "EOM", WIRE_ROLE_STEP,
	    WIRE_SHAPE_BYTES, 0, 0, 0, 0 },
	{ WIRE_UNKNOWN, "UNKNOWN", WIRE_ROLE_STEP,
	    WIRE_SHAPE_STRINGS, 1, 1, WIRE_NO_UNKNOWN, WIRE_NR_UNKNOWN },
	{ WIRE_ABORT, "ABORT", WIRE_ROLE_NOTICE,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },
	{ WIRE_QUIT, "QUIT", WIRE_ROLE_NOTICE,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },
	{ WIRE_QUIT_NC, "QUIT_NC", WIRE_ROLE_NOTICE,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },

	{ WIRE_CONTINUE, "CONTINUE", WIRE_ROLE_ANSWER,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },
	{ WIRE_ACCEPT, "ACCEPT", WIRE_ROLE_ANSWER,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },
	{ WIRE_REJECT, "REJECT", WIRE_ROLE_ANSWER,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },
	{ WIRE_TEMPFAIL, "TEMPFAIL", WIRE_ROLE_ANSWER,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },
	{ WIRE_REPLYCODE, "REPLYCODE", WIRE_ROLE_ANSWER,
	    WIRE_SHAPE_STRINGS, 1, 1, 0, 0 },
	{ WIRE_DISCARD, "DISCARD", WIRE_ROLE_ANSWER,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },
	{ WIRE_SKIP, "SKIP", WIRE_ROLE_ANSWER,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },
	{ WIRE_SHUTDOWN, "SHUTDOWN", WIRE_ROLE_ANSWER,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },
	{ WIRE_CONN_FAIL, "CONN_FAIL", WIRE_ROLE_ANSWER,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },
	{ WIRE_PROGRESS, "PROGRESS", WIRE_ROLE_WAIT,
	    WIRE_SHAPE_STRINGS, 0, 0, 0, 0 },

	{ WIRE_ADDHEADER, "ADDHEADER", WIRE_ROLE_EDIT,
	    WIRE_SHAPE_STRINGS, 2, 2, 0, 0 },
	{ WIRE_INSHEADER, "INSHEADER", WIRE_ROLE_EDIT,
	    WIRE_SHAPE_INDEXED, 2, 2, 0, 0 },
	{ WIRE_CHGHEADER, "CHGHEADER", WIRE_ROLE_EDIT,
	    WIRE_SHAPE_INDEXED, 2, 2, 0, 0 },
	{ WIRE_ADDRCPT, "ADDRCPT", WIRE_ROLE_EDIT,
	    WIRE_SHAPE_STRINGS, 1, 1, 0, 0 },
	{ WIRE_ADDRCPT_PAR, "ADDRCPT_PAR", WIRE_ROLE_EDIT,
	    WIRE_SHAPE_STRINGS, 1, 2, 0, 0 },
	{ WIRE_DELRCPT, "DELRCPT", WIRE_ROLE_EDIT,
	    WIRE_SHAPE_STRINGS, 1, 1, 0, 0 },
	{ WIRE_CHGFROM, "CHGFROM", WIRE_ROLE_EDIT,
	    WIRE_SHAPE_STRINGS, 1, 2, 0, 0 },
	{ WIRE_REPLBODY, "REPLBODY", WIRE_ROLE_EDIT,
	    WIRE_SHAPE_BYTES, 0, 0, 0, 0 },
	{ WIRE_QUARANTINE, "QUARANTINE", WIRE_ROLE_EDIT,
	    WIRE_SHAPE_STRINGS, 1, 1, 0, 0 },
};

const struct wire_kind *
wire_kind(char letter)
{
	size_t count = sizeof kind_table / sizeof *kind_table;

	for (size_t i = 0; i < count; i++)
		if (kind_table[i].letter == letter)
			return &kind_table[i];
	return NULL;
}

bool
wire_is_sent(const struct wire_options *o, enum wire_letter command)
{
	const struct wire_kind *kind = wire_kind((char)command);

	return kind != NULL && (o->protocol & kind->unsent) == 0;
}

bool
wire_is_answered(const struct wire_options *o, enum wire_letter command)
{
	const struct wire_kind *kind = wire_kind((char)command);

	return kind != NULL && kind->role != WIRE_ROLE_NOTICE
	    && (o->protocol & (kind->unsent | kind->unanswered)) == 0;
}
