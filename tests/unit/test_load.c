/*
 * test_load.c - from a rule file to what the engine and the daemon need.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rules/engine/parts.h"
#include "tests/support/one_message.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define BIT(event) (1u << (event))

#define TOP "millgate: 1\nrules:\n"
#define RULE "  - rule: r\n    when: "
#define ALWAYS TOP "  - rule: r\n    then: accept\n"

/* A policy from TEXT, which must be right. */
static struct policy *
load(const char *text)
{
	struct error_list errors = { .count = 0 };
	struct policy *p;

	p = policy_load_text("rules.yaml", span_of(text), &errors);
	check_true(p != NULL);
	check_text(errors.count > 0 ? errors.at[0].text : "", "");
	error_list_release(&errors);
	return p;
}

static const struct {
	const char *sentence;
	const char *text;
	bool headers;		/* EVENT_HEADER is wanted */
	bool at_connect;	/* an answer may fall there */
	bool edits;
} needs[] = {
	{ "a verdict of connect facts", TOP RULE
	    "{client.ip: 192.0.2.1}\n    then: reject\n", false, true, false },
	{ "a verdict of helo", TOP RULE "{helo: x}\n    then: reject\n", false,
	    false, false },
	{ "one of either", TOP RULE "{any: [{helo: x}, {client.name: y}]}\n"
	    "    then: reject\n", false, true, false },
	{ "one of a recipient", TOP RULE "{recipient: x}\n    then: reject\n",
	    false, false, false },
	{ "one of a field", TOP RULE "{header_raw.x: y}\n    then: reject\n",
	    true, false, false },
	{ "a field in the text only", TOP RULE "{helo: x}\n    then: "
	    "{reject: '${header_raw.x}'}\n", true, false, false },
	{ "an addition", TOP RULE "{helo: x}\n    then: {add_header: {name: "
	    "A, value: b}}\n", false, false, true },
	{ "a removal wants to see the fields", TOP RULE "{helo: x}\n    then: "
	    "{remove_header: A}\n", true, false, true },
};

static void
test_needs(void)
{
	for (size_t i = 0; i < COUNT(needs); i++) {
		struct policy *p;
		const struct policy_needs *n;

		unit_case(needs[i].sentence);
		p = load(needs[i].text);
		if (p == NULL)
			continue;
		n = policy_needs(p);
		check_true((n->events & BIT(EVENT_CONNECT)) != 0);
		check_true((n->events & BIT(EVENT_EOM)) != 0);
		check_true((n->events & BIT(EVENT_BODY)) == 0);
		check_true((n->answers & BIT(EVENT_RCPT)) != 0);
		check_int((n->events & BIT(EVENT_HEADER)) != 0,
		    needs[i].headers);
		check_int((n->answers & BIT(EVENT_CONNECT)) != 0,
		    needs[i].at_connect);
		check_int(n->edits, needs[i].edits);
		policy_unref(p);
	}
}

/* Which macros are asked for with the events of a phase. */
static const struct {
	const char *sentence;
	const char *condition;
	enum phase phase;
	const char *want;
} macros[] = {
	{ "the queue ID, for the log", "{helo: x}", PHASE_MAIL, "i" },
	{ "nothing at connect", "{helo: x}", PHASE_CONNECT, "" },
	{ "what a fact is learnt from", "{auth.user: x}", PHASE_MAIL,
	    "i auth_authen" },
	{ "a macro where both MTAs send it", "{macro.if_addr: x}",
	    PHASE_CONNECT, "if_addr" },
	{ "written with braces, it is the same", "{all: [{macro.if_addr: x}, "
	    "{'macro.{if_addr}': y}]}", PHASE_CONNECT, "if_addr" },
	{ "an unlisted one at the end of the message", "{macro.mine: x}",
	    PHASE_EOM, "i mine" },
	{ "a recipient's", "{macro.rcpt_host: x}", PHASE_RCPT, "i rcpt_host" },
};

