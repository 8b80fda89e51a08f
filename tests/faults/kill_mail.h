/*
 * kill_mail.h - messages of which the number tells what they are and where they
 * have to be, for kill_store.
 */
#ifndef MILLGATE_KILL_MAIL_H
#define MILLGATE_KILL_MAIL_H

#include <stdint.h>

#include "smtp_session.h"

#define KILL_BOXES 6		/* mailboxes, by their numbers */
#define KILL_HELD KILL_BOXES	/* that of the quarantine */
#define KILL_RECIPIENTS 3	/* of a message, at most */
#define KILL_BODY_MAX (1u << 20)
#define KILL_ADDRESS_MAX 32
#define KILL_HEADER_MAX 256
/* Most bytes of a message in a file, with its NUL. */
#define KILL_FILE_MAX (KILL_BODY_MAX + 2 * KILL_HEADER_MAX)

struct kill_mail {
	struct smtp_message message;	/* refers to what follows */
	uint32_t number;
	char addresses[KILL_RECIPIENTS][KILL_ADDRESS_MAX];
	struct span recipients[KILL_RECIPIENTS];
	char header[KILL_HEADER_MAX];
	char *body;			/* KILL_BODY_MAX bytes, the caller's */
};

/* Any number; the same ones in each run. */
uint32_t kill_random(void);

/* The address of BOX; every few rounds there are others. */
void kill_address(unsigned round, unsigned box, char address[KILL_ADDRESS_MAX]);

/* Has the message NUMBER to be in BOX? */
bool kill_goes_to(uint32_t number, unsigned box);

/* Make the message NUMBER of ROUND, with a body of any size. */
void kill_mail_make(struct kill_mail *m, unsigned round, uint32_t number);

/* Is TEXT, which a NUL follows, the whole of the file NAME in BOX, and a
 * message of ROUND that has to be there? Then *NUMBER is which. */
bool kill_mail_read(struct span text, const char *name, unsigned round,
    unsigned box, uint32_t *number);

#endif
