/*
 * test_smtp_message.c - the fields of a message, and edits to them.
 */
#include "config.h"

#include "milter/smtp/message.h"
#include "tests/support/smtp_stage.h"
#include "tests/unit/unit.h"

#define MAX ((size_t)16 << 20)

static void
read_message(struct message *m, struct span content)
{
	message_init(m, MAX);
	buffer_add(&m->content, content);
	check_int(message_read(m), 0);
}

/* The fields as NAME|VALUE, each with a newline, then [BODY]. */
static void
list(const struct message *m, struct buffer *out)
{
	buffer_clear(out);
	for (size_t i = 0; i < m->count; i++) {
		stage_escape(out, m->fields[i].shown.name);
		buffer_add_char(out, '|');
		stage_escape(out, m->fields[i].shown.value);
		buffer_add_char(out, '\n');
	}
	buffer_add_char(out, '[');
	stage_escape(out, m->body);
	buffer_add_char(out, ']');
}

#define CONTENT(text) { text, sizeof text - 1 }

static const struct {
	const char *sentence;
	struct span content;
	const char *want;
	const char *header;	/* NULL: the content without the body */
} contents[] = {
	{ "fields and a body", CONTENT("A: 1\r\nB: 2\r\n\r\nbody\r\n"),
	    "A|1\nB|2\n[body\\r\\n]", NULL },
	{ "no body", CONTENT("A: 1\r\n\r\n"), "A|1\n[]", NULL },
	{ "no empty line either", CONTENT("A: 1\r\n"), "A|1\n[]", NULL },
	{ "nothing at all", CONTENT(""), "[]", NULL },
	{ "no fields", CONTENT("\r\nbody\r\n"), "[body\\r\\n]", NULL },
	{ "no blank behind the colon", CONTENT("A:1\r\n\r\n"), "A|1\n[]",
	    NULL },
	{ "blanks before and behind the colon", CONTENT("A \t: \t1\r\n\r\n"),
	    "A|1\n[]", "A: \t1\r\n\r\n" },
	{ "blanks at the end of a value", CONTENT("A: 1 \t\r\n\r\n"),
	    "A|1 \\x09\n[]", NULL },
	{ "an empty value", CONTENT("A:\r\nB: \r\n\r\n"), "A|\nB|\n[]", NULL },
	{ "folds are LF", CONTENT("A: 1\r\n\t2\r\n  3\r\nB: 4\r\n\r\n"),
	    "A|1\\n\\x092\\n  3\nB|4\n[]", NULL },
	{ "a fold of blanks alone", CONTENT("A: 1\r\n \r\n 2\r\n\r\n"),
	    "A|1\\n \\n 2\n[]", NULL },
	{ "a value in its second line", CONTENT("A:\r\n 1\r\n\r\n"),
	    "A|1\n[]", NULL },
	{ "a NUL ends a value", CONTENT("A: 1\0 2\r\nB: 3\r\n\r\n"),
	    "A|1\nB|3\n[]", "A: 1\r\nB: 3\r\n\r\n" },
	{ "a NUL in a folded value",
	    CONTENT("A: 1\0 2\r\n 3\r\n\t\0" "4\r\nB: 5\r\n\r\n"),
	    "A|1\nB|5\n[]", "A: 1\r\n 3\r\n\t\r\nB: 5\r\n\r\n" },
	{ "8-bit values", CONTENT("A: \xff\r\n\r\n"), "A|\\xff\n[]", NULL },
	{ "a line that is no field ends the header",
	    CONTENT("A: 1\r\nno field\r\nB: 2\r\n"),
	    "A|1\n[no field\\r\\nB: 2\\r\\n]", "A: 1\r\n\r\n" },
	{ "a first line that is no field", CONTENT("hello\r\n\r\nbody\r\n"),
	    "[hello\\r\\n\\r\\nbody\\r\\n]", "\r\n" },
	{ "a first line that is folded", CONTENT(" x\r\nA: 1\r\n"),
	    "[ x\\r\\nA: 1\\r\\n]", "\r\n" },
	{ "a colon without a name", CONTENT(": x\r\n"), "[: x\\r\\n]",
	    "\r\n" },
	{ "a blank in a name", CONTENT("A B: x\r\n"), "[A B: x\\r\\n]",
	    "\r\n" },
	{ "a control character in a name", CONTENT("A\001: x\r\n"),
	    "[A\\x01: x\\r\\n]", "\r\n" },
	{ "an 8-bit name", CONTENT("\xc3\xa9: x\r\n"),
	    "[\\xc3\\xa9: x\\r\\n]", "\r\n" },
	{ "mbox's first line", CONTENT("From me Mon\r\nA: 1\r\n\r\n"),
	    "X-Mailbox-Line|From me Mon\nA|1\n[]",
	    "X-Mailbox-Line: From me Mon\r\nA: 1\r\n\r\n" },
	{ "mbox's first line, quoted", CONTENT(">From me\r\n\r\n"),
	    "X-Mailbox-Line|>From me\n[]", "X-Mailbox-Line: >From me\r\n\r\n" },
	{ "two of mbox's lines", CONTENT("From a\r\n>>From b\r\nA: 1\r\n\r\n"),
	    "X-Mailbox-Line|From a\nX-Mailbox-Line|>>From b\nA|1\n[]",
	    "X-Mailbox-Line: From a\r\nX-Mailbox-Line: >>From b\r\n"
	    "A: 1\r\n\r\n" },
	{ "mbox's line goes before a field of that name",
	    CONTENT("From : a\r\n\r\n"), "X-Mailbox-Line|From : a\n[]",
	    "X-Mailbox-Line: From : a\r\n\r\n" },
	{ "fields that Postfix removes", CONTENT("Bcc: x\r\n\ty\r\nA: 1\r\n"
	    "return-path: <>\r\nContent-Length: 3\r\nResent-Bcc: z\r\n"
	    "Bcc2: u\r\n\r\n"), "A|1\nBcc2|u\n[]",
	    "A: 1\r\nBcc2: u\r\n\r\n" },
	{ "mbox's line below a field", CONTENT("A: 1\r\nFrom me\r\n"),
	    "A|1\n[From me\\r\\n]", "A: 1\r\n\r\n" },
	{ "a last line without its end", CONTENT("A: 1"), "A|1\n[]", NULL },
};

