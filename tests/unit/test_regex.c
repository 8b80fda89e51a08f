/*
 * test_regex.c - patterns: what they find, and what they may cost.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rules/match/regex.h"
#include "tests/unit/machine_code.h"
#include "tests/unit/unit.h"

#define COUNT(array) (sizeof (array) / sizeof (array)[0])

static const struct regex_limits limits = { .match = 1000000,
	.depth = 100000 };

static struct regex *
compile_for(enum regex_mode mode, const char *pattern, const char *flags)
{
	struct error error = { "" };
	size_t offset = 0;
	struct regex *r = regex_compile(
	    span_of(pattern), span_of(flags), mode, &offset, &error);

	check_text(error.text, "");
	return r;
}

static struct regex *
compile(const char *pattern, const char *flags)
{
	return compile_for(REGEX_BYTES, pattern, flags);
}

struct match_row {
	const char *sentence;
	const char *pattern;
	const char *flags;
	struct span subject;
	enum regex_result want;
	const char *found;		/* with REGEX_YES */
};

static const struct match_row match_rows[] = {
#define BYTES(text) { "" text, sizeof text - 1 }
	{ "a pattern is searched for", "b+", "", BYTES("abbc"),
	    REGEX_YES, "bb" },
	{ "what is not there is not found", "x", "", BYTES("abc"),
	    REGEX_NO, NULL },
	{ "case matters", "ABC", "", BYTES("abc"), REGEX_NO, NULL },
	{ "i: case does not", "ABC", "i", BYTES("abc"), REGEX_YES, "abc" },
	{ "^ is the start", "^b", "", BYTES("a\nb"), REGEX_NO, NULL },
	{ "m: ^ is the start of a line", "^b", "m", BYTES("a\nb"),
	    REGEX_YES, "b" },
	{ "CR ends no line", "^b", "m", BYTES("a\rb"), REGEX_NO, NULL },
	{ "a dot is no LF", "a.b", "", BYTES("a\nb"), REGEX_NO, NULL },
	{ "s: a dot is any byte", "a.b", "s", BYTES("a\nb"),
	    REGEX_YES, "a\nb" },
	{ "x: blanks in a pattern mean nothing", "a b # c", "x", BYTES("ab"),
	    REGEX_YES, "ab" },
	{ "flags add up", "A . B", "xis", BYTES("a\nb"), REGEX_YES, "a\nb" },
	{ "an empty pattern is everywhere", "", "", BYTES("abc"),
	    REGEX_YES, "" },
	{ "nothing is found in an empty subject", "^$", "", BYTES(""),
	    REGEX_YES, "" },
	{ "an empty subject need not be anywhere", "^$", "", { NULL, 0 },
	    REGEX_YES, "" },
	{ "something is not found in an empty subject", "a", "", BYTES(""),
	    REGEX_NO, NULL },
	{ "a NUL ends no subject", "b$", "", BYTES("a\0b"), REGEX_YES, "b" },
	{ "a NUL may be asked for", "a\\x00b", "", BYTES("a\0bc"),
	    REGEX_YES, NULL },
	{ "invalid UTF-8 hides nothing", "evil", "i", BYTES("\xff" "Evil"),
	    REGEX_YES, "Evil" },
	{ "invalid UTF-8 is bytes like others", "\\xff.", "",
	    BYTES("a\xff\xfe"), REGEX_YES, "\xff\xfe" },
	{ "UTF-8 is bytes like others", "^..$", "", BYTES("\xc3\xbc"),
	    REGEX_YES, "\xc3\xbc" },
	{ "a letter is an ASCII letter", "\\w", "", BYTES("\xc3\xbc"),
	    REGEX_NO, NULL },
	{ "\\K moves the start", "ab\\Kc", "", BYTES("abc"), REGEX_YES, "c" },
	{ "\\K gives no start behind the end",
	    "(?(DEFINE)(?<k>ab\\K))(?=(?&k))a", "", BYTES("xaab"),
	    REGEX_YES, "" },
	{ "a look-behind is not part of what is found", "(?<=a)b", "",
	    BYTES("ab"), REGEX_YES, "b" },
	{ "an atomic group may begin a pattern", "(*atomic:a+)b", "",
	    BYTES("aab"), REGEX_YES, "aab" },
};

