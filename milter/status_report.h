/*
 * status_report.h - what the daemon says of itself, read back.
 *
 * The report is described in milter/daemon/control.h. Whoever answers on the
 * socket may be another program, so nothing of what it says is believed before
 * it has been read to the end, within bounds. Text in a report is decoded and
 * may hold any byte.
 */
#ifndef MILLGATE_STATUS_REPORT_H
#define MILLGATE_STATUS_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "buffer.h"
#include "error.h"
#include "milter/daemon/tally.h"

/* Room for about a hundred thousand rules. */
#define STATUS_BYTES_MAX (32u << 20)

enum status_text {
	STATUS_VERSION,		/* of the daemon */
	STATUS_RULES,		/* the rule file */
	STATUS_FINGERPRINT,	/* of the policy */
	STATUS_MODE,		/* "enforce" or "shadow", of all of it */
	STATUS_LISTEN,
	STATUS_GATE,		/* "open" or "closed" */
	STATUS_JIT,		/* "on" or "off" */
	STATUS_TEXT_COUNT
};

enum status_number {
	STATUS_PID,
	STATUS_SUPERVISOR,
	STATUS_STARTED,		/* seconds since the epoch */
	STATUS_WORKER_STARTED,
	STATUS_RESTARTS,
	STATUS_POLICY_LOADED,
	STATUS_GENERATION,
	STATUS_RULE_COUNT,
	STATUS_SESSIONS,
	STATUS_CONNECTIONS_LIMIT,
	STATUS_LINES_LOST,
	STATUS_NUMBER_COUNT
};

struct status_rule {
	uint64_t number;	/* in file order, from 0 */
	uint64_t hits;
	struct span mode;	/* "enforce", "shadow" or "off" */
	struct span place;
	struct span name;
};

/* What the daemon did not tell is 0, or empty. */
struct status_report {
	char *memory;		/* that all spans are in; owned */
	struct span text[STATUS_TEXT_COUNT];
	uint64_t number[STATUS_NUMBER_COUNT];
	uint64_t tally[TALLY_COUNT];
	uint64_t reload_failed;	/* when the last reload failed; 0: it went
				 * well, or there was none */
	struct span reload_error;
	struct status_rule *rules;	/* owned */
	size_t rule_count;
};

/* The names in reports: "rule-count". */
const char *status_text_name(enum status_text t);
const char *status_number_name(enum status_number n);

/*
 * Connect to the unix socket PATH and append what is said there to OUT, whose
 * limit must be STATUS_BYTES_MAX. -1 and ERROR when nobody listens, nothing
 * comes in time, or too much.
 */
int status_ask(const char *path, struct buffer *out, struct error *error);

/*
 * Read TEXT into REPORT, which status_report_release() ends, after a failure
 * too. -1 and ERROR when it is no report or not all of one.
 */
int status_report_read(struct span text, struct status_report *report,
    struct error *error);
void status_report_release(struct status_report *report);

#endif
