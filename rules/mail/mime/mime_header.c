/*
 * mime_header.c - Content-Type, -Transfer-Encoding and -Disposition.
 *
 * The header of a part is read as what stands there: a field is a line with a
 * name and a colon, and the lines behind it that begin with a blank.
 *
 * Failure: when the arena is exhausted a value may be missing; the arena's flag
 * says it.
 */
#include "config.h"

#include "rules/mail/mime/mime_header.h"
#include "rules/mail/mime/mime_line.h"

static void
defect(struct mime_header *h, bool is, enum mime_defect d)
{
	if (is)
		h->defects |= DEFECT_BIT(d);
}

static void
read_type(struct mime_header *h, struct span value)
{
	struct media *media = &h->part->media, again;
	bool flawed = false;

	if (h->has_type) {
		defect(h, true, DEFECT_TWO_CONTENT_TYPES);
		decode_media(value, h->arena, &again, &flawed);
		file_names_add_all(&media->names, &again.names, h->arena);
		return;
	}
	h->has_type = true;
	decode_media(value, h->arena, media, &flawed);
	if (media->type.len == 0)
		media->type = span_of("text/plain");	/* RFC 2045 5.2 */
	defect(h, flawed, DEFECT_BAD_CONTENT_TYPE);
	defect(h, media->two_boundaries, DEFECT_TWO_BOUNDARIES);
	defect(h, media->repeated, DEFECT_TWO_PARAMETERS);
}

static void
read_transfer(struct mime_header *h, struct span value)
{
	defect(h, h->has_transfer, DEFECT_TWO_ENCODINGS);
	if (h->has_transfer)
		return;
	h->has_transfer = true;
	h->part->transfer = decode_transfer_name(value);
	defect(h, h->part->transfer == TRANSFER_UNKNOWN,
	    DEFECT_UNKNOWN_ENCODING);
}

static void
read_disposition(struct mime_header *h, struct span value)
{
	struct disposition *d = &h->part->disposition, again;
	bool flawed = false;

	if (h->has_disposition) {
		defect(h, true, DEFECT_TWO_DISPOSITIONS);
		decode_disposition(value, h->arena, &again, &flawed);
		file_names_add_all(&d->names, &again.names, h->arena);
		return;
	}
	h->has_disposition = true;
	decode_disposition(value, h->arena, d, &flawed);
	defect(h, flawed, DEFECT_BAD_DISPOSITION);
	defect(h, d->repeated, DEFECT_TWO_PARAMETERS);
}

static const struct {
	const char *name;
	void (*read)(struct mime_header *h, struct span value);
} field_table[] = {
	{ "Content-Type", read_type },
	{ "Content-Transfer-Encoding", read_transfer },
	{ "Content-Disposition", read_disposition },
};

#define FIELDS (sizeof field_table / sizeof field_table[0])

/* RFC 5322 3.6.8: printable US-ASCII; 4.5 allows blanks before the colon. */
static bool
is_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] < '!' || name.ptr[i] > '~')
			return false;
	}
	return name.len > 0;
}

/* VALUE and the lines of HEADER from *AT on that continue it, which are passed
 * over. */
static struct span
value_take(struct mime_header *h, struct span value, struct span header,
    size_t *at)
{
	struct span line;
	size_t next = *at;

	while (mime_line_take(header, &next, &line) && line.len > 0 &&
	    (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
		/* To some the header ends at a line of blanks. */
		defect(h, span_trim(line).len == 0, DEFECT_BAD_PART_HEADER);
		value.len = (size_t)(line.ptr + line.len - value.ptr);
		*at = next;
	}
	return value;
}

/* VALUE without the line ends inside of it, RFC 5322 2.2.3. */
static struct span
unfold(struct arena *a, struct span value)
{
	struct span line;
	size_t at = 0, len = 0;
	char *copy;

	if (span_find(value, '\n') == value.len)
		return value;
	copy = arena_alloc(a, value.len);
	if (copy == NULL)
		return span_make(NULL, 0);
	while (mime_line_take(value, &at, &line)) {
		memcpy(copy + len, line.ptr, line.len);
		len += line.len;
	}
	return span_make(copy, len);
}

void
mime_header_field(struct mime_header *h, struct span name, struct span value)
{
	size_t cost = name.len + value.len, i = 0;

	while (i < FIELDS &&
	    !span_equal_nocase(name, span_of(field_table[i].name)))
		i++;
	if (i == FIELDS)
		return;
	if (cost > *h->room) {
		h->lost = true;
		return;
	}
	*h->room -= cost;
	field_table[i].read(h, unfold(h->arena, value));
}

void
mime_header_lines(struct mime_header *h, struct span header)
{
	struct span line, name, value;
	size_t at = 0, colon;

	while (mime_line_take(header, &at, &line)) {
		if (line.len == 0)
			continue;	/* the empty line at the end */
		colon = span_find(line, ':');
		name = span_trim(span_head(line, colon));
		if (colon == line.len || name.ptr != line.ptr ||
		    !is_name(name)) {
			defect(h, true, DEFECT_BAD_PART_HEADER);
			continue;
		}
		value = value_take(h, span_skip(line, colon + 1), header, &at);
		mime_header_field(h, name, value);
	}
}

static bool
is_encoded(enum transfer t)
{
	return t == TRANSFER_BASE64 || t == TRANSFER_QUOTED_PRINTABLE ||
	    t == TRANSFER_UUENCODE;
}

/* Types of a message that is wrapped whole; the last two are of old. */
static bool
is_message(struct span type)
{
	return span_is(type, "message/rfc822") ||
	    span_is(type, "message/global") ||
	    span_is(type, "message/rfc2822") || span_is(type, "message/news");
}

void
mime_header_end(struct mime_header *h, const char *type)
{
	struct mime_part *p = h->part;
	bool encoded = is_encoded(p->transfer);

	if (!h->has_type)
		p->media.type = span_of(type);
	p->kind = MIME_LEAF;
	if (span_starts_with(p->media.type, span_of("multipart/")))
		p->kind = MIME_MULTIPART;
	else if (is_message(p->media.type))
		p->kind = MIME_MESSAGE;
	defect(h, p->kind != MIME_LEAF && encoded, DEFECT_ENCODED_CONTAINER);
	/*
	 * RFC 2045 6.4 and 2046 5.2.1 forbid both. Multiparts that say it are
	 * not encoded, messages that say it are.
	 */
	if (p->kind == MIME_MESSAGE && encoded) {
		p->kind = MIME_LEAF;
		p->opaque = true;
	}
	defect(h, p->media.names.count > 0 && p->disposition.names.count > 0 &&
	    !span_equal(file_names_first(&p->media.names),
	    file_names_first(&p->disposition.names)), DEFECT_TWO_NAMES);
}
