/*
 * test_smtp_reply.c - replies are read, compared and written.
 */
#include "config.h"

#include "milter/replay/smtp_reply.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const struct {
	const char *sentence;
	const char *wire;
	unsigned code;
	const char *status;
	const char *text;
} reads[] = {
	{ "a reply of one line", "250 2.1.0 Ok\r\n", 250, "2.1.0", "Ok" },
	{ "a reply without a status", "354 End data\r\n", 354, "", "End data" },
	{ "a code alone", "250\r\n", 250, "", "" },
	{ "the lines of one reply are joined, their statuses told once",
	    "550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three\r\n", 550,
	    "5.7.1", "one\ntwo\nthree" },
	{ "what EHLO is answered", "250-mx\r\n250-PIPELINING\r\n250 SIZE\r\n",
	    250, "", "mx\nPIPELINING\nSIZE" },
	{ "LF will do", "421 4.7.0 gone\n", 421, "4.7.0", "gone" },
	{ "no reply", "", 0, "", "" },
};

static void
test_read(void)
{
	struct buffer scratch;
	struct reply reply;

	buffer_init(&scratch, 4096);
	for (size_t i = 0; i < COUNT(reads); i++) {
		unit_case(reads[i].sentence);
		reply = smtp_reply_read(span_of(reads[i].wire), &scratch);
		check_int(reply.code, reads[i].code);
		check_span(reply.status, reads[i].status);
		check_span(reply.text, reads[i].text);
	}
	buffer_release(&scratch);
}

/* A reply as a test has it: "-" stands for nothing. */
struct short_reply {
	unsigned code;
	const char *status;
	const char *text;
};

static struct reply
full(const struct short_reply *r)
{
	return (struct reply){ r->code, span_of(r->status), span_of(r->text) };
}

static const struct {
	const char *sentence;
	struct short_reply want, got;
	bool agrees;
	const char *shown;	/* what was got */
	const char *lines;	/* what would be written */
} pairs[] = {
	{ "a code is compared", { 550, "", "" }, { 554, "5.7.1", "no" }, false,
	    "554", "S: 554\n" },
	{ "a status that is not given is not compared", { 550, "", "" },
	    { 550, "5.7.1", "no" }, true, "550", "S: 550\n" },
	{ "a status that is given is compared", { 550, "5.7.1", "" },
	    { 550, "5.1.1", "no" }, false, "550 5.1.1", "S: 550 5.1.1\n" },
	{ "a status that is missing does not agree", { 550, "5.7.1", "" },
	    { 550, "", "no" }, false, "550", "S: 550\n" },
	{ "a text that is given is compared", { 550, "5.7.1", "no" },
	    { 550, "5.7.1", "never" }, false, "550 5.7.1 never",
	    "S: 550 5.7.1 never\n" },
	{ "the words behind 2xx are the MTA's", { 250, "2.1.0", "Fine" },
	    { 250, "2.1.0", "Ok" }, true, "250 2.1.0", "S: 250 2.1.0\n" },
	{ "a refusal in place of a 250 is shown whole", { 250, "", "" },
	    { 550, "5.7.1", "no" }, false, "550 5.7.1 no",
	    "S: 550 5.7.1 no\n" },
	{ "a 250 in place of a refusal is a code", { 550, "", "no" },
	    { 250, "2.1.0", "Ok" }, false, "250", "S: 250\n" },
	{ "the other lines say that they are not the last", { 250, "", "" },
	    { 550, "5.7.1", "no\nand never" }, false,
	    "550 5.7.1 no\nand never",
	    "S: 550-5.7.1 no\nS: 550 5.7.1 and never\n" },
	{ "an empty line in the middle, and no status", { 250, "", "" },
	    { 450, "", "a\n\nb" }, false, "450 a\n\nb",
	    "S: 450-a\nS: 450-\nS: 450 b\n" },
	{ "silence is no reply", { 250, "", "" }, { 0, "", "" }, false,
	    "no reply", NULL },
	{ "what asks for no code takes every one", { 0, "", "" },
	    { 550, "5.7.1", "no" }, true, NULL, NULL },
};

static void
test_agree(void)
{
	struct buffer out;

	buffer_init(&out, 4096);
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct reply want = full(&pairs[i].want);
		struct reply got = full(&pairs[i].got);

		unit_case(pairs[i].sentence);
		check_int(smtp_reply_agrees(&want, &got), pairs[i].agrees);
		buffer_clear(&out);
		smtp_reply_show(&got, &want, &out);
		if (pairs[i].shown != NULL)
			check_text(buffer_text(&out), pairs[i].shown);
		buffer_clear(&out);
		smtp_reply_lines(&got, &want, &out);
		if (pairs[i].lines != NULL)
			check_text(buffer_text(&out), pairs[i].lines);
	}
	buffer_release(&out);
}

static void
test_class(void)
{
	check_true(smtp_reply_refuses(451) && smtp_reply_refuses(550));
	check_true(!smtp_reply_refuses(250) && !smtp_reply_refuses(354) &&
	    !smtp_reply_refuses(0));
	check_true(smtp_reply_other_class(250, 550));
	check_true(smtp_reply_other_class(250, 354));
	check_true(smtp_reply_other_class(0, 250));
	check_true(!smtp_reply_other_class(550, 554));
}

static const struct unit_test tests[] = {
	{ "a reply is read from what a server says", test_read },
	{ "replies agree in what one of them gives", test_agree },
	{ "replies have classes", test_class },
};

UNIT_MAIN("smtp_reply", tests)
