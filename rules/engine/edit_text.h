/*
 * edit_text.h - what an action writes, and what its regex finds.
 *
 * All that actions change, header fields, recipients, the body, is text to
 * them. What could not be done is logged with the rule, once a message.
 * Texts live as long as the message. When its memory is used up they are empty,
 * and edits_resolve() fails in the end, so that nobody else need ask.
 */
#ifndef MILLGATE_EDIT_TEXT_H
#define MILLGATE_EDIT_TEXT_H

#include "rules/engine/session.h"
#include "rules/mail/header/field_text.h"

/* One action of a rule that holds. */
struct deed {
	struct engine *engine;
	const struct rule *rule;
	const struct action *action;
	const struct recipient *recipient;	/* that it is done for; NULL:
						 * none in particular */
};

/* Log that DEED could not be done as written. */
void deed_log(const struct deed *d, const char *why);

/* The action's value, expanded. */
struct span deed_text(const struct deed *d);

/*
 * Is the action about fields called NAME? Does TEXT satisfy its `match` (YES
 * when it has none)? FAILED: a limit was hit, which is logged; the action is
 * then left out.
 */
enum answer deed_names(const struct deed *d, struct span name);
enum answer deed_matches(const struct deed *d, struct span text);

/*
 * TEXT with its first match, or each, replaced by the action's value; without
 * `match` all of TEXT is one. A match of nothing that touches the one before is
 * none, so that .* replaces a text once. YES: *OUT is the new text. NO: nothing
 * is to be replaced, or TEXT would become longer by more than HEADER_TEXT_MAX,
 * or there are more than REPLACEMENTS_MAX; both are logged. FAILED: as above.
 */
#define REPLACEMENTS_MAX 256
enum answer deed_rewrite(const struct deed *d, struct span text,
    struct span *out);

/* The same, and RUNS tell what *OUT is made of. */
enum answer deed_rewrite_runs(const struct deed *d, struct span text,
    struct span *out, struct runs *runs);

/*
 * The same of a text of a body, which is HTML or not, into OUT, whose own limit
 * bounds it. There may be more matches, for a text may hold a link or a name in
 * every line; but those of all texts of a message cost an action no more than
 * one whose regex looks at all of the body and at limits.regex_match. FAILED,
 * too, when more than may be came of it.
 */
#define BODY_REPLACEMENTS_MAX 65536
enum answer deed_rewrite_body(const struct deed *d, struct span text,
    bool html, struct buffer *out);

/*
 * TEXT as an address in the form that rules see, copied to *OUT. False when it
 * is none (RFC 5321 4.1.2), which is logged.
 */
bool deed_address(const struct deed *d, struct span text, struct span *out);

#endif
