/*
 * test_engine_lost.c - what a limit took away, and what is answered then.
 *
 * Each message is larger than a limit. The same questions are asked of one that
 * is not, in other tests.
 */
#include "config.h"

#include <stdio.h>

#include "buffer.h"
#include "tests/support/mail_facts.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define FILE_PART(name, content) "--b\nContent-Type: application/x-test\n" \
	"Content-Disposition: attachment; filename=\"" name "\"\n\n" content "\n"
#define DIGITS "0123456789"
#define HUNDRED DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS \
	DIGITS DIGITS

#define TEXT_WHY "the text goes on behind limits.body"
#define RAW_WHY "the body goes on behind limits.body"
#define SIZE_WHY "the message goes on behind limits.message"
#define DEPTH_WHY "the message has parts below limits.mime_depth"
#define PARTS_WHY "the message has more parts than limits.mime_parts"

struct row {
	const char *sentence;
	const char *condition;
	const char *want;
};

static void
check_rows(const char *settings, const char *message, const struct row *rows,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unit_case(rows[i].sentence);
		check_text(mail_answer(settings, rows[i].condition,
		    span_of(message)), rows[i].want);
	}
}

/* limits.body: 40, of two texts with 30 and 20 bytes. */
static const struct row cut_rows[] = {
	{ "what is there is found", "body: {contains: first}", "yes" },
	{ "in the text that is cut, too", "body: {contains: second}", "yes" },
	{ "what is not found is not there", "body: {contains: needle}", "no" },
	{ "but nobody can say that it is missing",
	    "not: {body: {contains: needle}}", TEXT_WHY },
	{ "nor with none", "none: [{body: {contains: needle}}, {helo: no}]",
	    TEXT_WHY },
	{ "what is found is not missing", "not: {body: {contains: second}}",
	    "no" },
	{ "a text that is whole is not it", "body: {is_not: '/second/'}",
	    "yes" },
	{ "one that is cut might be",
	    "body: {contains: second, is_not: '/needle/'}", TEXT_WHY },
	{ "every text has it", "body: {every: {contains: t}}", "yes" },
	{ "one that is whole has it not", "body: {every: {contains: second}}",
	    "no" },
	{ "and that is certain", "not: {body: {every: {contains: second}}}",
	    "yes" },
	{ "only the one that is cut", "body: {every: {matches: "
	    "'/first|needle/'}}", "no" },
	{ "which is not", "not: {body: {every: {matches: "
	    "'/first|needle/'}}}", TEXT_WHY },
	{ "every text lacks it", "body: {every: {is_not: '/needle/'}}",
	    TEXT_WHY },
	{ "there are texts", "body: {exists: true}", "yes" },
	{ "that is certain", "not: {body: {exists: true}}", "no" },
	{ "their number is known", "body: {count: 2}", "yes" },
	{ "whatever it is not", "not: {body: {count: 3}}", "yes" },
	{ "twice not is once", "not: {not: {body: {contains: needle}}}", "no" },
	{ "the defect has a name", "mime.defect: truncated", "yes" },
	{ "which helps", "any: [{mime.defect: truncated}, "
	    "{not: {body: {contains: needle}}}]", "yes" },
};

static void
test_cut_text(void)
{
	check_rows("limits: {body: 40}", MIXED "--b\n\n"
	    "the first text with 30 bytes..\n--b\n\n"
	    "the second needle...\n--b--\n", cut_rows, COUNT(cut_rows));
}

