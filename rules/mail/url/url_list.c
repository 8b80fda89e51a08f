/*
 * url_list.c - a list in which each URL is once.
 *
 * A sender chooses the URLs, so no hash is trusted: they are the leaves of a
 * tree that divides them at the first bit in which they differ, and looking one
 * up costs at most its own length, whatever the others are. The node that the
 * I-th URL brought with it is kept beside it. References to URL I are 2 * I, to
 * its node 2 * I + 1; URL 0 has no node.
 * One that has two hosts is there twice, the second time outside of the tree.
 *
 * Failure: more than URLS_MAX: list->lost is set. The arena is exhausted: the
 * URL is left out, and the arena remembers.
 */
#include "config.h"

#include "rules/base/utf8.h"
#include "rules/mail/url/url_parts.h"

/* A byte counts as nine bits: that it is there, and its own. */
#define BITS 9

static bool
bit_of(struct span s, size_t bit)
{
	size_t i = bit / BITS, k = bit % BITS;

	if (i >= s.len)
		return false;
	return k == 0 || ((unsigned char)s.ptr[i] >> (BITS - 1 - k) & 1) != 0;
}

/* The first bit in which A and B differ; SIZE_MAX: they are equal. */
static size_t
bit_between(struct span a, struct span b)
{
	size_t i = 0, bit;

	while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
		i++;
	if (i == a.len && i == b.len)
		return SIZE_MAX;
	for (bit = i * BITS; bit_of(a, bit) == bit_of(b, bit);)
		bit++;
	return bit;
}

static bool
is_node(size_t ref)
{
	return ref % 2 != 0;
}

/* The URL that WHOLE differs from latest; the list is not empty. */
static struct span
nearest(const struct urls *list, struct span whole)
{
	size_t ref = list->root;

	while (is_node(ref)) {
		const struct url *node = &list->at[ref / 2];

		ref = node->next[bit_of(whole, node->bit)];
	}
	return list->at[ref / 2].whole;
}

/* Hang the last URL, which differs from its nearest in BIT, into the tree. */
static void
hang(struct urls *list, size_t bit)
{
	size_t last = list->count - 1, *at = &list->root;
	struct url *u = &list->at[last];
	bool side = bit_of(u->whole, bit);

	while (is_node(*at) && list->at[*at / 2].bit < bit) {
		struct url *node = &list->at[*at / 2];

		at = &node->next[bit_of(u->whole, node->bit)];
	}
	u->bit = bit;
	u->next[side] = 2 * last;
	u->next[!side] = *at;
	*at = 2 * last + 1;
}

/* Append URL with HOST, whole; false: there is no room. */
static bool
append(struct urls *list, struct arena *a, struct span url, struct span host)
{
	if (list->count == URLS_MAX) {
		list->lost = true;
		return false;
	}
	if (arena_grow(a, (void **)&list->at, &list->room, list->count,
	    sizeof *list->at) < 0)
		return false;
	list->at[list->count++] = (struct url){
		.url = utf8_head(url, URL_MAX),
		.host = host,
		.whole = url,
	};
	return true;
}

void
url_add(struct urls *list, struct arena *a, struct span url)
{
	struct span host, other;
	size_t bit = 0;

	if (list->count > 0) {
		bit = bit_between(nearest(list, url), url);
		if (bit == SIZE_MAX)
			return;
	}
	/* What there is no room for has no host, either. */
	list->lost = list->lost || list->count == URLS_MAX;
	if (list->lost)
		return;
	host = url_host(url, a);
	if (!append(list, a, url, host))
		return;
	if (list->count > 1)
		hang(list, bit);
	/* Its second element is not in the tree, nor looked for. */
	other = url_host_as_read(url_other_host(url), a);
	if (other.len > 0 && !span_equal(other, host))
		append(list, a, url, other);
}
