/*
 * play.h - recorded sessions, played to the rules.
 *
 * What the client of a recording says goes through a session of the SMTP
 * machine into a session of the engine, both made for it alone; what comes back
 * is held against what the recording expects. For commands: running out of
 * memory ends the process. One thread.
 */
#ifndef MILLGATE_PLAY_H
#define MILLGATE_PLAY_H

#include "milter/replay/coverage.h"
#include "milter/replay/mail_folder.h"
#include "milter/replay/outcome.h"
#include "recording.h"

struct play_setup {
	struct policy *policy;
	size_t body_chunk;	/* most bytes of an EVENT_BODY; 0: as the
				 * machine does */
	struct coverage *coverage;	/* NULL: nobody asks */
	struct mail_folder *folder;	/* NULL: messages go nowhere */
	bool update;		/* what comes is what will be expected: go on
				 * as far as the dialogue makes sense */
};

/*
 * Play S and put into OUT what came of it. OUT borrows names from S. Messages
 * that are accepted go into the folder, but for those that the recording has
 * only a part of.
 *
 * The first reply of another class than expected ends its transaction: what
 * would follow is another session. The rest of it is not played, and what is
 * expected of it is counted as not reached.
 */
void play_session(const struct play_setup *setup,
    const struct recorded_session *s, struct outcome *out);

#endif