/* limits.body: 60, which ends within the second URL. */
static const struct row url_rows[] = {
	{ "a URL that is there", "url.host: one.example", "yes" },
	{ "one that may come", "url.host: evil.example", "no" },
	{ "or not", "not: {url.host: evil.example}", TEXT_WHY },
	{ "some URL is another", "url.host: {is_not: evil.example}", "yes" },
	{ "the last one may go on", "url.host: {is_not: [one.example, "
	    "evil.example]}", TEXT_WHY },
	{ "all may not be all", "url.host: {every: {in: [.example]}}",
	    TEXT_WHY },
	{ "one that is not is enough", "url.host: {every: evil.example}",
	    "no" },
	{ "and certain", "not: {url.host: {every: evil.example}}", "yes" },
	{ "there are some", "url: {exists: true}", "yes" },
	{ "at least so many", "url: {count: {ge: 2}}", "yes" },
	{ "perhaps more", "url: {count: {gt: 2}}", "no" },
	{ "which nobody knows", "not: {url: {count: {gt: 2}}}", TEXT_WHY },
	{ "nor whether these are all", "url: {count: 2}", TEXT_WHY },
	{ "or how many at most", "url: {count: {le: 2}}", TEXT_WHY },
	{ "fewer there are not", "url: {count: {lt: 2}}", "no" },
	{ "that is certain", "not: {url: {count: {lt: 2}}}", "yes" },
	{ "so is another number", "not: {url: {count: 1}}", "yes" },
	{ "so is what one that is whole decides", "not: {url.host: {is_not: "
	    "[one.example, evil.example], every: evil.example}}", "yes" },
	{ "and one bound of two", "not: {url: {count: {le: 5, lt: 2}}}",
	    "yes" },
	{ "one URL", "same: {url: {host: one.example, url: '/a$/'}}", "yes" },
	{ "none of these", "same: {url: {host: one.example, url: '/b$/'}}",
	    "no" },
	{ "but perhaps another", "not: {same: {url: {host: one.example, url: "
	    "'/b$/'}}}", TEXT_WHY },
};

static void
test_cut_urls(void)
{
	check_rows("limits: {body: 60}", "\nsee http://one.example/a and "
	    DIGITS " http://two.example/with/a/long/path\n"
	    "http://evil.example/\n", url_rows, COUNT(url_rows));
	unit_case("no URL, so far");
	check_text(mail_answer("limits: {body: 10}", "url: {exists: false}",
	    span_of("\n" HUNDRED)), TEXT_WHY);
	check_text(mail_answer("limits: {body: 10}", "url: {exists: true}",
	    span_of("\n" HUNDRED)), "no");
	check_text(mail_answer("limits: {body: 10}",
	    "not: {url: {exists: true}}", span_of("\n" HUNDRED)), TEXT_WHY);
	check_text(mail_answer("limits: {body: 10}", "url: {every: x}",
	    span_of("\n" HUNDRED)), "no");
}

/* The answer is remembered, and that the limit had a part in it. */
static void
test_remembered(void)
{
	check_text(mail_answer("limits: {body: 10}}\nconditions: {c: {body: "
	    "{contains: needle}}", "any: [{condition: c}, "
	    "{not: {condition: c}}]", span_of("\n" HUNDRED)), TEXT_WHY);
}

static const struct row raw_rows[] = {
	{ "what is there is found", "body_raw: '/0123/'", "yes" },
	{ "what is not is not there", "body_raw: '/needle/'", "no" },
	{ "or is it", "not: {body_raw: '/needle/'}", RAW_WHY },
	{ "and with is_not", "body_raw: {is_not: '/needle/'}", RAW_WHY },
	{ "and with every", "body_raw: {every: {is_not: '/needle/'}}",
	    RAW_WHY },
	{ "every one", "body_raw: {every: {starts_with: '0'}}", "yes" },
	{ "its number is known", "body_raw: {count: 1}", "yes" },
	{ "it is there", "not: {body_raw: {exists: false}}", "yes" },
};

static void
test_cut_body(void)
{
	check_rows("limits: {body: 50}", "\n" HUNDRED "needle\n", raw_rows,
	    COUNT(raw_rows));
}

