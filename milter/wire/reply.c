/*
 * reply.c - what a milter answered, checked and taken apart.
 *
 * The table of protocol.c says what the payload of each letter holds. Reading
 * works on a span that only ever grows shorter, so it cannot leave the packet.
 *
 * Failure: -1, and what was wrong. A filter that sent one bad reply is not to
 * be trusted with the next: the caller hangs up.
 */
#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "milter/wire/reply.h"

/* Take a number off the front of REST; false when it is too short. */
static bool
take_number(struct span *rest, uint32_t *n)
{
	if (rest->len < WIRE_NUMBER_BYTES)
		return false;
	*n = wire_number(rest->ptr);
	*rest = span_skip(*rest, WIRE_NUMBER_BYTES);
	return true;
}

/* Take a string and its NUL off the front of REST; false without a NUL. */
static bool
take_string(struct span *rest, struct span *s)
{
	size_t len = span_find(*rest, '\0');

	if (len == rest->len)
		return false;
	*s = span_head(*rest, len);
	*rest = span_skip(*rest, len + 1);
	return true;
}

static int
read_options(struct span rest, struct wire_options *o, struct error *error)
{
	uint32_t stage;
	struct span names;

	if (!take_number(&rest, &o->version) || !take_number(&rest, &o->actions)
	    || !take_number(&rest, &o->protocol))
		return error_set(error, "OPTIONS: the payload is too short");
	while (rest.len > 0) {
		if (!take_number(&rest, &stage) || !take_string(&rest, &names))
			return error_set(error,
			    "OPTIONS: a list of macros is cut off");
		if (stage >= WIRE_STAGE_COUNT)
			return error_set(error, "OPTIONS: macros for stage %lu, "
			    "which does not exist", (unsigned long)stage);
		o->macros[stage] = names;
	}
	return 0;
}

static int
read_strings(const struct wire_kind *kind, struct span rest,
    struct wire_reply *reply, struct error *error)
{
	size_t count = 0;

	assert(kind->most <= sizeof reply->strings / sizeof *reply->strings);
	while (rest.len > 0 && count < kind->most)
		if (!take_string(&rest, &reply->strings[count++]))
			return error_set(error, "%s: a string without its NUL",
			    kind->name);
	if (count < kind->fewest)
		return error_set(error, "%s: the payload is too short",
		    kind->name);
	if (rest.len > 0)
		return error_set(error, "%s: %zu bytes too many", kind->name,
		    rest.len);
	return 0;
}

int
wire_reply_read(const struct packet *p, struct wire_reply *reply,
    struct error *error)
{
	const struct wire_kind *kind = wire_kind(p->letter);
	struct span rest = p->payload;

	if (kind == NULL || kind->role == WIRE_ROLE_STEP
	    || kind->role == WIRE_ROLE_NOTICE)
		return error_set(error, "no reply has the letter 0x%02x",
		    (unsigned)(unsigned char)p->letter);

	*reply = (struct wire_reply){ .letter = (enum wire_letter)p->letter,
		.role = kind->role };
	if (kind->shape == WIRE_SHAPE_OPTIONS)
		return read_options(rest, &reply->options, error);
	if (kind->shape == WIRE_SHAPE_BYTES) {
		reply->bytes = rest;
		return 0;
	}
	if (kind->shape == WIRE_SHAPE_INDEXED
	    && !take_number(&rest, &reply->index))
		return error_set(error, "%s: the payload is too short",
		    kind->name);
	return read_strings(kind, rest, reply, error);
}
