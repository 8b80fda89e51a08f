/*
 * address_token.h - the tokens of an address field, RFC 5322 3.2.
 *
 * What is opened and never closed, a quote or a comment, is an ordinary
 * character, or it would hide all that is behind it. Pure; one thread.
 */
#ifndef MILLGATE_ADDRESS_TOKEN_H
#define MILLGATE_ADDRESS_TOKEN_H

#include <stdbool.h>

#include "rules/mail/decode/word_finder.h"

enum address_token_kind {
	TOKEN_END = 0,
	TOKEN_BLANK = ' ',	/* one or more */
	TOKEN_QUOTED = '"',	/* with its quotes */
	TOKEN_COMMENT = '(',	/* with its brackets */
	TOKEN_LITERAL = '[',	/* with its brackets */
	TOKEN_TEXT = 'a',	/* all else, or an encoded word */
	/* … but for these, one at a time. */
	TOKEN_AT = '@',
	TOKEN_COMMA = ',',
	TOKEN_SEMICOLON = ';',
	TOKEN_COLON = ':',
	TOKEN_OPEN = '<',
	TOKEN_CLOSE = '>',
};

struct address_token {
	enum address_token_kind kind;
	struct span text;
};

struct address_tokens {
	struct span text;
	size_t at;		/* offset of the next token */
	bool flawed;		/* something was not closed so far */
	/* Private. */
	struct word_finder words;
	bool quote_open;	/* no quote behind here is closed … */
	bool comment_open;	/* … no comment */
};

/* Begin with TEXT. A copy of the struct is a place to come back to. */
void address_tokens_init(struct address_tokens *t, struct span text);

struct address_token address_token_take(struct address_tokens *t);

/* Make WHOLE, which may be empty, reach to the end of PART, which is behind
 * it. */
static inline void
token_join(struct span *whole, struct span part)
{
	if (whole->len == 0)
		*whole = part;
	else
		whole->len = (size_t)(part.ptr + part.len - whole->ptr);
}

#endif
