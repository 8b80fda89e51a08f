/*
 * fuzz_body_edits.c - any message, and each action on its body.
 *
 * The bytes are header fields NAME:VALUE, each up to LF, an empty line, and the
 * body. What comes of it is read again: it has the same parts; those that are
 * no text keep their bytes; texts say what they said and what was added; what
 * is signed or not known whole stays unless it is replaced; all lines end in
 * CRLF.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/mail/mime/content_type.h"
#include "rules/mail/mime/mime_texts.h"
#include "rules/mail/mime/mime_write.h"
#include "rules/mail/mime/part_text.h"
#include "engine.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/feed.h"

#define FIELDS_MAX 4096
#define ROOM (1u << 24)
#define START "h\ns@x\nr@x\nsubject\n"
#define ADDED "added"
#define ADDED_HTML "<div>added</div>\n"

enum { APPEND, REWRITE, REPLACE, ACTIONS };

static const char *const rules[ACTIONS] = {
	"millgate: 1\nrules: [{rule: r, then: {append_body: added}}]\n",
	"millgate: 1\nrules: [{rule: r, then: {rewrite_body: "
	"{match: '/e/', with: 'eee', all: true}}}]\n",
	"millgate: 1\nrules: [{rule: r, then: {replace_body: added}}]\n",
};

struct message {
	struct arena arena;
	struct mime_field fields[FIELDS_MAX];
	size_t count;
	struct span body;
	struct mime mime;
};

static struct message came;		/* the one thread's; of this input */
static int action;
static bool edited;			/* by that */

static void
require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken promise, action %d: %s\n", action, what);
	abort();
}

static struct span
unfold(struct arena *a, struct span value)
{
	char *copy = arena_alloc(a, value.len + 1);
	size_t i, n = 0;

	for (i = 0; i < value.len; i++)
		if (value.ptr[i] != '\n')
			copy[n++] = value.ptr[i];
	return span_make(copy, n);
}

static void
add_field(struct message *m, struct span name, struct span value)
{
	if (m->count < FIELDS_MAX)
		m->fields[m->count++] = (struct mime_field){ name, value };
}

static void
message_read(struct message *m)
{
	struct mime_bounds bounds = { 32, 1000, ROOM };
	struct mime_field own[FIELDS_MAX];
	size_t i, n = 0;

	for (i = 0; i < m->count; i++)
		if (span_equal_nocase(span_head(m->fields[i].name, 8),
		    span_of("Content-")))
			own[n++] = m->fields[i];
	require(mime_read(&m->mime, own, n, m->body, true, &bounds,
	    &m->arena) == 0, "there is memory");
}

/* The same as feed.c divides it. */
static void
message_take(struct message *m, struct span text)
{
	struct buffer scratch;
	struct event event;
	struct span line;
	size_t colon;

	arena_init(&m->arena, 64 * ROOM);
	m->count = 0;
	buffer_init(&scratch, ROOM);
	while (text.len > 0) {
		line = span_head(text, span_find(text, '\n'));
		text = span_skip(text, line.len + 1);
		if (line.len == 0)
			break;
		colon = span_find(line, ':');
		event = event_header(span_head(line, colon),
		    span_skip(line, colon + 1), &scratch);
		add_field(m, arena_copy(&m->arena, event.header.name),
		    unfold(&m->arena, event.header.value));
	}
	buffer_release(&scratch);
	m->body = text;
	message_read(m);
}

static struct mime_field *
find_field(struct message *m, const struct edit *e)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < m->count; i++)
		if (span_equal_nocase(m->fields[i].name, e->name) &&
		    ++n == e->index)
			return &m->fields[i];
	require(false, "a field that is there is edited");
	return NULL;
}

static void
message_edit(struct message *m, const struct edit *e)
{
	struct mime_field *f;

	switch (e->kind) {
	case EDIT_ADD_HEADER:
		add_field(m, e->name, unfold(&m->arena, e->value));
		break;
	case EDIT_CHANGE_HEADER:
		find_field(m, e)->value = unfold(&m->arena, e->value);
		break;
	case EDIT_REMOVE_HEADER:
		f = find_field(m, e);
		m->count--;
		memmove(f, f + 1, (size_t)(m->fields + m->count - f) *
		    sizeof *f);
		break;
	case EDIT_REPLACE_BODY:
		m->body = e->value;
		break;
	default:
		require(false, "no other edit");
	}
}

