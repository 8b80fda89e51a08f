/*
 * test_load_tests_errors.c - what is wrong with the `tests:` of rule files, and
 * how it is told.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>

#include "policy.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define TOP "millgate: 1\n"
#define RULES "rules:\n  - {rule: one, when: {helo: x}, then: reject}\n" \
	"  - {rule: two, then: accept}\n"
#define TESTS TOP RULES "tests:\n"
#define TRIALS TOP "rules:\n  - rule: one\n    when: {helo: x}\n" \
	"    then: reject\n    tests:\n"

static const struct {
	const char *sentence;
	const char *rules;
	const char *text;
	unsigned line;		/* of `text` */
	unsigned column;
	const char *error;
	const char *hint;	/* a part of it; NULL: none */
} wrong[] = {
	{ "no list", TESTS, "  test: a\n", 1, 3, "'tests' must be a list",
	    "- test: name" },
	{ "no mapping", TESTS, "  - a\n", 1, 5, "a test must be a mapping",
	    "key: value" },
	{ "no name", TESTS, "  - {expect: accept}\n", 1, 5,
	    "the key 'test' is missing in a test", NULL },
	{ "nothing to expect", TESTS, "  - {test: a}\n", 1, 5,
	    "a test expects something", "expect: accept" },
	{ "an unknown key", TESTS, "  - {test: a, recipient: x, expect: "
	    "accept}\n", 1, 15, "unknown key 'recipient' in a test",
	    "did you mean 'recipients'?" },
	{ "a client that is none", TESTS, "  - {test: a, client: mx, expect: "
	    "accept}\n", 1, 23, "'mx' is not an IP address", "'local'" },
	{ "a key of a client", TESTS, "  - {test: a, client: {ipp: x}, "
	    "expect: accept}\n", 1, 24, "unknown key 'ipp' in 'client'",
	    "did you mean 'ip'?" },
	{ "a port", TESTS, "  - {test: a, client: {port: 65536}, expect: "
	    "accept}\n", 1, 30, "'65536' is out of range: 1 to 65535", NULL },
	{ "a macro's name", TESTS, "  - {test: a, macros: {a-b: c}, expect: "
	    "accept}\n", 1, 24, "'a-b' is no name of a macro", "letters" },
	{ "macros that are a list", TESTS, "  - {test: a, macros: [a], "
	    "expect: accept}\n", 1, 23, "'macros' must be a mapping of at "
	    "most 128", "NAME: value" },
	{ "a time", TESTS, "  - {test: a, time: noon, expect: accept}\n", 1,
	    21, "'noon' is not a time", "2026-11-23T10:12:19Z" },
	{ "a line end in a command", TESTS, "  - {test: a, helo: \"a\\nb\", "
	    "expect: accept}\n", 1, 23, "a control character cannot stand "
	    "here", "a line of SMTP" },
	{ "an empty sender", TESTS, "  - {test: a, sender: '', expect: "
	    "accept}\n", 1, 23, "this may not be empty", "'<>'" },
	{ "no recipients", TESTS, "  - {test: a, recipients: [], expect: "
	    "accept}\n", 1, 27, "a message has a recipient",
	    "recipient@example.com" },
	{ "fields that are text", TESTS, "  - {test: a, headers: x, expect: "
	    "accept}\n", 1, 24, "fields are a mapping", "Name: value" },
	{ "a field's name", TESTS, "  - {test: a, headers: {'a b': c}, "
	    "expect: accept}\n", 1, 25, "'a b' is no name of a header field",
	    "no blank" },
	{ "a field's value", TESTS, "  - {test: a, headers: {A: \"b\\nc\"}, "
	    "expect: accept}\n", 1, 30, "a line of a field's value begins "
	    "with a blank", "'message'" },
	{ "a message twice", TESTS, "  - {test: a, message: x, body: y, "
	    "expect: accept}\n", 1, 27, "'body' beside 'message'",
	    "holds all of it" },
	{ "a message beside a session", TESTS, "  - {test: a, helo: y, "
	    "session: x, expect: accept}\n", 1, 15, "'helo' beside 'session'",
	    "holds all of it" },
	{ "fields beside a file", TESTS, "  - {test: a, file: y, headers: {}, "
	    "expect: accept}\n", 1, 24, "'headers' beside 'file'",
	    "holds all of it" },
	{ "an empty session", TESTS, "  - {test: a, session: ''}\n", 1, 24,
	    "a session is needed here", "behind '|'" },
	{ "a verdict that is none", TESTS, "  - {test: a, expect: refuse}\n",
	    1, 23, "this is nothing to expect", "a verdict" },
	{ "an empty mapping", TESTS, "  - {test: a, expect: {}}\n", 1, 23,
	    "this is nothing to expect", "a verdict" },
	{ "an unknown expectation", TESTS, "  - {test: a, expect: {rules: "
	    "one}}\n", 1, 24, "unknown key 'rules' in 'expect'",
	    "did you mean 'rule'?" },
	{ "two verdicts", TESTS, "  - {test: a, expect: {accept: true, "
	    "discard: true}}\n", 1, 38, "a second verdict",
	    "'accept' stands before it" },
	{ "a rule that is not there", TESTS, "  - {test: a, expect: {rule: "
	    "on}}\n", 1, 30, "there is no rule 'on'", "did you mean 'one'?" },
	{ "one that must not hold", TESTS, "  - {test: a, expect: {no_rule: "
	    "xyzzy}}\n", 1, 33, "there is no rule 'xyzzy'",
	    "of this file" },
	{ "a reply of the other class", TESTS, "  - {test: a, expect: "
	    "{reject: 450}}\n", 1, 32, "'reject' does not answer so",
	    "550 5.7.1" },
	{ "a status of the other class", TESTS, "  - {test: a, expect: "
	    "{tempfail: 450 5.7.1}}\n", 1, 34, "'tempfail' does not answer so",
	    "451 4.7.1" },
	{ "421 to tempfail", TESTS, "  - {test: a, expect: {tempfail: 421}}\n",
	    1, 34, "'tempfail' does not answer so", "451 4.7.1" },
	{ "another code to close", TESTS, "  - {test: a, expect: {close: "
	    "450}}\n", 1, 31, "'close' does not answer so", "421 4.7.0" },
	{ "a reply to discard", TESTS, "  - {test: a, expect: {discard: "
	    "250}}\n", 1, 33, "'discard' does not answer so", "discard: true" },
	{ "a word for a reply", TESTS, "  - {test: a, expect: {reject: no}}\n",
	    1, 32, "'reject' does not answer so", "550 5.7.1" },
	{ "a code that is none", TESTS, "  - {test: a, expect: {reject: "
	    "{code: 5500}}}\n", 1, 39, "'5500' is not a code", "200 to 599" },
	{ "a key of a reply", TESTS, "  - {test: a, expect: {reject: {cod: "
	    "550}}}\n", 1, 33, "unknown key 'cod' in a reply",
	    "did you mean 'code'?" },
	{ "fields as text", TESTS, "  - {test: a, expect: {headers: A}}\n", 1,
	    33, "'headers' must be a mapping", "no_headers" },
	{ "a name that is none", TESTS, "  - {test: a, expect: {no_headers: "
	    "'A: b'}}\n", 1, 36, "'A: b' is no name of a header field",
	    "no blank" },
	{ "a text that is empty", TESTS, "  - {test: a, expect: "
	    "{body_contains: ''}}\n", 1, 39, "an empty text is never found",
	    NULL },
	{ "a score", TESTS, "  - {test: a, expect: {score: high}}\n", 1, 31,
	    "'high' is not a number", "" },

	{ "no list of a rule", TRIALS, "      {given: {}}\n", 1, 7,
	    "'tests' must be a list", "expect: no-match" },
	{ "nothing given", TRIALS, "      - {expect: match}\n", 1, 9,
	    "the key 'given' is missing in a rule's test", NULL },
	{ "nothing expected of a rule", TRIALS, "      - {given: {}}\n", 1, 9,
	    "the key 'expect' is missing in a rule's test", NULL },
	{ "another key", TRIALS, "      - {given: {}, expect: match, givn: "
	    "{}}\n", 1, 36,
	    "unknown key 'givn' in a rule's test", "did you mean 'given'?" },
	{ "a fact that is unknown", TRIALS, "      - {given: {hello: x}, "
	    "expect: match}\n", 1, 18, "unknown fact 'hello'",
	    "did you mean 'helo'?" },
	{ "a fact of later versions", TRIALS, "      - {given: {client.asn: 1}, "
	    "expect: match}\n", 1, 18, "fact 'client.asn' is not supported by "
	    "this version", NULL },
	{ "a fact without its value", TRIALS, "      - {given: {helo: }, "
	    "expect: match}\n", 1, 18, "a value is missing", "''" },
	{ "an address that is none", TRIALS, "      - {given: {client.ip: x}, "
	    "expect: match}\n", 1, 29, "'x' is not an IP address", NULL },
	{ "a number that is none", TRIALS, "      - {given: {size: large}, "
	    "expect: match}\n", 1, 24, "'large' is not a number", "" },
	{ "a boolean that is none", TRIALS, "      - {given: {tls.verified: "
	    "yes}, expect: match}\n", 1, 32, "'yes' is neither true nor false",
	    NULL },
	{ "what is given as a list", TRIALS, "      - {given: [helo], expect: "
	    "match}\n", 1, 17, "'given' must be a mapping", "helo: mail" },
	{ "a word", TRIALS, "      - {given: {}, expect: nomatch}\n", 1, 29,
	    "'nomatch' is nothing to expect of a rule",
	    "did you mean 'no-match'?" },
	{ "a list", TRIALS, "      - {given: {}, expect: [match]}\n", 1, 29,
	    "this is nothing to expect of a rule", "no-match, match" },
	{ "a mapping of another verb", TRIALS, "      - {given: {}, expect: "
	    "{refuse: 550}}\n", 1, 30,
	    "'refuse' is nothing to expect of a rule", "or a verdict" },
	{ "two at once", TRIALS, "      - {given: {}, expect: {reject: 550, "
	    "accept: true}}\n", 1, 29, "this is nothing to expect of a rule",
	    "no-match, match" },
	{ "a code of the other class", TRIALS, "      - {given: {}, expect: "
	    "{reject: 450}}\n", 1, 38, "'reject' does not answer so",
	    "550 5.7.1" },
};

