/*
 * decode_none.c - in place of decode.c where there is no GMime.
 *
 * The loader refuses whatever would come here, so that to come here is a bug.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/mail/decode/decode.h"
#include "rules/mail/decode/transfer_step.h"

bool
decode_is_built_in(void)
{
	return false;
}

const char *
decode_library_version(void)
{
	return NULL;
}

void
transfer_feed(struct transfer_decoder *d, struct span bytes)
{
	(void)d;
	(void)bytes;
	abort();
}

enum transfer
decode_transfer_name(struct span value)
{
	(void)value;
	abort();
}

void
encode_transfer(enum transfer t, struct span bytes, struct buffer *out)
{
	(void)t;
	(void)bytes;
	(void)out;
	abort();
}

bool
decode_charset(struct span charset, struct span bytes, struct buffer *out,
    bool *flawed)
{
	(void)charset;
	(void)bytes;
	(void)out;
	(void)flawed;
	abort();
}

bool
encode_charset(struct span charset, struct span text, struct buffer *out)
{
	(void)charset;
	(void)text;
	(void)out;
	abort();
}

bool
decode_host_label(struct span label, struct buffer *out)
{
	(void)label;
	(void)out;
	abort();
}

void
digest_sha256(struct span bytes, char out[SHA256_HEX_MAX])
{
	(void)bytes;
	(void)out;
	abort();
}
