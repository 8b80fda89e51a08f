/*
 * test_engine_facts.c - each fact, learnt from what an MTA really sends.
 *
 * A rule that refuses with the fact's value shows at which event it is known
 * and what it is.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define MX "connect 192.0.2.1 mx.example.org|helo mx|"
#define TO_A MX "mail s@x|rcpt a@x|"

struct row {
	const char *fact;
	const char *script;
	const char *want;	/* where it is told, and the text */
};

static const struct row values[] = {
	{ "client.ip", MX "mail s@x", "mail 192.0.2.1" },
	{ "client.ip", "connect 2001:DB8:0::1 mx|mail s@x",
	    "mail 2001:db8::1" },
	{ "client.ip", "connect ::ffff:192.0.2.7 mx|mail s@x",
	    "mail 192.0.2.7" },
	{ "client.ip", "connect - mx|mail s@x", "mail none" },
	{ "client.name", MX "mail s@x", "mail mx.example.org" },
	{ "client.name", "connect 192.0.2.1 [192.0.2.1]|mail s@x",
	    "mail unknown" },
	{ "client.port", MX "mail s@x", "mail 40112" },
	{ "client.port", "connect - mx|mail s@x", "mail none" },
	{ "helo", MX "helo second|mail s@x", "mail second" },
	{ "helo", "connect 192.0.2.1 mx|mail s@x", "mail none" },
	{ "sender", MX "mail <Joe@x>", "mail Joe@x" },
	{ "sender", MX "mail <>", "mail <>" },
	{ "sender.local", MX "mail joe@x", "mail joe" },
	{ "sender.local", MX "mail <>", "mail none" },
	{ "sender.domain", MX "mail joe@x", "mail x" },
	{ "sender.domain", MX "mail <>", "mail none" },
	{ "sender.domain", MX "mail \"a@b\"@x", "mail x" },
	{ "sender.domain", MX "mail joe", "mail none" },
	{ "sender.params", MX "mail a@x SIZE=5", "mail SIZE=5" },
	{ "sender.size", MX "mail a@x BODY=8BITMIME size=0052", "mail 52" },
	{ "sender.size", MX "mail a@x SIZE=0", "mail 0" },
	{ "sender.size", MX "mail a@x SIZE=5x", "mail none" },
	{ "sender.size", MX "mail a@x SIZE=", "mail none" },
	{ "sender.size", MX "mail a@x", "mail none" },
	{ "auth.user", MX "mail a@x {auth_authen}=joe", "mail joe" },
	{ "auth.user", MX "mail a@x {auth_authen}=", "mail none" },
	{ "auth.method", MX "mail a@x {auth_type}=PLAIN", "mail PLAIN" },
	{ "tls.version", MX "mail a@x {tls_version}=TLSv1.3",
	    "mail TLSv1.3" },
	{ "tls.cipher", MX "mail a@x {cipher}=AES", "mail AES" },
	{ "tls.subject", MX "mail a@x {cert_subject}=joe", "mail joe" },
	{ "tls.verified", MX "mail a@x {verify}=OK", "mail true" },
	{ "tls.verified", MX "mail a@x {verify}=FAIL", "mail false" },
	{ "tls.verified", MX "mail a@x", "mail none" },
	{ "recipient", TO_A, "rcpt a@x a@x" },
	{ "recipient.local", TO_A, "rcpt a@x a" },
	{ "recipient.domain", TO_A, "rcpt a@x x" },
	{ "recipient.params", MX "mail s@x|rcpt a@x NOTIFY=NEVER",
	    "rcpt a@x NOTIFY=NEVER" },
	{ "recipient.position", TO_A, "rcpt a@x 1" },
	{ "recipients", TO_A "rcpt b@y|data", "data a@x" },
	{ "recipients.domain", TO_A "rcpt b@y|data", "data x" },
	{ "recipients.count", TO_A "rcpt b@y|rcpt A@x|data", "data 2" },
	{ "header_raw.subject",
	    TO_A "data|header SUBJECT \\20 a =?x?= b|eoh", "eoh a =?x?= b" },
	{ "header_raw.subject", TO_A "data|header Subject|eoh", "eoh none" },
	{ "header_raw.subject", TO_A "data|header Subjects x|eoh",
	    "eoh none" },
	{ "macro.j", "connect 192.0.2.1 mx {j}=host|mail s@x", "mail host" },
	{ "macro.if_addr", "connect 192.0.2.1 mx {if_addr}=192.0.2.9|mail s@x",
	    "mail 192.0.2.9" },
	{ "macro.tls_version", "helo mx {tls_version}=TLSv1|mail s@x",
	    "mail TLSv1" },
	{ "macro.i", TO_A "data {i}=4Xyz", "data 4Xyz" },
	{ "macro.rcpt_addr", MX "mail s@x|rcpt a@x {rcpt_addr}=alias",
	    "rcpt a@x alias" },
	{ "macro.unheard_of", TO_A "data|eoh|eom {unheard_of}=1", "eom 1" },
};

