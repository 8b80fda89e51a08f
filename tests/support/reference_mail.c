/*
 * reference_mail.c - a message as it is edited, by a rule or by an MTA.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/reference_mail.h"

static void
put_text(char *out, size_t size, struct span text)
{
	size_t i, n = 0;

	for (i = 0; i < text.len && n + 1 < size; i++)
		if (text.ptr[i] != '\n')
			out[n++] = text.ptr[i];
	out[n] = '\0';
}

void
ref_mail_set(struct ref_mail *mail, size_t i, struct span value)
{
	put_text(mail->fields[i].value, REF_TEXT_MAX, span_trim(value));
}

void
ref_mail_send(struct ref_mail *mail, struct span address)
{
	put_text(mail->sender, REF_ADDRESS_MAX, address);
}

void
ref_mail_hold(struct ref_mail *mail, struct span reason)
{
	if (mail->quarantine[0] == '\0')
		put_text(mail->quarantine, REF_TEXT_MAX,
		    span_trim(reason));
}

void
ref_mail_insert(struct ref_mail *mail, size_t i, struct span name,
    struct span value)
{
	memmove(&mail->fields[i + 1], &mail->fields[i],
	    (mail->field_count - i) * sizeof mail->fields[0]);
	mail->field_count++;
	put_text(mail->fields[i].name, sizeof mail->fields[i].name, name);
	ref_mail_set(mail, i, value);
}

void
ref_mail_take_out(struct ref_mail *mail, size_t i)
{
	mail->field_count--;
	memmove(&mail->fields[i], &mail->fields[i + 1],
	    (mail->field_count - i) * sizeof mail->fields[0]);
}

/* Where ADDRESS is among COUNT; COUNT if it is not. */
static size_t
find(const struct ref_mail *mail, const char (*addresses)[REF_ADDRESS_MAX],
    size_t count, struct span address)
{
	struct span one;
	size_t i;

	for (i = 0; i < count; i++) {
		one = span_of(addresses[i]);
		if (mail->exact ? span_equal(one, address) :
		    span_equal_nocase(one, address))
			break;
	}
	return i;
}

void
ref_mail_add(struct ref_mail *mail, struct span address)
{
	size_t i = find(mail, mail->spelt, mail->spelt_count, address);

	if (i == mail->spelt_count)
		put_text(mail->spelt[mail->spelt_count++], REF_ADDRESS_MAX,
		    address);
	if (find(mail, mail->recipients, mail->recipient_count, address) ==
	    mail->recipient_count)
		strcpy(mail->recipients[mail->recipient_count++],
		    mail->spelt[i]);
}

void
ref_mail_drop(struct ref_mail *mail, struct span address)
{
	size_t i = find(mail, mail->recipients, mail->recipient_count,
	    address);

	if (i == mail->recipient_count)
		return;
	mail->recipient_count--;
	memmove(mail->recipients[i], mail->recipients[i + 1],
	    (mail->recipient_count - i) * REF_ADDRESS_MAX);
}

void
ref_mail_keep(struct ref_mail *mail, const struct ref_mail *before)
{
	memcpy(mail->recipients, before->recipients,
	    sizeof mail->recipients);
	mail->recipient_count = before->recipient_count;
}

void
ref_mail_init(struct ref_mail *mail, const struct ref_message *m,
    const bool *refused, bool exact)
{
	size_t i;

	mail->exact = exact;
	mail->field_count = mail->recipient_count = mail->spelt_count = 0;
	mail->quarantine[0] = '\0';
	for (i = 0; i < m->field_count; i++)
		ref_mail_insert(mail, i, span_of(m->fields[i].name),
		    span_of(m->fields[i].value));
	ref_mail_send(mail, span_of(m->sender));
	for (i = 0; i < m->recipient_count; i++)
		if (!refused[m->recipients[i].first])
			ref_mail_add(mail, span_of(m->recipients[i].address));
}

/* The field that E is about; the number of fields if there is none. */
static size_t
find_field(const struct ref_mail *mail, const struct edit *e)
{
	unsigned place = 0;
	size_t i;

	for (i = 0; i < mail->field_count; i++)
		if (span_equal_nocase(span_of(mail->fields[i].name),
		    e->name) && ++place == e->index)
			break;
	return i;
}

static bool
obey_header(struct ref_mail *mail, const struct edit *e)
{
	size_t i;

	if (e->kind == EDIT_ADD_HEADER || e->kind == EDIT_INSERT_HEADER) {
		if (mail->field_count == REF_MAIL_FIELDS)
			return false;
		ref_mail_insert(mail, e->kind == EDIT_INSERT_HEADER ? 0 :
		    mail->field_count, e->name, e->value);
		return true;
	}
	i = find_field(mail, e);
	if (i == mail->field_count)
		return false;
	if (e->kind == EDIT_CHANGE_HEADER)
		ref_mail_set(mail, i, e->value);
	else
		ref_mail_take_out(mail, i);
	return true;
}

bool
ref_mail_obey(struct ref_mail *mail, const struct edit *e)
{
	size_t before = mail->recipient_count;

	switch (e->kind) {
	case EDIT_ADD_HEADER:
	case EDIT_INSERT_HEADER:
	case EDIT_CHANGE_HEADER:
	case EDIT_REMOVE_HEADER:
		return obey_header(mail, e);
	case EDIT_SET_SENDER:
		ref_mail_send(mail, e->value);
		break;
	case EDIT_ADD_RECIPIENT:
		if (before == REF_MAIL_RECIPIENTS)
			return false;
		ref_mail_add(mail, e->value);
		break;
	case EDIT_REMOVE_RECIPIENT:
		ref_mail_drop(mail, e->value);
		return mail->recipient_count < before;
	case EDIT_REPLACE_BODY:	/* no action that is made does so */
		return false;
	case EDIT_QUARANTINE:
		ref_mail_hold(mail, e->value);
		break;
	}
	return true;
}

static void
lower(char *text)
{
	for (; *text != '\0'; text++)
		*text = ascii_lower(*text);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

void
ref_mail_tell(struct ref_mail *mail, struct ref_result *r)
{
	size_t i, len = 0;

	r->header[0] = r->recipients[0] = '\0';
	for (i = 0; i < mail->field_count && len < sizeof r->header; i++) {
		lower(mail->fields[i].name);
		len += (size_t)snprintf(r->header + len, sizeof r->header - len,
		    "%s: %s\n", mail->fields[i].name, mail->fields[i].value);
	}
	lower(mail->sender);
	snprintf(r->sender, sizeof r->sender, "%s", mail->sender);
	for (i = 0; i < mail->recipient_count; i++)
		lower(mail->recipients[i]);
	qsort(mail->recipients, mail->recipient_count, REF_ADDRESS_MAX,
	    compare);
	for (i = len = 0; i < mail->recipient_count; i++)
		if (i == 0 || strcmp(mail->recipients[i - 1],
		    mail->recipients[i]) != 0)
			len += (size_t)snprintf(r->recipients + len,
			    sizeof r->recipients - len, "%s\n",
			    mail->recipients[i]);
	snprintf(r->quarantine, sizeof r->quarantine, "%s", mail->quarantine);
}
