/*
 * recording.h - recorded sessions, and what is expected of them.
 *
 * A recording is a list of SMTP sessions, each a list of records in the order
 * in which they stand: what the client said, what only the MTA knew, and what
 * is expected to come of it. Session files (millgate-session(5)) and the
 * `tests:` of rule files are read into this one structure; players at every
 * depth play it. All memory belongs to the recording's arena. One thread.
 */
#ifndef MILLGATE_RECORDING_H
#define MILLGATE_RECORDING_H

#include <stdint.h>

#include "arena.h"
#include "engine.h"

enum record_kind {
	RECORD_CLIENT,		/* @client, before the first command */
	RECORD_MACROS,		/* @macro: from the next command on */
	RECORD_TIME,		/* @time: from the next command on */
	RECORD_ANSWER,		/* @answer: of a look-up */
	RECORD_DISCONNECT,	/* @disconnect: the client is gone */
	RECORD_COMMAND,		/* C: a line without its end */
	RECORD_BYTES,		/* what follows DATA or BDAT */
	RECORD_TRUNCATED,	/* @truncated: what the recording lacks */
	RECORD_EXPECT,		/* S: and all expectations */
};

enum expect_kind {
	EXPECT_REPLY,		/* S: code, and what else is given */
	EXPECT_VERDICT,
	EXPECT_RULE,
	EXPECT_NO_RULE,
	EXPECT_HEADER,
	EXPECT_NO_HEADER,
	EXPECT_RECIPIENT,
	EXPECT_NO_RECIPIENT,
	EXPECT_SENDER,
	EXPECT_BODY_CONTAINS,
	EXPECT_QUARANTINE,
	EXPECT_SCORE,
	EXPECT_LABEL,
	EXPECT_KINDS
};

/*
 * About the command, the bytes or (before all commands) the greeting above, or
 * about the message: see `expected` of struct recorded_session.
 */
struct expectation {
	enum expect_kind kind;
	struct reply reply;		/* EXPECT_REPLY; EXPECT_VERDICT about a
					 * message: code 0, empty status or text
					 * are not compared */
	enum verdict_kind verdict;	/* EXPECT_VERDICT */
	int64_t score;			/* EXPECT_SCORE, in thousandths */
	struct span name;		/* of a rule, a header field; label */
	struct span text;		/* a value; an address, "<>" is the null
					 * one; a reason, empty: any */
};

struct record {
	enum record_kind kind;
	unsigned line;			/* of the file, from 1 */
	unsigned last_line;		/* the same but for what spans lines */
	union {
		struct {
			struct span name;	/* "unknown" if not verified */
			struct ip ip;		/* len 0: local or unknown */
			bool local;
			uint16_t port;		/* 0: not given */
		} client;
		struct {
			const struct macro *at;	/* names without {} */
			size_t count;
		} macros;
		int64_t time;			/* seconds since the epoch */
		struct {
			struct span kind;	/* "dnsbl", "greylist", … */
			struct span key;	/* the words between */
			struct span value;	/* the last word */
		} answer;
		struct span text;	/* RECORD_COMMAND; RECORD_TRUNCATED: the
					 * words behind it */
		struct {
			/*
			 * Behind DATA as the client means them: CRLF behind
			 * each line, no dot that was stuffed, no final dot.
			 * Behind BDAT as they stand.
			 */
			struct span at;
			struct span path;	/* of @message; else empty */
		} bytes;
		struct expectation expect;
	};
};

struct recorded_session {
	struct span name;		/* empty: it goes without */
	const char *file;		/* for messages */
	unsigned line;
	/*
	 * Of a test in a rule file: its last records, that many, are expected
	 * of its (last) message as a whole, at whatever command that was
	 * answered. 0 in session files.
	 */
	size_t expected;
	/*
	 * What such a test has elsewhere, for session_resolve() to read before
	 * it is played: `session:`, the text of a session file that begins
	 * behind line `source_line`, or the path of one, the records being
	 * expectations only; or `file:`, the path of the message that
	 * RECORD_BYTES lacks. Empty: nothing.
	 */
	struct span source;
	unsigned source_line;
	struct span path;
	bool path_of_message;
	struct record *records;
	size_t count;
	size_t room;
};

/*
 * A rule alone, with facts by name: `tests:` of a rule. RULE is its number in
 * file order.
 */
struct rule_trial {
	size_t rule;
	struct place place;
	const struct given_fact *given;
	size_t given_count;
	bool matches;			/* it is expected to hold */
	bool verdict_asked;
	enum verdict_kind verdict;
	struct reply reply;		/* code 0, empty status or text: not
					 * compared */
};

/*
 * A session of a file that was not taken. Its errors are in the list that was
 * filled with it, unless that was full.
 */
struct lost_session {
	struct span name;
	const char *file;
	unsigned line;
	size_t first;			/* of these errors */
	size_t shown;			/* so many are in the list */
	size_t hidden;			/* so many not; both 0: the file breaks
					 * off in it, a warning says where */
};

struct recording {
	struct arena arena;
	struct recorded_session *sessions;
	size_t count;
	size_t room;
	struct rule_trial *trials;
	size_t trial_count;
	size_t trial_room;
	struct lost_session *lost;
	size_t lost_count;
	size_t lost_room;
};

/* Make R empty; it takes no memory yet and at most LIMIT bytes later. */
void recording_init(struct recording *r, size_t limit);

/*
 * A new, empty session at its end; it moves when the next one is added. NULL:
 * the memory is used up.
 */
struct recorded_session *recording_add_session(struct recording *r);

/*
 * A new record at the end of S, cleared; it moves when the next one is added.
 * NULL: the memory is used up.
 */
struct record *recording_add(struct recording *r, struct recorded_session *s,
    enum record_kind kind, unsigned line);

/* A new trial at its end, cleared; the same holds. */
struct rule_trial *recording_add_trial(struct recording *r);

/* A new lost session, cleared; the same holds. */
struct lost_session *recording_add_lost(struct recording *r);

/* Its name in session files, without '@'; EXPECT_REPLY's is "S:". */
const char *expect_name(enum expect_kind k);

/*
 * Read a reply as a client sees it, "CODE [STATUS] [text]", '-' behind the code
 * where another line follows. Status and text are parts of TEXT, empty when
 * they are not there. -1: it has no code from 200 to
 * 599, and *REPLY is left alone.
 */
int expect_reply_parse(struct span text, struct reply *reply);

/* Free all. A released or zeroed recording may be released again. */
void recording_release(struct recording *r);

#endif
