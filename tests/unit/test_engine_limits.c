/*
 * test_engine_limits.c - bounds, and a peer that says anything in any order.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define MX "connect 192.0.2.1 mx.example.org|helo mx|"
#define TO_A MX "mail s@x|rcpt a@x|"
#define BUSY "tempfail 451 4.3.0 The mail filter cannot judge this message now"

#define SCRIPT_MAX (256u << 10)

/* START and COUNT times the letter C. */
static const char *
line_with(const char *start, size_t count, char c)
{
	static char line[SCRIPT_MAX];
	int len = snprintf(line, sizeof line, "%s", start);

	memset(line + len, c, count);
	line[(size_t)len + count] = '\0';
	return line;
}

static void
test_recipient_limit(void)
{
	static const char rules[] = "settings: {limits: {recipients: 2}}\n"
	    "rules:\n"
	    "- {rule: r, when: {recipient: no@x}, then: {reject: no}}\n"
	    "- {rule: s, when: {recipients.count: 2}, then: {reject: two}}\n";

	unit_case("one too many is told to come again, one at a time");
	check_text(judge(rules, TO_A "rcpt b@x|rcpt c@x|rcpt d@x|data"),
	    "rcpt c@x tempfail 452 4.5.3 Too many recipients|"
	    "rcpt d@x tempfail 452 4.5.3 Too many recipients|"
	    "data reject 550 5.7.1 two by s");
	unit_case("a repeated one is not one too many");
	check_text(judge(rules, TO_A "rcpt b@x|rcpt A@X"), "");
	unit_case("a refused one counts, for it costs as much");
	check_text(judge(rules, MX "mail s@x|rcpt no@x|rcpt b@x|rcpt c@x"),
	    "rcpt no@x reject 550 5.7.1 no by r|"
	    "rcpt c@x tempfail 452 4.5.3 Too many recipients");
	unit_case("the next message begins anew");
	check_text(judge(rules, TO_A "rcpt b@x|abort|mail s@x|rcpt c@x"), "");
}

static void
test_header_limit(void)
{
	static const char rules[] =
	    "settings: {limits: {header_bytes: 100}}\nrules:\n"
	    "- {rule: r, when: {header_raw.a: bad}, then: {reject: bad}}\n";
	static const char lenient[] =
	    "settings: {on_error: accept, limits: {header_bytes: 100}}\n"
	    "rules:\n"
	    "- {rule: r, when: {header_raw.a: bad}, then: {reject: bad}}\n";
	struct court c;

	check_true(court_open(&c, rules));
	unit_case("fields that no rule reads do not count");
	player_say(&c.player, TO_A "data");
	check_text(player_say(&c.player, line_with("header B ", 200, 'x')), "");
	check_text(player_say(&c.player, "header A good|eoh"), "eoh accept");

	unit_case("the sink fails once, where it happens");
	player_say(&c.player, TO_A "data");
	check_text(player_say(&c.player, line_with("header A ", 99, 'x')), "");
	check_text(player_say(&c.player, "header A y|header A bad"),
	    "header failed continue");
	check_size(c.player.failures, 1);
	unit_case("and the message keeps the safe answer");
	check_text(player_say(&c.player, "header A bad|eoh|body x|eom"),
	    "eoh " BUSY "|eom " BUSY);
	check_size(c.player.failures, 1);
	unit_case("the next message is judged");
	check_text(player_say(&c.player, "mail s@x|rcpt a@x|data|"
	    "header A bad|eoh"), "eoh reject 550 5.7.1 bad by r");
	court_close(&c);

	unit_case("on_error: accept is as good a safe answer");
	check_true(court_open(&c, lenient));
	player_say(&c.player, TO_A "data");
	check_text(player_say(&c.player, line_with("header A ", 200, 'x')),
	    "header failed continue");
	check_text(player_say(&c.player, "header A bad|eoh|eom"),
	    "eoh accept|eom accept");
	court_close(&c);
}

