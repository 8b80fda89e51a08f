/*
 * test_mime.c - the parts of a message, as RFC 2045 and 2046 have them.
 *
 * Each message is read twice, with LF and with CRLF.
 */
#include "config.h"

#include <stdlib.h>

#include "tests/support/mime_message.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define TEXT_MAX (1u << 20)

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define HTML "Content-Type: text/html\n\n"
#define MESSAGE "Content-Type: message/rfc822\n\n"

static const struct {
	const char *sentence;
	const char *message;
	const char *shape;	/* mime_message_shape() */
	const char *contents;	/* of its leaves, a '|' between */
} rows[] = {
	{ "a message without fields is text", "\nx\n", "text/plain", "x\n" },
	{ "so is an empty one", "", "text/plain", "" },
	{ "a type is told in small letters", "Content-Type: TEXT/Html\n\nx\n",
	    "text/html", "x\n" },
	{ "names of fields have no case", "CONTENT-TYPE: text/html\n\nx\n",
	    "text/html", "x\n" },
	{ "two parts", MIXED "--b\n\nx\n--b\n" HTML "y\n--b--\n",
	    "multipart/mixed(text/plain text/html)", "x|y" },
	{ "the line end before a delimiter belongs to it",
	    MIXED "--b\n\nx\n\n--b\n\n\n--b--\n",
	    "multipart/mixed(text/plain text/plain)", "x\n|" },
	{ "a part may have no line at all", MIXED "--b\n\n--b\n\nx\n--b--\n",
	    "multipart/mixed(text/plain text/plain)", "|x" },
	{ "preamble and epilogue are nobody's",
	    MIXED "before\n--b\n\nx\n--b--\nbehind\n",
	    "multipart/mixed(text/plain)", "x" },
	{ "blanks behind a delimiter do not count",
	    MIXED "--b \t\n\nx\n--b-- \t\ny\n", "multipart/mixed(text/plain)",
	    "x" },
	{ "a line that goes on is none", MIXED "--b\n\nx\n--bb\n--b-\n--b --\n"
	    "--b--b\n --b\n--B\n--b--\n", "multipart/mixed(text/plain)",
	    "x\n--bb\n--b-\n--b --\n--b--b\n --b\n--B" },
	{ "a delimiter needs no line end at the end", MIXED "--b\n\nx\n--b--",
	    "multipart/mixed(text/plain)", "x" },
	{ "a boundary in quotes may have blanks inside",
	    "Content-Type: multipart/mixed; boundary=\"a b:c\"\n\n"
	    "--a b:c\n\nx\n--a b:c--\n", "multipart/mixed(text/plain)", "x" },
	{ "a boundary that ends in dashes",
	    "Content-Type: multipart/mixed; boundary=\"b--\"\n\n"
	    "--b--\n\nx\n--b----\n", "multipart/mixed(text/plain)", "x" },
	{ "a boundary of only a dash",
	    "Content-Type: multipart/mixed; boundary=\"-\"\n\n"
	    "---\n\nx\n--\n---\n\ny\n-----\n",
	    "multipart/mixed(text/plain text/plain)", "x\n--|y" },
	{ "a long boundary is compared to its end",
	    "Content-Type: multipart/mixed; boundary=0123456789abcdefghi\n\n"
	    "--0123456789abcdefghi\n\nx\n--0123456789abcdefghj\n"
	    "--0123456789abcdefgh\n--0123456789abcdefgxi\n"
	    "--0123456789abxdefghi\n--0123456789abcdefghi--\n",
	    "multipart/mixed(text/plain)", "x\n--0123456789abcdefghj\n"
	    "--0123456789abcdefgh\n--0123456789abcdefgxi\n"
	    "--0123456789abxdefghi" },
	{ "what nobody closed goes to the end", MIXED "--b\n\nx\n\n",
	    "multipart/mixed(text/plain)", "x\n\n" },
	{ "no delimiter, no parts: all is in it", MIXED "x\n",
	    "multipart/mixed", "x\n" },
	{ "… inside of another", MIXED "--b\nContent-Type: multipart/mixed; "
	    "boundary=c\n\nx\n--b\n\ny\n--b--\n",
	    "multipart/mixed(multipart/mixed text/plain)", "x|y" },
	{ "nothing at all", MIXED, "multipart/mixed", "" },
	{ "a multipart inside", MIXED "--b\n"
	    "Content-Type: multipart/alternative; boundary=c\n\n"
	    "--c\n\nx\n--c\n" HTML "y\n--c--\n--b\n\nz\n--b--\n",
	    "multipart/mixed(multipart/alternative(text/plain text/html) "
	    "text/plain)", "x|y|z" },
	{ "a boundary outside ends all that is inside", MIXED "--b\n"
	    "Content-Type: multipart/mixed; boundary=c\n\n--c\n"
	    "Content-Type: multipart/mixed; boundary=d\n\n--d\n\nx\n"
	    "--b\n\ny\n--d\n--c\n--b--\n",
	    "multipart/mixed(multipart/mixed(multipart/mixed(text/plain)) "
	    "text/plain)", "x|y\n--d\n--c" },
	{ "parts with the boundary of what they are in", MIXED "--b\n"
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n"
	    "--b\n\ny\n--b--\n",
	    "multipart/mixed(multipart/mixed(text/plain) text/plain)", "x|y" },
	{ "behind the end there are no parts", MIXED "--b\n\nx\n--b--\n"
	    "--b\n\ny\n--b--\n", "multipart/mixed(text/plain)", "x" },
	{ "one that is closed before it begins has none",
	    MIXED "--b--\n--b\n\nx\n", "multipart/mixed",
	    "--b--\n--b\n\nx\n" },
	{ "without a boundary nothing can be found",
	    "Content-Type: multipart/mixed\n\n--b\n\nx\n--b--\n",
	    "multipart/mixed!", "--b\n\nx\n--b--\n" },
	{ "a boundary of blanks is none",
	    "Content-Type: multipart/mixed; boundary=\" \"\n\n-- \n\nx\n",
	    "multipart/mixed!", "-- \n\nx\n" },
	{ "a part without a header and without an empty line",
	    MIXED "--b\n--b\n\nx\n--b--\n",
	    "multipart/mixed(text/plain text/plain)", "|x" },
	{ "a delimiter ends a header", MIXED "--b\nContent-Type: text/html\n"
	    "--b--\n", "multipart/mixed(text/html)", "" },
	{ "so does the end", MIXED "--b\nContent-Type: text/html",
	    "multipart/mixed(text/html)", "" },
	{ "a header may be folded", MIXED "--b\nContent-Type:\n text/html;\n"
	    "\tcharset=utf-8\nX: y\n\nx\n--b--\n", "multipart/mixed(text/html)",
	    "x" },
	{ "blanks before a colon, as of old", MIXED "--b\nContent-Type \t: "
	    "text/html\n\nx\n--b--\n", "multipart/mixed(text/html)", "x" },
	{ "what is no field is passed over", MIXED "--b\nno field\n"
	    "Content-Type: text/html\n\nx\n--b--\n",
	    "multipart/mixed(text/html)", "x" },
	{ "a blank inside makes it no name", MIXED "--b\nContent Type: "
	    "text/html\n\nx\n--b--\n", "multipart/mixed(text/plain)", "x" },
	{ "a field in the middle of a field is none", MIXED "--b\nX: y\n"
	    " Content-Type: text/html\n\nx\n--b--\n",
	    "multipart/mixed(text/plain)", "x" },
	{ "a longer name is another one", MIXED "--b\nContent-Type-X: "
	    "text/html\n\nx\n--b--\n", "multipart/mixed(text/plain)", "x" },
	{ "of two types the first counts", MIXED "--b\nContent-Type: "
	    "text/html\n" HTML "x\n--b--\n", "multipart/mixed(text/html)",
	    "x" },
	{ "of the message's two as well", "Content-Type: text/css\n" HTML "x\n",
	    "text/css", "x\n" },
	{ "a type that is none is text", MIXED "--b\nContent-Type: html\n\nx\n"
	    "--b--\n", "multipart/mixed(text/plain)", "x" },
	{ "a message inside", MESSAGE "Subject: s\n" HTML "x\n",
	    "message/rfc822(text/html)", "x\n" },
	{ "message/global too", "Content-Type: message/global\n\n" HTML "x\n",
	    "message/global(text/html)", "x\n" },
	{ "and what it was called once", "Content-Type: message/news\n\n"
	    "Content-Type: message/rfc2822\n\n" HTML "x\n",
	    "message/news(message/rfc2822(text/html))", "x\n" },
	{ "a message that is encoded stays closed",
	    "Content-Transfer-Encoding: base64\n" MESSAGE "U3ViamVjdDogcw0K\n",
	    "message/rfc822!", "U3ViamVjdDogcw0K\n" },
	{ "other messages are leaves", "Content-Type: message/partial\n\n" HTML
	    "x\n", "message/partial", HTML "x\n" },
	{ "a message inside that has parts", MIXED "--b\n" MESSAGE
	    "Content-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n"
	    "--b\n\ny\n--b--\n",
	    "multipart/mixed(message/rfc822(multipart/mixed(text/plain)) "
	    "text/plain)", "x|y" },
	{ "a message inside that is all header", MIXED "--b\n" MESSAGE
	    "Subject: s\n--b--\n",
	    "multipart/mixed(message/rfc822(text/plain))", "" },
	{ "a message inside that is empty", MIXED "--b\n" MESSAGE "--b--\n",
	    "multipart/mixed(message/rfc822(text/plain))", "" },
	{ "and one in a message", MESSAGE MESSAGE MESSAGE "Subject: s\n\nx\n",
	    "message/rfc822(message/rfc822(message/rfc822(text/plain)))",
	    "x\n" },
	{ "a digest is of messages", "Content-Type: multipart/digest; "
	    "boundary=b\n\n--b\n\n" HTML "x\n--b\n" HTML "y\n--b\n"
	    "Content-Type: text\n\nz\n--b--\n", "multipart/digest(message/rfc822(text/html) "
	    "text/html text/plain)", "x|y|z" },
	{ "its inside is not", "Content-Type: multipart/digest; boundary=b\n\n"
	    "--b\nContent-Type: multipart/mixed; boundary=c\n\n"
	    "--c\n\nx\n--c--\n--b--\n", "multipart/digest(multipart/mixed(text/plain))", "x" },
	{ "an unknown multipart has parts", "Content-Type: multipart/x-y; "
	    "boundary=b\n\n--b\n\nx\n--b--\n",
	    "multipart/x-y(text/plain)", "x" },
	{ "a multipart that says base64 is read as it stands",
	    "Content-Transfer-Encoding: base64\n" MIXED "--b\n\nx\n--b--\n",
	    "multipart/mixed(text/plain)", "x" },
};

