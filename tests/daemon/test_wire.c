/*
 * test_wire.c - the daemon, asked as an MTA asks it, against its own rules.
 *
 * The same dialogue is told to the engine in this process and, through a
 * conversation of milter/wire and libmilter, to a daemon with the same rules:
 * whatever the engine decides must come out at the other end of the socket.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/replay/wire_call.h"
#include "tests/support/daemon.h"
#include "tests/support/judge.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))
#define BELOW_ALL 1000000	/* where the daemon inserts what it adds */

static const char rules[] =
    "rules:\n"
    "  - rule: early-reject\n"
    "    when: {client.ip: 192.0.2.66}\n"
    "    early: true\n"
    "    then: {reject: blocked}\n"
    "  - rule: early-close\n"
    "    when: {client.ip: '2001:db8::67'}\n"
    "    early: true\n"
    "    then: {close: gone}\n"
    "  - rule: early-accept\n"
    "    when: {client.ip: 192.0.2.68}\n"
    "    then: accept\n"
    "  - rule: helo\n"
    "    when: {helo: localhost}\n"
    "    early: true\n"
    "    then: {tempfail: 'strange helo'}\n"
    "  - rule: mail-reject\n"
    "    when: {sender.local: reject}\n"
    "    then: {reject: {code: 553, status: 5.1.8, text: '100% no %s'}}\n"
    "  - rule: mail-tempfail\n"
    "    when: {sender.local: later}\n"
    "    then: {tempfail: {code: 450, status: 4.2.1, text: later}}\n"
    "  - rule: mail-discard\n"
    "    when: {sender.local: void}\n"
    "    then: discard\n"
    "  - rule: mail-close\n"
    "    when: {sender.local: close}\n"
    "    then: {close: bye}\n"
    "  - rule: mail-size\n"
    "    when: {sender.size: {gt: 1000}}\n"
    "    then: {reject: 'declared ${sender.size}'}\n"
    "  - rule: user\n"
    "    when: {macro.auth_authen: mallory}\n"
    "    then: {reject: 'not ${macro.auth_authen}'}\n"
    "  - rule: rcpt\n"
    "    when: {recipient.local: nobody}\n"
    "    then: {reject: \"no user\\nof that name\"}\n"
    "  - rule: rcpt-later\n"
    "    when: {recipient.local: full}\n"
    "    then: {tempfail: full}\n"
    "  - rule: rcpt-macro\n"
    "    when: {macro.rcpt_mailer: error}\n"
    "    then: {reject: 'by mailer'}\n"
    "  - rule: data\n"
    "    when: {recipients.count: 3}\n"
    "    then: {tempfail: 'three are too many'}\n"
    "  - rule: header-reject\n"
    "    when: {header_raw.x-do: reject}\n"
    "    then: {reject: 'a header'}\n"
    "  - rule: header-discard\n"
    "    when: {header_raw.x-do: discard}\n"
    "    then: discard\n"
    "  - rule: header-accept\n"
    "    when: {header_raw.x-do: accept}\n"
    "    then: accept\n"
    "  - rule: body\n"
    "    when: {body_raw: {contains: NEEDLE}}\n"
    "    then: {reject: found}\n"
    "  - rule: edits\n"
    "    when: {header_raw.x-do: edit}\n"
    "    then:\n"
    "      - add_header: {name: X-Top, value: 'of ${macro.i}', at: top}\n"
    "      - add_header: {name: X-Bottom, value: yes}\n"
    "      - remove_header: {name: X-Gone}\n"
    "      - set_header: {name: X-Set, value: 'new'}\n"
    "      - rewrite_header: {name: Subject, match: '/^/',"
    " with: '[EXT] '}\n"
    "      - set_sender: other@example.org\n"
    "      - add_recipient: '\"a b\"@example.com'\n"
    "      - remove_recipient: '/^c@/'\n"
    "      - quarantine: 'a 100% reason'\n"
    "  - rule: null-sender\n"
    "    when: {header_raw.x-do: bounce}\n"
    "    then: {set_sender: <>}\n"
    "  - rule: body-edit\n"
    "    when: {header_raw.x-do: body}\n"
    "    then: {replace_body: \"one\\n\\n.\\ntwo\\n\"}\n";

static const char command_rules[] =
    "rules:\n"
    "  - rule: odd\n"
    "    when: {command: '/^XODD (.*)$/'}\n"
    "    then: {reject: {code: 502, status: 5.5.1, text: 'not ${1}'}}\n"
    "  - rule: get\n"
    "    when: {command: '/^GET /'}\n"
    "    then: {close: 'no web here'}\n";

#define BEGIN "connect 192.0.2.1 mx.example.org {j}=mta|helo mx|"
#define MAIL BEGIN "mail a@example.org SIZE=5|"
#define DATA MAIL "rcpt b@example.com|rcpt c@example.com|data {i}=Q1|"

