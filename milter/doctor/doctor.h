/*
 * doctor.h - look at what the filter needs, and say what is wrong.
 *
 * Nothing is changed, and no other program is started: the configurations of
 * MTAs are read, and what mends them is for somebody else to type. A daemon
 * that runs is connected to, as an MTA and as `millgate status` would.
 */
#ifndef MILLGATE_DOCTOR_H
#define MILLGATE_DOCTOR_H

#include "error.h"
#include "milter/doctor/finding.h"

#define DOCTOR_POSTFIX "/etc/postfix"
#define DOCTOR_SENDMAIL "/etc/mail/sendmail.cf"

struct doctor_options {
	const char *rules;	/* the rule file */
	const char *postfix;	/* folder of main.cf; NULL: DOCTOR_POSTFIX, */
	const char *sendmail;	/* and DOCTOR_SENDMAIL, if they are there */
};

/*
 * Append what is found to F. -1 and ERROR when something that OPTIONS name
 * beside the rule file cannot be looked at.
 */
int doctor_look(const struct doctor_options *options, struct findings *f,
    struct error *error);

#endif
