/*
 * regex_bytes.c - what of a regex takes a single byte: classes and escapes.
 *
 * Failure: what is not understood sets `lost`.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/load/regex_bytes.h"

static void
set_add(struct byte_set *s, unsigned char c)
{
	s->bits[c >> 6] |= (uint64_t)1 << (c & 63);
}

static bool
set_has(const struct byte_set *s, unsigned char c)
{
	return (s->bits[c >> 6] >> (c & 63) & 1) != 0;
}

static void
set_add_range(struct byte_set *s, unsigned first, unsigned last)
{
	unsigned c;

	for (c = first; c <= last; c++)
		set_add(s, (unsigned char)c);
}

static void
set_invert(struct byte_set *s)
{
	size_t i;

	for (i = 0; i < 4; i++)
		s->bits[i] = ~s->bits[i];
}

static void
set_join(struct byte_set *s, const struct byte_set *other)
{
	size_t i;

	for (i = 0; i < 4; i++)
		s->bits[i] |= other->bits[i];
}

static void
set_fold(struct byte_set *s)
{
	unsigned char c;

	for (c = 'a'; c <= 'z'; c++) {
		if (set_has(s, c))
			set_add(s, c - 'a' + 'A');
		else if (set_has(s, c - 'a' + 'A'))
			set_add(s, c);
	}
}

bool
shape_take(struct shape_reader *r, const char *text)
{
	if (!span_starts_with(span_skip(r->text, r->at), span_of(text)))
		return false;
	r->at += strlen(text);
	return true;
}

unsigned char
shape_next_byte(struct shape_reader *r)
{
	struct span rest = span_skip(r->text, r->at);
	unsigned char c = rest.len > 0 ? (unsigned char)rest.ptr[0] : '\0';
	size_t len = 1;

	if (!r->characters || c < 0x80) {
		r->at++;
		return c;
	}
	while (len < rest.len && utf8_is_continuation(rest.ptr[len]))
		len++;
	r->at += len;
	/* Its last bits are what neighbours differ by. */
	return (unsigned char)(0x80 | c << 6 | (rest.ptr[len - 1] & 0x3f));
}

bool
shape_add_class(struct byte_set *set, char letter)
{
	struct byte_set s = { { 0 } };

	switch (ascii_lower(letter)) {
	case 'd':
		set_add_range(&s, '0', '9');
		break;
	case 'w':
		set_add_range(&s, '0', '9');
		set_add_range(&s, 'A', 'Z');
		set_add_range(&s, 'a', 'z');
		set_add(&s, '_');
		break;
	case 's':
		set_add_range(&s, '\t', '\r');
		set_add(&s, ' ');
		break;
	case 'h':
		set_add(&s, '\t');
		set_add(&s, ' ');
		break;
	case 'v':
		set_add_range(&s, '\n', '\r');
		break;
	case 'n':
		if (letter != 'N')
			return false;
		set_add(&s, '\n');
		break;
	default:
		return false;
	}
	if (letter >= 'A' && letter <= 'Z')
		set_invert(&s);
	set_join(set, &s);
	return true;
}

unsigned char
shape_escaped_byte(struct shape_reader *r, char letter)
{
	static const char letters[] = "tnrfae", bytes[] = "\t\n\r\f\a\x1b";
	const char *known = strchr(letters, letter);
	unsigned value = 0;
	int i, digit;

	if (letter != '\0' && known != NULL)
		return (unsigned char)bytes[known - letters];
	if (letter == 'x') {
		for (i = 0; i < 2; i++) {
			digit = ascii_hex_value(shape_peek(r, 0));
			if (digit < 0)
				break;
			value = 16 * value + (unsigned)digit;
			r->at++;
		}
		r->lost |= i == 0;	/* \x{…} */
		return (unsigned char)value;
	}
	/* Other letters and digits have meanings that are not known here. */
	r->lost |= ascii_hex_value(letter) >= 0 || (ascii_lower(letter) >= 'a' &&
	    ascii_lower(letter) <= 'z');
	return (unsigned char)letter;
}

static void
read_posix_class(struct shape_reader *r, struct byte_set *set)
{
	static const struct {
		const char *name;
		char class;	/* near enough: behind a backslash */
	} table[] = {
		{ "[:digit:]", 'd' }, { "[:space:]", 's' },
		{ "[:blank:]", 'h' }, { "[:word:]", 'w' },
		{ "[:alnum:]", 'w' }, { "[:alpha:]", 'w' },
		{ "[:lower:]", 'w' }, { "[:upper:]", 'w' },
		{ "[:xdigit:]", 'w' }, { "[:punct:]", 'W' },
	};
	size_t i;

	for (i = 0; i < sizeof table / sizeof table[0]; i++)
		if (shape_take(r, table[i].name)) {
			(void)shape_add_class(set, table[i].class);
			return;
		}
	r->lost = true;
}

/* One end of a range in a class, or all that an escape stands for (-1). */
static int
read_class_member(struct shape_reader *r, struct byte_set *set)
{
	char c = shape_peek(r, 0);

	if (c != '\\')
		return shape_next_byte(r);
	r->at++;
	c = shape_peek(r, 0);
	r->at++;
	if (c == 'b')
		return '\b';
	if (shape_add_class(set, c))
		return -1;
	return shape_escaped_byte(r, c);
}

void
shape_read_class(struct shape_reader *r, struct byte_set *set)
{
	bool inverted = shape_take(r, "^");
	size_t start = r->at;
	int first, last;

	while (!shape_at_end(r) &&
	    (shape_peek(r, 0) != ']' || r->at == start)) {
		if (shape_peek(r, 0) == '[' && shape_peek(r, 1) == ':') {
			read_posix_class(r, set);
			continue;
		}
		first = read_class_member(r, set);
		if (first < 0)
			continue;
		last = first;
		if (shape_peek(r, 0) == '-' && shape_peek(r, 1) != ']') {
			r->at++;
			last = read_class_member(r, set);
		}
		if (last < first)
			r->lost = true;
		else
			set_add_range(set, (unsigned)first, (unsigned)last);
	}
	r->at++;
	if (r->nocase)
		set_fold(set);
	if (inverted)
		set_invert(set);
}

void
shape_add_byte(const struct shape_reader *r, struct byte_set *set,
    unsigned char c)
{
	set_add(set, c);
	if (r->nocase)
		set_fold(set);
}
