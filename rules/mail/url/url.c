/*
 * url.c - the URLs in a text.
 *
 * A text is searched for beginnings; each URL runs up to a character that ends
 * all URLs, and then loses what the sentence put at its end. A search goes on
 * behind what it has looked at, found or not, so no byte is looked at more than
 * a few times.
 */
#include "config.h"

#include "rules/mail/url/url_parts.h"

static const struct beginning {
	const char *text;
	bool slashes;		/* two must follow */
	bool inside;		/* even where letters stand before it */
} beginnings[] = {
	{ "http:", true, true },
	{ "https:", true, true },
	{ "ftp:", true, false },
	{ "mailto:", false, false },
	{ "www.", false, false },
};

/* Punctuation that is not ASCII, behind which no URL goes on. */
static const struct range {
	uint32_t first, last;
} enders[] = {
	{ 0xab, 0xab },
	{ 0xbb, 0xbb },
	{ 0x2013, 0x2015 },	/* dashes */
	{ 0x2018, 0x201f },	/* quotes */
	{ 0x2026, 0x2026 },
	{ 0x2039, 0x203a },
	{ 0x3001, 0x3003 },
	{ 0x3008, 0x3011 },	/* brackets */
	{ 0x3014, 0x301f },
	{ 0xff01, 0xff01 },
	{ 0xff08, 0xff09 },
	{ 0xff0c, 0xff0c },
	{ 0xff0e, 0xff0e },
	{ 0xff1a, 0xff1b },
	{ 0xff1f, 0xff1f },
	{ 0xff3b, 0xff3b },
	{ 0xff3d, 0xff3d },
	{ 0xff5b, 0xff5b },
	{ 0xff5d, 0xff5d },
	{ 0xff5f, 0xff64 },
};

static bool
is_ender(uint32_t c)
{
	if (url_is_blank(c))
		return true;
	if (c < enders[0].first)
		return false;
	for (size_t i = 0; i < sizeof enders / sizeof enders[0]; i++)
		if (c >= enders[i].first && c <= enders[i].last)
			return true;
	return false;
}

#define BEGINNINGS (sizeof beginnings / sizeof beginnings[0])

/* Length of B, with its slashes, at offset AT of TEXT; 0: it is not there. */
static size_t
length_at(struct span text, size_t at, const struct beginning *b)
{
	struct span s = span_skip(text, at);
	char before = at > 0 ? text.ptr[at - 1] : ' ';
	size_t len = strlen(b->text);

	if (!span_starts_with_nocase(s, span_of(b->text)) ||
	    (!b->inside && (url_is_alnum(before) ||
	    memchr("@.-_", before, 4) != NULL)))
		return 0;
	if (!b->slashes)
		return len;
	return s.len >= len + 2 && url_is_slash(s.ptr[len]) &&
	    url_is_slash(s.ptr[len + 1]) ? len + 2 : 0;
}

/* Does a URL begin at offset AT of TEXT, which is not its end? */
static bool
begins_at(struct span text, size_t at)
{
	for (size_t i = 0; i < BEGINNINGS; i++)
		if (ascii_lower(text.ptr[at]) == beginnings[i].text[0] &&
		    length_at(text, at, &beginnings[i]) > 0)
			return true;
	return false;
}

/*
 * The first offset from FROM on at which a URL begins; *START is the length of
 * its beginning. TEXT's length: there is none. MARKS are the offsets of the
 * next ':' and the next '.', by which every beginning is found.
 */
static size_t
next_beginning(struct span text, size_t from, size_t marks[2], size_t *start)
{
	static const char ends[2] = { ':', '.' };
	size_t first = from;

	for (; from < text.len; from++) {
		for (size_t k = 0; k < 2; k++)
			if (marks[k] < from)
				marks[k] = from + span_find(
				    span_skip(text, from), ends[k]);
		from = marks[0] < marks[1] ? marks[0] : marks[1];
		for (size_t i = 0; i < BEGINNINGS && from < text.len; i++) {
			size_t len = strlen(beginnings[i].text);

			if (beginnings[i].text[len - 1] != text.ptr[from] ||
			    from + 1 < first + len)
				continue;
			*start = length_at(text, from + 1 - len,
			    &beginnings[i]);
			if (*start > 0)
				return from + 1 - len;
		}
	}
	return text.len;
}

/* Can a host go on at the beginning of S, which stands behind a wide dot? */
static bool
continues_host(struct span s)
{
	uint32_t c;

	if (s.len == 0 || url_character(s, &c) == 0)
		return false;
	return c < 0x80 ? url_is_alnum(s.ptr[0]) : !is_ender(c);
}

/* What stands before a URL and behind it; inside of it in pairs, at most. */
static const char pairs[][2] = {
	"()",
	"[]",
	"{}",
	"''",
	"``",
	"**",
	"||",
};

/* What ends a URL that has OPEN before it; NUL: nothing does so. */
static char
closer_of(char open)
{
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (pairs[i][0] == open)
			return pairs[i][1];
	return '\0';
}

/*
 * The length of the URL at the beginning of S, whose first START bytes are its
 * beginning, and before which BEFORE stands.
 */
static size_t
run(struct span s, size_t start, char before)
{
	char closer = closer_of(before);
	bool in_host = true;
	size_t i, length, open = 0;

	for (i = start; i < s.len; i += length) {
		struct span rest = span_skip(s, i);
		char c = s.ptr[i];
		uint32_t u;

		length = url_character(rest, &u);
		if (length == 0 || c == '<' || c == '>' || c == '"' ||
		    (c == closer && open == 0))
			break;
		if (is_ender(u) && !(in_host && url_is_wide_dot(u) &&
		    continues_host(span_skip(rest, length))))
			break;
		/* One of a list that has no blanks. */
		if (memchr(",;|')]}", c, 7) != NULL && i + 1 < s.len &&
		    begins_at(s, i + 1))
			break;
		open += closer != '\0' && c == before;
		open -= c == closer;
		in_host = in_host && memchr("/\\?#", c, 4) == NULL;
	}
	return i;
}

