/*
 * test_engine_body_edits.c - what becomes of bodies.
 *
 * As few bytes change as can, the header follows, and what cannot be changed
 * without a loss is left alone and logged.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define START "connect 192.0.2.1 mx|helo mx.example|mail s@x|rcpt a@x|data|"
#define LINE "\\0d\\0a"
#define MIME "header MIME-Version 1.0|"
#define TYPE(value) MIME "header Content-Type " value "|"
#define ENCODING(value) "header Content-Transfer-Encoding " value "|"
#define BODY(text) "eoh|body " text "|eom"

#define APPEND "{append_body: \"-- \\nours\"}"
#define REWRITE(match, with) \
	"{rewrite_body: {match: '" match "', with: '" with "', all: true}}"

struct row {
	const char *sentence;
	const char *actions;	/* of one rule that always holds */
	const char *message;
	const char *want;
};

static const struct row append_rows[] = {
	{ "text goes behind the last line", APPEND, BODY("hi" LINE),
	    " body hi" LINE "-- " LINE "ours" LINE },
	{ "a last line that does not end is ended", APPEND, BODY("hi"),
	    " body hi" LINE "-- " LINE "ours" LINE },
	{ "to nothing it is all", APPEND, "eoh|eom",
	    " body -- " LINE "ours" LINE },
	{ "quoted-printable keeps the lines that it has", APPEND,
	    TYPE("text/plain; charset=iso-8859-1")
	    ENCODING("quoted-printable") BODY("=fc=20x" LINE),
	    " body =fc=20x" LINE "--=20" LINE "ours" LINE },
	{ "the last line of quoted-printable need not end", APPEND,
	    TYPE("text/plain; charset=iso-8859-1")
	    ENCODING("quoted-printable") BODY("=fc="),
	    " body =fc=" LINE LINE "--=20" LINE "ours" LINE },
	{ "base64 stays base64", "{append_body: ours}",
	    TYPE("text/plain") ENCODING("base64") BODY("aGkNCg==" LINE),
	    " body aGkNCm91cnMNCg==" LINE },
	{ "what the charset has goes in it", "{append_body: \"f\xc3\xbcr\"}",
	    TYPE("text/plain; charset=iso-8859-1") ENCODING("8bit")
	    BODY("\\fc" LINE), " body \\fc" LINE "f\\fcr" LINE },
	{ "what it has not makes it UTF-8", "{append_body: \"\xe2\x98\xba\"}",
	    TYPE("text/plain; charset=iso-8859-1; x=y") ENCODING("8bit")
	    BODY("\\fc" LINE),
	    " ~Content-Type/1=text/plain; charset=utf-8; x=y"
	    " body \\c3\\bc" LINE "\\e2\\98\\ba" LINE },
	{ "where bytes above 127 are new they are encoded",
	    "{append_body: \"abcdef f\xc3\xbcr dich und mich\"}",
	    BODY("hi" LINE), " +MIME-Version=1.0"
	    " +Content-Type=text/plain; charset=utf-8"
	    " +Content-Transfer-Encoding=quoted-printable"
	    " body hi" LINE "abcdef f=C3=BCr dich und mich" LINE },
	{ "ISO-2022-JP takes ASCII between its characters",
	    "{append_body: ours}", TYPE("text/plain; charset=iso-2022-jp")
	    BODY("\\1b$B$\"\\1b(B" LINE),
	    " body \\1b$B$\"\\1b(B" LINE "ours" LINE },
	{ "in UTF-7 nobody writes", "{append_body: ours}",
	    TYPE("text/plain; charset=utf-7") BODY("+APw-" LINE),
	    " ~Content-Type/1=text/plain; charset=utf-8"
	    " +Content-Transfer-Encoding=base64"
	    " body w7wNCm91cnMNCg==" LINE },
	{ "HTML gets the text before its end",
	    "{append_body: \"a<b\\nc\"}", TYPE("text/html")
	    BODY("<html><body>hi</body></html>" LINE),
	    " body <html><body>hi<div>a&lt;b<br>" LINE "c</div>" LINE
	    "</body></html>" LINE },
	{ "or HTML of its own",
	    "{append_body: {text: t, html: '<p>${helo}<br>'}}",
	    TYPE("text/html") BODY("hi</html>" LINE),
	    " body hi<p>mx.example<br>" LINE "</html>" LINE },
	{ "which what comes from outside cannot break",
	    "{append_body: {text: t, html: '<p>${macro.x}'}}",
	    TYPE("text/html") "eoh|body hi" LINE "|eom {x}=<script>&\"",
	    " body hi" LINE "<p>&lt;script&gt;&amp;&quot;" LINE },
	{ "HTML in any charset has references",
	    "{append_body: {text: t, html: \"\xe2\x98\xba\"}}",
	    TYPE("text/html; charset=iso-8859-1") BODY("hi" LINE),
	    " body hi" LINE "&#9786;" LINE },
	{ "flowed text does not flow into it", "{append_body: \"> a \\nb\"}",
	    TYPE("text/plain; format=flowed") BODY("hi " LINE),
	    " body hi " LINE LINE " > a" LINE "b" LINE },
	{ "nor does a signature", "{append_body: \"b\"}",
	    TYPE("text/plain; format=flowed") BODY("-- " LINE),
	    " body -- " LINE "b" LINE },
	{ "later ones see earlier ones",
	    "[{append_body: one}, {append_body: two}, "
	    REWRITE("/e\\nt/", "-") "]", BODY("hi" LINE),
	    " body hi" LINE "on-wo" LINE },
	{ "a CR in a text says nothing",
	    "[{append_body: \"a\\r\\nb\\r\"}, {rewrite_body: {match: "
	    "'/b/', with: \"\\r\\nc\"}}]", BODY("hi" LINE),
	    " body hi" LINE "a" LINE LINE "c" LINE },
	{ "no line end comes in with a fact",
	    "{append_body: '${macro.x}'}",
	    "eoh|body hi" LINE "|eom {x}=1\\0d\\0a2",
	    " body hi" LINE "12" LINE },
	{ "a message without a text stays", APPEND,
	    TYPE("application/pdf") BODY("%PDF" LINE),
	    "(r: the message has no text that something could be appended "
	    "to)" },
	{ "so does one whose charset nobody knows",
	    "{append_body: ours}",
	    TYPE("text/plain; charset=x-y") BODY("hi" LINE),
	    "(r: a text of the message cannot be read for sure, and stays as "
	    "it is)" },
	{ "be it HTML", "{append_body: \"f\xc3\xbcr\"}",
	    TYPE("text/html; charset=x-y") BODY("hi" LINE),
	    "(r: a text of the message cannot be read for sure, and stays as "
	    "it is)" },
};

