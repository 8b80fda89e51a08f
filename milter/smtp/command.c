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
greet(struct smtp_session *s, struct span name, bool extended,
    struct buffer *out)
{
	if (name.len == 0) {
		smtp_say(out, "501 Syntax: %s hostname",
		    extended ? "EHLO" : "HELO");
		return;
	}
	if (smtp_judge(s, event_helo(name), out, NULL) == JUDGE_CLOSED)
		return;
	smtp_transaction_abort(s);
	if (extended)
		offer(s, out);
	else
		smtp_say(out, "250 %s", s->config.host);
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
	smtp_transaction_abort(s);
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
	else if (s->standing.len > 0)
		buffer_add(out, buffer_span(&s->standing));
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
} commands[] = {
	{ "HELO", helo },
	{ "EHLO", ehlo },
	{ "MAIL", smtp_mail },
	{ "RCPT", smtp_rcpt },
	{ "DATA", smtp_data },
	{ "BDAT", smtp_bdat },
	{ "RSET", rset },
	{ "NOOP", noop },
	{ "VRFY", vrfy },
	{ "QUIT", quit },
	{ "STARTTLS", starttls },
	{ "AUTH", smtp_auth },
};

#define COMMANDS (sizeof commands / sizeof commands[0])

/* RFC 5321 asks for HELP; Postfix shows it to filters as unknown. */
static void
unknown(struct smtp_session *s, struct span line, struct span verb,
    struct buffer *out)
{
	if (smtp_judge(s, event_unknown(line), out, NULL) != JUDGE_PASS)
		return;
	if (span_equal_nocase(verb, span_of("HELP")))
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
	if (i < COMMANDS)
		commands[i].handler(s, rest, out);
	else if (verb.len == 0)
		smtp_say(out, "500 5.5.2 Error: bad syntax");
	else if (is_foreign(verb)) {
		smtp_say(out, "221 2.7.0 Error: this is not SMTP. Goodbye.");
		s->want = SMTP_CLOSED;
	} else
		unknown(s, line, verb, out);
}
