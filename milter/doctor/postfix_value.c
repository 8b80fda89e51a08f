/*
 * postfix_value.c - what a parameter of Postfix comes to.
 *
 * Of a parameter that is set twice the last one counts, and an option of a
 * service goes before main.cf. $name, ${name} and $(name) are put in;
 * conditions such as ${name?text} are not understood.
 *
 * Failure: -1. Parameters may name each other in a ring, or each other twice:
 * depth and number are bounded.
 */
#include "config.h"

#include "milter/doctor/postfix_config.h"

#define DEPTH_MAX 10
#define NAMES_MAX 200

/* postconf(5), as far as they are asked for here. */
static const struct {
	const char *name;
	const char *value;
} default_table[] = {
	{ "compatibility_level", "0" },
	{ "mail_owner", "postfix" },
	{ "milter_default_action", "tempfail" },
	{ "milter_protocol", "6" },
	{ "queue_directory", "/var/spool/postfix" },
};

struct expansion {
	const struct postfix_config *config;
	const struct postfix_service *service;
	struct buffer *out;
	unsigned left;		/* names that may still be put in */
};

static const char *
last_of(const struct postfix_parameters *list, struct span name)
{
	for (size_t i = list->count; i > 0; i--)
		if (span_is(name, list->at[i - 1].name))
			return list->at[i - 1].value;
	return NULL;
}

static const char *
find(const struct expansion *e, struct span name)
{
	size_t count = sizeof default_table / sizeof default_table[0];
	const char *value = NULL;

	if (e->service != NULL)
		value = last_of(&e->service->options, name);
	if (value == NULL)
		value = last_of(&e->config->main, name);
	for (size_t i = 0; i < count && value == NULL; i++)
		if (span_is(name, default_table[i].name))
			value = default_table[i].value;
	return value != NULL ? value : "";
}

static bool
is_name_char(char c)
{
	char l = ascii_lower(c);

	return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Take a name off *TEXT, from behind its '$'; -1: it is none. */
static int
take_name(struct span *text, struct span *name)
{
	char open = text->len > 0 ? text->ptr[0] : '\0';
	char close = open == '{' ? '}' : open == '(' ? ')' : '\0';
	size_t length = 0;

	if (close != '\0')
		*text = span_skip(*text, 1);
	while (length < text->len && is_name_char(text->ptr[length]))
		length++;
	*name = span_head(*text, length);
	*text = span_skip(*text, length);
	if (close == '\0')
		return length > 0 ? 0 : -1;
	if (length == 0 || text->len == 0 || text->ptr[0] != close)
		return -1;
	*text = span_skip(*text, 1);
	return 0;
}

static int
expand(struct expansion *e, struct span text, unsigned depth)
{
	struct span name;

	while (text.len > 0) {
		size_t plain = span_find(text, '$');

		buffer_add(e->out, span_head(text, plain));
		text = span_skip(text, plain);
		if (text.len == 0)
			break;
		text = span_skip(text, 1);
		if (text.len > 0 && text.ptr[0] == '$') {
			buffer_add_char(e->out, '$');
			text = span_skip(text, 1);
			continue;
		}
		if (depth == 0 || e->left == 0 || take_name(&text, &name) < 0)
			return -1;
		e->left--;
		if (expand(e, span_of(find(e, name)), depth - 1) < 0)
			return -1;
	}
	return e->out->overflow ? -1 : 0;
}

bool
postfix_is_set(const struct postfix_parameters *list, const char *name)
{
	return last_of(list, span_of(name)) != NULL;
}

int
postfix_value(const struct postfix_config *c,
    const struct postfix_service *s, const char *name, struct buffer *out)
{
	struct expansion e = { .config = c, .service = s, .out = out,
	    .left = NAMES_MAX };

	buffer_init(out, POSTFIX_VALUE_MAX);
	return expand(&e, span_of(find(&e, span_of(name))), DEPTH_MAX);
}

/* COMPATIBILITY_README: '-' is y until compatibility_level is 1. */
bool
postfix_is_chrooted(const struct postfix_config *c,
    const struct postfix_service *s)
{
	struct buffer level;
	bool old;

	if (strcmp(s->chroot, "-") != 0)
		return strcmp(s->chroot, "y") == 0;
	old = postfix_value(c, NULL, "compatibility_level", &level) == 0 &&
	    (level.len == 0 || level.ptr[0] == '0');
	buffer_release(&level);
	return old;
}
