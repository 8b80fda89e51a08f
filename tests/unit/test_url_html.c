/*
 * test_url_html.c - the URLs in HTML, as a browser finds them.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/mail/url/html_reference.h"
#include "rules/mail/url/url.h"
#include "tests/unit/unit.h"

#define ARENA_LIMIT (64u << 20)

static const struct {
	const char *sentence;
	const char *html;
	const char *want;	/* URLs, a blank between them */
} rows[] = {
	{ "nothing", "", "" },
	{ "no URL", "<p>a &lt; b</p>", "" },
	{ "double quotes", "<a href=\"http://a.example/\">x</a>",
	    "http://a.example/" },
	{ "single quotes", "<a href='http://a.example/'>", "http://a.example/" },
	{ "no quotes", "<a href=http://a.example/x>", "http://a.example/x" },
	{ "no quotes up to a blank", "<a href=http://a.example/x b=c>",
	    "http://a.example/x" },
	{ "blanks around the sign", "<a href \n=\t 'http://a.example/' >",
	    "http://a.example/" },
	{ "capitals", "<A HREF='HTTP://A.example/'>", "HTTP://A.example/" },
	{ "no blank between attributes", "<a x='1'href='http://a.example/'>",
	    "http://a.example/" },
	{ "a slash between them", "<a/href='http://a.example/'/>",
	    "http://a.example/" },
	{ "an attribute without a value",
	    "<a disabled href='http://a.example/'>", "http://a.example/" },
	{ "a line end in the tag", "<a\r\nhref\r\n=\r\n'http://a.example/'>",
	    "http://a.example/" },
	{ "the text of a link", "<a href='http://a.example/'>"
	    "http://b.example/</a>, www.c.example",
	    "http://a.example/ http://b.example/ www.c.example" },
	{ "a tag ends a URL in a text", "http://a.example<br>x",
	    "http://a.example" },
	{ "each once", "<a href='http://a.example/'>http://a.example/</a>",
	    "http://a.example/" },
	{ "all attributes", "<form action=http://a.example/1>"
	    "<button formaction=http://a.example/2>"
	    "<body background=http://a.example/3>"
	    "<q cite=http://a.example/4>"
	    "<video poster=http://a.example/5>"
	    "<object data=http://a.example/6 codebase=http://a.example/7>"
	    "<img longdesc=http://a.example/8 src=http://a.example/9>"
	    "<img lowsrc=http://a.example/10 dynsrc=http://a.example/11>"
	    "<base href=http://a.example/12>"
	    "<use xlink:href=http://a.example/13>",
	    "http://a.example/1 http://a.example/2 http://a.example/3 "
	    "http://a.example/4 http://a.example/5 http://a.example/6 "
	    "http://a.example/7 http://a.example/8 http://a.example/9 "
	    "http://a.example/10 http://a.example/11 http://a.example/12 "
	    "http://a.example/13" },
	{ "no others", "<a title='http://a.example/' alt=http://b.example>",
	    "" },
	{ "a namespace is not followed",
	    "<html xmlns='http://www.w3.org/1999/xhtml'>", "" },
	{ "nor is a document type", "<!DOCTYPE html PUBLIC \"-//W3C//DTD\" "
	    "\"http://www.w3.org/TR/html4/loose.dtd\"><p>", "" },
	{ "nor is an instruction", "<?xml version='1' x='http://a.example/'?>",
	    "" },
	{ "a set of sources", "<img srcset='http://a.example/1 1x,\n"
	    "//b.example/2 2x, http://c.example/3'>",
	    "http://a.example/1 //b.example/2 http://c.example/3" },
	{ "a set without blanks ends in commas",
	    "<img srcset='http://a.example/1,, http://a.example/2 480w'>",
	    "http://a.example/1 http://a.example/2" },
	{ "what is said of a source ends at a comma",
	    "<img srcset='a 1x,//b.example/2 2x,,c,//d.example/ 3x'>",
	    "//b.example/2" },
	{ "several to be told", "<a ping='http://a.example/ //b.example'>",
	    "http://a.example/ //b.example" },
	{ "no scheme", "<img src='//a.example/x'><img src='\\\\b.example/x'>"
	    "<img src='/\\c.example'>",
	    "//a.example/x \\\\b.example/x /\\c.example" },
	{ "relative ones lead nowhere", "<a href='x.html'><a href='/x'>"
	    "<a href='#x'><a href='?x'><a href=''><a href='//'>", "" },
	{ "other schemes", "<a href='javascript:alert(1)'><img src=cid:a@b>"
	    "<a href=mailto:a@b.example><a href='tel:+1'>",
	    "javascript:alert(1) cid:a@b mailto:a@b.example tel:+1" },

	/* What browsers drop. */
	{ "blanks around it", "<a href=' \n\x01http://a.example/ \t'>",
	    "http://a.example/" },
	{ "line ends and tabs in it",
	    "<a href='ht\ntp:/\r\n/a.ex\tample/x\n'>", "http://a.example/x" },
	{ "the same as references",
	    "<a href='java&#10;script&Tab;:alert(1)&NewLine;'>",
	    "javascript:alert(1)" },
	{ "a blank in it stays", "<a href='http://a.example/x y'>",
	    "http://a.example/x y" },

	/* Character references. */
	{ "an ampersand", "<a href='http://a.example/?b=1&amp;c=2&d=3'>",
	    "http://a.example/?b=1&c=2&d=3" },
	{ "numbers", "<a href='&#104;ttp:&#x2f;&#X2F;a&#46example'>",
	    "http://a.example" },
	{ "many zeroes", "<a href='http&#0000000000000000000000058;//a'>",
	    "http://a" },
	{ "names", "<a href='http&colon;&sol;&sol;a&period;example&quest;'>",
	    "http://a.example?" },
	{ "a name needs its semicolon", "<a href='http&colon//a.example/'>",
	    "" },
	{ "some do not", "<a href='http://a.example/?b&amp'>",
	    "http://a.example/?b&" },
	{ "but before a letter or '='",
	    "<a href='http://a.example/?a&lt=1&gtx&amp;'>",
	    "http://a.example/?a&lt=1&gtx&" },
	{ "names are told by letter case", "<a href='http&COLON;//a/&AMP;'>",
	    "" },
	{ "an unknown name stays", "<a href='http://a.example/&nope;'>",
	    "http://a.example/&nope;" },
	{ "a reference ends no attribute",
	    "<a href='http://a.example/&quot;&#39;&gt;x'>",
	    "http://a.example/\"'>x" },
	{ "what is no character", "<a href='http://a.example/&#0;&#xd800;"
	    "&#x110000;&#99999999999;&#x80;'>",
	    "http://a.example/\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "\xef\xbf\xbd" },
	{ "a number too large for any word",
	    "<a href='http&#4294967354;//&#18446744073709551674;'>", "" },
	{ "no number", "<a href='http://a.example/&#;&#x;&#xg;&'>",
	    "http://a.example/&#;&#x;&#xg;&" },
	{ "in a text", "http&#58;//a.example&#47;x&amp;y&nbsp;z",
	    "http://a.example/x&y" },
	{ "without a semicolon in a text", "http://a.example/?b&ampc=d",
	    "http://a.example/?b&c=d" },
	{ "a name that goes on in a text", "http://a.example/?b&ampx;c",
	    "http://a.example/?b&x;c" },
	{ "all lengths", "<a href='http://a.example/&#36;&#228;&#8364;"
	    "&#x1f600;'>", "http://a.example/$\xc3\xa4\xe2\x82\xac"
	    "\xf0\x9f\x98\x80" },

	/* What is no tag. */
	{ "a bracket in a text", "1 < 2 <3 http://a.example <= 4 <",
	    "http://a.example" },
	{ "a comment", "<!-- <a href=http://a.example> http://b.example -->"
	    "http://c.example", "http://c.example" },
	{ "a comment that has one", "<!-- <!-- x --> http://a.example -->",
	    "http://a.example" },
	{ "a comment ends so as well", "<!-- x --!><a href=http://a.example>",
	    "http://a.example" },
	{ "an empty comment", "<!--><a href=http://a.example>"
	    "<!---><a href=http://b.example><!----><a href=http://c.example>",
	    "http://a.example http://b.example http://c.example" },
	{ "a comment that does not end", "<!-- <a href=http://a.example>",
	    "" },
	{ "a bracket ends a declaration, not a comment",
	    "<!x <!-- ><a href=http://a.example>", "http://a.example" },
	{ "an end tag that is none", "</!-- ><a href=http://a.example>",
	    "http://a.example" },
	{ "CDATA", "<![CDATA[<a href=http://a.example>]]>",
	    "http://a.example" },
	{ "what Outlook reads", "<!--[if mso]><a href=http://a.example>"
	    "<![endif]--><a href=http://b.example>",
	    "http://a.example http://b.example" },
	{ "nothing in there reaches beyond it",
	    "<!--[if mso]><a title=' --><a href=http://a.example>"
	    "<!--[if x]><xmp>--><a href=http://b.example>"
	    "<!--[if x]><!-- --><a href=http://c.example>"
	    "<!--[if x]><!--[if y]>--><a href=http://d.example>",
	    "http://a.example http://b.example http://c.example "
	    "http://d.example" },
	{ "what Outlook does not read",
	    "<![if !mso]><a href=http://a.example><![endif]>",
	    "http://a.example" },
	{ "a tag that does not end", "<a href=http://a.example <b <b",
	    "http://a.example" },
	{ "a quote that does not end", "<a href='http://a.example> <a "
	    "href=\"http://b.example\">", "" },
	{ "a quote in the other", "<a x=\"'\" href=http://a.example y=\"'\">",
	    "http://a.example" },
	{ "a bracket in quotes", "<a x='>' href=http://a.example>",
	    "http://a.example" },
	{ "a name that begins with '='", "<a =href=http://a.example>", "" },
	{ "a tag in a tag's name", "<a<a href=http://a.example>",
	    "http://a.example" },

	/* Elements that hold text. */
	{ "a script", "<script>var x='http://a.example/b';"
	    "y=\"<!--\"</script><a href=http://c.example>",
	    "http://a.example/b http://c.example" },
	{ "a script that hides its end",
	    "<script><!--<script></script><a href=//b.example></script>"
	    "<a href=//a.example>", "//a.example" },
	{ "a script whose comment has ended",
	    "<script><!--<script>--></script><a href=//a.example>",
	    "//a.example" },
	{ "an empty comment in a script",
	    "<script><!--><script></script><a href=//a.example>",
	    "//a.example" },
	{ "a comment begins in no raw text",
	    "<style><!--</style><a href=//a.example>"
	    "<xmp><!--</xmp><a href=//b.example>"
	    "<title><!--</title><a href=//c.example>"
	    "<textarea><!--</TEXTAREA ><a href=//d.example>"
	    "<noembed><!--</noembed/><a href=//e.example>",
	    "//a.example //b.example //c.example //d.example //e.example" },
	{ "an end tag of another kind ends none",
	    "<style></styles></script><a href=//a.example></style>", "" },
	{ "a title has references", "<title>http:&#47;/a.example</title>",
	    "http://a.example" },
	{ "a style", "<style>a{b:url(http://a.example/x)}"
	    "c{d:URL( '//b.example/)' )} @import \"//c.example/y\";"
	    "@import url(//d.example);"
	    "e{f:url(g.png)}</style>",
	    "http://a.example/x //b.example/) //c.example/y "
	    "//d.example" },
	{ "a style attribute",
	    "<p style='background:url(&quot;//a.example/x y&quot;)'>",
	    "//a.example/x y" },
	{ "escapes in a style",
	    "<p style='a:url(http://a\\2e example/\\00002ex);"
	    "b:url(&quot;//b\\.exampl\\65&quot;),u\\72l( //c\\000065xample );"
	    "@\\69mport &quot;//d\\\\e&quot;'>",
	    "http://a.example/.x //b.example //cexample //d\\e" },
	{ "what an escape hides",
	    "<style>a{b:url(\"//a\\\"@b.example/\");c:url(//d\\).example/x\\ y);"
	    "e:url(\"//f\\29\")}</style>",
	    "//a\"@b.example/ //d).example/x y //f)" },
	{ "escapes that are none",
	    "<style>url(//a\\0x)url(//b\\d800x)url(//c\\110000x)"
	    "url(\"//d\\\ne\")url(//f\\</style>",
	    "//a?x //b?x //c?x //de //f\\" },
	{ "a style that does not end", "<style>a{b:url(//a.example/x",
	    "//a.example/x" },
	{ "a document in an attribute", "<iframe "
	    "srcdoc='&lt;a href=&quot;http://a.example/&quot;&gt;'></iframe>",
	    "http://a.example/" },

	/* A page that goes elsewhere. */
	{ "a refresh", "<meta http-equiv=refresh "
	    "content='0;url=http://a.example/'>", "http://a.example/" },
	{ "a refresh with blanks and quotes", "<META CONTENT=\" 5 ; "
	    "URL = 'http://a.example/' x\" HTTP-EQUIV=Refresh>",
	    "http://a.example/" },
	{ "a refresh without a word", "<meta content='1.5, http://a.example'>",
	    "http://a.example" },
	{ "no refresh", "<meta name=og:url content='http://a.example/'>"
	    "<meta content='width=5'><meta content=7>", "" },
};

static void
test_html(void)
{
	char got[4096];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct urls list = { .count = 0 };
		struct arena a;
		size_t n = 0;

		unit_case(rows[i].sentence);
		arena_init(&a, ARENA_LIMIT);
		url_find_in_html(span_of(rows[i].html), &a, &list);
		got[0] = '\0';
		for (size_t k = 0; k < list.count; k++)
			n += (size_t)snprintf(got + n, sizeof got - n,
			    "%s%.*s", k > 0 ? " " : "",
			    (int)list.at[k].url.len, list.at[k].url.ptr);
		check_text(got, rows[i].want);
		arena_release(&a);
	}
}

