/*
 * test_auth_results.c - Authentication-Results fields are read by RFC 8601.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/mail/auth_results.h"
#include "tests/unit/unit.h"

static const struct {
	const char *sentence;
	const char *value;
	const char *want;	/* "AUTHSERV: METHOD=RESULT …"; NULL: refused */
} rows[] = {
	/* RFC 8601, appendix B. */
	{ "no results", "example.org 1; none", "example.org:" },
	{ "one result", "example.com;\n spf=pass smtp.mailfrom=example.net",
	    "example.com: spf=pass" },
	{ "two results", "example.com;\n auth=pass (cleartext) "
	    "smtp.auth=sender@example.net;\n spf=pass "
	    "smtp.mailfrom=example.net", "example.com: auth=pass spf=pass" },
	{ "comments everywhere", "foo.example.net (foobar) 1 (baz);\n"
	    " dkim (Because I like it) / 1 (One yay) = (wait for it) fail\n"
	    "   policy (A dot can go here) . (like that) expired\n"
	    "   (this surprised me) = (as I wasn't expecting it) 1362471462",
	    "foo.example.net: dkim=fail" },

	{ "the order stays, and what is there twice",
	    "a; dkim=fail; spf=none; dkim=pass",
	    "a: dkim=fail spf=none dkim=pass" },
	{ "no blanks", "a;dkim=pass;spf=fail", "a: dkim=pass spf=fail" },
	{ "blanks around signs", "a ; dkim\t=\n pass ; spf = fail ",
	    "a: dkim=pass spf=fail" },
	{ "nothing behind the name", "a", "a:" },
	{ "a semicolon alone", "a;", "a:" },
	{ "semicolons at the end and in a row", "a;; dkim=pass;;",
	    "a: dkim=pass" },
	{ "letter case stays", "A; DKIM=Pass", "A: DKIM=Pass" },
	{ "names with hyphens and digits", "a; x-foo2=bad-1; dkim-atps=pass",
	    "a: x-foo2=bad-1 dkim-atps=pass" },
	{ "properties that are no properties", "a; spf=pass (ip is 1.2.3.4) "
	    "smtp.mailfrom=b;dmarc=pass action=none header.from=c;"
	    "compauth=pass reason=100",
	    "a: spf=pass dmarc=pass compauth=pass" },
	{ "values without quotes", "a; dkim=pass header.b=Ab/c+=; "
	    "iprev=pass policy.iprev=2001:db8::1",
	    "a: dkim=pass iprev=pass" },
	{ "a port or path in a value", "a; spf=pass x.y=/b:25,c", "a: spf=pass" },
	{ "UTF-8 in a name", "m\xc3\xbcller.example; spf=pass",
	    "m\xc3\xbcller.example: spf=pass" },

	/* Who stamped it. */
	{ "a quoted name", "\"mx a\"; spf=pass", "mx a: spf=pass" },
	{ "a quoted name keeps its backslashes", "\"m\\x\"; spf=pass",
	    "m\\x: spf=pass" },
	{ "a quoted name with a semicolon", "\"a; spf=pass\"; spf=fail",
	    "a; spf=pass: spf=fail" },
	{ "a comment is no name", "(a) b; spf=pass", "b: spf=pass" },
	{ "nothing", "", NULL },
	{ "blanks alone", " \t\n", NULL },
	{ "a comment alone", "(a)", NULL },
	{ "no name", "; spf=pass", NULL },
	{ "an empty name", "\"\"; spf=pass", NULL },
	{ "a result in its place", "spf=pass smtp.mailfrom=x", NULL },
	{ "a quoted name that does not end", "\"a; spf=pass", NULL },
	{ "a comment that does not end", "(a; spf=pass", NULL },
	{ "two names", "a b; spf=pass", NULL },
	{ "a name and something", "a@b; spf=pass", NULL },
	{ "two quoted names", "\"a\"\"b\"; spf=pass", NULL },

	/* Versions. */
	{ "version 1", "a 1; spf=pass", "a: spf=pass" },
	{ "version 1 with zeroes", "a 001; spf=pass", "a: spf=pass" },
	{ "version 2", "a 2; spf=pass", NULL },
	{ "version 11", "a 11; spf=pass", NULL },
	{ "version 0", "a 0; spf=pass", NULL },
	{ "version 1 and more", "a 1 1; spf=pass", NULL },
	{ "version 1x", "a 1x; spf=pass", NULL },
	{ "a method of version 1", "a; spf/1=pass", "a: spf=pass" },
	{ "a method of another does not count", "a; spf/2=pass; dkim=fail",
	    "a: dkim=fail" },
	{ "a method of no version", "a; spf/=pass; dkim=fail", "a: dkim=fail" },
	{ "a method of version x", "a; spf/x=pass; dkim=fail", "a:" },

	/* What someone else wrote. */
	{ "a result in a comment", "a (b; dkim=pass) 1; spf=fail "
	    "smtp.mailfrom=\"x; dkim=pass\"; dkim=pass (good; spf=pass) "
	    "header.d=example.org", "a: spf=fail dkim=pass" },
	{ "a comment in a comment", "a; spf=fail (b (c) ; dkim=pass); iprev=pass",
	    "a: spf=fail iprev=pass" },
	{ "an escaped bracket in a comment",
	    "a; spf=fail (b \\) ; dkim=pass); iprev=pass",
	    "a: spf=fail iprev=pass" },
	{ "an escaped backslash in a comment", "a; spf=fail (b\\\\); dkim=pass",
	    "a: spf=fail dkim=pass" },
	{ "a quote in a comment quotes nothing", "a; spf=fail (\"); dkim=pass",
	    "a: spf=fail dkim=pass" },
	{ "an escaped quote", "a; spf=fail x.y=\"b\\\"; dkim=pass\"; iprev=pass",
	    "a: spf=fail iprev=pass" },
	{ "an escaped backslash", "a; spf=fail x.y=\"b\\\\\"; dkim=pass",
	    "a: spf=fail dkim=pass" },
	{ "a bracket in quotes", "a; spf=fail x.y=\"(\"; dkim=pass",
	    "a: spf=fail dkim=pass" },
	{ "a quoted local part",
	    "a; spf=fail smtp.mailfrom=\"b; dkim=pass\"@c; iprev=pass",
	    "a: spf=fail iprev=pass" },
	{ "a backslash alone escapes nothing", "a; spf=fail x.y=b\\; dkim=pass",
	    "a: spf=fail dkim=pass" },
	{ "a comment that does not end hides the rest",
	    "a; spf=fail (b; dkim=pass", "a: spf=fail" },
	{ "so do quotes", "a; spf=fail x.y=\"b; dkim=pass", "a: spf=fail" },
	{ "and quotes that end in a backslash", "a; spf=fail x.y=\"b\\",
	    "a: spf=fail" },
	{ "a comment ends no word", "a; sp(b)f=pass; dkim=pass", "a:" },
	{ "a comment behind a result", "a; spf=pass(b)", "a: spf=pass" },
	{ "a result goes on", "a; spf=pass.x; dkim=pass", "a:" },
	{ "a result in quotes", "a; spf=\"pass\"; dkim=pass", "a:" },
	{ "no result", "a; spf=; dkim=pass", "a:" },
	{ "no method", "a; =pass; dkim=pass", "a:" },
	{ "no sign", "a; spf pass; dkim=pass", "a:" },
	{ "none among others ends it", "a; spf=pass; none; dkim=pass",
	    "a: spf=pass" },
	{ "none is a result as well", "a; spf=none", "a: spf=none" },
	{ "two signs", "a; spf==pass; dkim=pass", "a:" },
};

