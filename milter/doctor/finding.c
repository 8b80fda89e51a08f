/*
 * finding.c - gather what the doctor has seen.
 *
 * Failure: none; a text longer than FINDING_TEXT_MAX is cut, with dots.
 */
#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "milter/doctor/finding.h"
#include "rules/base/xmalloc.h"

#define FINDING_TEXT_MAX 8192
#define COMMAND_MAX 65536

__attribute__((format(printf, 1, 0)))
static char *
format_text(const char *format, va_list args)
{
	char text[FINDING_TEXT_MAX];
	int length = vsnprintf(text, sizeof text, format, args);

	if (length >= (int)sizeof text)
		memcpy(text + sizeof text - 4, "...", 4);
	return xstrdup(length < 0 ? format : text);
}

void
finding_add(struct findings *f, enum grade grade, const char *subject,
    const char *format, ...)
{
	struct finding added = { .grade = grade, .subject = subject };
	va_list args;

	va_start(args, format);
	added.seen = format_text(format, args);
	va_end(args);
	f->at = xreallocarray(f->at, f->count + 1, sizeof *f->at);
	f->at[f->count++] = added;
	f->graded[grade]++;
}

void
finding_advise(struct findings *f, const char *format, ...)
{
	struct finding *last = &f->at[f->count - 1];
	va_list args;

	free(last->advice);
	va_start(args, format);
	last->advice = format_text(format, args);
	va_end(args);
}

/* What sh(1) takes as it stands: POSIX 2.2, and no more than is sure. */
static bool
is_plain(struct span word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:@%,";

	for (size_t i = 0; i < word.len; i++)
		if (strchr(plain, word.ptr[i]) == NULL)
			return false;
	return word.len > 0;
}

/* False: nobody could type it. */
static bool
add_word(struct buffer *out, struct span word)
{
	for (size_t i = 0; i < word.len; i++)
		if ((unsigned char)word.ptr[i] < ' ' || word.ptr[i] == 0x7f)
			return false;
	if (out->len > 0)
		buffer_add_char(out, ' ');
	if (is_plain(word)) {
		buffer_add(out, word);
		return true;
	}
	buffer_add_char(out, '\'');
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] == '\'')
			buffer_add_text(out, "'\\''");
		else
			buffer_add_char(out, word.ptr[i]);
	buffer_add_char(out, '\'');
	return true;
}

void
finding_command(struct findings *f, const char *first, ...)
{
	struct finding *last = &f->at[f->count - 1];
	struct buffer command;
	va_list args;
	bool typed = true;

	buffer_init(&command, COMMAND_MAX);
	va_start(args, first);
	for (const char *word = first; word != NULL && typed;
	    word = va_arg(args, const char *))
		typed = add_word(&command, span_of(word));
	va_end(args);
	if (typed && !command.overflow) {
		last->commands = xreallocarray(last->commands,
		    last->command_count + 1, sizeof *last->commands);
		last->commands[last->command_count++] =
		    xstrdup(buffer_text(&command));
	}
	buffer_release(&command);
}

void
findings_release(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		struct finding *finding = &f->at[i];

		free(finding->seen);
		free(finding->advice);
		for (size_t c = 0; c < finding->command_count; c++)
			free(finding->commands[c]);
		free(finding->commands);
	}
	free(f->at);
	*f = (struct findings){ .at = NULL };
}
