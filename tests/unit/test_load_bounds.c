/*
 * test_load_bounds.c - how much a rule file may ask for.
 */
#include "config.h"

#include <stdio.h>

#include "buffer.h"
#include "rules/engine/parts.h"
#include "rules/mail/header/header_text.h"
#include "tests/unit/unit.h"

#define TOP "millgate: 1\nrules:\n"

/* A rule for each of COUNT texts, in which "@" is its number. */
static struct policy *
load_many(const char *condition, size_t count, struct error_list *errors)
{
	size_t at = strcspn(condition, "@");
	struct buffer text;
	struct policy *p;

	buffer_init(&text, 1u << 20);
	buffer_add_text(&text, TOP);
	for (size_t i = 0; i < count; i++)
		buffer_addf(&text, "  - {rule: r%zu, when: {%.*s%zu%s}, "
		    "then: reject}\n", i, (int)at, condition, i,
		    condition + at + 1);
	p = policy_load_text("r", buffer_span(&text), errors);
	buffer_release(&text);
	return p;
}

/* A producer has room for POLICY_MACROS_MAX of them, "i" is one. */
static void
test_many_macros(void)
{
	struct error_list errors = { .count = 0 };
	struct policy *p;
	size_t count = 0;

	p = load_many("macro.m@: x", POLICY_MACROS_MAX - 1, &errors);
	check_true(p != NULL);
	if (p != NULL)
		(void)policy_macros(p, PHASE_EOM, &count);
	check_size(count, POLICY_MACROS_MAX);
	policy_unref(p);
	p = load_many("macro.m@: x", POLICY_MACROS_MAX, &errors);
	check_true(p == NULL);
	check_size(errors.count, 1);
	check_text(errors.at[0].text, "one macro too many is read");
	check_int(errors.at[0].line, 2 + POLICY_MACROS_MAX);
	error_list_release(&errors);
}

static void
test_same_regex(void)
{
	struct error_list errors = { .count = 0 };
	struct policy *p = load_many("helo: '/a/i', sender: x@", 5000,
	    &errors);

	check_size(p != NULL ? p->regex_count : 0, 1);
	policy_unref(p);
	p = load_many("helo: ['/a/', '/a/i', '/a/'], sender: x@", 2, &errors);
	check_size(p != NULL ? p->regex_count : 0, 2);
	policy_unref(p);
	check_size(errors.count, 0);
}

/* More is cut from each message: see header_text.h. */
static void
test_long_value(void)
{
	char value[HEADER_TEXT_MAX + 2] = "", text[sizeof value + 256];
	struct error_list errors = { .count = 0 };
	struct policy *p;

	for (size_t len = HEADER_TEXT_MAX; len <= HEADER_TEXT_MAX + 1; len++) {
		memset(value, 'x', len);
		(void)snprintf(text, sizeof text, TOP "  - rule: r\n    then: "
		    "{add_header: {name: A, value: '%s${helo}'}}\n", value);
		p = policy_load_text("r", span_of(text), &errors);
		check_int(p != NULL, len == HEADER_TEXT_MAX);
		policy_unref(p);
	}
	check_size(errors.count, 1);
	check_text(errors.at[0].text, "the value is too long");
	error_list_release(&errors);
}

static const struct unit_test tests[] = {
	{ "an MTA is not asked for more macros than there is room for",
	  test_many_macros },
	{ "the same regex is compiled once", test_same_regex },
	{ "a value that could only be cut is refused", test_long_value },
};

UNIT_MAIN("load_bounds", tests)
