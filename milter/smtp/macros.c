/*
 * macros.c - the symbols that go with each event, as Postfix sends them.
 *
 * at[] holds what was given from outside, then the session's own of which none
 * of the same name was given. It is made anew only when something has changed,
 * for a message has many events.
 *
 * Failure: a set that would pass its bounds is refused whole.
 */
#include "config.h"

#include <stdlib.h>

#include "milter/smtp/macros.h"

static const char *const own_names[MACRO_OWN] = {
	[MACRO_J] = "j",
	[MACRO_CLIENT] = "_",
	[MACRO_V] = "v",
	[MACRO_DAEMON_NAME] = "daemon_name",
	[MACRO_DAEMON_ADDR] = "daemon_addr",
	[MACRO_AUTH_TYPE] = "auth_type",
	[MACRO_AUTH_AUTHEN] = "auth_authen",
	[MACRO_AUTH_AUTHOR] = "auth_author",
	[MACRO_MAIL_ADDR] = "mail_addr",
	[MACRO_MAIL_HOST] = "mail_host",
	[MACRO_MAIL_MAILER] = "mail_mailer",
	[MACRO_I] = "i",
	[MACRO_RCPT_ADDR] = "rcpt_addr",
	[MACRO_RCPT_HOST] = "rcpt_host",
	[MACRO_RCPT_MAILER] = "rcpt_mailer",
};

/* Where NAME stands among the first COUNT; COUNT when it does not. */
static size_t
find(const struct macro *at, size_t count, struct span name)
{
	size_t i = 0;

	while (i < count && !span_equal(at[i].name, name))
		i++;
	return i;
}

void
smtp_macros_set(struct smtp_macros *m, enum smtp_macro name,
    struct span value)
{
	/* A value of no bytes is known all the same. */
	if (value.ptr == NULL)
		value.ptr = "";
	m->own[name] = value;
	m->stale = true;
}

void
smtp_macros_forget(struct smtp_macros *m, enum smtp_macro first,
    enum smtp_macro last)
{
	for (unsigned i = first; i <= last; i++)
		m->own[i] = span_make(NULL, 0);
	m->stale = true;
}

struct span
smtp_macros_value(struct smtp_macros *m, enum smtp_macro name)
{
	size_t i = find(m->at, m->given, span_of(own_names[name]));

	return i < m->given ? m->at[i].value : m->own[name];
}

void
smtp_macros_update(struct smtp_macros *m)
{
	if (!m->stale)
		return;
	m->count = m->given;
	for (size_t i = 0; i < MACRO_OWN; i++) {
		struct span name = span_of(own_names[i]);

		if (m->own[i].ptr != NULL &&
		    find(m->at, m->given, name) == m->given)
			m->at[m->count++] =
			    (struct macro){ .name = name, .value = m->own[i] };
	}
	m->stale = false;
}

/* Copy S to *TO, which moves behind it. */
static struct span
put(char **to, struct span s)
{
	struct span copy = span_make(*to, s.len);

	if (s.len > 0)
		memcpy(*to, s.ptr, s.len);
	*to += s.len;
	return copy;
}

/* Write the COUNT macros of AT into one new block. */
static int
settle(struct smtp_macros *m, const struct macro *at, size_t count)
{
	size_t need = 1;	/* so that no block is empty */
	char *text, *to;

	for (size_t i = 0; i < count; i++) {
		if (at[i].name.len > MACROS_TEXT_MAX - need)
			return -1;
		need += at[i].name.len;
		if (at[i].value.len > MACROS_TEXT_MAX - need)
			return -1;
		need += at[i].value.len;
	}
	text = malloc(need);
	if (text == NULL)
		return -1;
	to = text;
	for (size_t i = 0; i < count; i++)
		m->at[i] = (struct macro){ .name = put(&to, at[i].name),
			.value = put(&to, at[i].value) };
	free(m->text);
	m->text = text;
	m->given = count;
	m->stale = true;
	return 0;
}

int
smtp_macros_give(struct smtp_macros *m, const struct macro *macros,
    size_t count)
{
	struct macro all[MACROS_GIVEN_MAX];
	size_t known = m->given;

	memcpy(all, m->at, known * sizeof all[0]);
	for (size_t i = 0; i < count; i++) {
		struct macro new =
		    macro_make(macros[i].name, macros[i].value);
		size_t place = find(all, known, new.name);

		if (place == MACROS_GIVEN_MAX)
			return -1;
		known += place == known;
		all[place] = new;
	}
	return settle(m, all, known);
}

void
smtp_macros_release(struct smtp_macros *m)
{
	free(m->text);
	m->text = NULL;
	m->given = 0;
	m->stale = true;
}
