/*
 * test_engine_decoded.c - facts of header fields, decoded.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/mail_facts.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define TRUST "trusted_authserv: [mx.example.com, Backup.Example.com]"

static const struct row {
	const char *sentence;
	const char *fact;
	const char *message;
	const char *want;
} rows[] = {
	{ "a field is decoded", "header.subject",
	    "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= an alle\n\n",
	    "[Gr\xc3\xbc\xc3\x9f" "e an alle]" },
	{ "its name ignores case", "header.SUBJECT", "subject: a\n\n", "[a]" },
	{ "folds go", "header.subject", "Subject: a\n b\n\n", "[a b]" },
	{ "words that are encoded belong together", "header.subject",
	    "Subject: =?utf-8?q?a?=\n =?utf-8?q?b?=\n\n", "[ab]" },
	{ "one value for each field of that name, in order",
	    "header.received", "Received: =?utf-8?q?one?=\nX: y\n"
	    "received: two\n\n", "[one][two]" },
	{ "an empty one is one", "header.subject", "Subject:\n\n", "[]" },
	{ "none is none", "header.subject", "Subjects: x\n\n", "" },
	{ "what is not UTF-8 is read as Windows-1252", "header.subject",
	    "Subject: gr\xfc\xdf" "e\n\n", "[gr\xc3\xbc\xc3\x9f" "e]" },
	{ "what cannot be decoded stays", "header.subject",
	    "Subject: =?x-none-such?q?a?=\n\n", "[=?x-none-such?q?a?=]" },

	{ "mailboxes of all fields of a name, in order", "address.to",
	    "To: Joe <joe@example.org>, ann@example.com\n"
	    "To: friends: bob@example.net, eve@example.net;\n\n",
	    "[joe@example.org][ann@example.com][bob@example.net]"
	    "[eve@example.net]" },
	{ "their local parts", "address.to.local",
	    "To: Joe <joe@example.org>, \"a b\"@example.com\n\n",
	    "[joe][\"a b\"]" },
	{ "their domains", "address.to.domain",
	    "To: Joe <joe@example.org>, ann@Example.COM\n\n",
	    "[example.org][Example.COM]" },
	{ "what they are displayed as, empty where there is none",
	    "address.from.display", "From: ann@example.com, "
	    "=?utf-8?q?J=C3=B6rg?= <j@example.org>\n\n",
	    "[][J\xc3\xb6rg]" },
	{ "a field name with a dot", "address.x.y.domain",
	    "X.Y: a@example.org\n\n", "[example.org]" },
	{ "no field, no mailbox", "address.cc.local", "To: a@b\n\n", "" },
	{ "an empty group has none", "address.to",
	    "To: undisclosed-recipients:;\n\n", "" },

	{ "a result that a server we trust has found", "auth_results.spf",
	    "Authentication-Results: mx.example.com; spf=Pass "
	    "smtp.mailfrom=a@b\n\n", "[pass]" },
	{ "several of a method", "auth_results.dkim",
	    "Authentication-Results: mx.example.com; dkim=pass "
	    "header.d=a.example; DKIM=fail header.d=b.example; spf=none\n"
	    "authentication-results: backup.example.COM; dkim=neutral\n\n",
	    "[pass][fail][neutral]" },
	{ "the method's case means nothing in a rule, either",
	    "auth_results.DMARC", "Authentication-Results: mx.example.com; "
	    "dmarc=reject\n\n", "[reject]" },
	{ "a forged stamp does not count", "auth_results.dmarc",
	    "Authentication-Results: mx.example.com.evil.example; "
	    "dmarc=pass\n\n", "" },
	{ "nor one in a comment or a quoted string", "auth_results.dmarc",
	    "Authentication-Results: evil.example (mx.example.com; "
	    "dmarc=pass)\nAuthentication-Results: mx.example.com; "
	    "spf=fail reason=\"; dmarc=pass\"\n\n", "" },
	{ "nothing was found out", "auth_results.spf",
	    "Authentication-Results: mx.example.com; none\n\n", "" },
};

static void
test_values(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		unit_case(rows[i].sentence);
		check_text(mail_facts(TRUST, rows[i].fact,
		    span_of(rows[i].message)), rows[i].want);
	}
}

#define LETTER "From: \"Bank\" <joe@evil.example>, Ann <ann@bank.example>\n" \
	"Subject: =?utf-8?q?=C3=84rger?= am Montag\n" \
	"Received: one\nReceived: =?utf-8?q?two?=\n" \
	"Authentication-Results: mx.example.com; spf=pass; dkim=fail\n\n"

static const struct condition_row {
	const char *sentence;
	const char *condition;
	const char *want;
} conditions[] = {
	{ "a regex has characters", "header.subject: '/^.rger/'", "yes" },
	{ "bytes are of the raw field", "header_raw.subject: '/^.rger/'",
	    "no" },
	{ "case folds as Unicode has it", "header.subject: '/^\xc3\xa4RGER/i'",
	    "yes" },
	{ "a text ignores the case of ASCII alone",
	    "header.subject: {starts_with: \xc3\xa4rger}", "no" },
	{ "the same text, a regex each",
	    "header.subject: '/\\w{6}/', header_raw.subject: '/\\w{6}/'",
	    "yes" },
	{ "but not the same one", "header.subject: '/^\\w{5} am/', "
	    "not: {header_raw.subject: '/^\\w{5} am/'}", "yes" },
	{ "properties", "header.subject: '/^\\p{Lu}\\p{Ll}+ /'", "yes" },
	{ "the display name of another", "same: {address.from: {display: "
	    "'/bank/i', not: {domain: {in: [bank.example]}}}}", "yes" },
	{ "the two are of one mailbox", "same: {address.from: {display: "
	    "Ann, domain: evil.example}}", "no" },
	{ "by their whole names as well", "same: {address.from: "
	    "{address.from.display: Ann, address.from: ann@bank.example, "
	    "local: ann}}", "yes" },
	{ "header and header_raw have the same elements",
	    "same: {header.received: {header.received: two, "
	    "header_raw.received: '/^=/'}}", "yes" },
	{ "no element of another", "same: {header.received: {header.received: "
	    "one, header_raw.received: '/^=/'}}", "no" },
	{ "addresses in a table", "address.from: {in: [.bank.example, ann@]}",
	    "yes" },
	{ "domains in a table", "address.from.domain: {in: [bank.example]}",
	    "yes" },
	{ "all mailboxes", "address.from.domain: {every: "
	    "{in: [bank.example]}}", "no" },
	{ "their number", "address.from: {count: 2}", "yes" },
	{ "authentication", "auth_results.dkim: fail, "
	    "auth_results.spf: {is_not: fail}", "yes" },
	{ "what is not there", "auth_results.dmarc: {exists: false}", "yes" },
};

static void
test_conditions(void)
{
	for (size_t i = 0; i < COUNT(conditions); i++) {
		unit_case(conditions[i].sentence);
		check_text(mail_answer(TRUST, conditions[i].condition,
		    span_of(LETTER)), conditions[i].want);
	}
}

/* A bad byte at any place of the subject and the body but in the word. */
static void
test_bad_bytes(void)
{
	static const char before[] = "Subject: ", subject[] = "a word to find",
	    body[] = "\n\nbody: a word to find here\n";
	static const char *const questions[] = {
		"header.subject: '/\\pLord/'", "header_raw.subject: '/word/'",
		"header.subject: {contains: word}", "body: '/(?i)W\\w+d/'",
		"body_raw: '/word/'", "body: {contains: word}",
		"not: {header.subject: '/sword/'}",
	};
	char message[sizeof before + sizeof subject + sizeof body];
	size_t len = sizeof subject - 1 + sizeof body - 1, first, i, k;
	char text[sizeof subject + sizeof body];

	memcpy(text, subject, sizeof subject - 1);
	memcpy(text + sizeof subject - 1, body, sizeof body);
	first = sizeof before - 1;
	for (i = 0; i <= len; i++) {
		if (i > 0 && strncmp(text + i - 1, "\n\n", 2) == 0)
			continue;	/* nothing would end the header */
		if ((i > 2 && i < 6) || (i > 24 && i < 28))
			continue;	/* that is the word */
		memcpy(message, before, first);
		memcpy(message + first, text, i);
		message[first + i] = (char)0xff;
		memcpy(message + first + i + 1, text + i, len - i);
		for (k = 0; k < COUNT(questions); k++) {
			unit_case(questions[k]);
			check_text(mail_answer("", questions[k],
			    span_make(message, first + len + 1)), "yes");
		}
	}
}

/* Names that look like a rule's own words do no harm. */
static void
test_hostile(void)
{
	char message[4096] = "To: ";
	size_t i, len = 4;

	for (i = 0; i < 1000; i++)
		len += (size_t)snprintf(message + len, sizeof message - len,
		    "%s", i % 2 == 0 ? "(" : "<,");
	memcpy(message + len, "\n\n", 3);
	(void)mail_facts("", "address.to", span_of(message));
	check_text(mail_answer("", "address.to: nobody@example.org",
	    span_of(message)), "no");
	unit_case("a NUL and other controls");
	check_text(mail_facts("", "header.subject",
	    span_of("Subject: =?utf-8?q?a=00b=0D=0Ac?=\n\n")), "[a b  c]");
}

static const struct unit_test tests[] = {
	{ "a fact has the values that a reader sees", test_values },
	{ "conditions ask for them", test_conditions },
	{ "no byte can hide another", test_bad_bytes },
	{ "hostile fields are fields", test_hostile },
};

UNIT_MAIN("engine decoded", tests)
