/*
 * rawmilter.h - the MTA's end of a milter connection, for tests.
 *
 * A struct rawmilter is one connection. Each step is sent as Postfix would send
 * it and returns the filter's answer as text, so that a test reads as a
 * dialogue:
 *
 *	check_text(rawmilter_mail(&m, "<a@b>"), "550 5.7.1 not you");
 *
 * Answers are "continue", "accept", "reject", "tempfail", "discard", "skip",
 * "shutdown", "conn_fail", the text of a reply with its code, or what went
 * wrong: "closed", "timeout", "malformed: …". Steps that were negotiated away
 * are not sent, and those without an answer not waited for; both return
 * "continue". In every text, bytes outside printable ASCII are \xNN and a
 * backslash is "\\". Texts last until the next call for the same connection.
 *
 * For one thread.
 */
#ifndef MILLGATE_RAWMILTER_H
#define MILLGATE_RAWMILTER_H

#include <stdbool.h>

#include "buffer.h"
#include "milter/wire/packet.h"
#include "milter/wire/reply.h"

#define RAWMILTER_DEADLINE 10000	/* ms for one answer */
#define RAWMILTER_RECIPIENTS 4
#define RAWMILTER_FIELDS 10
#define RAWMILTER_BELOW_ALL 1000000	/* a position, of fields */
#define RAWMILTER_TEXT_MAX 256

struct rawmilter {
	int fd;				/* -1: not connected */
	int deadline;			/* ms; may be changed */
	struct wire_options options;	/* agreed; no macros in it */
	struct buffer macros[WIRE_STAGE_COUNT];	/* names asked for */
	struct buffer out;		/* written, not yet sent */
	struct packet_reader in;
	struct buffer answer;
	struct buffer edits;		/* of this message, see below */
	size_t edit_count;
	struct buffer body;		/* another one, for this message */
};

/* Connect to "unix:PATH" or "inet:PORT@HOST". M needs no other preparation. */
bool rawmilter_open(struct rawmilter *m, const char *address);

/*
 * Offer VERSION, ACTIONS and PROTOCOL. True when the filter has answered with
 * options; they are then in M.
 */
bool rawmilter_negotiate(struct rawmilter *m, uint32_t version,
    uint32_t actions, uint32_t protocol);

/* Both, offering all that version 6 has, but for WIRE_LEADING_SPACE. */
bool rawmilter_start(struct rawmilter *m, const char *address);

/* Say QUIT and hang up; or hang up without a word. A closed M may be closed. */
void rawmilter_close(struct rawmilter *m);
void rawmilter_drop(struct rawmilter *m);

/*
 * Steps. CLIENT is an IPv4 or IPv6 address; NULL is unknown. The variable ones
 * end with NULL.
 */
const char *rawmilter_connect(struct rawmilter *m, const char *name,
    const char *client);
const char *rawmilter_helo(struct rawmilter *m, const char *name);
const char *rawmilter_mail(struct rawmilter *m, const char *path);
const char *rawmilter_rcpt(struct rawmilter *m, const char *path);
const char *rawmilter_header(struct rawmilter *m, const char *name,
    const char *value);
const char *rawmilter_body(struct rawmilter *m, struct span bytes);
const char *rawmilter_unknown(struct rawmilter *m, const char *line);

/* WIRE_DATA, WIRE_EOH or WIRE_EOM. */
const char *rawmilter_plain(struct rawmilter *m, enum wire_letter command);

/* ABORT, which has no answer. False when it could not be sent. */
bool rawmilter_abort(struct rawmilter *m);

/* Macros for the next step: names without braces and values, then NULL. */
void rawmilter_macros(struct rawmilter *m, enum wire_letter command, ...);

/*
 * Steps taken apart, for tests that send what no MTA sends: packet_add() and
 * its kin write into M->out, rawmilter_flush() sends it, rawmilter_answer()
 * waits for one answer.
 */
bool rawmilter_flush(struct rawmilter *m);
const char *rawmilter_answer(struct rawmilter *m);

/*
 * What the filter asked to be changed since the last MAIL, a line for each:
 *
 *	add X-Tag: yes
 *	insert 0 X-Top: yes
 *	change 2 Subject: new
 *	remove 1 X-Old
 *	sender <a@b>
 *	add-recipient <c@d>
 *	remove-recipient <e@f>
 *	body 65535
 *	quarantine a reason
 *
 * and for all others the name of the packet. A body comes in pieces; its line
 * has the length of one, its bytes are together in M->body. To add is to insert
 * below all fields: with the packet ADDHEADER the MTA chooses the place.
 */
const char *rawmilter_edits(const struct rawmilter *m);

/* A whole message. Lists end with the first NULL. */
struct rawmilter_message {
	const char *queue_id;		/* macro i at DATA and EOM; or NULL */
	const char *sender;
	const char *recipients[RAWMILTER_RECIPIENTS];
	struct {
		const char *name;
		const char *value;
	} fields[RAWMILTER_FIELDS];
	const char *body;		/* NULL: none */
};

/*
 * Send a message up to the first answer that is neither "continue" nor "skip",
 * and return that answer; at the end "continue" means "accept", and is returned
 * as that. A refused recipient is left out; when none is left, the message is
 * aborted and the answer is that of the last.
 */
const char *rawmilter_send(struct rawmilter *m,
    const struct rawmilter_message *message);

/*
 * A whole session of its own: a client 192.0.2.1 that calls itself HELO sends a
 * small message from <probe@example.org> to <alice@example.com>. The answer is
 * copied to ANSWER, and cut there if it must be; "unreachable" when there is no
 * connection.
 */
void rawmilter_probe(const char *address, const char *helo,
    char answer[RAWMILTER_TEXT_MAX]);

/*
 * For a dialogue that makes no sense: send M->out, say that nothing follows,
 * and wait for the filter to hang up. False when it does not, or when it sends
 * something that is no reply.
 */
bool rawmilter_settle(struct rawmilter *m);

#endif
