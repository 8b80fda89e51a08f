/*
 * test_language.c - the whole rule language is known by name.
 *
 * The lists below are written out from the language's description and not taken
 * from the program's tables, so that a row that gets lost there is noticed.
 * Each word stands in an otherwise right rule file: it must load, or be refused
 * as "'WORD' is not supported by this version". HERE words must load, unless
 * they need a library that the program was built without. A made-up word of each
 * kind is unknown.
 */
#include "config.h"

#include <stdio.h>

#include "policy.h"
#include "rules/mail/decode/decode.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define TABLE_FILE "test_language.entries"	/* where the test runs */

/* A word, and the text that takes the place of "@" in its kind's file. */
struct row {
	const char *word;
	const char *text;	/* NULL: the word itself */
	bool here;
};

#define TOP "millgate: 1\n"
#define RULES "rules:\n  - rule: r\n    then: accept\n"
/* Rules below may read what this one writes. */
#define WRITER "rules:\n  - rule: w\n    then: [{score: 1}, {label: a}, " \
	"{set: {colour: red}}]\n"
/* So that a rule may ask what it says. */
#define TRUST "settings: {trusted_authserv: mx.example.com}\n"
#define WHEN(condition) TOP TRUST WRITER "  - rule: r\n    when: {" condition \
	"}\n    then: reject\n"
#define THEN(actions) TOP TRUST WRITER "  - rule: r\n    when: {helo: " \
	"'/(?<word>a)(b)/'}\n    then: " actions "\n"

static const struct row facts[] = {
	{ "client.ip", NULL, true },
	{ "client.name", NULL, true },
	{ "client.port", NULL, true },
	{ "client.country", NULL, false },
	{ "client.asn", NULL, false },
	{ "helo", NULL, true },
	{ "sender", NULL, true },
	{ "sender.local", NULL, true },
	{ "sender.domain", NULL, true },
	{ "sender.params", NULL, true },
	{ "sender.size", NULL, true },
	{ "auth.user", NULL, true },
	{ "auth.method", NULL, true },
	{ "tls.version", NULL, true },
	{ "tls.cipher", NULL, true },
	{ "tls.subject", NULL, true },
	{ "tls.verified", NULL, true },
	{ "recipient", NULL, true },
	{ "recipient.local", NULL, true },
	{ "recipient.domain", NULL, true },
	{ "recipient.params", NULL, true },
	{ "recipient.position", NULL, true },
	{ "recipients", NULL, true },
	{ "recipients.domain", NULL, true },
	{ "recipients.count", NULL, true },
	{ "header.subject", NULL, true },
	{ "header_raw.subject", NULL, true },
	{ "header_raw.X-Spam_Level", NULL, true },
	{ "header_names", NULL, true },
	{ "header_count", NULL, true },
	{ "address.from", NULL, true },
	{ "address.to.local", NULL, true },
	{ "address.cc.domain", NULL, true },
	{ "address.reply-to.display", NULL, true },
	{ "auth_results.spf", NULL, true },
	{ "auth_results.dkim", NULL, true },
	{ "auth_results.dmarc", NULL, true },
	{ "auth_results.arc", NULL, true },
	{ "auth_results.iprev", NULL, true },
	{ "body", NULL, true },
	{ "body_raw", NULL, true },
	{ "attachment.name", NULL, true },
	{ "attachment.extension", NULL, true },
	{ "attachment.type", NULL, true },
	{ "attachment.size", NULL, true },
	{ "attachment.sha256", NULL, true },
	{ "attachment.disposition", NULL, true },
	{ "part.type", NULL, true },
	{ "part.count", NULL, true },
	{ "mime.depth", NULL, true },
	{ "mime.defect", NULL, true },
	{ "url", NULL, true },
	{ "url.host", NULL, true },
	{ "queue_id", NULL, true },
	{ "size", NULL, true },
	{ "macro.i", NULL, true },
	{ "macro.if_addr", NULL, true },
	{ "macro.{if_addr}", "'macro.{if_addr}'", true },
	{ "score", NULL, true },
	{ "label", NULL, true },
	{ "var.colour", NULL, true },
	{ "command", NULL, true },
	{ "now.hour", NULL, true },
	{ "now.weekday", NULL, true },
};

