/*
 * test_negotiate.c - an MTA may offer little: what comes of a message is the
 * same.
 *
 * Each policy is asked by MTAs of every version of the protocol and by MTAs
 * that know all but one thing. Whatever was agreed, a step that is answered
 * gets one answer and a silent one none: else the answers of a session would
 * shift against its steps, and one would be left at its end.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))
#define PIECE 65535		/* of a body, as MTAs send it */

enum {
	V1_PROTOCOL = 0x3f,	/* libmilter takes 0 for it */
	V2_PROTOCOL = 0x7f,
	V2_ACTIONS = 0x3f,
	V3_PROTOCOL = V2_PROTOCOL | WIRE_NO_UNKNOWN,
	V4_PROTOCOL = V3_PROTOCOL | WIRE_NO_DATA | WIRE_NR_HEADER,
	V6_PROTOCOL = WIRE_PROTOCOL_ALL & ~WIRE_LEADING_SPACE,
};

struct offer {
	uint32_t version;
	uint32_t actions;
	uint32_t protocol;
};

static const struct offer versions[] = {
	{ 2, V2_ACTIONS, V2_PROTOCOL },
	{ 2, V2_ACTIONS, 0 },
	{ 3, V2_ACTIONS, V3_PROTOCOL },
	{ 4, V2_ACTIONS, V4_PROTOCOL },
	{ 5, V2_ACTIONS, V4_PROTOCOL },
	{ 6, WIRE_MAY_ALL, V6_PROTOCOL },
	{ 6, WIRE_MAY_ALL & ~WIRE_MAY_CHOOSE_MACROS, V6_PROTOCOL },
	{ 6, WIRE_MAY_ALL, 0 },
	{ 6, WIRE_MAY_ALL, WIRE_REFUSED_RCPT },	/* of no use to the filter */
};

enum {
	GOOD,
	BAD_CLIENT,
	BAD_FIELD,
	BAD_BODY,
	MAIL_COUNT
};

/* What is sent, one thing wrong with each. */
static const struct {
	const char *client;
	struct rawmilter_message message;
} mails[MAIL_COUNT] = {
	[GOOD] = { "192.0.2.1", { "4Good", "<a@example.org>",
	    { "<b@example.com>", "<c@example.com>" },
	    { { "Subject", "hello" }, { "To", "b" } }, "hello\r\n" } },
	[BAD_CLIENT] = { "192.0.2.66", { "4Client", "<a@example.org>",
	    { "<b@example.com>" }, { { "Subject", "hello" } }, "hello\r\n" } },
	[BAD_FIELD] = { "192.0.2.1", { "4Field", "<a@example.org>",
	    { "<b@example.com>" }, { { "Subject", "pill" } }, "hello\r\n" } },
	[BAD_BODY] = { "192.0.2.1", { "4Body", "<a@example.org>",
	    { "<b@example.com>" }, { { "Subject", "hello" } }, "a pill\r\n" } },
};

/* Rules, and the answers and edits that each of the mails gets. */
struct policy_case {
	const char *name;
	const char *rules;
	const char *want[MAIL_COUNT];
};

#define BAD_CLIENT_RULE "  - rule: client\n" \
    "    when: {client.ip: 192.0.2.66}\n" \
    "    then: {reject: client}\n"
#define BAD_FIELD_RULE "  - rule: field\n" \
    "    when: {header_raw.subject: pill}\n" \
    "    then: {reject: field}\n"
#define BAD_BODY_RULE "  - rule: body\n" \
    "    when: {body_raw: '/pill/'}\n" \
    "    then: {reject: body}\n"
#define TAG_RULE "  - rule: tag\n" \
    "    then: {add_header: {name: X-Id, value: '${queue_id}'}}\n"

static const struct policy_case policies[] = {
	{ "a policy that needs nothing",
	  "rules:\n  - rule: all\n    then: accept\n",
	  { "accept ", "accept ", "accept ", "accept " } },
	{ "a policy about clients", "rules:\n" BAD_CLIENT_RULE,
	  { "accept ", "550 5.7.1 client ", "accept ", "accept " } },
	{ "a policy about fields", "rules:\n" BAD_FIELD_RULE TAG_RULE,
	  { "accept add X-Id: 4Good\n", "accept add X-Id: 4Client\n",
	    "550 5.7.1 field ", "accept add X-Id: 4Body\n" } },
	{ "a policy about bodies",
	  "rules:\n" BAD_BODY_RULE TAG_RULE BAD_CLIENT_RULE,
	  { "accept add X-Id: 4Good\n", "550 5.7.1 client ",
	    "accept add X-Id: 4Field\n", "550 5.7.1 body " } },
};

static struct daemon daemon;

