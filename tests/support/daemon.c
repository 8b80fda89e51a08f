/*
 * daemon.c - a millgate of its own for a test.
 *
 * Failure: functions return false and print the reason as a line of a TAP
 * comment; a daemon that could not be started may be finished as any other.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/daemon.h"
#include "tests/support/rawmilter.h"

#define READY_MS 10000
#define STOP_MS 10000
#define COUNT_MS 5000
#define STEP_MS 10
#define FILE_LIMIT (64 << 20)	/* no log of a test is longer */

static void
pause_ms(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* D->dir and a name in it; false when that is too long for a socket. */
static bool
path_in(const struct daemon *d, char to[DAEMON_PATH_MAX], const char *prefix,
    const char *name)
{
	int n = snprintf(to, DAEMON_PATH_MAX, "%s%s/%s", prefix, d->dir, name);

	return n > 0 && n < DAEMON_PATH_MAX;
}

static bool
write_rules(const struct daemon *d, const char *settings, const char *rest)
{
	FILE *file = fopen(d->rules, "w");

	if (file == NULL)
		return false;
	/* Whatever the umask: root obeys no file that everybody may write. */
	fchmod(fileno(file), 0644);
	fprintf(file, "millgate: 1\nsettings:\n  listen: %s\n%s%s",
	    d->address, settings, rest);
	return fclose(file) == 0;
}

bool
daemon_prepare(struct daemon *d, const char *settings, const char *rest)
{
	const char *tmp = getenv("TMPDIR");
	int n;

	memset(d, 0, sizeof *d);
	n = snprintf(d->dir, sizeof d->dir, "%s/millgate.XXXXXX",
	    tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
	if (n < 0 || (size_t)n >= sizeof d->dir || mkdtemp(d->dir) == NULL) {
		printf("# no temporary folder: %s\n", strerror(errno));
		d->dir[0] = '\0';
		return false;
	}
	return path_in(d, d->rules, "", "rules.yaml")
	    && path_in(d, d->socket, "", "sock")
	    && path_in(d, d->out, "", "stdout")
	    && path_in(d, d->err, "", "stderr")
	    && path_in(d, d->address, "unix:", "sock")
	    && write_rules(d, settings, rest);
}

/* In the child: make standard descriptor FD that file, to be appended to. */
static void
redirect(int fd, const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	if (file < 0 || dup2(file, fd) < 0)
		_exit(126);
	close(file);
}

static void
run_program(const struct daemon *d, pid_t parent)
{
	const char *program = getenv("MILLGATE");

	/*
	 * SIGTERM and not SIGKILL: the program ends processes of its own then.
	 * The parent may have died before this was said.
	 */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(126);
	setpgid(0, 0);
	redirect(STDOUT_FILENO, d->out);
	redirect(STDERR_FILENO, d->err);
	if (program == NULL || *program == '\0')
		program = "./millgate";
	execl(program, program, "run", "-c", d->rules, "--foreground",
	    "--allow-root", (char *)NULL);
	fprintf(stderr, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

bool
daemon_launch(struct daemon *d)
{
	pid_t parent = getpid();

	fflush(stdout);
	d->pid = fork();
	if (d->pid == 0)
		run_program(d, parent);
	if (d->pid < 0) {
		printf("# fork: %s\n", strerror(errno));
		d->pid = 0;
		return false;
	}
	setpgid(d->pid, d->pid);
	return true;
}

int
daemon_wait(struct daemon *d, int ms)
{
	int status;

	for (int waited = 0; d->pid > 0; waited += STEP_MS) {
		pid_t got = waitpid(d->pid, &status, WNOHANG);

		if (got == d->pid) {
			/* What it started must not outlive it. */
			kill(-d->pid, SIGKILL);
			d->pid = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status)
			    : DAEMON_KILLED;
		}
		if (waited >= ms)
			return DAEMON_STUCK;
		pause_ms(STEP_MS);
	}
	return 0;
}

/* Does somebody take connections at its socket? */
static bool
is_answered(const struct daemon *d)
{
	struct rawmilter m;
	bool up = rawmilter_open(&m, d->address);

	rawmilter_drop(&m);
	return up;
}

bool
daemon_ready(struct daemon *d)
{
	for (int waited = 0; waited < READY_MS; waited += STEP_MS) {
		if (is_answered(d))
			return true;
		if (daemon_wait(d, 0) != DAEMON_STUCK)
			return false;
		pause_ms(STEP_MS);
	}
	return false;
}

/* Show a file as lines of a TAP comment. */
static void
show(const char *path)
{
	struct buffer text;
	char *line, *next;

	buffer_init(&text, FILE_LIMIT);
	daemon_read(path, &text);
	for (line = text.ptr; line != NULL && *line != '\0'; line = next) {
		next = strchrnul(line, '\n');
		printf("# %.*s\n", (int)(next - line), line);
		next += *next == '\n';
	}
	buffer_release(&text);
}

bool
daemon_start(struct daemon *d, const char *settings, const char *rest)
{
	if (!daemon_prepare(d, settings, rest) || !daemon_launch(d))
		return false;
	if (daemon_ready(d))
		return true;
	printf("# the daemon did not start; it said:\n");
	show(d->err);
	show(d->out);
	return false;
}

void
daemon_kill(struct daemon *d)
{
	if (d->pid == 0)
		return;
	kill(-d->pid, SIGKILL);
	daemon_wait(d, STOP_MS);
	/* A worker may take a moment longer, and has the socket so long. */
	for (int waited = 0; waited < STOP_MS && is_answered(d);
	    waited += STEP_MS)
		pause_ms(STEP_MS);
}

void
daemon_ask_to_stop(const struct daemon *d)
{
	if (d->pid != 0)
		kill(d->pid, SIGTERM);
}

int
daemon_stop(struct daemon *d)
{
	int status;

	if (d->pid == 0)
		return 0;
	daemon_ask_to_stop(d);
	status = daemon_wait(d, STOP_MS);
	if (status == DAEMON_STUCK)
		daemon_kill(d);
	return status;
}

/* The folder is flat: all that a test puts there is files, or empty folders. */
static void
remove_dir(const char *dir)
{
	char path[2 * DAEMON_PATH_MAX + NAME_MAX];
	struct dirent *entry;
	DIR *list = opendir(dir);

	while (list != NULL && (entry = readdir(list)) != NULL) {
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		if (strcmp(entry->d_name, ".") != 0
		    && strcmp(entry->d_name, "..") != 0 && remove(path) < 0)
			printf("# %s: %s\n", path, strerror(errno));
	}
	if (list != NULL)
		closedir(list);
	rmdir(dir);
}

/*
 * A worker that a sanitizer ends is started again like any other, so what was
 * said of it is looked for.
 */
static bool
is_clean(const struct daemon *d)
{
	struct buffer said;
	const char *text;
	bool clean;

	buffer_init(&said, FILE_LIMIT);
	daemon_read(d->err, &said);
	text = buffer_text(&said);
	clean = strstr(text, "Sanitizer") == NULL &&
	    strstr(text, "runtime error:") == NULL;
	buffer_release(&said);
	if (!clean)
		show(d->err);
	return clean;
}

int
daemon_finish(struct daemon *d)
{
	int status = daemon_stop(d);

	if (d->dir[0] != '\0' && !is_clean(d))
		status = DAEMON_UNCLEAN;
	if (d->dir[0] != '\0')
		remove_dir(d->dir);
	d->dir[0] = '\0';
	return status;
}

void
daemon_read(const char *path, struct buffer *out)
{
	FILE *file = fopen(path, "r");
	char bytes[4096];
	size_t n;

	if (file == NULL)
		return;
	while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
		buffer_add(out, span_make(bytes, n));
	fclose(file);
}

static size_t
count_now(const struct daemon *d, const char *text)
{
	struct span wanted = span_of(text);
	struct buffer log;
	struct span rest;
	size_t count = 0;

	buffer_init(&log, FILE_LIMIT);
	daemon_read(d->out, &log);
	rest = buffer_span(&log);
	while (rest.len > 0) {
		struct span line = span_head(rest, span_find(rest, '\n'));

		if (line.len >= wanted.len && memmem(line.ptr, line.len,
		    wanted.ptr, wanted.len) != NULL)
			count++;
		rest = span_skip(rest, line.len + 1);
	}
	buffer_release(&log);
	return count;
}

size_t
daemon_count(const struct daemon *d, const char *text, size_t want)
{
	size_t count = count_now(d, text);

	for (int waited = 0; count < want && waited < COUNT_MS;
	    waited += STEP_MS) {
		pause_ms(STEP_MS);
		count = count_now(d, text);
	}
	return count;
}
