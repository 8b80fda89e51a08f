/*
 * fuzz_expand.c - any bytes as what a message brings into ${…}.
 *
 * The bytes are divided at LF: HELO, sender, recipient, subject and body. What
 * is made of them must never break out: no line end or NUL in a reply, a header
 * value, an address, a reason or a log text.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/feed.h"

static const char rules[] =
    "millgate: 1\n"
    "tables: {t: [one, two]}\n"
    "rules:\n"
    "- rule: set\n"
    "  when: {helo: '/^(?<first>[^ ]*) ?(.*)/s'}\n"
    "  then:\n"
    "    - {set: {v: '${2} ${first} ${sender}'}}\n"
    "    - {score: 1.5}\n"
    "- rule: edits\n"
    "  then:\n"
    "    - {add_header: {name: X-Var, value: '${var.v|none} ${score}'}}\n"
    "    - {set_header: {name: X-Subject, "
    "value: '${header_raw.subject} ${body_raw}'}}\n"
    "    - {add_recipient: '${helo}@${sender.domain|example}'}\n"
    "    - {set_sender: '${sender.local}@${header_raw.subject|example}'}\n"
    "    - {quarantine: '${body_raw}'}\n"
    "    - {log: 'l ${header_raw.subject} ${recipient}'}\n"
    "- rule: refuse\n"
    "  when: {recipient.local: {ends_with: x}}\n"
    "  then: {reject: '${recipient} ${helo} 100% ${header_raw.subject}'}\n";

static void
check_line(struct span s, bool folds)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\r' || s.ptr[i] == '\0')
			abort();
		if (s.ptr[i] == '\n' && (!folds || i + 1 == s.len ||
		    (s.ptr[i + 1] != ' ' && s.ptr[i + 1] != '\t')))
			abort();
	}
}

static void
check_verdict(const struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->edit_count; i++)
		check_line(v->edits[i].value,
		    v->edits[i].kind == EDIT_ADD_HEADER ||
		    v->edits[i].kind == EDIT_CHANGE_HEADER);
	for (i = 0; i < v->reply.text.len; i++)
		if (v->reply.text.ptr[i] != '\n' &&
		    (v->reply.text.ptr[i] < ' ' || v->reply.text.ptr[i] > '~'))
			abort();
	for (i = 0; i < v->decision_count; i++)
		if (v->decisions[i].scope == DECISION_LOG)
			check_line(v->decisions[i].detail, false);
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