static void
test_values(void)
{
	char rule[256], want[256];
	const char *space;
	size_t i;

	for (i = 0; i < COUNT(values); i++) {
		unit_case(values[i].script);
		snprintf(rule, sizeof rule, "- {rule: r, "
		    "then: {reject: '${%s|none}'}}\n", values[i].fact);
		space = strrchr(values[i].want, ' ');
		if (strcmp(values[i].fact, "header_raw.subject") == 0)
			space = strchr(values[i].want, ' ');
		snprintf(want, sizeof want, "%.*s reject 550 5.7.1%s by r",
		    (int)(space - values[i].want), values[i].want, space);
		check_text(judge(rule, values[i].script), want);
	}
}

static const struct condition_row {
	const char *sentence;
	const char *condition;
	const char *script;
	bool holds;
} conditions[] = {
	{ "the null sender has a name", "sender: <>", MX "mail <>", true },
	{ "and is a sender", "sender: {exists: true}", MX "mail <>", true },
	{ "but no domain", "sender.domain: {exists: false}", MX "mail <>",
	    true },
	{ "a literal ignores case", "helo: MX", MX "mail s@x", true },
	{ "and is whole", "helo: m", MX "mail s@x", false },
	{ "an address has many spellings", "client.ip: '2001:db8:0::1'",
	    "connect 2001:DB8::1 mx|mail s@x", true },
	{ "a client in a network", "client.ip: {in: [192.0.2.0/24]}",
	    MX "mail s@x", true },
	{ "outside of it", "client.ip: {in: [192.0.3.0/24]}",
	    MX "mail s@x", false },
	{ "a client without address is in no network",
	    "client.ip: {in: [0.0.0.0/0, '::/0']}", "connect - mx|mail s@x",
	    false },
	{ "a name in a table, whole", "client.name: {in: [mx.example.org]}",
	    MX "mail s@x", true },
	{ "or below a domain", "client.name: {in: [.example.org]}",
	    MX "mail s@x", true },
	{ "a domain without its point is no suffix",
	    "client.name: {in: [example.org]}", MX "mail s@x", false },
	{ "an address in a table by its domain", "sender: {in: [x]}",
	    MX "mail s@X", true },
	{ "by its local part", "sender: {in: ['s@']}", MX "mail S@y", true },
	{ "a regex keeps case unless told", "helo: '/MX/'", MX "mail s@x",
	    false },
	{ "and ignores it when told", "helo: '/MX/i'", MX "mail s@x", true },
	{ "some value will do", "sender.params: B=2", MX "mail s@x A=1 B=2",
	    true },
	{ "all operators for one value",
	    "sender.params: {matches: '/A/', in: [B=2]}",
	    MX "mail s@x A=1 B=2", false },
	{ "no value satisfies nothing", "sender.params: '/^/'", MX "mail s@x",
	    false },
	{ "not holds on no value", "not: {sender.params: '/^/'}",
	    MX "mail s@x", true },
	{ "exists: false", "auth.user: {exists: false}", MX "mail s@x", true },
	{ "exists: false with a value", "helo: {exists: false}",
	    MX "mail s@x", false },
	{ "exists beside another operator",
	    "helo: {exists: true, is: mx}", MX "mail s@x", true },
	{ "a number", "sender.size: 52", MX "mail s@x SIZE=052", true },
	{ "a boolean", "tls.verified: true", MX "mail s@x {verify}=OK", true },
	{ "a named condition", "condition: named", MX "mail s@x", true },
	{ "and its opposite", "not: {condition: named}", MX "mail s@x",
	    false },
};

static void
test_conditions(void)
{
	char rules[512];
	size_t i;

	for (i = 0; i < COUNT(conditions); i++) {
		unit_case(conditions[i].sentence);
		snprintf(rules, sizeof rules, "conditions: {named: {helo: mx}}"
		    "\nrules:\n- {rule: r, when: {%s}, then: {reject: no}}\n"
		    "- {rule: rest, then: tempfail}\n",
		    conditions[i].condition);
		check_text(judge(rules, conditions[i].script),
		    conditions[i].holds ? "mail reject 550 5.7.1 no by r" :
		    "mail tempfail 451 4.7.1 Message cannot be taken now, try "
		    "again later by rest");
	}
}

/* recipient facts and macros are of the recipient that the reading is for. */
static void
test_each_recipient(void)
{
	check_text(judge("- {rule: r, when: {macro.rcpt_addr: bad}, "
	    "then: {reject: '${recipient.position} ${recipient.params}'}}\n",
	    MX "mail s@x|rcpt a@x P=1 {rcpt_addr}=good|"
	    "rcpt b@x P=2 {rcpt_addr}=bad|rcpt c@x P=3 {rcpt_addr}=good|"
	    "rcpt d@x {rcpt_addr}=bad"),
	    "rcpt b@x reject 550 5.7.1 2 P=2 by r|"
	    "rcpt d@x reject 550 5.7.1 4  by r");
}

static const struct unit_test tests[] = {
	{ "every fact has its value at its event", test_values },
	{ "operators ask what they say", test_conditions },
	{ "each recipient has facts of its own", test_each_recipient },
};

UNIT_MAIN("engine facts", tests)