/* Only what was offered comes back. */
static bool
agree(struct rawmilter *m, const struct offer *o)
{
	uint32_t offered = o->protocol != 0 ? o->protocol : V1_PROTOCOL;
	bool chosen = false;

	if (!rawmilter_open(m, daemon.address) ||
	    !rawmilter_negotiate(m, o->version, o->actions, o->protocol))
		return false;
	check_int(m->options.protocol & ~offered, 0);
	check_int(m->options.actions & ~o->actions, 0);
	check_true(m->options.version <= o->version);
	for (size_t i = 0; i < WIRE_STAGE_COUNT; i++)
		chosen |= m->macros[i].len > 0;
	check_int(chosen, (o->actions & WIRE_MAY_CHOOSE_MACROS) != 0);
	/* DATA and unknown commands came with later versions. */
	if (o->version < 4)
		m->options.protocol |= WIRE_NO_DATA;
	if (o->version < 3)
		m->options.protocol |= WIRE_NO_UNKNOWN;
	return true;
}

/* A client, its mail and what becomes of that: "ANSWER EDITS". */
static const char *
talk(struct rawmilter *m, int which, char got[RAWMILTER_TEXT_MAX])
{
	const char *answer = rawmilter_connect(m, "mx.example.org",
	    mails[which].client);

	if (strcmp(answer, "continue") == 0)
		answer = rawmilter_helo(m, "mx.example.org");
	if (strcmp(answer, "continue") == 0) {
		rawmilter_macros(m, WIRE_MAIL, "j", "mta.example.com", "i",
		    mails[which].message.queue_id, NULL);
		answer = rawmilter_send(m, &mails[which].message);
	}
	snprintf(got, RAWMILTER_TEXT_MAX, "%s %s", answer,
	    rawmilter_edits(m));
	return got;
}

/* Nothing is left to be read but the end. */
static void
check_end(struct rawmilter *m)
{
	packet_add(&m->out, WIRE_QUIT, span_of(""));
	check_true(rawmilter_flush(m));
	check_text(rawmilter_answer(m), "closed");
	rawmilter_drop(m);
}

static void
check_offer(const struct policy_case *p, const struct offer *o)
{
	static char name[RAWMILTER_TEXT_MAX];	/* unit_case() keeps it */
	char got[RAWMILTER_TEXT_MAX];
	struct rawmilter m;

	for (int which = 0; which < MAIL_COUNT; which++) {
		snprintf(name, sizeof name, "%s, mail %d, version %u, actions "
		    "%#x, protocol %#x", p->name, which, o->version,
		    o->actions, o->protocol);
		unit_case(name);
		check_true(agree(&m, o));
		check_text(talk(&m, which, got), p->want[which]);
		check_end(&m);
	}
}

static void
check_policy(const struct policy_case *p)
{
	struct offer o = { 6, WIRE_MAY_ALL, 0 };

	check_true(daemon_start(&daemon, "", p->rules));
	for (size_t i = 0; i < COUNT(versions); i++)
		check_offer(p, &versions[i]);
	for (uint32_t bit = 1; bit <= WIRE_PROTOCOL_ALL; bit <<= 1) {
		o.protocol = V6_PROTOCOL & ~bit;
		check_offer(p, &o);
		o.protocol = bit & V6_PROTOCOL;
		check_offer(p, &o);
	}
	check_int(daemon_finish(&daemon), 0);
}

static void
test_offers(void)
{
	for (size_t i = 0; i < COUNT(policies); i++)
		check_policy(&policies[i]);
}

/* The next client on a connection that the MTA keeps. */
static void
test_kept_connections(void)
{
	const struct policy_case *p = &policies[3];
	char got[RAWMILTER_TEXT_MAX];
	struct rawmilter m;

	check_true(daemon_start(&daemon, "", p->rules));
	for (size_t i = 0; i < COUNT(versions); i++) {
		unit_case("a kept connection");
		check_true(agree(&m, &versions[i]));
		for (int which = 0; which < MAIL_COUNT; which++) {
			check_text(talk(&m, GOOD, got), p->want[GOOD]);
			packet_add(&m.out, WIRE_QUIT_NC, span_of(""));
			check_true(rawmilter_flush(&m));
		}
		check_text(talk(&m, BAD_BODY, got), p->want[BAD_BODY]);
		check_end(&m);
	}
	check_int(daemon_finish(&daemon), 0);
}

/* Where the rules cannot answer, nobody waits; where they can, he does. */
static void
check_agreed(const char *name, const char *rules, uint32_t unsent,
    uint32_t silent)
{
	struct rawmilter m;

	unit_case(name);
	check_true(daemon_start(&daemon, "", rules));
	check_true(agree(&m, &versions[5]));
	check_int(m.options.protocol & ~(uint32_t)WIRE_CAN_SKIP,
	    unsent | silent);
	check_end(&m);
	check_int(daemon_finish(&daemon), 0);
}