/* Every way to spend memory ends in the safe answer, and with its message. */
static void
test_memory(void)
{
	static const char rules[] =
	    "settings: {limits: {recipients: 5000, header_bytes: 1}}\nrules:\n"
	    "- {rule: r, when: {recipient: bad@x}, then: {reject: bad}}\n"
	    "- {rule: s, when: {sender.params: bad}, then: {reject: bad}}\n";
	char script[64];
	struct court c;
	size_t i;

	check_true(court_open(&c, rules));
	player_say(&c.player, MX "mail s@x");
	for (i = 0; i < 1000 && c.player.failures == 0; i++) {
		snprintf(script, sizeof script, "rcpt %zu@", i);
		(void)player_say(&c.player, line_with(script, 60000, 'd'));
	}
	unit_case("recipients with long names");
	check_size(c.player.failures, 1);
	check_text(player_say(&c.player, "rcpt a@x|data"),
	    "rcpt a@x " BUSY "|data " BUSY);
	unit_case("the next message is judged");
	check_text(player_say(&c.player, "mail s@x|rcpt bad@x"),
	    "rcpt bad@x reject 550 5.7.1 bad by r");
	court_close(&c);

	check_true(court_open(&c, "- {rule: r, when: {helo: bad}, "
	    "then: {reject: bad}}\n"));
	unit_case("a HELO of a whole packet, again and again");
	player_say(&c.player, "connect 192.0.2.1 mx");
	for (i = 0; i < 200; i++)
		check_text(player_say(&c.player,
		    line_with("helo ", 60000, 'h')), "");
	check_text(player_say(&c.player, "mail s@x|helo bad|mail s@x"),
	    "mail accept|mail reject 550 5.7.1 bad by r");
	unit_case("one that is larger than a packet can be");
	check_text(player_say(&c.player, line_with("helo ", 200000, 'h')),
	    "helo failed continue");
	unit_case("leaves nothing open to who goes on without a HELO");
	check_text(player_say(&c.player, "mail s@x|rcpt a@x|mail s@x"),
	    "mail failed " BUSY "|rcpt a@x " BUSY "|mail failed " BUSY);
	unit_case("and is over with the next one");
	check_text(player_say(&c.player, "helo mx|mail s@x"), "mail accept");
	court_close(&c);
}

static void
test_thousand(void)
{
	static const char rules[] =
	    "- {rule: even, when: {recipient: '/[02468]@/'}, "
	    "then: {reject: even}}\n"
	    "- {rule: last, when: {recipient: r999@x, header_raw.a: bad}, "
	    "then: {reject: '${recipient} of ${recipients.count}'}}\n"
	    "- {rule: tag, when: {recipient.position: 998}, "
	    "then: {add_header: {name: X-T, value: '${recipient}'}}}\n";
	struct court c;
	char script[64], want[128];
	int round, i;

	check_true(court_open(&c, rules));
	for (round = 0; round < 3; round++) {
		player_say(&c.player, MX "mail s@x");
		for (i = 0; i < 1000; i++) {
			snprintf(script, sizeof script, "rcpt r%d@x", i);
			snprintf(want, sizeof want,
			    "rcpt r%d@x reject 550 5.7.1 even by even", i);
			check_text(player_say(&c.player, script),
			    i % 2 == 0 ? want : "");
		}
		check_text(player_say(&c.player, round == 1 ?
		    "data|header A bad|eoh" : "data|header A good|eoh|eom"),
		    round == 1 ?
		    "eoh reject 550 5.7.1 r999@x of 500 by last" :
		    "eom accept +X-T=r997@x");
	}
	court_close(&c);
}

/* Each event with something in it that a rule reads. */
static const char *const any_event[] = {
	"connect 192.0.2.1 mx {j}=bad", "helo bad {tls_version}=1",
	"mail bad@x SIZE=5 {auth_authen}=bad {i}=Q", "rcpt bad@x {i}=Q",
	"data {i}=Q", "header A bad", "eoh", "body bad", "eom {i}=Q", "abort",
	"close", "unknown BAD",
};

#define ANY (sizeof any_event / sizeof any_event[0])

static const char watchful[] =
    "settings: {limits: {regex_match: 1000, recipients: 3}}\nrules:\n"
    "- {rule: t, when: {recipient: '/^(b)(a)d/'}, then: {add_header: "
    "{name: X-T, value: '${1} ${sender} ${helo}'}}}\n"
    "- {rule: x, then: {remove_header: A}}\n"
    "- {rule: h, when: {helo: other, client.ip: 192.0.2.1}, then: reject}\n"
    "- {rule: c, when: {recipients.count: 2, header_raw.a: [b, bad]}, "
    "then: {reject: '${header_raw.a} ${recipients}'}}\n"
    "- {rule: m, when: {macro.i: W}, then: {tempfail: '${macro.i}'}}\n";

