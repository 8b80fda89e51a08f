/*
 * tree_keys.c - no key may stand twice in a mapping.
 *
 * YAML readers take the last one in silence; here that would be a rule that
 * somebody believes to be there.
 */
#include "config.h"

#include "rules/load/names.h"
#include "rules/load/quote.h"
#include "rules/load/tree.h"

int
tree_check_keys(const struct node *n)
{
	struct names seen = { NULL, 0, 0 };
	const struct node *child, *first;
	int result = 0;

	for (child = n->child; child != NULL; child = child->next) {
		first = names_add(&seen, child->key->text, child->key);
		if (first == NULL)
			continue;
		problem_hint(tree_error(child->key,
		    "the key '%s' stands here twice",
		    quote(child->key->text).text),
		    "the first one is in line %u, column %u", first->line,
		    first->column);
		result = -1;
	}
	names_release(&seen);
	return result;
}