/* limits.message ends within the second of three attachments. */
static const struct row message_rows[] = {
	{ "what is there is found", "attachment.extension: exe", "yes" },
	{ "in the one that is cut as well", "attachment.name: b.pdf", "yes" },
	{ "what is not is not known", "attachment.extension: scr", SIZE_WHY },
	{ "either way", "not: {attachment.extension: scr}", SIZE_WHY },
	{ "what is there is not missing", "not: {attachment.extension: exe}",
	    "no" },
	{ "some other name", "attachment.name: {is_not: a.exe}", "yes" },
	{ "no other name so far", "attachment.name: {is_not: [a.exe, b.pdf]}",
	    SIZE_WHY },
	{ "every name", "attachment.name: {every: '/\\./'}", SIZE_WHY },
	{ "one is not", "attachment.name: {every: a.exe}", "no" },
	{ "for certain", "not: {attachment.name: {every: a.exe}}", "yes" },
	{ "there is one", "attachment.name: {exists: true}", "yes" },
	{ "which is certain", "attachment.name: {exists: false}", "no" },
	{ "at least two", "attachment.name: {count: {ge: 2}}", "yes" },
	{ "or three", "attachment.name: {count: {ge: 3}}", SIZE_WHY },
	{ "not only one", "attachment.name: {count: {le: 1}}", "no" },
	{ "not one", "attachment.name: {count: 1}", "no" },
	{ "these two, perhaps", "attachment.name: {count: 2}", SIZE_WHY },
	{ "or another number", "attachment.name: {count: 3}", SIZE_WHY },
	{ "a size that is known", "same: {attachment: {name: a.exe, size: "
	    "{lt: 10}}}", "yes" },
	{ "one that is at least so large", "same: {attachment: {name: b.pdf, "
	    "size: {gt: 10}}}", "yes" },
	{ "or larger", "same: {attachment: {name: b.pdf, size: {gt: 150}}}",
	    SIZE_WHY },
	{ "how small it is, nobody knows", "same: {attachment: {name: b.pdf, "
	    "size: {lt: 150}}}", SIZE_WHY },
	{ "the digest of a piece is none", "same: {attachment: {name: b.pdf, "
	    "sha256: ''}}", "yes" },
	{ "nor another one", "same: {attachment: {name: b.pdf, sha256: "
	    "{is_not: x}}}", SIZE_WHY },
	{ "one attachment", "same: {attachment: {name: a.exe, type: "
	    "application/x-test}}", "yes" },
	{ "none so far", "same: {attachment: {name: a.exe, type: text/html}}",
	    SIZE_WHY },
	{ "types", "part.type: application/x-test", "yes" },
	{ "that may come", "part.type: text/html", SIZE_WHY },
	{ "parts at least", "part.count: {ge: 3}", "yes" },
	{ "and more", "part.count: {gt: 3}", SIZE_WHY },
	{ "not fewer", "part.count: {lt: 4}", SIZE_WHY },
	{ "exactly, nobody knows", "part.count: 3", SIZE_WHY },
	{ "levels at least", "mime.depth: {ge: 2}", "yes" },
	{ "or more", "mime.depth: {ge: 3}", SIZE_WHY },
	{ "texts are not there", "body: {contains: x}", "no" },
	{ "or elsewhere", "not: {body: {contains: x}}", SIZE_WHY },
	{ "the defect has a name", "mime.defect: too-large", "yes" },
	{ "a yes is enough", "any: [{attachment.extension: scr}, "
	    "{attachment.extension: exe}]", "yes" },
	{ "a no as well", "attachment.extension: scr, helo: other", "no" },
};

static void
test_large_message(void)
{
	check_rows("limits: {message: 320}", MIXED FILE_PART("a.exe", "MZ")
	    FILE_PART("b.pdf", HUNDRED HUNDRED) FILE_PART("c.scr", "x")
	    "--b--\n", message_rows, COUNT(message_rows));
}

static const struct row depth_rows[] = {
	{ "a part that is above", "part.type: multipart/mixed", "yes" },
	{ "one that may be below", "part.type: text/html", DEPTH_WHY },
	{ "or not", "not: {part.type: text/html}", DEPTH_WHY },
	{ "so deep at least", "mime.depth: {ge: 2}", "yes" },
	{ "or deeper", "mime.depth: {gt: 2}", DEPTH_WHY },
	{ "the defect has a name", "mime.defect: too-deep", "yes" },
};

