/*
 * log_ring.h - lines that wait until they can be written.
 *
 * Whole lines in the order in which they came, with what has to be known when
 * they go. The room is part of the struct, so nothing is allocated. Zeroed is
 * empty. One thread at a time.
 */
#ifndef MILLGATE_DAEMON_LOG_RING_H
#define MILLGATE_DAEMON_LOG_RING_H

#include <stdint.h>

#include "milter/daemon/log_record.h"

#define LOG_RING_BYTES (1u << 20)

struct log_entry {
	struct timespec time;	/* when it was written */
	uint64_t tells;		/* it tells that so many were lost */
	enum log_level level;
	size_t len;		/* of the line, at most LOG_LINE_MAX */
};

struct log_ring {
	size_t first;		/* of `bytes`: where the first entry is */
	size_t used;
	char bytes[LOG_RING_BYTES];
};

/* Append LINE, of ENTRY->len bytes; false: there is no room for all of it. */
bool log_ring_put(struct log_ring *r, const struct log_entry *entry,
    const char *line);

/* The first entry; false: there is none. */
bool log_ring_first(const struct log_ring *r, struct log_entry *entry);

/* Its line, put into LINE. There is one. */
void log_ring_line(const struct log_ring *r, char line[LOG_LINE_MAX]);

/* Take the first entry away; there is one. */
void log_ring_drop(struct log_ring *r);

void log_ring_clear(struct log_ring *r);

#endif
