/*
 * reference_tell.c - the session of a case, for who looks into a difference.
 *
 * It stands as a session file has it, but for what SMTP lines cannot hold.
 */
#include "config.h"

#include "tests/support/reference.h"

static const char *
or_none(const char *text)
{
	return text != NULL ? text : "(none)";
}

static void
tell_content(const struct ref_message *m, struct buffer *out)
{
	size_t i;

	buffer_addf(out, "# queue id %s, macro late %s, body in pieces of %zu "
	    "and %zu bytes\nC: DATA\n", or_none(m->queue_id),
	    or_none(m->late), m->body_split,
	    strlen(m->body) - m->body_split);
	for (i = 0; i < m->field_count; i++)
		buffer_addf(out, "%s: %s\n", m->fields[i].name,
		    m->fields[i].value);
	buffer_addf(out, "\n%s\n.\n", m->body);
}

static void
tell_message(const struct ref_message *m, struct buffer *out)
{
	size_t i;

	for (i = 0; i < m->helo_count; i++)
		buffer_addf(out, "C: HELO %s\n", m->helos[i]);
	if (m->unknown[0] != NULL)
		buffer_addf(out, "C: %s\n", m->unknown[0]);
	buffer_addf(out, "# time %lld, login %s\n", (long long)m->time,
	    or_none(m->auth));
	buffer_addf(out, m->sender_local != NULL ? "C: MAIL FROM:<%s>" :
	    "C: MAIL FROM:%s", m->sender);
	for (i = 0; i < m->param_count; i++)
		buffer_addf(out, " %s", m->params[i]);
	buffer_add_char(out, '\n');
	for (i = 0; i < m->recipient_count; i++) {
		buffer_addf(out, "# macro rcpt_host %s\n",
		    or_none(m->recipients[i].host));
		buffer_addf(out, "C: RCPT TO:<%s>%s%s\n",
		    m->recipients[i].address,
		    m->recipients[i].param != NULL ? " " : "",
		    m->recipients[i].param != NULL ?
		    m->recipients[i].param : "");
	}
	if (m->unknown[1] != NULL)
		buffer_addf(out, "C: %s\n", m->unknown[1]);
	if (m->reset)
		buffer_add_text(out, "C: RSET\n");
	else
		tell_content(m, out);
}

void
ref_tell(const struct ref_session *s, struct buffer *out)
{
	size_t i;

	buffer_addf(out, "@client %s %s port=%u\n# macro daemon_name %s\n",
	    s->ip, s->name, s->port, or_none(s->daemon));
	for (i = 0; i < s->count; i++)
		tell_message(&s->messages[i], out);
}
