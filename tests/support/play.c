/*
 * play.c - a dialogue as one line of text, fed to any event_sink.
 *
 * Each event of a script is taken apart into words, made by its constructor of
 * event.h, and fed; the answer is rendered, and held against the contract, by
 * play_render.c.
 *
 * Failure: a script that makes no sense is a mistake in a test and aborts.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/base/number.h"
#include "tests/support/play.h"
#include "tests/support/play_render.h"

/* Header fields and envelopes of tests may be as large as a packet. */
#define LINE_MAX_BYTES (2u << 20)
#define OUT_MAX (8u << 20)

/* The arguments of one event. */
struct words {
	struct span at[PLAY_WORDS];
	size_t count;
	struct macro macros[PLAY_WORDS];
	size_t macro_count;
	int64_t time;		/* @SECONDS; 0: none */
	struct span rest;	/* all, as one text */
};

static void
mistake(const char *what, struct span where)
{
	fprintf(stderr, "script: %s: '%.*s'\n", what, (int)where.len,
	    where.ptr);
	abort();
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes that TEXT stands for, into OUT. */
static void
put_bytes(struct buffer *out, struct span text)
{
	size_t i;
	int high, low;

	buffer_clear(out);
	for (i = 0; i < text.len; i++) {
		high = i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
		low = i + 2 < text.len ? hex_digit(text.ptr[i + 2]) : -1;
		if (text.ptr[i] != '\\' || high < 0 || low < 0) {
			buffer_add_char(out, text.ptr[i]);
			continue;
		}
		buffer_add_char(out, (char)(high * 16 + low));
		i += 2;
	}
	if (out->overflow)
		mistake("too long", span_head(text, 40));
}

static struct span
take_word(struct span *rest)
{
	struct span word;

	*rest = span_trim(*rest);
	word = span_head(*rest, span_find(*rest, ' '));
	*rest = span_skip(*rest, word.len + 1);
	return word;
}

/* Is WORD the time of the event? */
static bool
take_time(struct words *w, struct span word)
{
	int64_t time;

	if (word.ptr[0] != '@' || !number_parse(span_skip(word, 1), &time))
		return false;
	w->time = time / NUMBER_ONE;
	return true;
}

static void
take_words(struct words *w, struct span rest)
{
	struct span word;
	size_t equals;

	w->rest = rest;
	w->count = w->macro_count = 0;
	while ((word = take_word(&rest)).len > 0) {
		if (take_time(w, word))
			continue;
		equals = span_find(word, '=');
		if (w->count + w->macro_count == PLAY_WORDS)
			mistake("too many words", word);
		if (word.ptr[0] == '{' && equals < word.len)
			w->macros[w->macro_count++] = macro_make(
			    span_head(word, equals),
			    span_skip(word, equals + 1));
		else
			w->at[w->count++] = word;
	}
	while (w->count < 2)
		w->at[w->count++] = span_of("");
}

static struct event
make_connect(struct player *p, const struct words *w)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(PLAY_PORT) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(PLAY_PORT) };
	char text[INET6_ADDRSTRLEN + 1];

	(void)p;
	snprintf(text, sizeof text, "%.*s", (int)w->at[0].len, w->at[0].ptr);
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return event_connect(w->at[1], (struct sockaddr *)&in);
	if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		return event_connect(w->at[1], (struct sockaddr *)&in6);
	if (!span_is(w->at[0], "-"))
		mistake("not an address", w->at[0]);
	return event_connect(w->at[1], NULL);
}

static struct event
make_helo(struct player *p, const struct words *w)
{
	(void)p;
	return event_helo(w->at[0]);
}

/* How many words are parameters: words are filled up to two. */
static size_t
param_count(const struct words *w)
{
	return w->at[1].len > 0 ? w->count - 1 : 0;
}

static struct event
make_mail(struct player *p, const struct words *w)
{
	(void)p;
	return event_mail(w->at[0], w->at + 1, param_count(w));
}

static struct event
make_rcpt(struct player *p, const struct words *w)
{
	(void)p;
	return event_rcpt(w->at[0], w->at + 1, param_count(w));
}

static struct event
make_header(struct player *p, const struct words *w)
{
	struct span rest = w->rest, name = take_word(&rest);

	return event_header(name, rest, &p->scratch);
}

static struct event
make_body(struct player *p, const struct words *w)
{
	(void)p;
	return event_body(w->rest);
}

static struct event
make_unknown(struct player *p, const struct words *w)
{
	(void)p;
	return event_unknown(w->rest);
}

static const struct script_event {
	const char *name;
	enum event_kind kind;
	struct event (*make)(struct player *, const struct words *);
	bool text;		/* has no words, but a text */
} event_table[] = {
	{ "connect", EVENT_CONNECT, make_connect, false },
	{ "helo", EVENT_HELO, make_helo, false },
	{ "mail", EVENT_MAIL, make_mail, false },
	{ "rcpt", EVENT_RCPT, make_rcpt, false },
	{ "data", EVENT_DATA, NULL, false },
	{ "header", EVENT_HEADER, make_header, true },
	{ "eoh", EVENT_EOH, NULL, false },
	{ "body", EVENT_BODY, make_body, true },
	{ "eom", EVENT_EOM, NULL, false },
	{ "abort", EVENT_ABORT, NULL, false },
	{ "close", EVENT_CLOSE, NULL, false },
	{ "unknown", EVENT_UNKNOWN, make_unknown, true },
};

#define EVENTS (sizeof event_table / sizeof event_table[0])

const char *
player_event_name(size_t i)
{
	return i < EVENTS ? event_table[i].name : NULL;
}

static void
play_event(struct player *p, const struct script_event *s, struct span rest)
{
	struct words w = { .rest = rest };
	struct answered a = { .name = s->name };
	struct event ev;

	if (!s->text)
		take_words(&w, rest);
	ev = s->make != NULL ? s->make(p, &w) : event_plain(s->kind);
	ev.macros = w.macros;
	ev.macro_count = w.macro_count;
	ev.time = w.time;
	memset(&a.verdict, 0xa5, sizeof a.verdict);	/* the sink fills it */
	a.event = &ev;
	a.result = p->sink(p->self, &ev, &a.verdict);
	p->failures += a.result < 0;
	play_render(&p->out, &a);
}

static void
play_line(struct player *p, struct span line)
{
	struct span rest, name;
	size_t i;

	put_bytes(&p->line, line);
	rest = buffer_span(&p->line);
	name = span_head(rest, span_find(rest, ' '));
	rest = span_skip(rest, name.len + 1);
	for (i = 0; i < EVENTS; i++) {
		if (!span_is(name, event_table[i].name))
			continue;
		play_event(p, &event_table[i], rest);
		return;
	}
	mistake("no such event", name);
}

const char *
player_say(struct player *p, const char *script)
{
	struct span rest = span_of(script);
	size_t bar;

	buffer_clear(&p->out);
	for (; rest.len > 0; rest = span_skip(rest, bar + 1)) {
		bar = span_find(rest, '|');
		play_line(p, span_head(rest, bar));
	}
	return buffer_text(&p->out);
}

void
player_init(struct player *p, event_sink *sink, void *self)
{
	*p = (struct player){ .sink = sink, .self = self };
	buffer_init(&p->line, LINE_MAX_BYTES);
	buffer_init(&p->scratch, LINE_MAX_BYTES);
	buffer_init(&p->out, OUT_MAX);
}

void
player_release(struct player *p)
{
	buffer_release(&p->line);
	buffer_release(&p->scratch);
	buffer_release(&p->out);
}