/* All triples of events, one session; the player watches the contract. */
static void
test_any_order(void)
{
	struct court c;
	char script[256];
	const char *said;
	size_t i;

	check_true(court_open(&c, watchful));
	for (i = 0; i < ANY * ANY * ANY; i++) {
		snprintf(script, sizeof script, "%s|%s|%s",
		    any_event[i / ANY / ANY], any_event[i / ANY % ANY],
		    any_event[i % ANY]);
		said = player_say(&c.player, script);
		if (strstr(said, "BROKEN") != NULL)
			check_text(said, script);
	}
	unit_case("after all that, a message is judged as ever");
	check_text(player_say(&c.player, MX "mail s@x|rcpt bad@x|data|"
	    "header A bad|eoh|eom"), "eom accept -A/1 +X-T=b s@x mx");
	court_close(&c);
}

static unsigned long
next_random(unsigned long *state)
{
	*state = *state * 6364136223846793005ul + 1442695040888963407ul;
	return *state >> 33;
}

static void
test_random_order(void)
{
	unsigned long state = 20;
	struct court c;
	const char *said;
	int i;

	check_true(court_open(&c, watchful));
	for (i = 0; i < 30000; i++) {
		said = player_say(&c.player,
		    any_event[next_random(&state) % ANY]);
		if (strstr(said, "BROKEN") != NULL)
			check_text(said, "");
	}
	unit_case("after all that, a message is judged as ever");
	check_text(player_say(&c.player, MX "mail s@x|rcpt bad@x|rcpt c@x|"
	    "data|header A bad|eoh"), "eoh reject 550 5.7.1 bad bad@x by c");
	court_close(&c);
}

/* FIELDS fields that a regex gives up on, then one that another would find. */
static const char *
after_failures(size_t fields)
{
	static const char rules[] = "settings: {limits: {regex_match: 10}}\n"
	    "rules:\n"
	    "- {rule: r, when: {any: ["
	    "{header_raw.a: '/^(a|b|ab|ba)*$(?<!b)/'}, "
	    "{header_raw.b: '/^b/'}]}, then: {reject: found}}\n";
	char script[4096];
	size_t len;

	len = (size_t)snprintf(script, sizeof script, TO_A "data|");
	while (fields-- > 0)
		len += (size_t)snprintf(script + len, sizeof script - len,
		    "header A abababababababababab|");
	(void)snprintf(script + len, sizeof script - len, "header B b|eoh");
	return judge(rules, script);
}

static void
test_regex_failures(void)
{
	unit_case("a few failures harm nobody else");
	check_text(after_failures(15), "eoh reject 550 5.7.1 found by r");
	unit_case("after sixteen the message is given up, whatever is below");
	check_text(after_failures(16), "eoh failed " BUSY " (r: the pattern "
	    "was given up: match limit exceeded; on_error decides)");
}

/* What was not tried for one message is tried for the next. */
static void
test_failures_end(void)
{
	static const char rules[] = "settings: {limits: {regex_match: 10}}\n"
	    "rules:\n"
	    "- {rule: r, when: {all: [{any: ["
	    "{header_raw.a: '/^(a|b|ab|ba)*$(?<!b)/'}, {header_raw.b: b}]}, "
	    "{header_raw.c: c}]}, then: {reject: r}}\n"
	    "- {rule: s, when: {client.name: '/^mx/'}, then: {reject: s}}\n";
	static const char one[] = "header A abababababababababab|";
	char script[2048];
	size_t len;
	int i;

	len = (size_t)snprintf(script, sizeof script, TO_A "data|");
	for (i = 0; i < 16; i++)
		len += (size_t)snprintf(script + len, sizeof script - len,
		    "%s", one);
	(void)snprintf(script + len, sizeof script - len,
	    "header B b|eoh|mail s@x|rcpt a@x|data|eoh");
	check_text(judge(rules, script), "eoh failed " BUSY " (s: the pattern "
	    "was given up: match limit exceeded; on_error decides)|"
	    "eoh reject 550 5.7.1 s by s");
}

static const struct unit_test tests[] = {
	{ "recipients are bounded, one at a time", test_recipient_limit },
	{ "header fields are bounded for a message", test_header_limit },
	{ "so are regexes that are given up", test_regex_failures },
	{ "and that ends with the message", test_failures_end },
	{ "memory is bounded, and its end is a safe answer", test_memory },
	{ "a thousand recipients, three times", test_thousand },
	{ "every event after every two others", test_any_order },
	{ "thirty thousand events at random", test_random_order },
};

UNIT_MAIN("engine limits", tests)
