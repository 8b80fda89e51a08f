/*
 * test_engine_lazy.c - nothing is decoded that nobody asks for, nothing twice.
 *
 * The linker puts these functions in front of those that decode: they count the
 * calls and pass them on.
 */
#include "config.h"

#include "rules/engine/session.h"
#include "rules/mail/url/url.h"
#include "tests/support/judge.h"
#include "tests/support/mail_script.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct cost {
	int messages;		/* read for their parts */
	int fields;		/* decoded, for themselves */
	int address_fields;
	int contents;		/* of parts, decoded */
	int digests;
	int searches;		/* for URLs */
} cost;

static bool inside;	/* of a function that decodes fields for its own use */

int __real_mime_read(struct mime *m, const struct mime_field *fields,
    size_t count, struct span body, bool whole,
    const struct mime_bounds *bounds, struct arena *arena);
int __wrap_mime_read(struct mime *m, const struct mime_field *fields,
    size_t count, struct span body, bool whole,
    const struct mime_bounds *bounds, struct arena *arena);
void __real_decode_header(struct span value, struct buffer *out, bool *flawed);
void __wrap_decode_header(struct span value, struct buffer *out, bool *flawed);
void __real_decode_mailboxes(struct span value, struct arena *a,
    struct mailboxes *list, bool *flawed);
void __wrap_decode_mailboxes(struct span value, struct arena *a,
    struct mailboxes *list, bool *flawed);
void __real_decode_transfer(enum transfer t, struct span bytes,
    struct buffer *out, bool *flawed);
void __wrap_decode_transfer(enum transfer t, struct span bytes,
    struct buffer *out, bool *flawed);
void __real_digest_sha256(struct span bytes, char out[SHA256_HEX_MAX]);
void __wrap_digest_sha256(struct span bytes, char out[SHA256_HEX_MAX]);
void __real_url_find_in_text(struct span text, struct arena *a,
    struct urls *list);
void __wrap_url_find_in_text(struct span text, struct arena *a,
    struct urls *list);

int
__wrap_mime_read(struct mime *m, const struct mime_field *fields,
    size_t count, struct span body, bool whole,
    const struct mime_bounds *bounds, struct arena *arena)
{
	int result;

	cost.messages++;
	inside = true;
	result = __real_mime_read(m, fields, count, body, whole, bounds,
	    arena);
	inside = false;
	return result;
}

void
__wrap_decode_header(struct span value, struct buffer *out, bool *flawed)
{
	cost.fields += !inside;
	__real_decode_header(value, out, flawed);
}

void
__wrap_decode_mailboxes(struct span value, struct arena *a,
    struct mailboxes *list, bool *flawed)
{
	cost.address_fields++;
	inside = true;
	__real_decode_mailboxes(value, a, list, flawed);
	inside = false;
}

void
__wrap_decode_transfer(enum transfer t, struct span bytes,
    struct buffer *out, bool *flawed)
{
	cost.contents++;
	__real_decode_transfer(t, bytes, out, flawed);
}

void
__wrap_digest_sha256(struct span bytes, char out[SHA256_HEX_MAX])
{
	cost.digests++;
	__real_digest_sha256(bytes, out);
}

void
__wrap_url_find_in_text(struct span text, struct arena *a, struct urls *list)
{
	cost.searches++;
	__real_url_find_in_text(text, a, list);
}

/* A text and a file of two names. */
#define LETTER "From: Joe <joe@example.org>\nSubject: hello\n" \
	"Authentication-Results: mx.example; dkim=pass\n" \
	"Content-Type: multipart/mixed; boundary=b\n\n" \
	"--b\nContent-Transfer-Encoding: quoted-printable\n\n" \
	"http://one.example/\n" \
	"--b\nContent-Type: application/x-y; name=a.exe\n" \
	"Content-Disposition: attachment; filename=b.exe\n\nMZ\n--b--\n"

#define SPAM "then: reject}\n"