static const struct row conditions[] = {
	{ "all", "all: [{helo: a}, {sender: b}]", true },
	{ "any", "any: [{helo: a}, {sender: b}]", true },
	{ "not", "not: {helo: a}", true },
	{ "none", "none: [{helo: a}, {sender: b}]", true },
	{ "same", "same: {recipients: {domain: a, recipients: b}}", true },
	{ "same", "same: {header_raw.received: {all: [{header_raw.received: "
	    "a}, {header_raw.received: b}]}}", true },
	{ "same", "same: {sender.params: {not: {sender.params: a}}}", true },
	{ "attachment", "same: {attachment: {extension: exe, "
	    "size: {gt: 1M}}}", true },
	{ "address.to", "same: {address.to: {domain: a, display: b, "
	    "local: c, address.to: d}}", true },
	{ "url", "same: {url: {host: a, url: b}}", true },
	{ "header.to", "same: {header.to: {header.to: a, header_raw.to: b}}",
	    true },
	{ "dnsbl", "dnsbl: {zone: zen.example.org, of: client.ip, "
	    "returns: 127.0.0.0/8}", false },
	{ "resolves", "resolves: {name: sender.domain, type: [A, MX]}",
	    false },
	{ "rate", "rate: {key: '${client.ip}', limit: 100, per: 1h, "
	    "count: messages}", false },
	{ "greylist", "greylist: {key: '${sender}', delay: 5m, keep: 35d}",
	    false },
	{ "a literal", "helo: localhost", true },
	{ "a regex with all its flags", "helo: '/^mail/imsx'", true },
	{ "a list of both", "helo: [localhost, '/^mail/']", true },
	{ "the null sender", "sender: <>", true },
};

static const struct row operators[] = {
	{ "is", "helo: {is: '/x/'}", true },
	{ "is", "helo: {is: [x, y]}", true },
	{ "is", "sender.size: {is: 10M}", true },
	{ "is_not", "helo: {is_not: x}", true },
	{ "is_not", "helo: {is_not: '/x/'}", true },
	{ "is_not", "helo: {is_not: [x, '/y/']}", true },
	{ "is_not", "helo: {is_not: {in: [example.com]}}", true },
	{ "is_not", "client.ip: {is_not: {in: [10.0.0.0/8]}}", true },
	{ "is_not", "client.port: {is_not: [25, 1K]}", true },
	{ "contains", "helo: {contains: x}", true },
	{ "starts_with", "helo: {starts_with: [x, y]}", true },
	{ "ends_with", "sender: {ends_with: '@example.com'}", true },
	{ "matches", "helo: {matches: ['/x/', '/y/']}", true },
	{ "in", "helo: {in: [example.com, .example.com]}", true },
	{ "in", "client.ip: {in: [10.0.0.0/8, 2001:db8::/32]}", true },
	{ "in", "sender: {in: [a@example.com, a@, .example.com]}", true },
	{ "gt", "sender.size: {gt: 10M}", true },
	{ "ge", "sender.size: {ge: 10}", true },
	{ "lt", "sender.size: {lt: 2.5}", true },
	{ "le", "recipients.count: {le: 5m}", true },
	{ "eq", "score: {eq: -2.5}", true },
	{ "a number alone", "sender.size: 10M", true },
	{ "a list of numbers", "now.hour: [22, 23, 0]", true },
	{ "a list of days", "now.weekday: [saturday, sunday]", true },
	{ "exists", "helo: {exists: true}", true },
	{ "exists", "helo: {exists: false}", true },
	{ "every", "recipients: {every: {is: x}}", true },
	{ "every", "recipients.domain: {every: {in: [example.com], "
	    "is_not: x}}", true },
	{ "count", "recipients: {count: {ge: 2, lt: 5}}", true },
	{ "count", "header_raw.from: {count: 2}", true },
	{ "several operators", "recipients: {count: {ge: 2}, exists: true, "
	    "is_not: x, contains: y, every: {ends_with: z}}", true },
};

