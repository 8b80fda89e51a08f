/*
 * test_mime_bounds.c - messages made to cost much cost little.
 *
 * What is beyond a bound is not read, and a defect says so; what is before it
 * is there. Memory is counted, not time.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/mail/mime/mime.h"
#include "tests/support/mime_message.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define MUCH 100000
#define BODY_MAX (64u << 20)
#define ARENA_MAX (2u << 20)

struct hostile {
	const char *sentence;
	const char *type;
	const char *begin;
	void (*repeat)(struct buffer *body, int i);
	const char *end;
	/* What is to come of it. */
	size_t parts;
	unsigned depth;
	uint64_t defects;
	bool lost;
};

static void
empty_part(struct buffer *body, int i)
{
	(void)i;
	buffer_add_text(body, "--b\r\n\r\n");
}

static void
no_part(struct buffer *body, int i)
{
	(void)i;
	buffer_add_text(body, "--b\r\n");
}

static void
nested(struct buffer *body, int i)
{
	buffer_addf(body, "--%05d\r\nContent-Type: multipart/mixed; "
	    "boundary=%05d\r\n\r\n", i, i + 1);
}

static void
nested_message(struct buffer *body, int i)
{
	(void)i;
	buffer_add_text(body, "Content-Type: message/rfc822\r\n\r\n");
}

static void
header_line(struct buffer *body, int i)
{
	buffer_addf(body, "X%d: y\r\n", i);
}

static void
folded_line(struct buffer *body, int i)
{
	(void)i;
	buffer_add_text(body, " x\r\n");
}

static void
content_type(struct buffer *body, int i)
{
	(void)i;
	buffer_add_text(body, "Content-Type: a/b\r\n");
}

static void
parameter(struct buffer *body, int i)
{
	buffer_addf(body, "; p%d=x", i);
}

static void
text_part(struct buffer *body, int i)
{
	buffer_addf(body, "--b\r\nContent-Type: text/plain; name=%d\r\n"
	    "\r\nx\r\n", i);
}

#define MIXED "multipart/mixed; boundary=b"
#define BIT DEFECT_BIT

static const struct hostile rows[] = {
	{ "empty parts", MIXED, "", empty_part, "--b--\r\n", 1000, 2,
	    BIT(DEFECT_TOO_MANY_PARTS), true },
	{ "not even empty ones", MIXED, "", no_part, "--b--\r\n", 1000, 2,
	    BIT(DEFECT_TOO_MANY_PARTS), true },
	{ "parts that say much", MIXED, "", text_part, "--b--\r\n", 1000, 2,
	    BIT(DEFECT_TOO_MANY_PARTS), true },
	{ "multiparts in multiparts", "multipart/mixed; boundary=00000", "",
	    nested, "--00000--\r\n", 32, 32,
	    BIT(DEFECT_TOO_DEEP) | BIT(DEFECT_UNCLOSED), true },
	{ "messages in messages", "message/rfc822", "", nested_message, "", 32,
	    32, BIT(DEFECT_TOO_DEEP), true },
	{ "fields of a part", MIXED, "--b\r\n", header_line,
	    "Content-Type: text/html\r\n\r\n--b--\r\n", 2, 2,
	    BIT(DEFECT_LONG_PART_HEADER), true },
	{ "a field of many lines", MIXED, "--b\r\nX: y\r\n", folded_line,
	    "\r\n--b--\r\n", 2, 2, BIT(DEFECT_LONG_PART_HEADER), true },
	{ "a type of many lines", MIXED, "--b\r\nContent-Type: a/b;\r\n",
	    folded_line, "\r\n--b--\r\n", 2, 2,
	    BIT(DEFECT_LONG_PART_HEADER) | BIT(DEFECT_BAD_CONTENT_TYPE),
	    true },
	{ "many types", MIXED, "--b\r\n", content_type, "\r\n--b--\r\n", 2, 2,
	    BIT(DEFECT_LONG_PART_HEADER) | BIT(DEFECT_TWO_CONTENT_TYPES),
	    true },
	{ "many parameters", MIXED, "--b\r\nContent-Type: a/b", parameter,
	    "\r\n\r\n--b--\r\n", 2, 2, BIT(DEFECT_LONG_PART_HEADER) |
	    BIT(DEFECT_LONG_LINE) | BIT(DEFECT_BAD_CONTENT_TYPE), true },
};

static struct span
make_body(const struct hostile *h, struct buffer *body)
{
	buffer_clear(body);
	buffer_add_text(body, h->begin);
	for (int i = 0; i < MUCH; i++)
		h->repeat(body, i);
	buffer_add_text(body, h->end);
	check_true(!body->overflow);
	return buffer_span(body);
}

