/*
 * log_sink.c - where the lines of the log go.
 *
 * Every line passes the ring: it is put at its end, and then the ring is
 * emptied from its front as far as the destination takes bytes. So order is
 * kept without a thought, and a line that was written in part (a terminal, a
 * stream) is finished before the next.
 *
 * Failure: a destination that is busy, or away, lets lines wait; any other
 * error loses the line at hand. Both are told of in the log, once it works.
 */
#include "config.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "milter/daemon/log_outlet.h"
#include "milter/daemon/log_ring.h"
#include "milter/daemon/log_sink.h"

#define END_MS 1000
#define END_STEP_MS 10

/* Any thread. */
static atomic_int least_level = LOG_LEVEL_INFO;
static atomic_bool as_json;

/* All of it only under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct log_outlet outlet = LOG_OUTLET_STDOUT;
static struct log_ring ring;
static size_t done;		/* bytes of the first that are written */
static uint64_t lost;		/* lines, in all */
static uint64_t untold;		/* of those, not in the log yet */
static pid_t owner;		/* the process whose lines these are */

/* Take the lock; after a fork the parent's lines are the parent's to write. */
static void
begin(void)
{
	pid_t self = getpid();

	(void)pthread_mutex_lock(&lock);
	if (owner == self)
		return;
	log_ring_clear(&ring);
	done = 0;
	lost = 0;
	untold = 0;
	owner = self;
}

static void
end(void)
{
	(void)pthread_mutex_unlock(&lock);
}

static void
lose(const struct log_entry *entry)
{
	/* A line that tells of others is none of those. */
	if (entry->tells == 0) {
		lost++;
		untold++;
	}
	untold += entry->tells;
}

/* Write what waits, until the outlet is busy. */
static void
drain(void)
{
	char text[PIPE_BUF];
	struct log_entry entry;

	while (log_ring_first(&ring, &entry)) {
		size_t head = log_outlet_head(&outlet, entry.level,
		    &entry.time, text);

		log_ring_line(&ring, text + head);
		switch (log_outlet_write(&outlet,
		    span_make(text, head + entry.len), &done)) {
		case LOG_OUTLET_BUSY:
			return;
		case LOG_OUTLET_FAILED:
			lose(&entry);
			break;
		case LOG_OUTLET_DONE:
			break;
		}
		log_ring_drop(&ring);
		done = 0;
	}
}

static bool
put(enum log_level level, uint64_t tells, const char *line, size_t len)
{
	struct log_entry entry = { .tells = tells, .level = level,
		.len = len };

	clock_gettime(CLOCK_REALTIME, &entry.time);
	return log_ring_put(&ring, &entry, line);
}

/* A line about those that are lost, where they are missing. */
static void
tell_lost(void)
{
	char words[ERROR_TEXT_MAX];
	struct log_record r;
	struct log_line l;

	if (!log_wants(LOG_LEVEL_WARNING))
		untold = 0;
	if (untold == 0)
		return;
	snprintf(words, sizeof words, "%" PRIu64 " %s of the log lost, for "
	    "%s could not be written", untold, untold == 1 ? "line" : "lines",
	    untold == 1 ? "it" : "they");
	log_record_words(&r, LOG_LEVEL_WARNING, span_of(words));
	log_record_format(&r, atomic_load(&as_json), &l);
	if (put(LOG_LEVEL_WARNING, untold, l.text, l.len))
		untold = 0;
}

int
log_open_with(const struct log_settings *settings, bool foreground,
    const char *syslog, struct error *error)
{
	struct log_outlet opened;

	if (log_outlet_open(&opened, settings, foreground, syslog, error) < 0)
		return -1;
	begin();
	/* What localtime_r() needs to know it reads now, and not later. */
	tzset();
	log_outlet_close(&outlet);
	outlet = opened;
	atomic_store(&least_level, (int)settings->level);
	atomic_store(&as_json, settings->json);
	done = 0;
	drain();
	end();
	return 0;
}

int
log_open(const struct log_settings *settings, bool foreground,
    struct error *error)
{
	return log_open_with(settings, foreground, _PATH_LOG, error);
}

bool
log_wants(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&least_level,
	    memory_order_relaxed);
}

bool
log_wants_json(void)
{
	return atomic_load_explicit(&as_json, memory_order_relaxed);
}

void
log_write(enum log_level level, const char *line, size_t len)
{
	assert(len > 0 && len <= LOG_LINE_MAX);
	if (!log_wants(level))
		return;
	begin();
	drain();
	tell_lost();
	/* What comes behind lost lines comes behind the line about them. */
	if (untold > 0 || !put(level, 0, line, len)) {
		lost++;
		untold++;
	}
	drain();
	end();
}

void
log_tend(void)
{
	begin();
	drain();
	tell_lost();
	drain();
	end();
}

uint64_t
log_lost(void)
{
	uint64_t count;

	begin();
	count = lost;
	end();
	return count;
}

static bool
is_empty(void)
{
	struct log_entry entry;
	bool empty;

	begin();
	empty = !log_ring_first(&ring, &entry);
	end();
	return empty;
}

void
log_end(void)
{
	for (int waited = 0; waited < END_MS; waited += END_STEP_MS) {
		log_tend();
		if (is_empty())
			return;
		(void)poll(NULL, 0, END_STEP_MS);
	}
}
