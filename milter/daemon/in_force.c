/*
 * in_force.c - the plan that sessions to come are judged by.
 *
 * A reference must be taken before another thread can drop the last one, so a
 * mutex guards the few instructions between reading the pointer and counting.
 */
#include "config.h"

#include <pthread.h>

#include "milter/daemon/in_force.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct plan *current;		/* under the mutex */
static uint64_t count;			/* under the mutex */

struct plan *
in_force_take(void)
{
	struct plan *plan;

	(void)pthread_mutex_lock(&mutex);
	plan = plan_ref(current);
	(void)pthread_mutex_unlock(&mutex);
	return plan;
}

void
in_force_put(struct plan *plan)
{
	struct plan *before;

	(void)pthread_mutex_lock(&mutex);
	before = current;
	current = plan;
	count++;
	(void)pthread_mutex_unlock(&mutex);
	plan_unref(before);
}

uint64_t
in_force_count(void)
{
	uint64_t so_far;

	(void)pthread_mutex_lock(&mutex);
	so_far = count;
	(void)pthread_mutex_unlock(&mutex);
	return so_far;
}