static const struct row actions[] = {
	{ "accept", "accept", true },
	{ "accept", "{accept: connection}", true },
	{ "reject", "reject", true },
	{ "reject", "{reject: 'no ${helo|one} ${1} ${2} ${word}'}", true },
	{ "reject", "{reject: {code: 552, status: 5.7.0, text: no}}", true },
	{ "reject", "{reject: \"one\\ntwo\"}", true },
	{ "tempfail", "tempfail", true },
	{ "tempfail", "{tempfail: {code: 450, status: 4.2.1}}", true },
	{ "discard", "discard", true },
	{ "close", "close", true },
	{ "close", "{close: 'bye ${helo}'}", true },
	{ "close", "{close: {code: 421, status: 4.3.2, text: bye}}", true },
	{ "add_header", "{add_header: {name: X-A, value: a}}", true },
	{ "add_header", "{add_header: {name: X-A, value: a, at: bottom}}",
	    true },
	{ "add_header", "{add_header: {name: X-A, value: a, at: top}}", true },
	{ "set_header", "{set_header: {name: X-A, value: a}}", true },
	{ "remove_header", "{remove_header: X-A}", true },
	{ "remove_header", "{remove_header: {name: X-A, match: '/a/', "
	    "nth: -1}}", true },
	{ "a regex for names of fields", "{remove_header: '/^X-/'}", true },
	{ "rewrite_header", "{rewrite_header: {name: X-A, match: '/a/', "
	    "with: b, all: true, or_add: true}}", true },
	{ "rewrite_header", "{rewrite_header: {name: '/^X-/i', match: "
	    "'/(a)(?<n>b)/', with: '${2}${n}${0}${word}'}}", true },
	{ "set_sender", "{set_sender: a@example.com}", true },
	{ "set_sender", "{set_sender: <>}", true },
	{ "add_recipient", "{add_recipient: '${sender}'}", true },
	{ "remove_recipient", "{remove_recipient: a@example.com}", true },
	{ "remove_recipient", "{remove_recipient: '/^a@/'}", true },
	{ "rewrite_recipient", "{rewrite_recipient: {match: '/a/', with: b, "
	    "all: true}}", true },
	{ "replace_body", "{replace_body: x}", true },
	{ "replace_body", "{replace_body: {text: 'for ${sender}'}}", true },
	{ "replace_body", "{replace_body: {html: '<p>x'}}", true },
	{ "rewrite_body", "{rewrite_body: {match: '/a/', with: b}}", true },
	{ "rewrite_body", "{rewrite_body: {match: '/(?<n>a)/', with: "
	    "'${n}${1}${word}', all: true}}", true },
	{ "append_body", "{append_body: x}", true },
	{ "append_body", "{append_body: \"a\\nb ${sender}\"}", true },
	{ "append_body", "{append_body: {text: x, html: '<p>x'}}", true },
	{ "quarantine", "{quarantine: 'from ${sender}'}", true },
	{ "score", "{score: 2.5}", true },
	{ "score", "{score: -1}", true },
	{ "label", "{label: bulk}", true },
	{ "set", "{set: {name: value, other: '${var.colour|none}'}}", true },
	{ "log", "{log: 'x ${score} ${label}'}", true },
	{ "add_header", "[{add_header: {name: X-A, value: a}}, accept]", true },
};

static const struct row rule_keys[] = {
	{ "when", "when: {helo: a}", true },
	{ "mode", "mode: shadow", true },
	{ "mode", "mode: off", true },
	{ "mode", "mode: enforce", true },
	{ "until", "until: 2026-12-31", true },
	{ "until", "until: 2028-02-29", true },
	{ "at", "at: mail", true },
	{ "at", "at: rcpt", true },
	{ "at", "at: data", true },
	{ "at", "at: eoh", true },
	{ "at", "at: eom", true },
	{ "early", "early: true", true },
	{ "early", "early: false", true },
	{ "at", "early: true\n    at: connect", true },
	{ "at", "early: true\n    at: helo", true },
	{ "tests", "tests: [{given: {helo: a}, expect: no-match}]", true },
};

