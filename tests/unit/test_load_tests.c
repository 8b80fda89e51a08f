/*
 * test_load_tests.c - the `tests:` of rule files, into recordings.
 *
 * What was read is compared as text; see recording_text.h.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "milter/replay/session_read.h"
#include "policy.h"
#include "tests/support/recording_text.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define TOP "millgate: 1\n"
#define RULES "rules:\n  - {rule: one, when: {helo: x}, then: reject}\n" \
	"  - {rule: two, then: accept}\n"
#define TESTS TOP RULES "tests:\n"
#define TRIALS TOP "rules:\n  - rule: one\n    when: {helo: x}\n" \
	"    then: reject\n    tests:\n"

/* What a session has when nothing is told. */
#define CLIENT "client:192.0.2.1/unknown/0"
#define EHLO "C:EHLO client.example.org"
#define MAIL "C:MAIL FROM:<sender@example.org>"
#define RCPT "C:RCPT TO:<recipient@example.com>"
#define ENVELOPE MAIL "|" RCPT
#define SPOKEN CLIENT "|" EHLO "|" ENVELOPE "|C:DATA|"
#define MESSAGE "bytes:/Subject: test\r\n\r\ntest\r\n"
#define NOTHING SPOKEN MESSAGE "||"

static struct policy *
load(const char *text)
{
	struct error_list errors = { .count = 0 };
	struct policy *p;

	p = policy_load_text("in/rules.yaml", span_of(text), &errors);
	check_true(p != NULL);
	check_text(errors.count > 0 ? errors.at[0].text : "", "");
	error_list_release(&errors);
	return p;
}

static void
check_tests(const char *rules, const char *text, const char *want)
{
	char whole[4096];
	struct buffer got;
	struct policy *p;

	check_true(snprintf(whole, sizeof whole, "%s%s", rules, text) <
	    (int)sizeof whole);
	p = load(whole);
	if (p == NULL)
		return;
	buffer_init(&got, 65536);
	if (policy_tests(p) != NULL)
		recording_text(&got, policy_tests(p));
	check_text(buffer_text(&got), want);
	buffer_release(&got);
	policy_unref(p);
}