static void
contents_are_read(void)
{
	struct buffer got;

	buffer_init(&got, MAX);
	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
		struct message m;
		struct span content = contents[i].content;

		unit_case(contents[i].sentence);
		read_message(&m, content);
		list(&m, &got);
		check_text(buffer_text(&got), contents[i].want);
		message_header(&m);
		if (contents[i].header != NULL)
			check_span(buffer_span(&m.header), contents[i].header);
		else
			check_true(span_equal(buffer_span(&m.header),
			    span_head(content, content.len - m.body.len)));
		message_release(&m);
	}
	buffer_release(&got);
}

#define OPS 4

/* ADD, INSERT, CHANGE, REMOVE are short for their edits. */
#define ADD(name, value) { EDIT_ADD_HEADER, { name, sizeof name - 1 }, \
	{ value, sizeof value - 1 }, 0, false }
#define INSERT(at, name, value) { EDIT_INSERT_HEADER, \
	{ name, sizeof name - 1 }, { value, sizeof value - 1 }, at, false }
#define CHANGE(at, name, value) { EDIT_CHANGE_HEADER, \
	{ name, sizeof name - 1 }, { value, sizeof value - 1 }, at, false }
#define REMOVE(at, name) { EDIT_REMOVE_HEADER, \
	{ name, sizeof name - 1 }, { "", 0 }, at, false }

#define EIGHT "X: 1\r\nA: a\r\nX: 2\r\nX: 3\r\nx: 4\r\nX: 5\r\nB: b\r\n" \
	"X: 6\r\nX: 7\r\nX: 8\r\n"

