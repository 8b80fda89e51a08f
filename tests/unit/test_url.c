/*
 * test_url.c - the URLs in a text, and their hosts.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/mail/decode/decode.h"
#include "rules/mail/url/url.h"
#include "tests/unit/unit.h"

#define ARENA_LIMIT (64u << 20)

static const struct row {
	const char *sentence;
	const char *text;
	const char *want;	/* "URL|HOST" for each, a blank between */
} rows[] = {
	{ "nothing", "", "" },
	{ "no URL", "Nothing to see here: 1/2, a:b, http, www", "" },
	{ "http", "see http://a.example/x now", "http://a.example/x|a.example" },
	{ "https", "https://a.example", "https://a.example|a.example" },
	{ "ftp", "ftp://a.example/f", "ftp://a.example/f|a.example" },
	{ "mailto has no host", "mailto:joe@a.example?subject=x",
	    "mailto:joe@a.example?subject=x|" },
	{ "www. alone", "www.a.example/x", "www.a.example/x|www.a.example" },
	{ "letter case of schemes and hosts", "HTTP://A.Example/X WWW.B.example",
	    "HTTP://A.Example/X|a.example WWW.B.example|www.b.example" },
	{ "several, each once", "http://a.example http://b.example "
	    "http://a.example http://a.example/",
	    "http://a.example|a.example http://b.example|b.example "
	    "http://a.example/|a.example" },
	{ "one in a line, one behind it", "http://a.example/x\nhttp://b.example",
	    "http://a.example/x|a.example http://b.example|b.example" },
	{ "a tab ends one", "http://a.example/x\ty", "http://a.example/x|a.example" },
	{ "a NUL would end one: a control does", "http://a.example/\x01y",
	    "http://a.example/|a.example" },
	{ "letters before it", "Link:http://a.example xhttps://b.example",
	    "http://a.example|a.example https://b.example|b.example" },
	{ "but not before these", "sftp://a.example awww.b.example "
	    "xmailto:c@d joe@www.e.example f-www.g.example", "" },
	{ "backslashes", "http:\\\\a.example\\x https:/\\b.example",
	    "http:\\\\a.example\\x|a.example https:/\\b.example|b.example" },
	{ "without slashes it is none", "http:a.example http:/b.example", "" },
	{ "nor without a host", "http:// https:///x http://? www. www, http://.",
	    "" },
	{ "nor without an address", "mailto: mailto:, ", "" },

	/* What a sentence puts behind it. */
	{ "a full stop", "See http://a.example/x.", "http://a.example/x|a.example" },
	{ "all kinds", "http://a.example/1, http://a.example/2; "
	    "http://a.example/3: http://a.example/4! http://a.example/5? "
	    "http://a.example/6... http://a.example/7?!",
	    "http://a.example/1|a.example http://a.example/2|a.example "
	    "http://a.example/3|a.example http://a.example/4|a.example "
	    "http://a.example/5|a.example http://a.example/6|a.example "
	    "http://a.example/7|a.example" },
	{ "quotes", "\"http://a.example/x\" 'http://b.example/y', "
	    "`http://c.example`",
	    "http://a.example/x|a.example http://b.example/y|b.example "
	    "http://c.example|c.example" },
	{ "what a quote holds ends at the quote", "x='http://a.example/y';z",
	    "http://a.example/y|a.example" },
	{ "stars", "*http://a.example/* **www.b.example**",
	    "http://a.example/|a.example www.b.example|www.b.example" },
	{ "brackets that it did not open", "(http://a.example/x) "
	    "[http://b.example/x]. {http://c.example}",
	    "http://a.example/x|a.example http://b.example/x|b.example "
	    "http://c.example|c.example" },
	{ "brackets that it did", "http://a.example/x_(y) "
	    "(see http://b.example/x_(y)) http://c.example/[z]",
	    "http://a.example/x_(y)|a.example http://b.example/x_(y)|b.example "
	    "http://c.example/[z]|c.example" },
	{ "brackets and full stops", "(http://a.example/x).).",
	    "http://a.example/x|a.example" },
	{ "what a bracket holds ends at the bracket",
	    "url(http://a.example/(x)y)z [http://b.example]c",
	    "http://a.example/(x)y|a.example http://b.example|b.example" },
	{ "an open bracket at the end", "http://a.example/x(",
	    "http://a.example/x|a.example" },
	{ "angle brackets", "<http://a.example/x> <URL:http://b.example/y> "
	    "<mailto:c@d.example>",
	    "http://a.example/x|a.example http://b.example/y|b.example "
	    "mailto:c@d.example|" },
	{ "a list without blanks", "http://a.example/x,http://b.example;"
	    "www.c.example|https://d.example",
	    "http://a.example/x|a.example http://b.example|b.example "
	    "www.c.example|www.c.example https://d.example|d.example" },
	{ "one inside of another is part of it",
	    "http://a.example/?to=http://b.example/",
	    "http://a.example/?to=http://b.example/|a.example" },
	{ "a comma in a path", "http://a.example/1,2;3!4",
	    "http://a.example/1,2;3!4|a.example" },
	{ "CJK punctuation",
	    "\xe8\xa7\x81http://a.example/x\xe3\x80\x82\xe8\xb0\xa2 "
	    "\xef\xbc\x88http://b.example/\xef\xbc\x89 "
	    "\xe3\x80\x8chttp://c.example/\xe3\x80\x8d"
	    "http://d.example/y\xef\xbc\x8chttp://e.example",
	    "http://a.example/x|a.example http://b.example/|b.example "
	    "http://c.example/|c.example http://d.example/y|d.example "
	    "http://e.example|e.example" },
	{ "typographic quotes", "\xe2\x80\x9chttp://a.example/x\xe2\x80\x9d",
	    "http://a.example/x|a.example" },
	{ "a blank that is not ASCII", "http://a.example/x\xc2\xa0y "
	    "http://b.example/\xe3\x80\x80y",
	    "http://a.example/x|a.example http://b.example/|b.example" },
	{ "what turns the direction of text", "http://a.example/\xe2\x80\xaex",
	    "http://a.example/|a.example" },
	{ "letters that are not ASCII", "http://m\xc3\xbcller.example/\xc3\xa4",
	    "http://m\xc3\xbcller.example/\xc3\xa4|xn--mller-kva.example" },
	{ "what has no width at the end", "http://a.example/x\xe2\x80\x8b. y",
	    "http://a.example/x|a.example" },

	/* Where readers differ. */
	{ "a comma in a host", "http://a.example,x.b.example/",
	    "http://a.example,x.b.example/|a.example,x.b.example "
	    "http://a.example|a.example" },
	{ "a wide dot in a host", "http://a\xe3\x80\x82" "example/x",
	    "http://a\xe3\x80\x82" "example/x|a.example http://a|a" },
	{ "no width in a host", "http://a.exa\xe2\x80\x8bmple/x",
	    "http://a.exa\xe2\x80\x8bmple/x|a.example http://a.exa|a.exa" },
	{ "a one dot leader in a host", "http://a\xe2\x80\xa4" "example/",
	    "http://a\xe2\x80\xa4" "example/|a.example http://a|a" },
	{ "a backslash before the host of RFC 3986",
	    "https://a.example\\@b.example/",
	    "https://a.example\\@b.example/|a.example "
	    "https://a.example\\@b.example/|b.example" },
	{ "the same twice is there twice, once",
	    "http://a\\@b/ http://c http://a\\@b/ http://c",
	    "http://a\\@b/|a http://a\\@b/|b http://c|c" },
	{ "a backslash before the same host", "http://a.example\\@A.example",
	    "http://a.example\\@A.example|a.example" },
	{ "a backslash in the host of RFC 3986",
	    "http://a\\@b@c:80\\d",
	    "http://a\\@b@c:80\\d|a http://a\\@b@c:80\\d|c" },
	{ "an at sign in the path", "http://a\\b/@c http://a/\\@b",
	    "http://a\\b/@c|a http://a/\\@b|a" },
	{ "a quote, and a host behind it", "http://a.example\"@b.example/x\"y z",
	    "http://a.example\"@b.example/x\"y|b.example "
	    "http://a.example|a.example" },
	{ "the same with quotes that are not ASCII",
	    "http://a.example\xe2\x80\x99@b.example/ "
	    "http://c.example\xc2\xbb@d.example.",
	    "http://a.example\xe2\x80\x99@b.example/|b.example "
	    "http://a.example|a.example "
	    "http://c.example\xc2\xbb@d.example|d.example "
	    "http://c.example|c.example" },
	{ "the same with brackets", "(http://a.example)@b.example [www.c]d@e",
	    "http://a.example)@b.example|b.example http://a.example|a.example "
	    "www.c]d@e|e www.c|www.c" },
	{ "a quote, and no host behind it",
	    "\"http://a.example\", \"http://b.example\"/@c "
	    "\"http://d\"<joe@e.example> \"mailto:f\"@g",
	    "http://a.example|a.example http://b.example|b.example "
	    "http://d|d mailto:f|" },
	{ "one behind a quote is one by itself",
	    "http://a\"www.b@c http://d\"mailto:e@f",
	    "http://a|a www.b@c|c http://d\"mailto:e@f|f http://d|d "
	    "mailto:e@f|" },
	{ "a comma in a user", "http://a,b@c.example/",
	    "http://a,b@c.example/|c.example" },
	{ "a full stop behind the host", "http://a.example.",
	    "http://a.example|a.example" },
};