static const struct {
	const char *sentence;
	const char *text;
	const char *want;
} rows[] = {
	{ "what is left out is that of an ordinary message",
	    "  - {test: a b, expect: accept}\n",
	    "a b{" NOTHING "verdict:accept}" },
	{ "several tests", "  - {test: a, expect: discard}\n"
	    "  - {test: b, expect: close}\n", "a{" NOTHING "verdict:discard}b{"
	    NOTHING "verdict:close}" },
	{ "a client", "  - {test: a, client: 2001:db8::1, expect: accept}\n",
	    "a{client:2001:db8::1/unknown/0|" EHLO "|" ENVELOPE "|C:DATA|"
	    MESSAGE "||verdict:accept}" },
	{ "a client with a name and a port", "  - {test: a, client: {ip: "
	    "192.0.2.9, name: mx.example.org, port: 25}, expect: accept}\n",
	    "a{client:192.0.2.9/mx.example.org/25|" EHLO "|" ENVELOPE
	    "|C:DATA|" MESSAGE "||verdict:accept}" },
	{ "a name only", "  - {test: a, client: {name: mx}, expect: accept}\n",
	    "a{client:192.0.2.1/mx/0|" EHLO "|" ENVELOPE "|C:DATA|" MESSAGE
	    "||verdict:accept}" },
	{ "a local client", "  - {test: a, client: local, expect: accept}\n",
	    "a{client:local/localhost/0|" EHLO "|" ENVELOPE "|C:DATA|" MESSAGE
	    "||verdict:accept}" },
	{ "an unknown one", "  - {test: a, client: {ip: unknown}, expect: "
	    "accept}\n", "a{client:/unknown/0|" EHLO "|" ENVELOPE "|C:DATA|"
	    MESSAGE "||verdict:accept}" },
	{ "macros", "  - {test: a, macros: {auth_authen: bob, '{i}': '4 X'}, "
	    "expect: accept}\n", "a{" CLIENT "|macro:auth_authen=bob;i=4 X;|"
	    EHLO "|" ENVELOPE "|C:DATA|" MESSAGE "||verdict:accept}" },
	{ "a time", "  - {test: a, time: 2026-11-23T10:12:19Z, expect: "
	    "accept}\n", "a{" CLIENT "|time:1795428739|" EHLO "|" ENVELOPE
	    "|C:DATA|" MESSAGE "||verdict:accept}" },
	{ "a name that is said", "  - {test: a, helo: '[192.0.2.1]', expect: "
	    "accept}\n", "a{" CLIENT "|C:EHLO [192.0.2.1]|" ENVELOPE "|C:DATA|"
	    MESSAGE "||verdict:accept}" },
	{ "an envelope", "  - {test: a, sender: a@b, recipients: [c@d, "
	    "<e@f>], expect: accept}\n", "a{" CLIENT "|" EHLO
	    "|C:MAIL FROM:<a@b>|C:RCPT TO:<c@d>|C:RCPT TO:<e@f>|C:DATA|"
	    MESSAGE "||verdict:accept}" },
	{ "the null sender, and one recipient", "  - {test: a, sender: <>, "
	    "recipients: c@d, expect: accept}\n", "a{" CLIENT "|" EHLO
	    "|C:MAIL FROM:<>|C:RCPT TO:<c@d>|C:DATA|" MESSAGE
	    "||verdict:accept}" },
	{ "parameters of ESMTP", "  - {test: a, sender: '<a@b> SIZE=5', "
	    "expect: accept}\n", "a{" CLIENT "|" EHLO
	    "|C:MAIL FROM:<a@b> SIZE=5|" RCPT "|C:DATA|" MESSAGE
	    "||verdict:accept}" },

	{ "fields", "  - {test: a, headers: {From: a@b, Subject: c}, expect: "
	    "accept}\n", "a{" SPOKEN "bytes:/From: a@b\r\nSubject: c\r\n\r\n"
	    "test\r\n||verdict:accept}" },
	{ "fields in an order", "  - {test: a, headers: [{A: b}, {C: d, A: e}]"
	    ", expect: accept}\n", "a{" SPOKEN "bytes:/A: b\r\nC: d\r\nA: e"
	    "\r\n\r\ntest\r\n||verdict:accept}" },
	{ "a field that is there twice", "  - {test: a, headers: {A: [b, c]}, "
	    "expect: accept}\n", "a{" SPOKEN "bytes:/A: b\r\nA: c\r\n\r\ntest"
	    "\r\n||verdict:accept}" },
	{ "no fields", "  - {test: a, headers: {}, expect: accept}\n",
	    "a{" SPOKEN "bytes:/\r\ntest\r\n||verdict:accept}" },
	{ "a field that is empty", "  - {test: a, headers: {A: ''}, expect: "
	    "accept}\n", "a{" SPOKEN "bytes:/A: \r\n\r\ntest\r\n||"
	    "verdict:accept}" },
	{ "a field that is folded", "  - test: a\n    headers:\n      A: |\n"
	    "        b\n         c\n    expect: accept\n", "a{" SPOKEN
	    "bytes:/A: b\r\n c\r\n\r\ntest\r\n||verdict:accept}" },
	{ "a body", "  - test: a\n    body: |\n      one\n\n      .two\n"
	    "    expect: accept\n", "a{" SPOKEN "bytes:/Subject: test\r\n\r\n"
	    "one\r\n\r\n.two\r\n||verdict:accept}" },
	{ "a body without an end of its line", "  - {test: a, body: one, "
	    "expect: accept}\n", "a{" SPOKEN "bytes:/Subject: test\r\n\r\n"
	    "one\r\n||verdict:accept}" },
	{ "an empty body", "  - {test: a, headers: {A: b}, body: '', expect: "
	    "accept}\n", "a{" SPOKEN "bytes:/A: b\r\n\r\n||verdict:accept}" },
	{ "a whole message", "  - test: a\n    message: |\n      A: b\n\n"
	    "      c\n    expect: accept\n", "a{" SPOKEN "bytes:/A: b\r\n\r\n"
	    "c\r\n||verdict:accept}" },
	{ "CRLF is not doubled", "  - {test: a, message: \"A: b\\r\\n\\r\\nc\""
	    ", expect: accept}\n", "a{" SPOKEN "bytes:/A: b\r\n\r\nc\r\n||"
	    "verdict:accept}" },
	{ "the file of a message", "  - {test: a, file: m/a.eml, expect: "
	    "accept}\n", "a{" SPOKEN "bytes:m/a.eml/||verdict:accept}" },
	{ "a session", "  - test: a\n    session: |\n      C: NOOP\n"
	    "    expect: accept\n", "a{verdict:accept}" },
	{ "a session's file", "  - {test: a, session: s/a.smtp}\n", "a{}" },

	{ "a reply", "  - {test: a, expect: {reject: 550 5.7.1 No}}\n",
	    "a{" NOTHING "verdict:reject 550 5.7.1 No}" },
	{ "a code", "  - {test: a, expect: {reject: 550}}\n",
	    "a{" NOTHING "verdict:reject 550}" },
	{ "a mapping", "  - {test: a, expect: {tempfail: {code: 451, status: "
	    "4.7.1, text: Later}}}\n", "a{" NOTHING
	    "verdict:tempfail 451 4.7.1 Later}" },
	{ "a text only", "  - {test: a, expect: {close: {text: Bye}}}\n",
	    "a{" NOTHING "verdict:close Bye}" },
	{ "any code", "  - {test: a, expect: {reject: true, rule: one}}\n",
	    "a{" NOTHING "verdict:reject|rule:one/}" },
	{ "no code to close", "  - {test: a, expect: {close: 421 4.7.0}}\n",
	    "a{" NOTHING "verdict:close 421 4.7.0}" },
	{ "accept as rules write it", "  - {test: a, expect: {accept: "
	    "connection, rule: two}}\n",
	    "a{" NOTHING "verdict:accept|rule:two/}" },
	{ "discard", "  - {test: a, expect: {discard: true}}\n",
	    "a{" NOTHING "verdict:discard}" },
	{ "rules", "  - {test: a, expect: {rule: [one, two]}}\n",
	    "a{" NOTHING "rule:one/|rule:two/}" },
	{ "no rule", "  - {test: a, expect: {no_rule: one}}\n",
	    "a{" NOTHING "no-rule:one/}" },
	{ "fields that come out", "  - {test: a, expect: {headers: {A: b, C: "
	    "[d, ''], E: f}, no_headers: [X, Y]}}\n", "a{" NOTHING
	    "header:A/b|header:C/d|header:C/|header:E/f|no-header:X/|"
	    "no-header:Y/}" },
	{ "the envelope that comes out", "  - {test: a, expect: {recipients: "
	    "[a@b, <c@d>], no_recipients: e@f, sender: <>}}\n", "a{" NOTHING
	    "recipient:/a@b|recipient:/c@d|no-recipient:/e@f|sender:/<>}" },
	{ "all else", "  - {test: a, expect: {body_contains: [x, y], "
	    "quarantine: q, score: -2.5, label: [m, n]}}\n", "a{" NOTHING
	    "body-contains:/x|body-contains:/y|quarantine:/q|score:-2.5|"
	    "label:m/|label:n/}" },
	{ "quarantine for any reason", "  - {test: a, expect: {quarantine: "
	    "true}}\n", "a{" NOTHING "quarantine:/}" },
};