#define PART(header, text) "--b" LINE header LINE text LINE
#define PLAIN "Content-Type: text/plain" LINE
#define HTML "Content-Type: text/html" LINE

#define ADDED "<div>x</div>" LINE

/* Where something is appended to HTML. */
static const struct row html_rows[] = {
	{ "what is in a comment is no end", "{append_body: x}",
	    TYPE("text/html") BODY("<body>Hi</body><!-- </body> -->" LINE),
	    " body <body>Hi" ADDED "</body><!-- </body> -->" LINE },
	{ "nor is it in an attribute", "{append_body: x}",
	    TYPE("text/html") BODY("<body title=\"</body>\">Hi</html>" LINE),
	    " body <body title=\"</body>\">Hi" ADDED "</html>" LINE },
	{ "nor in a script", "{append_body: x}", TYPE("text/html")
	    BODY("<body>Hi<script>\"</body>\"</script>x</html>" LINE),
	    " body <body>Hi<script>\"</body>\"</script>x" ADDED
	    "</html>" LINE },
	{ "nor in an end tag", "{append_body: x}",
	    TYPE("text/html") BODY("<body>Hi</body x=\"</body>\"></html>" LINE),
	    " body <body>Hi" ADDED "</body x=\"</body>\"></html>" LINE },
	{ "nor is another name", "{append_body: x}",
	    TYPE("text/html") BODY("<body>Hi</bodyx></HTML>" LINE),
	    " body <body>Hi</bodyx>" ADDED "</HTML>" LINE },
	{ "nor a tag that does not end", "{append_body: x}",
	    TYPE("text/html") BODY("<body>Hi</body" LINE),
	    " body <body>Hi</body" LINE ">" LINE ADDED },
	{ "a comment that is open is closed", "{append_body: x}",
	    TYPE("text/html") BODY("<body>Hi<!-- </body>" LINE),
	    " body <body>Hi<!-- </body>" LINE "-->" LINE ADDED },
	{ "so is a value", "{append_body: x}",
	    TYPE("text/html") BODY("Hi<a b='</body>" LINE),
	    " body Hi<a b='</body>" LINE "'>" LINE ADDED },
	{ "a raw text", "{append_body: x}",
	    TYPE("text/html") BODY("Hi<style></body>" LINE),
	    " body Hi<style></body>" LINE "</style>" LINE ADDED },
	{ "a script within a comment", "{append_body: x}",
	    TYPE("text/html") BODY("Hi<script><!--<script></script>" LINE),
	    " body Hi<script><!--<script></script>" LINE "--></script>" LINE
	    ADDED },
	{ "a declaration", "{append_body: x}",
	    TYPE("text/html") BODY("Hi<!" LINE),
	    " body Hi<!" LINE ">" LINE ADDED },
	{ "but nothing behind the end", "{append_body: x}",
	    TYPE("text/html") BODY("Hi</body><!-- " LINE),
	    " body Hi" ADDED "</body><!-- " LINE },
};

