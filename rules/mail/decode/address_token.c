/*
 * address_token.c - the tokens of an address field.
 *
 * When the search for an end has come to the end of the text, it is not begun
 * again: so the whole takes one pass, whatever is in it.
 *
 * Failure: none; every byte is part of a token.
 */
#include "config.h"

#include "rules/mail/decode/address_token.h"
#include "rules/mail/header/encoded_word.h"
#include "rules/mail/decode/quoted.h"

#define LITERAL_MAX 255		/* RFC 5321 4.5.3.1.2: a domain's bytes */

/* Length of the domain literal that S begins with, 0: it is none. */
static size_t
literal_len(struct span s)
{
	s = span_head(s, LITERAL_MAX);
	for (size_t i = 1; i < s.len; i++) {
		if (s.ptr[i] == ']')
			return i + 1;
		if (is_gap(s.ptr[i]) || s.ptr[i] == '[')
			return 0;
	}
	return 0;
}

/* Length of the token that begins at REST with C, which opens something; 0:
 * nothing closes it. */
static size_t
closed_len(struct address_tokens *t, struct span rest, char c)
{
	size_t len = 0;

	if (c == '[')
		return literal_len(rest);
	if (c == '"' && !t->quote_open) {
		len = quoted_len(rest);
		t->quote_open = len == 0;
	} else if (c == '(' && !t->comment_open) {
		len = comment_len(rest);
		t->comment_open = len == 0;
	}
	if (len == 0)
		t->flawed = true;
	return len;
}

static bool
is_special(char c)
{
	return c != '\0' && strchr("@,;:<>\"([", c) != NULL;
}

/* Length of the text that begins at AT; an encoded word is not divided. */
static size_t
text_len(struct address_tokens *t, size_t at)
{
	struct span s = t->text;
	struct found_word w;
	size_t i = at;

	do {
		if (s.ptr[i] == '=' && word_finder_at(&t->words, i, &w) &&
		    !w.has_blank)
			i = w.end;
		else
			i++;
	} while (i < s.len && !is_gap(s.ptr[i]) && !is_special(s.ptr[i]));
	return i - at;
}

void
address_tokens_init(struct address_tokens *t, struct span text)
{
	*t = (struct address_tokens){ .text = text };
	word_finder_init(&t->words, text);
}

struct address_token
address_token_take(struct address_tokens *t)
{
	struct span rest = span_skip(t->text, t->at);
	struct address_token token = { TOKEN_TEXT, { rest.ptr, 0 } };
	char c;

	if (rest.len == 0) {
		token.kind = TOKEN_END;
		return token;
	}
	c = rest.ptr[0];
	if (is_gap(c)) {
		token.kind = TOKEN_BLANK;
		while (token.text.len < rest.len &&
		    is_gap(rest.ptr[token.text.len]))
			token.text.len++;
	} else if (c == '"' || c == '(' || c == '[') {
		token.text.len = closed_len(t, rest, c);
		if (token.text.len > 0)
			token.kind = (enum address_token_kind)c;
	} else if (is_special(c)) {
		token.kind = (enum address_token_kind)c;
		token.text.len = 1;
	}
	if (token.text.len == 0)
		token.text.len = text_len(t, t->at);
	t->at += token.text.len;
	return token;
}
