/*
 * load.c - from a rule file to a policy.
 *
 * The file, and what it includes, become trees; their sections are read in the
 * order in which they need each other, wherever they stand: the tables of all
 * files, then the conditions of all files, and so on. Every problem of every
 * section is reported in one run; a policy comes out only when there was no
 * error.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/base/read_file.h"
#include "rules/base/xmalloc.h"
#include "rules/engine/describe.h"
#include "rules/load/warn.h"

static int
read_version(struct loader *l, struct node *n, void *target)
{
	uint64_t version;

	(void)target;
	if (load_number(l, n, &version) < 0)
		return -1;
	if (version == 1)
		return 0;
	problem_hint(tree_error(n, "version %llu of the rule "
	    "language is not known", (unsigned long long)version),
	    "this program reads 'millgate: 1'");
	return -1;
}

/* What belongs to the main file alone. */
static int
refuse_key(struct loader *l, struct node *n, void *target)
{
	(void)target;
	problem_hint(tree_error(n->key, "'%s' may not stand in a file that is "
	    "included", quote(n->key->text).text), "it belongs into %s",
	    l->files[0]->tree.file);
	return -1;
}

static const struct mapping_spec file_spec = { "a rule file", "key", {
	{ "millgate", read_version, true },
	{ "settings", load_later, false },
	{ "tables", load_later, false },
	{ "conditions", load_later, false },
	{ "rules", load_later, false },
	{ "include", load_later, false },
	{ "tests", load_later, false },
} };

static const struct mapping_spec included_spec = { "an included file", "key", {
	{ "millgate", read_version, false },
	{ "settings", refuse_key, false },
	{ "tables", load_later, false },
	{ "conditions", load_later, false },
	{ "rules", load_later, false },
	{ "include", refuse_key, false },
	{ "tests", load_later, false },
} };

/* In the order in which they need each other. */
static const struct section {
	const char *key;
	int (*read)(struct loader *l, struct node *n);
} section_table[] = {
	{ "tables", load_tables },
	{ "conditions", load_condition_names },
	{ "conditions", load_conditions },
	{ "rules", load_rules },
	{ "tests", load_file_tests },
};

#define SECTIONS (sizeof section_table / sizeof section_table[0])

struct rule_file *
load_add_file(struct loader *l, const char *name, const struct stat *found)
{
	struct rule_file *f = xcalloc(1, sizeof *f);

	l->files = xreallocarray(l->files, l->file_count + 1,
	    sizeof *l->files);
	l->files[l->file_count++] = f;
	f->tree.file = name;
	if (found != NULL) {
		f->device = found->st_dev;
		f->number = found->st_ino;
	}
	return f;
}

int
load_read_file(struct loader *l, struct rule_file *f, struct span text)
{
	int result = tree_read(&f->tree, f->tree.file, text, l->errors);

	l->cut |= f->tree.cut;
	if (f->tree.root != NULL && node_is_missing(f->tree.root))
		f->tree.root = NULL;	/* comments, perhaps */
	return result;
}

/* The main file's own keys; the other files become trees. */
static int
read_main(struct loader *l, struct node *root)
{
	struct node *settings = node_get(root, "settings");
	struct node *include = node_get(root, "include");
	int result = load_mapping(l, root, &file_spec, NULL);

	if (root->kind == NODE_MAP && include == NULL &&
	    node_get(root, "rules") == NULL) {
		(void)tree_error(root, "the key 'rules' is missing in a rule "
		    "file");
		result = -1;
	}
	if (settings != NULL && load_settings(l, settings) < 0)
		result = -1;
	if (include != NULL && load_includes(l, include) < 0)
		result = -1;
	return result;
}

/* The number of entries of section KEY in all files. */
static size_t
count_entries(const struct loader *l, const char *key)
{
	const struct node *n;
	size_t count = 0, i;

	for (i = 0; i < l->file_count; i++) {
		if (l->files[i]->tree.root == NULL)
			continue;
		n = node_get(l->files[i]->tree.root, key);
		count += n != NULL ? n->count : 0;
	}
	return count;
}

/* One section of each file. */
static int
read_section(struct loader *l, const struct section *s)
{
	struct node *root, *n;
	int result = 0;
	size_t i;

	for (i = 0; i < l->file_count; i++) {
		root = l->files[i]->tree.root;
		n = root != NULL ? node_get(root, s->key) : NULL;
		if (n != NULL && s->read(l, n) < 0)
			result = -1;
	}
	return result;
}