static void
test_sessions(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		unit_case(rows[i].sentence);
		check_tests(TESTS, rows[i].text, rows[i].want);
	}
}

static const struct {
	const char *sentence;
	const char *text;
	const char *want;
} trials[] = {
	{ "a fact, and no match", "      - {given: {helo: x}, expect: no-match}"
	    "\n", "0(helo=x)no-match" },
	{ "a match", "      - {given: {helo: x}, expect: match}\n",
	    "0(helo=x)match" },
	{ "a verdict", "      - {given: {helo: x}, expect: reject}\n",
	    "0(helo=x)match reject" },
	{ "verdicts", "      - {given: {}, expect: accept}\n"
	    "      - {given: {}, expect: discard}\n"
	    "      - {given: {}, expect: {accept: connection}}\n"
	    "      - {given: {}, expect: {close: 421 4.7.0}}\n"
	    "      - {given: {}, expect: {tempfail: true}}\n",
	    "0()match accept0()match discard0()match accept"
	    "0()match close 421 4.7.00()match tempfail" },
	{ "a reply", "      - {given: {helo: x}, expect: {reject: 550 5.7.1 "
	    "No}}\n", "0(helo=x)match reject 550 5.7.1 No" },
	{ "facts of all kinds", "      - given:\n          client.ip: "
	    "192.0.2.1\n          size: 10M\n          sender: <>\n"
	    "          tls.verified: true\n          header_raw.Subject: a b\n"
	    "          macro.{i}: 4X\n          score: -1.5\n"
	    "        expect: match\n",
	    "0(client.ip=192.0.2.1,size=10485760,sender=<>,tls.verified=true,"
	    "header_raw.Subject=a b,macro.{i}=4X,score=-1.5)match" },
	{ "several values, and none", "      - {given: {recipients: [a@b, c@d]"
	    ", helo: [], sender: ''}, expect: match}\n",
	    "0(recipients=a@b;c@d,helo=,sender=)match" },
};

