/*
 * failure.c - a filter that is not asked any more, and what the log hears.
 *
 * What the filter said may be quoted in a line, so a line is made printable as
 * a whole before anybody sees it.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "milter/wire/conversation.h"

/* In the words of Postfix, as smtp(8) clients know them. */
static const struct {
	enum verdict_kind kind;
	struct reply reply;
} actions[] = {
	[MILTER_TEMPFAIL] = { VERDICT_TEMPFAIL,
	    { 451, { "4.7.1", 5 },
		{ "Service unavailable - try again later", 37 } } },
	[MILTER_ACCEPT] = { VERDICT_CONTINUE, { 0, { "", 0 }, { "", 0 } } },
	[MILTER_REJECT] = { VERDICT_REJECT,
	    { 550, { "5.5.0", 5 }, { "Service unavailable", 19 } } },
};

static void
say(struct milter *m, const char *text)
{
	char line[2 * ERROR_TEXT_MAX];
	size_t i;

	if (m->config.log == NULL)
		return;
	snprintf(line, sizeof line, "milter %s: %s", m->config.name, text);
	for (i = 0; line[i] != '\0'; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	m->config.log(m->config.self, line);
}

void
milter_log(struct milter *m, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	say(m, text);
}

void
milter_give_up(struct milter *m)
{
	struct error why = m->verdict.error;

	m->verdict = (struct verdict){
		.kind = actions[m->config.on_failure].kind,
		.reply = actions[m->config.on_failure].reply,
		.error = why,
	};
}

void
milter_fail(struct milter *m, const char *format, ...)
{
	struct error *why = &m->verdict.error;
	va_list ap;

	va_start(ap, format);
	vsnprintf(why->text, sizeof why->text, format, ap);
	va_end(ap);
	say(m, why->text);
	m->state = MILTER_FAILED;
	/* An answer that nobody has fetched is not to be believed either. */
	m->answered = m->answered || m->pending != MILTER_PENDING_NONE;
	m->pending = MILTER_PENDING_NONE;
	m->stale = 0;
	buffer_clear(&m->out);
	m->sent = 0;
	packet_reader_reset(&m->in);
	milter_give_up(m);
}
