/*
 * stream.h - the bytes of a client's connection, in the clear or under TLS.
 *
 * The descriptor is non-blocking and the caller's. A call that cannot go on
 * says what has to be waited for; under TLS that may be room to write for a
 * read. Used by one thread at a time. The process ignores SIGPIPE.
 */
#ifndef MILLGATE_SMTPD_STREAM_H
#define MILLGATE_SMTPD_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "milter/smtpd/tls.h"

struct stream {
	int fd;
	struct tls *tls;	/* NULL: in the clear; owned */
};

enum stream_state {
	STREAM_DONE = 0,	/* with a count: some bytes were moved */
	STREAM_WANT_READ,	/* call again when there is something to read */
	STREAM_WANT_WRITE,	/* or room to write */
	STREAM_END,		/* the peer has closed, orderly */
	STREAM_BROKEN,		/* an error; errno or the TLS layer's is lost */
};

/* Up to SIZE bytes, at least 1, into TO; *COUNT says how many with
 * STREAM_DONE. */
enum stream_state stream_read(struct stream *s, char *to, size_t size,
    size_t *count);

/*
 * Up to SIZE bytes, at least 1, out of FROM. After STREAM_WANT_WRITE or
 * STREAM_WANT_READ the same bytes have to come first again, and no fewer; they
 * may stand in another place, and more may follow them.
 */
enum stream_state stream_write(struct stream *s, const char *from,
    size_t size, size_t *count);

/* Begin TLS as the server. -1: see ERROR. Then call stream_handshake() until it
 * says STREAM_DONE. */
int stream_start_tls(struct stream *s, struct tls_server *server,
    struct error *error);
enum stream_state stream_handshake(struct stream *s);

/* Are there bytes that came and that the descriptor does not tell of? */
bool stream_has_more(const struct stream *s);

/* Say goodbye as far as that needs no waiting, and free what is not the
 * descriptor. A released or zeroed stream may be released again. */
void stream_release(struct stream *s);

#endif
