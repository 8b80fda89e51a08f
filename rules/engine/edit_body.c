/*
 * edit_body.c - the body of a message, as the actions make it.
 *
 * The parts are asked for when the first action comes, and a text is decoded
 * when one wants to change it.
 *
 * Failure: what cannot be done is left out and logged; an action whose regex
 * hits a limit, or makes too much of the texts, is left out as a whole.
 */
#include "config.h"

#include <limits.h>

#include "rules/engine/content.h"
#include "rules/engine/edit_body.h"
#include "rules/engine/expand.h"
#include "rules/mail/mime/mime_texts.h"
#include "rules/mail/mime/mime_write.h"

/* What actions may add to all texts together, beside room for another charset.
 * What is made of so much, with line ends and encoded, is within an int. */
#define TEXT_GROWTH (8u << 20)
#define TEXT_WIDTH 4
#define TEXTS_MAX ((size_t)INT_MAX / 8)

/* Of an action: its own text, of 1 MiB at most, and values of facts. */
#define WRITTEN_MAX (4u << 20)

void
body_model_init(struct body_model *m, struct engine *e,
    struct header_model *header)
{
	size_t limit = TEXT_GROWTH + TEXT_WIDTH * e->body.len;

	*m = (struct body_model){ .engine = e, .header = header,
		.limit = limit < TEXTS_MAX ? limit : TEXTS_MAX };
}

/* How much more the texts may hold. */
static size_t
find_room(const struct body_model *m)
{
	size_t used = m->whole != NULL ? m->whole->bytes.len : 0, i;

	for (i = 0; m->texts != NULL && i < m->mime->count; i++)
		if (m->texts[i] != NULL)
			used += m->texts[i]->bytes.len;
	return used < m->limit ? m->limit - used : 0;
}

static void
forget_texts(struct body_model *m)
{
	size_t i;

	for (i = 0; m->texts != NULL && i < m->mime->count; i++)
		if (m->texts[i] != NULL)
			part_text_release(m->texts[i]);
	if (m->whole != NULL)
		part_text_release(m->whole);
	m->texts = NULL;
	m->whole = NULL;
}

void
body_model_release(struct body_model *m)
{
	forget_texts(m);
}

/* Why the body has to stay as it is; NULL: it has not. */
static const char *
find_hold(const struct body_model *m)
{
	const struct engine *e = m->engine;

	if (e->body_size > e->policy->settings.limits.message)
		return "the message is larger than limits.message, and its "
		    "body stays as it is";
	if (m->mime->lost)
		return "the message has more parts than limits allow, and its "
		    "body stays as it is";
	if (mime_is_sealed(m->mime))
		return "the message is signed or encrypted, and its body stays "
		    "as it is";
	return NULL;
}

/* May D change the texts? */
static bool
is_free(struct body_model *m, const struct deed *d)
{
	if (m->whole == NULL && m->mime == NULL) {
		m->mime = content_of(m->engine);
		m->texts = arena_calloc(&m->engine->message, m->mime->count,
		    sizeof *m->texts);
		m->held = find_hold(m);
	}
	if (m->held != NULL)
		deed_log(d, m->held);
	m->rule = d->rule;
	return m->held == NULL && (m->whole != NULL || m->texts != NULL);
}

/* The Content-Type of part I as it stands; *SURE: it is not there twice, nor is
 * the transfer encoding. */
static struct span
type_of(const struct body_model *m, size_t i, bool *sure)
{
	size_t types, transfers;
	struct span value;

	*sure = i > 0 && !mime_is_ambiguous(m->mime, i);
	if (i > 0)
		return mime_type_field(m->mime, i);
	value = header_value(m->header, "Content-Type", &types);
	(void)header_value(m->header, "Content-Transfer-Encoding", &transfers);
	*sure = types < 2 && transfers < 2;
	return value;
}

/* Memory for a text that was changed is not there. */
static void
exhaust(struct body_model *m)
{
	m->engine->message.exhausted = true;
}

/*
 * The text of part I, to be changed; *NEW: it is as it came, and is released
 * when that stays so. NULL: it cannot be read, which is logged.
 */
