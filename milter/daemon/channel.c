/*
 * channel.c - what supervisor and worker have to say to each other.
 *
 * Both ends are the same program, so a word travels as it lies in memory, in a
 * packet of its own. Failure: what is no such packet says nothing.
 */
#include "config.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "milter/daemon/channel.h"

struct packet {
	uint64_t number;
	uint32_t word;
};

int
channel_open(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0, ends);
}

void
channel_say(int fd, enum channel_word word, uint64_t number)
{
	struct packet packet = { .number = number, .word = word };
	ssize_t sent;

	do
		sent = send(fd, &packet, sizeof packet, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
}

enum channel_word
channel_hear(int fd, uint64_t *number)
{
	struct packet packet;
	ssize_t n;

	do
		n = recv(fd, &packet, sizeof packet, 0);
	while (n < 0 && errno == EINTR);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return CHANNEL_END;
	if (n != sizeof packet || packet.word <= CHANNEL_END ||
	    packet.word > CHANNEL_REFUSED)
		return CHANNEL_NOTHING;
	*number = packet.number;
	return packet.word;
}
