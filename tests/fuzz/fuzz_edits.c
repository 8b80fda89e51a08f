/*
 * fuzz_edits.c - any header, and the edits of many rules on it.
 *
 * The bytes are divided at LF as in fuzz_expand.c; every line behind the fourth
 * is one more header field. The operations must be what edit.h promises: each
 * field named once, in descending order for a name, removals and changes before
 * additions, a new body behind all of them.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/feed.h"

static const char rules[] =
    "millgate: 1\n"
    "rules:\n"
    "- rule: edits\n"
    "  then:\n"
    "    - {remove_header: {name: '/^x-/i', match: '/a/'}}\n"
    "    - {rewrite_header: {name: '/./', match: '/(b+)c/', "
    "with: '<${1}>', all: true}}\n"
    "    - {rewrite_header: {name: Subject, match: '/^/', with: '[x] ', "
    "or_add: true}}\n"
    "    - {rewrite_header: {name: To, match: '/x*/', with: '-', "
    "all: true}}\n"
    "    - {remove_header: {name: Received, nth: -1}}\n"
    "    - {remove_header: {name: Received, nth: 2}}\n"
    "    - {set_header: {name: X-One, value: '${header_raw.subject}'}}\n"
    "    - {add_header: {name: X-Top, value: v, at: top}}\n"
    "    - {add_header: {name: X-One, value: w}}\n"
    "    - {remove_header: X-Two}\n"
    "    - {rewrite_recipient: {match: '/^(.*)@/', with: 'r-${1}@'}}\n"
    "    - {add_recipient: 'copy@example.com'}\n"
    "    - {remove_recipient: '/^z/'}\n"
    "    - {rewrite_body: {match: '/b+/', with: '<${0}>', all: true}}\n"
    "    - {append_body: {text: x, html: '<p>${header.subject}'}}\n";

static bool
is_additive(enum edit_kind k)
{
	return k == EDIT_ADD_HEADER || k == EDIT_INSERT_HEADER;
}

static bool
names_field(enum edit_kind k)
{
	return k == EDIT_CHANGE_HEADER || k == EDIT_REMOVE_HEADER;
}

static void
check_verdict(const struct verdict *v)
{
	const struct edit *a, *b;
	size_t i, k;

	for (i = 0; i < v->edit_count; i++) {
		a = &v->edits[i];
		for (k = i + 1; k < v->edit_count; k++) {
			b = &v->edits[k];
			if (is_additive(a->kind) && names_field(b->kind))
				abort();
			if (a->kind == EDIT_REPLACE_BODY)
				abort();
			if (names_field(a->kind) && names_field(b->kind) &&
			    span_equal_nocase(a->name, b->name) &&
			    b->index >= a->index)
				abort();
		}
		if (names_field(a->kind) && a->index == 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct policy *policy;	/* the one thread's; kept for all */
	struct error_list errors = { .count = 0 };

	if (policy == NULL)
		policy = policy_load_text("fuzz.yaml", span_of(rules),
		    &errors);
	if (policy == NULL) {
		error_list_print(&errors, stderr);
		abort();
	}
	error_list_release(&errors);
	feed_message(policy, span_make((const char *)data, size),
	    check_verdict);
	return 0;
}