static void
add_text(char *out, size_t room, const struct urls *list)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < list->count; i++)
		n += (size_t)snprintf(out + n, room - n, "%s%.*s|%.*s",
		    i > 0 ? " " : "", (int)list->at[i].url.len,
		    list->at[i].url.ptr, (int)list->at[i].host.len,
		    list->at[i].host.ptr);
}

static void
test_text(void)
{
	char got[4096];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct urls list = { .count = 0 };
		struct arena a;

		unit_case(rows[i].sentence);
		arena_init(&a, ARENA_LIMIT);
		url_find_in_text(span_of(rows[i].text), &a, &list);
		add_text(got, sizeof got, &list);
		check_text(got, rows[i].want);
		arena_release(&a);
	}
}

static const struct {
	const char *sentence;
	const char *url;
	const char *host;
} hosts[] = {
	{ "of nothing", "", "" },
	{ "a path alone", "/x", "" },
	{ "a relative URL", "x.html", "" },
	{ "a fragment", "#top", "" },
	{ "no scheme", "//a.example/x", "a.example" },
	{ "no scheme, backslashes", "\\\\a.example\\x", "a.example" },
	{ "no scheme, both", "/\\a.example", "a.example" },
	{ "any number of slashes", "https:///\\/a.example", "a.example" },
	{ "none at all", "http:a.example/x", "a.example" },
	{ "other schemes need two", "git:a.example", "" },
	{ "and have a host then", "git://a.example:9418/x", "a.example" },
	{ "a file has none", "file:///etc/passwd", "" },
	{ "cid has none", "cid:a@b.example", "" },
	{ "data has none", "data:text/html,http://a.example/", "" },
	{ "javascript has none", "javascript:alert(1)", "" },
	{ "a digit begins no scheme", "1http://a.example", "" },
	{ "a question ends it", "http://a.example?b", "a.example" },
	{ "a fragment ends it", "http://a.example#@b", "a.example" },
	{ "a backslash ends it", "http://a.example\\@b.example/", "a.example" },
	{ "a port", "http://a.example:8080/", "a.example" },
	{ "an empty port", "http://a.example:/", "a.example" },
	{ "a user", "http://joe@a.example/", "a.example" },
	{ "a password", "http://good.example:80@a.example/", "a.example" },
	{ "the last at sign counts", "http://x@b.example@a.example/",
	    "a.example" },
	{ "an at sign in the path does not", "http://a.example/@b.example",
	    "a.example" },
	{ "a final dot", "http://a.example./", "a.example" },
	{ "final dots", "http://a.example.../", "a.example" },
	{ "dots alone", "http://.../", "" },
	{ "an IPv4 address", "http://192.0.2.1/", "192.0.2.1" },
	{ "one number", "http://3221225985/", "192.0.2.1" },
	{ "hexadecimal", "http://0xC0000201:80/", "192.0.2.1" },
	{ "octal", "http://0300.00.0002.01", "192.0.2.1" },
	{ "two numbers", "http://192.513/", "192.0.2.1" },
	{ "three of all kinds", "http://0xc0.0.01001./", "192.0.2.1" },
	{ "none at all is zero", "http://0x/", "0.0.0.0" },
	{ "percent signs in an address", "http://%30xc0.0.2.1", "192.0.2.1" },
	{ "wide digits", "http://\xef\xbc\x91\xef\xbc\x99\xef\xbc\x92.0.2.1",
	    "192.0.2.1" },
	{ "the largest", "http://4294967295/", "255.255.255.255" },
	{ "too large", "http://4294967296/", "4294967296" },
	{ "too large for any word", "http://0x10000000000000001.com/ ",
	    "0x10000000000000001.com" },
	{ "the largest of two", "http://1.16777215/", "1.255.255.255" },
	{ "too large a last", "http://1.16777216/", "1.16777216" },
	{ "too large a first", "http://256.1/", "256.1" },
	{ "five numbers", "http://1.2.3.4.5/", "1.2.3.4.5" },
	{ "an empty one", "http://1..2/", "1..2" },
	{ "no octal digit", "http://09.0.0.1/", "09.0.0.1" },
	{ "a name that ends in a number", "http://a.1/", "a.1" },
	{ "a name of digits", "http://1.2.3.a/", "1.2.3.a" },
	{ "an IPv6 address", "http://[2001:DB8::1]:80/", "[2001:db8::1]" },
	{ "its zeroes", "http://[2001:0db8:0:0:00:0:0:01]/", "[2001:db8::1]" },
	{ "IPv4 at its end", "http://[2001:db8::192.0.2.1]/",
	    "[2001:db8::c000:201]" },
	{ "IPv4 mapped into it", "http://[::ffff:c000:201]/", "192.0.2.1" },
	{ "none in brackets", "http://[a.example]/ ", "[a.example]" },
	{ "nothing in brackets", "http://[]/", "[]" },
	{ "a bracket alone", "http://[", "[" },
	{ "an IPv6 address, open", "http://[2001:db8::1", "[2001:db8::1" },
	{ "a user before an IPv6 address", "http://u:p@[::1]/", "[::1]" },
	{ "percent signs", "http://%61.ex%61mple/", "a.example" },
	{ "percent signs in capitals", "http://%41%2eexample/", "a.example" },
	{ "no percent signs", "http://a%.example%4/", "a%.example%4" },
	{ "not twice", "http://a%252e.example/", "a%2e.example" },
	{ "UTF-8 by percent signs", "http://m%C3%BCller.example/",
	    "xn--mller-kva.example" },
	{ "percent signs that are no UTF-8", "http://a%ff.example%c3/",
	    "a.example" },
	{ "blanks by percent signs", "http://a%20.ex%09am%00ple%7f/",
	    "a.example" },
	{ "an IDN", "http://m\xc3\xbcller.Example/", "xn--mller-kva.example" },
	{ "an IDN in capitals", "http://M\xc3\x9cLLER.example/",
	    "xn--mller-kva.example" },
	{ "an IDN with its dots apart", "http://mu\xcc\x88ller.example/",
	    "xn--mller-kva.example" },
	{ "two labels", "http://\xc3\xa4.\xe4\xbe\x8b.example/",
	    "xn--4ca.xn--fsq.example" },
	{ "sharp s is a letter of its own", "http://fa\xc3\x9f.example/",
	    "xn--fa-hia.example" },
	{ "a label that cannot be had hides no other",
	    "http://\xef\xbf\xbc.m\xc3\xbcller.\xef\xbd\x81.example/",
	    "\xef\xbf\xbc.xn--mller-kva.a.example" },
	{ "nor does one that looks like one for machines",
	    "http://xn--\xc3\xa4.\xc3\xa4.example/",
	    "xn--\xc3\xa4.xn--4ca.example" },
	{ "an IDN for machines", "http://XN--mller-kva.example/",
	    "xn--mller-kva.example" },
	{ "wide dots", "http://a\xe3\x80\x82" "b\xef\xbc\x8e" "c\xef\xbd\xa1"
	    "example/", "a.b.c.example" },
	{ "a wide dot at the end", "http://a.example\xe3\x80\x82/",
	    "a.example" },
	{ "wide letters", "http://\xef\xbc\xa1\xef\xbd\x82\xef\xbc\x91.example",
	    "ab1.example" },
	{ "circled letters", "http://\xe2\x92\xb6\xe2\x93\x91\xe2\x91\xa0/",
	    "ab1" },
	{ "mathematical letters", "http://\xf0\x9d\x90\x80\xf0\x9d\x91\x8f"
	    "\xf0\x9d\x9f\x97/", "ab9" },
	{ "letters like letters", "http://p\xe2\x84\x8e\xc2\xaa\xe2\x82\x9b"
	    "\xe2\x85\xb7\xe1\xb5\x83\xc5\xbf.example", "phasviiias.example" },
	{ "a one dot leader", "http://a\xe2\x80\xa4" "example/", "a.example" },
	{ "what is for nothing in a host",
	    "http://a\xef\xb8\x8f.\xf3\xa0\x84\x80"
	    "e\xcd\x8fx\xe1\xa0\x8b" "a\xe1\xa0\x8fmple", "a.example" },
	{ "a soft hyphen", "http://a.exam\xc2\xadple/", "a.example" },
	{ "no width", "http://a.\xe2\x80\x8b" "exam\xef\xbb\xbfple/",
	    "a.example" },
	{ "a wide blank", "http://a\xe3\x80\x80.example/", "a.example" },
	{ "www. without a scheme", "WWW.a.example:80/x", "www.a.example" },
};