static const struct row sections[] = {
	{ "settings", "settings: {listen: unix:/run/x}", true },
	{ "tables", "tables: {a: [b]}", true },
	{ "conditions", "conditions: {a: {helo: b}}", true },
	{ "include", "include: [rules.d/*.yaml]", true },
	{ "tests", "tests: [{test: x, helo: y, expect: {accept: true}}]",
	    true },
};

static const struct row tables[] = {
	{ "a list", "[example.com, .example.com]", true },
	{ "cidr", "{cidr: [127.0.0.0/8, 10.0.0.0/8, '2001:db8::/32']}", true },
	{ "file", "{file: " TABLE_FILE "}", true },
	{ "type", "{file: " TABLE_FILE ", type: text}", true },
	{ "type", "{file: " TABLE_FILE ", type: cidr}", true },
};

static const struct row settings[] = {
	{ "listen", "listen: inet:8891@127.0.0.1", true },
	{ "control", "control: unix:/run/control", true },
	{ "socket", "socket: {mode: 0660, group: postfix}", true },
	{ "user", "user: millgate", true },
	{ "group", "user: millgate, group: millgate", true },
	{ "pidfile", "pidfile: /run/pid", true },
	{ "mode", "mode: shadow", true },
	{ "mode", "mode: enforce", true },
	{ "log", "log: {to: syslog, format: json, level: info}", true },
	{ "metrics", "metrics: inet:9000", false },
	{ "state", "state: /var/lib/millgate", false },
	{ "resolver", "resolver: {servers: [127.0.0.1], timeout: 2s}", false },
	{ "geoip", "geoip: /usr/share/GeoIP/x.mmdb", false },
	{ "trusted_authserv", "trusted_authserv: mx.example.com", true },
	{ "trusted_authserv", "trusted_authserv: [mx.example.com]", true },
	{ "limits", "limits: {recipients: 5}", true },
	{ "require_jit", "require_jit: false", true },
	{ "record", "record: {dir: /var/x}", false },
	{ "on_error", "on_error: tempfail", true },
	{ "on_error", "on_error: accept", true },
};

static const struct row limits[] = {
	{ "body", "body: 1M", true },
	{ "message", "message: 50M", true },
	{ "regex_match", "regex_match: 100000", true },
	{ "regex_depth", "regex_depth: 1000", true },
	{ "regex_time", "regex_time: 50ms", false },
	{ "message_time", "message_time: 5s", false },
	{ "mime_depth", "mime_depth: 10", true },
	{ "mime_parts", "mime_parts: 100", true },
	{ "header_bytes", "header_bytes: 64K", true },
	{ "recipients", "recipients: 100", true },
	{ "connections", "connections: 100", true },
};

