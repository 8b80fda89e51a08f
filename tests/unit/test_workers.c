/*
 * test_workers.c - jobs run by threads, and told to the loop.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "milter/smtpd/workers.h"
#include "tests/unit/unit.h"

#define THREADS 4
#define JOBS 2000

/* A job that looks about. */
struct probe {
	struct job job;
	unsigned number;
	unsigned told;		/* how often it was told to be done */
	unsigned begun;		/* which one it was that began */
	pthread_t thread;
	bool blocked;		/* no signal could come */
};

static struct loop *loop;
static struct workers *workers;
static struct probe probes[JOBS];
static pthread_t loop_thread;
static size_t left;		/* jobs that are not told of yet */
static atomic_uint begun;
static pthread_barrier_t barrier;

/* The next pthread_create() that works less often fails with EAGAIN. */
static int threads_left = -1;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*function)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*function)(void *), void *argument);

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*function)(void *), void *argument)
{
	if (threads_left == 0)
		return EAGAIN;
	if (threads_left > 0)
		threads_left--;
	return __real_pthread_create(thread, attributes, function, argument);
}

static void
run(struct job *job)
{
	struct probe *p = (struct probe *)job;
	sigset_t set;

	p->begun = atomic_fetch_add(&begun, 1);
	p->thread = pthread_self();
	pthread_sigmask(SIG_SETMASK, NULL, &set);
	p->blocked = sigismember(&set, SIGTERM) == 1 &&
	    sigismember(&set, SIGXFSZ) == 1;
}

/* Nobody goes on before THREADS are here. */
static void
run_together(struct job *job)
{
	run(job);
	pthread_barrier_wait(&barrier);
}

static void
done(struct job *job)
{
	struct probe *p = (struct probe *)job;

	p->told++;
	check_true(pthread_equal(pthread_self(), loop_thread) != 0);
	check_size(workers_busy(workers), --left);
	if (left == 0)
		loop_stop(loop);
}

/* The job adds the next one, as if it had more to do. */
static void
done_and_next(struct job *job)
{
	struct probe *p = (struct probe *)job;

	p->told++;
	if (p->number + 1 == JOBS) {
		loop_stop(loop);
		return;
	}
	p = &probes[p->number + 1];
	workers_add(workers, &p->job);
}

static void
start(unsigned threads, void (*function)(struct job *job),
    void (*after)(struct job *job))
{
	struct error error;

	loop_thread = pthread_self();
	atomic_store(&begun, 0);
	loop = loop_new(&error);
	check_true(loop != NULL);
	workers = workers_new(loop, threads, &error);
	check_true(workers != NULL);
	for (unsigned i = 0; i < JOBS; i++)
		probes[i] = (struct probe){ .number = i,
			.job = { .run = function, .done = after } };
}

static void
add(size_t count)
{
	left = count;
	for (size_t i = 0; i < count; i++)
		workers_add(workers, &probes[i].job);
	check_size(workers_busy(workers), count);
}

static void
run_loop(void)
{
	struct error error;

	check_int(loop_run(loop, &error), 0);
}

static void
end(void)
{
	workers_free(workers);
	loop_free(loop);
}

static void
each_once(void)
{
	start(THREADS, run, done);
	add(JOBS);
	run_loop();
	end();
	for (unsigned i = 0; i < JOBS; i++) {
		check_int(probes[i].told, 1);
		check_true(!pthread_equal(probes[i].thread, loop_thread));
		check_true(probes[i].blocked);
	}
	check_int(atomic_load(&begun), JOBS);
}

static void
in_order(void)
{
	start(1, run, done);
	add(JOBS);
	run_loop();
	end();
	for (unsigned i = 0; i < JOBS; i++)
		check_int(probes[i].begun, i);
}

static void
together(void)
{
	pthread_barrier_init(&barrier, NULL, THREADS);
	start(THREADS, run_together, done);
	add((size_t)4 * THREADS);
	run_loop();
	end();
	pthread_barrier_destroy(&barrier);
	check_size(left, 0);
}

static void
one_after_the_other(void)
{
	start(THREADS, run, done_and_next);
	workers_add(workers, &probes[0].job);
	run_loop();
	end();
	for (unsigned i = 0; i < JOBS; i++)
		check_int(probes[i].told, 1);
}

static void
freed_while_busy(void)
{
	start(2, run, done);
	add(JOBS);
	end();
	check_size(left, 0);
	unit_case("and they add others");
	start(2, run, done_and_next);
	workers_add(workers, &probes[0].job);
	end();
	check_int(probes[JOBS - 1].told, 1);
	workers_free(NULL);
}

static void
stop(void *self)
{
	loop_stop(self);
}

static void
loop_outlives(void)
{
	struct loop_timer soon = { .due = stop };

	start(2, run, done);
	add(1);
	workers_free(workers);
	check_int(probes[0].told, 1);
	soon.self = loop;
	check_int(loop_set(loop, &soon, 1), 0);
	run_loop();
	loop_free(loop);
}

static void
no_thread(void)
{
	struct error error = { "" };

	loop = loop_new(&error);
	for (int i = 0; i < THREADS; i++) {
		threads_left = i;
		workers = workers_new(loop, THREADS, &error);
		check_true(workers == NULL);
		check_text(error.text, "cannot start 4 threads: "
		    "Resource temporarily unavailable");
	}
	threads_left = -1;
	loop_free(loop);
}

static const struct unit_test tests[] = {
	{ "each job is run in a thread and told once, in the loop", each_once },
	{ "jobs are begun in the order in which they came", in_order },
	{ "as many run at a time as there are threads", together },
	{ "what is told to be done may add another", one_after_the_other },
	{ "the end waits for the jobs that are there", freed_while_busy },
	{ "a loop that goes on knows nothing of them", loop_outlives },
	{ "a thread that cannot be had is told", no_thread },
};

UNIT_MAIN("workers", tests)
