/*
 * callbacks.c - what libmilter calls, translated into events.
 *
 * A callback makes an event and hands it on; it never decides. libmilter calls
 * them in any order: a peer may begin with MAIL, or connect and close, so each
 * gets the session or makes it. Without one (no memory) the answer is
 * SMFIS_TEMPFAIL.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include <libmilter/mfapi.h>

#include "milter/daemon/callbacks.h"
#include "milter/daemon/negotiate.h"
#include "milter/daemon/session.h"

#define UNKNOWN_LINE_MAX 2048
#define FULL_PIECE 65535	/* of the body: MILTER_CHUNK_SIZE of all MTAs */

static sfsistat
step(SMFICTX *ctx, struct event event)
{
	struct session *s = session_get(ctx);

	return s != NULL ? session_step(s, ctx, &event) : SMFIS_TEMPFAIL;
}

static sfsistat
on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *address)
{
	return step(ctx, event_connect(span_of(name), address));
}

static sfsistat
on_helo(SMFICTX *ctx, char *name)
{
	return step(ctx, event_helo(span_of(name)));
}

static sfsistat
envelope(SMFICTX *ctx, enum event_kind kind, char **argv)
{
	struct session *s = session_get(ctx);
	struct event event;
	size_t count;

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	if (session_params(s, argv, &count) < 0)
		return session_fail(s, kind);
	event = kind == EVENT_MAIL ?
	    event_mail(span_of(argv[0]), s->params, count) :
	    event_rcpt(span_of(argv[0]), s->params, count);
	return session_step(s, ctx, &event);
}

static sfsistat
on_mail(SMFICTX *ctx, char **argv)
{
	return envelope(ctx, EVENT_MAIL, argv);
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **argv)
{
	return envelope(ctx, EVENT_RCPT, argv);
}

static sfsistat
on_data(SMFICTX *ctx)
{
	return step(ctx, event_plain(EVENT_DATA));
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *s = session_get(ctx);
	struct event event;

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	event = event_header(span_of(name), span_of(value), &s->scratch);
	if (s->scratch.overflow)
		return session_fail(s, EVENT_HEADER);
	return session_step(s, ctx, &event);
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	return step(ctx, event_plain(EVENT_EOH));
}

/*
 * SMFIS_SKIP ends the body, but must not be the answer to a piece that comes
 * with the end of the message: libmilter would send it twice, and not call
 * on_eom(). Nothing tells such a piece from others but that it is what is left
 * over, and MTAs fill all pieces before it. So only a full one is answered so,
 * which is where there may be more to save.
 */
static sfsistat
on_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
	struct session *s = session_get(ctx);
	struct event event = event_body(span_make((const char *)bytes, len));
	sfsistat answer;

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	answer = session_step(s, ctx, &event);
	if (s->enough && answer == SMFIS_CONTINUE && len >= FULL_PIECE &&
	    (s->protocol & SMFIP_SKIP) != 0)
		return SMFIS_SKIP;
	return answer;
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	return step(ctx, event_plain(EVENT_EOM));
}

/*
 * libmilter hands over the line as the MTA sent it, without its length. Every
 * MTA ends it with a NUL, as the protocol wants; only a peer that breaks the
 * protocol leaves it out, and libmilter then adds none. Such a peer already has
 * the socket, and with it the mail. Still the line is looked at only for rules
 * that read it, and no further than RFC 5321 4.5.3.1.4 lets a line be long,
 * with room for extensions.
 */
static sfsistat
on_unknown(SMFICTX *ctx, const char *line)
{
	struct session *s = session_get(ctx);
	struct event event = event_unknown(span_of(""));

	if (s == NULL)
		return SMFIS_TEMPFAIL;
	if (line != NULL && plan_needs(s->plan, EVENT_UNKNOWN))
		event = event_unknown(span_make(line,
		    strnlen(line, UNKNOWN_LINE_MAX)));
	return session_step(s, ctx, &event);
}

/* There is nothing to abort, or to close, where no session was made. */
static sfsistat
on_abort(SMFICTX *ctx)
{
	struct session *s = session_find(ctx);
	struct event event = event_plain(EVENT_ABORT);

	return s != NULL ? session_step(s, ctx, &event) : SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct session *s = session_find(ctx);
	struct event event = event_plain(EVENT_CLOSE);

	if (s != NULL)
		session_step(s, ctx, &event);
	session_end(ctx);
	return SMFIS_CONTINUE;
}

int
callbacks_register(void)
{
	char name[] = "millgate";	/* copied by libmilter */
	struct smfiDesc filter = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_NONE,	/* negotiate() tells them */
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_header = on_header,
		.xxfi_eoh = on_eoh,
		.xxfi_body = on_body,
		.xxfi_eom = on_eom,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_unknown = on_unknown,
		.xxfi_data = on_data,
		.xxfi_negotiate = negotiate,
	};

	return smfi_register(filter) == MI_SUCCESS ? 0 : -1;
}
