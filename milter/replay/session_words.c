/*
 * session_words.c - the lines of a session file that begin with '@'.
 *
 * Each is a row in word_table[], unless it says what is expected.
 *
 * Failure: an error in the line, with what would have been right.
 */
#include "config.h"

#include "milter/replay/session_reader.h"
#include "rules/base/date_time.h"

#define SHOWN 60	/* bytes of a word in an error */

static int
shown(struct span s)
{
	return (int)(s.len < SHOWN ? s.len : SHOWN);
}

void
reader_misused(struct reader *r, struct span rest, const char *form)
{
	const char *at = rest.len > 0 ? rest.ptr : NULL;

	problem_hint(reader_error(r, at, "%s", rest.len > 0 ?
	    "this is not understood" : "something is missing here"),
	    "it is written %s", form);
}

static int
read_port(struct span text, uint16_t *port)
{
	unsigned value = 0;
	size_t i;

	if (text.len == 0 || text.len > 5)
		return -1;
	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return -1;
		value = value * 10 + (unsigned)(text.ptr[i] - '0');
	}
	if (value == 0 || value > UINT16_MAX)
		return -1;
	*port = (uint16_t)value;
	return 0;
}

/* The first word behind @client. */
static int
client_address(struct reader *r, struct span word, struct record *record)
{
	if (span_is(word, "local")) {
		record->client.local = true;
		record->client.name = span_of("localhost");
		return 0;
	}
	if (span_is(word, "unknown") ||
	    ip_parse(word, &record->client.ip) == 0)
		return 0;
	problem_hint(reader_error(r, word.ptr, "'%.*s' is not an IP address",
	    shown(word), word.ptr), "write an IPv4 or IPv6 address, 'local' or "
	    "'unknown'");
	return -1;
}

static void
read_client(struct reader *r, struct span rest)
{
	static const char form[] = "@client IP [NAME|unknown] [port=N]";
	struct span word = reader_word(&rest), port = span_of("port=");
	struct record client = { .kind = RECORD_CLIENT }, *record;

	client.client.name = span_of("unknown");
	if (word.len == 0) {
		reader_misused(r, word, form);
		return;
	}
	if (client_address(r, word, &client) < 0)
		return;
	word = reader_word(&rest);
	if (word.len > 0 && !span_starts_with(word, port)) {
		client.client.name = word;
		word = reader_word(&rest);
	}
	if (word.len > 0 && (!span_starts_with(word, port) ||
	    read_port(span_skip(word, port.len), &client.client.port) < 0)) {
		reader_misused(r, word, form);
		return;
	}
	if (rest.len > 0) {
		reader_misused(r, rest, form);
		return;
	}
	if (r->commands || r->client) {
		problem_hint(reader_error(r, NULL, "the client has come "
		    "already"), "one @client, before the first C: line");
		return;
	}
	r->client = true;
	record = reader_add(r, RECORD_CLIENT);
	if (record == NULL)
		return;
	client.client.name = reader_copy(r, client.client.name);
	record->client = client.client;
}

/*
 * The value that *REST begins with, up to a blank; *REST loses it. In quotes,
 * '\' stands before a quote or another one. -1: the quote has no end.
 */
static int
macro_value(struct reader *r, struct span *rest, struct span *value)
{
	struct span from = *rest;
	struct buffer text;
	size_t i;

	if (from.len == 0 || from.ptr[0] != '"') {
		for (i = 0; i < from.len && from.ptr[i] != ' ' &&
		    from.ptr[i] != '\t'; i++)
			continue;
		*value = reader_copy(r, span_head(from, i));
		*rest = span_trim(span_skip(from, i));
		return 0;
	}
	buffer_init(&text, SESSION_LINE_MAX);
	for (i = 1; i < from.len && from.ptr[i] != '"'; i++) {
		if (from.ptr[i] == '\\' && i + 1 < from.len)
			i++;
		buffer_add_char(&text, from.ptr[i]);
	}
	*value = reader_copy(r, buffer_span(&text));
	buffer_release(&text);
	*rest = span_skip(from, i + 1);
	if (i >= from.len || (rest->len > 0 && rest->ptr[0] != ' ' &&
	    rest->ptr[0] != '\t'))
		return -1;
	*rest = span_trim(*rest);
	return 0;
}

/* NAME=VALUE at the start of *REST. */
static int
read_macro(struct reader *r, struct span *rest, struct macro *macro)
{
	static const char form[] = "NAME=VALUE, a value with blanks in it "
	    "\"in quotes\", with \\\" and \\\\";
	struct span from = *rest, name, value;
	size_t equal = span_find(from, '=');

	name = macro_make(span_head(from, equal), span_make(NULL, 0)).name;
	*rest = span_skip(from, equal + 1);
	if (equal == from.len || !macro_name_is_valid(name) ||
	    macro_value(r, rest, &value) < 0) {
		reader_misused(r, from, form);
		return -1;
	}
	*macro = macro_make(reader_copy(r, name), value);
	return 0;
}

