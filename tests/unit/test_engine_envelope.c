/*
 * test_engine_envelope.c - who a message is from, who gets it, and whether it
 * is held.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define CLIENT "connect 192.0.2.1 mx|helo mx|"
#define TO_AB CLIENT "mail s@x|rcpt a@x|rcpt b@x|data|"
#define TO_A CLIENT "mail s@x|rcpt a@x|data|"
#define END "eoh|eom"

#define LAST " (r: it would leave the message without recipients; none is " \
	"removed)"
#define REWRITE(match, with) \
	"{rewrite_recipient: {match: '" match "', with: '" with "'}}"

struct row {
	const char *sentence;
	const char *actions;	/* of one rule that always holds */
	const char *script;
	const char *want;
};

static const struct row recipient_rows[] = {
	{ "a recipient is added", "{add_recipient: c@x}", TO_AB, " >+c@x" },
	{ "once", "[{add_recipient: c@x}, {add_recipient: C@X}]", TO_AB,
	    " >+c@x" },
	{ "not one that is there", "{add_recipient: B@X}", TO_AB, "" },
	{ "one goes, as it was given", "{remove_recipient: A@x}", TO_AB,
	    " >-a@x" },
	{ "one that is not there does not", "{remove_recipient: c@x}", TO_AB,
	    "" },
	{ "all that match go", "{remove_recipient: '/^[ac]@/'}", TO_AB,
	    " >-a@x" },
	{ "one that comes and goes leaves no trace",
	    "[{add_recipient: c@x}, {remove_recipient: c@x}]", TO_AB, "" },
	{ "nor one that goes and comes",
	    "[{remove_recipient: a@x}, {add_recipient: a@x}]", TO_AB, "" },
	{ "one may be replaced, even the only one",
	    "[{remove_recipient: a@x}, {add_recipient: c@x}]", TO_A,
	    " >-a@x >+c@x" },
	{ "each way in which it was written goes, as the MTA has it",
	    "{remove_recipient: a@x}", CLIENT "mail s@x|rcpt A@x.|rcpt b@x|"
	    "rcpt a@X|rcpt A@x.|rcpt \"a\"@x|data|",
	    " >-\"a\"@x >-a@X >-A@x." },
	{ "a message keeps its last recipient", "{remove_recipient: a@x}",
	    TO_A, LAST },
	{ "and all of them when all would go",
	    "[{remove_recipient: a@x}, {remove_recipient: '/^b/'}]", TO_AB,
	    LAST },
	{ "also when another came and went",
	    "[{add_recipient: c@x}, {remove_recipient: '/./'}]", TO_AB, LAST },
	{ "addresses are compared in their plain form",
	    "{remove_recipient: '\"a\"@x'}", TO_AB, " >-a@x" },
	{ "quotes that an address needs stay",
	    "{add_recipient: '\"a b\"@x'}", TO_AB, " >+\"a b\"@x" },
	{ "an address may come from a fact", "{add_recipient: 'c@${helo}'}",
	    TO_AB, " >+c@mx" },
	{ "one that is none is left out, and logged",
	    "[{add_recipient: '${helo}'}, {add_recipient: c@x}]", TO_AB,
	    " (r: 'mx' is not an address and is left out) >+c@x" },
	{ "so is one that is none to remove",
	    "{remove_recipient: '${helo}'}", TO_AB,
	    " (r: 'mx' is not an address and is left out)" },
	{ "an address is rewritten", REWRITE("/@x$/", "@y"), TO_AB,
	    " >-a@x >-b@x >+a@y >+b@y" },
	{ "with what was matched", REWRITE("/^(.)@/", "${1}+${1}@"), TO_A,
	    " >-a@x >+a+a@x" },
	{ "one that does not match stays", REWRITE("/^b@/", "c@"), TO_AB,
	    " >-b@x >+c@x" },
	{ "into one that is there already", REWRITE("/^a@/", "b@"), TO_AB,
	    " >-a@x" },
	{ "into itself, but for its letters", REWRITE("/^a/", "A"), TO_AB,
	    "" },
	{ "into nothing that is an address",
	    REWRITE("/@.*/", ""), TO_A,
	    " (r: 'a' is not an address and is left out)" },
	{ "one that was rewritten may become another that was",
	    REWRITE("/^(.*)a@/", "${1}aa@"),
	    CLIENT "mail s@x|rcpt a@x|rcpt aa@x|data|", " >-a@x >+aaa@x" },
	{ "one that was added is rewritten in place",
	    "[{add_recipient: c@x}, " REWRITE("/^c/", "d") "]", TO_A,
	    " >+d@x" },
	{ "one that went is not rewritten",
	    "[{remove_recipient: a@x}, " REWRITE("/@x/", "@y") "]", TO_AB,
	    " >-a@x >-b@x >+b@y" },
	{ "back to what it was is no change",
	    "[" REWRITE("/@x/", "@y") ", " REWRITE("/@y/", "@x") "]", TO_AB,
	    "" },
	{ "every match in an address, when all are asked for",
	    "{rewrite_recipient: {match: '/x/', with: y, all: true}}",
	    CLIENT "mail s@x|rcpt x.x@x|data|", " >-x.x@x >+y.y@y" },
	{ "a message without recipients may get one", "{add_recipient: c@x}",
	    CLIENT "mail s@x|", " >+c@x" },
};

