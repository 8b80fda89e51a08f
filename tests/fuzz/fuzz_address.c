/*
 * fuzz_address.c - any bytes as an address field.
 *
 * Every part of every mailbox is there and is text; the address is made of its
 * parts. A field with an '@', and nothing that could hide it, has a mailbox.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/mail/decode/decode.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/decoded.h"

#define ARENA (16u << 20)

static void
check_mailbox(const struct mailbox *m)
{
	struct span parts[] = { m->address, m->local, m->domain, m->display };

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (parts[i].ptr == NULL)
			abort();
		must_be_printable(parts[i]);
	}
	if (m->address.len == 0)
		abort();
	if (span_is(m->address, "<>"))
		return;
	if (!span_starts_with(m->address, m->local) ||
	    !span_ends_with(m->address, m->domain) ||
	    m->local.len + m->domain.len + 1 < m->address.len)
		abort();
}

/* Does S have an '@' behind something, and nothing that hides it: a quote, a
 * comment, a literal, a route? */
static bool
has_mailbox(struct span s)
{
	size_t at = span_find(s, '@');

	return at > 0 && at < s.len && span_find(s, '"') == s.len &&
	    span_find(s, '(') == s.len && span_find(s, '[') == s.len &&
	    span_find(s, '<') == s.len && span_find(s, '=') == s.len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span value = span_make((const char *)data, size);
	struct mailboxes list = { .count = 0 };
	bool flawed = false;
	struct arena arena;
	size_t with_at = 0;

	arena_init(&arena, ARENA);
	decode_mailboxes(value, &arena, &list, &flawed);
	if (list.count > MAILBOXES_MAX || arena.exhausted)
		abort();
	for (size_t i = 0; i < list.count; i++) {
		check_mailbox(&list.at[i]);
		with_at += span_find(list.at[i].address, '@') <
		    list.at[i].address.len;
	}
	if (has_mailbox(value) && with_at == 0)
		abort();
	arena_release(&arena);
	return 0;
}