static const struct row {
	const char *sentence;
	const char *rules;
	struct cost want;
} rows[] = {
	{ "no rule asks", "- {rule: a, when: {header_raw.subject: x}, " SPAM,
	    { .messages = 0 } },
	{ "a rule above decides first",
	    "- {rule: a, when: {helo: mx}, then: accept}\n"
	    "- {rule: b, when: {header.subject: x}, " SPAM
	    "- {rule: c, when: {attachment.sha256: x}, " SPAM
	    "- {rule: d, when: {body: x}, " SPAM
	    "- {rule: e, when: {url: x}, " SPAM
	    "- {rule: f, when: {address.from: x}, " SPAM
	    "- {rule: g, when: {mime.defect: nul}, " SPAM, { .messages = 0 } },
	{ "so does one of the header's end",
	    "- {rule: a, when: {header.subject: hello}, then: accept}\n"
	    "- {rule: b, when: {address.from: x}, " SPAM
	    "- {rule: c, when: {attachment.sha256: x}, " SPAM,
	    { .fields = 1 } },
	{ "a condition is settled before",
	    "- {rule: a, when: {helo: other, header.subject: x, body: x}, "
	    SPAM, { .messages = 0 } },
	{ "two rules ask the same",
	    "- {rule: a, when: {header.subject: x}, " SPAM
	    "- {rule: b, when: {header.subject: '/y/'}, " SPAM
	    "- {rule: c, when: {not: {header.subject: hello}}, " SPAM,
	    { .fields = 1 } },
	{ "four facts of one field",
	    "- {rule: a, when: {address.from: x}, " SPAM
	    "- {rule: b, when: {address.from.domain: x}, " SPAM
	    "- {rule: c, when: {same: {address.from: {local: x, display: y}}},"
	    " " SPAM, { .address_fields = 1 } },
	{ "all facts of an attachment but its digest",
	    "- {rule: a, when: {attachment.name: x}, " SPAM
	    "- {rule: b, when: {attachment.extension: x}, " SPAM
	    "- {rule: c, when: {attachment.type: x}, " SPAM
	    "- {rule: d, when: {attachment.disposition: x}, " SPAM
	    "- {rule: e, when: {attachment.size: {gt: 1M}}, " SPAM,
	    { .messages = 1 } },
	{ "its digest, of two names, twice",
	    "- {rule: a, when: {attachment.sha256: x}, " SPAM
	    "- {rule: b, when: {attachment.sha256: y}, " SPAM,
	    { .messages = 1, .digests = 1 } },
	{ "text and URLs",
	    "- {rule: a, when: {body: x}, " SPAM
	    "- {rule: b, when: {url: x}, " SPAM
	    "- {rule: c, when: {url.host: x}, " SPAM
	    "- {rule: d, when: {body: '/y/'}, " SPAM,
	    { .messages = 1, .contents = 1, .searches = 1 } },
	{ "parts are not decoded",
	    "- {rule: a, when: {part.count: 9, part.type: x}, " SPAM
	    "- {rule: b, when: {mime.depth: 9}, " SPAM, { .messages = 1 } },
	{ "all defects ask for all of the content",
	    "- {rule: a, when: {mime.defect: nul}, " SPAM
	    "- {rule: b, when: {body: x}, " SPAM,
	    { .messages = 1, .contents = 1 } },
	{ "what `then` names is asked for when the rule holds",
	    "- {rule: a, when: {helo: mx}, then: {reject: "
	    "'${header.subject} ${attachment.name} ${url}'}}\n",
	    { .messages = 1, .fields = 1, .contents = 1, .searches = 1 } },
	{ "and not when it does not",
	    "- {rule: a, when: {helo: other}, then: {reject: "
	    "'${header.subject} ${attachment.name} ${url}'}}\n",
	    { .messages = 0 } },
};

static void
check_cost(const struct cost *want)
{
	check_int(cost.messages, want->messages);
	check_int(cost.fields, want->fields);
	check_int(cost.address_fields, want->address_fields);
	check_int(cost.contents, want->contents);
	check_int(cost.digests, want->digests);
	check_int(cost.searches, want->searches);
}

static void
test_cost(void)
{
	struct court c;

	for (size_t i = 0; i < COUNT(rows); i++) {
		unit_case(rows[i].sentence);
		if (!court_open(&c, rows[i].rules)) {
			check_true(false);
			continue;
		}
		/* Also for a second message, which forgets the first. */
		for (int k = 0; k < 2; k++) {
			cost = (struct cost){ .messages = 0 };
			(void)player_say(&c.player, mail_script_of(LETTER));
			check_cost(&rows[i].want);
		}
		court_close(&c);
	}
}