static void
test_hosts(void)
{
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		struct arena a;

		unit_case(hosts[i].sentence);
		arena_init(&a, ARENA_LIMIT);
		check_span(url_host(span_of(hosts[i].url), &a), hosts[i].host);
		arena_release(&a);
	}
}

/* A URL of HEAD, COUNT letters and TAIL, in memory of its own. */
static char *
long_url(const char *head, size_t count, const char *tail)
{
	char *text = malloc(strlen(head) + count + strlen(tail) + 1);

	if (text == NULL)
		abort();
	memcpy(text, head, strlen(head));
	memset(text + strlen(head), 'a', count);
	memcpy(text + strlen(head) + count, tail, strlen(tail) + 1);
	return text;
}

static void
test_long(void)
{
	struct urls list = { .count = 0 };
	struct arena a;
	char *one = long_url("http://", 1u << 20, "@b.example/");
	char *two = long_url("http://", 1u << 20, "@c.example/");
	char *three = long_url("http://b.example/", URL_MAX - 18, "\xc3\xa4");

	arena_init(&a, ARENA_LIMIT);
	unit_case("a long user does not hide the host");
	url_find_in_text(span_of(one), &a, &list);
	check_size(list.count, 1);
	check_size(list.at[0].url.len, URL_MAX);
	check_span(list.at[0].host, "b.example");
	unit_case("two that differ in what is cut are two");
	url_find_in_text(span_of(two), &a, &list);
	url_find_in_text(span_of(one), &a, &list);
	check_size(list.count, 2);
	check_span(list.at[1].host, "c.example");
	unit_case("none is cut inside of a character");
	url_find_in_text(span_of(three), &a, &list);
	check_size(list.count, 3);
	check_size(list.at[2].url.len, URL_MAX - 1);
	arena_release(&a);
	free(one);
	free(two);
	free(three);
}