static const struct {
	const char *sentence;
	const char *before;
	struct edit ops[OPS];
	size_t count;
	const char *after;
} edits[] = {
	{ "added fields stand at the bottom", "A: 1\r\nB: 2\r\n",
	    { ADD("C", "3"), ADD("D", "4") }, 2,
	    "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n" },
	{ "inserted fields stand at the top, the last one first",
	    "A: 1\r\n", { INSERT(0, "B", "2"), INSERT(0, "C", "3") }, 2,
	    "C: 3\r\nB: 2\r\nA: 1\r\n" },
	{ "an inserted field leaves as many above as it says",
	    "A: 1\r\nB: 2\r\n", { INSERT(1, "C", "3"), INSERT(2, "D", "4") },
	    2, "A: 1\r\nC: 3\r\nD: 4\r\nB: 2\r\n" },
	{ "inserted below more fields than there are",
	    "A: 1\r\n", { INSERT(99, "B", "2") }, 1, "A: 1\r\nB: 2\r\n" },
	{ "a changed field keeps its place", "A: 1\r\nB: 2\r\nC: 3\r\n",
	    { CHANGE(1, "B", "x") }, 1, "A: 1\r\nB: x\r\nC: 3\r\n" },
	{ "a changed field has the name of the edit", "subject: 1\r\n",
	    { CHANGE(1, "Subject", "2") }, 1, "Subject: 2\r\n" },
	{ "index 0 is the first", "A: 1\r\nA: 2\r\n", { CHANGE(0, "A", "x") },
	    1, "A: x\r\nA: 2\r\n" },
	{ "a change of what is not there adds", "A: 1\r\n",
	    { CHANGE(2, "A", "x") }, 1, "A: 1\r\nA: x\r\n" },
	{ "a change to nothing leaves the field", "A: 1\r\nA: 2\r\n",
	    { CHANGE(2, "A", "") }, 1, "A: 1\r\nA:  \r\n" },
	{ "a change to nothing of what is not there", "A: 1\r\n",
	    { CHANGE(2, "A", "") }, 1, "A: 1\r\nA: \r\n" },
	{ "a removed field goes with its folds", "A: 1\r\n x\r\nB: 2\r\n",
	    { REMOVE(1, "a") }, 1, "B: 2\r\n" },
	{ "removal of what is not there", "A: 1\r\n", { REMOVE(2, "A") }, 1,
	    "A: 1\r\n" },
	{ "LF in a value are folds", "A: 1\r\n", { ADD("B", "x\n y\n\tz") },
	    1, "A: 1\r\nB: x\r\n y\r\n\tz\r\n" },
	{ "a LF in a value begins no field", "A: 1\r\n",
	    { ADD("B", "x\nC: y\n\nz\n") }, 1,
	    "A: 1\r\nB: x\r\n\tC: y\r\n\t\r\n\tz\r\n\t\r\n" },
	{ "a CRLF neither, and a CR is a space", "A: 1\r\n",
	    { ADD("B", "x\r\nC: y\rz\r") }, 1,
	    "A: 1\r\nB: x\r\n\tC: y z \r\n" },
	{ "a NUL ends a value", "A: 1\r\n", { ADD("B", "x\0y") }, 1,
	    "A: 1\r\nB: x\r\n" },
	{ "a name that is none", "A: 1\r\n",
	    { ADD("B C", "x"), ADD("", "x"), ADD("B:", "x"),
		ADD("B\r\nC", "x") }, 4, "A: 1\r\n" },
	{ "an added field of no value", "A: 1\r\n", { ADD("B", "") }, 1,
	    "A: 1\r\nB: \r\n" },
	{ "the others stay byte for byte",
	    "A:1\r\nB:\t2 \r\n\t x\r\nC: \xff\r\n",
	    { REMOVE(1, "none"), ADD("D", "4") }, 2,
	    "A:1\r\nB:\t2 \r\n\t x\r\nC: \xff\r\nD: 4\r\n" },
	{ "three of eight go, from below", EIGHT,
	    { REMOVE(8, "X"), REMOVE(4, "X"), REMOVE(1, "X") }, 3,
	    "A: a\r\nX: 2\r\nX: 3\r\nX: 5\r\nB: b\r\nX: 6\r\nX: 7\r\n" },
	{ "from above, what is below is counted anew", EIGHT,
	    { REMOVE(1, "X"), REMOVE(2, "X"), CHANGE(6, "X", "y") }, 3,
	    "A: a\r\nX: 2\r\nx: 4\r\nX: 5\r\nB: b\r\nX: 6\r\nX: 7\r\n"
	    "X: y\r\n" },
	{ "one of eight is changed, two go", EIGHT,
	    { CHANGE(6, "X", "six"), REMOVE(5, "X"), REMOVE(4, "X") }, 3,
	    "X: 1\r\nA: a\r\nX: 2\r\nX: 3\r\nB: b\r\nX: six\r\nX: 7\r\n"
	    "X: 8\r\n" },
	{ "an added field counts", "A: 1\r\n",
	    { ADD("A", "2"), CHANGE(2, "A", "x") }, 2, "A: 1\r\nA: x\r\n" },
	{ "the only field goes", "A: 1\r\n", { REMOVE(1, "A") }, 1, "" },
};

