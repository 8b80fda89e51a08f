/*
 * warn.h - what may be meant otherwise than it is written.
 *
 * Nothing here is an error: a policy with warnings loads. Those about one value
 * are given where it is read; those about rules beside each other when all of
 * them have been read, and only if there was no error.
 */
#ifndef MILLGATE_WARN_H
#define MILLGATE_WARN_H

#include "rules/load/load.h"

/* All that can only be seen of the whole. */
void load_warn(struct loader *l);

/* Its parts; NODES are the mappings of the rules, by number. */
void warn_settings(const struct loader *l);
void warn_rules(const struct loader *l, const struct node *const *nodes);
void warn_edits(const struct loader *l, const struct node *const *nodes);
void warn_texts(const struct loader *l, const struct node *const *nodes);

/* Of a regex that has been compiled: may it backtrack without bound? */
void warn_regex(const struct node *n, enum regex_mode mode);

/* Of a regex on a host or domain name: does it hold both ends? */
void warn_anchors(const struct node *n);

/* Of the `with` of an action whose `match` has GROUPS groups: is one of them
 * named as other programs do? */
void warn_with(const struct node *n, unsigned groups);

/* Of a list in which facts of KIND are looked up (NULL: of several kinds), and
 * names or addresses among them if OF_NAMES: can each entry match? */
void warn_entries(const struct node *list, bool of_names,
    const struct fact_kind *kind);

/* The node of rule I's name. */
static inline const struct node *
warn_name(const struct node *const *nodes, size_t i)
{
	return node_get(nodes[i], "rule");
}

#endif
