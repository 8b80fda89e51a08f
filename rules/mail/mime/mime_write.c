/*
 * mime_write.c - a message's body with some of its parts changed.
 *
 * The body is copied up to the header of the first part that changes, that
 * header field by field, then the new content, and so on.
 *
 * Failure: none but a full buffer, which the buffer itself remembers.
 */
#include "config.h"

#include "rules/mail/mime/content_type.h"
#include "rules/mail/mime/mime_line.h"
#include "rules/mail/mime/mime_write.h"

#define TYPE "Content-Type"
#define TRANSFER "Content-Transfer-Encoding"

/* A field of a part's header, with all of its lines. */
struct part_field {
	struct span all;
	struct span name;	/* empty: it is none */
	struct span value;	/* as it stands */
};

/* Take the next field of HEADER, which begins at *AT. False: there is none but
 * perhaps the empty line at the end. */
static bool
field_take(struct span header, size_t *at, struct part_field *f)
{
	size_t start = *at, colon, next;
	struct span line;

	if (!mime_line_take(header, at, &line) || line.len == 0) {
		*at = start;
		return false;
	}
	colon = span_find(line, ':');
	f->name = span_trim(span_head(line, colon));
	/* As mime_header.c sees it. */
	if (colon == line.len || f->name.ptr != line.ptr)
		f->name.len = 0;
	f->value = span_skip(line, colon + 1);
	for (next = *at; mime_line_take(header, &next, &line) &&
	    line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t');) {
		*at = next;
		f->value.len = (size_t)(line.ptr + line.len - f->value.ptr);
	}
	f->all = span_make(header.ptr + start, *at - start);
	return true;
}

static bool
is_called(const struct part_field *f, const char *name)
{
	return span_equal_nocase(f->name, span_of(name));
}

/* The first field of part I called NAME; *COUNT: how many there are. */
static struct part_field
find_field(const struct mime *m, size_t i, const char *name, size_t *count)
{
	struct part_field f, first = { .value = { NULL, 0 } };
	size_t at = 0;

	*count = 0;
	while (field_take(m->parts[i].header, &at, &f))
		if (is_called(&f, name) && ++*count == 1)
			first = f;
	return first;
}

bool
mime_is_ambiguous(const struct mime *m, size_t i)
{
	size_t types, transfers;

	(void)find_field(m, i, TYPE, &types);
	(void)find_field(m, i, TRANSFER, &transfers);
	return types > 1 || transfers > 1;
}

struct span
mime_type_field(const struct mime *m, size_t i)
{
	size_t count;

	return find_field(m, i, TYPE, &count).value;
}

const char *
mime_transfer_name(enum transfer t)
{
	static const char *const names[] = {
		[TRANSFER_7BIT] = "7bit",
		[TRANSFER_8BIT] = "8bit",
		[TRANSFER_BINARY] = "binary",
		[TRANSFER_QUOTED_PRINTABLE] = "quoted-printable",
		[TRANSFER_BASE64] = "base64",
		[TRANSFER_UUENCODE] = "x-uuencode",
	};

	return names[t];
}

static void
write_type(struct buffer *out, struct span value, struct span type,
    struct span charset)
{
	buffer_add_text(out, TYPE ": ");
	content_type_set(out, value, type, charset, "\r\n\t");
	buffer_add_text(out, "\r\n");
}

static void
write_transfer(struct buffer *out, enum transfer t)
{
	buffer_addf(out, TRANSFER ": %s\r\n", mime_transfer_name(t));
}

/* The header of C's part with what C says, and the empty line. */
static void
write_header(const struct mime *m, const struct mime_change *c,
    struct buffer *out)
{
	const struct mime_part *p = &m->parts[c->part];
	bool type = c->charset.ptr != NULL;
	bool transfer = c->transfer != TRANSFER_NONE;
	struct part_field f;
	size_t at = 0;

	while (field_take(p->header, &at, &f)) {
		if (type && is_called(&f, TYPE)) {
			write_type(out, f.value, p->media.type, c->charset);
			type = false;
		} else if (transfer && is_called(&f, TRANSFER)) {
			write_transfer(out, c->transfer);
			transfer = false;
		} else if (!is_called(&f, "Content-MD5") &&
		    !is_called(&f, "Content-Length")) {
			buffer_add(out, f.all);
			if (mime_line_end(f.all) == 0)	/* the body ends */
				buffer_add_text(out, "\r\n");
		}
	}
	if (type)
		write_type(out, span_make("", 0), p->media.type, c->charset);
	if (transfer)
		write_transfer(out, c->transfer);
	buffer_add_text(out, "\r\n");
}

void
mime_write(const struct mime *m, struct span body,
    const struct mime_change *changes, size_t count, struct buffer *out)
{
	const struct mime_change *c;
	const struct mime_part *p;
	struct span rest = body;

	for (c = changes; c < changes + count; c++) {
		p = &m->parts[c->part];
		if (c->part > 0) {
			buffer_add(out, span_head(rest,
			    (size_t)(p->header.ptr - rest.ptr)));
			/* A delimiter at the very end may have no line end. */
			if (p->header.ptr > body.ptr &&
			    p->header.ptr[-1] != '\n')
				buffer_add_text(out, "\r\n");
			write_header(m, c, out);
		}
		buffer_add(out, c->content);
		if (c->part == 0)
			return;		/* it was all */
		rest = span_skip(body, (size_t)(p->content.ptr - body.ptr) +
		    p->content.len);
		/* RFC 2046 5.1.1: a delimiter begins with a line end. Of an
		 * empty part it was that of the header. */
		if (rest.len > 0 && rest.ptr[0] != '\r' && rest.ptr[0] != '\n')
			buffer_add_text(out, "\r\n");
	}
	buffer_add(out, rest);
}

static size_t
blanks_at_end(struct span s)
{
	size_t n = 0;

	while (n < s.len && (s.ptr[s.len - 1 - n] == ' ' ||
	    s.ptr[s.len - 1 - n] == '\t'))
		n++;
	return n;
}

/* Does LINE begin with the delimiter of a multipart around part I? */
static bool
is_delimiter(const struct mime *m, size_t i, struct span line)
{
	struct span boundary;

	if (!span_starts_with(line, span_of("--")))
		return false;
	line = span_skip(line, 2);
	for (i = m->parts[i].parent; i != MIME_NO_PART;
	    i = m->parts[i].parent) {
		boundary = m->parts[i].media.boundary;
		/* Blanks at its end do not count. */
		boundary.len -= blanks_at_end(boundary);
		if (m->parts[i].kind == MIME_MULTIPART &&
		    span_starts_with(line, boundary))
			return true;
	}
	return false;
}

bool
mime_may_hold(const struct mime *m, size_t i, struct span content)
{
	struct span line;
	size_t at = 0;

	while (mime_line_take(content, &at, &line))
		if (is_delimiter(m, i, line))
			return false;
	return true;
}