/* LABEL and as many letters as COUNT, and what its host is without "http://". */
static void
check_bound(const char *label, size_t count, const char *beginning)
{
	char *url = long_url(label, count, ".\xc3\xa4/");
	struct arena a;
	struct span host;

	arena_init(&a, ARENA_LIMIT);
	host = url_host(span_of(url), &a);
	check_span(span_head(host, strlen(beginning)), beginning);
	arena_release(&a);
	free(url);
}

static void
test_bounds(void)
{
	unit_case("a label that DNS can have");
	check_bound("http://\xc3\xa4", 55, "xn--aaa");
	unit_case("one that it cannot have");
	check_bound("http://\xc3\xa4", 56, "\xc3\xa4" "aaa");
	unit_case("one that is longer than any");
	check_bound("http://\xc3\xa4", HOST_LABEL_MAX, "\xc3\xa4" "aaa");
	unit_case("a host with such labels");
	check_bound("http://\xc3\xa4.", 1000, "xn--4ca.aaa");
	unit_case("a host that is longer than any");
	check_bound("http://\xc3\xa4.", 1010, "\xc3\xa4.aaa");
}

static void
test_many(void)
{
	struct urls list = { .count = 0 };
	struct arena a;
	char text[64];
	size_t i;

	arena_init(&a, ARENA_LIMIT);
	unit_case("as many as may be");
	for (i = 0; i < 2 * URLS_MAX; i++) {
		(void)snprintf(text, sizeof text, "http://h%zu.example/",
		    i / 2);
		url_find_in_text(arena_copy(&a, span_of(text)), &a, &list);
	}
	check_size(list.count, URLS_MAX);
	check_true(!list.lost);
	for (i = 0; i < URLS_MAX; i++) {
		(void)snprintf(text, sizeof text, "h%zu.example", i);
		check_span(list.at[i].host, text);
	}
	unit_case("and one more");
	url_find_in_text(span_of("http://a.example http://b.example"), &a,
	    &list);
	check_size(list.count, URLS_MAX);
	check_true(list.lost);
	arena_release(&a);
}

