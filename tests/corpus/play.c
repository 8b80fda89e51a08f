/*
 * play.c - what rules see of a message, however it is cut up.
 *
 *	play RULES MESSAGE
 *
 * The message goes through the SMTP machine to the rules, as `millgate test`
 * does it, whole and in pieces of three sizes. All values of all facts that the
 * rules read, the rules that held and, when they edit, the message that is
 * delivered are the account of it. It is printed, a line for each, and must be
 * the same every time; text that was decoded must be UTF-8. Long values are
 * told by their beginning, length and digest.
 *
 * Exit status: 0 it is so; 1 it is not; 2 the rules or the message cannot be
 * read; 77 this millgate decodes nothing.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "milter/replay/caller.h"
#include "milter/replay/session_reader.h"
#include "rules/base/utf8.h"
#include "rules/engine/evaluate.h"
#include "rules/mail/decode/decode.h"

#define MESSAGE_MAX (256u << 20)
#define ACCOUNT_MAX (256u << 20)
#define VALUE_SHOWN 2000	/* a longer one … */
#define VALUE_HEAD 200		/* … is shown as far as this */
#define TIME 1700000000

/* Of a body: whole, and as an MTA may send it. */
static const size_t chunks[] = { (size_t)1 << 30, 1, 7, 65535 };

/* Facts that are bytes as they came. */
static const char *const raw_facts[] = { "body_raw", "header_names",
	"header_raw." };

static bool
is_raw(struct span fact)
{
	for (size_t i = 0; i < sizeof raw_facts / sizeof raw_facts[0]; i++)
		if (span_starts_with(fact, span_of(raw_facts[i])))
			return true;
	return false;
}

static bool
is_utf8(struct span s)
{
	size_t len;

	for (; s.len > 0; s = span_skip(s, len))
		if ((len = utf8_length(s)) == 0)
			return false;
	return true;
}

/* What is printable as it is, all else as an escape, no two alike. */
static void
add_escaped(struct buffer *out, struct span s)
{
	while (s.len > 0) {
		unsigned char c = (unsigned char)s.ptr[0];
		size_t len = utf8_length(s);

		if (len > 1 && utf8_decode(s) >= 0xa0) {
			buffer_add(out, span_head(s, len));
			s = span_skip(s, len);
			continue;
		}
		if (c == '\n')
			buffer_add_text(out, "\\n");
		else if (c == '\\')
			buffer_add_text(out, "\\\\");
		else if (c < ' ' || c > '~')
			buffer_addf(out, "\\x%02x", c);
		else
			buffer_add_char(out, (char)c);
		s = span_skip(s, 1);
	}
}

static void
add_digest(struct buffer *out, struct span s)
{
	char digest[SHA256_HEX_MAX];

	digest_sha256(s, digest);
	buffer_addf(out, "%zu bytes, SHA-256 %s", s.len, digest);
}

static void
add_value(struct buffer *out, struct span fact, struct span value)
{
	buffer_add(out, fact);
	buffer_add_text(out, ": ");
	if (value.len > VALUE_SHOWN) {
		add_escaped(out, utf8_head(value, VALUE_HEAD));
		buffer_add_text(out, " ... ");
		add_digest(out, value);
	} else
		add_escaped(out, value);
	buffer_add_char(out, '\n');
}

/* False: one is not what it has to be, which is said. */
static bool
add_facts(struct buffer *out, struct engine *e)
{
	bool right = true;

	for (unsigned i = 0; i < e->policy->slot_count; i++) {
		const struct values *v = slot_values(e, i, NULL);
		struct span fact = policy_fact(e->policy, i);

		for (size_t j = 0; j < v->count; j++) {
			add_value(out, fact, v->at[j]);
			if (is_raw(fact) || is_utf8(v->at[j]))
				continue;
			right = false;
			fprintf(stderr, "%.*s is not UTF-8\n", (int)fact.len,
			    fact.ptr);
		}
		if (v->cut) {
			buffer_add(out, fact);
			buffer_add_text(out, " is cut off\n");
		}
	}
	return right;
}

