/*
 * test_stream_tls.c - a client's bytes, under TLS.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "tests/support/tls_stage.h"
#include "tests/unit/unit.h"

#define LARGE (1 << 20)

static struct tls_server *owner;
static struct tls_stage s;

static void
test_byte_by_byte(void)
{
	tls_stage_open(&s, owner, TLS_TODAY);
	check_true(tls_stage_shake_hands(&s, 1) > 100);
	check_text(tls_version(s.server.tls), "TLSv1.3");
	check_int(strncmp(tls_cipher(s.server.tls), "TLS_", 4), 0);
	check_true(tls_cipher_bits(s.server.tls) >= 128);
	check_true(tls_stage_talk(&s));
	check_true(!tls_client_may_resume(s.client));
	tls_stage_close(&s);
}

static void
test_versions(void)
{
	tls_stage_open(&s, owner, TLS_BEFORE);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	check_text(tls_version(s.server.tls), "TLSv1.2");
	check_true(tls_cipher_bits(s.server.tls) >= 128);
	check_true(tls_stage_talk(&s));
	check_true(!tls_client_may_resume(s.client));
	tls_stage_close(&s);

	tls_stage_open(&s, owner, TLS_LONG_AGO);
	check_int(tls_stage_shake_hands(&s, SIZE_MAX), 0);
	check_int(stream_handshake(&s.server), STREAM_BROKEN);
	tls_stage_close(&s);
}

/* Read what has come. */
static void
read_some(char *to, size_t *come)
{
	enum stream_state state = STREAM_DONE;
	size_t n = 0;

	while (state == STREAM_DONE && *come < LARGE) {
		state = stream_read(&s.server, to + *come,
		    LARGE - *come < 700 ? LARGE - *come : 700, &n);
		*come += state == STREAM_DONE ? n : 0;
	}
	check_true(state == STREAM_DONE || state == STREAM_WANT_READ);
}

/* Write as from a buffer that grows and moves: what is repeated stands in
 * another place, with more behind it. Was there no room? */
static bool
write_some(const char *from, size_t most, size_t *sent)
{
	static char room[LARGE + 16];
	static size_t place;
	char *moved = room + ++place % 16;
	enum stream_state state;
	size_t n = 0;

	memcpy(moved, from + *sent, most);
	state = stream_write(&s.server, moved, most, &n);
	check_true(state == STREAM_DONE || state == STREAM_WANT_WRITE);
	*sent += state == STREAM_DONE ? n : 0;
	return state == STREAM_WANT_WRITE;
}

/* Both send 1 MiB at the same time. */
static void
test_large(void)
{
	char *from = malloc(LARGE), *to = malloc(LARGE), *back = malloc(LARGE);
	size_t sent = 0, come = 0, heard = 0, n;
	int waits = 0;

	for (size_t i = 0; i < LARGE; i++)
		from[i] = (char)(i * 31 >> 5);
	tls_stage_open(&s, owner, TLS_TODAY);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	tls_client_say(s.client, span_make(from, LARGE));
	for (size_t turn = 0; turn < 100000 && (come < LARGE || heard < LARGE);
	    turn++) {
		(void)tls_stage_carry(&s, 1 + turn * 37 % 3000);
		read_some(to, &come);
		if (sent < LARGE)
			waits += write_some(from, turn % 2 == 0 &&
			    LARGE - sent > 40000 ? 40000 : LARGE - sent,
			    &sent);
		if (turn % 32 == 0)
			tls_stage_carry_back(&s);
		while ((n = tls_client_hear(s.client, back + heard,
		    LARGE - heard)) > 0)
			heard += n;
	}
	check_true(waits > 0);
	check_size(come, LARGE);
	check_int(memcmp(from, to, come), 0);
	check_size(heard, LARGE);
	check_int(memcmp(from, back, heard), 0);
	tls_stage_close(&s);
	free(from);
	free(to);
	free(back);
}

/* A record of which a part was read is nowhere the kernel knows of. */
static void
test_has_more(void)
{
	char text[8];
	size_t n = 0;
	int queued = -1;

	tls_stage_open(&s, owner, TLS_TODAY);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	check_true(!stream_has_more(&s.server));
	tls_client_say(s.client, span_of("0123456789"));
	tls_stage_carry_all(&s);
	check_int(stream_read(&s.server, text, 4, &n), STREAM_DONE);
	check_int(ioctl(s.server.fd, FIONREAD, &queued), 0);
	check_int(queued, 0);
	check_true(stream_has_more(&s.server));
	check_int(stream_read(&s.server, text, sizeof text, &n), STREAM_DONE);
	check_span(span_make(text, n), "456789");
	check_true(!stream_has_more(&s.server));

	/* A record that is not whole is not there yet. */
	tls_client_say(s.client, span_of("0123456789"));
	(void)tls_stage_carry(&s, 12);
	check_int(stream_read(&s.server, text, 4, &n), STREAM_WANT_READ);
	check_true(!stream_has_more(&s.server));
	tls_stage_close(&s);
}

static void
test_goodbye(void)
{
	char text[8];
	size_t n = 0;

	tls_stage_open(&s, owner, TLS_TODAY);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	tls_client_goodbye(s.client);
	tls_stage_carry_all(&s);
	check_int(stream_read(&s.server, text, sizeof text, &n), STREAM_END);
	check_true(!tls_client_dismissed(s.client));
	stream_release(&s.server);
	tls_stage_carry_back(&s);
	check_size(tls_client_hear(s.client, text, sizeof text), 0);
	check_true(tls_client_dismissed(s.client));
	tls_stage_close(&s);
}

/* A goodbye for which there is no room is left unsaid. */
static void
test_goodbye_without_room(void)
{
	char text[1000] = "";
	size_t n = 0;

	tls_stage_open(&s, owner, TLS_TODAY);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	while (stream_write(&s.server, text, sizeof text, &n) == STREAM_DONE)
		;
	check_int(stream_write(&s.server, text, sizeof text, &n),
	    STREAM_WANT_WRITE);
	tls_stage_close(&s);
}

static void
test_chain(void)
{
	struct tls_server *other = tls_stage_server(true);

	tls_stage_open(&s, owner, TLS_TODAY);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	check_int(tls_client_certificates(s.client), 1);
	tls_stage_close(&s);

	tls_stage_open(&s, other, TLS_TODAY);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	check_int(tls_client_certificates(s.client), 2);
	tls_server_free(other);		/* the connection outlives it */
	check_true(tls_stage_talk(&s));
	tls_stage_close(&s);
}

static const struct unit_test tests[] = {
	{ "a handshake comes byte by byte", test_byte_by_byte },
	{ "1.3 and 1.2 are spoken, 1.1 is not", test_versions },
	{ "a megabyte goes each way at once", test_large },
	{ "what is left of a record is told of", test_has_more },
	{ "goodbye is heard, and said", test_goodbye },
	{ "nobody waits to say goodbye", test_goodbye_without_room },
	{ "a chain is shown whole", test_chain },
};

int
main(void)
{
	int status;

	owner = tls_stage_server(false);
	status = unit_main("stream_tls", tests, sizeof tests / sizeof tests[0]);
	tls_server_free(owner);
	return status;
}