/* Every name that is known stands in its place for its character. */
static void
test_names(void)
{
	static const char all[] = "&AMP;&GT;&Hat;&LT;&NewLine;&NoBreak;&QUOT;"
	    "&Tab;&ZeroWidthSpace;&amp;&apos;&ast;&bsol;&colon;&comma;&commat;"
	    "&dollar;&emsp;&ensp;&equals;&excl;&grave;&gt;&hellip;&laquo;"
	    "&lbrace;&lbrack;&lcub;&lowbar;&lpar;&lsqb;&lt;&mdash;&nbsp;"
	    "&ndash;&num;&percnt;&period;&plus;&quest;&quot;&raquo;&rbrace;"
	    "&rbrack;&rcub;&rpar;&rsqb;&semi;&shy;&sol;&thinsp;&verbar;&vert;"
	    "&zwj;&zwnj;";
	struct arena a;

	arena_init(&a, ARENA_LIMIT);
	check_span(html_resolve(span_of(all), false, &a),
	    "&>^<\n\xe2\x81\xa0\"\t\xe2\x80\x8b&'*\\:,@$\xe2\x80\x83"
	    "\xe2\x80\x82=!`>\xe2\x80\xa6\xc2\xab{[{_([<\xe2\x80\x94\xc2\xa0"
	    "\xe2\x80\x93#%.+?\"\xc2\xbb}]})];\xc2\xad/\xe2\x80\x89||"
	    "\xe2\x80\x8d\xe2\x80\x8c");
	arena_release(&a);
}