static const struct row parts_rows[] = {
	{ "a part that is in the list", "attachment.name: a.exe", "yes" },
	{ "one that may be behind it", "attachment.name: b.exe", PARTS_WHY },
	{ "so many at least", "part.count: {ge: 2}", "yes" },
	{ "the defect has a name", "mime.defect: too-many-parts", "yes" },
};

#define LONG_WHY "the headers of its parts are longer than is read"

static const struct row header_rows[] = {
	{ "a part that is read", "attachment.name: a.exe", "yes" },
	{ "what may be in one that is not", "attachment.name: b.exe",
	    LONG_WHY },
	{ "or not", "not: {attachment.name: b.exe}", LONG_WHY },
	{ "of what type it is", "part.type: text/html", LONG_WHY },
	{ "the defect has a name", "mime.defect: long-part-header", "yes" },
};

static void
test_headers(void)
{
	struct buffer mail;

	buffer_init(&mail, 1u << 20);
	buffer_add_text(&mail, MIXED FILE_PART("a.exe", "x") "--b\nX: ");
	for (int i = 0; i < 300000; i++)
		buffer_add_char(&mail, 'y');
	buffer_add_text(&mail, "\nContent-Type: a/b; name=b.exe\n\nx\n--b--\n");
	check_rows("", buffer_text(&mail), header_rows, COUNT(header_rows));
	buffer_release(&mail);
}

#define A_TIMES_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_WHY "the message has more messages inside of each other " \
	"than are digested"

static const struct row digest_rows[] = {
	{ "a digest that may be there", "attachment.sha256: " A_TIMES_64,
	    DIGEST_WHY },
	{ "or not", "not: {attachment.sha256: " A_TIMES_64 "}", DIGEST_WHY },
	{ "of some that have none", "same: {attachment: {name: b.eml, sha256: "
	    A_TIMES_64 "}}", DIGEST_WHY },
	{ "of one that has one", "same: {attachment: {name: a.eml, sha256: "
	    A_TIMES_64 "}}", "no" },
	{ "all other facts are there", "attachment.name: c.eml", "no" },
	{ "sizes, too", "attachment.size: {gt: 16M}", "no" },
	{ "the defect has a name", "mime.defect: undigested", "yes" },
};

/* All but the outermost of 30 messages have one name. */
static void
test_digests(void)
{
	struct buffer mail;

	buffer_init(&mail, 2u << 20);
	for (int i = 1; i < 30; i++)
		buffer_addf(&mail, "Content-Type: message/rfc822; "
		    "name=%c.eml\n\n", i == 1 ? 'a' : 'b');
	buffer_add_text(&mail, "Content-Type: text/plain\n\n");
	for (int i = 0; i < 1 << 20; i++)
		buffer_add_char(&mail, 'y');
	check_rows("", buffer_text(&mail), digest_rows, COUNT(digest_rows));
	buffer_release(&mail);
}

static void
test_bounds(void)
{
	check_rows("limits: {mime_depth: 2}", MIXED
	    "--b\nContent-Type: multipart/mixed; boundary=c\n\n"
	    "--c\nContent-Type: text/html\n\nx\n--c--\n--b--\n", depth_rows,
	    COUNT(depth_rows));
	check_rows("limits: {mime_parts: 2}", MIXED FILE_PART("a.exe", "x")
	    FILE_PART("b.exe", "x") FILE_PART("c.exe", "x") "--b--\n",
	    parts_rows, COUNT(parts_rows));
}

static const struct unit_test tests[] = {
	{ "what is not found in a text that is cut", test_cut_text },
	{ "nor among its URLs", test_cut_urls },
	{ "whoever asks first", test_remembered },
	{ "nor in the body's bytes", test_cut_body },
	{ "nor in a message that is too large", test_large_message },
	{ "nor among parts that are too many or too deep", test_bounds },
	{ "nor in headers of parts that are too long", test_headers },
	{ "nor among digests that are too dear", test_digests },
};

UNIT_MAIN("engine lost", tests)
