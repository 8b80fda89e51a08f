/*
 * test_engine_parts.c - facts of what is in a message: texts, URLs,
 * attachments, parts.
 */
#include "config.h"

#include "tests/support/mail_facts.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define MIXED "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
#define NEXT "--b\n"
#define END "--b--\n"
#define FILE_PART(name, content) NEXT "Content-Type: application/x-test\n" \
	"Content-Disposition: attachment; filename=\"" name "\"\n\n" content "\n"

/* Two texts, a file of two names, one without a name. */
#define LETTER "Subject: x\n" MIXED \
	NEXT "Content-Type: text/plain; charset=iso-8859-1\n" \
	"Content-Transfer-Encoding: quoted-printable\n\n" \
	"Gr=FC=DFe, see http://one.example/a.\n\n" \
	NEXT "Content-Type: text/html\n\n" \
	"<a href=\"https://Two.Example/?a&amp;b\">here</a>\n" \
	NEXT "Content-Type: application/pdf; name=\"a.exe\"\n" \
	"Content-Disposition: attachment; filename=\"b.Pdf\"\n" \
	"Content-Transfer-Encoding: base64\n\naGVsbG8=\n" \
	NEXT "Content-Type: image/png\n\n12\n" END
#define HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static const struct row {
	const char *sentence;
	const char *fact;
	const char *message;
	const char *want;
} rows[] = {
	{ "a message without parts is one", "part.type", "\nx\n",
	    "[text/plain]" },
	{ "and a text", "body", "\nx\r\ny\n", "[x\r\ny\n]" },
	{ "lines end in LF", "body", "\nx\ny\n", "[x\ny\n]" },
	{ "without a body, too", "body", "Subject: x\n\n", "[]" },
	{ "its number", "part.count", "\nx\n", "[1]" },
	{ "it is one deep", "mime.depth", "\nx\n", "[1]" },
	{ "nothing is wrong with it", "mime.defect", "\nx\n", "" },
	{ "every text is decoded, a value a part", "body", LETTER,
	    "[Gr\xc3\xbc\xc3\x9f" "e, see http://one.example/a.\n]"
	    "[<a href=\"https://Two.Example/?a&amp;b\">here</a>]" },
	{ "parts have types, containers too", "part.type", LETTER,
	    "[multipart/mixed][text/plain][text/html][application/pdf]"
	    "[image/png]" },
	{ "and a number", "part.count", LETTER, "[5]" },
	{ "and a depth", "mime.depth", LETTER, "[2]" },
	{ "a file with two names is two", "attachment.name", LETTER,
	    "[b.Pdf][a.exe][]" },
	{ "with an extension each", "attachment.extension", LETTER,
	    "[pdf][exe][]" },
	{ "and the same type", "attachment.type", LETTER,
	    "[application/pdf][application/pdf][image/png]" },
	{ "size", "attachment.size", LETTER, "[5][5][2]" },
	{ "digest", "attachment.sha256", LETTER,
	    "[" HELLO "][" HELLO "][6b51d431df5d7f141cbececcf79edf3dd861c3b4"
	    "069f0b11661a3eefacbba918]" },
	{ "and disposition", "attachment.disposition", LETTER,
	    "[attachment][attachment][]" },
	{ "URLs of all texts", "url", LETTER,
	    "[http://one.example/a][https://Two.Example/?a&b]" },
	{ "and their hosts", "url.host", LETTER,
	    "[one.example][two.example]" },
	{ "a defect by its name", "mime.defect", "Content-Type: text/plain\n"
	    "Content-Type: text/html\n\nx\n", "[two-content-types]" },
	{ "of the content as well", "mime.defect", "Content-Type: text/plain; "
	    "charset=x-none-such\n\nx\n", "[unknown-charset]" },
	{ "the message is read by its own fields alone", "part.type",
	    "X-Content-Type: text/html\nSubject: Content-Type: text/html\n\n"
	    "Content-Type: text/html\n", "[text/plain]" },
	{ "a message inside", "attachment.name", MIXED NEXT "Content-Type: "
	    "message/rfc822\n\nSubject: y\nContent-Type: application/x-y; "
	    "name=in.zip\n\nz\n" END, "[in.zip]" },
};

static void
test_values(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		unit_case(rows[i].sentence);
		check_text(mail_facts("", rows[i].fact,
		    span_of(rows[i].message)), rows[i].want);
	}
}

static const struct condition_row {
	const char *sentence;
	const char *condition;
	const char *want;
} conditions[] = {
	{ "one and the same attachment", "same: {attachment: {extension: exe, "
	    "size: {lt: 10}}}", "yes" },
	{ "not one and another", "same: {attachment: {extension: exe, type: "
	    "image/png}}", "no" },
	{ "without the prefix of the family", "same: {attachment: "
	    "{attachment.extension: pdf, sha256: " HELLO "}}", "yes" },
	{ "a list of extensions", "attachment.extension: [scr, exe]", "yes" },
	{ "a number of attachments", "attachment.name: {count: {gt: 2}}",
	    "yes" },
	{ "one without a name", "attachment.name: ''", "yes" },
	{ "a size in its unit", "attachment.size: {gt: 1K}", "no" },
	{ "hosts in a table", "url.host: {in: [.example]}", "yes" },
	{ "a URL and its host", "same: {url: {host: two.example, url: "
	    "'/^https:/'}}", "yes" },
	{ "of another", "same: {url: {host: one.example, url: '/^https:/'}}",
	    "no" },
	{ "every host", "url.host: {every: {in: [.example]}}", "yes" },
	{ "text in any part", "all: [{body: {contains: "
	    "'see http'}}, {body: '/href/'}]", "yes" },
	{ "some text is not so", "body: {is_not: '/href/'}", "yes" },
	{ "none is", "none: [{body: '/href/'}]", "no" },
	{ "types of parts", "part.type: text/html, part.count: {ge: 5}, "
	    "mime.depth: 2", "yes" },
	{ "no defect", "mime.defect: {exists: false}", "no" },
	{ "which one", "mime.defect: two-names", "yes" },
};

static void
test_conditions(void)
{
	for (size_t i = 0; i < COUNT(conditions); i++) {
		unit_case(conditions[i].sentence);
		check_text(mail_answer("", conditions[i].condition,
		    span_of(LETTER)), conditions[i].want);
	}
}

static const struct unit_test tests[] = {
	{ "what is in a message are facts", test_values },
	{ "conditions ask for them", test_conditions },
};

UNIT_MAIN("engine parts", tests)