static void
test_hostile(void)
{
	struct buffer body;

	buffer_init(&body, BODY_MAX);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mime_field field = { span_of("Content-Type"),
			span_of(rows[i].type) };
		struct arena arena;
		struct mime m;

		unit_case(rows[i].sentence);
		arena_init(&arena, ARENA_MAX);
		check_int(mime_read(&m, &field, 1, make_body(&rows[i], &body),
		    true, &mime_message_bounds, &arena), 0);
		check_size(m.count, rows[i].parts);
		check_int(m.depth, rows[i].depth);
		check_size(m.defects, rows[i].defects);
		check_int(m.lost, rows[i].lost);
		arena_release(&arena);
	}
	buffer_release(&body);
}

static const struct {
	const char *sentence;
	struct mime_bounds bounds;
	const char *shape;
	const char *defects;
} cuts[] = {
	{ "none", { 32, 1000, 0 }, "multipart/mixed(text/plain "
	    "message/rfc822(multipart/mixed(text/html text/css)) text/plain)",
	    "" },
	{ "just enough", { 4, 7, 0 }, "multipart/mixed(text/plain "
	    "message/rfc822(multipart/mixed(text/html text/css)) text/plain)",
	    "" },
	{ "one level less", { 3, 7, 0 }, "multipart/mixed!(text/plain "
	    "message/rfc822!(multipart/mixed!) text/plain)", "too-deep" },
	{ "two levels", { 2, 7, 0 }, "multipart/mixed!(text/plain "
	    "message/rfc822! text/plain)", "too-deep" },
	{ "one level", { 1, 7, 0 }, "multipart/mixed!", "too-deep" },
	{ "one part less", { 4, 6, 0 }, "multipart/mixed!(text/plain "
	    "message/rfc822(multipart/mixed(text/html text/css)))",
	    "too-many-parts" },
	{ "not all of the parts inside", { 4, 5, 0 },
	    "multipart/mixed!(text/plain "
	    "message/rfc822!(multipart/mixed!(text/html)))",
	    "too-many-parts" },
	{ "no part for the message inside", { 4, 3, 0 },
	    "multipart/mixed!(text/plain message/rfc822!)",
	    "too-many-parts" },
	{ "one part", { 4, 1, 0 }, "multipart/mixed!", "too-many-parts" },
};

static void
test_cuts(void)
{
	static const char message[] = "Content-Type: " MIXED "\r\n\r\n"
	    "--b\r\n\r\nx\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
	    "Content-Type: multipart/mixed; boundary=c\r\n\r\n"
	    "--c\r\nContent-Type: text/html\r\n\r\ny\r\n"
	    "--c\r\nContent-Type: text/css\r\n\r\nz\r\n--c--\r\n"
	    "--b\r\n\r\nx\r\n--b--\r\n";

	for (size_t i = 0; i < COUNT(cuts); i++) {
		struct mime_message mm;
		struct buffer text;

		unit_case(cuts[i].sentence);
		buffer_init(&text, BODY_MAX);
		mime_message_read(&mm, span_of(message), &cuts[i].bounds);
		mime_message_shape(&mm.mime, &text);
		check_text(buffer_text(&text), cuts[i].shape);
		buffer_clear(&text);
		mime_message_defects(&mm.mime, &text);
		check_text(buffer_text(&text), cuts[i].defects);
		check_int(mm.mime.lost, cuts[i].defects[0] != '\0');
		buffer_release(&text);
		mime_message_release(&mm);
	}
}

/* What was not read is there as bytes. */
static void
test_opaque(void)
{
	static const struct mime_bounds bounds = { 2, 1000, 1000 };
	static const char message[] = "Content-Type: " MIXED "\r\n\r\n--b\r\n"
	    "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n"
	    "--c--\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\r\ny\r\n"
	    "--b--\r\n";
	struct mime_message mm;

	mime_message_read(&mm, span_of(message), &bounds);
	check_size(mm.mime.count, 3);
	check_int(mm.mime.parts[1].kind, MIME_LEAF);
	check_span(mm.mime.parts[1].content, "--c\r\n\r\nx\r\n--c--");
	check_true(mime_is_attachment(&mm.mime, 1));
	check_int(mm.mime.parts[2].kind, MIME_LEAF);
	check_span(mm.mime.parts[2].content, "\r\ny");
	check_true(!mime_is_attachment(&mm.mime, 2));
	mime_message_release(&mm);
}

/* Just MIME_HEADER_MAX bytes of a header are read. */
static void
test_long_header(void)
{
	for (size_t more = 0; more <= 1; more++) {
		struct mime_message mm;
		struct buffer raw;

		buffer_init(&raw, BODY_MAX);
		buffer_add_text(&raw, "Content-Type: " MIXED "\n\n--b\nX: ");
		for (size_t i = 0; i < MIME_HEADER_MAX - 3 - 1 - 24 - 1 + more;
		    i++)
			buffer_add_char(&raw, 'y');
		buffer_add_text(&raw,
		    "\nContent-Type: text/html\n\nx\n--b--\n");
		mime_message_read(&mm, buffer_span(&raw),
		    &mime_message_bounds);
		check_size(mm.mime.count, 2);
		check_size(mm.mime.parts[1].header.len, MIME_HEADER_MAX + more);
		check_span(mm.mime.parts[1].content, "x");
		/* One byte more is the empty line; the field is there. */
		check_span(mm.mime.parts[1].media.type, "text/html");
		check_int((mm.mime.defects &
		    DEFECT_BIT(DEFECT_LONG_PART_HEADER)) != 0, more == 1);
		buffer_release(&raw);
		mime_message_release(&mm);
	}
}

