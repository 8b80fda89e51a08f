/*
 * test_smtp_header.c - what filters are shown of a field, and how much they may
 * do to the header and to the recipients.
 */
#include "config.h"

#include "milter/smtp/envelope.h"
#include "milter/smtp/message.h"
#include "tests/unit/unit.h"

#define MAX ((size_t)4 << 20)
#define CONTENT(text) { text, sizeof text - 1 }

/* Read CONTENT, which is lines. */
static void
read_message(struct message *m, struct span content)
{
	message_init(m, MAX);
	buffer_add(&m->content, content);
	check_int(message_read(m), 0);
}

/* What stands between the colon and the value, for filters that sign. */
static const struct {
	const char *sentence;
	struct span content;
	const char *lead;
} leads[] = {
	{ "a blank", CONTENT("A: 1\r\n"), " " },
	{ "nothing", CONTENT("A:1\r\n"), "" },
	{ "blanks of both kinds", CONTENT("A:\t  1\r\n"), "\t  " },
	{ "a fold", CONTENT("A: \r\n\t1\r\n"), " \n\t" },
	{ "blanks before the colon", CONTENT("A  : 1\r\n"), " " },
	{ "nothing else", CONTENT("A:  \r\n"), "  " },
	{ "a NUL", CONTENT("A: \0 1\r\n"), " " },
	{ "a line of mbox", CONTENT("From me\r\n"), " " },
};

static void
leads_are_kept(void)
{
	for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
		struct message m;

		unit_case(leads[i].sentence);
		read_message(&m, leads[i].content);
		check_size(m.count, 1);
		check_span(m.fields[0].lead, leads[i].lead);
		message_release(&m);
	}
}

/* Add a field, then name one by its number: all have to be sorted each time. */
static void
edits_of_fields_are_bounded(void)
{
	struct edit add = { .kind = EDIT_ADD_HEADER, .name = span_of("X"),
		.value = span_of("1") };
	struct edit change = { .kind = EDIT_CHANGE_HEADER,
		.name = span_of("A"), .value = span_of("2"), .index = 1 };
	struct edit insert = { .kind = EDIT_INSERT_HEADER,
		.name = span_of("Y"), .value = span_of("3"), .index = 1 };
	struct message m;
	struct buffer text;
	size_t done = 0;

	buffer_init(&text, MAX);
	for (size_t i = 0; i < 20000; i++)
		buffer_add_text(&text, "A: 1\r\n");
	read_message(&m, buffer_span(&text));
	while (done < 100000 && message_edit(&m, &add) == 0 &&
	    message_edit(&m, &change) == 0)
		done++;
	check_true(done > 100 && done < 1000);
	message_reset(&m);
	buffer_add(&m.content, buffer_span(&text));
	check_int(message_read(&m), 0);
	for (done = 0; done < 20000 && message_edit(&m, &insert) == 0; done++)
		continue;
	check_true(done > 1000 && done < 20000);
	/* What needs no other field is not bounded by it. */
	message_reset(&m);
	buffer_add(&m.content, buffer_span(&text));
	check_int(message_read(&m), 0);
	for (done = 0; done < 20000; done++) {
		change.index = (unsigned)done + 1;
		check_int(message_edit(&m, &change), 0);
	}
	for (done = 0; done < 20000; done++)
		check_int(message_edit(&m, &add), 0);
	message_release(&m);
	buffer_release(&text);
}

static void
edits_of_recipients_are_bounded(void)
{
	struct edit take = { .kind = EDIT_REMOVE_RECIPIENT,
		.value = span_of("none@x") };
	struct envelope e;
	size_t done = 0;

	envelope_init(&e, MAX);
	for (size_t i = 0; i < 100000; i++)
		check_int(envelope_add(&e, span_of("a@b")), 0);
	while (done < 20000 && envelope_edit(&e, &take) == 0)
		done++;
	check_size(done, 2000);
	check_size(e.count, 100000);
	envelope_release(&e);
}

static const struct unit_test tests[] = {
	{ "leads are kept", leads_are_kept },
	{ "edits of fields are bounded", edits_of_fields_are_bounded },
	{ "edits of recipients are bounded", edits_of_recipients_are_bounded },
};

UNIT_MAIN("smtp_header", tests)