static unsigned
count_lines(const char *text)
{
	unsigned lines = 0;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

static void
test_wrong(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct error_list errors = { .count = 0 };
		char text[2048];
		struct policy *p;

		unit_case(wrong[i].sentence);
		(void)snprintf(text, sizeof text, "%s%s", wrong[i].rules,
		    wrong[i].text);
		p = policy_load_text("rules.yaml", span_of(text), &errors);
		check_true(p == NULL);
		check_size(errors.count, 1);
		if (errors.count == 1) {
			check_int(errors.at[0].line, wrong[i].line +
			    count_lines(wrong[i].rules));
			check_int(errors.at[0].column, wrong[i].column);
			check_text(errors.at[0].text, wrong[i].error);
			check_int(errors.at[0].hint != NULL,
			    wrong[i].hint != NULL);
			if (errors.at[0].hint != NULL &&
			    wrong[i].hint != NULL &&
			    strstr(errors.at[0].hint, wrong[i].hint) == NULL)
				check_text(errors.at[0].hint, wrong[i].hint);
		}
		error_list_release(&errors);
	}
}

static const char sample[] =
    TRIALS
    "      - {given: {helo: x, size: 10M}, expect: {reject: 550 5.7.1}}\n"
    "      - {given: {recipients: [a@b, c@d]}, expect: no-match}\n"
    "tests:\n"
    "  - test: a\n"
    "    client: {ip: 192.0.2.1, name: x, port: 25}\n"
    "    helo: x\n"
    "    macros: {i: 4X, '{j}': y}\n"
    "    time: 2026-11-23T10:12:19Z\n"
    "    sender: <>\n"
    "    recipients: [a@b, c@d]\n"
    "    headers: {A: b, C: [d, e]}\n"
    "    body: |\n"
    "      one\n"
    "    expect: {reject: {code: 550, text: x}, no_rule: one, score: 2.5}\n"
    "  - {test: b, message: \"A: b\\n\", expect: {quarantine: true}}\n"
    "  - {test: c, file: x.eml, expect: {label: [m, n]}}\n"
    "  - test: d\n"
    "    session: |\n"
    "      C: NOOP\n"
    "    expect: {headers: {A: b}, no_headers: [X]}\n";

/* Some bytes are changed: an error with a place, or tests that can be read. */
static void
test_mutations(void)
{
	static const char bytes[] = "{}[]:,|'\"\\ \n-x0<>@#&*\x01\x80";
	uint64_t seed = 7;

	for (int round = 0; round < 5000; round++) {
		struct error_list errors = { .count = 0 };
		char text[sizeof sample];
		struct policy *p;

		memcpy(text, sample, sizeof sample);
		for (int change = 0; change <= round % 3; change++) {
			seed = seed * 6364136223846793005u +
			    1442695040888963407u;
			text[(seed >> 33) % (sizeof sample - 1)] =
			    bytes[(seed >> 20) % (sizeof bytes - 1)];
		}
		p = policy_load_text("rules.yaml", span_of(text), &errors);
		check_true((p == NULL) == (errors.count > 0));
		for (size_t i = 0; i < errors.count; i++)
			check_true(errors.at[i].line > 0);
		error_list_release(&errors);
		policy_unref(p);
	}
}

static const struct unit_test tests[] = {
	{ "what is wrong with a test is told", test_wrong },
	{ "no change of a file is fatal", test_mutations },
};

UNIT_MAIN("load_tests_errors", tests)