/* Of REGEX_TEXT. */
static const struct match_row text_rows[] = {
	{ "a dot is a character", "^.$", "", BYTES("\xc3\xbc"),
	    REGEX_YES, "\xc3\xbc" },
	{ "a letter is a letter of any script", "^\\w+$", "",
	    BYTES("\xc3\xbc\xd0\x96"), REGEX_YES, NULL },
	{ "a digit is a digit of any script", "^\\d$", "",
	    BYTES("\xd9\xa3"), REGEX_YES, NULL },
	{ "properties are Unicode's", "^\\p{Cyrillic}+$", "",
	    BYTES("\xd0\x96\xd1\x8f"), REGEX_YES, NULL },
	{ "and deny as well", "\\P{Latin}", "", BYTES("abc"),
	    REGEX_NO, NULL },
	{ "case folds as Unicode has it", "\xc3\x9c" "BER", "i",
	    BYTES("\xc3\xbc" "ber"), REGEX_YES, NULL },
	{ "case matters without the flag", "\xc3\x9c", "", BYTES("\xc3\xbc"),
	    REGEX_NO, NULL },
	{ "a class has characters", "^[\xc3\xa4-\xc3\xbc]$", "",
	    BYTES("\xc3\xb6"), REGEX_YES, NULL },
	{ "a character by its number", "^\\x{1f4a9}$", "",
	    BYTES("\xf0\x9f\x92\xa9"), REGEX_YES, NULL },
	{ "an accent belongs to its letter", "^\\X$", "",
	    BYTES("u\xcc\x88"), REGEX_YES, NULL },
	{ "invalid UTF-8 before it hides nothing", "evil", "i",
	    BYTES("\xff" "Evil"), REGEX_YES, "Evil" },
	{ "nor behind it", "evil", "i", BYTES("Evil\xff"),
	    REGEX_YES, "Evil" },
	{ "nor a character that is cut", "evil", "",
	    BYTES("\xc3" "evil\xe2\x82"), REGEX_YES, "evil" },
	{ "a byte that is no UTF-8 is no character", "a.b", "",
	    BYTES("a\xff" "b"), REGEX_NO, NULL },
	{ "a surrogate is no character", "a.b", "",
	    BYTES("a\xed\xa0\x80" "b"), REGEX_NO, NULL },
	{ "an empty match is found among invalid bytes", "x?", "",
	    BYTES("\xff\xfe"), REGEX_YES, "" },
	{ "a NUL is a character", "a.b", "s", BYTES("a\0b"), REGEX_YES, NULL },
	{ "nothing is found in an empty text", "^$", "", { NULL, 0 },
	    REGEX_YES, "" },
};

static void
check_match(const struct match_row *row, enum regex_mode mode)
{
	struct regex *r = compile_for(mode, row->pattern, row->flags);
	struct span subject = row->subject, found;
	struct error error = { "" };
	enum regex_result got;

	unit_case(row->sentence);
	got = regex_match(r, subject, &limits, &found, 1, &error);
	check_int(got, row->want);
	check_text(error.text, "");
	if (got == REGEX_YES) {
		check_true(found.ptr != NULL);
		check_true(subject.ptr == NULL || (found.ptr >= subject.ptr &&
		    found.ptr + found.len <= subject.ptr + subject.len));
	}
	if (got == REGEX_YES && row->found != NULL)
		check_span(found, row->found);
	regex_free(r);
}

static void
finds(void)
{
	for (size_t i = 0; i < COUNT(match_rows); i++)
		check_match(&match_rows[i], REGEX_BYTES);
}

static void
finds_in_text(void)
{
	for (size_t i = 0; i < COUNT(text_rows); i++)
		check_match(&text_rows[i], REGEX_TEXT);
}

