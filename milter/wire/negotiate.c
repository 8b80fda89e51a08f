/*
 * negotiate.c - agree with a filter on what it is told and what it may do.
 *
 * Offered is what the version has, and all of that is honoured; of it the
 * filter picks. What it has not been offered it may not ask for: it would be
 * out of step with what it is told. A filter of an older version is not told of
 * steps that came later.
 *
 * Failure: a filter that does not agree is asked nothing.
 */
#include "config.h"

#include "milter/wire/conversation.h"

#define OLDEST_VERSION 2
#define MACRO_LIST_MAX 2048	/* bytes of names that a filter may ask for */

/* What came with a version, as Postfix and Sendmail have it. */
static const struct {
	uint32_t version;
	uint32_t actions;
	uint32_t protocol;
} versions[] = {
	{ 2, WIRE_MAY_ADD_HEADERS | WIRE_MAY_CHANGE_BODY |
	    WIRE_MAY_ADD_RECIPIENTS | WIRE_MAY_REMOVE_RECIPIENTS |
	    WIRE_MAY_CHANGE_HEADERS | WIRE_MAY_QUARANTINE,
	    WIRE_NO_CONNECT | WIRE_NO_HELO | WIRE_NO_MAIL | WIRE_NO_RCPT |
	    WIRE_NO_BODY | WIRE_NO_HEADERS | WIRE_NO_EOH },
	{ 3, 0, WIRE_NO_UNKNOWN },
	{ 4, 0, WIRE_NO_DATA },
	{ 6, WIRE_MAY_CHANGE_SENDER | WIRE_MAY_ADD_WITH_PARAMS |
	    WIRE_MAY_CHOOSE_MACROS,
	    WIRE_CAN_SKIP | WIRE_NR_HEADER | WIRE_NR_CONNECT | WIRE_NR_HELO |
	    WIRE_NR_MAIL | WIRE_NR_RCPT | WIRE_NR_DATA | WIRE_NR_UNKNOWN |
	    WIRE_NR_EOH | WIRE_NR_BODY | WIRE_LEADING_SPACE },
};

/* All that VERSION has. */
static struct wire_options
options_of(uint32_t version)
{
	struct wire_options o = { .version = version };

	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
		if (versions[i].version <= version) {
			o.actions |= versions[i].actions;
			o.protocol |= versions[i].protocol;
		}
	return o;
}

void
milter_offer(struct milter *m)
{
	struct wire_options o = options_of(m->config.version);

	packet_add_options(&m->out, &o);
}

static int
keep_macros(struct milter *m, const struct wire_options *answer)
{
	for (size_t i = 0; i < WIRE_STAGE_COUNT; i++) {
		if (answer->macros[i].ptr == NULL)
			continue;
		if (answer->macros[i].len > MACRO_LIST_MAX)
			return -1;
		m->options.macros[i] = arena_copy(&m->kept, answer->macros[i]);
		if (m->kept.exhausted)
			return -1;
	}
	return 0;
}

void
milter_agree(struct milter *m, const struct wire_options *answer)
{
	struct wire_options ours = options_of(m->config.version);
	struct wire_options theirs = options_of(answer->version);

	if (answer->version < OLDEST_VERSION || answer->version > ours.version)
		milter_fail(m, "it speaks version %lu of the protocol, we 2 to "
		    "%lu", (unsigned long)answer->version,
		    (unsigned long)ours.version);
	else if ((answer->actions & ~ours.actions) != 0)
		milter_fail(m, "it asks for actions 0x%lx, and was offered "
		    "0x%lx", (unsigned long)answer->actions,
		    (unsigned long)ours.actions);
	else if ((answer->protocol & ~ours.protocol) != 0)
		milter_fail(m, "it asks for protocol options 0x%lx, and was "
		    "offered 0x%lx", (unsigned long)answer->protocol,
		    (unsigned long)ours.protocol);
	else {
		m->options = (struct wire_options){
			.version = answer->version,
			.actions = answer->actions,
			.protocol = answer->protocol,
		};
		m->unknown = (WIRE_NO_UNKNOWN | WIRE_NO_DATA) &
		    ~theirs.protocol;
		m->state = MILTER_TALKING;
		if (keep_macros(m, answer) < 0)
			milter_fail(m, "its lists of macros are too long");
	}
}
