/*
 * rawmilter.c - the MTA's end of a milter connection, for tests.
 *
 * The packets are those of milter/wire. Every wait has a deadline, so a filter
 * that hangs fails a test instead of stopping it.
 *
 * Failure: an answer that says so; a connection that failed stays closed, and
 * every later step answers "closed".
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/rawmilter.h"

#define TEXT_LIMIT (1 << 20)
#define BODY_LIMIT (1 << 26)

static long long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int
connect_unix(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof un.sun_path)
		return -1;
	memcpy(un.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (void *)&un, sizeof un) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* SPEC is PORT@HOST with an IPv4 address. */
static int
connect_inet(const char *spec)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	const char *at = strchr(spec, '@');
	int fd;

	if (at == NULL || inet_pton(AF_INET, at + 1, &in.sin_addr) != 1)
		return -1;
	in.sin_port = htons((uint16_t)atoi(spec));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (void *)&in, sizeof in) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

bool
rawmilter_open(struct rawmilter *m, const char *address)
{
	*m = (struct rawmilter){ .fd = -1, .deadline = RAWMILTER_DEADLINE };
	buffer_init(&m->out, 1 << 24);
	buffer_init(&m->answer, TEXT_LIMIT);
	buffer_init(&m->edits, TEXT_LIMIT);
	buffer_init(&m->body, BODY_LIMIT);
	for (size_t i = 0; i < WIRE_STAGE_COUNT; i++)
		buffer_init(&m->macros[i], TEXT_LIMIT);
	packet_reader_init(&m->in, WIRE_PAYLOAD_MAX);
	if (strncmp(address, "unix:", 5) == 0)
		m->fd = connect_unix(address + 5);
	else if (strncmp(address, "inet:", 5) == 0)
		m->fd = connect_inet(address + 5);
	return m->fd >= 0;
}

static void
hang_up(struct rawmilter *m)
{
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
}

void
rawmilter_drop(struct rawmilter *m)
{
	hang_up(m);
	buffer_release(&m->out);
	buffer_release(&m->answer);
	buffer_release(&m->edits);
	buffer_release(&m->body);
	for (size_t i = 0; i < WIRE_STAGE_COUNT; i++)
		buffer_release(&m->macros[i]);
	packet_reader_release(&m->in);
}

void
rawmilter_close(struct rawmilter *m)
{
	if (m->fd >= 0) {
		packet_add(&m->out, WIRE_QUIT, span_of(""));
		rawmilter_flush(m);
	}
	rawmilter_drop(m);
}

/* Wait until FD is ready for EVENTS; false when DEADLINE passes before. */
static bool
wait_for(int fd, short events, long long deadline)
{
	struct pollfd p = { .fd = fd, .events = events };
	long long left = deadline - now_ms();
	int got;

	do
		got = poll(&p, 1, left > 0 ? (int)left : 0);
	while (got < 0 && errno == EINTR);
	return got > 0;
}

bool
rawmilter_flush(struct rawmilter *m)
{
	long long deadline = now_ms() + m->deadline;
	struct span rest = buffer_span(&m->out);

	while (m->fd >= 0 && rest.len > 0) {
		ssize_t n = -1;

		if (wait_for(m->fd, POLLOUT, deadline))
			n = send(m->fd, rest.ptr, rest.len,
			    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n <= 0)
			break;
		rest = span_skip(rest, (size_t)n);
	}
	buffer_clear(&m->out);
	return m->fd >= 0 && rest.len == 0;
}

/* Add S to OUT as this file's header promises: printable ASCII only. */
static void
add_visible(struct buffer *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (c == '\\')
			buffer_add_text(out, "\\\\");
		else if (c >= ' ' && c <= '~')
			buffer_add_char(out, s.ptr[i]);
		else
			buffer_addf(out, "\\x%02x", c);
	}
}

/* How an edit that has no index begins; see rawmilter_edits(). */
static const struct {
	enum wire_letter letter;
	const char *word;
} edit_words[] = {
	{ WIRE_CHGFROM, "sender " },
	{ WIRE_ADDRCPT, "add-recipient " },
	{ WIRE_DELRCPT, "remove-recipient " },
	{ WIRE_QUARANTINE, "quarantine " },
};

