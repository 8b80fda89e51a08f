/*
 * expect.h - is what is expected so?
 *
 * An expectation is held against a sight: all that can be seen of a command or
 * message after it was answered. A depth that cannot see something leaves it
 * out of its sights, and the expectation is then unseen, not failed. Pure but
 * for questions to the engine; one thread.
 */
#ifndef MILLGATE_EXPECT_H
#define MILLGATE_EXPECT_H

#include "recording.h"
#include "smtp_session.h"

/* What the rules said, as far as it is known. */
struct judgement {
	bool given;		/* there is a verdict */
	enum verdict_kind verdict;
	bool by_rule;		/* a rule gave it … */
	size_t rule;		/* … this one */
	struct reply reply;	/* with REJECT, TEMPFAIL, CLOSE */
};

struct sight {
	const struct policy *policy;	/* to name rules by */
	struct engine *engine;	/* NULL: the rules cannot be seen, and of
				 * their verdict no more than is given */
	struct reply reply;	/* code 0: there was none */
	struct judgement judgement;
	struct span recipient;	/* of a RCPT; else empty */
	const struct smtp_message *message;	/* NULL: none was accepted */
	/*
	 * Why it cannot be seen what a message is, or whether it is held; NULL:
	 * it can.
	 */
	const char *message_hidden;
	const char *quarantine_hidden;
};

enum expect_result {
	EXPECT_MET,
	EXPECT_FAILED,
	EXPECT_UNSEEN,
};

/*
 * Does S meet X? If not, WHY gets "expected A, got B", and INSTEAD the lines of
 * a session file that would be met, each ended by LF; *KNOWN is false when no
 * such lines can be told. When it was not seen WHY says what.
 */
enum expect_result expect_check(const struct expectation *x,
    const struct sight *s, struct buffer *why, struct buffer *instead,
    bool *known);

#endif