/* TEXT with CRLF for LF, to be freed. */
static struct span
with_crlf(const char *text)
{
	char *copy = malloc(2 * strlen(text) + 1), *to = copy;

	if (copy == NULL)
		abort();
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			*to++ = '\r';
		*to++ = *text;
	}
	return span_make(copy, (size_t)(to - copy));
}

static void
append_contents(const struct mime *m, struct buffer *out)
{
	bool first = true;

	for (size_t i = 0; i < m->count; i++) {
		if (m->parts[i].kind != MIME_LEAF)
			continue;
		if (!first)
			buffer_add_char(out, '|');
		buffer_add(out, m->parts[i].content);
		first = false;
	}
}

static void
check_message(struct span raw, const char *shape, struct span contents)
{
	struct mime_message mm;
	struct buffer out;

	buffer_init(&out, TEXT_MAX);
	mime_message_read(&mm, raw, &mime_message_bounds);
	check_int(mm.status, 0);
	mime_message_shape(&mm.mime, &out);
	check_text(buffer_text(&out), shape);
	buffer_clear(&out);
	append_contents(&mm.mime, &out);
	unit_check_span(buffer_span(&out), contents, __FILE__, __LINE__);
	buffer_release(&out);
	mime_message_release(&mm);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span crlf = with_crlf(rows[i].message);
		struct span contents = with_crlf(rows[i].contents);

		unit_case(rows[i].sentence);
		check_message(span_of(rows[i].message), rows[i].shape,
		    span_of(rows[i].contents));
		check_message(crlf, rows[i].shape, contents);
		free((char *)crlf.ptr);
		free((char *)contents.ptr);
	}
}

