/*
 * session_read.h - session files, millgate-session(5), into recordings.
 *
 * What is wrong with a file is an error with its place, and costs the session
 * that it is in; all others are read. A file that breaks off loses its last
 * session, with a warning; one that lacks the end of its last line alone gets
 * the warning only. Load time, one thread.
 */
#ifndef MILLGATE_SESSION_READ_H
#define MILLGATE_SESSION_READ_H

#include "buffer.h"
#include "error.h"
#include "recording.h"

#define SESSION_FILE_MAX (256u << 20)	/* bytes of a file, read whole */
#define SESSION_LINE_MAX (64u << 10)	/* of a line outside a message */
#define SESSION_MESSAGE_MAX (64u << 20)	/* of a file that @message names */

/*
 * Add the sessions in TEXT, known as NAME, to OUT, which keeps copies of all it
 * needs. Paths in it are relative to NAME's folder. -1 when something was
 * wrong: ERRORS says what, and the sessions that are right are in OUT, with a
 * list of the others.
 */
int session_read(struct recording *out, const char *name, struct span text,
    struct error_list *errors);

/*
 * The same from the file PATH; "-" is standard input. TEXT, which the caller
 * has initialized and releases, gets what is in it.
 */
int session_read_file(struct recording *out, const char *path,
    struct buffer *text, struct error_list *errors);

/*
 * Add TEST, a session with `source` or `path`, to OUT with what these hold; OUT
 * borrows names and expectations from it. Expectations beside the path of a
 * session file have line 0, for they stand in no line of that file. -1: ERRORS
 * says why, and OUT has nothing of it.
 */
int session_resolve(struct recording *out,
    const struct recorded_session *test, struct error_list *errors);

#endif
