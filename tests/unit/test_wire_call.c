/*
 * test_wire_call.c - a filter at the other end of a socket that does not do its
 * part. One that does is in tests/daemon/test_wire.c.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

#include "milter/replay/wire_call.h"
#include "milter/wire/packet.h"
#include "tests/unit/unit.h"

/* A place at which somebody listens, and perhaps takes calls. */
struct far_end {
	char folder[64];
	char address[96];
	int fd;
	struct wire_call call;
	struct dial to;
	char log[512];
	pthread_t thread;
};

static void
note(void *self, const char *text)
{
	struct far_end *f = self;

	snprintf(f->log, sizeof f->log, "%s", text);
}

static void
open_end(struct far_end *f, unsigned ms)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct milter_config config = { .name = "far", .connect_ms = ms,
		.command_ms = ms, .content_ms = ms, .log = note, .self = f };
	struct error error;

	*f = (struct far_end){ .folder = "/tmp/wire_call.XXXXXX" };
	if (mkdtemp(f->folder) == NULL)
		abort();
	snprintf(un.sun_path, sizeof un.sun_path, "%s/s", f->folder);
	snprintf(f->address, sizeof f->address, "unix:%s/s", f->folder);
	f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check_int(bind(f->fd, (void *)&un, sizeof un), 0);
	check_int(listen(f->fd, 4), 0);
	check_int(dial_find_milter(f->address, &f->to, &error), 0);
	wire_call_init(&f->call, &f->to, &config);
}

static void
close_end(struct far_end *f)
{
	wire_call_release(&f->call);
	if (f->fd >= 0)
		close(f->fd);
	unlink(f->address + strlen("unix:"));
	rmdir(f->folder);
}

static enum verdict_kind
feed(struct far_end *f, struct event event, int want)
{
	struct verdict v;

	check_int(wire_call_feed(&f->call, &event, &v), want);
	return v.kind;
}

static void
test_silent(void)
{
	struct far_end f;

	open_end(&f, 20);
	check_int(feed(&f, event_connect(span_of("a"), NULL), -1),
	    VERDICT_TEMPFAIL);
	check_text(f.log, "milter far: the connection to it is lost: it took "
	    "too long");
	check_int(feed(&f, event_plain(EVENT_CLOSE), 0), VERDICT_CONTINUE);
	check_int(f.call.fd, -1);
	close_end(&f);
}

static void
test_gone(void)
{
	struct far_end f;

	open_end(&f, 10000);
	close(f.fd);
	f.fd = -1;
	check_int(feed(&f, event_connect(span_of("a"), NULL), -1),
	    VERDICT_TEMPFAIL);
	check_text(f.log, "milter far: it cannot be reached: Connection "
	    "refused");
	close_end(&f);
}

/* Agrees that BODY is not answered, and reads no more than that. */
static void *
agree_only(void *self)
{
	struct far_end *f = self;
	static const char options[] = "\0\0\0\15O\0\0\0\6\0\0\0\0\0\17\360\200"
	    "\0\0\0\1c";
	char bytes[64];
	int fd = accept(f->fd, NULL, NULL);

	check_true(read(fd, bytes, sizeof bytes) > 0);
	check_int(write(fd, options, 17), 17);
	return (void *)(intptr_t)fd;
}

static void
test_never_reads(void)
{
	static char piece[65535];
	struct far_end f;
	void *fd;
	int result = 0;
	int count = 0;

	open_end(&f, 200);
	check_int(pthread_create(&f.thread, NULL, agree_only, &f), 0);
	check_int(feed(&f, event_connect(span_of("a"), NULL), 0),
	    VERDICT_CONTINUE);
	pthread_join(f.thread, &fd);
	for (; result == 0 && count < 1000; count++) {
		struct event event = event_body(span_make(piece,
		    sizeof piece));
		struct verdict v;

		result = wire_call_feed(&f.call, &event, &v);
	}
	check_int(result, -1);
	check_true(count < 1000);
	check_text(f.log, "milter far: the connection to it is lost: it took "
	    "too long");
	close((int)(intptr_t)fd);
	close_end(&f);
}

/* One that is idle when it goes is missed at the next step. */
static void
test_hangs_up(void)
{
	struct far_end f;
	void *fd;

	open_end(&f, 10000);
	check_int(pthread_create(&f.thread, NULL, agree_only, &f), 0);
	check_int(feed(&f, event_connect(span_of("a"), NULL), 0),
	    VERDICT_CONTINUE);
	pthread_join(f.thread, &fd);
	close((int)(intptr_t)fd);
	check_int(feed(&f, event_plain(EVENT_EOM), -1), VERDICT_TEMPFAIL);
	check_true(strncmp(f.log, "milter far: the connection to it is lost: ",
	    42) == 0);
	check_int(feed(&f, event_plain(EVENT_CLOSE), 0), VERDICT_CONTINUE);
	close_end(&f);
}

static const struct unit_test tests[] = {
	{ "a filter that says nothing has its time", test_silent },
	{ "one that is not there is told of", test_gone },
	{ "one that does not read has its time, too", test_never_reads },
	{ "one that hangs up is missed", test_hangs_up },
};

UNIT_MAIN("wire_call", tests)