static void
test_places(void)
{
	static const char message[] = "Content-Type: multipart/mixed; "
	    "boundary=b\n\nbefore\n--b\nX: y\n" MESSAGE "Subject: s\n\nx\n--b\n"
	    "\ny\n--b--\nbehind\n";
	struct mime_message mm;
	const struct mime_part *p;

	mime_message_read(&mm, span_of(message), &mime_message_bounds);
	p = mm.mime.parts;
	check_size(mm.mime.count, 4);
	check_int(mm.mime.depth, 3);
	check_true(p[0].parent == MIME_NO_PART && p[1].parent == 0 &&
	    p[2].parent == 1 && p[3].parent == 0);
	check_true(p[0].depth == 1 && p[1].depth == 2 && p[2].depth == 3 &&
	    p[3].depth == 2);
	check_true(p[0].kind == MIME_MULTIPART && p[1].kind == MIME_MESSAGE &&
	    p[2].kind == MIME_LEAF && p[3].kind == MIME_LEAF);
	check_span(p[0].header, "");
	unit_check_span(p[0].content, mm.body, __FILE__, __LINE__);
	check_span(p[1].header, "X: y\n" MESSAGE);
	check_span(p[1].content, "Subject: s\n\nx");
	check_span(p[2].header, "Subject: s\n\n");
	check_span(p[2].content, "x");
	check_span(p[3].header, "\n");
	check_span(p[3].content, "y");
	mime_message_release(&mm);
}

