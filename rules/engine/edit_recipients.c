/*
 * edit_recipients.c - the recipients of a message, as the actions make them.
 *
 * Beside the list stands a table with open addressing, at most half full, for
 * both may be long and each addition asks whether it is there. A place in it is
 * never given up: who is gone may come back.
 *
 * Failure: an address that is none, after expansion, is left out and logged.
 */
#include "config.h"

#include "rules/engine/edit_recipients.h"

#define INDEX_FIRST 16

/* Where ADDRESS is in the table, or the free place for it. */
static size_t *
find_place(const struct recipient_model *m, struct span address,
    unsigned long hash)
{
	size_t mask = m->index_size - 1, i = hash & mask;
	const struct model_recipient *r;

	for (; m->index[i] != 0; i = (i + 1) & mask) {
		r = &m->at[m->index[i] - 1];
		if (r->hash == hash && span_equal_nocase(r->address, address))
			break;
	}
	return &m->index[i];
}

/* Make the table so large that one more leaves it half empty. */
static int
grow_index(struct recipient_model *m)
{
	size_t size = m->index_size > 0 ? m->index_size * 2 : INDEX_FIRST, i;
	size_t *index;

	if (m->count * 2 < m->index_size)
		return 0;
	index = arena_calloc(&m->engine->message, size, sizeof *index);
	if (index == NULL)
		return -1;
	m->index = index;
	m->index_size = size;
	for (i = 0; i < m->count; i++)
		*find_place(m, m->at[i].address, m->at[i].hash) = i + 1;
	return 0;
}

/* The recipient with ADDRESS, gone or not; made when there is none. NULL: no
 * memory. */
static struct model_recipient *
recipient_get(struct recipient_model *m, struct span address,
    const struct recipient *original)
{
	unsigned long hash = span_hash_nocase(address,
	    m->engine->policy->hash_key);
	size_t *place;

	if (grow_index(m) < 0 || arena_grow(&m->engine->message,
	    (void **)&m->at, &m->room, m->count, sizeof *m->at) < 0)
		return NULL;
	place = find_place(m, address, hash);
	if (*place == 0) {
		m->at[m->count] = (struct model_recipient){
			.address = address, .hash = hash,
			.original = original, .gone = true };
		*place = ++m->count;
	}
	return &m->at[*place - 1];
}

/* From now on the message is for ADDRESS, too. */
static void
recipient_put(struct recipient_model *m, struct span address,
    const struct recipient *original)
{
	struct model_recipient *r = recipient_get(m, address, original);

	if (r != NULL)
		r->gone = false;
}

void
recipient_model_init(struct recipient_model *m, struct engine *e)
{
	const struct recipient *r;

	*m = (struct recipient_model){ .engine = e };
	for (r = e->recipients; r != NULL; r = r->next)
		if (!r->refused)
			recipient_put(m, r->address, r);
}

void
recipient_discard(struct recipient_model *m, const struct recipient *r)
{
	struct model_recipient *here = recipient_get(m, r->address, r);

	if (here != NULL)
		here->gone = here->discarded = true;
}

void
recipient_add(struct recipient_model *m, const struct deed *d)
{
	struct span address;

	if (deed_address(d, deed_text(d), &address))
		recipient_put(m, address, NULL);
}

/*
 * Find the recipients that D's regex is about, and what they become if it
 * rewrites. -1: the action is to be left out.
 */
static int
find(struct recipient_model *m, const struct deed *d)
{
	struct model_recipient *r;
	enum answer answer;
	size_t i;

	for (i = 0; i < m->count; i++) {
		r = &m->at[i];
		answer = ANSWER_NO;
		if (!r->gone && d->action->kind == ACTION_REWRITE_RECIPIENT)
			answer = deed_rewrite(d, r->address, &r->becomes);
		else if (!r->gone)
			answer = deed_matches(d, r->address);
		if (answer == ANSWER_FAILED)
			return -1;
		r->found = answer == ANSWER_YES;
	}
	return 0;
}

/* The same of an action that names one address. */
static void
find_address(struct recipient_model *m, const struct deed *d)
{
	struct span address;
	size_t i;

	if (!deed_address(d, deed_text(d), &address))
		address = span_make(NULL, 0);
	for (i = 0; i < m->count; i++)
		m->at[i].found = !m->at[i].gone && address.len > 0 &&
		    span_equal_nocase(m->at[i].address, address);
}

void
recipient_remove(struct recipient_model *m, const struct deed *d)
{
	size_t i;

	if (d->action->match == NULL)
		find_address(m, d);
	else if (find(m, d) < 0)
		return;
	for (i = 0; i < m->count; i++) {
		if (!m->at[i].found)
			continue;
		m->at[i].gone = true;
		m->remover = d->rule;
	}
}

/* All that were found go before any other comes: one may become another that
 * was found as well. */
void
recipient_rewrite(struct recipient_model *m, const struct deed *d)
{
	size_t count = m->count, i;
	struct model_recipient *r;

	if (find(m, d) < 0)
		return;
	for (i = 0; i < count; i++) {
		r = &m->at[i];
		r->found = r->found &&
		    deed_address(d, r->becomes, &r->becomes);
		r->gone = r->gone || r->found;
	}
	for (i = 0; i < count; i++)
		if (m->at[i].found)
			recipient_put(m, m->at[i].becomes, NULL);
}

size_t
recipient_operations_max(const struct recipient_model *m)
{
	return m->count + m->engine->spelling_count;
}

/* The MTA knows R by all the ways in which it was named. */
static size_t
remove_all(const struct recipient *r, struct edit *edits)
{
	const struct spelling *s;
	size_t n = 0;

	for (s = r->spellings; s != NULL; s = s->next)
		edits[n++] = (struct edit){ .value = s->address,
			.kind = EDIT_REMOVE_RECIPIENT };
	return n;
}

/* Nobody is left: take those back for whom the message was. */
static void
restore(struct recipient_model *m)
{
	size_t i;

	for (i = 0; i < m->count; i++)
		if (!m->at[i].gone || m->remover == NULL)
			return;
	for (i = 0; i < m->count; i++)
		m->at[i].gone = m->at[i].original == NULL ||
		    m->at[i].discarded;
	session_log_failure(m->engine, m->remover, "it would leave the "
	    "message without recipients; none is removed");
}

size_t
recipient_operations(struct recipient_model *m, struct edit *edits)
{
	const struct model_recipient *r;
	size_t i, n = 0;

	restore(m);
	for (i = 0; i < m->count; i++) {
		r = &m->at[i];
		if (r->original != NULL && r->gone)
			n += remove_all(r->original, edits + n);
	}
	for (i = 0; i < m->count; i++) {
		r = &m->at[i];
		if (r->original == NULL && !r->gone)
			edits[n++] = (struct edit){ .value = r->address,
				.kind = EDIT_ADD_RECIPIENT };
	}
	return n;
}
