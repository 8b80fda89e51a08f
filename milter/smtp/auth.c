/*
 * auth.c - AUTH with PLAIN (RFC 4616) and LOGIN (RFC 4954).
 *
 * Whether a password is right is asked of the config's check_login(). With
 * `trust` any AUTH succeeds: a recording tells that it did, and has no secret.
 *
 * Failure: a wrong password, one that is not base64 and one that is too long
 * are all answered 535. Secrets are wiped as soon as they were looked at.
 */
#include "config.h"

#include "milter/smtp/base64.h"
#include "milter/smtp/command.h"
#include "milter/smtp/path.h"
#include "milter/smtp/reply.h"

/* RFC 4616 2: each of the three parts has up to 255 characters of UTF-8. */
#define SECRET_MAX 4096

static void
wipe(struct buffer *b)
{
	if (b->ptr != NULL)
		explicit_bzero(b->ptr, b->cap);
	buffer_release(b);
}

static void
succeed(struct smtp_session *s, struct buffer *out)
{
	s->authenticated = true;
	smtp_say(out, "235 2.7.0 Authentication successful");
}

static void
check(struct smtp_session *s, struct span user, struct span password,
    const char *type, struct buffer *out)
{
	if (s->config.check_login == NULL || user.len == 0 ||
	    s->config.check_login(s->config.self, user, password) < 0) {
		smtp_say(out, "535 5.7.8 Error: authentication failed");
		return;
	}
	buffer_clear(&s->user);
	buffer_add(&s->user, user);
	smtp_macros_set(&s->macros, MACRO_AUTH_TYPE, span_of(type));
	smtp_macros_set(&s->macros, MACRO_AUTH_AUTHEN, buffer_span(&s->user));
	succeed(s, out);
}

/* RFC 4616 2: [authzid] NUL authcid NUL passwd; nobody may be somebody else. */
static void
check_plain(struct smtp_session *s, struct span secret, struct buffer *out)
{
	size_t first = span_find(secret, '\0');
	struct span authzid = span_head(secret, first);
	struct span user = span_skip(secret, first + 1);
	size_t second = span_find(user, '\0');
	struct span password = span_skip(user, second + 1);

	if (second == user.len ||
	    span_find(password, '\0') < password.len)
		user.len = 0;
	else
		user.len = second;
	if (authzid.len > 0 && !span_equal(authzid, user))
		user.len = 0;
	check(s, user, password, "PLAIN", out);
}

/* The client's answer, decoded, to what was asked last. */
static void
take_answer(struct smtp_session *s, struct span answer, struct buffer *out)
{
	enum auth_step step = s->auth;

	s->auth = AUTH_NONE;
	if (step == AUTH_PLAIN)
		check_plain(s, answer, out);
	else if (step == AUTH_USER) {
		buffer_clear(&s->user);
		buffer_add(&s->user, answer);
		s->auth = AUTH_PASSWORD;
		smtp_say(out, "334 UGFzc3dvcmQ6");	/* "Password:" */
	} else {
		struct buffer user;

		buffer_init(&user, SECRET_MAX);
		buffer_add(&user, buffer_span(&s->user));
		check(s, buffer_span(&user), answer, "LOGIN", out);
		buffer_release(&user);
	}
}

void
smtp_auth_line(struct smtp_session *s, struct span line, struct buffer *out)
{
	struct buffer answer;

	/* RFC 4954 4: the client thought better of it. */
	if (span_is(line, "*")) {
		s->auth = AUTH_NONE;
		smtp_say(out, "501 5.7.0 Authentication aborted");
		return;
	}
	buffer_init(&answer, SECRET_MAX);
	/* RFC 4954 4: "=" is an initial answer of no bytes. */
	if ((!span_is(line, "=") && base64_decode(line, &answer) < 0) ||
	    answer.overflow) {
		s->auth = AUTH_NONE;
		smtp_say(out, "535 5.7.8 Error: authentication failed:"
		    " invalid response");
	} else
		take_answer(s, buffer_span(&answer), out);
	wipe(&answer);
}

void
smtp_auth(struct smtp_session *s, struct span args, struct buffer *out)
{
	struct span mechanism = smtp_word(&args);
	bool plain = span_equal_nocase(mechanism, span_of("PLAIN"));

	if (!(s->config.features & SMTP_AUTH))
		smtp_say(out, "503 5.5.1 Error: authentication not enabled");
	else if (s->authenticated)
		smtp_say(out, "503 5.5.1 Error: already authenticated");
	else if (s->in_mail)
		smtp_say(out, "503 5.5.1 Error: MAIL transaction in progress");
	else if (mechanism.len == 0)
		smtp_say(out, "501 5.5.4 Syntax: AUTH mechanism");
	else if (s->config.trust)
		succeed(s, out);
	else if (!plain && !span_equal_nocase(mechanism, span_of("LOGIN")))
		smtp_say(out, "504 5.5.4 Error: authentication mechanism not"
		    " supported");
	else {
		s->auth = plain ? AUTH_PLAIN : AUTH_USER;
		if (args.len > 0)
			smtp_auth_line(s, args, out);
		else if (plain)
			smtp_say(out, "334 ");
		else
			smtp_say(out, "334 VXNlcm5hbWU6"); /* "Username:" */
	}
}