static void
test_places_of_a_header(void)
{
	static const char message[] = MIXED "--b\n" MESSAGE "Subject: s\n\n"
	    "--b\n" MESSAGE "Subject: t\n--b\nX: y\n--b--\n";
	struct mime_message mm;
	const struct mime_part *p;

	mime_message_read(&mm, span_of(message), &mime_message_bounds);
	p = mm.mime.parts;
	check_size(mm.mime.count, 6);
	check_span(p[1].content, "Subject: s\n\n");
	check_span(p[2].header, "Subject: s\n\n");
	check_span(p[2].content, "");
	check_span(p[3].content, "Subject: t");
	check_span(p[4].header, "Subject: t");
	check_span(p[4].content, "");
	check_span(p[5].header, "X: y");
	check_span(p[5].content, "");
	mime_message_release(&mm);
}

static void
test_told(void)
{
	static const char message[] = MIXED "--b\nContent-Type: text/html; "
	    "charset=\"ISO-8859-1\"; name=n\n"
	    "Content-Transfer-Encoding: BASE64\n"
	    "Content-Disposition: Attachment; filename=f\n\n\n--b--\n";
	struct mime_message mm;
	const struct mime_part *p;

	mime_message_read(&mm, span_of(message), &mime_message_bounds);
	check_size(mm.mime.count, 2);
	p = &mm.mime.parts[1];
	check_span(p->media.charset, "iso-8859-1");
	check_span(file_names_first(&p->media.names), "n");
	check_span(p->disposition.kind, "attachment");
	check_span(file_names_first(&p->disposition.names), "f");
	check_int(p->transfer, TRANSFER_BASE64);
	check_int(mm.mime.parts[0].transfer, TRANSFER_NONE);
	mime_message_release(&mm);
}

static void
test_bare_cr(void)
{
	struct mime_message mm;

	mime_message_read(&mm, span_of(MIXED "--b\n\nx\r--b\r\n--b--\n"),
	    &mime_message_bounds);
	check_size(mm.mime.count, 2);
	check_span(mm.mime.parts[1].content, "x\r--b");
	mime_message_release(&mm);
}

static void
test_nothing(void)
{
	struct arena arena;
	struct mime m;

	arena_init(&arena, SIZE_MAX);
	check_int(mime_read(&m, NULL, 0, span_make(NULL, 0), true,
	    &mime_message_bounds, &arena), 0);
	check_size(m.count, 1);
	check_span(m.parts[0].media.type, "text/plain");
	check_span(mime_text(&m, 0), "");
	check_size(m.defects, 0);
	arena_release(&arena);
}

static void
test_exhausted(void)
{
	static const char body[] = "--b\n\nx\n--b\n\ny\n--b--\n";
	struct mime_field field = { span_of("Content-Type"),
		span_of("multipart/mixed; boundary=b") };
	struct arena arena;
	struct mime m;
	size_t enough;

	arena_init(&arena, SIZE_MAX);
	check_int(mime_read(&m, &field, 1, span_of(body), true,
	    &mime_message_bounds, &arena), 0);
	enough = arena.used;
	arena_release(&arena);
	for (size_t limit = 0; limit < enough; limit++) {
		arena_init(&arena, limit);
		check_int(mime_read(&m, &field, 1, span_of(body), true,
		    &mime_message_bounds, &arena), -1);
		check_true(arena.exhausted);
		arena_release(&arena);
	}
}

static const struct unit_test tests[] = {
	{ "the parts and what is in them", test_rows },
	{ "where parts begin and end", test_places },
	{ "a header that a delimiter ends", test_places_of_a_header },
	{ "what a header tells of its part", test_told },
	{ "a CR alone ends no line", test_bare_cr },
	{ "without fields and body there is a message", test_nothing },
	{ "an arena that is too small is told", test_exhausted },
};

UNIT_MAIN("mime", tests)