static const struct row part_rows[] = {
	{ "each text of an alternative gets it", "{append_body: x}",
	    TYPE("multipart/alternative; boundary=b")
	    BODY(PART(PLAIN, "hi") PART(HTML, "<b>hi</b>") "--b--" LINE),
	    " body " PART(PLAIN, "hi" LINE "x")
	    PART(HTML, "<b>hi</b>" LINE "<div>x</div>") "--b--" LINE },
	{ "of mixed parts the first that has a text", "{append_body: x}",
	    TYPE("multipart/mixed; boundary=b")
	    BODY(PART("Content-Type: image/gif" LINE, "GIF")
	    PART("", "hi") PART("", "ho") "--b--" LINE),
	    " body " PART("Content-Type: image/gif" LINE, "GIF")
	    PART("", "hi" LINE "x") PART("", "ho") "--b--" LINE },
	{ "no attachment", "{append_body: x}",
	    TYPE("multipart/mixed; boundary=b")
	    BODY(PART("Content-Disposition: attachment" LINE, "GIF")
	    "--b--" LINE),
	    "(r: the message has no text that something could be appended "
	    "to)" },
	{ "an empty part gets a line", "{append_body: x}",
	    TYPE("multipart/mixed; boundary=b")
	    BODY("--b" LINE LINE "--b--" LINE),
	    " body " PART("", "x") "--b--" LINE },
	{ "one without a header, too", "{append_body: x}",
	    TYPE("multipart/mixed; boundary=b")
	    BODY("--b" LINE "--b--" LINE),
	    " body " PART("", "x") "--b--" LINE },
	{ "the header of a part follows",
	    "{append_body: \"\xe2\x98\xba\"}",
	    TYPE("multipart/mixed; boundary=b")
	    BODY(PART("A: b" LINE PLAIN "Content-MD5: x" LINE, "hi") "--b--"),
	    " body " PART("A: b" LINE "Content-Type: text/plain;" LINE
	    "\\09charset=utf-8" LINE "Content-Transfer-Encoding: base64" LINE,
	    "aGkNCuKYug==" LINE) "--b--" LINE },
	{ "text that looks like the end of a part is encoded",
	    "{append_body: '--b--'}", TYPE("multipart/mixed; boundary=b")
	    BODY(PART("", "hi") "--b--"),
	    " body " PART("Content-Transfer-Encoding: base64" LINE,
	    "aGkNCi0tYi0t" LINE) "--b--" LINE },
	{ "every text is rewritten", REWRITE("/h/", "H"),
	    TYPE("multipart/alternative; boundary=b")
	    BODY(PART(PLAIN, "hi") PART(HTML, "<h1>hi") "--b--" LINE),
	    " body " PART(PLAIN, "Hi") PART(HTML, "<H1>Hi") "--b--" LINE },
	{ "no text of a message that is attached", REWRITE("/h/", "H"),
	    TYPE("multipart/mixed; boundary=b")
	    BODY(PART(PLAIN, "hi") PART("Content-Type: message/rfc822" LINE,
	    LINE "hi") "--b--" LINE),
	    " body " PART(PLAIN, "Hi")
	    PART("Content-Type: message/rfc822" LINE, LINE "hi")
	    "--b--" LINE },
	{ "what is signed stays", APPEND,
	    TYPE("multipart/signed; boundary=b")
	    BODY(PART(PLAIN, "hi") "--b--" LINE),
	    "(r: the message is signed or encrypted, and its body stays as it "
	    "is)" },
	{ "also where only a later part is", APPEND,
	    TYPE("multipart/mixed; boundary=b")
	    BODY(PART(PLAIN, "hi")
	    PART("Content-Type: application/pkcs7-mime" LINE, "x")
	    "--b--" LINE),
	    "(r: the message is signed or encrypted, and its body stays as it "
	    "is)" },
	{ "or some text", APPEND,
	    BODY("hi" LINE "-----BEGIN PGP SIGNED MESSAGE-----" LINE),
	    "(r: the message is signed or encrypted, and its body stays as it "
	    "is)" },
	{ "but not where what is attached is", "{append_body: x}",
	    TYPE("multipart/mixed; boundary=b")
	    BODY(PART("", "hi") PART("Content-Type: message/rfc822" LINE,
	    "Content-Type: multipart/signed" LINE LINE "a") "--b--" LINE),
	    " body " PART("", "hi" LINE "x")
	    PART("Content-Type: message/rfc822" LINE,
	    "Content-Type: multipart/signed" LINE LINE "a") "--b--" LINE },
	{ "a part that says twice what it is stays", "{append_body: x}",
	    TYPE("multipart/mixed; boundary=b")
	    BODY(PART(PLAIN HTML, "hi") "--b--"),
	    "(r: a text of the message cannot be read for sure, and stays as "
	    "it is)" },
};

