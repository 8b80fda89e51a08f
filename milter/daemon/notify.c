/*
 * notify.c - tell systemd what the daemon is doing: sd_notify(3)'s protocol.
 *
 * A socket is made for each message: they are few, and between them none of the
 * worker's descriptors is one that speaks for the whole service.
 *
 * Failure: none; the message is lost.
 */
#include "config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/daemon/notify.h"

#define NOTIFY_TEXT_MAX 512

/* Where to send; the length of ADDRESS, or 0: nowhere. */
static socklen_t
find_socket(struct sockaddr_un *address)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t length = name == NULL ? 0 : strlen(name);

	/* An abstract name may fill the array, a path needs its NUL. */
	if (length < 2 || length > sizeof address->sun_path ||
	    (name[0] == '/' && length == sizeof address->sun_path) ||
	    (name[0] != '/' && name[0] != '@'))
		return 0;
	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, length);
	if (name[0] == '@')
		address->sun_path[0] = '\0';
	else
		length++;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static void
send_text(const char *text)
{
	struct sockaddr_un address;
	socklen_t length = find_socket(&address);
	int fd;

	if (length == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
	    (struct sockaddr *)&address, length);
	close(fd);
}

/* The lines FIRST, then STATUS, one line: an LF in it would begin another. */
static void
send_status(const char *first, const char *status)
{
	char text[NOTIFY_TEXT_MAX];

	snprintf(text, sizeof text, "%sSTATUS=%.*s", first,
	    (int)strcspn(status, "\n"), status);
	send_text(text);
}

void
notify_ready(const char *status)
{
	char first[64];

	snprintf(first, sizeof first, "READY=1\nMAINPID=%ld\n",
	    (long)getpid());
	send_status(first, status);
}

void
notify_reloading(void)
{
	char text[NOTIFY_TEXT_MAX];

	snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    clock_us());
	send_text(text);
}

void
notify_stopping(void)
{
	send_text("STOPPING=1");
}

void
notify_status(const char *status)
{
	send_status("", status);
}