static struct part_text *
open_text(struct body_model *m, const struct deed *d, size_t i, bool *new)
{
	struct part_text *t = m->texts[i];
	struct span type;
	bool sure;

	*new = t == NULL;
	if (t != NULL)
		return t;
	t = arena_alloc(&m->engine->message, sizeof *t);
	if (t == NULL)
		return NULL;	/* the arena's flag tells */
	type = type_of(m, i, &sure);
	if (part_text_read(t, m->mime, i, type, TEXT_WIDTH * m->limit) && sure)
		return t;
	part_text_release(t);
	deed_log(d, "a text of the message cannot be read for sure, and stays "
	    "as it is");
	return NULL;
}

/* TEXT as valid UTF-8 without NUL, put into OUT. */
static void
clean(struct span text, struct buffer *out)
{
	bool flawed;

	(void)decode_charset(span_of("utf-8"), text, out, &flawed);
}

/* Put what D writes by T into OUT; false: it is too long, which is logged. */
static bool
write_template(const struct deed *d, const struct template *t, bool html,
    struct buffer *out)
{
	struct expanding to = { .engine = d->engine, .rule = d->rule,
		.recipient = d->recipient, .html = html };
	struct buffer raw;
	bool fits;

	buffer_init(&raw, WRITTEN_MAX);
	expand_add(&to, t, &raw);
	clean(buffer_span(&raw), out);
	fits = !raw.overflow && !out->overflow;
	buffer_release(&raw);
	if (!fits)
		deed_log(d, "what it writes is too long, and the body stays as "
		    "it is");
	return fits;
}

