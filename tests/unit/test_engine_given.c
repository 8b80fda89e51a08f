/*
 * test_engine_given.c - rules tried alone, with facts of decoded mail.
 */
#include "config.h"

#include <stdio.h>

#include "engine.h"
#include "policy.h"
#include "recording.h"
#include "rules/mail/decode/decode.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const struct row {
	const char *sentence;
	const char *condition;
	const char *given;
	const char *want;	/* the reply; NULL: the rule does not hold */
	bool decoded;		/* it needs what a program may be without */
} rows[] = {
	{ "a decoded field", "header.subject: '/^\xc3\x84/'",
	    "header.subject: \xc3\x84rger", "hit", true },
	{ "is not decoded again", "header.subject: '=?utf-8?q?a?='",
	    "header.subject: '=?utf-8?q?a?='", "hit", true },
	{ "a raw one is", "header.subject: a",
	    "header_raw.Subject: '=?utf-8?q?a?='", "hit", true },
	{ "unless it is given as well", "header.subject: a",
	    "header_raw.subject: a, header.subject: b", NULL, true },
	{ "the raw one then has its own value",
	    "header_raw.subject: a, header.subject: b",
	    "header_raw.subject: a, header.subject: b", "hit", true },
	{ "there is one field", "header_raw.subject: {count: 1}, "
	    "header.subject: b", "header_raw.subject: a, header.subject: b",
	    "hit", true },
	{ "an address and its parts", "same: {address.from: {local: joe, "
	    "domain: example.org, address.from: joe@example.org}}",
	    "address.FROM: Joe@Example.Org", "hit", true },
	{ "several, side by side", "same: {address.to: {local: ann, "
	    "domain: b.example}}",
	    "address.to: [joe@a.example, ann@b.example]", "hit", true },
	{ "not the parts of two", "same: {address.to: {local: joe, "
	    "domain: b.example}}",
	    "address.to: [joe@a.example, ann@b.example]", NULL, true },
	{ "a part that is given counts", "address.from.domain: other",
	    "address.from: joe@a.example, address.from.domain: other", "hit",
	    true },
	{ "a display name alone", "same: {address.from: {display: Bank, not: "
	    "{domain: bank.example}}}",
	    "address.from: joe@evil.example, address.from.display: Bank", "hit",
	    true },
	{ "an address out of its field", "address.from.display: Joe, "
	    "address.from.local: joe", "header_raw.from: Joe <joe@x>", "hit",
	    true },
	{ "of which there is none", "address.from: {exists: true}",
	    "header_raw.to: joe@x", NULL, true },
	{ "a result", "auth_results.dkim: pass, auth_results.spf: "
	    "{exists: false}", "auth_results.DKIM: pass", "hit", false },
	{ "a result out of its field", "auth_results.dkim: pass",
	    "header_raw.authentication-results: 'mx.example; dkim=pass'", "hit",
	    false },
	{ "of somebody else", "auth_results.dkim: pass",
	    "header_raw.authentication-results: 'evil.example; dkim=pass'",
	    NULL, false },
	{ "a file has an extension", "attachment.extension: exe",
	    "attachment.name: [a.txt, 'b.Pdf.EXE ']", "b.Pdf.EXE ", true },
	{ "unless that is given", "attachment.extension: exe",
	    "attachment.name: a.exe, attachment.extension: txt", NULL, true },
	{ "one and the same file", "same: {attachment: {extension: exe, size: "
	    "{gt: 1M}}}", "attachment.name: [a.exe, b.txt], "
	    "attachment.size: [2M, 1]", "a.exe", true },
	{ "a URL has a host", "url.host: {in: [.example]}",
	    "url: 'http://www.EVIL.example:80/'", "hit", true },
	{ "texts", "all: [{body: '/\\bprize\\b/'}, {body: x}]",
	    "body: [x, the prize]", "hit", true },
	{ "nothing of what is not given", "part.count: {exists: true}",
	    "helo: x", NULL, true },
	{ "nor of an empty body", "body: {exists: true}", "helo: x", NULL,
	    true },
	{ "defects", "mime.defect: truncated", "mime.defect: [too-deep, "
	    "truncated]", "hit", true },
};

/* Try the one rule of P with what its test gives. */
static void
check_trial(struct policy *p, const struct row *row)
{
	const struct rule_trial *t = &policy_tests(p)->trials[0];
	struct engine *e = engine_new(p);
	struct verdict v;
	bool held = false;

	check_int(engine_try_rule(e, t->rule, t->given, t->given_count, &held,
	    &v), 0);
	check_int(held, row->want != NULL);
	if (held && row->want != NULL)
		check_span(v.reply.text, row->want);
	engine_free(e);
}

static void
test_given(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error_list errors = { .count = 0 };
		struct policy *p;
		char text[1024];

		if (rows[i].decoded && !decode_is_built_in())
			continue;
		unit_case(rows[i].sentence);
		(void)snprintf(text, sizeof text, "millgate: 1\nsettings: "
		    "{trusted_authserv: mx.example}\nrules:\n  - rule: r\n"
		    "    when: {%s}\n    then: {reject: \"%s\"}\n"
		    "    tests: [{given: {%s}, expect: match}]\n",
		    rows[i].condition, strstr(rows[i].condition, "attachment") !=
		    NULL ? "${attachment.name}" : "hit", rows[i].given);
		p = policy_load_text("rules.yaml", span_of(text), &errors);
		check_true(p != NULL);
		if (p != NULL)
			check_trial(p, &rows[i]);
		else
			error_list_print(&errors, stdout);
		policy_unref(p);
		error_list_release(&errors);
	}
}

static const struct unit_test tests[] = {
	{ "a rule is tried with what its test gives", test_given },
};

UNIT_MAIN("engine given", tests)