/* BYTES with LF for CRLF, and no line end at the end. */
static struct span
plain_lines(struct arena *a, struct span bytes)
{
	char *copy = arena_alloc(a, bytes.len + 1);
	size_t i, n = 0;

	for (i = 0; i < bytes.len; i++)
		if (bytes.ptr[i] != '\r' || i + 1 == bytes.len ||
		    bytes.ptr[i + 1] != '\n')
			copy[n++] = bytes.ptr[i];
	while (n > 0 && (copy[n - 1] == '\n' || copy[n - 1] == '\r'))
		n--;
	return span_make(copy, n);
}

static struct span
without_ends(struct span text)
{
	while (text.len > 0 && (text.ptr[text.len - 1] == '\n' ||
	    text.ptr[text.len - 1] == '\r'))
		text.len--;
	return text;
}

static bool
are_same_lines(struct arena *a, struct span x, struct span y)
{
	return span_equal(plain_lines(a, x), plain_lines(a, y));
}

static struct span
type_field(const struct message *m, size_t i)
{
	size_t k;

	if (i > 0)
		return mime_type_field(&m->mime, i);
	for (k = 0; k < m->count; k++)
		if (span_equal_nocase(m->fields[k].name,
		    span_of("Content-Type")))
			return m->fields[k].value;
	return span_make("", 0);
}

/* The text of part I of M; *SURE: it can be read. */
static struct span
text_of(struct message *m, size_t i, bool *sure)
{
	struct part_text t;
	struct buffer text;
	struct span copy;

	buffer_init(&text, ROOM);
	*sure = part_text_read(&t, &m->mime, i, type_field(m, i), ROOM) &&
	    part_text_decode(&t, &text);
	copy = arena_copy(&m->arena, buffer_span(&text));
	buffer_release(&text);
	part_text_release(&t);
	return copy;
}

static bool
is_ambiguous(const struct message *m, size_t i)
{
	size_t k, types = 0, transfers = 0;

	if (i > 0)
		return mime_is_ambiguous(&m->mime, i);
	for (k = 0; k < m->count; k++) {
		types += span_equal_nocase(m->fields[k].name,
		    span_of("Content-Type"));
		transfers += span_equal_nocase(m->fields[k].name,
		    span_of("Content-Transfer-Encoding"));
	}
	return types > 1 || transfers > 1;
}

/* Is NEW what stands in OLD and behind it ADDED? */
static bool
is_appended(struct span old, struct span new, struct span added)
{
	if (!span_starts_with(new, old))
		return false;
	new = span_skip(new, old.len);
	if (old.len > 0 && old.ptr[old.len - 1] != '\n')
		new = span_skip(new, 1);
	return span_equal(span_head(new, added.len), added) &&
	    new.len <= added.len + 1;
}

/* Is NEW what OLD is with ADDED somewhere? */
static bool
is_inserted(struct span old, struct span new, struct span added)
{
	size_t i = 0;

	if (new.len != old.len + added.len)
		return false;
	while (i < old.len && old.ptr[i] == new.ptr[i])
		i++;
	for (;; i--) {
		if (span_equal(span_head(span_skip(new, i), added.len),
		    added) && span_equal(span_skip(new, i + added.len),
		    span_skip(old, i)))
			return true;
		if (i == 0)
			return false;
	}
}

/* Is NEW what stands in OLD, a line that ends what is open, and ADDED? */
static bool
is_closed(struct span old, struct span new, struct span added)
{
	struct span tail = span_skip(new, without_ends(old).len);

	return span_starts_with(new, without_ends(old)) &&
	    tail.len >= added.len && tail.len <= added.len +
	    sizeof "\n--></script>\n\n" + old.len - without_ends(old).len &&
	    span_ends_with(without_ends(tail), without_ends(added));
}

static bool
is_added(struct span old, struct span new, bool html)
{
	if (!html)
		return is_appended(old, new, span_of(ADDED));
	return is_inserted(old, new, span_of(ADDED_HTML)) ||
	    is_closed(old, new, without_ends(span_of(ADDED_HTML)));
}

static struct span
rewritten(struct arena *a, struct span old)
{
	char *copy = arena_alloc(a, 3 * old.len + 1);
	size_t i, n = 0;

	for (i = 0; i < old.len; i++) {
		copy[n++] = old.ptr[i];
		if (old.ptr[i] == 'e') {
			copy[n++] = 'e';
			copy[n++] = 'e';
		}
	}
	return span_make(copy, n);
}

