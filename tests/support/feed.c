/*
 * feed.c - a message made of any bytes, fed to the engine.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "tests/support/feed.h"

#define VALUE_MAX (1u << 20)

struct feeder {
	struct engine *engine;
	struct buffer scratch;
	struct buffer value;
	void (*look)(const struct verdict *v);
};

static struct span
next_line(struct span *text)
{
	size_t end = span_find(*text, '\n');
	struct span line = span_head(*text, end);

	*text = span_skip(*text, end + 1);
	return line;
}

static void
feed(struct feeder *f, struct event event)
{
	struct verdict v;

	event.time = 1764000000;
	(void)engine_feed(f->engine, &event, &v);
	f->look(&v);
}

static void
feed_field(struct feeder *f, struct span name, struct span value)
{
	size_t i;

	buffer_clear(&f->value);
	for (i = 0; i < value.len; i++) {
		if (value.ptr[i] == 1)
			buffer_add_text(&f->value, "\n ");
		else
			buffer_add_char(&f->value, value.ptr[i]);
	}
	feed(f, event_header(name, buffer_span(&f->value), &f->scratch));
}

static void
feed_fields(struct feeder *f, struct span *text)
{
	struct span line;
	size_t colon;

	while (text->len > 0) {
		line = next_line(text);
		if (line.len == 0)
			return;
		colon = span_find(line, ':');
		feed_field(f, span_head(line, colon),
		    span_skip(line, colon + 1));
	}
}

void
feed_message(struct policy *policy, struct span text,
    void (*look)(const struct verdict *v))
{
	struct feeder f = { .engine = engine_new(policy), .look = look };

	if (f.engine == NULL)
		abort();
	buffer_init(&f.scratch, VALUE_MAX);
	buffer_init(&f.value, VALUE_MAX);
	feed(&f, event_connect(span_of("unknown"), NULL));
	feed(&f, event_helo(next_line(&text)));
	feed(&f, event_mail(next_line(&text), NULL, 0));
	feed(&f, event_rcpt(span_of("first@example.org"), NULL, 0));
	feed(&f, event_rcpt(next_line(&text), NULL, 0));
	feed(&f, event_plain(EVENT_DATA));
	feed_field(&f, span_of("Subject"), next_line(&text));
	feed_fields(&f, &text);
	feed(&f, event_plain(EVENT_EOH));
	feed(&f, event_body(text));
	feed(&f, event_plain(EVENT_EOM));
	engine_free(f.engine);
	buffer_release(&f.scratch);
	buffer_release(&f.value);
}
