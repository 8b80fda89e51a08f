/*
 * load_test_message.c - the message of a test: fields and a body, or the whole
 * of it as text.
 *
 * YAML has LF behind its lines; a client sends CRLF.
 */
#include "config.h"

#include <stdint.h>

#include "rules/load/test_draft.h"
#include "rules/mail/header/header_text.h"

#define MESSAGE_DEFAULT "Subject: test\r\n\r\ntest\r\n"

/* A field while its values are read. */
struct field {
	const struct node *name;
	struct buffer *out;
};

/* TEXT with CRLF behind each line; the last one may go without its end. */
static void
add_lines(struct buffer *out, struct span text)
{
	struct span line;
	size_t end;

	while (text.len > 0) {
		end = span_find(text, '\n');
		line = span_head(text, end);
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		buffer_add(out, line);
		buffer_add_text(out, "\r\n");
		text = span_skip(text, end + 1);
	}
}

/* RFC 5322 2.2.3: the lines of a folded value begin with a blank. */
static int
check_folds(const struct node *n, struct span value)
{
	size_t i;

	for (i = 0; i < value.len; i++) {
		if (value.ptr[i] != '\n')
			continue;
		if (i + 1 < value.len && (value.ptr[i + 1] == ' ' ||
		    value.ptr[i + 1] == '\t'))
			continue;
		problem_hint(tree_error_at(n, i, "a line of a field's value "
		    "begins with a blank"), "a message that breaks this rule "
		    "can be given whole, under 'message'");
		return -1;
	}
	return 0;
}

static int
add_value(struct loader *l, struct node *n, void *target)
{
	const struct field *f = target;
	struct span value;

	if (load_text(l, n, &value) < 0)
		return -1;
	if (value.len > 0 && value.ptr[value.len - 1] == '\n')
		value.len--;	/* of a block scalar */
	if (check_folds(n, value) < 0)
		return -1;
	buffer_add(f->out, f->name->text);
	buffer_add_text(f->out, ": ");
	add_lines(f->out, value.len > 0 ? value : span_of("\n"));
	return 0;
}

static int
add_fields(struct loader *l, struct node *n, void *target)
{
	struct field f = { .out = target };
	struct node *child;
	int result = 0;

	if (load_missing(n))
		return -1;
	if (n->kind != NODE_MAP) {
		problem_hint(tree_error(n, "fields are a mapping"),
		    "write 'Name: value', or a list of such for an order");
		return -1;
	}
	for (child = n->child; child != NULL; child = child->next) {
		f.name = child->key;
		if (!header_name_is_valid(child->key->text)) {
			problem_hint(tree_error(child->key, "'%s' is no name "
			    "of a header field", quote(child->key->text).text),
			    "printable ASCII characters, no blank and no "
			    "colon");
			result = -1;
		} else if (tests_each(l, child, add_value, &f) < 0) {
			result = -1;
		}
	}
	return result;
}

int
tests_read_message(struct loader *l, const struct node *n, struct buffer *out)
{
	struct node *message = node_get(n, "message");
	struct node *headers = node_get(n, "headers");
	struct node *body = node_get(n, "body");
	struct span text = span_of("test\n");
	int result = 0;

	if (message == NULL && headers == NULL && body == NULL) {
		buffer_add_text(out, MESSAGE_DEFAULT);
		return 0;
	}
	if (message != NULL) {
		result = load_text(l, message, &text);
		add_lines(out, text);
		return result;
	}
	if (headers == NULL)
		buffer_add_text(out, "Subject: test\r\n");
	else
		result = tests_each(l, headers, add_fields, out);
	buffer_add_text(out, "\r\n");
	if (body != NULL && load_text(l, body, &text) < 0)
		return -1;
	add_lines(out, text);
	return result;
}
