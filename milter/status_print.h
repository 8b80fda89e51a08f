/*
 * status_print.h - a report of the daemon, printed.
 *
 * Names and places come from rule files, and the report perhaps from another
 * program: nothing in them is obeyed by a terminal.
 */
#ifndef MILLGATE_STATUS_PRINT_H
#define MILLGATE_STATUS_PRINT_H

#include <time.h>

#include "milter/status_report.h"

struct status_style {
	bool colour;
	bool blocks;		/* bars may be made of U+2588 */
	bool all_rules;		/* in file order; else those with most hits */
};

/* What one may be told of; what stands before GRAVE is to be mended. */
enum status_trouble {
	STATUS_TROUBLE_RELOAD,
	STATUS_TROUBLE_GATE,
	STATUS_TROUBLE_LOG,
	STATUS_TROUBLE_GRAVE,
	STATUS_TROUBLE_RESTARTS = STATUS_TROUBLE_GRAVE,
	STATUS_TROUBLE_JIT,
	STATUS_TROUBLE_COUNT
};

bool status_has_trouble(const struct status_report *r, enum status_trouble t);

/* Is something wrong that somebody should look at now? */
bool status_is_wrong(const struct status_report *r);

/* One trouble in words, at the time NOW, with no newline. */
void status_print_trouble(FILE *out, const struct status_report *r,
    enum status_trouble t, time_t now);

/* For people, at the time NOW. */
void status_print(FILE *out, const struct status_report *r,
    const struct status_style *style, time_t now);

/* As one JSON object (RFC 8259). */
void status_print_json(FILE *out, const struct status_report *r);

#endif
