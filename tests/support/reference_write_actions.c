/*
 * reference_write_actions.c - the actions of a case as a rule file has them.
 */
#include "config.h"

#include "tests/support/reference_write.h"

static void
write_piece(const struct ref_piece *p, struct buffer *out)
{
	buffer_add_text(out, "${");
	if (p->kind == REF_PIECE_FACT)
		buffer_add_text(out, ref_facts[p->fact].name);
	else if (p->kind == REF_PIECE_NAME)
		buffer_add_text(out, p->name);
	else
		buffer_addf(out, "%d", p->group);
	if (p->fallback != NULL)
		buffer_addf(out, "|%s", p->fallback);
	buffer_add_text(out, "}");
}

void
ref_write_template(const struct ref_template *t, struct buffer *out)
{
	size_t i;

	buffer_addf(out, "'%s", t->text);
	if (t->number >= 0)
		buffer_addf(out, "%d", t->number);
	for (i = 0; i < t->count; i++) {
		buffer_add_text(out, t->between);
		write_piece(&t->pieces[i], out);
	}
	buffer_add_text(out, "'");
}

static void
write_match(const struct ref_action *a, struct buffer *out)
{
	if (a->match >= 0)
		buffer_addf(out, "match: '%s'", ref_patterns[a->match].pcre);
}

static void
write_name(const struct ref_action *a, struct buffer *out)
{
	if (strchr(a->name, '|') != NULL)
		buffer_addf(out, "name: '/^(%s)$/i'", a->name);
	else
		buffer_addf(out, "name: %s", a->name);
}

static void
write_removal(const struct ref_action *a, struct buffer *out)
{
	if (a->match < 0 && a->nth == 0 && strchr(a->name, '|') == NULL) {
		buffer_addf(out, "%s}", a->name);
		return;
	}
	buffer_add_text(out, "{");
	write_name(a, out);
	buffer_add_text(out, a->match >= 0 ? ", " : "");
	write_match(a, out);
	if (a->nth != 0)
		buffer_addf(out, ", nth: %d", a->nth);
	buffer_add_text(out, "}}");
}

static void
write_header(const struct ref_action *a, struct buffer *out)
{
	buffer_add_text(out, "{");
	write_name(a, out);
	buffer_addf(out, ", %s: ",
	    a->kind == REF_REWRITE_HEADER ? "with" : "value");
	ref_write_template(&a->value, out);
	if (a->at_top)
		buffer_add_text(out, ", at: top");
	if (a->kind == REF_REWRITE_HEADER) {
		buffer_add_text(out, ", ");
		write_match(a, out);
	}
	if (a->all)
		buffer_add_text(out, ", all: true");
	if (a->or_add)
		buffer_add_text(out, ", or_add: true");
	buffer_add_text(out, "}}");
}

static void
write_recipient(const struct ref_action *a, struct buffer *out)
{
	if (a->kind == REF_REMOVE_RECIPIENT && a->match >= 0) {
		buffer_addf(out, "'%s'}", ref_patterns[a->match].pcre);
		return;
	}
	if (a->kind == REF_REMOVE_RECIPIENT) {
		ref_write_template(&a->value, out);
		buffer_add_text(out, "}");
		return;
	}
	buffer_add_text(out, "{");
	write_match(a, out);
	buffer_add_text(out, ", with: ");
	ref_write_template(&a->value, out);
	buffer_addf(out, "%s}}", a->all ? ", all: true" : "");
}

void
ref_write_action(const struct ref_action *a, struct buffer *out)
{
	static const char *const words[REF_ACTION_KINDS] = { "add_header",
		"set_header", "remove_header", "rewrite_header", "set_sender",
		"add_recipient", "remove_recipient", "rewrite_recipient",
		"quarantine", "score", "label", "set", "log" };

	buffer_addf(out, "{%s: ", words[a->kind]);
	switch (a->kind) {
	case REF_REMOVE_HEADER:
		write_removal(a, out);
		return;
	case REF_ADD_HEADER:
	case REF_SET_HEADER:
	case REF_REWRITE_HEADER:
		write_header(a, out);
		return;
	case REF_REMOVE_RECIPIENT:
	case REF_REWRITE_RECIPIENT:
		write_recipient(a, out);
		return;
	case REF_WRITE_SCORE:
		buffer_add_text(out, a->score);
		break;
	case REF_WRITE_LABEL:
		buffer_add_text(out, a->name);
		break;
	case REF_WRITE_VAR:
		buffer_addf(out, "{%s: ", a->var == REF_VAR_A ? "a" : "b");
		ref_write_template(&a->value, out);
		buffer_add_text(out, "}");
		break;
	case REF_SET_SENDER:
	case REF_ADD_RECIPIENT:
	case REF_QUARANTINE:
	case REF_LOG:
	case REF_ACTION_KINDS:
		ref_write_template(&a->value, out);
		break;
	}
	buffer_add_text(out, "}");
}
