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

/*
 * Where PCRE2 makes no machine code it looks at each search whether the rest of
 * the subject is UTF-8: as much of a body may be looked at so, all searches
 * together. That is some seconds, for a message of the largest size.
 */
#define SCANNED_MAX (UINT64_C(1) << 32)

/* A text that is being rewritten, into OUT. */
struct rewriting {
	struct expanding to;	/* with the groups of the last match */
	struct capture own;
	const struct deed *deed;
	struct span text;
	struct buffer *out;
	struct runs *runs;	/* what OUT is made of; NULL: nobody asks */
	struct search_budget *budget;	/* of a body; NULL: of a field, or of an
					 * address */
	size_t start;		/* where the next match may begin */
	size_t copied;		/* bytes of TEXT that are dealt with */
	size_t count;		/* of matches replaced */
};

static void
rewriting_init(struct rewriting *w, const struct deed *d, struct span text,
    struct buffer *out)
{
	*w = (struct rewriting){ .deed = d, .text = text, .out = out,
		.own.regex = d->action->match };
	w->to = (struct expanding){ .engine = d->engine, .rule = d->rule,
		.recipient = d->recipient, .own = &w->own };
}

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

/* Take COST from what is LEFT. */
static void
spend(bool *spent, uint64_t *left, uint64_t cost)
{
	*spent = *spent || cost > *left;
	*left -= cost > *left ? *left : cost;
}

/* May no more be searched for? */
static bool
is_spent(const struct rewriting *w)
{
	return w->budget != NULL ? w->budget->spent :
	    w->count > REPLACEMENTS_MAX;
}

/* Find the next match; its place is in FROM and TO. */
static enum answer
next_match(struct rewriting *w, size_t *from, size_t *to)
{
	struct regex_limits limits = session_regex_limits(w->deed->engine);
	const struct span *found = &w->own.groups[0];
	enum answer answer;

	limits.start = w->start;
	if (w->budget != NULL) {
		limits.steps = &w->budget->steps;
		spend(&w->budget->spent, &w->budget->bytes,
		    w->text.len - w->start);
	}
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

/* What OUT has behind its first LEN bytes is RUN. */
static void
note_run(struct rewriting *w, size_t len, struct text_run run)
{
	run.text.len = w->out->len - len;
	if (w->runs == NULL || run.text.len == 0 || arena_grow(
	    &w->deed->engine->message, (void **)&w->runs->at,
	    &w->runs->room, w->runs->count, sizeof run) < 0)
		return;		/* the arena's flag tells */
	w->runs->at[w->runs->count++] = run;
}

/* Write bytes FROM to TO of the text. */
static void
copy(struct rewriting *w, size_t from, size_t to)
{
	size_t len = w->out->len;

	buffer_add(w->out, span_make(w->text.ptr + from, to - from));
	note_run(w, len, (struct text_run){ .copied = true, .from = from,
	    .to = to });
}

/* The group of the match that P stands for, if it is one that has text. */
static const struct span *
group_of(const struct rewriting *w, const struct piece *p)
{
	unsigned number = p->number;
	const struct span *group;

	if (p->kind == PIECE_NAMED_MATCH_GROUP)
		number = regex_group_number(w->own.regex, p->text);
	else if (p->kind != PIECE_MATCH_GROUP)
		return NULL;
	group = &w->own.groups[number];
	return group->len > 0 ? group : NULL;
}

/* Write what stands in the place of the match. */
static void
write_value(struct rewriting *w, size_t from, size_t to)
{
	const struct template *value = &w->deed->action->value;
	struct template one = { NULL, 1 };
	const struct span *group;
	size_t i, len;

	for (i = 0; i < value->count; i++) {
		group = group_of(w, &value->pieces[i]);
		if (group != NULL) {
			len = (size_t)(group->ptr - w->text.ptr);
			copy(w, len, len + group->len);
			continue;
		}
		one.pieces = &value->pieces[i];
		len = w->out->len;
		expand_add(&w->to, &one, w->out);
		note_run(w, len, (struct text_run){ .from = from, .to = to });
	}
}

/* Write what is before the match and what stands in its place. */
static void
replace(struct rewriting *w, size_t from, size_t to)
{
	copy(w, w->copied, from);
	write_value(w, from, to);
	w->copied = to;
	w->count++;
	if (w->budget != NULL)
		spend(&w->budget->spent, &w->budget->matches, 1);
}

/* Has the text, or what it costs, become more than may be? */
static bool
is_too_much(const struct rewriting *w)
{
	return is_spent(w) || w->out->overflow ||
	    w->out->limit - w->out->len < w->text.len - w->copied;
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
	    !is_spent(w) && !w->out->overflow);
	return w->count > 0 ? ANSWER_YES : ANSWER_NO;
}

static enum answer
rewrite(struct rewriting *w)
{
	enum answer answer = ANSWER_YES;

	if (w->own.regex != NULL)
		answer = replace_matches(w);
	else
		replace(w, 0, w->text.len);
	if (answer != ANSWER_YES)
		return answer;
	if (is_too_much(w)) {
		deed_log(w->deed, "what it rewrites would become too long, or "
		    "has too many matches, and stays as it is");
		return ANSWER_NO;
	}
	copy(w, w->copied, w->text.len);
	return ANSWER_YES;
}

enum answer
deed_rewrite_runs(const struct deed *d, struct span text, struct span *out,
    struct runs *runs)
{
	struct rewriting w;
	struct buffer new;
	enum answer answer;
	size_t i, at = 0;

	buffer_init(&new, text.len + HEADER_TEXT_MAX);
	rewriting_init(&w, d, text, &new);
	w.runs = runs;
	answer = rewrite(&w);
	if (answer == ANSWER_YES)
		*out = arena_copy(&d->engine->message, buffer_span(&new));
	buffer_release(&new);
	if (answer != ANSWER_YES || runs == NULL || out->ptr == NULL)
		return answer;	/* the arena's flag tells why */
	for (i = 0; i < runs->count; i++) {
		runs->at[i].text.ptr = out->ptr + at;
		at += runs->at[i].text.len;
	}
	return answer;
}

enum answer
deed_rewrite(const struct deed *d, struct span text, struct span *out)
{
	return deed_rewrite_runs(d, text, out, NULL);
}

/* What is left for the searches of D. */
static struct search_budget *
budget_of(const struct deed *d)
{
	struct search_budget *budget = &d->engine->searches;
	struct regex_limits limits = session_regex_limits(d->engine);

	if (budget->action != d->action)
		*budget = (struct search_budget){ .action = d->action,
			.steps = regex_steps(&limits,
			    buffer_span(&d->engine->body)),
			.bytes = SCANNED_MAX,
			.matches = BODY_REPLACEMENTS_MAX };
	return budget;
}

enum answer
deed_rewrite_body(const struct deed *d, struct span text, bool html,
    struct buffer *out)
{
	enum answer answer;
	struct rewriting w;

	rewriting_init(&w, d, text, out);
	w.to.html = html;
	w.budget = budget_of(d);
	answer = rewrite(&w);
	/* There were matches, but too much came of them. */
	return answer == ANSWER_NO && w.count > 0 ? ANSWER_FAILED : answer;
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