static const struct row rewrite_rows[] = {
	{ "a match is replaced", REWRITE("/i/", "o"), BODY("hi" LINE "it"),
	    " body ho" LINE "ot" LINE },
	{ "where nothing matches nothing happens", REWRITE("/x/", "o"),
	    BODY("hi" LINE), "" },
	{ "nor where nothing changes", REWRITE("/i/", "i"), BODY("hi" LINE),
	    "" },
	{ "lines end in LF for the regex and in CRLF for the message",
	    "{rewrite_body: {match: '/a\\nb$/m', with: \"1\\n2\"}}",
	    BODY("a" LINE "b" LINE), " body 1" LINE "2" LINE },
	{ "groups are those of the match", REWRITE("/(\\w)(\\w)/", "${2}${1}"),
	    BODY("abcd"), " body badc" LINE },
	{ "characters are characters", REWRITE("/^.$/", "u"),
	    TYPE("text/plain; charset=utf-8") ENCODING("8bit")
	    BODY("\\c3\\bc"), " body u" LINE },
	{ "decoded text is looked at", REWRITE("/foo/", "bar"),
	    TYPE("text/plain; charset=utf-8") ENCODING("quoted-printable")
	    BODY("f=6F=" LINE "o=C3=BC" LINE), " body bar=C3=BC" LINE },
	{ "text that cannot be read stays", REWRITE("/h/", "H"),
	    TYPE("text/plain; charset=utf-8") BODY("h\\ff" LINE),
	    "(r: a text of the message cannot be read for sure, and stays as "
	    "it is)" },
	{ "which is not told where it does not matter", REWRITE("/x/", "H"),
	    TYPE("text/plain; charset=utf-8") BODY("h\\ff" LINE), "" },
	{ "in HTML facts are text", REWRITE("/h/", "<${helo}${macro.x}>"),
	    TYPE("text/html") "eoh|body <h1>" LINE "|eom {x}=<&>",
	    " body <<mx.example&lt;&amp;&gt;>1>" LINE },
};

