/*
 * mime_texts.c - which parts of a message are what its reader reads.
 *
 * Parents come before their children, so that what depends on children is found
 * from the last part to the first and what depends on parents the other way.
 */
#include "config.h"

#include "rules/mail/mime/mime_line.h"
#include "rules/mail/mime/mime_texts.h"

/* Is part I inside of a message that is attached? */
static bool
is_inside(const struct mime *m, size_t i)
{
	for (i = m->parts[i].parent; i != MIME_NO_PART;
	    i = m->parts[i].parent)
		if (m->parts[i].kind == MIME_MESSAGE)
			return true;
	return false;
}

static bool
is_text(const struct mime *m, size_t i)
{
	const struct mime_part *p = &m->parts[i];

	return p->kind == MIME_LEAF && (span_is(p->media.type, "text/plain") ||
	    span_is(p->media.type, "text/html")) && !mime_is_attachment(m, i);
}

bool
mime_is_body_text(const struct mime *m, size_t i)
{
	return is_text(m, i) && !is_inside(m, i);
}

/* Of the parts in P, can the I-th be among those that are seen first? */
static bool
is_shown(const struct mime_part *p, size_t parent, size_t i)
{
	if (p->kind != MIME_MULTIPART)
		return false;
	return !span_is(p->media.type, "multipart/related") || i == parent + 1;
}

size_t
mime_first_texts(const struct mime *m, size_t *parts)
{
	size_t i, parent, count = 0;

	/* Behind each part: does it have such a text? */
	for (i = 0; i < m->count; i++)
		parts[i] = is_text(m, i);
	for (i = m->count; i-- > 1;) {
		parent = m->parts[i].parent;
		if (parts[i] && is_shown(&m->parts[parent], parent, i))
			parts[parent] = 1;
	}
	/* … and now: is it one of those that are seen? Of what has more than
	 * one child that may be, 2 says that it has been. */
	for (i = 1; i < m->count; i++) {
		parent = m->parts[i].parent;
		if (parts[i] == 0 || parts[parent] != 1 ||
		    !is_shown(&m->parts[parent], parent, i))
			parts[i] = 0;
		else if (!span_is(m->parts[parent].media.type,
		    "multipart/alternative"))
			parts[parent] = 2;
	}
	for (i = 0; i < m->count; i++)
		if (parts[i] == 1 && is_text(m, i))
			parts[count++] = i;
	return count;
}

static const char *const sealed_types[] = {
	"multipart/signed", "multipart/encrypted", "application/pkcs7-mime",
	"application/x-pkcs7-mime", "application/pgp",
};

static const char *const armors[] = {
	"-----BEGIN PGP MESSAGE-----", "-----BEGIN PGP SIGNED MESSAGE-----",
};

static bool
is_sealed_type(struct span type)
{
	size_t i;

	for (i = 0; i < sizeof sealed_types / sizeof sealed_types[0]; i++)
		if (span_is(type, sealed_types[i]))
			return true;
	return false;
}

/* Is there a line in TEXT that begins what OpenPGP writes (RFC 4880 6.2, 7)? */
static bool
has_armor(struct span text)
{
	struct span line;
	size_t at = 0, i;

	while (mime_line_take(text, &at, &line))
		for (i = 0; i < sizeof armors / sizeof armors[0]; i++)
			if (span_starts_with(line, span_of(armors[i])))
				return true;
	return false;
}

/* The same of part I. */
static bool
is_armored(const struct mime *m, size_t i)
{
	const struct mime_part *p = &m->parts[i];
	struct buffer bytes;
	bool armored, flawed;

	buffer_init(&bytes, p->content.len + 1);
	decode_transfer(p->transfer, p->content, &bytes, &flawed);
	armored = has_armor(buffer_span(&bytes));
	buffer_release(&bytes);
	return armored;
}

bool
mime_is_sealed(const struct mime *m)
{
	size_t i;

	for (i = 0; i < m->count; i++)
		if (is_sealed_type(m->parts[i].media.type) && !is_inside(m, i))
			return true;
	for (i = 0; i < m->count; i++)
		if (mime_is_body_text(m, i) && is_armored(m, i))
			return true;
	return false;
}
