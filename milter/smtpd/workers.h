/*
 * workers.h - threads for what would make the loop wait: files.
 *
 * A job is run by one of a few threads, and then told to be done in the thread
 * of the loop. Jobs are begun in the order in which they came.
 */
#ifndef MILLGATE_SMTPD_WORKERS_H
#define MILLGATE_SMTPD_WORKERS_H

#include "milter/smtpd/loop.h"

struct job {
	void (*run)(struct job *job);	/* in a thread of its own */
	void (*done)(struct job *job);	/* in the loop's; the job is the
					 * caller's again */
	struct job *next;
};

struct workers;

/* COUNT threads, which tell LOOP; it has no other use for loop_on_wake(). */
struct workers *workers_new(struct loop *loop, unsigned count,
    struct error *error);

/* Have JOB run. It must stay where it is until it is done. */
void workers_add(struct workers *w, struct job *job);

/* Jobs that were added and are not done. For the loop's thread. */
size_t workers_busy(const struct workers *w);

/* Wait for the jobs that are there, tell them to be done, and end the threads.
 * NULL is allowed. */
void workers_free(struct workers *w);

#endif