static const char *const scripts[] = {
	BEGIN "close",
	"connect - unknown|helo mx|mail a@example.org|abort|close",
	"connect 192.0.2.66 mx.example.org|close",
	"connect 2001:db8::67 unknown|close",
	"connect 192.0.2.68 mx.example.org|close",
	"connect 192.0.2.1 mx.example.org|helo localhost|close",
	BEGIN "mail reject@example.org|mail later@example.org|"
	    "mail close@example.org|close",
	BEGIN "mail void@example.org|close",
	BEGIN "mail <>|rcpt b@example.com|abort|close",
	BEGIN "mail a@example.org SIZE=1001|close",
	BEGIN "mail a@example.org {auth_authen}=mallory|close",
	BEGIN "mail a@example.org {auth_authen}=alice|close",
	MAIL "rcpt nobody@example.com|rcpt full@example.com|"
	    "rcpt b@example.com {rcpt_mailer}=error|"
	    "rcpt c@example.com {rcpt_mailer}=smtp|data|"
	    "eoh|eom|close",
	MAIL "rcpt b@example.com|rcpt c@example.com|rcpt d@example.com|data|"
	    "close",
	DATA "header X-Do reject|eoh|abort|close",
	DATA "header X-Do discard|eoh|abort|close",
	DATA "header X-Do accept|eoh|abort|close",
	DATA "eoh|body a NEE|body DLE in hay|eom|close",
	DATA "header Subject one|header X-Gone 1|header X-Set old|"
	    "header X-Gone 2|header X-Do edit|header X-Gone 3|eoh|"
	    "body text\\0d\\0a|eom|close",
	DATA "header X-Do bounce|eoh|eom|mail a@example.org|"
	    "rcpt b@example.com|data|eoh|eom|close",
	DATA "header X-Do body|eoh|body old\\0d\\0a|eom|close",
};

static const char *const command_scripts[] = {
	BEGIN "unknown XODD one|unknown XYZZY|mail a@example.org|"
	    "unknown XODD 50%|close",
	BEGIN "unknown GET / HTTP/1.1|close",
};

/* Both are made the same where an MTA sees no difference. */
static void
make_plain(const struct event *event, struct verdict *v)
{
	v->decisions = NULL;
	v->decision_count = 0;
	if (event->kind == EVENT_EOM && v->kind == VERDICT_ACCEPT)
		v->kind = VERDICT_CONTINUE;
}

static int
ask_engine(void *self, const struct event *event, struct verdict *v)
{
	int result = engine_feed(self, event, v);

	make_plain(event, v);
	return result;
}

#define EDITS_MAX 64

struct far_end {
	struct wire_call call;
	struct edit edits[EDITS_MAX];
};

static int
ask_daemon(void *self, const struct event *event, struct verdict *v)
{
	struct far_end *f = self;
	int result = wire_call_feed(&f->call, event, v);

	make_plain(event, v);
	check_true(v->edit_count <= EDITS_MAX);
	for (size_t i = 0; i < v->edit_count; i++) {
		f->edits[i] = v->edits[i];
		if (f->edits[i].kind == EDIT_INSERT_HEADER &&
		    f->edits[i].index == BELOW_ALL) {
			f->edits[i].kind = EDIT_ADD_HEADER;
			f->edits[i].index = 0;
		}
	}
	v->edits = f->edits;
	return result;
}

static void
complain(void *self, const char *text)
{
	(void)self;
	check_text(text, NULL);
}

/* Ask both, one script after the other on the same conversation. */
static void
compare(const char *text, const char *const *script, size_t count,
    unsigned version)
{
	struct milter_config config = { .name = "millgate",
		.version = version, .log = complain };
	static struct far_end f;
	struct player far_player;
	struct daemon daemon;
	struct court court;
	struct dial to;
	struct error error = { "" };

	check_true(daemon_start(&daemon, "", text));
	check_true(court_open(&court, text));
	check_int(dial_find_milter(daemon.address, &to, &error), 0);
	wire_call_init(&f.call, &to, &config);
	player_init(&far_player, ask_daemon, &f);
	player_release(&court.player);
	player_init(&court.player, ask_engine, court.engine);
	for (size_t i = 0; i < count; i++) {
		const char *want = player_say(&court.player, script[i]);
		const char *got = player_say(&far_player, script[i]);

		unit_case(script[i]);
		check_text(got, want);
		check_true(strstr(got, "BROKEN") == NULL);
	}
	player_release(&far_player);
	wire_call_release(&f.call);
	court_close(&court);
	check_int(daemon_finish(&daemon), 0);
}

static void
test_rules(void)
{
	compare(rules, scripts, COUNT(scripts), 6);
}

static void
test_commands(void)
{
	compare(command_rules, command_scripts, COUNT(command_scripts), 6);
}

static void
test_old_version(void)
{
	compare(command_rules, command_scripts, COUNT(command_scripts), 3);
}

static void
test_nobody_listens(void)
{
	struct milter_config config = { .on_failure = MILTER_REJECT };
	struct error error = { "" };
	struct player p;
	struct far_end f;
	struct dial to;

	check_int(dial_find_milter("unix:/nonexistent/socket", &to, &error),
	    0);
	wire_call_init(&f.call, &to, &config);
	player_init(&p, ask_daemon, &f);
	check_text(player_say(&p, BEGIN "close|" BEGIN "close"),
	    "connect failed reject 550 5.5.0 Service unavailable|"
	    "helo failed reject 550 5.5.0 Service unavailable|"
	    "connect failed reject 550 5.5.0 Service unavailable|"
	    "helo failed reject 550 5.5.0 Service unavailable");
	player_release(&p);
	wire_call_release(&f.call);
}

static const struct unit_test tests[] = {
	{ "the wire carries what the rules decide", test_rules },
	{ "and what they say to commands", test_commands },
	{ "to an MTA of version 3, too", test_old_version },
	{ "a filter that is not there has failed", test_nobody_listens },
};

UNIT_MAIN("wire", tests)