/* TEXT as HTML that shows its lines, put into OUT. */
static void
html_lines(struct span text, struct buffer *out)
{
	struct span line;

	buffer_add_text(out, "<div>");
	if (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	while (text.len > 0) {
		line = span_head(text, span_find(text, '\n'));
		expand_html(out, line);
		if (line.len < text.len)
			buffer_add_text(out, "<br>\n");
		text = span_skip(text, line.len + 1);
	}
	buffer_add_text(out, "</div>\n");
}

/* The same as write_template() of what D adds to HTML. */
static bool
write_html(const struct deed *d, struct buffer *out)
{
	struct buffer text;
	bool fits;

	if (d->action->html.count > 0)
		return write_template(d, &d->action->html, true, out);
	buffer_init(&text, WRITTEN_MAX);
	fits = write_template(d, &d->action->value, false, &text);
	html_lines(buffer_span(&text), out);
	buffer_release(&text);
	return fits;
}

void
body_replace(struct body_model *m, const struct deed *d)
{
	bool html = d->action->html.count > 0, fits;
	struct part_text *t;
	struct buffer text;

	buffer_init(&text, WRITTEN_MAX);
	fits = write_template(d, html ? &d->action->html : &d->action->value,
	    html, &text);
	t = arena_alloc(&m->engine->message, sizeof *t);
	if (fits && t != NULL) {
		forget_texts(m);
		part_text_init(t, html, TEXT_WIDTH * m->limit);
		m->whole = t;
		m->rule = d->rule;
		m->held = NULL;	/* nothing of what held it is left */
		if (!part_text_append(t, buffer_span(&text)))
			exhaust(m);
		header_drop(m->header, "Content-");
		header_put(m->header, "Content-Type", span_of(html ?
		    "text/html; charset=utf-8" : "text/plain; charset=utf-8"));
	}
	buffer_release(&text);
}

/* A text and what it is to become. */
struct pending {
	struct part_text *text;
	size_t part;
	bool new;
	bool changes;
	struct buffer becomes;
};

/* Find what P's text becomes by D, of at most *ROOM bytes, which become less.
 * FAILED: D is left out. */
static enum answer
find_change(struct body_model *m, const struct deed *d, struct pending *p,
    size_t *room)
{
	struct buffer old;
	enum answer answer;
	bool whole;

	buffer_init(&old, TEXT_WIDTH * m->limit);
	buffer_init(&p->becomes, *room);
	whole = part_text_decode(p->text, &old);
	answer = deed_rewrite_body(d, buffer_span(&old), p->text->html,
	    &p->becomes);
	p->changes = answer == ANSWER_YES &&
	    !span_equal(buffer_span(&old), buffer_span(&p->becomes));
	if (p->changes && !whole) {
		deed_log(d, "a text of the message cannot be read for sure, "
		    "and stays as it is");
		p->changes = false;
	}
	if (old.overflow)
		exhaust(m);
	buffer_release(&old);
	if (p->changes)
		*room -= p->becomes.len;
	else
		buffer_release(&p->becomes);
	return answer;
}

/* Give P's text what it is to become. */
static void
make_change(struct body_model *m, struct pending *p)
{
	struct buffer text;

	buffer_init(&text, TEXT_WIDTH * m->limit);
	clean(buffer_span(&p->becomes), &text);
	buffer_release(&p->becomes);
	if (text.overflow || !part_text_write(p->text, buffer_span(&text)))
		exhaust(m);
	buffer_release(&text);
	if (p->text != m->whole)
		m->texts[p->part] = p->text;
	p->new = false;
}

/* Rewrite the COUNT texts of LIST, all of them or none. */
static void
rewrite_all(struct body_model *m, const struct deed *d, struct pending *list,
    size_t count)
{
	enum answer answer = ANSWER_NO;
	struct pending *p;
	size_t room = find_room(m), done = 0;

	while (done < count && answer != ANSWER_FAILED)
		answer = find_change(m, d, &list[done++], &room);
	for (p = list; p < list + done; p++) {
		if (p->changes && answer != ANSWER_FAILED)
			make_change(m, p);
		buffer_release(&p->becomes);
	}
	for (p = list; p < list + count; p++)
		if (p->new)
			part_text_release(p->text);
}

void
body_rewrite(struct body_model *m, const struct deed *d)
{
	struct pending *list, *p, whole = { .text = m->whole };
	size_t i, count = 0;

	if (!is_free(m, d))
		return;
	if (m->whole != NULL) {
		rewrite_all(m, d, &whole, 1);
		return;
	}
	list = arena_calloc(&m->engine->message, m->mime->count, sizeof *list);
	if (list == NULL)
		return;		/* the arena's flag tells */
	for (i = 0; i < m->mime->count; i++) {
		p = &list[count];
		if (!mime_is_body_text(m->mime, i))
			continue;
		p->part = i;
		p->text = open_text(m, d, i, &p->new);
		if (p->text != NULL)
			count++;
	}
	rewrite_all(m, d, list, count);
}

/* Add TEXT to T. */
static bool
append(struct body_model *m, const struct deed *d, struct part_text *t)
{
	struct buffer text;
	bool done;

	buffer_init(&text, 2 * WRITTEN_MAX * sizeof "&quot;");
	done = t->html ? write_html(d, &text) :
	    write_template(d, &d->action->value, false, &text);
	if (text.overflow)
		exhaust(m);
	if (done && text.len > find_room(m)) {
		deed_log(d, "what it writes is too long, and the body stays as "
		    "it is");
		done = false;
	}
	if (done && !part_text_append(t, buffer_span(&text))) {
		deed_log(d, "a text of the message cannot be read for sure, "
		    "and stays as it is");
		done = false;
	}
	buffer_release(&text);
	return done;
}

static void
append_to_part(struct body_model *m, const struct deed *d, size_t i)
{
	bool new;
	struct part_text *t = open_text(m, d, i, &new);

	if (t == NULL)
		return;
	if (append(m, d, t))
		m->texts[i] = t;
	else if (new)
		part_text_release(t);
}

void
body_append(struct body_model *m, const struct deed *d)
{
	size_t *parts, i, count;

	if (!is_free(m, d))
		return;
	if (m->whole != NULL) {
		(void)append(m, d, m->whole);
		return;
	}
	parts = arena_calloc(&m->engine->message, m->mime->count,
	    sizeof *parts);
	if (parts == NULL)
		return;		/* the arena's flag tells */
	count = mime_first_texts(m->mime, parts);
	if (count == 0)
		deed_log(d, "the message has no text that something could be "
		    "appended to");
	for (i = 0; i < count; i++)
		append_to_part(m, d, parts[i]);
}
