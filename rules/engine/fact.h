/*
 * fact.h - everything that a rule may ask about.
 *
 * One table gives each fact's name, the phase from which it is known, its type
 * and the function that learns it; the loader, the engine, the manual and the
 * tests read it. A fact that the language has but this version does not is a
 * row without a learner: it is refused by name, never ignored.
 */
#ifndef MILLGATE_FACT_H
#define MILLGATE_FACT_H

#include "buffer.h"
#include "event.h"

enum fact_type {
	FACT_TEXT,
	FACT_NAME,		/* a host or domain name */
	FACT_ADDRESS,		/* local@domain, or "<>" */
	FACT_IP,
	FACT_NUMBER,		/* decimal, as text */
	FACT_BOOLEAN,		/* "true" or "false" */
};

enum fact_flag {
	FACT_BY_NAME = 1,	/* written fact.NAME, or fact.NAME.SUFFIX */
	FACT_PER_RECIPIENT = 2,	/* another value for each recipient */
	FACT_CONNECTION = 4,	/* the same for all messages of a connection */
	FACT_MANY = 8,		/* may have more than one value */
	FACT_WRITTEN = 16,	/* by rules, for those below them: no learner */
	FACT_FIELDWISE = 32,	/* learnt from each header field */
	FACT_DECODED = 64,	/* always valid UTF-8: regexes are REGEX_TEXT */
	FACT_LAZY = 128,	/* learnt when it is first asked for */
	FACT_OF_FIELD = 256,	/* NAME is a header field's */
	FACT_NOCASE = 512,	/* the case of NAME means nothing */
	FACT_MIME = 1024,	/* found in the parts of the message */
};

/*
 * Facts with the same family, not 0, and the same NAME speak of the same
 * elements in order.
 */
enum fact_family {
	FAMILY_NONE,
	FAMILY_HEADER,
	FAMILY_SENDER_PARAMS,
	FAMILY_RECIPIENT_PARAMS,
	FAMILY_RECIPIENTS,
	FAMILY_ADDRESS,
	FAMILY_ATTACHMENT,
	FAMILY_URL,
};

struct learning;

struct fact_kind {
	const char *name;	/* without NAME and SUFFIX */
	enum phase known;	/* macro.NAME: see macro_known() */
	enum fact_type type;
	unsigned flags;
	enum fact_family family;
	/* NULL: not in this version, unless it is FACT_WRITTEN. */
	void (*learn)(struct learning *l);
	const char *macro;	/* the macro that it is learnt from, or NULL */
	const char *suffix;	/* of FACT_BY_NAME, or NULL */
};

/*
 * The row of the fact written TEXT ("helo", "header_raw.subject",
 * "address.from.domain"); NULL when there is none. For FACT_BY_NAME the part
 * behind the first dot, and before a suffix that there is, is in NAME, else
 * NAME is empty.
 */
const struct fact_kind *fact_find(struct span text, struct span *name);

/* Append the fact KIND with NAME to OUT, as a rule writes it. */
void fact_write(struct buffer *out, const struct fact_kind *kind,
    struct span name);

/* The row with number I, NULL behind the last one. */
const struct fact_kind *fact_at(size_t i);

/*
 * From which phase macro NAME (without braces) is known: where Postfix or
 * Sendmail sends it unasked, PHASE_EOM for all others. PER_RECIPIENT tells
 * whether it belongs to a recipient.
 */
enum phase macro_known(struct span name, bool *per_recipient);

#endif
