/*
 * reference_edit.c - what the actions of rules do to a message.
 */
#include "config.h"

#include <stdio.h>

#include "tests/support/reference_mail.h"

/* RFC 5321 4.1.2, as far as a case has addresses: no blanks, one '@' between
 * two parts, the second of which is a domain. */
static bool
is_address(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at > text && at[1] != '\0' &&
	    strpbrk(at + 1, "@=") == NULL && strpbrk(text, " <>") == NULL;
}

/*
 * Replace the first match in VALUE, or all; what replaces it is expanded anew
 * for each. The patterns of a case match the same with what is before cut off,
 * but for those with '^'. False: there is none.
 */
static bool
rewrite(const struct ref_view *v, size_t k, const struct ref_action *a,
    const char *value, char out[REF_TEXT_MAX])
{
	bool anchored = strchr(ref_patterns[a->match].posix, '^') != NULL;
	char with[REF_TEXT_MAX];
	struct ref_groups g;
	bool any = false;

	out[0] = '\0';
	while (ref_match_pattern(a->match, value, &g) == 'y') {
		any = true;
		ref_expand(v, k, &a->value, &g, value, with);
		strncat(out, value, (size_t)g.from[0]);
		strncat(out, with, REF_TEXT_MAX - 1 - strlen(out));
		value += g.to[0];
		if (!a->all || anchored || value[0] == '\0')
			break;
	}
	strncat(out, value, REF_TEXT_MAX - 1 - strlen(out));
	return any;
}

/* Is field I one of those that A names? "a|b" stands for a regex. */
static bool
is_named(const struct ref_mail *mail, size_t i, const struct ref_action *a)
{
	struct span name = span_of(mail->fields[i].name);

	if (strchr(a->name, '|') != NULL)
		return span_equal_nocase(name, span_of("a")) ||
		    span_equal_nocase(name, span_of("b"));
	return span_equal_nocase(name, span_of(a->name));
}

/* A match that fails leaves all fields in place. */
static void
remove_fields(struct ref_mail *mail, const struct ref_action *a)
{
	bool meant[REF_MAIL_FIELDS];
	int place = 0, all = 0;
	size_t i, k;
	char answer;

	for (i = 0; i < mail->field_count; i++) {
		meant[i] = is_named(mail, i, a);
		if (!meant[i] || a->match < 0)
			continue;
		answer = ref_match_pattern(a->match, mail->fields[i].value,
		    NULL);
		if (answer == 'f')
			return;
		meant[i] = answer == 'y';
	}
	for (i = 0; i < mail->field_count; i++)
		all += meant[i];
	for (i = k = 0; i < mail->field_count; k++) {
		place += meant[k];
		if (meant[k] && (a->nth == 0 || a->nth == place ||
		    a->nth == place - all - 1))
			ref_mail_take_out(mail, i);
		else
			i++;
	}
}

static void
set_field(struct ref_mail *mail, const struct ref_action *a, const char *text)
{
	bool set = false;
	size_t i;

	for (i = 0; i < mail->field_count; i++) {
		if (!is_named(mail, i, a))
			continue;
		if (set)
			ref_mail_take_out(mail, i--);
		else
			ref_mail_set(mail, i, span_of(text));
		set = true;
	}
	if (!set)
		ref_mail_insert(mail, mail->field_count, span_of(a->name),
		    span_of(text));
}

static void
rewrite_fields(struct ref_mail *mail, const struct ref_view *v, size_t k,
    const struct ref_action *a)
{
	struct ref_groups none = { { -1, -1, -1 }, { -1, -1, -1 } };
	char out[REF_TEXT_MAX];
	bool any = false;
	size_t i;

	for (i = 0; i < mail->field_count; i++) {
		if (!is_named(mail, i, a))
			continue;
		any = true;
		if (rewrite(v, k, a, mail->fields[i].value, out))
			ref_mail_set(mail, i, span_of(out));
	}
	if (any || !a->or_add)
		return;
	ref_expand(v, k, &a->value, &none, "", out);
	ref_mail_insert(mail, mail->field_count, span_of(a->name),
	    span_of(out));
}

static void
remove_recipients(struct ref_mail *mail, const struct ref_action *a,
    const char *text)
{
	size_t i;

	if (a->match < 0) {
		ref_mail_drop(mail, span_of(text));
		return;
	}
	for (i = mail->recipient_count; i-- > 0;)
		if (ref_match_pattern(a->match, mail->recipients[i], NULL) ==
		    'y')
			ref_mail_drop(mail, span_of(mail->recipients[i]));
}

static void
rewrite_recipients(struct ref_mail *mail, const struct ref_view *v, size_t k,
    const struct ref_action *a)
{
	char before[REF_MAIL_RECIPIENTS][REF_ADDRESS_MAX], out[REF_TEXT_MAX];
	size_t i, count = mail->recipient_count;

	memcpy(before, mail->recipients, count * REF_ADDRESS_MAX);
	mail->recipient_count = 0;
	for (i = 0; i < count; i++)
		if (rewrite(v, k, a, before[i], out) && is_address(out))
			ref_mail_add(mail, span_of(out));
		else
			ref_mail_add(mail, span_of(before[i]));
}

static void
edit_envelope(struct ref_mail *mail, const struct ref_view *v, size_t k,
    const struct ref_action *a, const char *text)
{
	if (a->kind == REF_REWRITE_RECIPIENT)
		rewrite_recipients(mail, v, k, a);
	else if (a->kind == REF_REMOVE_RECIPIENT)
		remove_recipients(mail, a, text);
	else if (a->kind == REF_ADD_RECIPIENT && is_address(text))
		ref_mail_add(mail, span_of(text));
	else if (a->kind == REF_SET_SENDER && (is_address(text) ||
	    strcmp(text, "<>") == 0))
		ref_mail_send(mail, span_of(text));
}

static void
edit(struct ref_mail *mail, const struct ref_view *v, size_t k,
    const struct ref_action *a)
{
	char text[REF_TEXT_MAX];

	if (a->kind == REF_REWRITE_HEADER) {
		rewrite_fields(mail, v, k, a);
		return;
	}
	if (a->kind == REF_REWRITE_RECIPIENT)
		text[0] = '\0';
	else
		ref_expand(v, k, &a->value, NULL, NULL, text);
	if (a->kind == REF_ADD_HEADER)
		ref_mail_insert(mail, a->at_top ? 0 : mail->field_count,
		    span_of(a->name), span_of(text));
	else if (a->kind == REF_SET_HEADER)
		set_field(mail, a, text);
	else if (a->kind == REF_REMOVE_HEADER)
		remove_fields(mail, a);
	else if (a->kind == REF_QUARANTINE)
		ref_mail_hold(mail, span_of(text));
	else
		edit_envelope(mail, v, k, a, text);
}

void
ref_mail_edit(struct ref_mail *mail, const struct ref_view *v, size_t k)
{
	const struct ref_rule *r = &v->c->policy.rules[k];
	const struct ref_action *a;

	for (a = r->actions; a < r->actions + r->action_count; a++)
		if (a->kind <= REF_QUARANTINE)
			edit(mail, v, k, a);
}
