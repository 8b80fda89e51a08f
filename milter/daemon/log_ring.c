/*
 * log_ring.c - lines that wait until they can be written.
 *
 * An entry is its struct and its line, one behind the other; either may pass
 * the end of the room and go on at its beginning. A ring that is empty begins
 * at the front again, so that memory is touched only when lines do wait.
 *
 * Failure: what does not fit is refused whole.
 */
#include "config.h"

#include "milter/daemon/log_ring.h"

/* Append N bytes, for which there is room. */
static void
put(struct log_ring *r, const void *from, size_t n)
{
	size_t at = (r->first + r->used) % LOG_RING_BYTES;
	size_t head = n < LOG_RING_BYTES - at ? n : LOG_RING_BYTES - at;

	memcpy(r->bytes + at, from, head);
	memcpy(r->bytes, (const char *)from + head, n - head);
	r->used += n;
}

/* Copy N bytes from SKIP bytes behind the first. */
static void
get(const struct log_ring *r, size_t skip, void *to, size_t n)
{
	size_t at = (r->first + skip) % LOG_RING_BYTES;
	size_t head = n < LOG_RING_BYTES - at ? n : LOG_RING_BYTES - at;

	memcpy(to, r->bytes + at, head);
	memcpy((char *)to + head, r->bytes, n - head);
}

bool
log_ring_put(struct log_ring *r, const struct log_entry *entry,
    const char *line)
{
	if (sizeof *entry + entry->len > LOG_RING_BYTES - r->used)
		return false;
	put(r, entry, sizeof *entry);
	put(r, line, entry->len);
	return true;
}

bool
log_ring_first(const struct log_ring *r, struct log_entry *entry)
{
	if (r->used == 0)
		return false;
	get(r, 0, entry, sizeof *entry);
	return true;
}

void
log_ring_line(const struct log_ring *r, char line[LOG_LINE_MAX])
{
	struct log_entry entry;

	get(r, 0, &entry, sizeof entry);
	get(r, sizeof entry, line, entry.len);
}

void
log_ring_drop(struct log_ring *r)
{
	struct log_entry entry;
	size_t n;

	get(r, 0, &entry, sizeof entry);
	n = sizeof entry + entry.len;
	r->used -= n;
	r->first = r->used > 0 ? (r->first + n) % LOG_RING_BYTES : 0;
}

void
log_ring_clear(struct log_ring *r)
{
	r->first = 0;
	r->used = 0;
}
