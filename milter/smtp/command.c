/*
 * command.c - the commands of SMTP, and those that need few words.
 *
 * Texts and order of checks are those of Postfix 3.7, so that a dialogue that
 * was recorded there is answered the same here.
 *
 * Failure: a command that cannot be is answered 5xx, and the session goes on.
 * What no SMTP client says (a header field, HTTP) ends it: such lines come from
 * a message whose DATA was refused while it was on its way, or from a web
 * browser that was lured here, and what follows them could be commands of a
 * stranger.
 */
#include "config.h"

#include "milter/smtp/command.h"
#include "milter/smtp/judge.h"
#include "milter/smtp/path.h"
#include "milter/smtp/reply.h"

static void
offer(struct smtp_session *s, struct buffer *out)
{
	unsigned features = s->config.features;

	smtp_say(out, "250-%s", s->config.host);
	if (!smtp_refused_for_good(s)) {
		smtp_say(out, "250-PIPELINING");
		smtp_say(out, "250-SIZE %zu", s->config.message_max);
		smtp_say(out, "250-VRFY");
		if ((features & SMTP_STARTTLS) && !s->tls)
			smtp_say(out, "250-STARTTLS");
		if (features & SMTP_AUTH)
			smtp_say(out, "250-AUTH PLAIN LOGIN");
		if (smtp_may_xclient(s))
			smtp_say(out, "250-XCLIENT NAME ADDR PORT PROTO HELO"
			    " LOGIN");
		smtp_say(out, "250-8BITMIME");
		if (features & SMTP_SMTPUTF8)
			smtp_say(out, "250-SMTPUTF8");
		if (features & SMTP_CHUNKING)
			smtp_say(out, "250-CHUNKING");
	}
	smtp_say(out, "250 ENHANCEDSTATUSCODES");
}

/*
 * RFC 5321 4.1.4: EHLO in the middle of a transaction ends it. Postfix tells
 * the filter the new name first.
 */
static void
after_helo(struct smtp_session *s, enum judgement judgement,
    struct buffer *out)
{
	if (judgement == JUDGE_CLOSED) {
		smtp_say_refusal(s, out);
		return;
	}
	smtp_transaction_end(s);
	if (s->extended)
		offer(s, out);
	else
		smtp_say(out, "250 %s", s->config.host);
}

static void
greet(struct smtp_session *s, struct span name, bool extended,
    struct buffer *out)
{
	if (name.len == 0) {
		smtp_say(out, "501 Syntax: %s hostname",
		    extended ? "EHLO" : "HELO");
		return;
	}
	s->extended = extended;
	buffer_clear(&s->helo);
	buffer_add(&s->helo, name);
	smtp_ask(s, event_helo(name), after_helo, out);
}

static void
helo(struct smtp_session *s, struct span args, struct buffer *out)
{
	greet(s, args, false, out);
}

static void
ehlo(struct smtp_session *s, struct span args, struct buffer *out)
{
	greet(s, args, true, out);
}

static void
rset(struct smtp_session *s, struct span args, struct buffer *out)
{
	if (args.len > 0) {
		smtp_say(out, "501 5.5.4 Syntax: RSET");
		return;
	}
	smtp_transaction_end(s);
	smtp_say(out, "250 2.0.0 Ok");
}

static void
noop(struct smtp_session *s, struct span args, struct buffer *out)
{
	(void)s;
	(void)args;
	smtp_say(out, "250 2.0.0 Ok");
}

/* RFC 5321 3.5.3: it is not known here who has a mailbox. */
static void
vrfy(struct smtp_session *s, struct span args, struct buffer *out)
{
	struct smtp_path path;

	if (smtp_path_read(&args, &path) < 0 || args.len > 0)
		smtp_say(out, "501 5.5.4 Syntax: VRFY address");
	else if (smtp_standing(s).len > 0)
		buffer_add(out, smtp_standing(s));
	else
		smtp_say(out, "252 2.0.0 %.*s", (int)path.text.len,
		    path.text.ptr);
}