/* A kind of word: the file that it stands in, and what a wrong one is told. */
static const struct kind {
	const char *sentence;
	const char *file;
	const struct row *rows;
	size_t count;
	const char *unknown;	/* text for a made-up word */
	const char *told;
} kinds[] = {
	{ "facts", WHEN("@: {exists: true}"), facts, COUNT(facts),
	    "frobnicate", "unknown fact 'frobnicate'" },
	{ "facts with a dot", WHEN("@: {exists: true}"), NULL, 0,
	    "client.frobnicate", "unknown fact 'client.frobnicate'" },
	{ "facts in text", THEN("{reject: 'x${@}'}"), NULL, 0, "frobnicate",
	    "there is no fact or group 'frobnicate'" },
	{ "conditions", WHEN("@"), conditions, COUNT(conditions),
	    "frobnicate: {helo: a}", "unknown fact 'frobnicate'" },
	{ "operators", WHEN("@"), operators, COUNT(operators),
	    "helo: {frobnicate: a}",
	    "unknown operator 'frobnicate' in a test" },
	{ "operators of every", WHEN("@"), NULL, 0,
	    "helo: {every: {frobnicate: a}}",
	    "unknown operator 'frobnicate' in 'every'" },
	{ "operators of count", WHEN("@"), NULL, 0,
	    "helo: {count: {frobnicate: 1}}",
	    "unknown operator 'frobnicate' in 'count'" },
	{ "operators of is_not", WHEN("@"), NULL, 0,
	    "helo: {is_not: {frobnicate: a}}",
	    "unknown operator 'frobnicate' in 'is_not'" },
	{ "facts of a family", WHEN("same: {recipients: {@}}"), NULL, 0,
	    "frobnicate: a", "unknown fact 'frobnicate'" },
	{ "families", WHEN("same: {@}"), NULL, 0, "frobnicate: {helo: a}",
	    "unknown fact 'frobnicate'" },
	{ "modes", TOP "rules:\n  - rule: r\n    mode: @\n    then: "
	    "reject\n", NULL, 0, "frobnicate",
	    "'frobnicate' is no mode of a rule" },
	{ "phases", TOP "rules:\n  - rule: r\n    at: @\n    then: "
	    "reject\n", NULL, 0, "unknown",
	    "'unknown' is no phase that a rule may wait for" },
	{ "actions", THEN("@"), actions, COUNT(actions), "{frobnicate: a}",
	    "unknown action 'frobnicate'" },
	{ "keys of a reply", THEN("@"), NULL, 0, "{reject: {frobnicate: a}}",
	    "unknown key 'frobnicate' in a reply" },
	{ "keys of add_header", THEN("@"), NULL, 0,
	    "{add_header: {name: X, value: a, frobnicate: b}}",
	    "unknown key 'frobnicate' in add_header" },
	{ "keys of set_header", THEN("@"), NULL, 0,
	    "{set_header: {name: X, value: a, frobnicate: b}}",
	    "unknown key 'frobnicate' in set_header" },
	{ "keys of remove_header", THEN("@"), NULL, 0,
	    "{remove_header: {name: X, frobnicate: b}}",
	    "unknown key 'frobnicate' in remove_header" },
	{ "keys of rewrite_header", THEN("@"), NULL, 0,
	    "{rewrite_header: {name: X, match: '/a/', with: b, frobnicate: "
	    "c}}", "unknown key 'frobnicate' in rewrite_header" },
	{ "keys of replace_body", THEN("@"), NULL, 0,
	    "{replace_body: {text: a, frobnicate: b}}",
	    "unknown key 'frobnicate' in replace_body" },
	{ "keys of rewrite_body", THEN("@"), NULL, 0,
	    "{rewrite_body: {match: '/a/', with: b, frobnicate: c}}",
	    "unknown key 'frobnicate' in rewrite_body" },
	{ "keys of append_body", THEN("@"), NULL, 0,
	    "{append_body: {text: a, frobnicate: b}}",
	    "unknown key 'frobnicate' in append_body" },
	{ "keys of rewrite_recipient", THEN("@"), NULL, 0,
	    "{rewrite_recipient: {match: '/a/', with: b, frobnicate: c}}",
	    "unknown key 'frobnicate' in rewrite_recipient" },
	{ "keys of a rule", TOP "rules:\n  - rule: r\n    @\n    then: "
	    "reject\n", rule_keys, COUNT(rule_keys), "frobnicate: a",
	    "unknown key 'frobnicate' in a rule" },
	{ "sections", TOP "@\n" RULES, sections, COUNT(sections),
	    "frobnicate: a", "unknown key 'frobnicate' in a rule file" },
	{ "tables", TOP "tables: {t: @}\n" RULES, tables, COUNT(tables),
	    "{frobnicate: [a]}", "unknown key 'frobnicate' in a table" },
	{ "settings", TOP "settings: {@}\n" RULES, settings, COUNT(settings),
	    "frobnicate: a", "unknown key 'frobnicate' in 'settings'" },
	{ "keys of the log", TOP "settings: {log: {@}}\n" RULES, NULL, 0,
	    "frobnicate: a", "unknown key 'frobnicate' in 'log'" },
	{ "keys of the socket", TOP "settings: {socket: {@}}\n" RULES, NULL, 0,
	    "frobnicate: a", "unknown key 'frobnicate' in 'socket'" },
	{ "limits", TOP "settings: {limits: {@}}\n" RULES, limits,
	    COUNT(limits), "frobnicate: 1",
	    "unknown key 'frobnicate' in 'limits'" },
};

