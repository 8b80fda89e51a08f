/*
 * reference_match.c - one value, and what is asked of it.
 *
 * Patterns are searched for with regcomp(3); which value makes which pattern
 * run into a limit is known beforehand.
 */
#include "config.h"

#include <regex.h>
#include <stdlib.h>

#include "tests/support/reference_view.h"

const struct ref_pattern ref_patterns[REF_PATTERNS] = {
	[REF_HARD] = { "/^(?:a|b|ab|ba)+$(?<!b)/", "^a+$", false, 0, NULL },
	{ "/^(x+)/", "^(x+)", false, 1, NULL },
	{ "/(y)(z?)$/i", "(y)(z?)$", true, 2, NULL },
	{ "/^(?<w>[xs ]*)y/", "^([xs ]*)y", false, 1, "w" },
	{ "/(?<d>[a-z])$/i", "([a-z])$", true, 1, "d" },
	{ "/y/", "y", false, 0, NULL },
	{ "/^[^x]/", "^[^x]", false, 0, NULL },
};

char
ref_match_pattern(int pattern, const char *value, struct ref_groups *g)
{
	/* Compiled once; of the one thread. */
	static regex_t compiled[REF_PATTERNS];
	static bool done[REF_PATTERNS];
	const struct ref_pattern *p = &ref_patterns[pattern];
	regmatch_t at[REF_GROUPS];
	int i;

	if (pattern == REF_HARD &&
	    strncmp(value, REF_LONG, strlen(REF_LONG)) == 0)
		return 'f';
	if (!done[pattern] && regcomp(&compiled[pattern], p->posix,
	    REG_EXTENDED | (p->nocase ? REG_ICASE : 0)) != 0)
		abort();
	done[pattern] = true;
	if (regexec(&compiled[pattern], value, REF_GROUPS, at, 0) != 0)
		return 'n';
	for (i = 0; i < REF_GROUPS && g != NULL; i++) {
		g->from[i] = at[i].rm_so;
		g->to[i] = at[i].rm_eo;
	}
	return 'y';
}

int64_t
ref_number(const char *text)
{
	bool negative = text[0] == '-';
	int64_t unit = 1000, n = 0;

	for (text += negative; *text != '\0'; text++) {
		if (*text == '.')
			unit = 100;
		else if (unit == 1000)
			n = n * 10 + (*text - '0') * 1000;
		else {
			n += (*text - '0') * unit;
			unit /= 10;
		}
	}
	return negative ? -n : n;
}

char
ref_opposite(char a)
{
	return a == 'y' ? 'n' : a == 'n' ? 'y' : a;
}

char
ref_both(char a, char b)
{
	if (a == 'n' || b == 'n')
		return 'n';
	if (a == '?' || b == '?')
		return '?';
	return a == 'f' || b == 'f' ? 'f' : 'y';
}

char
ref_either(char a, char b)
{
	return ref_opposite(ref_both(ref_opposite(a), ref_opposite(b)));
}

static bool
contains(struct span value, struct span part)
{
	size_t i;

	for (i = 0; i + part.len <= value.len; i++)
		if (span_equal_nocase(span_head(span_skip(value, i), part.len),
		    part))
			return true;
	return false;
}

static bool
ends_with(struct span value, struct span part)
{
	return part.len <= value.len &&
	    span_equal_nocase(span_skip(value, value.len - part.len), part);
}

static bool
literal_holds(enum ref_fact fact, enum ref_operator operator,
    const char *literal, const char *value)
{
	struct span l = span_of(literal), v = span_of(value);

	switch (operator) {
	case REF_CONTAINS:
		return contains(v, l);
	case REF_STARTS_WITH:
		return span_equal_nocase(span_head(v, l.len), l);
	case REF_ENDS_WITH:
		return ends_with(v, l);
	case REF_IS:
	case REF_IS_NOT:
	case REF_MATCHES:
	case REF_IN:
	case REF_EQ:
	case REF_GT:
	case REF_GE:
	case REF_LT:
	case REF_LE:
		break;
	}
	if (ref_facts[fact].type == REF_IS_NUMBER)
		return ref_number(literal) == ref_number(value);
	return span_equal_nocase(v, l);
}

static uint32_t
ip_number(const char *text)
{
	uint32_t ip = 0;
	char *end;
	int i;

	for (i = 0; i < 4; i++, text = end + 1)
		ip = ip << 8 | (uint32_t)strtoul(text, &end, 10);
	return ip;
}

static bool
in_network(const char *entry, const char *value)
{
	const char *slash = strchr(entry, '/');
	int bits = slash != NULL ? atoi(slash + 1) : 32;
	uint32_t mask = 0xffffffffu << (32 - bits);

	return ((ip_number(entry) ^ ip_number(value)) & mask) == 0;
}

/* A name, or the domain of an address, and an entry without an '@'. */
static bool
in_domain(const char *entry, const char *name)
{
	if (entry[0] != '.')
		return span_equal_nocase(span_of(entry), span_of(name));
	return strlen(name) > strlen(entry) &&
	    ends_with(span_of(name), span_of(entry));
}

static bool
entry_has(enum ref_fact fact, const char *entry, const char *value)
{
	const char *at = strchr(entry, '@'), *domain = strchr(value, '@');
	size_t local;

	if (ref_facts[fact].type == REF_IS_IP)
		return in_network(entry, value);
	if (ref_facts[fact].type != REF_IS_ADDRESS)
		return at == NULL && in_domain(entry, value);
	if (domain == NULL)
		return strcmp(entry, value) == 0;	/* "<>" */
	if (at == NULL)
		return in_domain(entry, domain + 1);
	if (at[1] != '\0')
		return span_equal_nocase(span_of(entry), span_of(value));
	local = (size_t)(domain - value);
	return span_equal_nocase(span_make(entry, (size_t)(at - entry)),
	    span_make(value, local));
}

static char
in_table(const struct ref_table *t, enum ref_fact fact, const char *value)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (entry_has(fact, t->entries[i], value))
			return 'y';
	return 'n';
}

static bool
relation_holds(enum ref_operator operator, int64_t value, int64_t number)
{
	return operator == REF_EQ ? value == number : operator == REF_GT ?
	    value > number : operator == REF_GE ? value >= number :
	    operator == REF_LT ? value < number : value <= number;
}

/* Is VALUE one of those that M names? */
static char
is_one(const struct ref_policy *p, enum ref_fact fact,
    const struct ref_match *m, const char *value)
{
	char result = 'n', one;
	size_t i;

	if (m->table >= 0)
		return in_table(&p->tables[m->table], fact, value);
	for (i = 0; i < m->count; i++) {
		if (m->entries[i].literal == NULL)
			one = ref_match_pattern(m->entries[i].pattern, value,
			    NULL);
		else
			one = literal_holds(fact, m->operator,
			    m->entries[i].literal, value) ? 'y' : 'n';
		result = ref_either(result, one);
	}
	return result;
}

char
ref_match_value(const struct ref_policy *p, enum ref_fact fact,
    const struct ref_match *m, const char *value)
{
	char result;

	if (m->operator >= REF_EQ)
		return relation_holds(m->operator, ref_number(value),
		    ref_number(m->number)) ? 'y' : 'n';
	result = is_one(p, fact, m, value);
	return m->operator == REF_IS_NOT ? ref_opposite(result) : result;
}

char
ref_match_some(const struct ref_policy *p, const struct ref_test *t,
    const char *value)
{
	char result = 'y';
	size_t i;

	for (i = 0; i < t->some_count; i++)
		result = ref_both(result, ref_match_value(p, t->fact,
		    &t->some[i], value));
	return result;
}
