/*
 * test_delivered.c - unit tests for milter/replay/delivered.c.
 */
#include "config.h"

#include "buffer.h"
#include "milter/replay/delivered.h"
#include "tests/unit/unit.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

/* What is expected is written down by show(). */
static const struct {
	const char *sentence;
	const char *text;
	bool held;
	const char *shown;	/* NULL: it is none */
} files[] = {
	{ "what the server put on top is taken off", "Return-Path: <a@b>\n"
	    "Delivered-To: c@d\nReceived: from x\n\tby y\nSubject: hello\n"
	    "\n.text\n", false,
	    "from a@b, to c@d\nSubject=hello\nSubject: hello\r\n\r\n|.text\r\n" },
	{ "the null sender keeps its name", "Return-Path: <>\n"
	    "Delivered-To: c@d\nA: b\n\n", false,
	    "from <>, to c@d\nA=b\nA: b\r\n\r\n|" },
	{ "a field above the server's own stays there", "Return-Path: <a@b>\n"
	    "Delivered-To: c@d\nX-Top: 1\nReceived: ours\n"
	    "Received: another's\n\n", false,
	    "from a@b, to c@d\nX-Top=1\nReceived=another's\n"
	    "X-Top: 1\r\nReceived: another's\r\n\r\n|" },
	{ "a second Delivered-To is the message's", "Return-Path: <a@b>\n"
	    "Delivered-To: c@d\nDelivered-To: e@f\n\n", false,
	    "from a@b, to c@d\nDelivered-To=e@f\n"
	    "Delivered-To: e@f\r\n\r\n|" },
	{ "what is held has all recipients, and a reason",
	    "Return-Path: <a@b>\nDelivered-To: c@d\nDelivered-To: e@f\n"
	    "X-Quarantine: a doubt\nReceived: ours\nDelivered-To: g\n\nt\n",
	    true, "from a@b, to c@d, to e@f, held: a doubt\nDelivered-To=g\n"
	    "Delivered-To: g\r\n\r\n|t\r\n" },
	{ "with no reason", "Return-Path: <a@b>\nDelivered-To: c@d\n"
	    "X-Quarantine:\n\n", true, "from a@b, to c@d, held: \n\r\n|" },
	{ "nobody is left", "Return-Path: <a@b>\nX-Quarantine: x\n\n", true,
	    "from a@b, held: x\n\r\n|" },
	{ "folds are LF, blanks before a value go", "Return-Path: <a@b>\n"
	    "Delivered-To: c@d\nA:\n  b\n\tc\n\n", false, "from a@b, to c@d\n"
	    "A=b\n\tc\nA:\r\n  b\r\n\tc\r\n\r\n|" },
	{ "there is no body, nor an empty line", "Return-Path: <a@b>\n"
	    "Delivered-To: c@d\nA: b\n", false,
	    "from a@b, to c@d\nA=b\nA: b\r\n|" },
	{ "a body without a line end", "Return-Path: <a@b>\n"
	    "Delivered-To: c@d\n\nabc", false,
	    "from a@b, to c@d\n\r\n|abc" },
	{ "a mailbox has no quarantine", "Return-Path: <a@b>\n"
	    "Delivered-To: c@d\nX-Quarantine: x\n\n", false, "from a@b, "
	    "to c@d\nX-Quarantine=x\nX-Quarantine: x\r\n\r\n|" },
	{ "the quarantine must say so", "Return-Path: <a@b>\n"
	    "Delivered-To: c@d\nA: b\n\n", true, NULL },
	{ "no Delivered-To", "Return-Path: <a@b>\nA: b\n\n", false, NULL },
	{ "no Return-Path", "Delivered-To: c@d\nA: b\n\n", false, NULL },
	{ "nothing at all", "", false, NULL },
	{ "no line", "x", true, NULL },
};

static void
show(const struct smtp_message *m, struct buffer *out)
{
	buffer_add_text(out, "from ");
	buffer_add(out, m->sender);
	for (size_t i = 0; i < m->recipient_count; i++) {
		buffer_add_text(out, ", to ");
		buffer_add(out, m->recipients[i]);
	}
	if (m->quarantined) {
		buffer_add_text(out, ", held: ");
		buffer_add(out, m->quarantine);
	}
	buffer_add_char(out, '\n');
	for (size_t i = 0; i < m->field_count; i++) {
		buffer_add(out, m->fields[i].name);
		buffer_add_char(out, '=');
		buffer_add(out, m->fields[i].value);
		buffer_add_char(out, '\n');
	}
	buffer_add(out, m->header);
	buffer_add_char(out, '|');
	buffer_add(out, m->body);
}

static void
test_files(void)
{
	struct smtp_message m;
	struct buffer out;
	struct arena arena;

	arena_init(&arena, 1 << 20);
	buffer_init(&out, 1 << 20);
	for (size_t i = 0; i < COUNT(files); i++) {
		bool read;

		unit_case(files[i].sentence);
		buffer_clear(&out);
		read = delivered_read(span_of(files[i].text), files[i].held,
		    &arena, &m) == 0;
		if (read)
			show(&m, &out);
		check_text(read ? buffer_text(&out) : NULL, files[i].shown);
		arena_reset(&arena);
	}
	buffer_release(&out);
	arena_release(&arena);
}

/* Every beginning of a file is read, or is none. */
static void
test_cuts(void)
{
	struct span text = span_of(files[4].text);
	struct smtp_message m;
	struct arena arena;

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i <= text.len; i++) {
		(void)delivered_read(span_head(text, i), true, &arena, &m);
		(void)delivered_read(span_skip(text, i), true, &arena, &m);
	}
	check_true(!arena.exhausted);
	arena_release(&arena);
}

static void
test_no_memory(void)
{
	struct smtp_message m;
	struct arena arena;
	size_t limit = 0;
	int result = -1;

	while (result < 0 && limit < 4096) {
		limit += 8;
		arena_init(&arena, limit);
		result = delivered_read(span_of(files[0].text), false, &arena,
		    &m);
		arena_release(&arena);
	}
	check_int(result, 0);
	check_true(limit > strlen(files[0].text));
}

static const struct unit_test tests[] = {
	{ "a file is the message that it was", test_files },
	{ "a file may end anywhere", test_cuts },
	{ "without memory there is no message", test_no_memory },
};

UNIT_MAIN("delivered", tests)
