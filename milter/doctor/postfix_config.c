/*
 * postfix_config.c - read main.cf and master.cf.
 *
 * Both are logical lines: one that begins with white space goes on with the
 * one above it, and neither comments nor empty lines end one (postconf(5)).
 *
 * Failure: an error that names the file. A line that makes no sense is for
 * Postfix to complain of, and is passed.
 */
#include "config.h"

#include <limits.h>
#include <stdlib.h>

#include "milter/doctor/postfix_config.h"
#include "rules/base/read_file.h"
#include "rules/base/xmalloc.h"

static bool
is_white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct span
trim_white(struct span s)
{
	while (s.len > 0 && is_white(s.ptr[0]))
		s = span_skip(s, 1);
	while (s.len > 0 && is_white(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* Take the next logical line off *REST, into LINE; false: there is none. */
static bool
take_line(struct span *rest, struct buffer *line)
{
	buffer_clear(line);
	while (rest->len > 0) {
		struct span piece = span_head(*rest, span_find(*rest, '\n'));
		struct span text = trim_white(piece);
		bool silent = text.len == 0 || text.ptr[0] == '#';

		if (!silent && !is_white(piece.ptr[0]) && line->len > 0)
			break;
		*rest = span_skip(*rest, piece.len + 1);
		if (silent)
			continue;
		if (line->len > 0)
			buffer_add_char(line, ' ');
		buffer_add(line, text);
	}
	return line->len > 0;
}

/* "NAME = VALUE"; what has no '=' is no parameter. */
static void
add_parameter(struct postfix_parameters *list, struct span text)
{
	size_t equal = span_find(text, '=');

	if (equal == text.len)
		return;
	if ((list->count & (list->count - 1)) == 0)
		list->at = xreallocarray(list->at, list->count * 2 + 1,
		    sizeof *list->at);
	list->at[list->count++] = (struct postfix_parameter){
		.name = xspandup(trim_white(span_head(text, equal))),
		.value = xspandup(trim_white(span_skip(text, equal + 1))),
	};
}

/* How long is what stands in braces at the front of TEXT, with them? */
static size_t
braced_length(struct span text)
{
	size_t depth = 0, i;

	for (i = 0; i < text.len; i++) {
		depth += text.ptr[i] == '{';
		depth -= text.ptr[i] == '}';
		if (depth == 0)
			return i + 1;
	}
	return i;
}

static bool
ends_word(char c, const char *separators)
{
	return is_white(c) || (c != '\0' && strchr(separators, c) != NULL);
}

bool
postfix_take_word(struct span *rest, const char *separators,
    struct span *word)
{
	size_t length = 0;

	while (rest->len > 0 && ends_word(rest->ptr[0], separators))
		*rest = span_skip(*rest, 1);
	if (rest->len == 0)
		return false;
	if (rest->ptr[0] == '{') {
		length = braced_length(*rest);
		*word = span_skip(span_head(*rest, length), 1);
		if (word->len > 0 && word->ptr[word->len - 1] == '}')
			word->len--;
		*word = trim_white(*word);
	} else {
		while (length < rest->len &&
		    !ends_word(rest->ptr[length], separators))
			length++;
		*word = span_head(*rest, length);
	}
	*rest = span_skip(*rest, length);
	return true;
}

/* Arguments of a service; options other than -o say nothing to us. */
static void
add_options(struct postfix_service *s, struct span rest)
{
	struct span word;

	while (postfix_take_word(&rest, "", &word)) {
		if (!span_starts_with(word, span_of("-o")))
			continue;
		word = span_skip(word, 2);
		if (word.len > 0 || postfix_take_word(&rest, "", &word))
			add_parameter(&s->options, word);
	}
}

/* master(5): name type private unprivileged chroot wakeup maxproc command */
static void
add_service(struct postfix_config *c, struct span line)
{
	struct span field[8];

	for (size_t i = 0; i < sizeof field / sizeof field[0]; i++)
		if (!postfix_take_word(&line, "", &field[i]))
			return;
	if ((c->service_count & (c->service_count - 1)) == 0)
		c->services = xreallocarray(c->services,
		    c->service_count * 2 + 1, sizeof *c->services);
	c->services[c->service_count] = (struct postfix_service){
		.name = xspandup(field[0]),
		.type = xspandup(field[1]),
		.chroot = xspandup(field[4]),
		.command = xspandup(field[7]),
	};
	add_options(&c->services[c->service_count++], line);
}

/* The logical lines of FILE in FOLDER; master.cf is services. */
static int
read_lines(struct postfix_config *c, const char *folder, const char *file,
    struct error *error)
{
	char path[PATH_MAX];
	struct buffer text, line;
	struct error why;
	struct stat found;
	struct span rest;
	int result;

	snprintf(path, sizeof path, "%s/%s", folder, file);
	buffer_init(&line, POSTFIX_FILE_MAX + READ_CHUNK);
	result = read_file(path, POSTFIX_FILE_MAX, &text, &found, &why);
	if (result < 0)
		(void)error_set(error, "cannot read %s: %s", path, why.text);
	rest = buffer_span(&text);
	while (result == 0 && take_line(&rest, &line))
		if (strcmp(file, "master.cf") == 0)
			add_service(c, buffer_span(&line));
		else
			add_parameter(&c->main, buffer_span(&line));
	buffer_release(&text);
	buffer_release(&line);
	return result;
}

int
postfix_config_read(struct postfix_config *c, const char *folder,
    struct error *error)
{
	*c = (struct postfix_config){ .services = NULL };
	if (read_lines(c, folder, "main.cf", error) < 0)
		return -1;
	return read_lines(c, folder, "master.cf", error);
}

static void
release_parameters(struct postfix_parameters *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->at[i].name);
		free(list->at[i].value);
	}
	free(list->at);
}

void
postfix_config_release(struct postfix_config *c)
{
	for (size_t i = 0; i < c->service_count; i++) {
		struct postfix_service *s = &c->services[i];

		free(s->name);
		free(s->type);
		free(s->chroot);
		free(s->command);
		release_parameters(&s->options);
	}
	free(c->services);
	release_parameters(&c->main);
	*c = (struct postfix_config){ .services = NULL };
}
