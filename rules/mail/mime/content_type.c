/*
 * content_type.c - change the charset that a Content-Type field names.
 *
 * RFC 2045 5.1: behind the type come parameters, each after a ';' that stands
 * in no quoted string and no comment. What is between two of them is kept or
 * left out whole.
 */
#include "config.h"

#include "rules/mail/mime/content_type.h"

/* Offset of the next ';' that divides parameters; S.len: there is none. */
static size_t
find_end(struct span s)
{
	size_t i, comments = 0;
	bool quoted = false;
	char c;

	for (i = 0; i < s.len; i++) {
		c = s.ptr[i];
		if (c == '\\' && (quoted || comments > 0))
			i++;
		else if (c == '"' && comments == 0)
			quoted = !quoted;
		else if (c == '(' && !quoted)
			comments++;
		else if (c == ')' && comments > 0)
			comments--;
		else if (c == ';' && !quoted && comments == 0)
			break;
	}
	return i < s.len ? i : s.len;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* S without blanks and line ends around it. */
static struct span
strip(struct span s)
{
	while (s.len > 0 && is_blank(s.ptr[0]))
		s = span_skip(s, 1);
	while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* Is PARAMETER called NAME? RFC 2231 puts a '*' behind it. */
static bool
is_called(struct span parameter, const char *name)
{
	struct span front = span_head(parameter, span_find(parameter, '='));

	return span_equal_nocase(strip(span_head(front,
	    span_find(front, '*'))), span_of(name));
}

/* Take what is up to the next ';' from REST. */
static struct span
take(struct span *rest)
{
	struct span part = span_head(*rest, find_end(*rest));

	*rest = span_skip(*rest, part.len + 1);
	return part;
}

bool
content_type_is_flowed(struct span value)
{
	struct span part;

	(void)take(&value);
	while (value.len > 0) {
		part = take(&value);
		if (!is_called(part, "format"))
			continue;
		part = strip(span_skip(part, span_find(part, '=') + 1));
		return span_equal_nocase(part, span_of("flowed")) ||
		    span_equal_nocase(part, span_of("\"flowed\""));
	}
	return false;
}

/* May VALUE be written again as it is? */
static bool
is_clean(struct span value)
{
	size_t i;
	char c;

	for (i = 0; i < value.len; i++) {
		c = value.ptr[i];
		if (!is_blank(c) && (c < '!' || c > '~'))
			return false;
	}
	return value.len <= CONTENT_TYPE_MAX;
}

static void
add_charset(struct buffer *out, struct span charset, const char *blank)
{
	buffer_add_char(out, ';');
	buffer_add_text(out, blank);
	buffer_add_text(out, "charset=");
	buffer_add(out, charset);
}

void
content_type_set(struct buffer *out, struct span value, struct span type,
    struct span charset, const char *blank)
{
	bool flowed = content_type_is_flowed(value), named = false;
	struct span part = take(&value);

	if (!is_clean(part) || !is_clean(value) ||
	    !span_equal_nocase(strip(part), type)) {
		buffer_add(out, type);
		value = flowed ? span_of(" format=flowed") : span_make("", 0);
	} else {
		buffer_add(out, strip(part));
	}
	while (value.len > 0) {
		part = take(&value);
		if (strip(part).len == 0)
			continue;
		if (!is_called(part, "charset")) {
			buffer_add_char(out, ';');
			buffer_add(out, part);
		} else if (!named) {
			add_charset(out, charset, blank);
			named = true;
		}
	}
	if (!named)
		add_charset(out, charset, blank);
}