static void
edits_are_done_as_postfix_does_them(void)
{
	struct buffer want;

	buffer_init(&want, MAX);
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		struct message m;
		struct buffer content;

		unit_case(edits[i].sentence);
		buffer_init(&content, MAX);
		buffer_addf(&content, "%s\r\n.body\r\n", edits[i].before);
		read_message(&m, buffer_span(&content));
		for (size_t op = 0; op < edits[i].count; op++)
			check_int(message_edit(&m, &edits[i].ops[op]), 0);
		message_settle(&m);
		message_header(&m);
		buffer_clear(&want);
		buffer_addf(&want, "%s\r\n", edits[i].after);
		check_text(buffer_text(&m.header), buffer_text(&want));
		check_span(m.body, ".body\r\n");
		message_release(&m);
		buffer_release(&content);
	}
	buffer_release(&want);
}

/* The same message as a row of names and numbers, edited in the plain way. */
struct plain {
	struct { size_t name; unsigned value; } at[400];
	size_t count;
};

static const char *const plain_names[] = { "A", "b", "Long-Name" };
static const char *const other_case[] = { "a", "B", "LONG-naMe" };

/* Place of the INDEX-th field NAME; count when there are fewer. */
static size_t
plain_find(const struct plain *p, size_t name, unsigned index)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->at[i].name == name && index-- <= 1)
			break;
	return i;
}

static void
plain_edit(struct plain *p, enum edit_kind kind, size_t name, unsigned index,
    unsigned value)
{
	size_t place = p->count;

	if (kind == EDIT_CHANGE_HEADER || kind == EDIT_REMOVE_HEADER)
		place = plain_find(p, name, index);
	else if (kind == EDIT_INSERT_HEADER && index < p->count)
		place = index;
	if (kind == EDIT_REMOVE_HEADER) {
		if (place == p->count)
			return;
		p->count--;
		memmove(p->at + place, p->at + place + 1,
		    (p->count - place) * sizeof p->at[0]);
		return;
	}
	if (kind != EDIT_CHANGE_HEADER || place == p->count) {
		memmove(p->at + place + 1, p->at + place,
		    (p->count++ - place) * sizeof p->at[0]);
		p->at[place].name = name;
	}
	p->at[place].value = value;
}