static void
test_macros(void)
{
	for (size_t i = 0; i < COUNT(macros); i++) {
		const char *const *names;
		char text[256], got[256] = "";
		struct policy *p;
		size_t count;

		unit_case(macros[i].sentence);
		(void)snprintf(text, sizeof text, TOP RULE "%s\n    then: "
		    "reject\n", macros[i].condition);
		p = load(text);
		if (p == NULL)
			continue;
		names = policy_macros(p, macros[i].phase, &count);
		for (size_t k = 0; k < count; k++) {
			if (k > 0)
				strcat(got, " ");
			strncat(got, names[k], 64);
		}
		check_text(got, macros[i].want);
		policy_unref(p);
	}
}

/* How many facts the engine must keep for a condition. */
static const struct {
	const char *sentence;
	const char *condition;
	size_t slots;
} slots[] = {
	{ "one fact twice", "{any: [{helo: a}, {helo: b}]}", 1 },
	{ "two facts", "{helo: a, sender: b}", 2 },
	{ "names of fields ignore case",
	    "{any: [{header_raw.Subject: a}, {header_raw.SUBJECT: b}]}", 1 },
	{ "names of macros do not", "{any: [{macro.a: x}, {macro.A: y}]}", 2 },
	{ "the fact in the text is the same", "{recipient: x}", 1 },
};

static void
test_slots(void)
{
	for (size_t i = 0; i < COUNT(slots); i++) {
		struct policy *p;
		char text[256];

		unit_case(slots[i].sentence);
		(void)snprintf(text, sizeof text, TOP RULE "%s\n    then: "
		    "{reject: 'no%s'}\n", slots[i].condition,
		    i + 1 == COUNT(slots) ? " ${recipient}" : "");
		p = load(text);
		if (p == NULL)
			continue;
		check_size(p->slot_count, slots[i].slots);
		policy_unref(p);
	}
}

/* A fact that `then` names more than once is read once. */
static void
test_reads(void)
{
	struct policy *p = load(TOP "  - rule: r\n    then: {reject: "
	    "'${sender} ${helo} ${sender} ${helo}'}\n");

	check_size(p->rules[0].read_count, 2);
	policy_unref(p);
}

static void
test_defaults(void)
{
	struct policy *p = load(ALWAYS);
	const struct settings *s = policy_settings(p);

	check_text(s->listen, NULL);
	check_int(s->socket_mode, 0660);
	check_text(s->socket_group, NULL);
	check_int(s->on_error, VERDICT_TEMPFAIL);
	check_true(s->limits.header_bytes >= 65536);
	check_true(s->limits.recipients >= 1000);
	check_true(s->limits.regex_match > 0 && s->limits.regex_depth > 0);
	check_size(policy_rule_count(p), 1);
	policy_unref(p);
}

static void
test_settings(void)
{
	struct policy *p = load("millgate: 1\nsettings:\n"
	    "  listen: unix:/run/x\n  socket: {mode: 0600, group: postfix}\n"
	    "  on_error: accept\n"
	    "  limits: {header_bytes: 2M, recipients: 1K, regex_match: 1000, "
	    "regex_depth: 7}\n"
	    "rules:\n  - rule: a\n    then: accept\n"
	    "  - rule: b\n    then: accept\n");
	const struct settings *s = policy_settings(p);

	check_text(s->listen, "unix:/run/x");
	check_int(s->socket_mode, 0600);
	check_text(s->socket_group, "postfix");
	check_int(s->on_error, VERDICT_ACCEPT);
	check_size(s->limits.header_bytes, 2u << 20);
	check_size(s->limits.recipients, 1024);
	check_int(s->limits.regex_match, 1000);
	check_int(s->limits.regex_depth, 7);
	check_size(policy_rule_count(p), 2);
	policy_unref(p);
}