/*
 * How far readers go to whom only blanks end a URL, in S, which has START bytes
 * of beginning and ended at LEN: as far, unless that gives it another host. Not
 * into a URL that is found by itself, so that nothing is looked at by many.
 */
static size_t
run_on(struct span s, size_t start, size_t len)
{
	bool in_host = s.ptr[start - 1] != ':', other = false;
	size_t i, length;

	for (i = start; i < len && in_host; i++)
		in_host = memchr("/\\?#", s.ptr[i], 4) == NULL;
	if (!in_host)
		return len;
	for (i = len; i < s.len; i += length) {
		struct span rest = span_skip(s, i);
		uint32_t c;

		length = url_character(rest, &c);
		if (length == 0 || url_is_blank(c) || c == '<' || c == '>' ||
		    (begins_at(s, i) && !url_begins_with(rest, "mailto:")))
			break;
		other = other || (in_host && c == '@');
		in_host = in_host && (c > 0x7f ||
		    memchr("/\\?#", (int)c, 4) == NULL);
	}
	return other ? i : len;
}

/* Does what is behind the slashes, at the beginning of S, name a host? Else
 * *LEN is how much was looked at. */
static bool
has_authority(struct span s, size_t *len)
{
	for (*len = 0; *len < s.len; ++*len) {
		char c = s.ptr[*len];

		if (url_is_alnum(c) || c == '[' || (unsigned char)c > 0x7f)
			return true;
		if ((unsigned char)c <= ' ' || memchr("/\\?#<>\"", c, 7) != NULL)
			return false;
	}
	return false;
}

enum bracket {
	ROUND,
	SQUARE,
	CURLY,
	BRACKETS,		/* how many there are; none of them */
};

/* Which is C? *STEP: 1 opens, -1 closes. */
static enum bracket
bracket_of(char c, int *step)
{
	*step = c == '(' || c == '[' || c == '{' ? 1 : -1;
	switch (c) {
	case '(':
	case ')':
		return ROUND;
	case '[':
	case ']':
		return SQUARE;
	case '{':
	case '}':
		return CURLY;
	default:
		return BRACKETS;
	}
}

/* The length of the last character of S if it has no width, else 0. */
static size_t
unseen_at_end(struct span s)
{
	for (size_t length = 2; length <= 3 && length < s.len; length++) {
		struct span c = span_skip(s, s.len - length);

		if (utf8_length(c) == length)
			return url_has_no_width(utf8_decode(c)) ? length : 0;
	}
	return 0;
}

/* URL without what the sentence around it put at its end. */
static struct span
trim(struct span url)
{
	long open[BRACKETS + 1] = { 0 };
	enum bracket kind;
	size_t unseen;
	int step;

	for (size_t i = 0; i < url.len; i++) {
		kind = bracket_of(url.ptr[i], &step);
		open[kind] += step;
	}
	for (; url.len > 0; url.len--) {
		char last = url.ptr[url.len - 1];

		unseen = unseen_at_end(url);
		if (unseen > 0) {
			url.len -= unseen - 1;
			continue;
		}
		if (memchr(".,;:!?'*`|", last, 10) != NULL)
			continue;
		kind = bracket_of(last, &step);
		if (kind == BRACKETS || (step < 0 && open[kind] >= 0))
			break;
		open[kind] -= step;
	}
	return url;
}

/* Up to the first character of its host that readers may end URL at. */
static struct span
before_doubt(struct span url)
{
	struct span host = url_written_host(url);
	size_t length;

	for (size_t i = 0; i < host.len; i += length) {
		struct span rest = span_skip(host, i);
		uint32_t c;

		length = url_character(rest, &c);
		if (length == 0)
			break;
		if (url_is_wide_dot(c) || url_has_no_width(c) ||
		    (c < 0x80 && memchr("!$&'()*+,;=`{|}~^", (int)c, 17) !=
		    NULL))
			return span_head(url,
			    (size_t)(rest.ptr - url.ptr));
	}
	return url;
}

/* Add URL, whose beginning has START bytes, unless there is nothing in it, and
 * how it may be read else. */
static void
add(struct urls *list, struct arena *a, struct span url, size_t start)
{
	struct span part = before_doubt(url);

	url = trim(url);
	if (url.len <= start)
		return;
	url_add(list, a, url);
	part = trim(part);
	if (part.len < url.len && part.len > start)
		url_add(list, a, part);
}

void
url_find_in_text(struct span text, struct arena *a, struct urls *list)
{
	size_t marks[2] = { span_find(text, ':'), span_find(text, '.') };
	size_t at = 0, start, len, more;

	while (!list->lost && !a->exhausted) {
		struct span url;

		at = next_beginning(text, at, marks, &start);
		if (at == text.len)
			break;
		url = span_skip(text, at);
		if (url.ptr[start - 1] != ':' &&
		    !has_authority(span_skip(url, start), &len)) {
			at += start + len;
			continue;
		}
		len = run(url, start, at > 0 ? text.ptr[at - 1] : ' ');
		more = run_on(url, start, len);
		if (more > len)
			add(list, a, span_head(url, more), start);
		add(list, a, span_head(url, len), start);
		at += len;
	}
}
