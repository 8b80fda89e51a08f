/*
 * load_control.c - where the daemon of a rule file is asked, whatever else is
 * wrong with the file.
 *
 * A daemon goes on with the rules that it has when it cannot read new ones, and
 * that is when somebody asks how it is. So the one setting is looked for in
 * what can be read of the file, and nothing else is understood of it.
 *
 * Failure: NULL, and an error that says what to do.
 */
#include "config.h"

#include "policy.h"
#include "rules/base/listen_spec.h"
#include "rules/base/read_file.h"
#include "rules/base/xmalloc.h"
#include "rules/load/tree.h"

static const struct node *
get(const struct node *n, const char *key)
{
	return n != NULL && n->kind == NODE_MAP ? node_get(n, key) : NULL;
}

/* The path in ROOT, of the file called PATH. */
static char *
find(const struct node *root, const char *path, struct error *error)
{
	const struct node *control = get(get(root, "settings"), "control");
	struct listen_spec spec;
	struct error why;

	if (root == NULL) {
		(void)error_set(error, "%s cannot be read as YAML; name the "
		    "control socket with --control", path);
		return NULL;
	}
	if (control == NULL || control->kind != NODE_SCALAR) {
		(void)error_set(error, "%s names no control socket: write one "
		    "into it, settings: {control: unix:/run/millgate/control},"
		    " and start the daemon again", path);
		return NULL;
	}
	if (listen_spec_parse(control->text.ptr, &spec, &why) < 0 ||
	    spec.family != LISTEN_UNIX) {
		(void)error_set(error, "settings.control in %s is not the path "
		    "of a socket", path);
		return NULL;
	}
	return xstrdup(spec.path);
}

char *
policy_find_control(const char *path, struct error *error)
{
	struct error_list errors = { .count = 0 };
	struct buffer text;
	struct stat found;
	struct error why;
	struct tree tree;
	char *control = NULL;

	buffer_init(&text, 2 * (size_t)TREE_BYTES_MAX);
	if (read_file(path, TREE_BYTES_MAX, &text, &found, &why) < 0) {
		(void)error_set(error, "cannot read %s: %s; name another file "
		    "with -c, or the socket with --control", path, why.text);
	} else {
		(void)tree_read(&tree, path, buffer_span(&text), &errors);
		control = find(tree.root, path, error);
		tree_release(&tree);
	}
	error_list_release(&errors);
	buffer_release(&text);
	return control;
}