static void
test_trials(void)
{
	for (size_t i = 0; i < COUNT(trials); i++) {
		unit_case(trials[i].sentence);
		check_tests(TRIALS, trials[i].text, trials[i].want);
	}
}

static void
test_places(void)
{
	struct policy *p = load(TOP "rules:\n"
	    "  - rule: one\n    then: accept\n"
	    "  - rule: two\n    then: accept\n"
	    "    tests:\n"
	    "      - given: {helo: x}\n        expect: match\n"
	    "tests:\n"
	    "  - test: a\n"
	    "    expect: {rule: one}\n"
	    "  - test: b\n"
	    "    session: |\n"
	    "      C: NOOP\n"
	    "  - {test: c, session: x/y.smtp}\n"
	    "  - {test: d, session: /y.smtp}\n"
	    "  - {test: e, file: y.eml, expect: accept}\n");
	const struct recording *r = p != NULL ? policy_tests(p) : NULL;

	check_true(r != NULL);
	if (r == NULL)
		return;
	check_size(r->trial_count, 1);
	check_size(r->trials[0].rule, 1);
	check_text(r->trials[0].place.file, "in/rules.yaml");
	check_int(r->trials[0].place.line, 8);
	check_size(r->count, 5);
	check_text(r->sessions[0].file, "in/rules.yaml");
	check_int(r->sessions[0].line, 11);
	check_size(r->sessions[0].expected, 1);
	check_int(r->sessions[0].records[r->sessions[0].count - 1].line, 12);
	check_span(r->sessions[1].source, "C: NOOP\n");
	check_int(r->sessions[1].source_line, 14);
	check_span(r->sessions[1].path, "");
	check_span(r->sessions[2].path, "in/x/y.smtp");
	check_true(!r->sessions[2].path_of_message);
	check_span(r->sessions[3].path, "/y.smtp");
	check_span(r->sessions[4].path, "in/y.eml");
	check_true(r->sessions[4].path_of_message);
	policy_unref(p);
}

static void
test_none(void)
{
	struct policy *p = load(TOP RULES);

	check_true(policy_tests(p) == NULL);
	policy_unref(p);
	p = load(TESTS "  []\n");
	check_true(policy_tests(p) == NULL);
	policy_unref(p);
}

