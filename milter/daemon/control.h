/*
 * control.h - the daemon's side of the control socket.
 *
 * Who connects gets a report and the connection is closed: nothing is read, so
 * there is nothing to send that could do harm. The report is lines of text, a
 * name and its value divided by one blank:
 *
 *	millgate 0.1.0
 *	pid 1234
 *	…
 *	reload-failed 1795459690 "rules.yaml:3:1: error: …"
 *	rule 17 0 enforce rules.yaml:12 no-spam
 *	end
 *
 * where times are seconds since the epoch, and a value is escaped as in the log
 * (log_escape) when it came from outside. Lines of a name that a reader does
 * not know are for a later reader. "end" tells that nothing is missing.
 */
#ifndef MILLGATE_CONTROL_H
#define MILLGATE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* What the supervisor knows and the report tells; given at each fork. */
struct control_facts {
	long supervisor;	/* its process id */
	int64_t started;	/* when, seconds since the epoch */
	unsigned restarts;	/* of workers that crashed */
	const char *rules;	/* the rule file, as it was given */
	const char *listen;	/* where MTAs connect */
	size_t connections;	/* the most that may be open */
};

/*
 * Begin to answer on LISTENER, a listening unix socket, in a thread of its own
 * that nothing else waits for, one client after the other, each for two seconds
 * at most. A plan must be in force. FACTS is borrowed for good. -1 and ERROR on
 * failure. Once in the life of a process.
 */
int control_start(int listener, const struct control_facts *facts,
    struct error *error);

/*
 * What the report shall say of the last reload: TEXT is why it failed, which is
 * copied; NULL: it went well. Any thread.
 */
void control_reload_failed(const char *text);

/* And of the gate (gate.h), which is open until this is called. Any thread. */
void control_gate(bool open);

#endif
