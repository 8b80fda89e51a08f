/*
 * test_load_large.c - the largest files load at once.
 *
 * Nothing here looks at a clock: each file is one that a loader which compares
 * all of it with all of it would work on for minutes.
 */
#include "config.h"

#include "buffer.h"
#include "policy.h"
#include "rules/load/tree.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Text that is repeated; each "@" in it is the number of the copy. */
struct part {
	const char *text;
	size_t times;
};

#define RULE "rules:\n  - rule: r\n    then: accept\n"
#define WHEN "rules:\n  - rule: r\n    then: accept\n    when:\n"
#define VALUE "    then:\n      add_header:\n        name: A\n        value: "

static const struct row {
	const char *sentence;
	struct part parts[4];
	bool loads;
} rows[] = {
	{ "references to conditions", {
	    { "conditions:\n", 1 },
	    { "  a@: {helo: x}\n", 40000 },
	    { "  b@: {condition: a@}\n", 40000 },
	    { RULE, 1 } }, true },
	{ "references to conditions that are not there", {
	    { "conditions:\n", 1 },
	    { "  a@: {helo: x}\n", 40000 },
	    { "  b@: {condition: not_there_@}\n", 40000 },
	    { RULE, 1 } }, false },
	{ "references to tables", {
	    { RULE "tables:\n", 1 },
	    { "  a@: [x]\n", 40000 },
	    { "conditions:\n", 1 },
	    { "  b@: {helo: {in: a@}}\n", 40000 } }, true },
	{ "references to tables that are not there", {
	    { RULE "tables:\n", 1 },
	    { "  a@: [x]\n", 40000 },
	    { "conditions:\n", 1 },
	    { "  b@: {helo: {in: not_there_@}}\n", 40000 } }, false },
	{ "texts where a regex should be", {
	    { WHEN "      helo:\n        matches:\n", 1 },
	    { "        - x@\n", 200000 } }, false },
	{ "fields of different names", {
	    { WHEN, 1 },
	    { "      header_raw.x@: a\n", 100000 } }, true },
	{ "fields of different names in a text", {
	    { "rules:\n  - rule: r\n" VALUE, 1 },
	    { "${header_raw.x@}", 100000 } }, true },
	{ "groups and facts in a text behind a large condition", {
	    { "rules:\n  - rule: r\n    when:\n      helo:\n", 1 },
	    { "        - '/a/'\n", 60000 },
	    { "        - '/(?<name>a)(b)/'\n" VALUE, 1 },
	    { "${2}${name}${helo}", 60000 } }, true },
	{ "rules with the same large condition", {
	    { "conditions:\n  big:\n    all:\n", 1 },
	    { "      - {header_raw.x@: a}\n", 5000 },
	    { "rules:\n", 1 },
	    { "  - {rule: r@, when: {condition: big}, then: accept}\n",
	      5000 } }, true },
	{ "rules with a text that has no quotes", {
	    { "rules:\n", 1 },
	    { "  - {rule: r@, when: {helo: a@}, then: {reject: No}}\n",
	      40000 } }, true },
	{ "regexes with many repeats and alternatives", {
	    { WHEN "      helo:\n", 1 },
	    { "        - '/^(a+b?c*(d+|e+|f+|g+)*(h|i|j|k|l|m|n|o|p|q|r|s)*"
	      "(t+(u+(v+(w+(x+(y+(z+|0)*|1)*|2)*|3)*|4)*|5)*|6)*)*@$/'\n",
	      500 } }, true },
	{ "rules with the same regex", {
	    { "rules:\n", 1 },
	    { "  - {rule: r@, when: {helo: '/^(a|b|c)+$/i'}, "
	      "then: accept}\n", 40000 } }, true },
};

static void
add_part(struct buffer *file, const struct part *part)
{
	struct span rest;
	size_t i, at;

	for (i = 0; i < part->times; i++) {
		rest = span_of(part->text);
		while (rest.len > 0) {
			at = span_find(rest, '@');
			buffer_add(file, span_head(rest, at));
			if (at < rest.len)
				buffer_addf(file, "%zu", i);
			rest = span_skip(rest, at + 1);
		}
	}
}

static void
check_row(const struct row *row)
{
	struct error_list errors = { .count = 0 };
	struct policy *p;
	struct buffer file;

	buffer_init(&file, TREE_BYTES_MAX);
	buffer_add_text(&file, "millgate: 1\n");
	for (size_t i = 0; i < COUNT(row->parts); i++)
		add_part(&file, &row->parts[i]);
	unit_case(row->sentence);
	check_true(!file.overflow);
	p = policy_load_text("r", buffer_span(&file), &errors);
	check_int(p != NULL, row->loads);
	if (row->loads && errors.count > 0)
		check_text(errors.at[0].text, "");
	check_int(errors.dropped > 0, !row->loads);
	policy_unref(p);
	error_list_release(&errors);
	buffer_release(&file);
}

static void
test_large(void)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

static const struct unit_test tests[] = {
	{ "large files take the time that they take to read", test_large },
};

UNIT_MAIN("load_large", tests)