/* Text I has been or not been changed: rightly? */
static void
check_text(struct message *new, size_t i)
{
	bool html = span_is(came.mime.parts[i].media.type, "text/html");
	bool sure, still;
	struct span a = text_of(&came, i, &sure), b = text_of(new, i, &still);

	if (are_same_lines(&new->arena, came.mime.parts[i].content,
	    new->mime.parts[i].content)) {
		require(action == REWRITE ? !sure || is_ambiguous(&came, i) ||
		    span_find(a, 'e') == a.len : !sure ||
		    is_ambiguous(&came, i), "what can be changed is");
		return;
	}
	require(!is_ambiguous(&came, i), "what is ambiguous stays");
	require(action != REWRITE || sure, "what cannot be read stays");
	if (!sure)
		return;
	require(still, "what could be read still can");
	if (action == REWRITE)
		require(span_equal(without_ends(rewritten(&new->arena, a)),
		    without_ends(b)), "each match is replaced");
	else if (html || !content_type_is_flowed(type_field(&came, i)))
		require(is_added(a, b, html) || is_added(without_ends(a),
		    without_ends(b), html), "it is appended");
}

static bool
may_change(const size_t *first, size_t count, size_t i)
{
	size_t k;

	if (action == REWRITE)
		return mime_is_body_text(&came.mime, i);
	for (k = 0; k < count; k++)
		if (first[k] == i)
			return true;
	return false;
}

static void
check_parts(struct message *new)
{
	size_t *first = arena_calloc(&new->arena, came.mime.count,
	    sizeof *first), count, i;
	const struct mime_part *a, *b;

	count = mime_first_texts(&came.mime, first);
	require(new->mime.count == came.mime.count, "it has as many parts");
	for (i = 0; i < came.mime.count; i++) {
		a = &came.mime.parts[i];
		b = &new->mime.parts[i];
		require(a->kind == b->kind && a->parent == b->parent &&
		    span_equal(a->media.type, b->media.type) &&
		    (a->kind != MIME_MULTIPART ||
		    span_equal(a->media.boundary, b->media.boundary)) &&
		    a->disposition.names.count == b->disposition.names.count,
		    "they are the same");
		if (may_change(first, count, i))
			check_text(new, i);
		else if (a->kind == MIME_LEAF)
			require(are_same_lines(&new->arena, a->content,
			    b->content), "other parts keep their bytes");
	}
}

static void
check_body(struct span body)
{
	size_t i;

	require(body.ptr[body.len] == '\0', "a NUL is behind it");
	for (i = 0; i < body.len; i++)
		require(body.ptr[i] != '\n' || (i > 0 &&
		    body.ptr[i - 1] == '\r'), "lines end in CRLF");
	require(body.len == 0 || body.ptr[body.len - 1] == '\n',
	    "the last one, too");
}

static void
check_verdict(const struct verdict *v)
{
	struct message new = came;
	bool body = false, sure;
	size_t i;

	for (i = 0; i < v->edit_count; i++)
		body |= v->edits[i].kind == EDIT_REPLACE_BODY;
	require(body || v->edit_count == 0, "no header without a body");
	edited |= body;
	if (!body)
		return;
	arena_init(&new.arena, 64 * ROOM);
	require(action == REPLACE || !mime_is_sealed(&came.mime),
	    "what is sealed stays");
	require(action == REPLACE || !came.mime.lost,
	    "what is not known whole stays");
	for (i = 0; i < v->edit_count; i++)
		message_edit(&new, &v->edits[i]);
	check_body(new.body);
	message_read(&new);
	if (action == REPLACE)
		require(new.mime.count == 1 &&
		    span_is(text_of(&new, 0, &sure), ADDED "\n") && sure,
		    "it is one text");
	else
		check_parts(&new);
	arena_release(&new.arena);
}

static struct policy *
policy_of(int which)
{
	static struct policy *policies[ACTIONS];	/* the one thread's */
	struct error_list errors = { .count = 0 };

	if (policies[which] == NULL)
		policies[which] = policy_load_text("fuzz.yaml",
		    span_of(rules[which]), &errors);
	if (policies[which] == NULL) {
		error_list_print(&errors, stderr);
		abort();
	}
	error_list_release(&errors);
	return policies[which];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer text;

	buffer_init(&text, ROOM);
	buffer_add_text(&text, START);
	buffer_add(&text, span_make((const char *)data, size));
	message_take(&came, span_skip(buffer_span(&text), strlen(START)));
	for (action = 0; action < ACTIONS; action++) {
		edited = false;
		feed_message(policy_of(action), buffer_span(&text),
		    check_verdict);
		require(edited || action != REPLACE, "any body is replaced");
	}
	arena_release(&came.arena);
	buffer_release(&text);
	return 0;
}
