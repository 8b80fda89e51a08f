/*
 * session_reader.h - what the parts of the reader of session files share.
 *
 * Lines are taken one after the other; each is looked at once. A session with
 * an error in it is read to its end, so that its messages are known for what
 * they are, and is then taken back.
 */
#ifndef MILLGATE_SESSION_READER_H
#define MILLGATE_SESSION_READER_H

#include "milter/replay/session_read.h"
#include "rules/base/suggest.h"

/* What the last C: line lets come. */
enum awaited {
	AWAIT_NOTHING,
	AWAIT_MESSAGE,		/* DATA: its S: and @ lines, or the message */
	AWAIT_BLOCK,		/* S: 354: the message */
	AWAIT_END,		/* @disconnect: no more commands */
};

struct reader {
	struct recording *out;
	struct error_list *errors;
	const char *file;	/* in OUT's arena */
	struct span rest;	/* of the text */
	struct span text;	/* the line at hand, without its end */
	unsigned line;		/* its number; 0: before the first */
	struct recorded_session *session;	/* NULL: none has begun */
	enum awaited awaited;
	size_t errors_before;	/* the session: in the list, */
	size_t dropped_before;	/* and not in it any more */
	unsigned odd_chunk;	/* line of a BDAT without a size, if that is
				 * the last command; else 0 */
	bool unended;		/* the line at hand, the last one, has no end */
	bool client;		/* the session has one */
	bool commands;		/* and some of these */
	bool answered;		/* by S: lines, the last one of them */
	bool failed;		/* something was wrong so far */
	bool wrong;		/* something is, in this session */
	bool silent;		/* the rest of it cannot be understood */
	bool full;		/* OUT takes no more */
};

/*
 * Add an error in the line at hand, AT a byte of it (NULL: the line as a
 * whole). The session is wrong from then on. In a line that has no end it is
 * what cut the file off. NULL: that, the list is full, or the session is
 * silent.
 */
struct problem *reader_error(struct reader *r, const char *at,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The file breaks off: WHAT, known since LINE. Its last session is lost. */
void reader_cut(struct reader *r, unsigned line, const char *what);

/* OUT takes no more: reading ends here. */
void reader_exhausted(struct reader *r);

/* session_read() of TEXT that begins behind line ABOVE of the file NAME. */
int reader_run(struct recording *out, const char *name, unsigned above,
    struct span text, struct error_list *errors);

/* A copy of S that lives as long as the recording. */
struct span reader_copy(struct reader *r, struct span s);

/* A new record of the session; NULL: no memory, and that was said. */
struct record *reader_add(struct reader *r, enum record_kind kind);

/*
 * The first line of *REST, which loses it, without its end: LF or CRLF. False:
 * there is no whole line.
 */
bool reader_line(struct span *rest, struct span *line);

/*
 * The next line into `text` and `line`; the last one of the file may go without
 * an end. False: there is none.
 */
bool reader_next(struct reader *r);

/* What is behind "C:" or "S:", without the blank that belongs to it. */
struct span reader_behind_mark(struct span line);

/* The first word of *REST, which loses it and the blanks around it. */
struct span reader_word(struct span *rest);

/* The line at hand, and those that it says follow, begin with "S:". */
void reader_reply(struct reader *r);

/* LINE, the one at hand, begins with '@', and not with @session. */
void reader_at_word(struct reader *r, struct span line);

/* The expectation called WORD, with REST behind it. False: there is none. */
bool reader_expect(struct reader *r, struct span word, struct span rest);
/* Consider the names of all. */
void reader_suggest_expect(struct suggestion *near);

/* REST is not what a word takes: it is written as FORM. */
void reader_misused(struct reader *r, struct span rest, const char *form);

/* What DATA and BDAT let come: @message, the lines from here on, bytes. */
void reader_message_file(struct reader *r, struct span path);
/* The regular file PATH, with CRLF line ends, in OUT's arena. */
int reader_mail(struct recording *out, const char *path, struct span *mail,
    struct error *error);
void reader_block(struct reader *r);
void reader_chunk(struct reader *r, size_t size);

/*
 * Add all that IN has, at most LIMIT bytes, to TEXT, which is cleared. -1:
 * ERROR says why.
 */
int reader_bytes(FILE *in, size_t limit, struct buffer *text,
    struct error *error);

#endif
