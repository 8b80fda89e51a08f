/*
 * decode_media.c - what Content-Type and Content-Disposition say.
 *
 * A parameter can be there in three forms, and in each of them more than once:
 * plain, extended (name*=) and in pieces (name*0=, name*1*=; RFC 2231). All are
 * read; where they differ, readers do, and the caller is told. Boundaries are
 * bytes, names are text.
 *
 * Failure: what cannot be read is left out or guessed, and is FLAWED.
 */
#include "config.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "rules/base/utf8.h"
#include "rules/mail/decode/charset.h"
#include "rules/mail/decode/decode.h"
#include "rules/mail/decode/decoded_text.h"
#include "rules/mail/header/encoded_word.h"
#include "rules/mail/decode/parameter.h"

#define PIECES_MAX 1000		/* of one parameter; a long name has ten */

struct piece {
	struct parameter from;
	size_t place;		/* among those of its parameter */
};

/* A parameter that is looked for. */
struct wanted {
	const char *name;
	struct parameter plain[2];	/* the first and the last of … */
	struct parameter extended[2];	/* … each form; name.ptr NULL: there
					 * is none */
	struct piece *pieces;
	size_t count;
	size_t room;
	bool differs;
};

/* Everything that the reading of one field needs. */
struct reading {
	struct arena *arena;
	struct arena scratch;	/* for what is read, until it is kept */
	struct buffer raw;
	struct buffer text;
	bool *flawed;
};

/* --- What stands there -------------------------------------------------- */

static void
keep_ends(struct wanted *w, struct parameter ends[2],
    const struct parameter *p)
{
	if (ends[0].name.ptr == NULL)
		ends[0] = *p;
	else if (!span_equal(ends[0].value, p->value))
		w->differs = true;
	ends[1] = *p;
}

static void
keep_piece(struct reading *r, struct wanted *w, const struct parameter *p)
{
	void *pieces = w->pieces;

	if (w->count == PIECES_MAX) {
		*r->flawed = true;
		return;
	}
	if (arena_grow(&r->scratch, &pieces, &w->room, w->count,
	    sizeof *w->pieces) < 0)
		return;
	w->pieces = pieces;
	w->pieces[w->count] = (struct piece){ *p, w->count };
	w->count++;
}

/* Read all parameters of REST, and keep those that WANTED, of COUNT, names. */
static void
read_parameters(struct reading *r, struct span rest, struct wanted *wanted,
    size_t count)
{
	struct parameter p;

	while (parameter_take(&rest, &r->scratch, &p, r->flawed)) {
		struct wanted *w = wanted;

		while (w < wanted + count &&
		    !span_equal_nocase(p.name, span_of(w->name)))
			w++;
		if (w == wanted + count)
			continue;
		if (p.piece != PARAMETER_WHOLE)
			keep_piece(r, w, &p);
		else
			keep_ends(w, p.extended ? w->extended : w->plain, &p);
	}
}

/* --- What it means ------------------------------------------------------ */

/* Append S with its percent signs resolved, RFC 2231 4. */
static void
add_unescaped(struct reading *r, struct span s)
{
	while (s.len > 0) {
		char c = s.ptr[0];
		int byte = -1;

		s = span_skip(s, 1);
		if (c == '%') {
			byte = span_hex_byte(s);
			if (byte < 0)
				*r->flawed = true;
		}
		if (byte >= 0) {
			c = (char)byte;
			s = span_skip(s, 2);
		}
		buffer_add_char(&r->raw, c);
	}
}

/* Take charset'language' from the start of S, an extended value. */
static struct span
take_charset(struct span *s, bool *flawed)
{
	struct span charset = span_head(*s, span_find(*s, '\''));
	struct span rest = span_skip(*s, charset.len + 1);
	size_t language = span_find(rest, '\'');

	if (language == rest.len) {
		*flawed = true;
		return span_make("", 0);
	}
	*s = span_skip(rest, language + 1);
	return charset;
}

static int
piece_compare(const void *a, const void *b)
{
	const struct piece *one = a, *two = b;

	if (one->from.piece != two->from.piece)
		return one->from.piece < two->from.piece ? -1 : 1;
	return one->place < two->place ? -1 : one->place > two->place;
}

/* Put the pieces of W together in r->raw, of those with one number the first or
 * the LAST; returns their charset. */
