/*
 * checks.h - the checks of the doctor, and what they know of each other.
 *
 * A check is a row in the table of doctor.c and a function that adds findings,
 * at least one when there is anything to look at. They are called in the order
 * of the table, and later ones use what earlier ones learned.
 */
#ifndef MILLGATE_DOCTOR_CHECKS_H
#define MILLGATE_DOCTOR_CHECKS_H

#include "milter/doctor/doctor.h"
#include "milter/doctor/person.h"
#include "milter/status_report.h"
#include "policy.h"
#include "rules/base/listen_spec.h"

struct doctor {
	const struct doctor_options *options;
	struct findings *findings;
	struct error trouble;		/* why it could not be looked on; "" */
	struct policy *policy;		/* NULL: it cannot be loaded */
	const struct settings *settings;	/* its; NULL with it */
	bool listens;			/* settings.listen is set: */
	struct listen_spec listen;
	bool has_filter;		/* whom it runs as is known: */
	struct person filter;
	bool answers;			/* the control socket does: */
	struct status_report report;
	bool has_mta;			/* there is one, of those known */
};

void check_rules(struct doctor *d);
void check_user(struct doctor *d);
void check_control(struct doctor *d);
void check_socket(struct doctor *d);
void check_log(struct doctor *d);
void check_pidfile(struct doctor *d);
void check_postfix(struct doctor *d);
void check_sendmail(struct doctor *d);
void check_machine(struct doctor *d);

/*
 * Judge the folder that PATH, a file of the filter's, is to be made in: SUBJECT
 * is whose. WHO makes it there; NULL: somebody who may do everything. True when
 * the folder is there; what is wrong with it has been added.
 */
bool check_folder(struct doctor *d, const char *subject, const char *path,
    const struct person *who);

/* Add the command that does VERB ("start", "restart") with the daemon. */
void command_service(struct doctor *d, const char *verb);

#endif
