/*
 * test_engine_hostile.c - messages made to be dear.
 *
 * A policy reads all that can be decoded. Whatever comes, the answer is what
 * the rules or on_error say, within the session's memory, and the next message
 * is judged as if nothing had been.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "rules/engine/session.h"
#include "tests/support/judge.h"
#include "tests/support/mail_script.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

#define RULES(limits) "settings: {trusted_authserv: mx, limits: {" limits \
	"}}\nrules:\n" \
	"- {rule: a, when: {any: [{header.subject: no}, {header_raw.x: no}, " \
	"{header_names: no}, {header.to: no}, {address.to: no}, " \
	"{auth_results.a: no}, {header.Authentication-Results: no}, " \
	"{address.to.local: no}, {address.to.domain: no}, " \
	"{address.to.display: no}, {body: '/no such text/'}, {url: no}, " \
	"{url.host: no}, {attachment.name: no}, {attachment.extension: no}, " \
	"{attachment.type: no}, {attachment.size: {gt: 64M}}, " \
	"{attachment.sha256: no}, {attachment.disposition: no}, " \
	"{part.type: no}, {part.count: 0}, {mime.depth: 0}, " \
	"{mime.defect: bad-uuencode}]}, then: {reject: no}}\n" \
	"- {rule: b, when: {header.subject: good, attachment.extension: exe}, " \
	"then: {reject: good}}\n"
#define GOOD "Subject: =?utf-8?q?good?=\nContent-Type: application/x; " \
	"name=a.exe\n\nx\n"

/* TEXT so often that there are LEN bytes. */
static void
add_times(struct buffer *out, const char *text, size_t len)
{
	while (out->len < len)
		buffer_add_text(out, text);
}

/* The field, at most what an MTA gives, and the body. */
struct mail {
	const char *name;
	size_t more;		/* so many times more */
	struct buffer value;
	struct buffer type;
	struct buffer body;
};

static void
make_mailboxes(struct mail *m)
{
	m->name = "To";
	add_times(&m->value, "a,", 200000);
}

static void
make_short_fields(struct mail *m)
{
	m->name = "X";
	m->more = 3000;
}

static void
make_results(struct mail *m)
{
	m->name = "Authentication-Results";
	buffer_add_text(&m->value, "mx;");
	add_times(&m->value, "a=b;", 200000);
}

static void
make_comments(struct mail *m)
{
	m->name = "To";
	add_times(&m->value, "(((((((<<<<", 60000);
}

static void
make_groups(struct mail *m)
{
	m->name = "To";
	add_times(&m->value, "g:<a@b>,", 60000);
}

static void
make_words(struct mail *m)
{
	m->name = "Subject";
	add_times(&m->value, "=?utf-8?q?=FC?= =?x?", 200000);
}

static void
make_empty_parts(struct mail *m)
{
	buffer_add_text(&m->type, "multipart/mixed; boundary=b");
	add_times(&m->body, "--b\r\n\r\n", 4000000);
}

static void
make_deep_parts(struct mail *m)
{
	size_t i;

	buffer_add_text(&m->type, "multipart/mixed; boundary=b0");
	for (i = 0; m->body.len < 3000000; i++)
		buffer_addf(&m->body, "--b%zu\r\nContent-Type: "
		    "multipart/mixed; boundary=b%zu\r\n\r\n", i, i + 1);
}

static void
make_deep_messages(struct mail *m)
{
	buffer_add_text(&m->type, "message/rfc822");
	add_times(&m->body, "Content-Type: message/rfc822\r\n\r\n", 3000000);
}

static void
make_long_names(struct mail *m)
{
	size_t i;

	buffer_add_text(&m->type, "multipart/mixed; boundary=b");
	for (i = 0; m->body.len < 4000000; i++) {
		buffer_addf(&m->body, "--b\r\nContent-Type: a/b; name=%zu", i);
		add_times(&m->body, "\xfc", m->body.len + 30000);
		buffer_addf(&m->body, "\r\nContent-Disposition: attachment; "
		    "filename=\"%zu", i);
		add_times(&m->body, "=?utf-8?q?=FC?=", m->body.len + 30000);
		buffer_add_text(&m->body, "\"\r\n\r\nx\r\n");
	}
}

/* RFC 2231: name*0=b;name*1=b;... */
static void
make_pieces(struct mail *m)
{
	buffer_add_text(&m->type, "multipart/mixed; boundary=b");
	while (m->body.len < 4000000) {
		buffer_add_text(&m->body, "--b\r\nContent-Type: a/b");
		for (int k = 0; k < 1000; k++)
			buffer_addf(&m->body, ";\r\n name*%d=\"\\b\"", k);
		buffer_add_text(&m->body, "\r\n\r\nx\r\n");
	}
}

static void
make_short_names(struct mail *m)
{
	buffer_add_text(&m->type, "multipart/mixed; boundary=b");
	while (m->body.len < 4000000) {
		buffer_add_text(&m->body, "--b\r\n");
		for (int k = 'a'; k < 'm'; k++)
			buffer_addf(&m->body, "Content-Type: a/b;name=%c\r\n"
			    "Content-Disposition: c;filename=z%c\r\n", k, k);
		buffer_add_text(&m->body, "\r\n\r\n");
	}
}