static struct span
join_pieces(struct reading *r, struct wanted *w, bool last)
{
	struct span charset = span_make("", 0);
	unsigned next = 0;

	qsort(w->pieces, w->count, sizeof *w->pieces, piece_compare);
	for (size_t i = 0; i < w->count; i++) {
		struct parameter p = w->pieces[i].from;
		size_t near = last ? i + 1 : i - 1;

		if (near < w->count && w->pieces[near].from.piece == p.piece) {
			if (!span_equal(w->pieces[near].from.value, p.value))
				w->differs = true;
			continue;
		}
		if (p.extended && next == 0)
			charset = take_charset(&p.value, r->flawed);
		if (p.piece != next++)
			*r->flawed = true;
		if (p.extended)
			add_unescaped(r, p.value);
		else
			buffer_add(&r->raw, p.value);
	}
	return charset;
}

/* A parameter has three forms, and may be there in each, and twice. */
enum form {
	PLAIN, PLAIN_LAST, EXTENDED, EXTENDED_LAST, PIECES, PIECES_LAST, FORMS
};

/*
 * What W says in FORM, as bytes in r->raw; returns their charset. NULL ptr: it
 * is not there in that form.
 */
static struct span
read_form(struct reading *r, struct wanted *w, enum form form)
{
	struct span charset = span_make("", 0);
	bool last = form % 2 != 0;
	struct parameter p;

	buffer_clear(&r->raw);
	if (form >= PIECES)
		return w->count > 0 ? join_pieces(r, w, last) :
		    span_make(NULL, 0);
	p = form < EXTENDED ? w->plain[last] : w->extended[last];
	if (p.name.ptr == NULL)
		return span_make(NULL, 0);
	if (form < EXTENDED) {
		buffer_add(&r->raw, p.value);
		return charset;
	}
	charset = take_charset(&p.value, r->flawed);
	add_unescaped(r, p.value);
	return charset;
}

/*
 * r->raw, which is in CHARSET, as text in r->text: with its controls, but for
 * NULs, which become others. Without a charset encoded words count, for some
 * programs encode a long name first and cut it to pieces then.
 */
static void
raw_to_text(struct reading *r, enum form form, struct span charset)
{
	buffer_clear(&r->text);
	if (form < EXTENDED || (form >= PIECES && charset.len == 0)) {
		decode_header_controls(buffer_span(&r->raw), &r->text,
		    r->flawed);
		return;
	}
	for (size_t i = 0; i < r->raw.len; i++) {
		if (r->raw.ptr[i] == '\0')
			r->raw.ptr[i] = '\1';
	}
	if (!decode_charset(charset, buffer_span(&r->raw), &r->text,
	    r->flawed))
		*r->flawed = true;
}

/* Add name TEXT, in which controls are, to NAMES as rules read it. */
static void
add_name(struct reading *r, struct file_names *names, struct span text)
{
	struct span head = span_head(text, text_find_control(text));

	buffer_clear(&r->raw);
	text_add_printable(&r->raw, text);
	file_names_add(names, buffer_span(&r->raw), r->arena);
	if (head.len == text.len)
		return;
	*r->flawed = true;
	buffer_clear(&r->raw);
	text_add_printable(&r->raw, head);
	file_names_add(names, buffer_span(&r->raw), r->arena);
}

/* All that W says, as names; most readers take the extended forms first. */
static void
names_of(struct reading *r, struct wanted *w, struct file_names *names)
{
	static const enum form order[FORMS] = {
		EXTENDED, EXTENDED_LAST, PIECES, PIECES_LAST, PLAIN,
		PLAIN_LAST,
	};
	struct span first = span_make(NULL, 0);

	*names = (struct file_names){ .count = 0 };
	for (size_t i = 0; i < FORMS; i++) {
		struct span charset = read_form(r, w, order[i]);
		struct span text;

		if (charset.ptr == NULL)
			continue;
		raw_to_text(r, order[i], charset);
		text = buffer_span(&r->text);
		if (first.ptr == NULL)
			first = text_keep(r->arena, text);
		else if (!span_equal(text, first))
			w->differs = true;
		add_name(r, names, text);
	}
}

/* What W says as bytes, where most readers know only the plain form. Empty:
 * nothing. */
