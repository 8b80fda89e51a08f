/*
 * negotiate.c - agree with an MTA on what it sends and what we answer.
 *
 * Only what is offered is asked for, so an MTA of protocol 2 simply sends more
 * than is needed. What cannot be done without are the actions: a policy that
 * edits is no policy for an MTA that takes no edits.
 *
 * SMFIP_HDR_LEADSPC is never asked for: with it every value that is added would
 * have to begin with a space of its own.
 *
 * Failure: SMFIS_REJECT, after which libmilter closes the connection and the
 * MTA does what it is configured to do without the filter.
 */
#include "config.h"

#include <stdbool.h>

#include <libmilter/mfapi.h>

#include "milter/daemon/log.h"
#include "milter/daemon/negotiate.h"
#include "milter/daemon/session.h"

sfsistat
negotiate(SMFICTX *ctx, unsigned long actions, unsigned long protocol,
    unsigned long unused2, unsigned long unused3, unsigned long *our_actions,
    unsigned long *our_protocol, unsigned long *our2, unsigned long *our3)
{
	struct session *s = session_get(ctx);
	unsigned long needed, agreed;

	(void)unused2;
	(void)unused3;
	if (s == NULL)
		return SMFIS_REJECT;
	needed = plan_actions(s->plan);
	if ((needed & actions) != needed) {
		log_failure(span_of(NULL), "the rules change messages in "
		    "ways that the MTA lets no filter do (they need actions "
		    "0x%lx, it offers 0x%lx); this connection is refused",
		    needed, actions);
		return SMFIS_REJECT;
	}
	agreed = plan_protocol(s->plan, protocol);
	if ((actions & SMFIF_SETSYMLIST) != 0) {
		needed |= SMFIF_SETSYMLIST;
		if (plan_ask_macros(s->plan, ctx, agreed) < 0) {
			log_failure(span_of(NULL), "cannot ask for macros; "
			    "this connection is refused");
			return SMFIS_REJECT;
		}
	}
	session_agree(s, agreed);
	*our_actions = needed;
	*our_protocol = agreed;
	*our2 = 0;
	*our3 = 0;
	return SMFIS_CONTINUE;
}