static void
quit(struct smtp_session *s, struct span args, struct buffer *out)
{
	(void)args;
	smtp_say(out, "221 2.0.0 Bye");
	s->want = SMTP_CLOSED;
}

static void
starttls(struct smtp_session *s, struct span args, struct buffer *out)
{
	if (!(s->config.features & SMTP_STARTTLS))
		smtp_say(out, "502 5.5.1 Error: command not implemented");
	else if (args.len > 0)
		smtp_say(out, "501 5.5.4 Syntax: STARTTLS");
	else if (s->tls)
		smtp_say(out, "554 5.5.1 Error: TLS already active");
	else {
		smtp_say(out, "220 2.0.0 Ready to start TLS");
		s->want = SMTP_WANT_TLS;
		if (s->config.trust)
			smtp_session_tls_started(s);
	}
}

static const struct command {
	const char *verb;
	command_handler *handler;
	bool junk;		/* of no use when it is said too often */
} commands[] = {
	{ "HELO", helo, true },
	{ "EHLO", ehlo, true },
	{ "MAIL", smtp_mail, false },
	{ "RCPT", smtp_rcpt, false },
	{ "DATA", smtp_data, false },
	{ "BDAT", smtp_bdat, false },
	{ "RSET", rset, true },
	{ "NOOP", noop, true },
	{ "VRFY", vrfy, true },
	{ "QUIT", quit, false },
	{ "STARTTLS", starttls, false },
	{ "AUTH", smtp_auth, false },
	{ "XCLIENT", smtp_xclient, false },
};

#define COMMANDS (sizeof commands / sizeof commands[0])

/* RFC 5321 asks for HELP; Postfix shows it to filters as unknown. */
static void
after_unknown(struct smtp_session *s, enum judgement judgement,
    struct buffer *out)
{
	struct span rest = buffer_span(&s->line);

	if (judgement != JUDGE_PASS)
		smtp_say_refusal(s, out);
	else if (span_equal_nocase(smtp_word(&rest), span_of("HELP")))
		smtp_say(out, "214 2.0.0 See RFC 5321");
	else
		smtp_say(out, "500 5.5.2 Error: command not recognized");
}

/* "Subject: hello", or the verb of an HTTP request. */
static bool
is_foreign(struct span verb)
{
	return (verb.len > 1 && verb.ptr[verb.len - 1] == ':') ||
	    span_equal_nocase(verb, span_of("GET")) ||
	    span_equal_nocase(verb, span_of("POST")) ||
	    span_equal_nocase(verb, span_of("CONNECT"));
}

/* As Postfix does: what is too much counts as an error. */
static void
count_junk(struct smtp_session *s)
{
	if (s->config.junk_max > 0 && s->junk++ > s->config.junk_max)
		s->errors++;
}

void
smtp_command(struct smtp_session *s, struct span line, struct buffer *out)
{
	struct span rest = span_trim(line);
	struct span verb = smtp_word(&rest);
	size_t i = 0;

	if (s->auth != AUTH_NONE) {
		smtp_auth_line(s, line, out);
		return;
	}
	while (i < COMMANDS &&
	    !span_equal_nocase(verb, span_of(commands[i].verb)))
		i++;
	if (i < COMMANDS) {
		if (commands[i].junk)
			count_junk(s);
		commands[i].handler(s, rest, out);
	} else if (verb.len == 0)
		smtp_say(out, "500 5.5.2 Error: bad syntax");
	else if (is_foreign(verb)) {
		smtp_say(out, "221 2.7.0 Error: this is not SMTP. Goodbye.");
		s->want = SMTP_CLOSED;
	} else
		/* Of such a line Postfix tells a filter no more. */
		smtp_ask(s, event_unknown(verb), after_unknown, out);
}
