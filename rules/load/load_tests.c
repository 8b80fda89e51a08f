/*
 * load_tests.c - tests of a whole rule file.
 *
 *	- test: a stranger who says he is us
 *	  client: {ip: 192.0.2.1}
 *	  helo: mail.example.com
 *	  expect: {reject: 550 5.7.1, rule: helo-is-us}
 *
 * Each becomes the session that a session file would have for it; what it
 * leaves out is that of an ordinary message from somebody unknown.
 */
#include "config.h"

#include <stdint.h>

#include "rules/base/xmalloc.h"
#include "rules/load/test_draft.h"

#define HELO_DEFAULT "client.example.org"
#define SENDER_DEFAULT "sender@example.org"
#define RECIPIENT_DEFAULT "recipient@example.com"

struct recording *
tests_recording(struct loader *l)
{
	if (l->policy->tests == NULL) {
		l->policy->tests = xcalloc(1, sizeof *l->policy->tests);
		recording_init(l->policy->tests, SIZE_MAX);
	}
	return l->policy->tests;
}

void *
tests_alloc(struct loader *l, size_t count, size_t size)
{
	return xcheck(arena_calloc(&tests_recording(l)->arena,
	    count > 0 ? count : 1, size));
}

struct span
tests_copy(struct loader *l, struct span s)
{
	struct span copy = arena_copy(&tests_recording(l)->arena, s);

	(void)xcheck((void *)copy.ptr);
	return copy;
}

int
tests_each(struct loader *l, struct node *n,
    int (*read)(struct loader *l, struct node *n, void *target), void *target)
{
	struct node *child;
	int result = 0;

	if (n->kind != NODE_LIST)
		return read(l, n, target);
	for (child = n->child; child != NULL; child = child->next)
		if (read(l, child, target) < 0)
			result = -1;
	return result;
}

struct record *
tests_add(struct loader *l, struct recorded_session *s, enum record_kind kind,
    const struct node *n)
{
	return xcheck(recording_add(tests_recording(l), s, kind, n->line));
}

/* The command made of PARTS, at N. */
static void
add_command(struct loader *l, struct recorded_session *s,
    const struct node *n, const char *const parts[3])
{
	struct buffer line;
	size_t i;

	buffer_init(&line, SIZE_MAX - 1);
	for (i = 0; i < 3; i++)
		buffer_add_text(&line, parts[i]);
	tests_add(l, s, RECORD_COMMAND, n)->text = tests_copy(l,
	    buffer_span(&line));
	buffer_release(&line);
}

/* Text that stands in a line of SMTP. */
static int
read_word(struct loader *l, struct node *n, struct span *text)
{
	size_t i;

	if (load_text(l, n, text) < 0)
		return -1;
	for (i = 0; i < text->len; i++)
		if ((unsigned char)text->ptr[i] < ' ' || text->ptr[i] == '\x7f')
			break;
	if (i == text->len && i > 0)
		return 0;
	problem_hint(i == text->len ? tree_error(n, "this may not be empty") :
	    tree_error_at(n, i, "a control character cannot stand here"),
	    "it is said in a line of SMTP; the null sender is '<>'");
	return -1;
}

static int
read_helo(struct loader *l, struct node *n, struct recorded_session *s,
    const struct node *test)
{
	struct span text = span_of(HELO_DEFAULT);

	if (n != NULL && read_word(l, n, &text) < 0)
		return -1;
	add_command(l, s, n != NULL ? n : test,
	    (const char *const [3]){ "EHLO ", text.ptr, "" });
	return 0;
}

/* With or without <>. */
static void
add_path(struct loader *l, struct recorded_session *s, const struct node *n,
    const char *verb, struct span path)
{
	bool bare = path.ptr[0] != '<';

	add_command(l, s, n, (const char *const [3]){ verb, path.ptr,
	    bare ? ">" : "" });
}

static int
read_sender(struct loader *l, struct node *n, struct recorded_session *s,
    const struct node *test)
{
	struct span text = span_of(SENDER_DEFAULT);

	if (n != NULL && read_word(l, n, &text) < 0)
		return -1;
	add_path(l, s, n != NULL ? n : test, text.ptr[0] != '<' ?
	    "MAIL FROM:<" : "MAIL FROM:", text);
	return 0;
}

static int
read_recipient(struct loader *l, struct node *n, void *target)
{
	struct span text;

	if (read_word(l, n, &text) < 0)
		return -1;
	add_path(l, target, n, text.ptr[0] != '<' ? "RCPT TO:<" : "RCPT TO:",
	    text);
	return 0;
}

static int
read_recipients(struct loader *l, struct node *n, struct recorded_session *s,
    const struct node *test)
{
	if (n == NULL) {
		add_path(l, s, test, "RCPT TO:<", span_of(RECIPIENT_DEFAULT));
		return 0;
	}
	if (n->kind == NODE_LIST && n->count == 0) {
		problem_hint(tree_error(n, "a message has a recipient"),
		    "leave the key out for %s", RECIPIENT_DEFAULT);
		return -1;
	}
	return tests_each(l, n, read_recipient, s);
}

