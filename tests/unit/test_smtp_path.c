/*
 * test_smtp_path.c - the grammar of MAIL and RCPT arguments.
 */
#include "config.h"

#include "milter/smtp/path.h"
#include "tests/unit/unit.h"

static const struct {
	const char *sentence;
	const char *text;
	const char *address;	/* NULL: this is no path */
	const char *domain;
} paths[] = {
	{ "a mailbox", "<bob@example.org>", "bob@example.org", "example.org" },
	{ "the null path", "<>", "", "" },
	{ "the null path with a blank in it", "< >", "", "" },
	{ "no angle brackets", "bob@example.org", "bob@example.org",
	    "example.org" },
	{ "blanks before it", " \t<bob@example.org>", "bob@example.org",
	    "example.org" },
	{ "blanks in the brackets", "< bob@example.org\t>", "bob@example.org",
	    "example.org" },
	{ "no domain", "<postmaster>", "postmaster", "" },
	{ "a source route of one", "<@r1:u@x.example>", "u@x.example",
	    "x.example" },
	{ "a source route of two", "<@r1,@r2:u@x.example>", "u@x.example",
	    "x.example" },
	{ "a route over a literal", "<@[192.0.2.1]:u@x.example>",
	    "u@x.example", "x.example" },
	{ "a quoted local part", "<\"a b\"@x.example>", "\"a b\"@x.example",
	    "x.example" },
	{ "a quoted local part with @ and >", "<\"a@b>c\"@x.example>",
	    "\"a@b>c\"@x.example", "x.example" },
	{ "a quoted quote", "<\"a\\\"b\"@x.example>", "\"a\\\"b\"@x.example",
	    "x.example" },
	{ "an empty quoted local part", "<\"\"@x.example>", "\"\"@x.example",
	    "x.example" },
	{ "dots anywhere in the local part", "<.a..b.@x.example>",
	    ".a..b.@x.example", "x.example" },
	{ "all of atext", "<!#$%&'*+-/=?^_`{|}~@x.example>",
	    "!#$%&'*+-/=?^_`{|}~@x.example", "x.example" },
	{ "an IPv4 literal", "<a@[192.0.2.1]>", "a@[192.0.2.1]",
	    "[192.0.2.1]" },
	{ "an IPv6 literal", "<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]",
	    "[IPv6:2001:db8::1]" },
	{ "a dot at the end of the domain", "<a@x.example.>", "a@x.example.",
	    "x.example." },
	{ "an underscore in the domain", "<a@x_y.example>", "a@x_y.example",
	    "x_y.example" },
	{ "UTF-8 on both sides", "<\xc3\xa9@\xc3\xbc.example>",
	    "\xc3\xa9@\xc3\xbc.example", "\xc3\xbc.example" },

	{ "nothing", "", NULL, NULL },
	{ "a bracket that is not closed", "<bob@example.org", NULL, NULL },
	{ "a bracket that is not opened", "bob@example.org>", NULL, NULL },
	{ "a name before it", "Bob<bob@example.org>", NULL, NULL },
	{ "two brackets", "<<bob@example.org>>", NULL, NULL },
	{ "text right behind it", "<bob@example.org>SIZE=1", NULL, NULL },
	{ "two @", "<a@b@c.example>", NULL, NULL },
	{ "no local part", "<@x.example>", NULL, NULL },
	{ "no domain behind the @", "<a@>", NULL, NULL },
	{ "an empty label", "<a@x..example>", NULL, NULL },
	{ "a dot before the domain", "<a@.example>", NULL, NULL },
	{ "a hyphen before a label", "<a@-x.example>", NULL, NULL },
	{ "a hyphen behind a label", "<a@x-.example>", NULL, NULL },
	{ "a label of 64 letters", "<a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaa.example>", NULL, NULL },
	{ "a literal that is no address", "<a@[junk]>", NULL, NULL },
	{ "a literal that is not closed", "<a@[192.0.2.1>", NULL, NULL },
	{ "a blank in the local part", "<a b@x.example>", NULL, NULL },
	{ "a quote that is not closed", "<\"ab@x.example>", NULL, NULL },
	{ "a quote at the end of the local part", "<ab\"@x.example>", NULL,
	    NULL },
	{ "a backslash outside of quotes", "<a\\b@x.example>", NULL, NULL },
	{ "a backslash at the end of a quote", "<\"a\\\"@x.example>", NULL,
	    NULL },
	{ "a comma", "<a,b@x.example>", NULL, NULL },
	{ "a semicolon", "<a;b@x.example>", NULL, NULL },
	{ "a comment", "<a(c)@x.example>", NULL, NULL },
	{ "a colon without a route", "<a:b@x.example>", NULL, NULL },
	{ "a route without its colon", "<@r1,u@x.example>", NULL, NULL },
	{ "a route without a mailbox", "<@r1:>", NULL, NULL },
	{ "a control character", "<a\001@x.example>", NULL, NULL },
	{ "a tab in quotes", "<\"a\tb\"@x.example>", NULL, NULL },
	{ "a control character in quotes", "<\"a\001\"@x.example>", NULL,
	    NULL },
	{ "a line end in quotes", "<\"a\r\n\"@x.example>", NULL, NULL },
	{ "DEL", "<a\177@x.example>", NULL, NULL },
	{ "bytes that are no UTF-8", "<a\xff@x.example>", NULL, NULL },
	{ "half a character of UTF-8", "<a\xc3@x.example>", NULL, NULL },
};

