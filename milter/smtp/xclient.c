/*
 * xclient.c - a client that says that it is another one.
 *
 * XCLIENT is Postfix's (its XCLIENT_README): who may use it can have the rules
 * of a server tried as anybody. The session begins anew with a greeting; what
 * the command does not name stays as it was, but HELO, PROTO and LOGIN, which
 * are forgotten. As in Postfix the new address has no right to do it again.
 *
 * The whole command is read before any of it counts.
 *
 * Failure: a command that cannot be is answered 501 and changes nothing.
 */
#include "config.h"


#include "milter/smtp/command.h"
#include "milter/smtp/judge.h"
#include "milter/smtp/path.h"
#include "milter/smtp/reply.h"

/* As in Postfix: of a value, before it is decoded. */
#define VALUE_LEN_MAX 255
#define LABEL_LEN_MAX 63

/* What the client says. */
struct claim {
	struct smtp_client client;
	bool moved;			/* ADDR was given */
	bool extended;			/* PROTO=ESMTP was */
	struct span helo;		/* empty: not given */
	struct span login;
};

static bool
is_unavailable(struct span value)
{
	return span_equal_nocase(value, span_of("[UNAVAILABLE]")) ||
	    span_equal_nocase(value, span_of("[TEMPUNAVAIL]"));
}

/* RFC 1123 2.1, and underscores, as Postfix takes them. */
static bool
is_hostname(struct span s)
{
	size_t label = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = ascii_lower(s.ptr[i]);
		bool middle = label > 0 && i + 1 < s.len &&
		    s.ptr[i + 1] != '.';

		if (c == '.' ? label == 0 : c == '-' ? !middle :
		    !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '_')
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_LEN_MAX)
			return false;
	}
	return label > 0;
}

static bool
take_name(struct claim *c, struct span value)
{
	c->client.name = is_unavailable(value) ? span_of("unknown") : value;
	return is_hostname(c->client.name);
}

static bool
take_addr(struct claim *c, struct span value)
{
	c->moved = true;
	c->client.ip = (struct ip){ .len = 0 };
	return is_unavailable(value) || ip_parse(value, &c->client.ip) == 0;
}

static bool
take_port(struct claim *c, struct span value)
{
	unsigned port = 0;

	if (is_unavailable(value))
		value.len = 0;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return false;
		port = port * 10 + (unsigned)(value.ptr[i] - '0');
		if (port > UINT16_MAX)
			return false;
	}
	c->client.port = (uint16_t)port;
	return true;
}

static bool
take_proto(struct claim *c, struct span value)
{
	c->extended = span_equal_nocase(value, span_of("ESMTP"));
	return c->extended || span_equal_nocase(value, span_of("SMTP"));
}

static bool
take_helo(struct claim *c, struct span value)
{
	c->helo = is_unavailable(value) ? span_make("", 0) : value;
	return true;
}

static bool
take_login(struct claim *c, struct span value)
{
	c->login = is_unavailable(value) ? span_make("", 0) : value;
	return true;
}

/* Where the client reached a server is of no use here. */
static bool
take_nothing(struct claim *c, struct span value)
{
	(void)c;
	(void)value;
	return true;
}

static const struct attribute {
	const char *name;
	bool (*take)(struct claim *c, struct span value);
} attributes[] = {
	{ "NAME", take_name },
	{ "ADDR", take_addr },
	{ "PORT", take_port },
	{ "PROTO", take_proto },
	{ "HELO", take_helo },
	{ "LOGIN", take_login },
	{ "DESTADDR", take_nothing },
	{ "DESTPORT", take_nothing },
};

#define ATTRIBUTES (sizeof attributes / sizeof attributes[0])

/* RFC 3461 4: is every '+' the beginning of "+XX"? */
static bool
is_xtext(struct span value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] == '+' &&
		    span_hex_byte(span_skip(value, i + 1)) < 0)
			return false;
	return true;
}

/*
 * VALUE, a part of the command line, is decoded in its place. What is no xtext
 * is meant as it stands; what is not printable becomes a '?'. Both as in
 * Postfix.
 */
static struct span
decode(struct smtp_session *s, struct span value)
{
	char *text = s->line.ptr + (value.ptr - s->line.ptr);
	bool encoded = is_xtext(value);
	size_t len = 0;

	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (encoded && c == '+') {
			c = (unsigned char)span_hex_byte(
			    span_skip(value, i + 1));
			i += 2;
		}
		text[len++] = c < ' ' || c >= 0x7f ? '?' : (char)c;
	}
	return span_make(text, len);
}

/* Take "NAME=VALUE". -1: it cannot be, and that is said. */
static int
read_attribute(struct smtp_session *s, struct claim *c, struct span word,
    struct buffer *out)
{
	size_t equals = span_find(word, '=');
	struct span name = span_head(word, equals);
	struct span value = span_skip(word, equals + 1);
	size_t i = 0;

	while (i < ATTRIBUTES &&
	    !span_equal_nocase(name, span_of(attributes[i].name)))
		i++;
	if (value.len == 0)
		smtp_say(out, "501 5.5.4 Error: attribute=value expected");
	else if (value.len > VALUE_LEN_MAX)
		smtp_say(out, "501 5.5.4 Error: attribute value too long");
	else if (i == ATTRIBUTES)
		smtp_say(out, "501 5.5.4 Bad XCLIENT attribute name: %.*s",
		    (int)name.len, name.ptr);
	else {
		value = decode(s, value);
		if (attributes[i].take(c, value))
			return 0;
		smtp_say(out, "501 5.5.4 Bad %s syntax: %.*s",
		    attributes[i].name, (int)value.len, value.ptr);
	}
	return -1;
}

static void
set_login(struct smtp_session *s, struct span login)
{
	s->authenticated = login.len > 0;
	smtp_macros_forget(&s->macros, MACRO_AUTH_TYPE, MACRO_AUTH_AUTHEN);
	if (login.len == 0)
		return;
	buffer_clear(&s->user);
	buffer_add(&s->user, login);
	smtp_macros_set(&s->macros, MACRO_AUTH_TYPE, span_of("XCLIENT"));
	smtp_macros_set(&s->macros, MACRO_AUTH_AUTHEN, buffer_span(&s->user));
}

static void
begin_anew(struct smtp_session *s, struct claim *c, struct buffer *out)
{
	smtp_transaction_end(s);
	smtp_notify(s, EVENT_CLOSE);
	smtp_forget_decisions(s);
	set_login(s, c->login);
	buffer_clear(&s->helo);
	buffer_add(&s->helo, c->helo);
	s->extended = c->extended;
	c->client.xclient = !c->moved;
	smtp_greet(s, &c->client, out);
}

bool
smtp_may_xclient(const struct smtp_session *s)
{
	return (s->config.features & SMTP_XCLIENT) && s->peer.xclient;
}

void
smtp_xclient(struct smtp_session *s, struct span args, struct buffer *out)
{
	struct claim c = { .client = s->peer };

	if (s->in_mail) {
		smtp_say(out, "503 5.5.1 Error: MAIL transaction in progress");
		return;
	}
	if (args.len == 0) {
		smtp_say(out, "501 5.5.4 Syntax: XCLIENT attribute=value...");
		return;
	}
	if (!smtp_may_xclient(s)) {
		smtp_say(out, "550 5.7.0 Error: insufficient authorization");
		return;
	}
	while (args.len > 0)
		if (read_attribute(s, &c, smtp_word(&args), out) < 0)
			return;
	begin_anew(s, &c, out);
}