static const struct row replace_rows[] = {
	{ "the body is the text", "{replace_body: \"a\\nb\"}",
	    BODY("hi" LINE), " +Content-Type=text/plain; charset=utf-8"
	    " +MIME-Version=1.0 body a" LINE "b" LINE },
	{ "no other field speaks of the old one", "{replace_body: a}",
	    MIME "header Content-Type image/gif|header Content-Disposition a|"
	    ENCODING("base64") "header X y|" BODY("hi" LINE),
	    " -Content-Transfer-Encoding/1 -Content-Disposition/1 "
	    "-Content-Type/1 +Content-Type=text/plain; charset=utf-8"
	    " body a" LINE },
	{ "it may be HTML", "{replace_body: {html: '<p>${macro.x}'}}",
	    MIME "eoh|body hi|eom {x}=<",
	    " +Content-Type=text/html; charset=utf-8 body <p>&lt;" LINE },
	{ "what is not ASCII is encoded", "{replace_body: \"\xe2\x98\xba\"}",
	    MIME BODY("hi"),
	    " +Content-Type=text/plain; charset=utf-8"
	    " +Content-Transfer-Encoding=base64 body 4pi6DQo=" LINE },
	{ "later actions see it", "[{replace_body: abc}, "
	    REWRITE("/b/", "x") ", {append_body: d}]", MIME BODY("b" LINE),
	    " +Content-Type=text/plain; charset=utf-8"
	    " body axc" LINE "d" LINE },
	{ "and it sees none before it", "[{append_body: d}, "
	    "{replace_body: abc}]", MIME BODY("b" LINE),
	    " +Content-Type=text/plain; charset=utf-8 body abc" LINE },
	{ "nothing is left of what was signed", "{replace_body: x}",
	    MIME BODY("hi" LINE "-----BEGIN PGP SIGNED MESSAGE-----" LINE),
	    " +Content-Type=text/plain; charset=utf-8 body x" LINE },
	{ "also where others did not touch it, and they do now",
	    "[{append_body: a}, {replace_body: x}, {append_body: b}, "
	    REWRITE("/b/", "c") "]",
	    TYPE("multipart/signed; boundary=b")
	    BODY(PART(PLAIN, "hi") "--b--" LINE),
	    "(r: the message is signed or encrypted, and its body stays as it "
	    "is) -Content-Type/1 +Content-Type=text/plain; charset=utf-8"
	    " body x" LINE
	    "c" LINE },
};

static void
run(const struct row *rows, size_t count)
{
	char rules[1024], script[2048], want[2048];
	size_t i;

	for (i = 0; i < count; i++) {
		unit_case(rows[i].sentence);
		snprintf(rules, sizeof rules, "- {rule: r, then: %s}\n",
		    rows[i].actions);
		snprintf(script, sizeof script, START "%s", rows[i].message);
		snprintf(want, sizeof want, "eom accept%s%s",
		    rows[i].want[0] == '(' ? " " : "", rows[i].want);
		check_text(judge(rules, script), want);
	}
}

static void
test_append(void)
{
	run(append_rows, COUNT(append_rows));
}

static void
test_html(void)
{
	run(html_rows, COUNT(html_rows));
}

static void
test_parts(void)
{
	run(part_rows, COUNT(part_rows));
}

static void
test_rewrite(void)
{
	run(rewrite_rows, COUNT(rewrite_rows));
}

static void
test_replace(void)
{
	run(replace_rows, COUNT(replace_rows));
}

static bool
says(const char *rules, const char *script, const char *part)
{
	const char *said = judge(rules, script);

	return strstr(said, part) != NULL && strstr(said, "BROKEN") == NULL;
}

/* A dialogue with a body of COUNT times TEXT. */
static const char *
with_body(size_t count, const char *text)
{
	static char script[400000];
	size_t len = (size_t)snprintf(script, sizeof script, START
	    "eoh|body ");

	while (count-- > 0)
		len += (size_t)snprintf(script + len, sizeof script - len,
		    "%s", text);
	(void)snprintf(script + len, sizeof script - len, "|eom");
	return script;
}