static void
test_agreed(void)
{
	const uint32_t never = WIRE_NO_UNKNOWN;

	check_agreed("connection facts", "rules:\n" BAD_CLIENT_RULE,
	    never | WIRE_NO_HEADERS | WIRE_NO_EOH | WIRE_NO_BODY,
	    WIRE_NR_HELO);
	check_agreed("fields", "rules:\n" BAD_FIELD_RULE BAD_CLIENT_RULE,
	    never | WIRE_NO_BODY, WIRE_NR_CONNECT | WIRE_NR_HELO |
	    WIRE_NR_MAIL | WIRE_NR_HEADER);
	check_agreed("the body", "rules:\n" BAD_BODY_RULE TAG_RULE,
	    never | WIRE_NO_HEADERS | WIRE_NO_EOH,
	    WIRE_NR_CONNECT | WIRE_NR_HELO | WIRE_NR_MAIL);
}

static void
test_macros(void)
{
	struct rawmilter m;

	check_true(daemon_start(&daemon, "", "rules:\n" BAD_FIELD_RULE
	    "  - rule: user\n"
	    "    when: {auth.user: nobody}\n"
	    "    then: reject\n"));
	check_true(agree(&m, &versions[5]));
	check_text(buffer_text(&m.macros[WIRE_STAGE_CONNECT]), "");
	check_text(buffer_text(&m.macros[WIRE_STAGE_MAIL]),
	    "j i {auth_authen}");
	check_text(buffer_text(&m.macros[WIRE_STAGE_EOM]), "j i");
	check_end(&m);
	check_int(daemon_finish(&daemon), 0);
}

/*
 * COUNT full pieces of a body, then the end, which has TAIL with it. What the
 * pieces got is returned, a letter each: c(ontinue) or s(kip); and the end.
 */
static const char *
long_body(uint32_t protocol, const char *tail, char got[RAWMILTER_TEXT_MAX])
{
	const struct offer o = { 6, WIRE_MAY_ALL, protocol };
	char *piece = malloc(PIECE);
	struct rawmilter m;
	size_t n = 0;

	memset(piece, 'x', PIECE);
	check_true(agree(&m, &o));
	rawmilter_connect(&m, "mx.example.org", "192.0.2.1");
	rawmilter_helo(&m, "mx.example.org");
	rawmilter_mail(&m, "<a@example.org>");
	rawmilter_rcpt(&m, "<b@example.com>");
	rawmilter_plain(&m, WIRE_DATA);
	rawmilter_header(&m, "Subject", "long");
	rawmilter_plain(&m, WIRE_EOH);
	got[n++] = *rawmilter_body(&m, span_of("first\r\n"));
	for (int i = 0; i < 3; i++)
		got[n++] = *rawmilter_body(&m, span_make(piece, PIECE));
	packet_add(&m.out, WIRE_EOM, span_of(tail));
	check_true(rawmilter_flush(&m));
	snprintf(got + n, RAWMILTER_TEXT_MAX - n, " %s", rawmilter_answer(&m));
	check_end(&m);
	free(piece);
	return got;
}

static void
check_skip(const char *name, const char *settings, const char *rules,
    const char *want)
{
	char got[RAWMILTER_TEXT_MAX], plain[RAWMILTER_TEXT_MAX];

	unit_case(name);
	check_true(daemon_start(&daemon, settings, rules));
	check_text(long_body(V6_PROTOCOL, "", got), want);
	check_text(long_body(V6_PROTOCOL, "rest\r\n", got), want);
	snprintf(plain, sizeof plain, "cccc%s", want + 4);
	check_text(long_body(V6_PROTOCOL & ~WIRE_CAN_SKIP, "", got), plain);
	check_int(daemon_finish(&daemon), 0);
}

#define BODY_LIMIT "  limits: {body: 100000}\n"

static void
test_skip(void)
{
	/* The second full piece goes beyond the limit. */
	check_skip("beyond the limit", BODY_LIMIT, "rules:\n" BAD_BODY_RULE,
	    "ccss continue");
	check_skip("beyond the limit, found before", BODY_LIMIT, "rules:\n"
	    "  - rule: first\n"
	    "    when: {body_raw: {contains: first}}\n"
	    "    then: {reject: first}\n", "ccss 550 5.7.1 first");
	check_skip("the size matters", BODY_LIMIT, "rules:\n" BAD_BODY_RULE
	    "  - rule: large\n"
	    "    when: {size: {gt: 100K}}\n"
	    "    then: {reject: large}\n", "cccc 550 5.7.1 large");
	check_skip("accepted, but edits wait for the end", "", "rules:\n"
	    TAG_RULE
	    "  - rule: long\n"
	    "    when: {header_raw.subject: long}\n"
	    "    then: accept\n" BAD_BODY_RULE, "csss continue");
	check_skip("all of it matters", "", "rules:\n" TAG_RULE BAD_BODY_RULE,
	    "cccc continue");
}

static const struct unit_test tests[] = {
	{ "whatever is offered, the outcome is the same", test_offers },
	{ "and for the next client on a kept connection",
	    test_kept_connections },
	{ "what no rule needs is not sent, or not answered", test_agreed },
	{ "macros are asked for where rules read them", test_macros },
	{ "no more of a body is asked for than may matter", test_skip },
};

UNIT_MAIN("daemon/negotiate", tests)