/* PART over and over, up to 64 KiB, is read to its end in a bounded memory. */
static void
test_repeats(void)
{
	static const char *const parts[] = { "<", "<a", "<a ", "<a href='", "&",
		"&#", "&amp", "<!--", "<!--[if>", "<!--[if>-->", "<script>",
		"<script><!--<script>", "</", "<![CDATA[", "url(", "http://",
		"<a href=http://a>", "<style>url('",
		"<style>url(//\\", "<style>\\75", "http://a\"@", "www.a\"b@",
		"'http://a'@b/", "www.a\"mailto:", "http://a\\@",
		"<meta content='0;url=" };
	struct arena a;
	char text[65536];

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		struct urls list = { .count = 0 };
		size_t len = strlen(parts[i]);

		unit_case(parts[i]);
		for (size_t k = 0; k < sizeof text; k++)
			text[k] = parts[i][k % len];
		arena_init(&a, 8 * sizeof text);
		url_find_in_html(span_make(text, sizeof text), &a, &list);
		check_true(!a.exhausted);
		check_true(list.count <= 4);
		arena_release(&a);
	}
}

static const struct unit_test tests[] = {
	{ "the URLs in HTML are those that a browser finds", test_html },
	{ "names of characters are known", test_names },
	{ "what is repeated has bounds", test_repeats },
};

UNIT_MAIN("url_html", tests)
