/*
 * load.c - from a rule file to a policy.
 *
 * The file becomes a tree; its sections are read in the order in which they
 * need each other, wherever they stand. Every problem of every section is
 * reported in one run; a policy comes out only when there was none.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/base/xmalloc.h"
#include "rules/load/load.h"

static int
read_version(struct loader *l, struct node *n, void *target)
{
	uint64_t version;

	(void)target;
	if (load_number(l, n, &version) < 0)
		return -1;
	if (version == 1)
		return 0;
	problem_hint(tree_error(&l->tree, n, "version %llu of the rule "
	    "language is not known", (unsigned long long)version),
	    "this program reads 'millgate: 1'");
	return -1;
}

static const struct mapping_spec file_spec = { "a rule file", "key", {
	{ "millgate", read_version, true },
	{ "settings", load_later, false },
	{ "tables", load_later, false },
	{ "conditions", load_later, false },
	{ "rules", load_later, true },
	{ "include", NULL, false },
	{ "tests", NULL, false },
} };

/* In the order in which they need each other. */
static const struct section {
	const char *key;
	int (*read)(struct loader *l, struct node *n);
} section_table[] = {
	{ "settings", load_settings },
	{ "tables", load_tables },
	{ "conditions", load_conditions },
	{ "rules", load_rules },
};

#define SECTIONS (sizeof section_table / sizeof section_table[0])

static int
read_file(struct loader *l, struct node *root)
{
	int result = load_mapping(l, root, &file_spec, NULL);
	struct node *n;
	size_t i;

	for (i = 0; i < SECTIONS; i++) {
		n = node_get(root, section_table[i].key);
		if (n != NULL && section_table[i].read(l, n) < 0)
			result = -1;
	}
	return result;
}

static void
loader_release(struct loader *l)
{
	free(l->tables);
	free(l->conditions);
	free(l->tests);
	names_release(&l->table_names);
	names_release(&l->condition_names);
	names_release(&l->rule_names);
	names_release(&l->slot_names);
	names_release(&l->macro_names);
	names_release(&l->regex_names);
	tree_release(&l->tree);
}

struct policy *
policy_load_text(const char *name, struct span text, struct error_list *errors)
{
	struct loader l = { .policy = policy_new(name) };
	struct policy *p = NULL;
	size_t before = errors->count + errors->dropped;
	int result;

	result = tree_read(&l.tree, name, text, errors);
	if (result == 0 && (l.tree.root == NULL ||
	    node_is_missing(l.tree.root))) {
		problem_hint(error_list_add(errors,
		    (struct place){ name, 1, 1 }, span_make(NULL, 0),
		    "the file is empty"), "it begins with 'millgate: 1'; "
		    "see millgate-rules(5)");
		result = -1;
	} else if (l.tree.root != NULL && read_file(&l, l.tree.root) < 0)
		result = -1;
	if (result == 0 && errors->count + errors->dropped == before) {
		load_finish(&l);
		p = l.policy;
	} else {
		policy_unref(l.policy);
	}
	loader_release(&l);
	return p;
}

/* All of IN, one byte more than the limit at most. -1: errno says why. */
static int
read_all(FILE *in, struct buffer *text)
{
	char chunk[8192];
	size_t n;

	while (text->len <= TREE_BYTES_MAX && !text->overflow &&
	    (n = fread(chunk, 1, sizeof chunk, in)) > 0)
		buffer_add(text, span_make(chunk, n));
	if (!text->overflow)
		return ferror(in) != 0 ? -1 : 0;
	errno = ENOMEM;
	return -1;
}

struct policy *
policy_load(const char *path, struct error_list *errors)
{
	bool standard = strcmp(path, "-") == 0;
	const char *name = standard ? "<stdin>" : path;
	FILE *in = standard ? stdin : fopen(path, "re");
	struct policy *p = NULL;
	struct buffer text;

	buffer_init(&text, 2 * (size_t)TREE_BYTES_MAX);
	if (in == NULL || read_all(in, &text) < 0)
		(void)error_list_add(errors, (struct place){ name, 0, 0 },
		    span_make(NULL, 0), "cannot be read: %s", strerror(errno));
	else
		p = policy_load_text(name, buffer_span(&text), errors);
	if (in != NULL && !standard)
		(void)fclose(in);
	buffer_release(&text);
	return p;
}
