/*
 * test_listener_port.c - ports that are claimed, listened on, and given back.
 */
#include "config.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/daemon/listener.h"
#include "tests/unit/unit.h"

/* A port that nobody has at the moment. */
static uint16_t
free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t length = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check_int(bind(fd, (void *)&in, sizeof in), 0);
	check_int(getsockname(fd, (void *)&in, &length), 0);
	close(fd);
	return ntohs(in.sin_port);
}

static int
connect_port(uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
	    .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	result = connect(fd, (void *)&in, sizeof in);
	close(fd);
	return result;
}

static int
claim(struct listener *l, const struct listen_spec *place)
{
	struct error error = { "" };
	int status = listener_claim(l, place, 0660, "no such group", &error);

	check_true((status == 0) == (error.text[0] == '\0'));
	return status;
}

/* A mode and a group are of unix sockets. */
static void
test_port(void)
{
	struct listen_spec place = { .family = LISTEN_INET,
	    .port = free_port(), .host = "localhost" };
	struct listener l, second;

	check_int(claim(&l, &place), 0);
	check_int(l.fd, -1);
	check_int(listener_find(&l), -1);
	check_int(listener_bind(&l, 5, NULL), 0);
	check_int(listener_find(&l), l.fd);
	check_text(l.spec.host, "127.0.0.1");
	check_true(fcntl(l.fd, F_GETFD) & FD_CLOEXEC);
	check_int(connect_port(place.port), 0);
	check_int(claim(&second, &place), EX_UNAVAILABLE);
	listener_release(&second);
	listener_default_group(&l, 1);
	check_int(listener_publish(&l, NULL), 0);
	check_int(listener_retract(&l, NULL), 0);
	check_int(connect_port(place.port), 0);
	listener_release(&l);
	check_int(connect_port(place.port), -1);
}

/* Between claim and bind somebody was faster. */
static void
test_lost_port(void)
{
	struct listen_spec place = { .family = LISTEN_INET,
	    .port = free_port(), .host = "127.0.0.1" };
	struct error error = { "" };
	struct listener l, second;

	check_int(claim(&l, &place), 0);
	check_int(claim(&second, &place), 0);
	check_int(listener_bind(&second, 5, NULL), 0);
	check_int(listener_bind(&l, 5, &error), EX_UNAVAILABLE);
	check_int(listener_find(&l), second.fd);
	check_true(strstr(error.text, "127.0.0.1") != NULL);
	check_int(l.fd, -1);
	listener_release(&l);
	check_int(connect_port(place.port), 0);
	listener_release(&second);
}

static const struct unit_test tests[] = {
	{ "a port is listened on until it is released", test_port },
	{ "a port that was lost after the claim is told", test_lost_port },
};

UNIT_MAIN("daemon/listener_port", tests)