static void
test_bounds(void)
{
	static const char small[] = "settings: {limits: {message: 100}}\n"
	    "rules:\n- {rule: r, then: {append_body: x}}\n";
	static const char parts[] = "settings: {limits: {mime_parts: 1}}\n"
	    "rules:\n- {rule: r, then: {append_body: x}}\n";
	static const char replace[] = "settings: {limits: {message: 100, "
	    "mime_parts: 1}}\nrules:\n- {rule: r, then: [{replace_body: x}, "
	    "{append_body: b}]}\n";
	static const char evil[] = "settings: {limits: {regex_match: 1}}\n"
	    "rules:\n- {rule: r, then: [{append_body: x}, "
	    REWRITE("/^(a|b|ab|ba)*$(?<!b)/", "Y") "]}\n";

	unit_case("a message as large as may be is changed");
	check_true(says(small, with_body(10, "12345678" LINE), LINE "x" LINE));
	unit_case("a larger one is not, and that is told");
	check_text(judge(small, with_body(11, "12345678" LINE)), "eom accept "
	    "(r: the message is larger than limits.message, and its body "
	    "stays as it is)");
	unit_case("nor is one with too many parts");
	check_text(judge(parts, START TYPE("multipart/mixed; boundary=b")
	    BODY(PART("", "a") "--b--" LINE)), "eom accept (r: the message "
	    "has more parts than limits allow, and its body stays as it is)");
	unit_case("but any is replaced");
	check_text(judge(replace, with_body(11, "12345678" LINE)), "eom accept"
	    " +Content-Type=text/plain; charset=utf-8 +MIME-Version=1.0 body "
	    "x" LINE "b" LINE);
	check_text(judge(replace, START TYPE("multipart/mixed; boundary=b")
	    BODY(PART("", "a") "--b--" LINE)), "eom accept"
	    " -Content-Type/1 +Content-Type=text/plain; charset=utf-8"
	    " body x" LINE "b" LINE);
	unit_case("an action whose regex fails is left out, and the others "
	    "are done");
	check_true(says(evil, with_body(40, "ab"), "(r: the pattern was given "
	    "up: match limit exceeded) body abab"));
	unit_case("many matches are no more than many");
	check_true(says("- {rule: r, then: " REWRITE("/a/", "b") "}\n",
	    with_body(30000, "aa "), " body bb bb"));
	unit_case("but there is an end");
	check_true(says("- {rule: r, then: " REWRITE("/a/", "b") "}\n",
	    with_body(65537, "a "), "has too many matches, and stays as it "
	    "is)"));
	unit_case("a long line is encoded where somebody touches it");
	check_true(says("- {rule: r, then: {append_body: x}}\n",
	    with_body(999, "a"), "+Content-Transfer-Encoding="
	    "quoted-printable"));
}

/* A dialogue with COUNT parts of WIDTH times "a" and a long Subject. */
static const char *
with_parts(int count, int width)
{
	static char script[400000], subject[9001];
	size_t len;

	memset(subject, 's', sizeof subject - 1);
	len = (size_t)snprintf(script, sizeof script, START
	    "header Subject %s|" TYPE("multipart/mixed; boundary=b")
	    "eoh|body ", subject);
	while (count-- > 0)
		len += (size_t)snprintf(script + len, sizeof script - len,
		    PART(PLAIN, "%.*s"), width, subject);
	(void)snprintf(script + len, sizeof script - len, "--b--|eom");
	return script;
}

static void
test_one_budget(void)
{
	static const char rule[] = "- {rule: r, then: "
	    REWRITE("/s/", "${header.subject}") "}\n";

	unit_case("texts may grow");
	check_true(says(rule, with_parts(2, 100), " body --b" LINE));
	unit_case("all together no more than one alone");
	check_text(judge(rule, with_parts(20, 100)), "eom accept (r: what it "
	    "writes was too long and was cut)");
}

static const struct unit_test tests[] = {
	{ "text is appended", test_append },
	{ "text is appended to HTML", test_html },
	{ "parts are changed, and only they", test_parts },
	{ "text is rewritten", test_rewrite },
	{ "a body is replaced", test_replace },
	{ "what may be changed is bounded", test_bounds },
	{ "one budget is for all texts", test_one_budget },
};

UNIT_MAIN("engine body edits", tests)
