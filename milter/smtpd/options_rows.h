/*
 * options_rows.h - the options of millgate-smtpd, a row each: the one list that
 * the command line and --help are read from.
 */
#ifndef MILLGATE_SMTPD_OPTIONS_ROWS_H
#define MILLGATE_SMTPD_OPTIONS_ROWS_H

#include "milter/smtpd/options.h"

#define OPTIONS_COUNT 30

/* What an option's argument is, and what is done with it. */
enum options_kind {
	OPTION_FLAG,		/* none: the bool is set */
	OPTION_TEXT,		/* kept as it is, and not empty */
	OPTION_NUMBER,		/* of LEAST and more, an unsigned */
	OPTION_BYTES,		/* of 1 and more, a size_t */
	OPTION_OTHER,		/* take() knows */
};

struct options_row {
	const char *name;
	const char *argument;		/* as --help calls it */
	enum options_kind kind;
	size_t at;			/* in struct options; unless OTHER */
	unsigned least;
	int (*take)(struct options *o, const char *text, struct error *error);
	const char *help;
};

extern const struct options_row options_rows[OPTIONS_COUNT];

#endif
