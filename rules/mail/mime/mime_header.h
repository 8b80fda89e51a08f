/*
 * mime_header.h - what the header of a message or a part says of its content.
 *
 * Of several fields of a name the first counts, but file names are taken from
 * all. Fields that cannot be read say nothing, and the defects say that.
 */
#ifndef MILLGATE_MIME_HEADER_H
#define MILLGATE_MIME_HEADER_H

#include "rules/mail/mime/mime.h"

/* The header that is being read, of PART, which it is to describe. */
struct mime_header {
	struct mime_part *part;
	struct arena *arena;
	size_t *room;		/* bytes that may still be read */
	bool lost;		/* … and that it had no room for some */
	uint64_t defects;
	bool has_type;
	bool has_transfer;
	bool has_disposition;
};

/* Field NAME with VALUE, folded or not, is in H. */
void mime_header_field(struct mime_header *h, struct span name,
    struct span value);

/* All lines of HEADER, as a part has it in a body, are in H. Those that are no
 * field are passed over, as most readers do. */
void mime_header_lines(struct mime_header *h, struct span header);

/*
 * That was all: fill in what H->part has not been told, TYPE for the media
 * type, and find what is wrong with the whole.
 */
void mime_header_end(struct mime_header *h, const char *type);

#endif
