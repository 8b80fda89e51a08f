/*
 * test_relay_lines.c - a message as it goes over the line after DATA.
 */
#include "config.h"

#include "milter/smtpd/relay_lines.h"
#include "tests/unit/unit.h"

static struct buffer out = { .limit = 65536 };	/* kept to the end */

static void
send_in_two(struct span first, struct span second)
{
	struct relay_lines l = { .inside = false };

	buffer_clear(&out);
	relay_lines_add(&l, first, &out);
	relay_lines_add(&l, second, &out);
	relay_lines_end(&l, &out);
}

static void
lines(void)
{
	static const struct {
		const char *sentence, *text, *wire;
	} rows[] = {
		{ "as it is", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n.\r\n" },
		{ "an empty message", "", ".\r\n" },
		{ "dots", ".\r\n..\r\na.\r\n.b\r\n",
		    "..\r\n...\r\na.\r\n..b\r\n.\r\n" },
		{ "no end", "a", "a\r\n.\r\n" },
		{ "half an end", "a\r", "a\r\n.\r\n" },
		{ "only a dot", ".", "..\r\n.\r\n" },
		{ "LF.LF", "a\n.\nb\r\n", "a\r\n..\r\nb\r\n.\r\n" },
		{ "LF.CRLF", "a\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n" },
		{ "CR.CR", "a\r.\rb\r\n", "a . b\r\n.\r\n" },
		{ "CRLF.CR", "a\r\n.\rb\r\n", "a\r\n.. b\r\n.\r\n" },
		{ "CRCRLF.CRCRLF", "a\r\r\n.\r\r\n", "a \r\n.. \r\n.\r\n" },
	};
	struct span text;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		text = span_of(rows[i].text);
		send_in_two(text, span_of(""));
		check_text(buffer_text(&out), rows[i].wire);
		/* The same cut anywhere. */
		for (size_t cut = 0; cut <= text.len; cut++) {
			send_in_two(span_head(text, cut),
			    span_skip(text, cut));
			check_text(buffer_text(&out), rows[i].wire);
		}
	}
}

/* No piece is made more than promised. */
static void
full_pieces(void)
{
	static const char *const worst[] = { "\n", ".", "\r", "\n.", "\n\r" };
	static char piece[4096];

	for (size_t i = 0; i < sizeof worst / sizeof worst[0]; i++) {
		struct relay_lines l = { .after_cr = true };

		unit_case(worst[i]);
		for (size_t at = 0; at < sizeof piece; at++)
			piece[at] = worst[i][at % strlen(worst[i])];
		buffer_clear(&out);
		relay_lines_add(&l, span_make(piece, sizeof piece), &out);
		check_true(out.len <= 2 * sizeof piece + 1);
	}
}

static const struct unit_test tests[] = {
	{ "lines go out as lines", lines },
	{ "no piece becomes too large", full_pieces },
};

UNIT_MAIN("relay_lines", tests)