static int
read_content(struct loader *l, struct node *test, struct recorded_session *s)
{
	struct node *file = node_get(test, "file");
	const struct node *at = node_get(test, "message");
	struct buffer message;
	struct span path;
	int result = 0;

	if (at == NULL)
		at = file != NULL ? file : test;
	add_command(l, s, at, (const char *const [3]){ "DATA", "", "" });
	if (file != NULL) {
		if (load_text(l, file, &path) < 0)
			return -1;
		s->path = tests_copy(l, span_of(load_path(l, file)));
		s->path_of_message = true;
		tests_add(l, s, RECORD_BYTES, at)->bytes.path =
		    tests_copy(l, path);
		return 0;
	}
	buffer_init(&message, SIZE_MAX - 1);
	result = tests_read_message(l, test, &message);
	tests_add(l, s, RECORD_BYTES, at)->bytes.at = tests_copy(l,
	    buffer_span(&message));
	buffer_release(&message);
	return result;
}

static int
read_dialogue(struct loader *l, struct node *test, struct recorded_session *s)
{
	int result = tests_read_client(l, test, s);

	if (read_helo(l, node_get(test, "helo"), s, test) < 0)
		result = -1;
	if (read_sender(l, node_get(test, "sender"), s, test) < 0)
		result = -1;
	if (read_recipients(l, node_get(test, "recipients"), s, test) < 0)
		result = -1;
	if (read_content(l, test, s) < 0)
		result = -1;
	return result;
}

static int
read_name(struct loader *l, struct node *n, void *target)
{
	struct recorded_session *s = target;
	struct span name;

	if (load_text(l, n, &name) < 0)
		return -1;
	s->name = tests_copy(l, name);
	return 0;
}

static const struct mapping_spec test_spec = { "a test", "key", {
	{ "test", read_name, true },
	{ "client", load_later, false },
	{ "helo", load_later, false },
	{ "macros", load_later, false },
	{ "time", load_later, false },
	{ "sender", load_later, false },
	{ "recipients", load_later, false },
	{ "headers", load_later, false },
	{ "body", load_later, false },
	{ "message", load_later, false },
	{ "file", load_later, false },
	{ "session", load_later, false },
	{ "expect", load_later, false },
} };

/* Keys of which a test has one; FIRST says what the others would. */
static const struct {
	const char *first;
	const char *others[12];
} exclusive[] = {
	{ "session", { "client", "helo", "macros", "time", "sender",
	    "recipients", "headers", "body", "message", "file" } },
	{ "message", { "headers", "body", "file" } },
	{ "file", { "headers", "body" } },
};

static int
check_exclusive(const struct node *test)
{
	const char *const *other;
	const struct node *n;
	size_t i;

	for (i = 0; i < sizeof exclusive / sizeof exclusive[0]; i++) {
		if (node_get(test, exclusive[i].first) == NULL)
			continue;
		for (other = exclusive[i].others; *other != NULL; other++) {
			n = node_get(test, *other);
			if (n == NULL)
				continue;
			problem_hint(tree_error(n->key, "'%s' beside '%s'",
			    *other, exclusive[i].first), "'%s' holds all of "
			    "it", exclusive[i].first);
			return -1;
		}
	}
	return 0;
}

/* A path, or text of several lines that is a session file itself. */
static int
read_session(struct loader *l, struct node *n, struct recorded_session *s)
{
	struct span text;

	if (load_text(l, n, &text) < 0)
		return -1;
	if (text.len == 0) {
		problem_hint(tree_error(n, "a session is needed here"),
		    "write the path of a session file, or its text behind '|'");
		return -1;
	}
	if (span_find(text, '\n') == text.len) {
		s->path = tests_copy(l, span_of(load_path(l, n)));
		return 0;
	}
	s->source = tests_copy(l, text);
	s->source_line = n->style == NODE_BLOCK ? n->line : n->line - 1;
	return 0;
}

static int
read_test(struct loader *l, struct node *n)
{
	struct recorded_session *s;
	struct node *session = NULL, *expect = NULL;
	int result;

	s = xcheck(recording_add_session(tests_recording(l)));
	s->file = n->tree->file;
	s->line = n->line;
	result = load_mapping(l, n, &test_spec, s);
	if (n->kind != NODE_MAP || check_exclusive(n) < 0)
		return -1;
	session = node_get(n, "session");
	expect = node_get(n, "expect");
	if (session != NULL && read_session(l, session, s) < 0)
		result = -1;
	if (session == NULL && read_dialogue(l, n, s) < 0)
		result = -1;
	if (expect != NULL)
		return tests_read_expect(l, expect, s) < 0 ? -1 : result;
	if (session != NULL)
		return result;
	problem_hint(tree_error(n, "a test expects something"),
	    "write 'expect: accept', or {reject: 550 5.7.1, rule: NAME}");
	return -1;
}

int
load_file_tests(struct loader *l, struct node *n)
{
	struct node *child;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_LIST) {
		problem_hint(tree_error(n, "'tests' must be a list"),
		    "a test begins with a line '- test: name'");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next)
		if (read_test(l, child) < 0)
			result = -1;
	return result;
}
