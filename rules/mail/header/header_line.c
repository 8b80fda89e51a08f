/*
 * header_line.c - fold, and encode, the value of a header field.
 *
 * Failure: none but a full buffer, which the buffer itself remembers.
 */
#include "config.h"

#include "rules/mail/header/encoded_word.h"
#include "rules/mail/header/header_line.h"

#define PLAIN_LINE 78		/* RFC 5322 2.1.1 */
#define ENCODED_LINE 76		/* RFC 2047 2: with an encoded word on it */

void
header_line_init(struct header_line *l, struct buffer *out, size_t name_len)
{
	*l = (struct header_line){ out, name_len + sizeof ": " - 1,
		PLAIN_LINE };
}

static void
line_add(struct header_line *l, struct span s)
{
	buffer_add(l->out, s);
	l->column += s.len;
}

/* End the line. What is written next must begin with a blank. */
static void
line_fold(struct header_line *l)
{
	buffer_add_char(l->out, '\n');
	l->column = 0;
	l->limit = PLAIN_LINE;
}

/* Write one encoded word that the line has room for; remove it from TEXT. */
static void
add_encoded_word(struct header_line *l, char encoding, struct span *text)
{
	char word[ENCODED_WORD_MAX];
	size_t room = ENCODED_WORD_MIN;

	/* Behind a name so long that nothing fits, the least is written. */
	if (l->column + room < ENCODED_LINE)
		room = ENCODED_LINE - l->column;
	if (room > ENCODED_WORD_MAX)
		room = ENCODED_WORD_MAX;
	line_add(l, span_make(word,
	    encoded_word_take(text, encoding, room, word)));
	l->limit = ENCODED_LINE;
}

void
header_line_encoded(struct header_line *l, bool divided, struct span text)
{
	char encoding = encoded_word_choose(text);

	if (divided) {
		if (l->column + 1 + ENCODED_WORD_MIN > ENCODED_LINE)
			line_fold(l);
		line_add(l, span_of(" "));
	}
	add_encoded_word(l, encoding, &text);
	while (text.len > 0) {
		line_fold(l);
		line_add(l, span_of(" "));
		add_encoded_word(l, encoding, &text);
	}
}

void
header_line_plain(struct header_line *l, struct span blanks, struct span word)
{
	if (blanks.len > 0 &&
	    l->column + blanks.len + word.len > l->limit)
		line_fold(l);
	line_add(l, blanks);
	line_add(l, word);
}