static struct span
bytes_of(struct reading *r, struct wanted *w)
{
	struct span value = span_make(NULL, 0);

	for (enum form form = PLAIN; form < FORMS; form++) {
		if (read_form(r, w, form).ptr == NULL)
			continue;
		if (value.ptr == NULL)
			value = text_keep(r->arena, buffer_span(&r->raw));
		else if (!span_equal(buffer_span(&r->raw), value))
			w->differs = true;
	}
	return value.ptr != NULL ? value : span_make("", 0);
}

/* A token and what people put behind it: charset=us-ascii (Plain text) */
static void
cut_token(struct wanted *w)
{
	for (int i = 0; i < 2; i++) {
		struct span *value = &w->plain[i].value;
		size_t len = 0;

		if (w->plain[i].name.ptr == NULL || w->plain[i].quoted)
			continue;
		while (len < value->len && !is_gap(value->ptr[len]))
			len++;
		*value = span_head(*value, len);
	}
}

static void
make_lower(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		((char *)s.ptr)[i] = ascii_lower(s.ptr[i]);
}

static void
reading_init(struct reading *r, struct arena *a, size_t len, bool *flawed)
{
	*r = (struct reading){ .arena = a, .flawed = flawed };
	arena_init(&r->scratch, SIZE_MAX);
	buffer_init(&r->raw, len * UTF8_MAX);
	buffer_init(&r->text, len * UTF8_MAX);
}

static void
reading_release(struct reading *r)
{
	r->arena->exhausted |= r->scratch.exhausted;
	arena_release(&r->scratch);
	buffer_release(&r->raw);
	buffer_release(&r->text);
}

/* --- The two fields ------------------------------------------------------ */

/* Is what is behind a word something that may be there? */
static bool
word_ends(struct span rest)
{
	return rest.len == 0 || rest.ptr[0] == ';' || rest.ptr[0] == '(' ||
	    is_gap(rest.ptr[0]);
}

/* Take "text/plain" from REST, with anything that is allowed between. */
static struct span
take_type(struct reading *r, struct span *rest)
{
	struct span type = field_token(rest, r->flawed), subtype;

	if (!field_char(rest, '/', r->flawed))
		goto bad;
	subtype = field_token(rest, r->flawed);
	if (type.len == 0 || subtype.len == 0 || !word_ends(*rest))
		goto bad;
	buffer_clear(&r->raw);
	buffer_add(&r->raw, type);
	buffer_add_char(&r->raw, '/');
	buffer_add(&r->raw, subtype);
	make_lower(buffer_span(&r->raw));
	return text_keep(r->arena, buffer_span(&r->raw));

bad:
	*r->flawed = true;
	return span_make("", 0);
}

void
decode_media(struct span value, struct arena *a, struct media *out,
    bool *flawed)
{
	struct wanted wanted[] = {
		{ .name = "boundary" }, { .name = "charset" },
		{ .name = "name" },
	};
	struct reading r;

	reading_init(&r, a, value.len, flawed);
	out->type = take_type(&r, &value);
	read_parameters(&r, value, wanted, 3);
	cut_token(&wanted[0]);
	cut_token(&wanted[1]);
	out->boundary = bytes_of(&r, &wanted[0]);
	out->charset = bytes_of(&r, &wanted[1]);
	make_lower(out->charset);
	names_of(&r, &wanted[2], &out->names);
	out->two_boundaries = wanted[0].differs;
	out->repeated = wanted[1].differs || wanted[2].differs;
	reading_release(&r);
}

void
decode_disposition(struct span value, struct arena *a,
    struct disposition *out, bool *flawed)
{
	struct wanted wanted[] = { { .name = "filename" } };
	struct span rest = value;
	struct reading r;

	reading_init(&r, a, value.len, flawed);
	out->kind = field_token(&rest, flawed);
	/* Without a kind, a parameter stands in its place. */
	if (out->kind.len == 0 || (rest.len > 0 && rest.ptr[0] == '=')) {
		out->kind = span_make("", 0);
		rest = value;
		*flawed = true;
	}
	out->kind = text_keep(r.arena, out->kind);
	make_lower(out->kind);
	read_parameters(&r, rest, wanted, 1);
	names_of(&r, &wanted[0], &out->names);
	out->repeated = wanted[0].differs;
	reading_release(&r);
}
