/*
 * test_gate.c - libmilter's accept loop, imitated, behind a gate.
 *
 * The loop of a thread does what libmilter's does: poll(2), accept(2), and at
 * once again when there is nothing or no descriptor. That it sleeps is seen
 * from how often it went round.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "milter/daemon/gate.h"
#include "tests/unit/unit.h"

#define LIMIT 128		/* descriptors, in every test */
#define PATIENCE_MS 20000
#define FOR_EVER (-1)

/* Both listen on or connect to a socket of a name that the kernel chose. */
static struct sockaddr_un name;
static socklen_t name_length;

static int
make_listener(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	name.sun_family = AF_UNIX;
	check_int(bind(fd, (void *)&name, sizeof name.sun_family), 0);
	check_int(listen(fd, LIMIT), 0);
	name_length = sizeof name;
	check_int(getsockname(fd, (void *)&name, &name_length), 0);
	return fd;
}

static int
make_client(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check_int(connect(fd, (void *)&name, name_length), 0);
	return fd;
}

static size_t
count_open(void)
{
	size_t count = 0;

	for (int fd = 0; fd < LIMIT; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void
limit_descriptors(void)
{
	struct rlimit files;

	check_int(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = LIMIT;
	check_int(setrlimit(RLIMIT_NOFILE, &files), 0);
}

static void
start_gate(struct gate *g, int *listener, size_t most)
{
	struct error error = { "" };

	limit_descriptors();
	*listener = make_listener();
	check_int(gate_init(g, *listener, LIMIT, most, &error), 0);
	check_text(error.text, "");
	check_true(gate_is_open(g));
}

static void
end_gate(struct gate *g, int listener)
{
	close(g->real);
	close(g->idle);
	close(g->silent);
	close(listener);
}

/* Copies of standard input until COUNT numbers are left, or fewer. */
struct ballast {
	int fds[LIMIT];
	size_t count;
};

static void
take_all_but(struct ballast *b, size_t left)
{
	size_t open = count_open();

	b->count = 0;
	for (; open + left < LIMIT; open++)
		b->fds[b->count++] = fcntl(0, F_DUPFD_CLOEXEC, 0);
}

/* Give COUNT of them back, the lowest numbers first. */
static void
give_back(struct ballast *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(b->fds[i]);
	memmove(b->fds, b->fds + count,
	    (b->count - count) * sizeof b->fds[0]);
	b->count -= count;
}

static void
test_limit(void)
{
	size_t before = count_open();
	struct error error = { "" };
	struct gate g;
	int listener;

	start_gate(&g, &listener, 10);
	check_size(gate_limit(&g), 10);
	end_gate(&g, listener);
	start_gate(&g, &listener, 0);
	check_true(gate_limit(&g) + count_open() < LIMIT - 8);
	check_true(gate_limit(&g) + count_open() > LIMIT - 32);
	end_gate(&g, listener);
	start_gate(&g, &listener, 100000);
	check_true(gate_limit(&g) < LIMIT);
	end_gate(&g, listener);
	listener = make_listener();
	check_int(gate_init(&g, listener, 20, 0, &error), -1);
	check_true(strstr(error.text, "too few") != NULL);
	close(listener);
	check_size(count_open(), before);
}

static void
test_flags(void)
{
	struct gate g;
	int listener;

	start_gate(&g, &listener, 0);
	for (int turn = 0; turn < 3; turn++) {
		int fd = listener;

		check_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		check_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
		check_int(accept(fd, NULL, NULL), -1);
		check_int(errno, turn == 1 ? ENOTSOCK : EAGAIN);
		check_true(gate_tend(&g, turn == 0 ? LIMIT : 0) == (turn < 2));
	}
	end_gate(&g, listener);
}

static void
test_sessions(void)
{
	struct gate g;
	int listener;

	start_gate(&g, &listener, 16);
	check_true(!gate_tend(&g, 15));
	check_true(gate_tend(&g, 16));
	check_true(!gate_is_open(&g));
	check_true(!gate_tend(&g, 16));
	check_true(!gate_tend(&g, 15));
	check_true(gate_tend(&g, 8));
	check_true(gate_is_open(&g));
	end_gate(&g, listener);
	start_gate(&g, &listener, 1);
	check_true(gate_tend(&g, 1));
	check_true(gate_tend(&g, 0));
	check_true(gate_is_open(&g));
	end_gate(&g, listener);
}

static void
test_descriptors(void)
{
	struct ballast ballast;
	struct gate g;
	int listener;

	start_gate(&g, &listener, 0);
	take_all_but(&ballast, 40);
	check_true(!gate_tend(&g, 0));
	give_back(&ballast, ballast.count);
	take_all_but(&ballast, 8);
	check_true(gate_tend(&g, 0));
	check_true(!gate_is_open(&g));
	/* The lowest number is free now, which does not mean much. */
	give_back(&ballast, 2);
	check_true(!gate_tend(&g, 0));
	give_back(&ballast, ballast.count);
	check_true(gate_tend(&g, 0));
	check_true(gate_is_open(&g));
	take_all_but(&ballast, 0);
	check_true(gate_tend(&g, 0));
	check_true(!gate_is_open(&g));
	give_back(&ballast, ballast.count);
	end_gate(&g, listener);
}

/* Room that the gate's own limit leaves is room to open it again. */
static void
test_opens_when_empty(void)
{
	struct ballast growth;
	struct gate g;
	int listener;

	start_gate(&g, &listener, 0);
	take_all_but(&growth, LIMIT - count_open() - 8);
	check_true(gate_tend(&g, gate_limit(&g)));
	check_true(gate_tend(&g, 0));
	check_true(gate_is_open(&g));
	give_back(&growth, growth.count);
	end_gate(&g, listener);
}

struct loop {
	int fd;
	int timeout;		/* of poll(2), ms */
	pthread_t thread;
	atomic_bool stop, ended;
	atomic_int rounds;
	atomic_int accepted;
	int fds[LIMIT];
};

static void *
loop_main(void *self)
{
	struct loop *l = self;

	while (!atomic_load(&l->stop)) {
		struct pollfd polled = { .fd = l->fd, .events = POLLIN };
		int fd;

		atomic_fetch_add(&l->rounds, 1);
		if (poll(&polled, 1, l->timeout) <= 0)
			continue;
		fd = accept(l->fd, NULL, NULL);
		if (fd < 0)
			continue;
		l->fds[atomic_load(&l->accepted)] = fd;
		atomic_fetch_add(&l->accepted, 1);
	}
	atomic_store(&l->ended, true);
	return NULL;
}

static void
start_loop(struct loop *l, struct gate *g, int timeout)
{
	memset(l, 0, sizeof *l);
	l->fd = g->put;
	l->timeout = timeout;
	check_int(pthread_create(&l->thread, NULL, loop_main, l), 0);
	gate_serves(g, l->thread);
}

static void
end_loop(struct loop *l)
{
	atomic_store(&l->stop, true);
	while (!atomic_load(&l->ended)) {
		pthread_kill(l->thread, SIGUSR1);
		sched_yield();
	}
	pthread_join(l->thread, NULL);
	for (int i = 0; i < atomic_load(&l->accepted); i++)
		close(l->fds[i]);
}

/* Until *COUNT is at least WANT. */
static bool
wait_for(atomic_int *count, int want)
{
	for (int ms = 0; ms < PATIENCE_MS; ms += 5) {
		if (atomic_load(count) >= want)
			return true;
		poll(NULL, 0, 5);
	}
	return false;
}

/* It has time to do what it must not. */
static void
check_sleeps(struct loop *l)
{
	int before = atomic_load(&l->rounds);

	poll(NULL, 0, 200);
	/* What it was about when it closed, and its timeouts. */
	check_true(atomic_load(&l->rounds) - before <= 4);
}

/* Once round the gate: three clients, of which one finds it closed. */
static void
go_round(struct gate *g, struct loop *l)
{
	int before = atomic_load(&l->accepted);
	int clients[3];

	clients[0] = make_client();
	check_true(wait_for(&l->accepted, before + 1));
	check_true(gate_tend(g, gate_limit(g)));
	clients[1] = make_client();
	check_sleeps(l);
	check_int(atomic_load(&l->accepted), before + 1);
	check_true(gate_tend(g, 0));
	check_true(wait_for(&l->accepted, before + 2));
	clients[2] = make_client();
	check_true(wait_for(&l->accepted, before + 3));
	for (int i = 0; i < 3; i++)
		close(clients[i]);
}

static void
test_loop(void)
{
	size_t before = count_open();
	struct gate g;
	struct loop l;
	int listener;

	start_gate(&g, &listener, 0);
	start_loop(&l, &g, 5000);
	go_round(&g, &l);
	go_round(&g, &l);
	end_loop(&l);
	end_gate(&g, listener);
	check_size(count_open(), before);
}

/* Nothing but the signal can wake it. */
static void
test_wakes(void)
{
	struct gate g;
	struct loop l;
	int listener;

	start_gate(&g, &listener, 0);
	start_loop(&l, &g, FOR_EVER);
	go_round(&g, &l);
	end_loop(&l);
	end_gate(&g, listener);
}

static void
test_full_table(void)
{
	struct ballast ballast;
	struct gate g;
	struct loop l;
	int listener, client;

	start_gate(&g, &listener, 0);
	start_loop(&l, &g, 5000);
	client = make_client();
	check_true(wait_for(&l.accepted, 1));
	close(client);
	client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	take_all_but(&ballast, 0);
	check_int(connect(client, (void *)&name, name_length), 0);
	/* So it would go on without a gate. */
	check_true(wait_for(&l.rounds, atomic_load(&l.rounds) + 1000));
	check_true(gate_tend(&g, 1));
	check_sleeps(&l);
	give_back(&ballast, ballast.count);
	check_true(gate_tend(&g, 1));
	check_true(wait_for(&l.accepted, 2));
	close(client);
	end_loop(&l);
	end_gate(&g, listener);
}

static const struct unit_test tests[] = {
	{ "connections are limited by what was asked and by descriptors",
	    test_limit },
	{ "whichever of the two it is, it is non-blocking and close-on-exec",
	    test_flags },
	{ "sessions close the gate, and open it when some have ended",
	    test_sessions },
	{ "descriptors close the gate, holes among them are counted",
	    test_descriptors },
	{ "it opens again when nobody is connected", test_opens_when_empty },
	{ "libmilter accepts when it is open, sleeps when it is closed",
	    test_loop },
	{ "libmilter wakes when it opens", test_wakes },
	{ "a full table does not keep libmilter busy", test_full_table },
};

UNIT_MAIN("daemon/gate", tests)
