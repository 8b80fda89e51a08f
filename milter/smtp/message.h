/*
 * message.h - one message: its header fields, its body, and edits to them.
 *
 * The content is kept as it came. Reading it finds the fields as Postfix does;
 * an edit replaces what it names, and all else stays byte for byte but for what
 * Postfix removes: the fields Bcc, Content-Length, Resent-Bcc and Return-Path,
 * in other fields blanks before the colon and what follows a NUL in a line. One
 * thread.
 */
#ifndef MILLGATE_SMTP_MESSAGE_H
#define MILLGATE_SMTP_MESSAGE_H

#include "arena.h"
#include "buffer.h"
#include "edit.h"
#include "milter/smtp/field_index.h"
#include "smtp_session.h"

/* Postfix cuts a field at this many bytes, so that a filter can be told of it:
 * libmilter takes no more than 65535 at once. */
#define MESSAGE_FIELD_MAX 60000
/* More fields than any message has, so that they bound the memory. */
#define MESSAGE_FIELDS_MAX 50000

struct message_field {
	struct span raw;		/* its bytes, with the final CRLF */
	struct smtp_field shown;	/* as a filter sees it */
	struct span lead;		/* what stands before the value there,
					 * folds as LF */
	bool own;			/* ours: no filter sees it */
	bool gone;			/* removed, and not yet taken away */
};

struct message {
	struct buffer content;		/* lines that end in CRLF */
	struct arena arena;		/* what is not in the content */
	struct message_field *fields;	/* owned */
	size_t count;
	size_t room;
	size_t gone;			/* of the fields */
	size_t moves;			/* that edits took */
	struct field_index index;	/* of the others */
	bool indexed;			/* it is of the fields as they are */
	struct span body;		/* of the content */
	struct buffer header;		/* after the edits: message_header() */
	bool divided;			/* an empty line ended the header */
};

/* Empty, for messages of up to MAX bytes. It takes no memory yet. */
void message_init(struct message *m, size_t max);

/* Forget the message; memory is kept for the next one. */
void message_reset(struct message *m);

/* Forget it, and give its memory back. */
void message_drop(struct message *m);

/* How much memory it has, in bytes. */
size_t message_memory(const struct message *m);

/* Free all. A zeroed message may be released. */
void message_release(struct message *m);

/*
 * Find the fields and the body of the content, which is complete. -1: there are
 * too many fields, or there is no memory.
 */
int message_read(struct message *m);

/* Put FIELD before the one that is now at PLACE. -1: there is no room. */
int message_insert(struct message *m, size_t place,
    const struct message_field *field);

/*
 * Make a field out of NAME and VALUE, which are copied, a blank between them. A
 * LF in the value becomes a fold where it is none, so that nothing in it can
 * begin another field. -1: there is no memory.
 */
int message_compose(struct message *m, struct span name, struct span value,
    struct message_field *field);

/*
 * Carry out EDIT, which is one of the four kinds for header fields, as Postfix
 * 3.7 does: fields are counted at that moment; CHANGE of a field that is not
 * there adds it, with an empty value it leaves a field whose value is a space;
 * an index of 0 means 1. For INSERT the index is the number of fields, of any
 * name and our own too, that stay above. A name that is none changes nothing.
 * The fields are to be looked at again when they are settled. -1: there is no
 * memory, or the edits so far took too much work.
 */
int message_edit(struct message *m, const struct edit *edit);

/* All edits are done: `fields` has only what is left of them. */
void message_settle(struct message *m);

/*
 * Write the header's bytes after all edits into `header`, with the empty line
 * behind them, which is left out when there was none and no body follows. Its
 * `overflow` is set when there was no room.
 */
void message_header(struct message *m);

#endif
