/*
 * test_mime_name.c - names of files, and what is offered as one.
 */
#include "config.h"

#include "tests/support/mime_message.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define LIT(s) { (s), sizeof(s) - 1 }
#define ARENA_LIMIT (1u << 20)

static const struct {
	const char *sentence;
	struct span name;
	const char *extension;
} extensions[] = {
	{ "none", LIT("readme"), "" },
	{ "of nothing", LIT(""), "" },
	{ "what is behind the dot", LIT("a.exe"), "exe" },
	{ "behind the last one", LIT("a.pdf.exe"), "exe" },
	{ "in small letters", LIT("A.ExE"), "exe" },
	{ "of a name that is nothing else", LIT(".exe"), "exe" },
	{ "dots at the end do not count", LIT("a.exe..."), "exe" },
	{ "nor do blanks", LIT("a.exe  "), "exe" },
	{ "nor both", LIT("a.exe. . ."), "exe" },
	{ "nor blanks before it", LIT("a. exe"), "exe" },
	{ "a blank inside stays", LIT("a.b c"), "b c" },
	{ "nothing but dots and blanks", LIT(". . ."), "" },
	{ "blanks before another one", LIT("a.pdf          .exe"), "exe" },
	{ "tabs and line ends", LIT("a.ex\t\r\ne\n"), "exe" },
	{ "a NUL ends the name", LIT("a.exe\0.txt"), "exe" },
	{ "and hides none behind it", LIT("a.\0exe"), "" },
	{ "written from right to left", LIT("ann\xe2\x80\xae" "fdp.exe"),
	    "exe" },
	{ "a mark inside", LIT("a.e\xe2\x80\x8bx\xef\xbb\xbf" "e"), "exe" },
	{ "a mark at the end", LIT("a.exe\xe2\x80\xac"), "exe" },
	{ "a mark and then dots", LIT("a.exe.\xc2\xad."), "exe" },
	{ "a no-break space", LIT("a.exe\xc2\xa0"), "exe" },
	{ "tags", LIT("a.exe\xf3\xa0\x81\xa1"), "exe" },
	{ "letters of other scripts stay", LIT("a.\xd0\xb5xe"), "\xd0\xb5xe" },
	{ "U+FFFD stays", LIT("a.\xef\xbf\xbd" "exe"), "\xef\xbf\xbd" "exe" },
};

static void
test_extensions(void)
{
	struct arena a;

	arena_init(&a, ARENA_LIMIT);
	for (size_t i = 0; i < COUNT(extensions); i++) {
		unit_case(extensions[i].sentence);
		check_span(mime_extension(&a, extensions[i].name),
		    extensions[i].extension);
	}
	arena_release(&a);
}

static const struct {
	const char *sentence;
	const char *header;
	const char *names;	/* a '|' between */
	bool attachment;
} names[] = {
	{ "text has none", "", "", false },
	{ "HTML has none", "Content-Type: text/html\n", "", false },
	{ "neither text nor a message", "Content-Type: image/png\n", "",
	    true },
	{ "inline, but a reader has to show it as a file",
	    "Content-Type: image/png\nContent-Disposition: inline\n", "",
	    true },
	{ "a message inside", "Content-Type: message/rfc822\n", "", false },
	{ "what a message says of its way",
	    "Content-Type: message/delivery-status\n", "", false },
	{ "a message that has a name",
	    "Content-Type: message/rfc822; name=a.eml\n", "a.eml", true },
	{ "a multipart is none, whatever it says",
	    "Content-Type: multipart/mixed; boundary=b; name=a.exe\n\n--b\n",
	    "a.exe", false },
	{ "one without a boundary is text",
	    "Content-Type: multipart/mixed\n", "", false },
	{ "… or a file, if it says so",
	    "Content-Type: multipart/mixed; name=a.exe\n", "a.exe", true },
	{ "text that says so", "Content-Disposition: attachment\n", "",
	    true },
	{ "text in line", "Content-Disposition: inline\n", "", false },
	{ "a disposition that nobody knows is one of attachments",
	    "Content-Disposition: x-y\n", "", true },
	{ "text with a name", "Content-Disposition: inline; filename=a.txt\n",
	    "a.txt", true },
	{ "a name of the type", "Content-Type: text/plain; name=a.txt\n",
	    "a.txt", true },
	{ "both the same", "Content-Type: text/plain; name=a.txt\n"
	    "Content-Disposition: attachment; filename=a.txt\n",
	    "a.txt", true },
	{ "two that differ", "Content-Type: text/plain; name=b.exe\n"
	    "Content-Disposition: attachment; filename=a.txt\n",
	    "a.txt|b.exe", true },
	{ "a path", "Content-Disposition: attachment; "
	    "filename=\"../../a.sh\"\n", "a.sh", true },
	{ "a path of another system", "Content-Disposition: attachment; "
	    "filename=\"C:\\\\x\\\\a.exe\"\n", "a.exe", true },
	{ "a path that ends in a separator", "Content-Disposition: attachment; "
	    "filename=\"/x/a.exe/\\\\\"\n", "a.exe", true },
	{ "nothing but separators", "Content-Disposition: attachment; "
	    "filename=\"//\"\n", "//", true },
	{ "paths that end alike are one name",
	    "Content-Type: text/plain; name=\"x/a\"\n"
	    "Content-Disposition: attachment; filename=\"y/a\"\n",
	    "a", true },
	{ "a second name of either", "Content-Type: text/plain; name=a.txt; "
	    "name=b.exe\nContent-Disposition: attachment; filename=a.txt; "
	    "filename=c.exe\n", "a.txt|c.exe|b.exe", true },
	{ "a field that is there again", "Content-Type: text/plain\n"
	    "Content-Disposition: inline\nContent-Type: text/html; name=a\n"
	    "Content-Disposition: attachment; filename=b\n", "b|a", true },
	{ "an empty one that hides another", "Content-Disposition: inline; "
	    "filename*=utf-8''; filename=a.exe\n", "a.exe", true },
};

static void
test_names(void)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		struct mime_message mm;
		struct buffer message, all;
		struct span found[MIME_NAMES_MAX];
		size_t count;

		unit_case(names[i].sentence);
		buffer_init(&message, SIZE_MAX);
		buffer_addf(&message, "%s\nSubject: s\n\n", names[i].header);
		mime_message_read(&mm, buffer_span(&message),
		    &mime_message_bounds);
		buffer_init(&all, SIZE_MAX);
		count = mime_names(&mm.mime, 0, found);
		for (size_t k = 0; k < count; k++)
			buffer_addf(&all, "%s%.*s", k > 0 ? "|" : "",
			    (int)found[k].len, found[k].ptr);
		check_span(buffer_span(&all), names[i].names);
		buffer_release(&all);
		check_int(mime_is_attachment(&mm.mime, 0),
		    names[i].attachment);
		mime_message_release(&mm);
		buffer_release(&message);
	}
}

static const struct unit_test tests[] = {
	{ "the extension of a name", test_extensions },
	{ "the name of a part, and whether it is an attachment", test_names },
};

UNIT_MAIN("mime_name", tests)