/* So much of the fields of all parts together. */
static void
test_long_headers(void)
{
	size_t most = MIME_FIELDS_MAX + MIME_FIELDS_PER_PART *
	    mime_message_bounds.parts - (sizeof "Content-Type" MIXED - 1);

	for (size_t more = 0; more <= 1; more++) {
		struct mime_message mm;
		struct buffer raw;

		buffer_init(&raw, BODY_MAX);
		buffer_add_text(&raw, "Content-Type: " MIXED "\n\n");
		for (int i = 0; i < 8; i++) {
			buffer_addf(&raw, "--b\nX: yyyy\nContent-Type:");
			for (size_t k = sizeof "Content-Type" - 1;
			    k < most / 8 + (i == 0 ? most % 8 + more : 0); k++)
				buffer_add_char(&raw, 'y');
			buffer_add_text(&raw, "\n\nx\n");
		}
		buffer_add_text(&raw, "--b--\n");
		mime_message_read(&mm, buffer_span(&raw),
		    &mime_message_bounds);
		check_size(mm.mime.count, 9);
		check_int(mm.mime.lost, more == 1);
		check_int(mm.mime.parts[7].opaque, 0);
		check_int(mm.mime.parts[8].opaque, more == 1);
		check_int((mm.mime.defects &
		    DEFECT_BIT(DEFECT_LONG_PART_HEADER)) != 0, more == 1);
		buffer_release(&raw);
		mime_message_release(&mm);
	}
}

/* Files have a digest, wherever they are; messages around them not all. */
static void
test_digests(void)
{
	for (int deep = 2; deep <= 30; deep += 14) {
		struct mime_message mm;
		struct buffer raw;
		bool all = deep < 30;

		buffer_init(&raw, BODY_MAX);
		for (int i = 1; i < deep; i++)
			buffer_add_text(&raw,
			    "Content-Type: message/rfc822; name=a\n\n");
		buffer_add_text(&raw, "Content-Type: a/b\n\n");
		for (size_t i = 0; i < 1 << 20; i++)
			buffer_add_char(&raw, 'y');
		mime_message_read(&mm, buffer_span(&raw),
		    &mime_message_bounds);
		check_size(mm.mime.count, (size_t)deep);
		check_size(strlen(mime_sha256(&mm.mime, 0)), 64);
		check_size(strlen(mime_sha256(&mm.mime, (size_t)deep - 2)),
		    all ? 64 : 0);
		check_size(strlen(mime_sha256(&mm.mime, (size_t)deep - 1)),
		    64);
		check_int((mm.mime.defects & DEFECT_BIT(DEFECT_UNDIGESTED)) !=
		    0, !all);
		check_true(!mm.mime.lost);
		buffer_release(&raw);
		mime_message_release(&mm);
	}
}

/* Open boundaries that begin alike, and lines that begin as they do. */
static void
test_alike(void)
{
	for (size_t common = 0; common <= 20; common++) {
		struct mime_bounds bounds = mime_message_bounds;
		struct mime_message mm;
		struct buffer raw;

		buffer_init(&raw, BODY_MAX);
		for (int i = 0; i < 20; i++) {
			if (i > 0)
				buffer_addf(&raw, "--%.*s%c\n", (int)common,
				    "01234567890123456789", 'A' + i - 1);
			buffer_addf(&raw, "Content-Type: multipart/mixed; "
			    "boundary=%.*s%c\n\n", (int)common,
			    "01234567890123456789", 'A' + i);
		}
		for (int i = 0; i < 20; i++)
			buffer_addf(&raw, "--%.*s%c\n", (int)common,
			    "01234567890123456789", 'Z' - i);
		bounds.depth = 21;
		mime_message_read(&mm, buffer_span(&raw), &bounds);
		/* Those from T to G are delimiters. */
		check_size(mm.mime.count, 20 + 14);
		check_int(mm.mime.defects & DEFECT_BIT(DEFECT_SAME_BOUNDARY),
		    0);
		buffer_release(&raw);
		mime_message_release(&mm);
	}
}

static const struct unit_test tests[] = {
	{ "much of anything takes little memory", test_hostile },
	{ "parts beyond a bound are not there, and that is told", test_cuts },
	{ "what was not read is there as bytes", test_opaque },
	{ "so much of a part's header is read", test_long_header },
	{ "and of all their fields", test_long_headers },
	{ "messages in messages are digested as far", test_digests },
	{ "boundaries that begin alike are told apart", test_alike },
};

UNIT_MAIN("mime_bounds", tests)