static const char *
edit_word(enum wire_letter letter)
{
	for (size_t i = 0; i < sizeof edit_words / sizeof *edit_words; i++) {
		if (edit_words[i].letter == letter)
			return edit_words[i].word;
	}
	return wire_kind((char)letter)->name;
}

static void
add_edit(struct rawmilter *m, const struct wire_reply *r)
{
	bool changes = r->letter == WIRE_CHGHEADER;
	bool removes = changes && r->strings[1].len == 0;
	bool inserts = r->letter == WIRE_INSHEADER;
	bool field = changes || inserts || r->letter == WIRE_ADDHEADER;
	struct buffer *out = &m->edits;

	m->edit_count++;
	if (r->letter == WIRE_REPLBODY) {
		buffer_add(&m->body, r->bytes);
		buffer_addf(out, "body %zu\n", r->bytes.len);
		return;
	}
	if (inserts && r->index >= RAWMILTER_BELOW_ALL)
		buffer_add_text(out, "add ");
	else if (inserts)
		buffer_addf(out, "insert %lu ", (unsigned long)r->index);
	else if (changes)
		buffer_addf(out, "%s %lu ", removes ? "remove" : "change",
		    (unsigned long)r->index);
	else
		buffer_add_text(out, edit_word(r->letter));
	add_visible(out, r->strings[0]);
	if (field && !removes) {
		buffer_add_text(out, ": ");
		add_visible(out, r->strings[1]);
	}
	buffer_add_char(out, '\n');
}

const char *
rawmilter_edits(const struct rawmilter *m)
{
	return buffer_text(&m->edits);
}

/* A connection that failed is closed: nothing that follows could be trusted. */
static const char *
answer_failed(struct rawmilter *m, const char *why, const char *detail)
{
	buffer_clear(&m->answer);
	buffer_addf(&m->answer, "%s%s", why, detail);
	hang_up(m);
	return buffer_text(&m->answer);
}

static const char *
answer_of(struct rawmilter *m, const struct wire_reply *r)
{
	const char *name = wire_kind((char)r->letter)->name;

	buffer_clear(&m->answer);
	if (r->letter == WIRE_REPLYCODE)
		add_visible(&m->answer, r->strings[0]);
	else
		for (size_t i = 0; name[i] != '\0'; i++)
			buffer_add_char(&m->answer, ascii_lower(name[i]));
	return buffer_text(&m->answer);
}

/* Options arrive once, and their macros are copied out of the packet. */
static void
keep_options(struct rawmilter *m, const struct wire_options *o)
{
	m->options = *o;
	for (size_t i = 0; i < WIRE_STAGE_COUNT; i++) {
		buffer_clear(&m->macros[i]);
		buffer_add(&m->macros[i], o->macros[i]);
		m->options.macros[i] = span_of(NULL);
	}
}

/* Read what there is. NULL, or why that is not possible. */
static const char *
read_more(struct rawmilter *m, long long deadline)
{
	char bytes[4096];
	ssize_t n;

	if (!wait_for(m->fd, POLLIN, deadline))
		return "timeout";
	n = recv(m->fd, bytes, sizeof bytes, 0);
	if (n <= 0)
		return "closed";
	packet_reader_feed(&m->in, span_make(bytes, (size_t)n));
	return NULL;
}

const char *
rawmilter_answer(struct rawmilter *m)
{
	long long deadline = now_ms() + m->deadline;
	const char *failed = m->fd >= 0 ? NULL : "closed";

	while (failed == NULL) {
		struct wire_reply reply;
		struct packet packet;
		struct error error;
		int got = packet_reader_next(&m->in, &packet, &error);

		if (got < 0 || (got > 0
		    && wire_reply_read(&packet, &reply, &error) < 0))
			return answer_failed(m, "malformed: ", error.text);
		if (got == 0)
			failed = read_more(m, deadline);
		else if (reply.role == WIRE_ROLE_EDIT)
			add_edit(m, &reply);
		else if (reply.role == WIRE_ROLE_WAIT)
			deadline = now_ms() + m->deadline;
		else {
			if (reply.role == WIRE_ROLE_OPTIONS)
				keep_options(m, &reply.options);
			return answer_of(m, &reply);
		}
	}
	return answer_failed(m, failed, "");
}