static void
say(char *out, size_t room, struct span value)
{
	struct span authserv, method, result;
	struct auth_results r;
	size_t n;

	if (!auth_results_begin(&r, value, &authserv)) {
		(void)snprintf(out, room, "refused");
		return;
	}
	n = (size_t)snprintf(out, room, "%.*s:", (int)authserv.len,
	    authserv.ptr);
	while (auth_results_next(&r, &method, &result))
		n += (size_t)snprintf(out + n, room - n, " %.*s=%.*s",
		    (int)method.len, method.ptr, (int)result.len, result.ptr);
}

static void
test_rows(void)
{
	char got[512];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unit_case(rows[i].sentence);
		say(got, sizeof got, span_of(rows[i].value));
		check_text(got, rows[i].want != NULL ? rows[i].want :
		    "refused");
	}
	unit_case("a NUL is no blank");
	say(got, sizeof got, span_make("a;\0spf=pass", 11));
	check_text(got, "a:");
	unit_case("no pointer");
	say(got, sizeof got, span_make(NULL, 0));
	check_text(got, "refused");
}

static void
test_deep(void)
{
	static char text[1u << 20];
	struct span authserv, method, result;
	struct auth_results r;

	memset(text, '(', sizeof text);
	memset(text + sizeof text / 2, ')', sizeof text / 2);
	memcpy(text, "a; spf=pass", 11);
	memset(text + sizeof text - 11, ')', 11);
	unit_case("half a million comments in each other");
	check_true(auth_results_begin(&r, span_make(text, sizeof text),
	    &authserv));
	check_true(auth_results_next(&r, &method, &result));
	check_span(result, "pass");
	check_true(!auth_results_next(&r, &method, &result));
}

static const struct unit_test tests[] = {
	{ "a field gives the results that the grammar gives it", test_rows },
	{ "deep comments need no stack", test_deep },
};

UNIT_MAIN("auth_results", tests)
