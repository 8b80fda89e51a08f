/*
 * value_doubt.c - values that a fact never has.
 *
 * A condition on such a value never holds, or always under is_not; so something
 * else was meant. It is a warning, but an error where our own list of names is
 * all there is. The case of ASCII letters means nothing, and the empty text is
 * what an element has that has no such value; so both are fine everywhere.
 */
#include "config.h"

#include "rules/load/value_doubt.h"
#include "rules/mail/mime/mime_defect.h"

/* Is one of the bytes of SET in S? */
static bool
has_one_of(struct span s, const char *set)
{
	for (; *set != '\0'; set++)
		if (span_find(s, *set) < s.len)
			return true;
	return false;
}

static bool
is_no_extension(struct span s)
{
	return has_one_of(s, ".*");
}

/* RFC 2045 5.1: a type, a slash, a subtype, and parameters apart from them. */
static bool
is_no_type(struct span s)
{
	size_t slash = span_find(s, '/');

	return slash == 0 || slash + 1 >= s.len || has_one_of(s, "*; ");
}

static bool
is_no_sha256(struct span s)
{
	size_t i;

	for (i = 0; i + 1 < s.len; i += 2)
		if (span_hex_byte(span_skip(s, i)) < 0)
			return true;
	return s.len != 64;
}

static bool
is_no_host(struct span s)
{
	return s.ptr[0] != '[' && has_one_of(s, "/:@?#*");
}

static bool
is_no_domain(struct span s)
{
	return has_one_of(s, "@*");
}

static bool
is_below(struct span s)
{
	return s.len > 1 && s.ptr[0] == '.';
}

static bool
is_no_url(struct span s)
{
	return span_find(s, ':') == s.len &&
	    !span_starts_with_nocase(s, span_of("www."));
}

/* An address in angle brackets, with a name before it or not. */
static bool
is_no_address(struct span s)
{
	return s.len > 2 && s.ptr[s.len - 1] == '>' &&
	    span_find(s, '<') < s.len;
}

static bool
is_part_of_address(struct span s)
{
	return s.ptr[0] == '@';
}

static bool
is_no_defect(struct span s)
{
	enum mime_defect d;

	for (d = 0; d < DEFECT_COUNT; d++)
		if (span_equal_nocase(s, span_of(mime_defect_row(d)->name)))
			return false;
	return true;
}

/* RFC 8601 2.7, and what RFC 5617, 6577 and BIMI add to it. */
static const char *const results[] = { "none", "pass", "fail", "softfail",
	"neutral", "policy", "temperror", "permerror", "discard", "nxdomain",
	"unknown", "declined", "skipped", "hardfail", "bestguesspass" };

#define RESULTS (sizeof results / sizeof results[0])

static bool
is_no_result(struct span s)
{
	size_t i;

	for (i = 0; i < RESULTS; i++)
		if (span_equal_nocase(s, span_of(results[i])))
			return false;
	return true;
}

#define HINT_TYPE \
	"it is a type, a slash and a subtype, as text/plain; to ask for one " \
	"half write {starts_with: image/}"
#define HINT_BELOW \
	"for all names below a domain write {in: [.example.com]}"

static const struct value_row {
	const char *fact;
	const char *suffix;
	bool literal;		/* in a table it has a meaning */
	bool (*is_wrong)(struct span value);
	const char *what;	/* "… is never 'x'" */
	const char *hint;
} value_table[] = {
	{ "attachment.extension", NULL, false, is_no_extension,
	  "a file's extension", "write what stands behind the last dot alone: "
	  "exe" },
	{ "attachment.type", NULL, false, is_no_type, "a file's type",
	  HINT_TYPE },
	{ "part.type", NULL, false, is_no_type, "the type of a part",
	  HINT_TYPE },
	{ "attachment.sha256", NULL, false, is_no_sha256, "a SHA-256",
	  "it has 64 hexadecimal digits, as sha256sum(1) prints them" },
	{ "mime.defect", NULL, false, is_no_defect, "a defect",
	  "millgate-rules(5) names those that there are" },
	{ "url", NULL, false, is_no_url, "a URL", "all of it is compared: "
	  "write {contains: ..}, or ask for url.host" },
	{ "url.host", NULL, false, is_no_host, "the host of a URL",
	  "scheme, user, port and path do not belong to it; " HINT_BELOW },
	{ "url.host", NULL, true, is_below, "the host of a URL", HINT_BELOW },
	{ "address", NULL, false, is_no_address, "an address",
	  "write the address alone; the name beside it is .display" },
	{ "address", NULL, true, is_part_of_address, "an address",
	  "for those of a domain write {ends_with: '@example.com'}, or ask "
	  "for .domain" },
	{ "address", "domain", false, is_no_domain, "a domain",
	  "write what stands behind the '@'; " HINT_BELOW },
	{ "address", "domain", true, is_below, "a domain", HINT_BELOW },
	{ "auth_results", NULL, false, is_no_result, "a result of "
	  "authentication", "they are none, pass, fail, softfail, neutral, "
	  "policy, temperror and permerror" },
};

static bool
is_of(const struct value_row *row, const struct fact_kind *kind)
{
	if (!span_is(span_of(kind->name), row->fact))
		return false;
	if (row->suffix == NULL || kind->suffix == NULL)
		return row->suffix == kind->suffix;
	return span_is(span_of(kind->suffix), row->suffix);
}

/* Names that are a closed list, and one that may have been meant. */
static void
suggest_name(struct problem *p, const struct value_row *row, struct span value)
{
	struct suggestion near;
	enum mime_defect d;
	size_t i;

	suggest_init(&near, value);
	for (d = 0; d < DEFECT_COUNT && row->is_wrong == is_no_defect; d++)
		suggest_consider(&near, span_of(mime_defect_row(d)->name));
	for (i = 0; i < RESULTS && row->is_wrong == is_no_result; i++)
		suggest_consider(&near, span_of(results[i]));
	suggest_hint(&near, p);
}

/* The row that says that VALUE is none of KIND; NULL: none does. */
static const struct value_row *
find_row(struct span value, const struct fact_kind *kind, bool listed)
{
	const struct value_row *row;
	size_t i;

	for (i = 0; i < sizeof value_table / sizeof value_table[0]; i++) {
		row = &value_table[i];
		if (is_of(row, kind) && !(listed && row->literal) &&
		    row->is_wrong(value))
			return row;
	}
	return NULL;
}

int
value_doubt(const struct node *n, const struct fact_kind *kind, bool listed)
{
	const struct value_row *row;
	struct problem *p;
	bool error;

	if (n->kind != NODE_SCALAR || n->text.len == 0)
		return 0;
	row = find_row(n->text, kind, listed);
	if (row == NULL)
		return 0;
	error = row->is_wrong == is_no_defect && !listed;
	p = (error ? tree_error : tree_warn)(n, "%s is never '%s'", row->what,
	    quote(n->text).text);
	problem_hint(p, "%s", row->hint);
	suggest_name(p, row, n->text);
	return error ? -1 : 1;
}
