/*
 * envelope.c - who sends a message, and to whom.
 *
 * A recipient that is removed goes as often as it was given; one that is not
 * there is none to remove. Every byte counts then, as in Postfix, whose queue
 * file keeps each way in which a recipient was written.
 *
 * Failure: without memory nothing is added, and the caller refuses the command.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/smtp/envelope.h"
#include "milter/smtp/path.h"

#define FIRST_ROOM 8
/* So often may edits look at a recipient, which is less than a second's work:
 * all of a thousand may be removed two hundred times. */
#define LOOKS_MAX 200000000

void
envelope_init(struct envelope *e, size_t max)
{
	*e = (struct envelope){ .count = 0 };
	arena_init(&e->arena, max);
}

void
envelope_reset(struct envelope *e)
{
	arena_reset(&e->arena);
	e->sender = span_make(NULL, 0);
	e->count = 0;
	e->looks = 0;
	e->smtputf8 = false;
	e->eight_bit = false;
}

void
envelope_release(struct envelope *e)
{
	arena_release(&e->arena);
	free(e->recipients);
	*e = (struct envelope){ .count = 0 };
}

size_t
envelope_memory(const struct envelope *e)
{
	return e->arena.used + e->count * sizeof *e->recipients;
}

int
envelope_set_sender(struct envelope *e, struct span address)
{
	struct span copy = arena_copy(&e->arena,
	    address.len > 0 ? address : span_of("<>"));

	if (copy.ptr == NULL)
		return -1;
	e->sender = copy;
	return 0;
}

int
envelope_add(struct envelope *e, struct span address)
{
	struct span *recipients;
	struct span copy;
	size_t room = e->room > 0 ? 2 * e->room : FIRST_ROOM;

	if (e->count == e->room) {
		recipients =
		    realloc(e->recipients, room * sizeof *recipients);
		if (recipients == NULL)
			return -1;
		e->recipients = recipients;
		e->room = room;
	}
	copy = arena_copy(&e->arena, address);
	if (copy.ptr == NULL)
		return -1;
	e->recipients[e->count++] = copy;
	return 0;
}

static int
take_out(struct envelope *e, struct span address)
{
	size_t left = 0;

	e->looks += e->count;
	if (e->looks > LOOKS_MAX)
		return -1;
	for (size_t i = 0; i < e->count; i++)
		if (!span_equal(e->recipients[i], address))
			e->recipients[left++] = e->recipients[i];
	e->count = left;
	return 0;
}

int
envelope_edit(struct envelope *e, const struct edit *edit)
{
	struct span rest = edit->value;
	struct smtp_path path;

	if (smtp_path_read(&rest, &path) < 0 || rest.len > 0)
		return 0;
	if (edit->kind == EDIT_SET_SENDER)
		return envelope_set_sender(e, path.address);
	if (path.address.len == 0)
		return 0;
	if (edit->kind == EDIT_ADD_RECIPIENT)
		return envelope_add(e, path.address);
	return take_out(e, path.address);
}
