/*
 * edit_text.c - what an action writes, and what its regex finds.
 *
 * A text is rewritten from left to right: what is before a match is copied, the
 * match replaced, and the search goes on behind it, in the same text, so that ^
 * and look-behind mean what they say.
 *
 * Failure: a text is rewritten whole or not at all.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/engine/edit_text.h"
#include "rules/engine/evaluate.h"
#include "rules/engine/expand.h"
#include "rules/mail/address.h"

/*
 * Each match may cost what a regex may, but for a text that has many of them
 * only the first: all others together cost as much as the failures that a
 * message may have.
 */
#define LATER_MATCH_SHARE (REPLACEMENTS_MAX / REGEX_FAILURES_MAX)

#define ADDRESS_SHOWN 100	/* bytes of one that is none, in the log */

/* A text that is being rewritten, into engine->encoded. */
struct rewriting {
	const struct deed *deed;
	struct span text;
	size_t start;		/* where the next match may begin */
	size_t copied;		/* bytes of TEXT that are dealt with */
	size_t count;		/* of matches replaced */
	struct capture own;
};

void
deed_log(const struct deed *d, const char *why)
{
	session_log_failure(d->engine, d->rule, why);
}

struct span
deed_text(const struct deed *d)
{
	return expand_text(d->engine, d->rule, &d->action->value,
	    d->recipient, NULL);
}

/* Search TEXT with the regex of OWN, within LIMITS; the groups go there. */
static enum answer
search(const struct deed *d, struct span text,
    const struct regex_limits *limits, struct capture *own)
{
	struct engine *e = d->engine;
	enum answer answer = match_regex(e, own->regex, text, limits,
	    own->groups);

	if (answer == ANSWER_FAILED && !e->regex_refused)
		deed_log(d, e->regex_why.text);
	return answer;
}

static enum answer
search_once(const struct deed *d, const struct regex *regex, struct span text)
{
	struct regex_limits limits = session_regex_limits(d->engine);
	struct capture own = { .regex = regex };

	return search(d, text, &limits, &own);
}

enum answer
deed_names(const struct deed *d, struct span name)
{
	if (d->action->names != NULL)
		return search_once(d, d->action->names, name);
	return span_equal_nocase(d->action->name, name) ? ANSWER_YES :
	    ANSWER_NO;
}

enum answer
deed_matches(const struct deed *d, struct span text)
{
	return d->action->match == NULL ? ANSWER_YES :
	    search_once(d, d->action->match, text);
}

/* Find the next match; its place is in FROM and TO. */
static enum answer
next_match(struct rewriting *w, size_t *from, size_t *to)
{
	struct regex_limits limits = session_regex_limits(w->deed->engine);
	const struct span *found = &w->own.groups[0];
	enum answer answer;

	limits.start = w->start;
	if (w->count > 0 && limits.match > LATER_MATCH_SHARE)
		limits.match /= LATER_MATCH_SHARE;
	answer = search(w->deed, w->text, &limits, &w->own);
	if (answer != ANSWER_YES)
		return answer;
	*from = (size_t)(found->ptr - w->text.ptr);
	*to = *from + found->len;
	/* Where PCRE2 lets \K stand in a look-behind, a match may begin in
	 * what is dealt with. */
	if (*from < w->copied)
		*from = w->copied;
	return answer;
}

/* Where to search behind a match that ends at TO: a character later when the
 * search began there, or it would find the same again. */
static size_t
behind(const struct rewriting *w, size_t to)
{
	size_t len;

	if (to > w->start)
		return to;
	len = to < w->text.len ? utf8_length(span_skip(w->text, to)) : 0;
	return to + (len > 0 ? len : 1);
}

/* Write what is before the match and what stands in its place. */
static void
replace(struct rewriting *w, size_t from, size_t to)
{
	const struct deed *d = w->deed;
	struct buffer *out = &d->engine->encoded;
	struct span with = expand_text(d->engine, d->rule, &d->action->value,
	    d->recipient, &w->own);

	buffer_add(out, span_head(span_skip(w->text, w->copied),
	    from - w->copied));
	buffer_add(out, with);
	w->copied = to;
	w->count++;
}

/* Has the text, or what it costs, become more than may be? */
static bool
is_too_much(const struct rewriting *w)
{
	const struct buffer *out = &w->deed->engine->encoded;

	return w->count > REPLACEMENTS_MAX || out->overflow ||
	    out->len + (w->text.len - w->copied) > HEADER_TEXT_MAX;
}

/* NO: there is no match. FAILED: not all could be looked for. */
static enum answer
replace_matches(struct rewriting *w)
{
	enum answer answer;
	size_t from = 0, to = 0;

	do {
		answer = next_match(w, &from, &to);
		if (answer == ANSWER_FAILED)
			return answer;
		if (answer == ANSWER_NO)
			break;
		if (from < to || to > w->copied || w->count == 0)
			replace(w, from, to);
		w->start = behind(w, to);
	} while (w->deed->action->all && w->start <= w->text.len &&
	    w->count <= REPLACEMENTS_MAX &&
	    w->deed->engine->encoded.len <= HEADER_TEXT_MAX);
	return w->count > 0 ? ANSWER_YES : ANSWER_NO;
}

enum answer
deed_rewrite(const struct deed *d, struct span text, struct span *out)
{
	struct rewriting w = { .deed = d, .text = text,
		.own.regex = d->action->match };
	struct buffer *encoded = &d->engine->encoded;
	enum answer answer = ANSWER_YES;

	buffer_clear(encoded);
	if (d->action->match != NULL)
		answer = replace_matches(&w);
	else
		replace(&w, 0, text.len);
	if (answer != ANSWER_YES)
		return answer;
	if (is_too_much(&w)) {
		deed_log(d, "what it rewrites would become too long, or has "
		    "too many matches, and stays as it is");
		return ANSWER_NO;
	}
	buffer_add(encoded, span_skip(text, w.copied));
	*out = arena_copy(&d->engine->message, buffer_span(encoded));
	return ANSWER_YES;
}

bool
deed_address(const struct deed *d, struct span text, struct span *out)
{
	struct buffer *scratch = &d->engine->encoded;
	struct error why;

	if (address_is_valid(text)) {
		*out = arena_copy(&d->engine->message,
		    address_plain(scratch, text));
		return true;
	}
	(void)error_set(&why, "'%.*s' is not an address and is left out",
	    (int)span_head(text, ADDRESS_SHOWN).len, text.ptr);
	deed_log(d, why.text);
	return false;
}
