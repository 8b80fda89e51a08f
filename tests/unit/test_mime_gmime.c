/*
 * test_mime_gmime.c - our parts of a message against those that GMime finds.
 *
 *	test_mime_gmime
 *	test_mime_gmime FILE|FOLDER...
 *	MILLGATE_CORPUS=FOLDER test_mime_gmime
 *
 * Well-formed messages at random: nested, in all encodings, in several
 * charsets, with file names in every form. Types, depths, contents, texts and
 * names must be the same. MILLGATE_SEED=N begins with message N.
 *
 * With files or a folder of them, which may hold anything, each difference is
 * printed, and they are counted at the end: whoever looks decides.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "rules/base/read_file.h"
#include "tests/support/gmime_tree.h"
#include "tests/support/mime_compose.h"
#include "tests/support/mime_message.h"
#include "tests/unit/unit.h"

#define MESSAGES 4000
#define MESSAGE_MAX (64u << 20)
#define ARENA_MAX (512u << 20)
#define DIFFERENCES_MAX 3
#define SHOWN_MAX 60

/* Append the beginning of S, on one line. */
static void
add_head(struct buffer *why, struct span s)
{
	buffer_add_char(why, '"');
	for (size_t i = 0; i < s.len && i < SHOWN_MAX; i++)
		buffer_add_char(why, s.ptr[i] >= ' ' && s.ptr[i] <= '~' ?
		    s.ptr[i] : '?');
	buffer_addf(why, "\" (%zu bytes)", s.len);
}

/* Say on WHY that part I has GOT where GMime has WANT. */
static void
differ(struct buffer *why, size_t i, const char *what, struct span got,
    struct span want)
{
	size_t same = 0;

	while (same < got.len && same < want.len &&
	    got.ptr[same] == want.ptr[same])
		same++;
	buffer_addf(why, "part %zu, %s, from %zu: ", i, what, same);
	add_head(why, span_skip(got, same));
	buffer_add_text(why, ", GMime has ");
	add_head(why, span_skip(want, same));
	buffer_add_char(why, '\n');
}

static void
compare_part(struct mime *m, size_t i, const struct gmime_part *want,
    struct buffer *why)
{
	struct mime_part *p = &m->parts[i];
	struct span names[MIME_NAMES_MAX], name, content;
	struct buffer scratch;

	if (!span_equal(p->media.type, want->type) || p->depth != want->depth)
		differ(why, i, "type", p->media.type, want->type);
	if (p->kind != MIME_LEAF || !want->leaf)
		return;
	buffer_init(&scratch, MESSAGE_MAX);
	content = mime_content(m, i, &scratch);
	if (!span_equal(content, want->content))
		differ(why, i, "content", content, want->content);
	if (mime_size(m, i) != content.len)
		differ(why, i, "size", span_of(""), want->content);
	buffer_release(&scratch);
	if (mime_is_text(m, i) && !span_equal(mime_text(m, i), want->text))
		differ(why, i, "text", mime_text(m, i), want->text);
	name = mime_names(m, i, names) > 0 ? names[0] : span_of("");
	if (!span_equal(name, want->name))
		differ(why, i, "name", name, want->name);
}

/* Compare what we find in RAW with what GMime finds; WHY is what differs. */
static void
compare(struct span raw, struct buffer *why)
{
	struct mime_bounds bounds = { 1000, 100000, MESSAGE_MAX };
	struct mime_message mm;
	struct gmime_tree tree;
	struct arena arena;

	arena_init(&arena, ARENA_MAX);
	mime_message_read(&mm, raw, &bounds);
	gmime_tree_read(&tree, raw, &arena);
	for (size_t i = 0; i < mm.mime.count && i < tree.count; i++)
		compare_part(&mm.mime, i, &tree.parts[i], why);
	if (mm.mime.count != tree.count)
		buffer_addf(why, "%zu parts, GMime has %zu\n", mm.mime.count,
		    tree.count);
	if (why->len > 0) {
		buffer_add_text(why, "defects: ");
		mime_check(&mm.mime);
		for (int d = 0; d < DEFECT_COUNT; d++)
			if (mm.mime.defects & DEFECT_BIT(d))
				buffer_addf(why, "%s ",
				    mime_defect_row(d)->name);
		buffer_add_text(why, "\n");
	}
	mime_message_release(&mm);
	arena_release(&arena);
}

static void
print_lines(struct span text)
{
	size_t at = 0, len;

	for (; at < text.len; at += len + 1) {
		len = span_find(span_skip(text, at), '\n');
		printf("# %.*s\n", (int)len, text.ptr + at);
	}
}

static void
test_at_random(void)
{
	const char *seed = getenv("MILLGATE_SEED");
	long first = seed != NULL ? atol(seed) : 1;
	struct buffer raw, why;
	int differences = 0;

	buffer_init(&raw, MESSAGE_MAX);
	buffer_init(&why, MESSAGE_MAX);
	for (long i = first; i < first + MESSAGES; i++) {
		buffer_clear(&raw);
		buffer_clear(&why);
		mime_compose(&raw, (unsigned)i);
		compare(buffer_span(&raw), &why);
		if (why.len == 0)
			continue;
		printf("# MILLGATE_SEED=%ld\n", i);
		print_lines(buffer_span(&why));
		print_lines(buffer_span(&raw));
		if (++differences == DIFFERENCES_MAX)
			break;
	}
	check_int(differences, 0);
	buffer_release(&raw);
	buffer_release(&why);
}

/* Messages of a corpus. */
static size_t messages, messages_that_differ;

static void
compare_file(const char *path)
{
	struct buffer raw, why;
	struct error error;
	struct stat found;

	if (read_file(path, MESSAGE_MAX, &raw, &found, &error) < 0) {
		fprintf(stderr, "%s: %s\n", path, error.text);
		exit(2);
	}
	buffer_init(&why, MESSAGE_MAX);
	compare(buffer_span(&raw), &why);
	messages++;
	if (why.len > 0) {
		messages_that_differ++;
		printf("%s:\n%s", path, buffer_text(&why));
	}
	buffer_release(&raw);
	buffer_release(&why);
}

static void
compare_path(const char *path)
{
	struct stat found;
	struct dirent **entries;
	char inside[4096];
	int count;

	if (stat(path, &found) < 0) {
		perror(path);
		exit(2);
	}
	if (!S_ISDIR(found.st_mode)) {
		compare_file(path);
		return;
	}
	count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		(void)snprintf(inside, sizeof inside, "%s/%s", path,
		    entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			compare_path(inside);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static const struct unit_test tests[] = {
	{ "well-formed messages are what GMime says", test_at_random },
};

int
main(int argc, char **argv)
{
	const char *corpus = getenv("MILLGATE_CORPUS");

	if (argc < 2 && corpus == NULL)
		return unit_main("mime_gmime", tests,
		    sizeof tests / sizeof tests[0]);
	if (corpus != NULL)
		compare_path(corpus);
	for (int i = 1; i < argc; i++)
		compare_path(argv[i]);
	printf("%zu messages, %zu differ\n", messages, messages_that_differ);
	return 0;
}
