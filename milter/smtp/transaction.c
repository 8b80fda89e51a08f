/*
 * transaction.c - MAIL and RCPT.
 *
 * A command is first looked at by the machine; only one that it has nothing
 * against is shown to the sinks, and only when they let it pass it counts.
 *
 * Failure: a refused MAIL leaves no transaction behind, a refused RCPT leaves
 * the others as they are.
 */
#include "config.h"

#include <stdio.h>

#include "milter/smtp/argument.h"
#include "milter/smtp/command.h"
#include "milter/smtp/judge.h"
#include "milter/smtp/pool.h"
#include "milter/smtp/reply.h"

void
smtp_transaction_end(struct smtp_session *s)
{
	smtp_notify(s, EVENT_ABORT);
	smtp_macros_forget(&s->macros, MACRO_AUTH_AUTHOR, MACRO_RCPT_MAILER);
	envelope_reset(&s->envelope);
	/* Memory that is shared is for the messages under way. */
	if (s->config.pool != NULL)
		message_drop(&s->message);
	else
		message_reset(&s->message);
	(void)smtp_charge(s);
	s->in_mail = false;
	s->in_content = false;
	s->chunk_failed = false;
	for (size_t i = 0; i < s->sink_count; i++)
		s->sinks[i].message_deaf = false;
	s->discarded = false;
	s->received = 0;
	s->name[0] = '\0';
}

/* Does Postfix deliver to DOMAIN itself? It knows its own name, and no more. */
static bool
is_here(const struct smtp_session *s, struct span domain)
{
	return domain.len == 0 ||
	    span_equal_nocase(domain, span_of(s->config.host));
}

/*
 * What Postfix resolves PATH to, as it tells a filter: the address in small
 * letters, with our name where it has no domain; the next host; who delivers.
 */
static int
set_address_macros(struct smtp_session *s, enum smtp_macro addr,
    const struct smtp_path *path)
{
	bool here = is_here(s, path->domain);
	struct span host = here ? span_of(s->config.host) :
	    arena_copy(&s->envelope.arena, path->domain);
	size_t len = path->address.len;
	char *text = arena_alloc(&s->envelope.arena, len + host.len + 1);

	if (text == NULL || host.ptr == NULL)
		return -1;
	for (size_t i = 0; i < len; i++)
		text[i] = ascii_lower(path->address.ptr[i]);
	if (len > 0 && path->domain.len == 0) {
		text[len++] = '@';
		memcpy(text + len, host.ptr, host.len);
		len += host.len;
	}
	smtp_macros_set(&s->macros, addr, span_make(text, len));
	smtp_macros_set(&s->macros, addr + 1, host);
	smtp_macros_set(&s->macros, addr + 2,
	    span_of(here ? "local" : "smtp"));
	return 0;
}

static int
keep_mail(struct smtp_session *s, struct smtp_argument *a)
{
	struct span author = arena_copy(&s->envelope.arena, a->author);

	if (author.ptr == NULL ||
	    set_address_macros(s, MACRO_MAIL_ADDR, &a->path) < 0 ||
	    envelope_set_sender(&s->envelope, a->path.address) < 0)
		return -1;
	s->envelope.smtputf8 = a->smtputf8;
	s->envelope.eight_bit = a->eight_bit;
	if (author.len > 0)
		smtp_macros_set(&s->macros, MACRO_AUTH_AUTHOR, author);
	return 0;
}

static void
say_no_memory(struct buffer *out)
{
	smtp_say(out, "452 4.3.1 Insufficient system storage");
}

/* Is there memory for an address? It is kept three times; see above. */
static bool
has_room_for_line(const struct smtp_session *s)
{
	return smtp_has_room(s, 4 * s->line.len + sizeof(struct span));
}

static void
after_mail(struct smtp_session *s, enum judgement judgement,
    struct buffer *out)
{
	if (judgement != JUDGE_PASS) {
		smtp_say_refusal(s, out);
		smtp_transaction_end(s);
		return;
	}
	s->in_mail = true;
	smtp_say(out, "250 2.1.0 Ok");
}

void
smtp_mail(struct smtp_session *s, struct span args, struct buffer *out)
{
	struct smtp_argument *a = &s->argument;

	if (s->in_mail) {
		smtp_say(out, "503 5.5.1 Error: nested MAIL command");
		return;
	}
	if (s->chunk_failed) {
		smtp_say(out, "503 5.5.1 Error: MAIL after BDAT");
		return;
	}
	if (smtp_argument_read(s, EVENT_MAIL, args, a, out) < 0)
		return;
	if (!has_room_for_line(s) || keep_mail(s, a) < 0) {
		say_no_memory(out);
		smtp_transaction_end(s);
		return;
	}
	smtp_ask(s, event_mail(a->path.text, a->params, a->param_count),
	    after_mail, out);
}

/* The message gets its name with its first recipient, as in Postfix. */
static void
name_message(struct smtp_session *s)
{
	if (s->name[0] != '\0')
		return;
	s->messages++;
	if (s->config.name_message != NULL)
		s->config.name_message(s->config.self, s->name);
	else
		snprintf(s->name, sizeof s->name, "%09lX", s->messages);
	smtp_macros_set(&s->macros, MACRO_I, span_of(s->name));
}

static void
after_rcpt(struct smtp_session *s, enum judgement judgement,
    struct buffer *out)
{
	if (judgement != JUDGE_PASS)
		smtp_say_refusal(s, out);
	else if (envelope_add(&s->envelope, s->argument.path.address) < 0)
		say_no_memory(out);
	else {
		name_message(s);
		smtp_say(out, "250 2.1.5 Ok");
	}
}

void
smtp_rcpt(struct smtp_session *s, struct span args, struct buffer *out)
{
	struct smtp_argument *a = &s->argument;

	if (!s->in_mail) {
		smtp_say(out, "503 5.5.1 Error: need MAIL command");
		return;
	}
	if (s->in_content || s->chunk_failed) {
		smtp_say(out, "503 5.5.1 Error: RCPT after BDAT");
		return;
	}
	if (smtp_argument_read(s, EVENT_RCPT, args, a, out) < 0)
		return;
	if (s->envelope.count >= s->config.recipients_max)
		smtp_say(out, "452 4.5.3 Error: too many recipients");
	else if (!has_room_for_line(s) ||
	    set_address_macros(s, MACRO_RCPT_ADDR, &a->path) < 0)
		say_no_memory(out);
	else
		smtp_ask(s, event_rcpt(a->path.text, a->params,
		    a->param_count), after_rcpt, out);
}
