/*
 * channel.c - what supervisor and worker have to say to each other.
 *
 * Failure: an unknown byte says nothing.
 */
#include "config.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "milter/daemon/channel.h"

int
channel_open(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0, ends);
}

void
channel_say(int fd, enum channel_word word)
{
	unsigned char byte = (unsigned char)word;
	ssize_t sent;

	do
		sent = send(fd, &byte, 1, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
}

enum channel_word
channel_hear(int fd)
{
	unsigned char byte;
	ssize_t n;

	do
		n = recv(fd, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return CHANNEL_END;
	if (n < 0 || byte <= CHANNEL_END || byte > CHANNEL_REFUSED)
		return CHANNEL_NOTHING;
	return byte;
}
