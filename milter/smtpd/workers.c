/*
 * workers.c - a line of jobs, and the threads that take them from its front.
 *
 * What is done is put on a second list, and the loop is woken when that was
 * empty; the loop then takes it whole. One lock guards both, and is never held
 * while a job runs. Signals are the main thread's: the threads have all of them
 * blocked, so that a write beyond a limit is an error and no SIGXFSZ, too.
 *
 * Failure: a job cannot fail here; what it did is its own to tell.
 */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "milter/smtpd/workers.h"

struct job_list {
	struct job *first;
	struct job **end;	/* where the next is hung on */
};

struct workers {
	struct loop *loop;
	size_t busy;		/* the loop's thread's */
	unsigned count;		/* of threads that were started */

	pthread_mutex_t lock;	/* of what follows, up to threads */
	pthread_cond_t some;	/* there is a job, or the end */
	pthread_cond_t done;	/* one is finished */
	struct job_list waiting;
	struct job_list finished;
	bool ending;

	pthread_t threads[];
};

static void
list_clear(struct job_list *l)
{
	l->first = NULL;
	l->end = &l->first;
}

static void
list_add(struct job_list *l, struct job *job)
{
	job->next = NULL;
	*l->end = job;
	l->end = &job->next;
}

static struct job *
list_take_first(struct job_list *l)
{
	struct job *job = l->first;

	l->first = job->next;
	if (l->first == NULL)
		l->end = &l->first;
	return job;
}

static void *
work(void *self)
{
	struct workers *w = self;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		struct job *job;
		bool wake;

		while (w->waiting.first == NULL && !w->ending)
			pthread_cond_wait(&w->some, &w->lock);
		if (w->waiting.first == NULL)
			break;
		job = list_take_first(&w->waiting);
		pthread_mutex_unlock(&w->lock);
		job->run(job);
		pthread_mutex_lock(&w->lock);
		wake = w->finished.first == NULL;
		list_add(&w->finished, job);
		pthread_cond_signal(&w->done);
		if (wake)
			loop_wake(w->loop);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* In the loop: tell what is finished. */
static void
tell(void *self)
{
	struct workers *w = self;
	struct job *job;

	pthread_mutex_lock(&w->lock);
	job = w->finished.first;
	list_clear(&w->finished);
	pthread_mutex_unlock(&w->lock);
	while (job != NULL) {
		struct job *next = job->next;

		w->busy--;
		job->done(job);
		job = next;
	}
}

/* 0, or an errno. */
static int
start_threads(struct workers *w, unsigned count)
{
	sigset_t all, before;
	int trouble = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (trouble == 0 && w->count < count) {
		trouble = pthread_create(&w->threads[w->count], NULL, work, w);
		if (trouble == 0)
			w->count++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return trouble;
}

struct workers *
workers_new(struct loop *loop, unsigned count, struct error *error)
{
	struct workers *w = calloc(1, sizeof *w + count * sizeof w->threads[0]);
	int trouble;

	if (w == NULL) {
		error_set(error, "there is no memory for threads");
		return NULL;
	}
	w->loop = loop;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->some, NULL);
	pthread_cond_init(&w->done, NULL);
	list_clear(&w->waiting);
	list_clear(&w->finished);
	trouble = start_threads(w, count);
	if (trouble != 0) {
		error_set(error, "cannot start %u threads: %s", count,
		    strerror(trouble));
		workers_free(w);
		return NULL;
	}
	loop_on_wake(loop, tell, w);
	return w;
}

void
workers_add(struct workers *w, struct job *job)
{
	w->busy++;
	pthread_mutex_lock(&w->lock);
	list_add(&w->waiting, job);
	pthread_cond_signal(&w->some);
	pthread_mutex_unlock(&w->lock);
}

size_t
workers_busy(const struct workers *w)
{
	return w->busy;
}

/* Wait for all jobs, those too that done() has added. */
static void
finish(struct workers *w)
{
	while (w->busy > 0) {
		pthread_mutex_lock(&w->lock);
		while (w->finished.first == NULL)
			pthread_cond_wait(&w->done, &w->lock);
		pthread_mutex_unlock(&w->lock);
		tell(w);
	}
}

void
workers_free(struct workers *w)
{
	if (w == NULL)
		return;
	finish(w);
	pthread_mutex_lock(&w->lock);
	w->ending = true;
	pthread_cond_broadcast(&w->some);
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->count; i++)
		pthread_join(w->threads[i], NULL);
	loop_on_wake(w->loop, NULL, NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->some);
	pthread_cond_destroy(&w->done);
	free(w);
}