/* A long subject goes to the counted twin. */
static void
finds_in_long_text(void)
{
	struct regex *r = compile_for(REGEX_TEXT, "\xc3\x9c" "ber", "i");
	char text[10000];
	struct span found;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i % 3 == 0 ? 0xff : 'a');
	memcpy(text + 9000, "\xc3\xbc" "BER", 5);
	check_int(regex_match(r, span_make(text, sizeof text), &limits,
	    &found, 1, NULL), REGEX_YES);
	check_true(found.ptr == text + 9000 && found.len == 5);
	regex_free(r);
}

/* A search may go on from any byte, as one for all matches does. */
static void
starts_anywhere_in_text(void)
{
	static const char text[] = "\xc3\xbc\xff\x80\xe2\x82\xac!";
	struct regex *r = compile_for(REGEX_TEXT, ".", "");
	struct regex_limits from = limits;
	struct error error = { "" };
	size_t last = 0;

	for (from.start = 0; from.start < sizeof text - 1; from.start++) {
		struct span found;

		check_int(regex_match(r, span_of(text), &from, &found, 1,
		    &error), REGEX_YES);
		check_true(found.ptr >= text + from.start &&
		    (size_t)(found.ptr - text) >= last);
		last = (size_t)(found.ptr - text);
	}
	check_text(error.text, "");
	check_size(last, sizeof text - 2);
	regex_free(r);
}

static void
gives_groups(void)
{
	struct regex *r = compile("(?<user>\\w+)(x)?@(\\w*)(?<z>z)?", "");
	struct span groups[6];

	check_int(regex_group_count(r), 4);
	check_int(regex_group_number(r, span_of("user")), 1);
	check_int(regex_group_number(r, span_of("z")), 4);
	check_int(regex_group_number(r, span_of("User")), 0);
	check_int(regex_group_number(r, span_of("use")), 0);
	check_int(regex_group_number(r, span_of("")), 0);
	check_int(regex_match(r, span_of("<joe@>"), &limits, groups, 6, NULL),
	    REGEX_YES);
	check_span(groups[0], "joe@");
	check_span(groups[1], "joe");
	unit_case("a group that took no part has no pointer");
	check_true(groups[2].ptr == NULL && groups[2].len == 0);
	unit_case("an empty group has one");
	check_true(groups[3].ptr != NULL && groups[3].len == 0);
	unit_case("nor has one at the end, or one that there is not");
	check_true(groups[4].ptr == NULL && groups[4].len == 0);
	check_true(groups[5].ptr == NULL && groups[5].len == 0);
	unit_case("nobody needs to take groups");
	check_int(regex_match(r, span_of("joe@"), &limits, NULL, 0, NULL),
	    REGEX_YES);
	regex_free(r);
}

