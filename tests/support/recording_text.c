/*
 * recording_text.c - a recording as one line, for rows to compare.
 */
#include "config.h"

#include "rules/base/number.h"
#include "tests/support/recording_text.h"

/* " CODE STATUS TEXT", as far as they are there. */
static void
write_reply(struct buffer *out, const struct reply *r)
{
	if (r->code != 0)
		buffer_addf(out, " %u", r->code);
	if (r->status.len > 0)
		buffer_add_text(out, " ");
	buffer_add(out, r->status);
	if (r->text.len > 0)
		buffer_add_text(out, " ");
	buffer_add(out, r->text);
}

static void
write_expect(struct buffer *out, const struct expectation *e)
{
	char number[NUMBER_TEXT_MAX];

	switch (e->kind) {
	case EXPECT_REPLY:
		buffer_addf(out, "S:%u/", e->reply.code);
		buffer_add(out, e->reply.status);
		buffer_add_text(out, "/");
		buffer_add(out, e->reply.text);
		return;
	case EXPECT_VERDICT:
		buffer_addf(out, "verdict:%s", verdict_name(e->verdict));
		write_reply(out, &e->reply);
		return;
	case EXPECT_SCORE:
		number_format(e->score, number);
		buffer_addf(out, "score:%s", number);
		return;
	case EXPECT_RULE:
	case EXPECT_NO_RULE:
	case EXPECT_HEADER:
	case EXPECT_NO_HEADER:
	case EXPECT_RECIPIENT:
	case EXPECT_NO_RECIPIENT:
	case EXPECT_SENDER:
	case EXPECT_BODY_CONTAINS:
	case EXPECT_QUARANTINE:
	case EXPECT_LABEL:
	case EXPECT_KINDS:
		break;
	}
	buffer_addf(out, "%s:", expect_name(e->kind));
	buffer_add(out, e->name);
	buffer_add_text(out, "/");
	buffer_add(out, e->text);
}

static void
write_client(struct buffer *out, const struct record *r)
{
	char ip[IP_TEXT_MAX];

	ip_format(&r->client.ip, ip);
	buffer_addf(out, "client:%s/", r->client.local ? "local" : ip);
	buffer_add(out, r->client.name);
	buffer_addf(out, "/%u", r->client.port);
}

static void
write_macros(struct buffer *out, const struct record *r)
{
	buffer_add_text(out, "macro:");
	for (size_t i = 0; i < r->macros.count; i++) {
		buffer_add(out, r->macros.at[i].name);
		buffer_add_text(out, "=");
		buffer_add(out, r->macros.at[i].value);
		buffer_add_text(out, ";");
	}
}

static void
write_record(struct buffer *out, const struct record *r)
{
	switch (r->kind) {
	case RECORD_CLIENT:
		write_client(out, r);
		break;
	case RECORD_MACROS:
		write_macros(out, r);
		break;
	case RECORD_TIME:
		buffer_addf(out, "time:%lld", (long long)r->time);
		break;
	case RECORD_ANSWER:
		buffer_add_text(out, "answer:");
		buffer_add(out, r->answer.kind);
		buffer_add_text(out, "/");
		buffer_add(out, r->answer.key);
		buffer_add_text(out, "/");
		buffer_add(out, r->answer.value);
		break;
	case RECORD_DISCONNECT:
		buffer_add_text(out, "disconnect");
		break;
	case RECORD_COMMAND:
		buffer_add_text(out, "C:");
		buffer_add(out, r->text);
		break;
	case RECORD_BYTES:
		buffer_add_text(out, "bytes:");
		buffer_add(out, r->bytes.path);
		buffer_add_text(out, "/");
		buffer_add(out, r->bytes.at);
		break;
	case RECORD_TRUNCATED:
		buffer_add_text(out, "truncated:");
		buffer_add(out, r->text);
		break;
	case RECORD_EXPECT:
		write_expect(out, &r->expect);
		break;
	}
}

/* "RULE(fact=value;value,fact=)match", … */
static void
write_trial(struct buffer *out, const struct rule_trial *t)
{
	buffer_addf(out, "%zu(", t->rule);
	for (size_t i = 0; i < t->given_count; i++) {
		buffer_add_text(out, i > 0 ? "," : "");
		buffer_add(out, t->given[i].fact);
		buffer_add_text(out, "=");
		for (size_t k = 0; k < t->given[i].count; k++) {
			buffer_add_text(out, k > 0 ? ";" : "");
			buffer_add(out, t->given[i].values[k]);
		}
	}
	buffer_add_text(out, t->matches ? ")match" : ")no-match");
	if (t->verdict_asked)
		buffer_addf(out, " %s", verdict_name(t->verdict));
	write_reply(out, &t->reply);
}

void
recording_text(struct buffer *out, const struct recording *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct recorded_session *s = &r->sessions[i];

		buffer_add(out, s->name);
		buffer_add_text(out, "{");
		for (size_t k = 0; k < s->count; k++) {
			if (k > 0)
				buffer_add_text(out, k + s->expected ==
				    s->count ? "||" : "|");
			write_record(out, &s->records[k]);
		}
		buffer_add_text(out, "}");
	}
	for (size_t i = 0; i < r->trial_count; i++)
		write_trial(out, &r->trials[i]);
}