static void
add_rules(struct buffer *out, struct engine *e)
{
	for (size_t i = 0; i < policy_rule_count(e->policy); i++) {
		if (!engine_rule_held(e, i))
			continue;
		buffer_add_text(out, "rule ");
		buffer_add(out, policy_rule(e->policy, i).name);
		buffer_add_char(out, '\n');
	}
}

static void
add_delivered(struct buffer *out, struct caller *c)
{
	struct sight s = caller_sight(c);

	if (c->reply.code != 250)
		buffer_addf(out, "reply: %u\n", c->reply.code);
	if (c->failed)
		buffer_addf(out, "failed: %s\n", c->why.text);
	if (!c->delivered || !policy_needs(s.policy)->edits)
		return;
	for (size_t i = 0; i < c->message.field_count; i++)
		add_value(out, c->message.fields[i].name,
		    c->message.fields[i].value);
	add_value(out, span_of("delivered body"), c->message.body);
}

/* Append to OUT what becomes of MESSAGE. */
static bool
play(struct policy *policy, struct span message, size_t chunk,
    struct buffer *out)
{
	static const char *const said[] = { "EHLO mx.example.org",
		"MAIL FROM:<bob@example.org>", "RCPT TO:<alice@example.com>",
		"DATA" };
	const struct smtp_client client = { .name = span_of("mx.example.org") };
	const struct depth rules = { .kind = DEPTH_RULES, .policy = policy,
		.body_chunk = chunk };
	struct engine *engine;
	struct caller c;
	bool right;

	caller_init(&c, &rules);
	caller_connect(&c, &client, TIME);
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		caller_say(&c, span_of(said[i]));
	caller_send(&c, message);
	engine = caller_sight(&c).engine;
	right = add_facts(out, engine);
	add_rules(out, engine);
	add_delivered(out, &c);
	caller_release(&c);
	return right;
}

/* Say where A and B part. */
static void
tell_difference(struct span a, struct span b, size_t chunk)
{
	size_t i, line = 0;

	for (i = 0; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++)
		if (a.ptr[i] == '\n')
			line = i + 1;
	a = span_skip(a, line);
	b = span_skip(b, line);
	fprintf(stderr, "in pieces of %zu bytes: %.*s\nwhole: %.*s\n", chunk,
	    (int)span_find(b, '\n'), b.ptr, (int)span_find(a, '\n'), a.ptr);
}

static int
play_all(struct policy *policy, struct span message)
{
	struct buffer whole, other;
	bool right, same = true;

	buffer_init(&whole, ACCOUNT_MAX);
	buffer_init(&other, ACCOUNT_MAX);
	right = play(policy, message, chunks[0], &whole);
	for (size_t i = 1; i < sizeof chunks / sizeof chunks[0]; i++) {
		buffer_clear(&other);
		right &= play(policy, message, chunks[i], &other);
		if (span_equal(buffer_span(&whole), buffer_span(&other)))
			continue;
		tell_difference(buffer_span(&whole), buffer_span(&other),
		    chunks[i]);
		same = false;
	}
	right &= !whole.overflow;
	fputs(buffer_text(&whole), stdout);
	buffer_release(&whole);
	buffer_release(&other);
	return right && same ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct error_list errors = { .count = 0 };
	struct recording files;
	struct policy *policy;
	struct span message;
	struct error why;
	int status = 2;

	if (!decode_is_built_in()) {
		puts("this millgate was built without GMime");
		return 77;
	}
	if (argc != 3) {
		fputs("usage: play RULES MESSAGE\n", stderr);
		return 2;
	}
	recording_init(&files, MESSAGE_MAX);
	policy = policy_load(argv[1], &errors);
	if (policy == NULL)
		error_list_print(&errors, stderr);
	error_list_release(&errors);
	if (policy == NULL)
		goto out;
	if (reader_mail(&files, argv[2], &message, &why) < 0)
		fprintf(stderr, "%s %s\n", argv[2], why.text);
	else
		status = play_all(policy, message);
out:
	policy_unref(policy);
	recording_release(&files);
	return status;
}