/* Rules that are nowhere to be found must not mean that all is accepted. */
static int
check_rules(const struct loader *l)
{
	const struct node *root = l->files[0]->tree.root;
	const struct node *include = node_get(root, "include");

	if (l->policy->rule_count > 0 || l->cut)
		return 0;
	problem_hint(tree_error(include != NULL ? include->key : root, "there "
	    "is no rule"), "no file that is included holds any; write one "
	    "that accepts, if that is meant");
	return -1;
}

static int
read_files(struct loader *l)
{
	int result = read_main(l, l->files[0]->tree.root);
	size_t i;

	for (i = 1; i < l->file_count; i++)
		if (l->files[i]->tree.root != NULL &&
		    load_mapping(l, l->files[i]->tree.root, &included_spec,
		    NULL) < 0)
			result = -1;
	l->tables = xcalloc(count_entries(l, "tables") + 1,
	    sizeof *l->tables);
	l->conditions = xcalloc(count_entries(l, "conditions") + 1,
	    sizeof *l->conditions);
	l->policy->rules = policy_alloc(l->policy, count_entries(l, "rules"),
	    sizeof *l->policy->rules);
	for (i = 0; i < SECTIONS; i++)
		if (read_section(l, &section_table[i]) < 0)
			result = -1;
	return result < 0 ? -1 : check_rules(l);
}

static void
loader_release(struct loader *l)
{
	size_t i;

	for (i = 0; i < l->file_count; i++) {
		tree_release(&l->files[i]->tree);
		buffer_release(&l->files[i]->text);
		free(l->files[i]);
	}
	free(l->files);
	free(l->tables);
	free(l->conditions);
	free(l->tests);
	free(l->above);
	names_release(&l->table_names);
	names_release(&l->condition_names);
	names_release(&l->rule_names);
	names_release(&l->slot_names);
	names_release(&l->macro_names);
	for (i = 0; i < REGEX_MODES; i++)
		names_release(&l->regex_names[i]);
	names_release(&l->field_names);
}

/* OPENED is what TEXT was read from; NULL: it was in memory. */
static int
load_main(struct loader *l, struct span text, const struct stat *opened)
{
	const char *name = l->policy->file;
	struct stat found;
	struct rule_file *f = load_add_file(l, name, opened != NULL ? opened :
	    stat(name, &found) == 0 ? &found : NULL);
	int trust = load_take_file(l, name, opened, text);
	int result = load_read_file(l, f, text);

	if (f->tree.root != NULL)
		return read_files(l) < 0 || trust < 0 ? -1 : result;
	if (result == 0)
		problem_hint(error_list_add(l->errors,
		    (struct place){ f->tree.file, 1, 1 }, span_make(NULL, 0),
		    "the file is empty"), "it begins with 'millgate: 1'; "
		    "see millgate-rules(5)");
	return -1;
}

static struct policy *
load_policy(const char *name, struct span text, const struct stat *opened,
    struct error_list *errors)
{
	struct loader l = { .errors = errors, .policy = policy_new(name) };
	struct policy *p = NULL;
	size_t before = errors->count + errors->dropped;

	if (load_main(&l, text, opened) == 0 &&
	    errors->count + errors->dropped == before) {
		load_finish(&l);
		describe_rules(l.policy);
		load_warn(&l);
		p = l.policy;
	} else {
		policy_unref(l.policy);
	}
	loader_release(&l);
	return p;
}

struct policy *
policy_load_text(const char *name, struct span text, struct error_list *errors)
{
	return load_policy(name, text, NULL, errors);
}

struct policy *
policy_load(const char *path, struct error_list *errors)
{
	bool standard = strcmp(path, "-") == 0;
	const char *name = standard ? "<stdin>" : path;
	FILE *in = standard ? stdin : fopen(path, "re");
	struct policy *p = NULL;
	struct stat opened;
	struct buffer text;

	buffer_init(&text, 2 * (size_t)TREE_BYTES_MAX);
	if (in == NULL || fstat(fileno(in), &opened) < 0 ||
	    read_stream(in, TREE_BYTES_MAX, &text) < 0)
		(void)error_list_add(errors, (struct place){ name, 0, 0 },
		    span_make(NULL, 0), "cannot be read: %s", strerror(errno));
	else
		p = load_policy(name, buffer_span(&text),
		    standard ? NULL : &opened, errors);
	if (in != NULL && !standard)
		(void)fclose(in);
	buffer_release(&text);
	return p;
}