static void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	check_true(f != NULL);
	if (f == NULL)
		return;
	check_true(fputs(text, f) >= 0);
	check_int(fclose(f), 0);
}

/* The first test of RULES, resolved; what is said is "" when all is well. */
static void
check_resolved(const char *rules, const char *want, const char *error,
    unsigned line)
{
	struct error_list errors = { .count = 0 };
	struct recording found;
	struct buffer got;
	struct policy *p = load(rules);
	int result;

	if (p == NULL)
		return;
	recording_init(&found, 1u << 20);
	buffer_init(&got, 65536);
	result = session_resolve(&found, &policy_tests(p)->sessions[0],
	    &errors);
	recording_text(&got, &found);
	check_text(buffer_text(&got), want);
	check_int(result, error == NULL ? 0 : -1);
	check_size(errors.count, error != NULL);
	if (errors.count > 0 && error != NULL) {
		check_true(strstr(errors.at[0].text, error) != NULL);
		check_int(errors.at[0].line, line);
	}
	error_list_release(&errors);
	buffer_release(&got);
	recording_release(&found);
	policy_unref(p);
}

static void
test_resolved(void)
{
	char folder[] = "/tmp/test_load_tests.XXXXXX";

	check_true(mkdtemp(folder) != NULL);
	check_int(chdir(folder), 0);
	put_file("a.eml", "A: b\n\nc");
	put_file("a.smtp", "@session x\nC: NOOP\nS: 250\n");
	put_file("two.smtp", "@session x\n@session y\n");
	put_file("bad.smtp", "C: NOOP\n@rul x\n");
#define AT(text) TOP RULES "tests:\n" text
	unit_case("the file of a message");
	check_resolved(AT("  - {test: a, file: /proc/self/cwd/a.eml, expect: "
	    "accept}\n"), "a{" SPOKEN "bytes:/proc/self/cwd/a.eml/A: b\r\n\r\n"
	    "c\r\n||verdict:accept}", NULL, 0);
	unit_case("a file that is not there");
	check_resolved(AT("  - {test: a, file: b.eml, expect: accept}\n"), "",
	    "test 'a': 'in/b.eml' cannot be read: No such file", 6);
	unit_case("the file of a session");
	check_resolved(AT("  - {test: a, session: /proc/self/cwd/a.smtp, "
	    "expect: {rule: one}}\n"), "a{C:NOOP|S:250//||rule:one/}", NULL,
	    0);
	unit_case("a file of two sessions");
	check_resolved(AT("  - {test: a, session: /proc/self/cwd/two.smtp}\n"),
	    "", "there must be one session", 6);
	unit_case("a file that is wrong");
	check_resolved(AT("  - {test: a, session: /proc/self/cwd/bad.smtp}\n"),
	    "", "unknown word '@rul'", 2);
	unit_case("a session that stands there");
	check_resolved(AT("  - test: a\n    session: |\n      C: NOOP\n"
	    "      S: 250\n    expect: {no_rule: one}\n"),
	    "a{C:NOOP|S:250//||no-rule:one/}", NULL, 0);
	unit_case("one that is wrong");
	check_resolved(AT("  - test: a\n    session: |\n      C: NOOP\n"
	    "      @rul x\n"), "", "unknown word '@rul'", 9);
#undef AT
	(void)unlink("a.eml");
	(void)unlink("a.smtp");
	(void)unlink("two.smtp");
	(void)unlink("bad.smtp");
	check_int(chdir("/"), 0);
	(void)rmdir(folder);
}

static const struct unit_test tests[] = {
	{ "tests of a file become sessions", test_sessions },
	{ "tests of a rule become trials", test_trials },
	{ "tests know their places", test_places },
	{ "a file may have none", test_none },
	{ "sessions and messages may stand elsewhere", test_resolved },
};

UNIT_MAIN("load_tests", tests)