/* What the first message says is not what the second one is judged by. */
static void
test_forgets(void)
{
	static const char rules[] =
	    "- {rule: a, when: {header.subject: hello, attachment.extension: "
	    "exe, url.host: one.example, body: '/http/', address.from.local: "
	    "joe}, then: reject}\n";
	struct court c;

	check_true(court_open(&c, rules));
	for (int k = 0; k < 2; k++) {
		check_true(strstr(player_say(&c.player,
		    mail_script_of(LETTER)), "by a") != NULL);
		check_true(strstr(player_say(&c.player,
		    mail_script_of("Subject: hello\n\nx\n")), "by a") == NULL);
	}
	court_close(&c);
}

/* The body is taken as far as a rule may still read it. */
static void
test_kept(void)
{
	struct court c;

	unit_case("a large body's memory is given back");
	check_true(court_open(&c, "- {rule: a, when: {attachment.name: x}, "
	    SPAM));
	check_size(c.engine->body.limit, 32u << 20);
	for (int k = 0; k < 3; k++) {
		(void)player_say(&c.player, "connect 192.0.2.1 mx|helo mx|"
		    "mail s@x|rcpt a@x|data|eoh");
		for (int i = 0; i < 200; i++)
			(void)player_say(&c.player, "body " "0123456789abcdef"
			    "0123456789abcdef0123456789abcdef0123456789abcdef"
			    "0123456789abcdef0123456789abcdef0123456789abcdef"
			    "0123456789abcdef0123456789abcdef0123456789abcdef"
			    "0123456789abcdef0123456789abcdef0123456789abcdef"
			    "0123456789abcdef0123456789abcdef0123456789abcdef"
			    "0123456789abcdef0123456789abcdef0123456789abcdef"
			    "0123456789abcdef0123456789abcdef0123456789abcdef"
			    "0123456789abcdef0123456789abcdef0123456789abcdef");
		check_size(c.engine->body.len, 200 * 25 * 16);
		(void)player_say(&c.player, "eom|mail s@x");
		check_size(c.engine->body.cap, 0);
	}
	court_close(&c);
	unit_case("a policy that reads no part keeps none");
	check_true(court_open(&c, "- {rule: a, when: {header.subject: x}, "
	    SPAM));
	check_size(c.engine->body.limit, 0);
	court_close(&c);
	unit_case("body_raw is its first bytes, whatever else is kept");
	check_text(judge("settings: {limits: {body: 3}}\nrules:\n- {rule: a, "
	    "when: {part.count: 1}, then: {reject: '${body_raw}'}}\n",
	    mail_script_of("\nabcdef\n")), "eom reject 550 5.7.1 abc by a");
}

/* Need no more than one piece of the body be sent under RULES? */
static bool
is_enough(const char *rules, struct span piece)
{
	struct event body = event_body(piece);
	struct verdict v = { .enough = false };
	struct court c;

	check_true(court_open(&c, rules));
	(void)player_say(&c.player, "connect 192.0.2.1 mx|helo mx|mail s@x|"
	    "rcpt a@x|data|header Subject x|eoh");
	check_int(engine_feed(c.engine, &body, &v), 0);
	court_close(&c);
	return v.enough;
}

static void
test_sent(void)
{
	struct span piece = span_of("0123456789");

	unit_case("a rule asks for parts");
	check_true(!is_enough("- {rule: a, when: {attachment.name: x}, "
	    SPAM, piece));
	unit_case("it has its answer without");
	check_true(is_enough("- {rule: a, when: {header_raw.subject: y, "
	    "attachment.name: x}, " SPAM, piece));
	unit_case("what is behind limits.message is not looked at");
	check_true(is_enough("settings: {limits: {message: 9}}\nrules:\n"
	    "- {rule: a, when: {attachment.name: x}, " SPAM, piece));
	check_true(!is_enough("settings: {limits: {message: 10}}\nrules:\n"
	    "- {rule: a, when: {attachment.name: x}, " SPAM, piece));
	unit_case("an edit of the body needs it, whatever its rule asks");
	check_true(!is_enough("- {rule: a, when: {helo: mx}, then: "
	    "{append_body: x}}\n", piece));
	unit_case("unless the rule does not hold");
	check_true(is_enough("- {rule: a, when: {helo: other}, then: "
	    "{append_body: x}}\n", piece));
}

static const struct unit_test tests[] = {
	{ "what is decoded is what is asked for, once", test_cost },
	{ "a message does not see another's", test_forgets },
	{ "so much of the body is kept as may be read", test_kept },
	{ "and so much of it need be sent", test_sent },
};

UNIT_MAIN("engine lazy", tests)