static void
starts_later(void)
{
	static const struct {
		const char *sentence;
		const char *pattern;
		size_t start;
		enum regex_result want;
		size_t at;
	} rows[] = {
		{ "what is before the start is not found", "b", 2,
		    REGEX_YES, 4 },
		{ "^ is still the start of the subject", "^a", 1,
		    REGEX_NO, 0 },
		{ "a look-behind sees what is before", "(?<=a)b", 1,
		    REGEX_YES, 1 },
		{ "so does a word's edge", "\\bb", 1, REGEX_NO, 0 },
		{ "the end is a place to start", "$", 6, REGEX_YES, 6 },
		{ "where not much can be found", "c", 6, REGEX_NO, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct regex *r = compile(rows[i].pattern, "");
		struct span subject = span_of("abcabc"), found;
		struct regex_limits later = limits;

		unit_case(rows[i].sentence);
		later.start = rows[i].start;
		check_int(regex_match(r, subject, &later, &found, 1, NULL),
		    rows[i].want);
		if (rows[i].want == REGEX_YES)
			check_size((size_t)(found.ptr - subject.ptr),
			    rows[i].at);
		regex_free(r);
	}
}

static void
gives_last_group(void)
{
	char pattern[3 * (REGEX_GROUPS_MAX - 1) + 1] = "";
	struct span groups[REGEX_GROUPS_MAX];
	struct regex *r;

	for (int i = 1; i < REGEX_GROUPS_MAX; i++)
		strcat(pattern, "(a)");
	r = compile(pattern, "");
	check_int(regex_group_count(r), REGEX_GROUPS_MAX - 1);
	check_int(regex_match(r, span_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaa"), &limits, groups,
	    REGEX_GROUPS_MAX, NULL), REGEX_YES);
	check_span(groups[REGEX_GROUPS_MAX - 1], "a");
	regex_free(r);
}

static const struct {
	const char *sentence;
	const char *pattern;
	const char *flags;
	size_t offset;
	const char *message;
} error_rows[] = {
	{ "a group must be closed", "a(b", "", 3,
	    "missing closing parenthesis" },
	{ "and be opened", "a)b", "", 1, "unmatched closing parenthesis" },
	{ "a class must be closed", "[a", "", 2,
	    "missing terminating ] for character class" },
	{ "a star needs something", "*.exe", "", 0,
	    "quantifier does not follow a repeatable item" },
	{ "a flag must be known", "a", "ig", 1,
	    "unknown flag 'g'; there are i, m, s and x" },
	{ "UTF mode is refused", "(*UTF)a", "", 0,
	    "a pattern may not begin with a verb such as (*UTF)" },
	{ "Unicode properties are refused", "(*UCP)a", "", 0,
	    "a pattern may not begin with a verb such as (*UTF)" },
	{ "a limit of its own is refused", "(*LIMIT_MATCH=4000000000)a", "", 0,
	    "a pattern may not begin with a verb such as (*UTF)" },
	{ "an option to come is refused", "(*TURKISH_CASING)a", "", 0,
	    "a pattern may not begin with a verb such as (*UTF)" },
	{ "switching off the JIT is refused", "(*NO_JIT)a", "", 0,
	    "a pattern may not begin with a verb such as (*UTF)" },
	{ "an option later in the pattern is none", "a(*UTF)", "", 6,
	    "(*VERB) not recognized or malformed" },
	{ "\\C is refused", "a\\C", "", 3,
	    "using \\C is disabled by the application" },
	{ "a name stands for one group", "(?<n>a)(?<n>b)", "", 12,
	    "two named subpatterns have the same name "
	    "(PCRE2_DUPNAMES not set)" },
};

static void
check_refused(struct span pattern, const char *flags, size_t want_offset,
    const char *want)
{
	struct error error = { "" };
	size_t offset = 12345;
	struct regex *r =
	    regex_compile(pattern, span_of(flags), REGEX_BYTES, &offset,
	    &error);

	check_true(r == NULL);
	check_size(offset, want_offset);
	check_text(error.text, want);
	regex_free(r);
}

static void
refuses(void)
{
	for (size_t i = 0; i < COUNT(error_rows); i++) {
		unit_case(error_rows[i].sentence);
		check_refused(span_of(error_rows[i].pattern),
		    error_rows[i].flags, error_rows[i].offset,
		    error_rows[i].message);
	}
}

/* PART written COUNT times, and once more ENDING as often. For one use. */
static struct span
repeated(const char *part, const char *ending, size_t count)
{
	size_t part_len = strlen(part), ending_len = strlen(ending);
	char *p = malloc(count * (part_len + ending_len) + 1);

	for (size_t i = 0; i < count; i++) {
		memcpy(p + i * part_len, part, part_len);
		memcpy(p + count * part_len + i * ending_len, ending,
		    ending_len);
	}
	return span_make(p, count * (part_len + ending_len));
}

static void
check_refused_size(struct span pattern, size_t offset, const char *want)
{
	check_refused(pattern, "", offset, want);
	free((char *)pattern.ptr);
}

static void
refuses_too_much(void)
{
	unit_case("64 groups besides the whole are too many");
	check_refused_size(repeated("(a)", "", REGEX_GROUPS_MAX),
	    3 * REGEX_GROUPS_MAX, "64 groups; at most 63 may be used");
	unit_case("a pattern may be too deep");
	check_refused_size(repeated("(?:", ")", 200), 303,
	    "parentheses are too deeply nested");
	unit_case("a pattern may be too long");
	check_refused_size(repeated("a", "", REGEX_PATTERN_MAX + 1), 0,
	    "pattern string is longer than the limit set by the application");
	unit_case("a pattern may be too large once it is compiled");
	check_refused_size(repeated("a", "", 20000), 20000,
	    "regular expression is too large");
}

/* Any answer is right, if it comes; minutes are what CI has no patience for. */
static const char *const evil[] = {
	"(\\w+)[0-9]",
	"[a-z]+[0-9]",
	"^(a|b)*c",
	"(a+)+$",
	"(a|aa)+$",
	"(.*)*x",
	"^(\\w+\\s?)*$",
	"(?:a?){30}a{30}z",
	"(.+)\\1z",
	"[ab]+[ac]+[0-9]",
	"[ab]+[ac]+[ad]+[ae]+[0-9]",
	"a(?=.*[0-9])",
	"a(?=.*a(?=.*[0-9]))",
	".*a.*a.*[0-9]",
	"(?:a|aa|aaa)(?=.*[0-9])",
	"a{500,}[0-9]",
	"(?>a*)(?>b*).*[0-9]",
	"^(?:(?:a|b)*)*c?$",
};

static const size_t evil_sizes[] = { 512, 1024, 65536, 1048576 };

static void
check_evil(const char *pattern, const char *text, size_t size)
{
	struct regex *r = compile(pattern, "");
	struct error error = { "" };
	struct span whole;
	enum regex_result got;

	unit_case(pattern);
	got = regex_match(r, span_make(text, size), &limits, &whole, 1, &error);
	check_int(error.text[0] != '\0', got == REGEX_FAILED);
	regex_free(r);
}

static void
survives_evil(void)
{
	const size_t size = evil_sizes[COUNT(evil_sizes) - 1];
	char *text = malloc(size);

	memset(text, 'a', size);
	for (size_t i = 0; i < COUNT(evil); i++)
		for (size_t k = 0; k < COUNT(evil_sizes); k++) {
			text[evil_sizes[k] - 1] = '!';
			check_evil(evil[i], text, evil_sizes[k]);
			text[evil_sizes[k] - 1] = 'a';
		}
	free(text);
}

static void
says_failed(void)
{
	const struct regex_limits low = { .match = 10, .depth = 10 };
	struct span text = repeated("a", "!", 1000);
	struct regex *r = compile("(a+)+$", "");
	struct error error = { "" };
	struct span whole;

	unit_case("a long subject");
	check_int(regex_match(r, text, &limits, &whole, 1, &error),
	    REGEX_FAILED);
	check_text(error.text,
	    "the pattern was given up: match limit exceeded");
	unit_case("a short subject");
	check_int(regex_match(r, span_make(text.ptr + 600, 401), &limits,
	    &whole, 1, &error), REGEX_FAILED);
	unit_case("the limit is that of the call");
	check_int(regex_match(r, span_make(text.ptr + 990, 11), &low, &whole, 1,
	    &error), REGEX_FAILED);
	unit_case("and the next match is as good as any");
	check_int(regex_match(r, span_make(text.ptr + 990, 11), &limits, &whole,
	    1, &error), REGEX_NO);
	free((char *)text.ptr);
	regex_free(r);
}

/* An ordinary pattern is not given up only because the subject is long. */
static void
reads_long_subjects(void)
{
	struct span text = repeated("the quick brown fox ", "x", 50000);
	struct regex *r = compile("\\b(lazy|dog|jumps|over|hen)\\b.*x$", "is");
	struct span whole;

	check_int(regex_match(r, text, &limits, &whole, 1, NULL), REGEX_NO);
	memcpy((char *)text.ptr + 40, "A LAZY ", 7);
	check_int(regex_match(r, text, &limits, &whole, 1, NULL), REGEX_YES);
	check_size((size_t)(whole.ptr - text.ptr), 42);
	check_size(whole.len, text.len - 42);
	free((char *)text.ptr);
	regex_free(r);
}

#define THREADS 16

static void *
match_many(void *arg)
{
	const struct regex *r = arg;
	size_t right = 0;

	for (int i = 0; i < 200; i++) {
		char text[700];
		struct span groups[2];

		/* Half of them long: both compilations are shared. */
		memset(text, ' ', sizeof text);
		snprintf(text, sizeof text, "n=%d", i);
		if (regex_match(r, span_make(text, i % 2 ? 100 : sizeof text),
		    &limits, groups, 2, NULL) == REGEX_YES &&
		    groups[1].ptr == text + 2 &&
		    groups[1].len == (i < 10 ? 1 : i < 100 ? 2 : 3))
			right++;
	}
	return (void *)right;
}

static void
serves_threads(void)
{
	struct regex *r = compile("n=(\\d+)", "");
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		check_int(pthread_create(&threads[i], NULL, match_many, r), 0);
	for (int i = 0; i < THREADS; i++) {
		void *right = NULL;

		check_int(pthread_join(threads[i], &right), 0);
		check_size((size_t)right, 200);
	}
	regex_free(r);
}

static void
knows_version(void)
{
	const char *version = regex_library_version();

	check_true(version[0] >= '1' && version[0] <= '9');
	check_true(strchr(version, '.') != NULL);
	check_true(version == regex_library_version());
	regex_free(NULL);
}

static const struct unit_test interpreter_tests[] = {
	{ "a match is what PCRE2 says, byte for byte", finds },
	{ "in a text it is of characters", finds_in_text },
	{ "in a long one as well", finds_in_long_text },
	{ "and may begin anywhere", starts_anywhere_in_text },
	{ "groups come by number and name", gives_groups },
	{ "a search may begin later", starts_later },
	{ "every group that may be is given", gives_last_group },
	{ "no pattern runs without bound", survives_evil },
	{ "a limit that was hit is a failure, not a no", says_failed },
	{ "a long subject is no failure", reads_long_subjects },
	{ "threads share a pattern", serves_threads },
};

/* Set by main() before the tests. */
static int interpreter_status = -1;

/*
 * Everything once more in a process that may make no machine code, in which
 * none has been made yet. CUnit runs one registry at a time, so this comes
 * before the tests; what the child prints goes to standard error.
 */
static int
run_without_jit(void)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
		    machine_code_deny() < 0 || regex_has_jit())
			_exit(2);
		_exit(unit_main("regex, interpreted", interpreter_tests,
		    COUNT(interpreter_tests)));
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
does_without_jit(void)
{
	check_int(interpreter_status, 0);
}

static const struct unit_test tests[] = {
	{ "without machine code all is the same", does_without_jit },
	{ "a match is what PCRE2 says, byte for byte", finds },
	{ "in a text it is of characters", finds_in_text },
	{ "in a long one as well", finds_in_long_text },
	{ "and may begin anywhere", starts_anywhere_in_text },
	{ "groups come by number and name", gives_groups },
	{ "a search may begin later", starts_later },
	{ "every group that may be is given", gives_last_group },
	{ "a wrong pattern is refused at its place", refuses },
	{ "a pattern that is too much is refused", refuses_too_much },
	{ "no pattern runs without bound", survives_evil },
	{ "a limit that was hit is a failure, not a no", says_failed },
	{ "a long subject is no failure", reads_long_subjects },
	{ "threads share a pattern", serves_threads },
	{ "the library tells its version", knows_version },
};

int
main(void)
{
	interpreter_status = run_without_jit();
	return unit_main("regex", tests, COUNT(tests));
}