static unsigned
next_random(unsigned *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

/* One edit of both; removals are the most frequent, others shrink and grow. */
static void
edit_both(struct message *m, struct plain *p, unsigned *seed, unsigned value)
{
	static const enum edit_kind kinds[] = { EDIT_REMOVE_HEADER,
		EDIT_REMOVE_HEADER, EDIT_REMOVE_HEADER, EDIT_CHANGE_HEADER,
		EDIT_CHANGE_HEADER, EDIT_ADD_HEADER, EDIT_INSERT_HEADER };
	enum edit_kind kind = kinds[next_random(seed) % 7];
	size_t name = next_random(seed) % 3;
	unsigned index = next_random(seed) % (p->count < 60 ? 70 : 40);
	char text[16];
	struct edit edit = { kind, span_of(other_case[name]), span_of(text),
		index, false };

	snprintf(text, sizeof text, "%u", value);
	edit.value = span_of(text);
	plain_edit(p, kind, name, index, value);
	check_int(message_edit(m, &edit), 0);
}

static void
check_both(const struct message *m, const struct plain *p)
{
	char text[16];

	check_size(m->count, p->count);
	for (size_t i = 0; i < p->count && i < m->count; i++) {
		snprintf(text, sizeof text, "%u", p->at[i].value);
		check_span(m->fields[i].shown.value, text);
		check_true(span_equal_nocase(m->fields[i].shown.name,
		    span_of(plain_names[p->at[i].name])));
	}
}

static void
edits_are_done_as_in_a_plain_list(void)
{
	unsigned seed = 1;

	for (unsigned round = 0; round < 200; round++) {
		struct plain p = { .count = round % 160 };
		struct message m;

		message_init(&m, MAX);
		for (unsigned i = 0; i < p.count; i++) {
			p.at[i].name = next_random(&seed) % 3;
			p.at[i].value = i;
			buffer_addf(&m.content, "%s: %u\r\n",
			    plain_names[p.at[i].name], i);
		}
		check_int(message_read(&m), 0);
		for (unsigned i = 0; i < 200; i++)
			edit_both(&m, &p, &seed, 1000 + i);
		message_settle(&m);
		check_both(&m, &p);
		message_release(&m);
	}
}

/* From above or from below, two names in turn. */
static void
many_fields_are_removed(void)
{
	struct edit remove = REMOVE(1, "A"), add = ADD("C", "3");
	struct message m;

	for (int below = 0; below <= 1; below++) {
		message_init(&m, MAX);
		for (size_t i = 0; i < MESSAGE_FIELDS_MAX / 2; i++)
			buffer_add_text(&m.content, "A: 1\r\nB: 2\r\n");
		check_int(message_read(&m), 0);
		for (unsigned i = MESSAGE_FIELDS_MAX / 2; i > 1; i--) {
			remove.index = below ? i : 1;
			remove.name = span_of("a");
			check_int(message_edit(&m, &remove), 0);
			remove.name = span_of("b");
			check_int(message_edit(&m, &remove), 0);
		}
		check_int(message_edit(&m, &add), 0);
		message_settle(&m);
		check_size(m.count, 3);
		check_span(m.fields[0].shown.name, "A");
		check_span(m.fields[1].shown.name, "B");
		check_span(m.fields[2].shown.name, "C");
		message_release(&m);
	}
}

static void
a_message_is_forgotten_by_a_reset(void)
{
	struct message m;
	struct edit add = ADD("B", "2");

	read_message(&m, span_of("A: 1\r\n\r\nbody\r\n"));
	check_int(message_edit(&m, &add), 0);
	message_settle(&m);
	message_reset(&m);
	check_size(m.count, 0);
	check_size(m.body.len, 0);
	buffer_add_text(&m.content, "C: 3\r\n\r\n");
	check_int(message_read(&m), 0);
	check_size(m.count, 1);
	check_span(m.fields[0].shown.name, "C");
	message_release(&m);
	message_release(&m);
}

/* What is left of a field of FIRST bytes and SECOND lines of LINE bytes. */
static size_t
length_shown(size_t first, size_t second, size_t line)
{
	struct message m;
	size_t shown;

	message_init(&m, MAX);
	buffer_add_text(&m.content, "A: ");
	while (m.content.len < first)
		buffer_add_char(&m.content, 'f');
	for (size_t i = 0; i < second; i++) {
		buffer_add_text(&m.content, "\r\n ");
		for (size_t k = 1; k < line; k++)
			buffer_add_char(&m.content, 's');
	}
	buffer_add_text(&m.content, "\r\nB: 2\r\n\r\nbody\r\n");
	check_int(message_read(&m), 0);
	check_size(m.count, 2);
	check_span(m.fields[1].shown.value, "2");
	shown = m.fields[0].shown.value.len;
	/* CR counts in what is sent on. */
	check_true(m.fields[0].raw.len >= shown + 5);
	check_true(m.fields[0].raw.len <= shown + 5 + second);
	message_release(&m);
	return shown;
}

static void
long_fields_are_cut_where_postfix_cuts_them(void)
{
	check_size(length_shown(60000, 0, 0), 59997);
	check_size(length_shown(60001, 0, 0), 59997);
	check_size(length_shown(110000, 0, 0), 59997);
	check_size(length_shown(8, 80, 899), 59405);
	check_size(length_shown(8, 150, 899), 59405);
	check_size(length_shown(54999, 1, 70000), 59997);
	check_size(length_shown(55000, 1, 70000), 54997);
	check_size(length_shown(59900, 1, 70000), 59897);
}

static int
read_fields(size_t count)
{
	struct message m;
	int result;

	message_init(&m, MAX);
	for (size_t i = 0; i < count; i++)
		buffer_add_text(&m.content, "A:\r\n");
	result = message_read(&m);
	message_release(&m);
	return result;
}

static void
headers_are_bounded(void)
{
	check_int(read_fields(MESSAGE_FIELDS_MAX), 0);
	check_int(read_fields(MESSAGE_FIELDS_MAX + 1), -1);
}

static const struct unit_test tests[] = {
	{ "the header is read as Postfix reads it", contents_are_read },
	{ "edits are done as Postfix does them",
	    edits_are_done_as_postfix_does_them },
	{ "edits are done as in a plain list",
	    edits_are_done_as_in_a_plain_list },
	{ "all fields but a few are removed", many_fields_are_removed },
	{ "a message is forgotten by a reset",
	    a_message_is_forgotten_by_a_reset },
	{ "long fields are cut where Postfix cuts them",
	    long_fields_are_cut_where_postfix_cuts_them },
	{ "a header is bounded", headers_are_bounded },
};

UNIT_MAIN("smtp_message", tests)