/* A rule: what it answers by default, and how early. */
static void
test_rule(void)
{
	struct policy *p = load(TOP
	    "  - rule: first\n    when: {sender: x, helo: y}\n"
	    "    then: reject\n"
	    "  - rule: second\n    when: {recipient: x}\n    then: tempfail\n");
	const struct rule *r = p->rules;

	check_span(r[0].name, "first");
	check_int(r[0].place.line, 3);
	check_int(r[0].answer.code, 550);
	check_span(r[0].answer.status, "5.7.1");
	check_int(r[0].earliest, PHASE_HELO);
	check_true(!r[0].per_recipient);
	check_int(r[1].answer.code, 451);
	check_span(r[1].answer.status, "4.7.1");
	check_true(r[1].per_recipient);
	check_size(p->views[VIEW_ENFORCED].common.count, 1);
	check_size(p->views[VIEW_ENFORCED].personal.count, 1);
	policy_unref(p);
}

/* Sections may stand in any order. */
static void
test_order(void)
{
	struct policy *p = load("rules:\n  - rule: r\n"
	    "    then: {reject: '${1}'}\n"
	    "    when: {condition: a, helo: {in: t}}\n"
	    "conditions:\n  a: {condition: b}\n  b: {sender: '/(x)/'}\n"
	    "tables:\n  t: [x]\nmillgate: 1\n");

	check_int(p != NULL ? one_message(p) : -1, 0);
	policy_unref(p);
}

static void
test_unreadable(void)
{
	static const char *const paths[] = { "/nonexistent/rules.yaml", "/" };

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct error_list errors = { .count = 0 };

		unit_case(paths[i]);
		check_true(policy_load(paths[i], &errors) == NULL);
		check_size(errors.count, 1);
		check_text(errors.at[0].file, paths[i]);
		check_int(errors.at[0].line, 0);
		check_true(strncmp(errors.at[0].text, "cannot be read: ",
		    16) == 0);
		error_list_release(&errors);
	}
}

static void
test_file(void)
{
	char path[] = "/tmp/test_load.XXXXXX";
	struct error_list errors = { .count = 0 };
	int fd = mkstemp(path);
	struct policy *p;

	check_true(fd >= 0);
	check_true(write(fd, ALWAYS, sizeof ALWAYS - 1) > 0);
	p = policy_load(path, &errors);
	check_true(p != NULL);
	policy_unref(p);
	check_true(freopen(path, "r", stdin) != NULL);
	p = policy_load("-", &errors);
	check_true(p != NULL);
	check_size(errors.count, 0);
	policy_unref(p);
	close(fd);
	(void)unlink(path);
}

/* A file with everything in it: each of its lines has one key. */
static const char *const sample[] = {
	"millgate: 1\n",
	"settings:\n",
	"  listen: unix:/run/x\n",
	"  on_error: accept\n",
	"  limits:\n",
	"    recipients: 100\n",
	"    header_bytes: 64K\n",
	"tables:\n",
	"  ours: [example.com, .example.com]\n",
	"  nets:\n",
	"    cidr: [192.0.2.0/24]\n",
	"conditions:\n",
	"  insider:\n",
	"    any:\n",
	"      - client.ip: {in: nets}\n",
	"      - auth.user: {exists: true}\n",
	"rules:\n",
	"  - rule: stamp\n",
	"    when:\n",
	"      condition: insider\n",
	"      not:\n",
	"        helo: [localhost, '/^x/']\n",
	"      sender.domain: {in: ours}\n",
	"    then:\n",
	"      - remove_header: X-Spam\n",
	"      - add_header:\n",
	"          name: X-A\n",
	"          value: \"${helo} ${recipient|x}\"\n",
	"          at: top\n",
	"  - rule: lottery\n",
	"    when:\n",
	"      header_raw.subject: '/(?<bait>lottery)/'\n",
	"    then:\n",
	"      reject:\n",
	"        code: 552\n",
	"        status: 5.7.0\n",
	"        text: \"No ${bait} ${1}\"\n",
	"  - rule: notes\n",
	"    mode: shadow\n",
	"    until: 2099-12-31\n",
	"    when:\n",
	"      recipients:\n",
	"        count: {ge: 1}\n",
	"        every: {contains: '@'}\n",
	"        is_not: postmaster@example.com\n",
	"      same:\n",
	"        recipients:\n",
	"          domain: {is_not: {in: ours}}\n",
	"      sender.size: {lt: 10M}\n",
	"    then:\n",
	"      - score: 2.5\n",
	"      - label: bulk\n",
	"      - set:\n",
	"          colour: \"red ${helo}\"\n",
	"      - log: \"noted ${score}\"\n",
	"  - rule: changes\n",
	"    when:\n",
	"      score: {ge: 1}\n",
	"      label: bulk\n",
	"    then:\n",
	"      - set_header:\n",
	"          name: X-B\n",
	"          value: \"${var.colour}\"\n",
	"      - rewrite_header:\n",
	"          name: Subject\n",
	"          match: '/^(.)/'\n",
	"          with: '[${1}]'\n",
	"          or_add: true\n",
	"      - rewrite_recipient:\n",
	"          match: '/@old$/'\n",
	"          with: '@new'\n",
	"      - set_sender: <>\n",
	"      - quarantine: \"look at it\"\n",
	"  - rule: last\n",
	"    at: rcpt\n",
	"    then:\n",
	"      close: \"bye\"\n",
};

