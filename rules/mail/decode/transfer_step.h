/*
 * transfer_step.h - what GMime's decoders of transfer encodings are asked.
 *
 * They expect text that is right; transfer.c sees to it. Nothing is kept but in
 * the decoder. Any thread.
 */
#ifndef MILLGATE_TRANSFER_STEP_H
#define MILLGATE_TRANSFER_STEP_H

#include <stdint.h>

#include "rules/mail/decode/decode.h"

struct transfer_decoder {
	enum transfer encoding;	/* base64, quoted-printable or uuencode */
	struct buffer *out;
	bool ended;		/* uuencode: the last line has come */
	/* Private. */
	bool begun;
	int state;
	uint32_t save;
};

/*
 * Append what BYTES hold, which go on where those of the last call ended. Of
 * uuencode they begin behind the "begin" line. What does not fit OUT is cut as
 * text_add() does.
 */
void transfer_feed(struct transfer_decoder *d, struct span bytes);

#endif
