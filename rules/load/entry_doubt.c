/*
 * entry_doubt.c - entries of text tables that nothing will match.
 *
 * Tables are often taken over from other programs, each of which writes names
 * and addresses in its own way. What is doubted here is a text that no host
 * name and no address can be equal to, and that looks as if one was meant.
 */
#include "config.h"

#include "rules/load/entry_doubt.h"

#define HINT_DOMAIN \
	"example.com is that domain alone, .example.com all below it"

static bool
is_bracketed(struct span s)
{
	return s.len > 2 && s.ptr[0] == '<' && s.ptr[s.len - 1] == '>';
}

static bool
begins_with_star(struct span s)
{
	return span_starts_with(s, span_of("*.")) ||
	    span_starts_with(s, span_of("*@"));
}

static bool
begins_with_at(struct span s)
{
	return s.len > 1 && s.ptr[0] == '@';
}

static bool
ends_with_colon(struct span s)
{
	return s.len > 1 && s.ptr[s.len - 1] == ':';
}

static bool
ends_with_dot(struct span s)
{
	return s.len > 1 && s.ptr[s.len - 1] == '.' &&
	    span_find(s, ' ') == s.len && span_find(s, '.') < s.len - 1;
}

/* Digits and dots, and a mask behind them. */
static bool
is_network(struct span s)
{
	size_t slash = span_find(s, '/'), i;

	for (i = 0; i < s.len; i++)
		if ((s.ptr[i] < '0' || s.ptr[i] > '9') && s.ptr[i] != '.' &&
		    i != slash)
			return false;
	return slash > 6 && slash + 1 < s.len;
}

/* A name or an address, and something behind it. */
static bool
has_blank(struct span s)
{
	struct span word = span_head(s, span_find(s, ' '));

	if (word.len == 0 || word.len == s.len)
		return false;
	if (span_find(word, '@') < word.len)
		return true;
	return span_find_last(word, '.') + 1 < word.len;
}

static const struct {
	bool (*is)(struct span entry);
	struct doubt doubt;
} doubt_table[] = {
	{ is_bracketed, { "never matches in angle brackets",
	  "write the address without '<' and '>'" } },
	{ begins_with_star, { "never matches: '*' has no meaning here",
	  HINT_DOMAIN } },
	{ begins_with_at, { "never matches: a domain is written without '@'",
	  HINT_DOMAIN "; joe@ is joe in any domain" } },
	{ ends_with_colon, { "never matches with a ':' at its end",
	  "remove the ':'; in a file, what stands behind a blank is the "
	  "entry's value" } },
	{ has_blank, { "never matches with a blank in it",
	  "a list wants a comma between two entries; only in a file may a "
	  "value stand behind an entry" } },
	{ ends_with_dot, { "never matches with a '.' at its end",
	  "names of hosts and domains stand here without it" } },
	{ is_network, { "is a network, but the table is one of names",
	  "write {cidr: [..]}, or 'type: cidr' beside 'file'" } },
};

bool
entry_doubt(struct span entry, struct doubt *doubt)
{
	size_t i;

	for (i = 0; i < sizeof doubt_table / sizeof doubt_table[0]; i++) {
		if (!doubt_table[i].is(entry))
			continue;
		*doubt = doubt_table[i].doubt;
		return true;
	}
	return false;
}