static const struct row sender_rows[] = {
	{ "the sender is set", "{set_sender: t@y}", TO_A, " <t@y" },
	{ "the last one counts",
	    "[{set_sender: t@y}, {set_sender: u@y}]", TO_A, " <u@y" },
	{ "the same is no change", "{set_sender: S@x}", TO_A, "" },
	{ "nor is it when it was another for a while",
	    "[{set_sender: t@y}, {set_sender: s@x}]", TO_A, "" },
	{ "it may be the null sender", "{set_sender: <>}", TO_A, " <<>" },
	{ "which may be what it was", "{set_sender: <>}",
	    CLIENT "mail <>|rcpt a@x|data|", "" },
	{ "it may come from a fact", "{set_sender: '${sender.local}@y'}",
	    TO_A, " <s@y" },
	{ "one that is no address is left out, and logged",
	    "[{set_sender: t@y}, {set_sender: '${helo}'}]", TO_A,
	    " (r: 'mx' is not an address and is left out) <t@y" },
	{ "the null sender comes as it is named", "{set_sender: '${sender}'}",
	    CLIENT "mail <>|rcpt a@x|data|", "" },
};

static const struct row hold_rows[] = {
	{ "a message is held", "{quarantine: looks bad}", TO_A,
	    " quarantine looks bad" },
	{ "for the first reason",
	    "[{quarantine: one}, {quarantine: two}]", TO_A,
	    " quarantine one" },
	{ "which may have facts in it", "{quarantine: 'from ${helo}'}", TO_A,
	    " quarantine from mx" },
	{ "but no byte that a log may choke on",
	    "{quarantine: 'f\xc3\xbcr ${sender}'}",
	    CLIENT "mail <a\\01\\7f@x>|rcpt a@x|data|",
	    " quarantine f??r a??@x" },
	{ "and of several lines makes one", "{quarantine: \"one\\ntwo\\n\"}",
	    TO_A, " quarantine one two" },
	{ "the rule is the reason when there is no other",
	    "{quarantine: '${macro.none}'}", TO_A, " quarantine r" },
	{ "all edits stand in one order",
	    "[{quarantine: q}, {add_header: {name: X-N, value: v}}, "
	    "{remove_header: A}, {add_recipient: c@x}, "
	    "{remove_recipient: a@x}, {set_sender: t@y}]",
	    TO_AB "header A b|",
	    " <t@y >-a@x >+c@x -A/1 +X-N=v quarantine q" },
};

static void
run(const struct row *rows, size_t count)
{
	char rules[1024], script[1024], want[256];
	size_t i;

	for (i = 0; i < count; i++) {
		unit_case(rows[i].sentence);
		snprintf(rules, sizeof rules, "- {rule: r, then: %s}\n",
		    rows[i].actions);
		snprintf(script, sizeof script, "%s" END, rows[i].script);
		snprintf(want, sizeof want, "eom accept%s", rows[i].want);
		check_text(judge(rules, script), want);
	}
}

static void
test_recipients(void)
{
	run(recipient_rows, COUNT(recipient_rows));
}

static void
test_sender(void)
{
	run(sender_rows, COUNT(sender_rows));
}

static void
test_hold(void)
{
	run(hold_rows, COUNT(hold_rows));
}

#define DISCARD_A "- {rule: d, when: {recipient: a@x}, then: discard}\n"
#define DISCARD_B "- {rule: e, when: {recipient: b@x}, then: discard}\n"

