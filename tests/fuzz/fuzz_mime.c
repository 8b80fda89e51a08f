/*
 * fuzz_mime.c - any bytes as a message, header and body.
 *
 * Whatever they are, the parts stand inside of each other as they say, all
 * bounds hold, texts and names are UTF-8, and it makes no difference whether
 * lines end in LF or in CRLF.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/base/utf8.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/mime_message.h"

#define OUT_MAX (64u << 20)

/* So small that a short input gets there. */
static const struct mime_bounds bounds = { .depth = 6, .parts = 30,
	.text = 2000 };

static void
must(bool so)
{
	if (!so)
		abort();
}

static void
check_utf8(struct span s)
{
	while (s.len > 0) {
		must(utf8_length(s) > 0);
		s = span_skip(s, utf8_length(s));
	}
}

static bool
is_inside(struct span s, struct span of)
{
	return s.len == 0 || (s.ptr >= of.ptr &&
	    s.ptr + s.len <= of.ptr + of.len);
}

/* Where part I stands. */
static void
check_place(const struct mime_message *mm, size_t i)
{
	const struct mime_part *p = &mm->mime.parts[i], *parent;

	must(p->media.type.len > 0);
	must(is_inside(p->header, mm->body) && is_inside(p->content, mm->body));
	must(p->depth <= bounds.depth && p->depth <= mm->mime.depth);
	if (i == 0) {
		must(p->parent == MIME_NO_PART && p->depth == 1);
		return;
	}
	must(p->parent < i);
	parent = &mm->mime.parts[p->parent];
	must(parent->kind != MIME_LEAF && p->depth == parent->depth + 1);
	must(p->content.ptr >= p->header.ptr + p->header.len);
	must(is_inside(p->header, parent->content) &&
	    is_inside(p->content, parent->content));
	/* What stood before it is its parent, or has ended. */
	p--;
	if (i - 1 != mm->mime.parts[i].parent && p->kind == MIME_LEAF)
		must(p->content.ptr + p->content.len <=
		    mm->mime.parts[i].header.ptr);
}

/* What is in part I; returns the length of its text. */
static size_t
check_content(struct mime_message *mm, size_t i)
{
	struct mime *m = &mm->mime;
	struct span names[MIME_NAMES_MAX], extension, text = { NULL, 0 }, content;
	struct buffer scratch;
	size_t k, count;

	count = mime_names(m, i, names);
	must(count <= MIME_NAMES_MAX);
	for (k = 0; k < count; k++) {
		check_utf8(names[k]);
		extension = mime_extension(&mm->arena, names[k]);
		check_utf8(extension);
		must(span_find(extension, '.') == extension.len);
	}
	buffer_init(&scratch, OUT_MAX);
	content = mime_content(m, i, &scratch);
	must(content.len <= m->parts[i].content.len);
	must(mime_size(m, i) == content.len);
	must(strlen(mime_sha256(m, i)) == SHA256_HEX_MAX - 1);
	buffer_release(&scratch);
	if (mime_is_text(m, i))
		text = mime_text(m, i);
	check_utf8(text);
	return text.len;
}

/* The bytes of S, but for CR that are before LF. */
static struct buffer
with_lf(struct span s)
{
	struct buffer out;

	buffer_init(&out, OUT_MAX);
	while (s.len > 0) {
		size_t n = 0;

		while (n < s.len && s.ptr[n] == '\r')
			n++;
		if (n < s.len && s.ptr[n] == '\n')
			s = span_skip(s, n);
		n = n > 0 && s.ptr[0] == '\r' ? n : 1;
		buffer_add(&out, span_head(s, n));
		s = span_skip(s, n);
	}
	return out;
}

static struct buffer
with_crlf(struct span s)
{
	struct buffer out;

	buffer_init(&out, OUT_MAX);
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\n')
			buffer_add_char(&out, '\r');
		buffer_add_char(&out, s.ptr[i]);
	}
	return out;
}

static bool
same_lines(struct span lf, struct span crlf)
{
	struct buffer want = with_crlf(lf);
	bool same = span_equal(buffer_span(&want), crlf);

	buffer_release(&want);
	return same;
}

static void
check_same_tree(const struct mime_message *lf, const struct mime_message *crlf)
{
	must((lf->mime.defects | DEFECT_BIT(DEFECT_BARE_LF)) ==
	    (crlf->mime.defects | DEFECT_BIT(DEFECT_BARE_LF)));
	must(lf->mime.count == crlf->mime.count);
	must(lf->mime.lost == crlf->mime.lost);
	for (size_t i = 0; i < lf->mime.count; i++) {
		const struct mime_part *a = &lf->mime.parts[i],
		    *b = &crlf->mime.parts[i];

		must(a->kind == b->kind && a->parent == b->parent &&
		    a->transfer == b->transfer && a->opaque == b->opaque &&
		    span_equal(a->media.type, b->media.type));
		must(same_lines(a->header, b->header) &&
		    same_lines(a->content, b->content));
	}
}

static void
check_line_ends(struct span raw)
{
	struct buffer lf = with_lf(raw), crlf = with_crlf(buffer_span(&lf));
	struct mime_message a, b;

	mime_message_read(&a, buffer_span(&lf), &bounds);
	mime_message_read(&b, buffer_span(&crlf), &bounds);
	check_same_tree(&a, &b);
	mime_message_release(&a);
	mime_message_release(&b);
	buffer_release(&lf);
	buffer_release(&crlf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span raw = span_make((const char *)data, size);
	struct mime_message mm;
	size_t texts = 0;

	mime_message_read(&mm, raw, &bounds);
	must(mm.status == 0 && mm.mime.count >= 1 &&
	    mm.mime.count <= bounds.parts);
	for (size_t i = 0; i < mm.mime.count; i++)
		check_place(&mm, i);
	for (size_t i = 0; i < mm.mime.count; i++)
		texts += check_content(&mm, i);
	must(texts <= bounds.text);
	mime_check(&mm.mime);
	must(mm.mime.defects < DEFECT_BIT(DEFECT_COUNT));
	must(!mm.arena.exhausted);
	mime_message_release(&mm);
	check_line_ends(raw);
	return 0;
}
