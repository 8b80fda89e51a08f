/*
 * play.h - a dialogue as one line of text, fed to any event_sink.
 *
 * A script is a list of events divided by '|':
 *
 *	connect 192.0.2.1 mx.example.org|helo mx|mail a@b SIZE=5 {i}=Q1|
 *	rcpt c@d|data|header Subject some text|eoh|body text|eom
 *
 * and abort, close and unknown. An address "-" is none; every client's port is
 * PLAY_PORT. Words in braces with '=' are macros, @ and digits the time of the
 * event; the text of header, body and unknown goes to the end and has none. \HH
 * is the byte with that number.
 *
 * What the sink says is given back as text, for each event that it does not
 * just let pass:
 *
 *	mail reject 550 5.7.1 no thanks by rule-1
 *	rcpt c@d tempfail 451 4.7.1 later by rule-2
 *	eom accept by rule-3 score 2.5 -Subject/2 +X-Tag=yes ^X-Top=yes
 *
 * divided by '|'. Edits are +NAME=VALUE at the bottom, ^NAME=VALUE on top,
 * ~NAME/INDEX=VALUE changed, -NAME/INDEX removed, <SENDER, >+RECIPIENT,
 * >-RECIPIENT, "body TEXT" and "quarantine REASON". A rule that could not be
 * judged is (rule: why), what a rule logs [rule: text]; "would-reject by rule"
 * and "undecided" are what rules in shadow say. "failed" stands before a
 * verdict when the sink failed, \HH for every byte that is not printable. A
 * verdict that breaks verdict.h or edit.h is "BROKEN".
 *
 * For one thread.
 */
#ifndef MILLGATE_TEST_PLAY_H
#define MILLGATE_TEST_PLAY_H

#include "buffer.h"
#include "event.h"
#include "verdict.h"

#define PLAY_PORT 40112
#define PLAY_WORDS 32		/* macros and parameters of one event */

struct player {
	event_sink *sink;
	void *self;
	struct buffer line;	/* of the script, bytes put in */
	struct buffer scratch;	/* of event_header() */
	struct buffer out;
	size_t failures;	/* times that the sink returned -1 */
};

void player_init(struct player *p, event_sink *sink, void *self);
void player_release(struct player *p);

/* Play SCRIPT; what was said lasts until the next call. */
const char *player_say(struct player *p, const char *script);

/*
 * The name of an event in scripts; NULL behind the last one, so that a test
 * may go through all.
 */
const char *player_event_name(size_t i);

#endif
