/*
 * test_smtp_talk.c - unit tests for milter/replay/smtp_talk.c, over a pair of
 * sockets whose other end has said all before it is asked.
 */
#include "config.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/replay/smtp_talk.h"
#include "tests/unit/unit.h"

#define COUNT(table) (sizeof (table) / sizeof (table)[0])

/* T speaks to the descriptor that is returned. */
static int
begin(struct smtp_talk *t, unsigned timeout_ms)
{
	int ends[2];

	smtp_talk_init(t, timeout_ms);
	check_int(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	check_int(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	t->fd = ends[0];
	return ends[1];
}

static void
server_says(int fd, const char *text)
{
	check_int(send(fd, text, strlen(text), MSG_NOSIGNAL),
	    (intmax_t)strlen(text));
}

static const struct {
	const char *sentence;
	const char *said;
	const char *reply;	/* NULL: none, because: */
	const char *why;
} replies[] = {
	{ "one line", "220 here\r\n", "220 here\r\n", NULL },
	{ "several", "250-a\r\n250-b\r\n250 c\r\n",
	    "250-a\r\n250-b\r\n250 c\r\n", NULL },
	{ "a code alone", "250\r\n", "250\r\n", NULL },
	{ "a LF alone", "250 a\n", "250 a\n", NULL },
	{ "the next one stays", "250 a\r\n550 b\r\n", "250 a\r\n", NULL },
	{ "half of one is none", "250-a\r\n", NULL, "the server hung up" },
	{ "half a line is none", "250 a", NULL, "the server hung up" },
	{ "nothing", "", NULL, "the server hung up" },
	{ "no code", "25 a\r\n", NULL, "the server does not speak SMTP" },
	{ "letters", "abc a\r\n", NULL, "the server does not speak SMTP" },
	{ "no blank", "2500\r\n", NULL, "the server does not speak SMTP" },
	{ "in the middle", "250-a\r\nb\r\n", NULL,
	    "the server does not speak SMTP" },
};

static void
test_replies(void)
{
	struct buffer out;

	buffer_init(&out, 4096);
	for (size_t i = 0; i < COUNT(replies); i++) {
		struct error error = { "" };
		struct smtp_talk t;
		int fd, result;

		unit_case(replies[i].sentence);
		fd = begin(&t, 10000);
		server_says(fd, replies[i].said);
		close(fd);
		result = smtp_talk_reply(&t, &out, &error);
		check_int(result, replies[i].reply != NULL ? 0 : -1);
		check_text(buffer_text(&out), replies[i].reply != NULL ?
		    replies[i].reply : "");
		check_text(error.text, replies[i].why != NULL ?
		    replies[i].why : "");
		check_int(t.fd >= 0, result == 0);
		smtp_talk_release(&t);
	}
	buffer_release(&out);
}

/* Each is told once, in their order, however they come. */
static void
test_in_turn(void)
{
	struct error error;
	struct buffer out;
	struct smtp_talk t;
	int fd = begin(&t, 10000);

	buffer_init(&out, 4096);
	server_says(fd, "250-a\r\n25");
	server_says(fd, "0 b\r\n354 c\r\n421");
	check_int(smtp_talk_reply(&t, &out, &error), 0);
	check_text(buffer_text(&out), "250-a\r\n250 b\r\n");
	check_int(smtp_talk_reply(&t, &out, &error), 0);
	check_text(buffer_text(&out), "354 c\r\n");
	server_says(fd, " d\r\n");
	check_int(smtp_talk_reply(&t, &out, &error), 0);
	check_text(buffer_text(&out), "421 d\r\n");
	close(fd);
	check_int(smtp_talk_reply(&t, &out, &error), -1);
	check_int(smtp_talk_reply(&t, &out, &error), -1);
	check_text(error.text, "the server hung up");
	smtp_talk_line(&t, span_of("QUIT"));
	buffer_release(&out);
	smtp_talk_release(&t);
}

static void
test_bounds(void)
{
	static char line[20000];
	struct error error;
	struct buffer out;
	struct smtp_talk t;
	int fd = begin(&t, 10000);

	buffer_init(&out, 100);
	memset(line, 'x', sizeof line - 1);
	server_says(fd, line);
	check_int(smtp_talk_reply(&t, &out, &error), -1);
	check_text(error.text, "the server sends a line that is too long");
	smtp_talk_release(&t);
	close(fd);
	fd = begin(&t, 10000);
	for (int i = 0; i < 20; i++)
		server_says(fd, "250-abcdef\r\n");
	check_int(smtp_talk_reply(&t, &out, &error), -1);
	check_text(error.text, "the server sends a reply that does not end");
	buffer_release(&out);
	smtp_talk_release(&t);
	close(fd);
}

/* Nobody answers, nobody reads: both end. */
static void
test_silence(void)
{
	static char message[4 << 20];
	struct error error;
	struct buffer out;
	struct smtp_talk t;
	int fd = begin(&t, 20);

	buffer_init(&out, 100);
	server_says(fd, "250-a\r\n");
	memset(message, 'x', sizeof message);
	smtp_talk_send(&t, span_make(message, sizeof message));
	check_true(t.fd >= 0);
	check_int(smtp_talk_reply(&t, &out, &error), -1);
	check_text(error.text, "the server does not answer within 0 seconds");
	buffer_release(&out);
	smtp_talk_release(&t);
	close(fd);
}

static const struct {
	const char *sentence;
	const char *lines;
	const char *sent;
} messages[] = {
	{ "lines", "a\r\nb\r\n", "a\r\nb\r\n.\r\n" },
	{ "the last line gets its end", "a", "a\r\n.\r\n" },
	{ "dots are doubled", ".\r\n..a\r\na.\r\n",
	    "..\r\n...a\r\na.\r\n.\r\n" },
	{ "nothing", "", ".\r\n" },
};

static void
test_messages(void)
{
	char got[100];

	for (size_t i = 0; i < COUNT(messages); i++) {
		struct smtp_talk t;
		int fd = begin(&t, 10000);
		ssize_t n;

		unit_case(messages[i].sentence);
		smtp_talk_message(&t, span_of(messages[i].lines));
		n = recv(fd, got, sizeof got, 0);
		check_span(span_make(got, n > 0 ? (size_t)n : 0),
		    messages[i].sent);
		smtp_talk_release(&t);
		close(fd);
	}
}

static const struct unit_test tests[] = {
	{ "a reply is read whole, or is none", test_replies },
	{ "replies are read one by one", test_in_turn },
	{ "no line and no reply is endless", test_bounds },
	{ "no wait is endless", test_silence },
	{ "a message is sent as DATA has it", test_messages },
};

UNIT_MAIN("smtp_talk", tests)