static void
read_macros(struct reader *r, struct span rest)
{
	struct macro macros[POLICY_MACROS_MAX], *copy;
	struct record *record;
	size_t count = 0;

	if (rest.len == 0) {
		reader_misused(r, rest, "@macro NAME=VALUE ...");
		return;
	}
	while (rest.len > 0 && count < POLICY_MACROS_MAX)
		if (read_macro(r, &rest, &macros[count++]) < 0)
			return;
	if (rest.len > 0) {
		problem_hint(reader_error(r, rest.ptr, "one macro too many"),
		    "at most %d in a line", POLICY_MACROS_MAX);
		return;
	}
	record = reader_add(r, RECORD_MACROS);
	if (record == NULL)
		return;
	copy = arena_calloc(&r->out->arena, count, sizeof *copy);
	if (copy == NULL) {
		reader_exhausted(r);
		return;
	}
	memcpy(copy, macros, count * sizeof *copy);
	record->macros.at = copy;
	record->macros.count = count;
}

static void
read_time(struct reader *r, struct span rest)
{
	struct record *record;
	int64_t time;

	if (date_time_parse(rest, &time) < 0) {
		reader_misused(r, rest, "@time 2026-11-23T10:12:19Z, or with "
		    "an offset, +01:00, for the Z");
		return;
	}
	record = reader_add(r, RECORD_TIME);
	if (record != NULL)
		record->time = time;
}

static void
read_answer(struct reader *r, struct span rest)
{
	struct span all = rest, kind = reader_word(&rest), value = rest;
	size_t i = rest.len;
	struct record *record;

	while (i > 0 && rest.ptr[i - 1] != ' ' && rest.ptr[i - 1] != '\t')
		i--;
	value = span_skip(rest, i);
	rest = span_trim(span_head(rest, i));
	if (rest.len == 0) {
		reader_misused(r, all, "@answer KIND KEY VALUE, as in "
		    "'@answer dnsbl zen.example.org 127.0.0.2'");
		return;
	}
	record = reader_add(r, RECORD_ANSWER);
	if (record == NULL)
		return;
	record->answer.kind = reader_copy(r, kind);
	record->answer.key = reader_copy(r, rest);
	record->answer.value = reader_copy(r, value);
}

static void
read_disconnect(struct reader *r, struct span rest)
{
	if (rest.len > 0) {
		reader_misused(r, rest, "@disconnect alone");
		return;
	}
	(void)reader_add(r, RECORD_DISCONNECT);
	r->awaited = AWAIT_END;
}

static void
read_truncated(struct reader *r, struct span rest)
{
	struct record *record;

	if (rest.len == 0) {
		reader_misused(r, rest, "@truncated WHAT=N, as in '@truncated "
		    "body=12345'");
		return;
	}
	record = reader_add(r, RECORD_TRUNCATED);
	if (record != NULL)
		record->text = reader_copy(r, rest);
}

static const struct word {
	const char *name;
	void (*read)(struct reader *r, struct span rest);
} word_table[] = {
	{ "answer", read_answer },
	{ "client", read_client },
	{ "disconnect", read_disconnect },
	{ "macro", read_macros },
	{ "message", reader_message_file },
	{ "time", read_time },
	{ "truncated", read_truncated },
};

#define WORDS (sizeof word_table / sizeof word_table[0])

static void
unknown_word(struct reader *r, const char *at, struct span word)
{
	struct problem *p;
	struct suggestion near;
	size_t i;

	p = reader_error(r, at, "unknown word '@%.*s'", shown(word), word.ptr);
	if (p == NULL)
		return;		/* to look at all words is dear */
	problem_hint(p, "millgate-session(5) names those that there are");
	suggest_init(&near, word);
	suggest_consider(&near, span_of("session"));
	for (i = 0; i < WORDS; i++)
		suggest_consider(&near, span_of(word_table[i].name));
	reader_suggest_expect(&near);
	suggest_hint(&near, p);
}

void
reader_at_word(struct reader *r, struct span line)
{
	struct span rest = span_skip(line, 1), word = reader_word(&rest);
	size_t i;

	for (i = 0; i < WORDS; i++) {
		if (span_is(word, word_table[i].name)) {
			word_table[i].read(r, rest);
			return;
		}
	}
	if (!reader_expect(r, word, rest))
		unknown_word(r, line.ptr, word);
}
