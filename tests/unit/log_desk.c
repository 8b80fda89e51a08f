/*
 * log_desk.c - a folder, a syslog and a standard output for tests of the log.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "milter/daemon/log_sink.h"
#include "tests/unit/log_desk.h"
#include "tests/unit/unit.h"

#define GOT_LIMIT (8u << 20)

char desk_dir[] = "/tmp/log_desk.XXXXXX";
char desk_file[DESK_PATH_MAX];
char desk_syslog[DESK_PATH_MAX];
struct buffer desk_got;

static int real_stdout;

struct log_settings
desk_settings(enum log_target to)
{
	return (struct log_settings){ .to = to, .file = desk_file,
		.level = LOG_LEVEL_INFO };
}

void
desk_open(enum log_target to)
{
	struct log_settings settings = desk_settings(to);
	struct error error;

	check_int(log_open_with(&settings, true, desk_syslog, &error), 0);
}

void
desk_put(unsigned n, size_t len)
{
	char line[DESK_LINE + 1];

	snprintf(line, sizeof line, "%08u %0*d\n", n, (int)len - 10, 0);
	log_write(LOG_LEVEL_INFO, line, len);
}

void
desk_put_line(unsigned n)
{
	desk_put(n, DESK_LINE);
}

void
desk_stdout(int fd)
{
	fflush(stdout);
	real_stdout = dup(STDOUT_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	close(fd);
}

void
desk_stdout_back(void)
{
	(void)dup2(real_stdout, STDOUT_FILENO);
	close(real_stdout);
	unlink(desk_file);
	desk_open(LOG_TO_FILE);
}

bool
desk_read_some(int fd)
{
	static char bytes[65536];
	ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

	if (n < 0 && errno == ENOTSOCK)
		n = read(fd, bytes, sizeof bytes);
	if (n > 0)
		buffer_add(&desk_got, span_make(bytes, (size_t)n));
	return n > 0;
}

void
desk_read_all(int fd)
{
	do {
		log_tend();
	} while (desk_read_some(fd));
}

void
desk_read_file(const char *name)
{
	int fd = open(name, O_RDONLY);

	buffer_clear(&desk_got);
	while (fd >= 0 && desk_read_some(fd))
		continue;
	close(fd);
}

void
desk_begin(void)
{
	buffer_init(&desk_got, GOT_LIMIT);
	check_true(mkdtemp(desk_dir) != NULL);
	snprintf(desk_file, sizeof desk_file, "%s/log", desk_dir);
	snprintf(desk_syslog, sizeof desk_syslog, "%s/syslog", desk_dir);
}

void
desk_end(void)
{
	unlink(desk_file);
	unlink(desk_syslog);
	check_int(rmdir(desk_dir), 0);
	buffer_release(&desk_got);
}