/* Each begins the next one, in no order, so that they meet in the tree. */
static void
test_beginnings(void)
{
	struct urls list = { .count = 0 };
	char *whole = long_url("http://", 500, "");
	struct arena a;

	arena_init(&a, ARENA_LIMIT);
	for (size_t i = 0; i < 1000; i++)
		url_find_in_text(span_make(whole, 8 + i * 211 % 500), &a,
		    &list);
	check_size(list.count, 500);
	arena_release(&a);
	free(whole);
}

static void
test_no_memory(void)
{
	struct urls list = { .count = 0 };
	struct arena a;

	arena_init(&a, 200);
	url_find_in_text(span_of("http://a.example http://b.example "
	    "http://c.example http://d.example"), &a, &list);
	check_true(a.exhausted);
	check_true(list.count < 4);
	arena_release(&a);
}

static const struct unit_test tests[] = {
	{ "the URLs in a text are found, without the sentence around them",
	    test_text },
	{ "a host is what a browser would ask for", test_hosts },
	{ "a long URL is cut, its host is not", test_long },
	{ "what is longer than names are stays", test_bounds },
	{ "there is a most, and it is known when there were more", test_many },
	{ "URLs that begin alike are told apart", test_beginnings },
	{ "without memory the arena says so", test_no_memory },
};

UNIT_MAIN("url", tests)
