/*
 * argument.c - what stands behind MAIL and RCPT: a path and parameters.
 *
 * param_kinds[] has the parameters that are known, each with a function that
 * takes its value. Those of extensions that are not offered are as unknown as
 * any other (RFC 5321 4.1.1.11: 555).
 */
#include "config.h"

#include "milter/smtp/argument.h"
#include "milter/smtp/reply.h"
#include "milter/smtp/session.h"

/* What a parameter gives to A; the reply where it is refused, else NULL. */
typedef const char *param_reader(struct smtp_session *s,
    struct smtp_argument *a, struct span value);

static const char unsupported[] = "555 5.5.4 Unsupported option";

/* RFC 1870 3 and 6.1. */
static const char *
read_size(struct smtp_session *s, struct smtp_argument *a,
    struct span value)
{
	uint64_t size = 0;

	(void)a;
	if (value.len == 0 || value.len > 20)
		return "501 5.5.4 Bad message size syntax";
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return "501 5.5.4 Bad message size syntax";
		if (size < UINT64_MAX / 10)
			size = size * 10 + (uint64_t)(value.ptr[i] - '0');
	}
	return size > s->config.message_max ?
	    "552 5.3.4 Message size exceeds fixed limit" : NULL;
}

/* RFC 6152 2; BINARYMIME (RFC 3030) is not offered. */
static const char *
read_body(struct smtp_session *s, struct smtp_argument *a, struct span value)
{
	(void)s;
	a->eight_bit = span_equal_nocase(value, span_of("8BITMIME"));
	return a->eight_bit || span_equal_nocase(value, span_of("7BIT")) ?
	    NULL : unsupported;
}

/* RFC 6531 3.4. */
static const char *
read_smtputf8(struct smtp_session *s, struct smtp_argument *a,
    struct span value)
{
	if (!(s->config.features & SMTP_SMTPUTF8) || value.len > 0)
		return unsupported;
	a->smtputf8 = true;
	return NULL;
}

/* RFC 4954 5: whom the client says it is from. */
static const char *
read_auth(struct smtp_session *s, struct smtp_argument *a, struct span value)
{
	if (!(s->config.features & SMTP_AUTH) || value.len == 0)
		return unsupported;
	a->author = value;
	return NULL;
}

/* RFC 3461: not offered, but what was recorded elsewhere may have it. */
static const char *
read_recorded(struct smtp_session *s, struct smtp_argument *a,
    struct span value)
{
	(void)a;
	return s->config.trust && value.len > 0 ? NULL : unsupported;
}

static const struct param_kind {
	enum event_kind command;
	const char *name;
	param_reader *read;
} param_kinds[] = {
	{ EVENT_MAIL, "SIZE", read_size },
	{ EVENT_MAIL, "BODY", read_body },
	{ EVENT_MAIL, "SMTPUTF8", read_smtputf8 },
	{ EVENT_MAIL, "AUTH", read_auth },
	{ EVENT_MAIL, "RET", read_recorded },
	{ EVENT_MAIL, "ENVID", read_recorded },
	{ EVENT_RCPT, "NOTIFY", read_recorded },
	{ EVENT_RCPT, "ORCPT", read_recorded },
};

#define PARAM_KINDS (sizeof param_kinds / sizeof param_kinds[0])

static const char *
read_param(struct smtp_session *s, enum event_kind command,
    struct smtp_argument *a, const struct smtp_param *param)
{
	for (size_t i = 0; i < PARAM_KINDS; i++)
		if (param_kinds[i].command == command &&
		    span_equal_nocase(param->name,
			span_of(param_kinds[i].name)))
			return param_kinds[i].read(s, a, param->value);
	return unsupported;
}

/* -1: a parameter is refused, and that is said. */
static int
read_params(struct smtp_session *s, enum event_kind command,
    struct smtp_argument *a, struct span rest, struct buffer *out)
{
	struct smtp_param param;
	int more;

	while ((more = smtp_param_next(&rest, &param)) != 0) {
		const char *problem = more < 0 ||
		    a->param_count == SMTP_PARAMS_MAX ? unsupported :
		    read_param(s, command, a, &param);

		if (problem == unsupported)
			smtp_say(out, "%s: %.*s", problem,
			    (int)param.text.len, param.text.ptr);
		else if (problem != NULL)
			smtp_say(out, "%s", problem);
		if (problem != NULL)
			return -1;
		a->params[a->param_count++] = param.text;
	}
	return 0;
}

/* Does ARGS begin with KEYWORD, "FROM:" or "TO:"? It is taken off then. */
static bool
take_keyword(struct span *args, const char *keyword)
{
	struct span head = span_of(keyword);

	if (!span_starts_with_nocase(*args, head))
		return false;
	*args = span_trim(span_skip(*args, head.len));
	return args->len > 0;
}

int
smtp_argument_read(struct smtp_session *s, enum event_kind command,
    struct span args, struct smtp_argument *a, struct buffer *out)
{
	bool mail = command == EVENT_MAIL;

	*a = (struct smtp_argument){ .param_count = 0 };
	if (!take_keyword(&args, mail ? "FROM:" : "TO:")) {
		smtp_say(out, mail ? "501 5.5.4 Syntax: MAIL FROM:<address>" :
		    "501 5.5.4 Syntax: RCPT TO:<address>");
		return -1;
	}
	if (smtp_path_read(&args, &a->path) < 0 ||
	    (!mail && a->path.address.len == 0)) {
		smtp_say(out, mail ? "501 5.1.7 Bad sender address syntax" :
		    "501 5.1.3 Bad recipient address syntax");
		return -1;
	}
	return read_params(s, command, a, args, out);
}
