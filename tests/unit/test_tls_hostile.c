/*
 * test_tls_hostile.c - clients that go, talk nonsense, or do not stop.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/tls_stage.h"
#include "tests/unit/unit.h"

static struct tls_server *owner;
static struct tls_stage s;

static void
test_reset(void)
{
	char text[8];
	size_t n = 0;

	tls_stage_open(&s, owner, TLS_TODAY);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	check_int(stream_write(&s.server, "220", 3, &n), STREAM_DONE);
	tls_stage_hang_up(&s);		/* with bytes unread: it is a reset */
	check_int(stream_read(&s.server, text, sizeof text, &n), STREAM_BROKEN);
	check_int(stream_write(&s.server, "250", 3, &n), STREAM_BROKEN);
	tls_stage_close(&s);

	/* Without a goodbye the end may be an attacker's. */
	tls_stage_open(&s, owner, TLS_TODAY);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	tls_stage_hang_up(&s);
	check_int(stream_read(&s.server, text, sizeof text, &n), STREAM_BROKEN);
	tls_stage_close(&s);
}

/* Bytes that are no TLS, enough of them for every length they may tell of. */
static void
send_garbage(struct tls_stage *to, const char *first)
{
	char bytes[65536];

	memset(bytes, 'a', sizeof bytes);
	memcpy(bytes, first, strlen(first));
	check_int(write(to->wire, bytes, sizeof bytes), sizeof bytes);
}

/* An error of one connection is not another's: there is one queue of them. */
static void
test_garbage(void)
{
	static const char *const garbage[] = {
		"EHLO mx.example\r\n",	/* in the clear */
		"\026\003\001\001",		/* a handshake */
		"\200\056\001\003\001",	/* one of SSL 2 */
		"\027\003\003\001",		/* data */
		"\025\003\003",		/* an alert */
	};
	struct tls_stage other, third;
	char text[8];
	size_t n = 0;

	for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
		unit_case(garbage[i]);
		tls_stage_open(&other, owner, TLS_TODAY);
		check_true(tls_stage_shake_hands(&other, SIZE_MAX) > 0);
		tls_stage_open(&third, owner, TLS_TODAY);

		tls_stage_open(&s, owner, TLS_TODAY);
		send_garbage(&s, garbage[i]);
		check_int(stream_handshake(&s.server), STREAM_BROKEN);
		check_int(stream_read(&other.server, text, sizeof text, &n),
		    STREAM_WANT_READ);
		check_int(stream_handshake(&s.server), STREAM_BROKEN);
		tls_stage_close(&s);

		check_true(tls_stage_talk(&other));
		send_garbage(&other, garbage[i]);
		check_int(stream_read(&other.server, text, sizeof text, &n),
		    STREAM_BROKEN);
		check_int(stream_handshake(&third.server), STREAM_WANT_READ);
		check_true(tls_stage_shake_hands(&third, 100) > 0);
		tls_stage_close(&other);
		tls_stage_close(&third);
	}
}

/* The client hangs up behind each byte of its part. */
static void
test_gone_in_handshake(void)
{
	bool done = false;
	int wrong = 0;

	for (size_t stop = 0; !done && stop < 2000; stop++) {
		enum stream_state state = STREAM_WANT_READ;
		size_t left = stop;

		tls_stage_open(&s, owner, TLS_TODAY);
		while (state == STREAM_WANT_READ) {
			size_t n;

			(void)tls_client_handshake(s.client);
			n = tls_stage_carry(&s, left);
			left -= n;
			state = stream_handshake(&s.server);
			tls_stage_carry_back(&s);
			if (n == 0 && state == STREAM_WANT_READ)
				break;
		}
		done = state == STREAM_DONE;
		tls_stage_hang_up(&s);
		if (!done)
			wrong += stream_handshake(&s.server) != STREAM_BROKEN;
		tls_stage_close(&s);
	}
	check_true(done);
	check_int(wrong, 0);
}

/* One turn of the loop does not go on for as long as a client likes. */
static void
test_key_updates(void)
{
	char text[8];
	size_t n = 0;
	int calls = 0;

	tls_stage_open(&s, owner, TLS_TODAY);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	for (int i = 0; i < 20; i++)
		tls_client_update_key(s.client);
	tls_client_say(s.client, span_of("QUIT"));
	tls_stage_carry_all(&s);
	while (calls < 100 && stream_read(&s.server, text, sizeof text, &n) ==
	    STREAM_WANT_READ)
		calls++;
	check_int(calls, 20);
	check_span(span_make(text, n), "QUIT");
	tls_stage_close(&s);
}

static void
test_renegotiation(void)
{
	char text[8];
	size_t n = 0;

	tls_stage_open(&s, owner, TLS_BEFORE);
	check_true(tls_stage_shake_hands(&s, SIZE_MAX) > 0);
	tls_client_renegotiate(s.client);
	for (int turn = 0; turn < 10; turn++) {
		tls_stage_carry_all(&s);
		check_true(stream_read(&s.server, text, sizeof text, &n) !=
		    STREAM_DONE);
		tls_stage_carry_back(&s);
		check_true(!tls_client_handshake(s.client));
	}
	tls_stage_close(&s);
}

static const struct unit_test tests[] = {
	{ "a client that has gone is broken, and nobody is killed",
	  test_reset },
	{ "garbage breaks its own connection, and no other", test_garbage },
	{ "a client may go at each byte of the handshake",
	  test_gone_in_handshake },
	{ "key updates are taken one at a time", test_key_updates },
	{ "there is no second handshake", test_renegotiation },
};

int
main(void)
{
	int status;

	owner = tls_stage_server(false);
	status = unit_main("tls_hostile", tests, sizeof tests / sizeof tests[0]);
	tls_server_free(owner);
	return status;
}