/* Each is digested, and so is what is in it. */
static void
make_attached_messages(struct mail *m)
{
	buffer_add_text(&m->type, "message/rfc822; name=a.eml");
	add_times(&m->body, "Content-Type: message/rfc822; name=a.eml\r\n"
	    "\r\n", 1000);
	add_times(&m->body, "x\r\n", 4000000);
}

static void
make_urls(struct mail *m)
{
	size_t i;

	buffer_add_text(&m->type, "text/html");
	for (i = 0; m->body.len < 1000000; i++)
		buffer_addf(&m->body, "<a href=http://%zu>", i);
}

/* Hosts that grow in DNS, and copies on the way to them. */
static void
make_hosts(struct mail *m)
{
	buffer_add_text(&m->type, "text/html; charset=utf-8");
	for (size_t i = 0; m->body.len < 1000000; i++)
		buffer_addf(&m->body, "<a href=//%zu,&amp;\xef\xb7\xba."
		    "\xef\xb7\xba.\xef\xb7\xba.\xef\xb7\xba.a "
		    "style='url(//\\41&amp;)'>", i);
}

static void
make_tags(struct mail *m)
{
	buffer_add_text(&m->type, "text/html");
	add_times(&m->body, "<a <!--&#<a href=\"&", 1000000);
}

static void
make_text(struct mail *m)
{
	buffer_add_text(&m->type, "text/plain; charset=windows-1252");
	add_times(&m->body, "\x80\xff", 1100000);
}

static void
make_base64(struct mail *m)
{
	buffer_add_text(&m->type, "multipart/mixed; boundary=b");
	while (m->body.len < 3000000) {
		buffer_add_text(&m->body, "--b\r\nContent-Type: a/b; name=c\r\n"
		    "Content-Transfer-Encoding: base64\r\n\r\n");
		add_times(&m->body, "=?&QUJD", m->body.len + 3000);
		buffer_add_text(&m->body, "\r\n");
	}
}

static const struct row {
	const char *sentence;
	void (*make)(struct mail *m);
} rows[] = {
	{ "an address field of commas", make_mailboxes },
	{ "fields that say nothing", make_short_fields },
	{ "results of no method", make_results },
	{ "one of brackets", make_comments },
	{ "one of groups", make_groups },
	{ "a subject of broken words", make_words },
	{ "a body of empty parts", make_empty_parts },
	{ "parts in parts", make_deep_parts },
	{ "messages in messages", make_deep_messages },
	{ "names as long as a header may be", make_long_names },
	{ "names in a thousand pieces", make_pieces },
	{ "as many names as there may be", make_short_names },
	{ "messages with a digest", make_attached_messages },
	{ "a page of links", make_urls },
	{ "a page of hosts", make_hosts },
	{ "a page of broken tags", make_tags },
	{ "a text that grows when it is decoded", make_text },
	{ "files that are no base64", make_base64 },
};

static struct verdict
feed(struct engine *e, struct event event)
{
	struct verdict v;

	(void)engine_feed(e, &event, &v);
	return v;
}

static void
feed_field(struct engine *e, const char *name, struct span value)
{
	struct buffer scratch;

	buffer_init(&scratch, SIZE_MAX);
	(void)feed(e, event_header(span_of(name), value, &scratch));
	buffer_release(&scratch);
}

static enum verdict_kind
feed_mail(struct court *c, const struct mail *m)
{
	struct span rest = buffer_span(&m->body);

	(void)player_say(&c->player, "connect 192.0.2.1 mx|helo mx|mail s@x|"
	    "rcpt a@x|data");
	for (size_t i = 0; m->name != NULL && i <= m->more; i++)
		feed_field(c->engine, m->name, buffer_span(&m->value));
	feed_field(c->engine, "Content-Type", buffer_span(&m->type));
	(void)player_say(&c->player, "eoh");
	for (; rest.len > 0; rest = span_skip(rest, 65535))
		(void)feed(c->engine, event_body(span_head(rest, 65535)));
	return feed(c->engine, event_plain(EVENT_EOM)).kind;
}

static void
check_mail(struct court *c, const struct row *row)
{
	struct mail m = { .name = NULL };
	enum verdict_kind kind;

	unit_case(row->sentence);
	buffer_init(&m.value, SIZE_MAX);
	buffer_init(&m.type, SIZE_MAX);
	buffer_init(&m.body, SIZE_MAX);
	row->make(&m);
	kind = feed_mail(c, &m);
	check_true(kind == VERDICT_ACCEPT || kind == VERDICT_TEMPFAIL);
	check_true(c->engine->message.used <= c->engine->message.limit);
	check_true(!c->engine->message.exhausted);
	buffer_release(&m.value);
	buffer_release(&m.type);
	buffer_release(&m.body);
	check_true(strstr(player_say(&c->player, mail_script_of(GOOD)),
	    "reject 550 5.7.1 good by b") != NULL);
}

static const char *const policies[] = {
	RULES("message: 4M, body: 1M"),
	RULES("message: 4M, body: 1M, recipients: 1, mime_parts: 1"),
	RULES("message: 4M, body: 1, recipients: 1"),
};

static void
test_hostile(void)
{
	struct court c;

	for (size_t k = 0; k < COUNT(policies); k++) {
		check_true(court_open(&c, policies[k]));
		for (size_t i = 0; i < COUNT(rows); i++)
			check_mail(&c, &rows[i]);
		court_close(&c);
	}
}

static const struct unit_test tests[] = {
	{ "no message is too dear", test_hostile },
};

UNIT_MAIN("engine hostile", tests)