/* Load FILE with TEXT for its "@"; what went wrong first is in ERRORS. */
static struct policy *
load(const char *file, const char *text, struct error_list *errors)
{
	size_t at = span_find(span_of(file), '@');
	char whole[1024];

	(void)snprintf(whole, sizeof whole, "%.*s%s%s", (int)at, file, text,
	    file + at + 1);
	return policy_load_text("rules.yaml", span_of(whole), errors);
}

/* Is that a library which is not there? */
static bool
needs_library(const struct problem *p)
{
	return !decode_is_built_in() && strstr(p->text, " needs GMime, which "
	    "this millgate was built without") != NULL;
}

/* Is P what a word of the language may be told? */
static bool
is_refused_by_name(const struct problem *p, const char *word)
{
	static const char end[] = " is not supported by this version";
	char quoted[128];

	(void)snprintf(quoted, sizeof quoted, "'%s'%s", word, end);
	if (strstr(p->text, quoted) != NULL)
		return true;
	return strstr(p->text, word) == p->text &&
	    strcmp(p->text + strlen(word), end) == 0;
}

static void
check_row(const struct kind *k, const struct row *row)
{
	const char *text = row->text != NULL ? row->text : row->word;
	struct error_list errors = { .count = 0 };
	struct policy *p = load(k->file, text, &errors);

	unit_case(text);
	if (errors.count > 0 && needs_library(&errors.at[0])) {
		error_list_release(&errors);
		return;		/* each fact that does is told of */
	}
	check_size(errors.count, p != NULL ? 0 : 1);
	check_true(!row->here || p != NULL);
	if (errors.count > 0 && !is_refused_by_name(&errors.at[0], row->word))
		check_text(errors.at[0].text, "not supported by this version");
	policy_unref(p);
	error_list_release(&errors);
}

static void
test_words(void)
{
	FILE *table = fopen(TABLE_FILE, "w");

	check_true(table != NULL);
	if (table != NULL) {
		(void)fputs("127.0.0.1\n", table);
		(void)fclose(table);
	}
	for (size_t i = 0; i < COUNT(kinds); i++)
		for (size_t k = 0; k < kinds[i].count; k++)
			check_row(&kinds[i], &kinds[i].rows[k]);
	(void)remove(TABLE_FILE);
}

static void
test_unknown(void)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct error_list errors = { .count = 0 };
		struct policy *p;

		unit_case(kinds[i].sentence);
		p = load(kinds[i].file, kinds[i].unknown, &errors);
		check_true(p == NULL);
		check_true(errors.count > 0);
		if (errors.count > 0 && !needs_library(&errors.at[0]))
			check_text(errors.at[0].text, kinds[i].told);
		policy_unref(p);
		error_list_release(&errors);
	}
}

static void
test_version(void)
{
	struct error_list errors = { .count = 0 };
	struct policy *p = load("millgate: @\n" RULES, "1", &errors);

	check_true(p != NULL);
	policy_unref(p);
	p = load("millgate: @\n" RULES, "2", &errors);
	check_true(p == NULL);
	error_list_release(&errors);
}

/* Facts may be named in text, too; `command` by rules alone that test it. */
static void
test_variables(void)
{
	static const char file[] = THEN("{reject: 'x${@}'}");
	const struct kind k = { .file = file };

	for (size_t i = 0; i < COUNT(facts); i++) {
		struct row row = facts[i];

		row.text = NULL;
		if (strchr(row.word, '{') == NULL &&
		    strcmp(row.word, "command") != 0)
			check_row(&k, &row);
	}
}

static const struct unit_test tests[] = {
	{ "every word loads, or is refused by name", test_words },
	{ "every fact may be named in text, or is refused by name",
	  test_variables },
	{ "a made-up word of each kind is unknown", test_unknown },
	{ "the language has one version", test_version },
};

UNIT_MAIN("language", tests)