enum change {
	KEY_DELETED,
	KEY_TWICE,
	KEY_MISSPELT,
	VALUE_LIST,
	VALUE_MAPPING,
	VALUE_NUMBER,
	VALUE_LEFT_OUT,
	CHANGES
};

/* Put LINE into OUT, changed. */
static void
change_line(char *out, const char *line, enum change change)
{
	size_t colon = strstr(line, ": ") != NULL ?
	    (size_t)(strstr(line, ": ") - line) : strlen(line) - 2;
	static const char *const values[CHANGES] = {
		[VALUE_LIST] = ": [[x]]\n",
		[VALUE_MAPPING] = ": {x: y}\n",
		[VALUE_NUMBER] = ": 12345678901234567890\n",
		[VALUE_LEFT_OUT] = ":\n",
	};

	if (change == KEY_DELETED)
		return;
	strncat(out, line, colon);
	if (change == KEY_MISSPELT)
		strcat(out, "q");
	strcat(out, values[change] != NULL ? values[change] : line + colon);
	if (change == KEY_TWICE)
		strcat(out, line);
}

/* Loading fails at a place, or what is loaded does its work. */
static void
check_changed(const char *text)
{
	struct error_list errors = { .count = 0 };
	struct policy *p;

	p = policy_load_text("rules.yaml", span_of(text), &errors);
	check_true((p == NULL) == (errors.count > 0));
	for (size_t i = 0; i < errors.count; i++) {
		check_true(errors.at[i].line > 0);
		check_true(errors.at[i].column > 0);
	}
	if (p != NULL)
		check_int(one_message(p), 0);
	policy_unref(p);
	error_list_release(&errors);
}

static void
test_changed_keys(void)
{
	char text[4096];

	for (size_t i = 0; i < COUNT(sample); i++) {
		unit_case(sample[i]);
		for (int change = 0; change < CHANGES; change++) {
			text[0] = '\0';
			for (size_t k = 0; k < COUNT(sample); k++)
				if (k == i)
					change_line(text, sample[k],
					    (enum change)change);
				else
					strcat(text, sample[k]);
			check_changed(text);
		}
	}
}

static void
test_sample(void)
{
	char text[4096] = "";
	struct policy *p;

	for (size_t k = 0; k < COUNT(sample); k++)
		strcat(text, sample[k]);
	p = load(text);
	check_int(p != NULL ? one_message(p) : -1, 0);
	policy_unref(p);
}

static const struct unit_test tests[] = {
	{ "what the MTA must tell follows from the rules", test_needs },
	{ "so do the macros that it is asked for", test_macros },
	{ "a fact is kept once, however often it is read", test_slots },
	{ "a rule knows each fact that its text names", test_reads },
	{ "what is not set has its default", test_defaults },
	{ "settings are taken", test_settings },
	{ "a rule knows what it reads and answers", test_rule },
	{ "sections may stand in any order", test_order },
	{ "a file that cannot be read is one error", test_unreadable },
	{ "a file, and standard input as '-'", test_file },
	{ "a file with everything in it loads and judges", test_sample },
	{ "any change of a key is an error with a place, or harmless",
	  test_changed_keys },
};

UNIT_MAIN("load", tests)