static const struct rules_row {
	const char *sentence;
	const char *rules;
	const char *script;
	const char *want;
} several[] = {
	{ "a recipient is discarded, the others get the message",
	    DISCARD_A, TO_AB END, "eom accept >-a@x" },
	{ "edits are for those who get it",
	    DISCARD_A "- {rule: r, then: {add_header: {name: X-N, "
	    "value: '${recipient}'}}}\n",
	    TO_AB END, "eom accept >-a@x +X-N=b@x" },
	{ "with all of them the message is discarded, and not changed",
	    "- {rule: r, then: {add_header: {name: X-N, value: v}}}\n"
	    DISCARD_A DISCARD_B, TO_AB END, "eom discard by d" },
	{ "a discarded recipient is not rewritten",
	    "- {rule: r, then: " REWRITE("/@x/", "@y") "}\n" DISCARD_A,
	    TO_AB END, "eom accept >-a@x >-b@x >+b@y" },
	{ "but may be added again",
	    "- {rule: r, when: {recipient: b@x}, "
	    "then: {add_recipient: a@x}}\n" DISCARD_A, TO_AB END,
	    "eom accept" },
	{ "nobody else is left, so nobody else goes",
	    "- {rule: r, then: {remove_recipient: b@x}}\n" DISCARD_A,
	    TO_AB END, "eom accept" LAST " >-a@x" },
	{ "a refused recipient is none to rewrite",
	    "- {rule: n, when: {recipient: a@x}, then: {reject: no}}\n"
	    "- {rule: r, then: " REWRITE("/@x/", "@y") "}\n", TO_AB END,
	    "rcpt a@x reject 550 5.7.1 no by n|eom accept >-b@x >+b@y" },
	{ "but one to add",
	    "- {rule: n, when: {recipient: a@x}, then: {reject: no}}\n"
	    "- {rule: r, then: {add_recipient: a@x}}\n", TO_AB END,
	    "rcpt a@x reject 550 5.7.1 no by n|eom accept >+a@x" },
	{ "rules see who was there, edits who is",
	    "- {rule: r, then: {remove_recipient: a@x}}\n"
	    "- {rule: t, when: {recipients: a@x}, then: "
	    "{add_recipient: c@x}}\n", TO_AB END,
	    "eom accept >-a@x >+c@x" },
	{ "an action whose regex fails is left out whole, and logged",
	    "settings: {limits: {regex_match: 1}}\nrules:\n"
	    "- {rule: r, then: [{remove_recipient: "
	    "'/^(a|b|ab|ba)*$(?<!b)/'}, {add_recipient: c@x}]}\n",
	    CLIENT "mail s@x|rcpt a|rcpt ababababababababababababababababab|"
	    "data|" END,
	    "eom accept (r: the pattern was given up: match limit exceeded) "
	    ">+c@x" },
	{ "nothing is held when the message is refused",
	    "- {rule: q, then: {quarantine: q}}\n"
	    "- {rule: n, when: {header_raw.a: b}, then: {reject: no}}\n",
	    TO_A "header A b|" END,
	    "eoh reject 550 5.7.1 no by n|eom reject 550 5.7.1 no" },
	{ "an accepted message is held",
	    "- {rule: q, then: {quarantine: q}}\n"
	    "- {rule: n, then: accept}\n",
	    TO_A END, "eom accept by n quarantine q" },
	{ "the first reason is that of the first rule",
	    "- {rule: q, when: {header_raw.a: b}, then: {quarantine: q}}\n"
	    "- {rule: n, when: {helo: mx}, then: {quarantine: n}}\n",
	    TO_A "header A b|" END, "eom accept quarantine q" },
};

static void
test_rules(void)
{
	size_t i;

	for (i = 0; i < COUNT(several); i++) {
		unit_case(several[i].sentence);
		check_text(judge(several[i].rules, several[i].script),
		    several[i].want);
	}
}

/* Many recipients are found as fast as few. */
static void
test_many(void)
{
	struct buffer script, want;
	unsigned i;

	buffer_init(&script, 1u << 20);
	buffer_init(&want, 1u << 20);
	buffer_add_text(&script, CLIENT "mail s@x|");
	for (i = 0; i < 5000; i++) {
		buffer_addf(&script, "rcpt u%u@x|", i);
		buffer_addf(&want, " >-u%u@x", i);
	}
	for (i = 0; i < 5000; i++)
		buffer_addf(&want, " >+u%u@y", i);
	buffer_add_text(&script, "data|" END);
	check_text(judge("- {rule: r, then: [" REWRITE("/@x$/", "@y") ", "
	    REWRITE("/^u/", "u") "]}\n", buffer_text(&script)) +
	    strlen("eom accept"), buffer_text(&want));
	buffer_release(&script);
	buffer_release(&want);
}

static const struct unit_test tests[] = {
	{ "recipients come and go", test_recipients },
	{ "the sender is set", test_sender },
	{ "a message is held", test_hold },
	{ "discarding, refusing and editing go together", test_rules },
	{ "a message may have many recipients", test_many },
};

UNIT_MAIN("engine envelope", tests)
