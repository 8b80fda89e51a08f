/*
 * play.h - recorded sessions, played at any depth.
 *
 * What the client of a recording says is said to whoever answers at the depth,
 * on a connection made for it alone; what comes back is held against what the
 * recording expects. For commands: running out of memory ends the process. One
 * thread.
 */
#ifndef MILLGATE_PLAY_H
#define MILLGATE_PLAY_H

#include "milter/replay/depth.h"
#include "milter/replay/mail_folder.h"
#include "milter/replay/outcome.h"
#include "recording.h"

struct play_setup {
	struct depth depth;
	struct mail_folder *folder;	/* NULL: messages go nowhere */
	bool update;		/* what comes is what will be expected: go on
				 * as far as the dialogue makes sense */
};

/*
 * Play S and put into OUT what came of it. OUT borrows names from S. Messages
 * that are accepted go into the folder, but for those that the recording has
 * only a part of. -1 and ERROR: the peer cannot be reached, and what is in OUT
 * says nothing.
 *
 * A session that says or gives what the depth does not take is not played: that
 * is the one finding then.
 *
 * The first reply of another class than expected ends its transaction: what
 * would follow is another session. The rest of it is not played, and what is
 * expected of it is counted as not reached.
 */
int play_session(const struct play_setup *setup,
    const struct recorded_session *s, struct outcome *out,
    struct error *error);

#endif
