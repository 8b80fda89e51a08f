/*
 * test_replies.c - what the client reads is what the rule says, and no more.
 *
 * Sendmail and Postfix take a reply as a format, so every '%' is doubled on the
 * wire. libmilter divides lines with CRLF, which rawmilter shows as \x0d\x0a;
 * text that came from outside must never bring one of its own.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))
#define RULES_MAX 16384
#define REPLY_MAX 980		/* libmilter's own bound for a line */

static const struct {
	const char *sentence;
	const char *then;
	const char *want;
} replies[] = {
	{ "reject says 550 5.7.1 by itself", "{reject: no}", "550 5.7.1 no" },
	{ "tempfail says 451 4.7.1 by itself", "{tempfail: later}",
	    "451 4.7.1 later" },
	{ "code and status are those of the rule",
	    "{reject: {code: 552, status: 5.7.0, text: too much}}",
	    "552 5.7.0 too much" },
	{ "so are those of a tempfail",
	    "{tempfail: {code: 450, status: 4.2.1, text: busy}}",
	    "450 4.2.1 busy" },
	{ "a percent sign is doubled", "{reject: '100% sure'}",
	    "550 5.7.1 100%% sure" },
	{ "so is a pair of them", "{reject: '100%% sure'}",
	    "550 5.7.1 100%%%% sure" },
	{ "a format is only text", "{reject: '%s%n%x %'}",
	    "550 5.7.1 %%s%%n%%x %%" },
	{ "a link keeps its escapes",
	    "{reject: 'see https://example.org/?a=%20b%2Fc'}",
	    "550 5.7.1 see https://example.org/?a=%%20b%%2Fc" },
	{ "lines have the same code and status",
	    "{reject: \"one\\ntwo 5%\\nthree\"}",
	    "550-5.7.1 one\\x0d\\x0a550-5.7.1 two 5%%\\x0d\\x0a"
	    "550 5.7.1 three" },
	{ "digits at the beginning are text", "{reject: '250 2.0.0 ok'}",
	    "550 5.7.1 250 2.0.0 ok" },
	{ "quotes and backslashes are text", "{reject: 'a \"b\" \\c'}",
	    "550 5.7.1 a \"b\" \\\\c" },
	{ "a dollar sign may be had", "{reject: '5$ off'}",
	    "550 5.7.1 5$ off" },
};

static struct daemon daemon;

static void
test_start(void)
{
	char rules[RULES_MAX] = "rules:\n";
	size_t len = strlen(rules);

	for (size_t i = 0; i < COUNT(replies); i++)
		len += (size_t)snprintf(rules + len, sizeof rules - len,
		    "  - rule: row-%zu\n"
		    "    when: {sender: row-%zu@example.org}\n"
		    "    then: %s\n", i, i, replies[i].then);
	snprintf(rules + len, sizeof rules - len,
	    "  - rule: echo\n"
	    "    when: {helo: '/^(.*)$/s'}\n"
	    "    then: {reject: 'helo <${1}> from <${sender}>'}\n");
	check_true(daemon_start(&daemon, "", rules));
}

static void
test_replies(void)
{
	struct rawmilter m;

	check_true(rawmilter_start(&m, daemon.address));
	rawmilter_connect(&m, "mx", "192.0.2.1");
	rawmilter_helo(&m, "mx");
	for (size_t i = 0; i < COUNT(replies); i++) {
		char path[64];

		unit_case(replies[i].sentence);
		snprintf(path, sizeof path, "<row-%zu@example.org>", i);
		check_text(rawmilter_mail(&m, path), replies[i].want);
	}
	rawmilter_close(&m);
}

static const char *const payloads[] = {
	"plain",
	"a\r\n250 2.0.0 fine",
	"a\n550 other",
	"a\rb",
	"\r\n",
	"\r\n.\r\n",
	"a\tb",
	"\001\033[31m\177",
	"\200\377\303",
	"gr\303\274n",
	"%",
	"%%",
	"%s%s%s%n",
	"5%",
	"${helo}",
	"${1}",
	"$1 \\1 \\r\\n",
	"\"quoted\" 'text'",
	"\342\200\250line\302\205next",
};

/* Every '%' stands beside another, and no other control than ours. */
static void
check_safe(const char *answer)
{
	size_t run = 0;

	check_true(strncmp(answer, "550 5.7.1 helo <", 16) == 0);
	check_true(strstr(answer, "\\x") == NULL);
	check_true(strlen(answer) <= REPLY_MAX);
	for (const char *p = answer; ; p++) {
		if (*p == '%') {
			run++;
			continue;
		}
		check_true(run % 2 == 0);
		run = 0;
		if (*p == '\0')
			return;
	}
}

static void
check_echo(const char *helo, const char *sender)
{
	struct rawmilter m;

	check_true(rawmilter_start(&m, daemon.address));
	rawmilter_connect(&m, "mx", "192.0.2.1");
	rawmilter_helo(&m, helo);
	check_safe(rawmilter_mail(&m, sender));
	rawmilter_close(&m);
}

static void
test_payloads(void)
{
	char row[32];
	char longest[6000];
	char sender[128];

	for (size_t i = 0; i < COUNT(payloads); i++) {
		/* Its number, for the payload itself is no text to print. */
		snprintf(row, sizeof row, "payload %zu", i);
		unit_case(row);
		snprintf(sender, sizeof sender, "<%s@example.org>",
		    payloads[i]);
		check_echo(payloads[i], sender);
	}
	unit_case("a very long one");
	memset(longest, '%', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	check_echo(longest, "<a@example.org>");
}

static void
test_stop(void)
{
	check_int(daemon_finish(&daemon), 0);
}

static const struct unit_test tests[] = {
	{ "a daemon answers", test_start },
	{ "the reply is that of the rule", test_replies },
	{ "text from outside stays text", test_payloads },
	{ "it stops when told to", test_stop },
};

UNIT_MAIN("daemon/replies", tests)
