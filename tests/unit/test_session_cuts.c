/*
 * test_session_cuts.c - session files that end too early.
 */
#include "config.h"

#include "tests/support/session_work.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const struct {
	const char *sentence;
	const char *text;
	unsigned line;		/* of the warning */
	const char *what;	/* a part of it */
	const char *want;
} cuts[] = {
	{ "in a code", "@session a\n@session b\nC: X\nS: 25", 4,
	    "its last line has no end", "a{}" },
	{ "in a word", "@session a\n@session b\nC: X\n@verd", 4,
	    "its last line has no end", "a{}" },
	{ "in a mark", "@session a\n@session b\nC: X\nS", 4,
	    "its last line has no end", "a{}" },
	{ "in a reply", "@session a\n@session b\nC: X\nS: 250-a\n", 4,
	    "the reply in this line has no end", "a{}" },
	{ "in its second line", "@session a\n@session b\nC: X\nS: 250-a\nS:",
	    5, "its last line has no end", "a{}" },
	{ "before that has a mark", "@session a\n@session b\nC: X\n"
	    "S: 250-a\nS", 4, "the reply in this line has no end", "a{}" },
	{ "behind DATA", "@session a\n@session b\nC: DATA\n", 3,
	    "nothing stands behind 'C: DATA'", "a{}" },
	{ "at the end of it", "@session a\n@session b\nC: DATA", 3,
	    "nothing stands behind 'C: DATA'", "a{}" },
	{ "at the end of its reply", "@session a\n@session b\nC: DATA\n"
	    "S: 354", 4, "no message stands behind 'S: 354'", "a{}" },
	{ "in the last dot", "@session a\n@session b\nC: DATA\nS: 354\n.", 5,
	    "the message that begins here has no end", "a{}" },
	{ "in a message", "@session a\n@session b\nC: DATA\nS: 354\nx\n", 5,
	    "the message that begins here has no end", "a{}" },
	{ "before a message", "@session a\n@session b\nC: DATA\nS: 354\n", 4,
	    "no message stands behind 'S: 354'", "a{}" },
	{ "in its first line", "@session a\n@session b\nC: DATA\nS: 354\nx",
	    5, "the message that begins here has no end", "a{}" },
	{ "in a chunk", "@session a\n@session b\nC: BDAT 9\nx\n", 3,
	    "fewer bytes follow than BDAT says", "a{}" },
	{ "behind a chunk", "@session a\n@session b\nC: BDAT 1\nx", 3,
	    "fewer bytes follow than BDAT says", "a{}" },
	{ "in the word that begins a session", "@session a\nC: X\n@sess", 3,
	    "its last line has no end", "a{C:X}" },
	{ "in a message that looks like a remark", "@session a\nC: DATA\n# x",
	    3, "the message that begins here has no end", "" },
};

static void
test_cuts(void)
{
	for (size_t i = 0; i < COUNT(cuts); i++) {
		struct work w;

		unit_case(cuts[i].sentence);
		work_begin(&w, span_of(cuts[i].text));
		check_int(w.result, 0);
		check_size(w.errors.count, 0);
		check_size(w.errors.warning_count, 1);
		if (w.errors.warning_count == 1) {
			check_int(w.errors.warnings[0].line,
			    cuts[i].line);
			check_true(strstr(w.errors.warnings[0].text,
			    cuts[i].what) != NULL);
		}
		check_text(buffer_text(&w.said), cuts[i].want);
		check_size(w.recording.lost_count, 1);
		if (w.recording.lost_count == 1) {
			check_size(w.recording.lost[0].shown, 0);
			check_size(w.recording.lost[0].hidden, 0);
		}
		work_end(&w);
	}
}

/* Nothing but the end of the last line is missing. */
static const struct {
	const char *sentence;
	const char *text;
	const char *want;
} unended[] = {
	{ "a command", "C: X\nC: Y", "{C:X|C:Y}" },
	{ "a reply", "C: X\nS: 250", "{C:X|S:250//}" },
	{ "one of two lines", "C: X\nS: 250-a\nS: 250 b",
	    "{C:X|S:250//a\nb}" },
	{ "half of a line end", "C: X\nS: 250\r", "{C:X|S:250//}" },
	{ "an expectation", "C: X\n@score 1", "{C:X|score:1}" },
	{ "one about DATA", "C: DATA\n@verdict reject",
	    "{C:DATA|verdict:reject}" },
	{ "a chunk of no bytes", "C: BDAT 0 LAST",
	    "{C:BDAT 0 LAST|bytes:/}" },
	{ "the end of the connection", "C: DATA\n@disconnect",
	    "{C:DATA|disconnect}" },
	{ "the name of a session", "C: X\n@session b", "{C:X}b{}" },
	{ "a remark", "C: X\n# rem", "{C:X}" },
	{ "blanks", "C: X\n  ", "{C:X}" },
};

static void
test_unended(void)
{
	for (size_t i = 0; i < COUNT(unended); i++) {
		struct work w;

		unit_case(unended[i].sentence);
		work_begin(&w, span_of(unended[i].text));
		check_int(w.result, 0);
		check_size(w.errors.count, 0);
		check_size(w.errors.warning_count, 1);
		if (w.errors.warning_count == 1)
			check_text(w.errors.warnings[0].text, "the last line "
			    "has no end; it is taken as it stands");
		check_text(buffer_text(&w.said), unended[i].want);
		check_size(w.recording.lost_count, 0);
		work_end(&w);
	}
}

static const struct unit_test tests[] = {
	{ "what is cut off is told, and costs the last session", test_cuts },
	{ "the last line may go without an end", test_unended },
};

UNIT_MAIN("session_cuts", tests)