static void
paths_are_read(void)
{
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct span rest = span_of(paths[i].text);
		struct smtp_path path;
		int result;

		unit_case(paths[i].sentence);
		result = smtp_path_read(&rest, &path);
		check_int(result, paths[i].address != NULL ? 0 : -1);
		if (result < 0 || paths[i].address == NULL)
			continue;
		check_span(path.address, paths[i].address);
		check_span(path.domain, paths[i].domain);
		check_size(rest.len, 0);
		check_span(path.text,
		    paths[i].text + strspn(paths[i].text, " \t"));
	}
}

static void
a_path_ends_at_a_blank(void)
{
	struct span rest = span_of("<a@b.example> SIZE=1");
	struct smtp_path path;

	check_int(smtp_path_read(&rest, &path), 0);
	check_span(path.text, "<a@b.example>");
	check_span(rest, " SIZE=1");
}

static void
a_nul_is_in_no_path(void)
{
	static const char text[] = "<a\0b@x.example>";
	struct span rest = span_make(text, sizeof text - 1);
	struct smtp_path path;

	check_int(smtp_path_read(&rest, &path), -1);
}

static const struct {
	const char *sentence;
	const char *text;
	int result;
	const char *name;
	const char *value;
} params[] = {
	{ "a name with a value", " SIZE=52 X", 1, "SIZE", "52" },
	{ "a name alone", "SMTPUTF8", 1, "SMTPUTF8", "" },
	{ "a hyphen and digits in the name", "X-1=a", 1, "X-1", "a" },
	{ "UTF-8 in the value", "X=\xc3\xa9", 1, "X", "\xc3\xa9" },
	{ "blanks alone are the end", " \t ", 0, NULL, NULL },
	{ "nothing is the end", "", 0, NULL, NULL },
	{ "no name", "=x", -1, NULL, NULL },
	{ "an empty value", "SIZE=", -1, NULL, NULL },
	{ "two equals signs", "A=b=c", -1, NULL, NULL },
	{ "a hyphen before the name", "-A=b", -1, NULL, NULL },
	{ "a character that no name has", "A_B=c", -1, NULL, NULL },
	{ "a control character", "A=\001", -1, NULL, NULL },
};

static void
parameters_are_read(void)
{
	for (size_t i = 0; i < sizeof params / sizeof params[0]; i++) {
		struct span rest = span_of(params[i].text);
		struct smtp_param param;
		int result;

		unit_case(params[i].sentence);
		result = smtp_param_next(&rest, &param);
		check_int(result, params[i].result);
		if (result <= 0 || params[i].result <= 0)
			continue;
		check_span(param.name, params[i].name);
		check_span(param.value, params[i].value);
	}
}

static const struct unit_test tests[] = {
	{ "a path is what RFC 5321 and Postfix say", paths_are_read },
	{ "a path ends at a blank", a_path_ends_at_a_blank },
	{ "a NUL is in no path", a_nul_is_in_no_path },
	{ "a parameter is a name and a value", parameters_are_read },
};

UNIT_MAIN("smtp_path", tests)
