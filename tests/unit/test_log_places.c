/*
 * test_log_places.c - a file, a disk that is full, syslog: each as it must be.
 */
#include "config.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "milter/daemon/log_sink.h"
#include "rules/base/date_time.h"
#include "tests/unit/log_desk.h"
#include "tests/unit/unit.h"

static void
levels(void)
{
	struct log_settings settings = desk_settings(LOG_TO_FILE);
	struct error error;

	unlink(desk_file);
	for (int least = LOG_LEVEL_ERROR; least <= LOG_LEVEL_INFO; least++) {
		settings.level = (enum log_level)least;
		settings.json = true;	/* no time stamp */
		check_int(log_open(&settings, true, &error), 0);
		check_true(log_wants_json());
		for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_INFO; i++) {
			char line[] = "0\n";

			line[0] = (char)('0' + i);
			log_write((enum log_level)i, line, 2);
			check_true(log_wants((enum log_level)i) ==
			    (i <= least));
		}
	}
	desk_read_file(desk_file);
	check_text(buffer_text(&desk_got),
	    "0\n" "0\n1\n" "0\n1\n2\n" "0\n1\n2\n3\n");
}

static void
file_anew(void)
{
	char moved[DESK_PATH_MAX + 2];
	struct stat st;
	mode_t before = umask(022);

	snprintf(moved, sizeof moved, "%s.1", desk_file);
	unlink(desk_file);
	desk_open(LOG_TO_FILE);
	log_write(LOG_LEVEL_INFO, "a\n", 2);
	check_int(rename(desk_file, moved), 0);
	log_write(LOG_LEVEL_INFO, "b\n", 2);
	desk_open(LOG_TO_FILE);
	log_write(LOG_LEVEL_INFO, "c\n", 2);
	umask(before);
	desk_read_file(moved);
	check_true(strstr(buffer_text(&desk_got), " b\n") != NULL);
	check_true(strstr(buffer_text(&desk_got), " c\n") == NULL);
	desk_read_file(desk_file);
	check_true(strstr(buffer_text(&desk_got), " c\n") != NULL);
	check_int(stat(desk_file, &st), 0);
	check_int(st.st_mode & 07777, 0640);
	unlink(moved);
}

static void
bad_files(void)
{
	struct log_settings settings = desk_settings(LOG_TO_FILE);
	char link[80];
	struct error error;

	desk_open(LOG_TO_FILE);
	snprintf(link, sizeof link, "%s/link", desk_dir);
	check_int(symlink(desk_file, link), 0);
	settings.file = link;
	settings.json = true;
	settings.level = LOG_LEVEL_ERROR;
	check_int(log_open(&settings, true, &error), -1);
	check_true(strstr(error.text, "symbolic link") != NULL);
	settings.file = "/nowhere/log";
	check_int(log_open(&settings, true, &error), -1);
	check_text(error.text, "cannot open the log file /nowhere/log: "
	    "No such file or directory");
	settings.file = desk_dir;
	check_int(log_open(&settings, true, &error), -1);
	check_true(log_wants(LOG_LEVEL_INFO) && !log_wants_json());
	log_write(LOG_LEVEL_INFO, "still\n", 6);
	desk_read_file(desk_file);
	check_true(strstr(buffer_text(&desk_got), " still\n") != NULL);
	unlink(link);
}

/* With the rules of ZONE a line's stamp must end in OFFSET, and be now. */
static void
check_stamp(const char *zone, const char *offset)
{
	time_t before = time(NULL);
	struct span stamp;
	int64_t when = 0;

	setenv("TZ", zone, 1);
	unlink(desk_file);
	desk_open(LOG_TO_FILE);
	log_write(LOG_LEVEL_INFO, "x\n", 2);
	desk_read_file(desk_file);
	stamp = buffer_span(&desk_got);
	stamp = span_head(stamp, span_find(stamp, ' '));
	check_int(date_time_parse(stamp, &when), 0);
	check_true(when >= before && when <= time(NULL));
	check_true(span_ends_with(stamp, span_of(offset)));
	check_size(stamp.len, strlen("2026-11-23T10:12:19.123+01:00"));
	check_span(span_skip(buffer_span(&desk_got), stamp.len), " x\n");
}

static void
stamps(void)
{
	unit_case("east of Greenwich");
	check_stamp("EAST-5:30", "+05:30");
	unit_case("west of it, and an odd half hour");
	check_stamp("WEST3:30", "-03:30");
	check_stamp("WEST0:30", "-00:30");
	unit_case("there");
	check_stamp("UTC0", "+00:00");
}

/* /dev/full is a disk that is full. */
static void
full_disk(void)
{
	struct log_settings settings = desk_settings(LOG_TO_FILE);
	uint64_t before = log_lost();
	struct error error;

	settings.file = "/dev/full";
	check_int(log_open(&settings, true, &error), 0);
	desk_put_line(0);
	desk_put_line(1);
	log_tend();
	log_tend();
	check_size(log_lost() - before, 2);
	unlink(desk_file);
	desk_open(LOG_TO_FILE);
	desk_put_line(2);
	desk_read_file(desk_file);
	check_true(strstr(buffer_text(&desk_got), " - 2 lines" DESK_LOST) !=
	    NULL);
	check_true(strstr(buffer_text(&desk_got), " 00000002 ") >
	    strstr(buffer_text(&desk_got), DESK_LOST));
	check_size(log_lost() - before, 2);
}

static void
torn_line(void)
{
	struct rlimit whole, half;
	char *second;

	unlink(desk_file);
	desk_open(LOG_TO_FILE);
	getrlimit(RLIMIT_FSIZE, &whole);
	half = whole;
	half.rlim_cur = DESK_LINE / 2;
	(void)signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &half);
	desk_put_line(0);
	setrlimit(RLIMIT_FSIZE, &whole);
	desk_put_line(1);
	desk_read_file(desk_file);
	second = strchr(buffer_text(&desk_got), '\n');
	check_true(second != NULL && second - desk_got.ptr == DESK_LINE / 2);
	check_true(second != NULL && strstr(second, " - 1 line" DESK_LOST) !=
	    NULL);
	check_true(second != NULL && strstr(second, " 00000001 ") != NULL);
}

static int
bind_syslog(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	unlink(desk_syslog);
	strcpy(address.sun_path, desk_syslog);
	check_int(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

/* The next datagram must be TEXT at PRIORITY. */
static void
check_datagram(int fd, int priority, const char *text)
{
	char line[PIPE_BUF + 1], month[4] = "", want[16];
	int day, hour, minute, second, end = 0;
	ssize_t n = recv(fd, line, sizeof line - 1, 0);

	line[n > 0 ? n : 0] = '\0';
	snprintf(want, sizeof want, "<%d>", priority);
	check_true(strncmp(line, want, strlen(want)) == 0);
	check_int(sscanf(line + strlen(want), "%3s %2d %2d:%2d:%2d %n", month,
	    &day, &hour, &minute, &second, &end), 5);
	check_true(strstr("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
	    month) != NULL);
	snprintf(want, sizeof want, "[%ld]: ", (long)getpid());
	check_int(end, strlen("Nov 23 10:12:19 "));
	check_true(strncmp(line + strlen("<22>") + end, "millgate", 8) == 0);
	check_true(strstr(line, want) != NULL);
	check_text(n > 0 ? strstr(line, "]: ") + 3 : "", text);
}

static void
to_syslog(void)
{
	int fd = bind_syslog();

	desk_open(LOG_TO_SYSLOG);
	log_write(LOG_LEVEL_ERROR, "an error\n", 9);
	log_write(LOG_LEVEL_WARNING, "a warning\n", 10);
	log_write(LOG_LEVEL_NOTICE, "a notice\n", 9);
	log_write(LOG_LEVEL_INFO, "more\n", 5);
	check_datagram(fd, 2 * 8 + 3, "an error");
	check_datagram(fd, 2 * 8 + 4, "a warning");
	check_datagram(fd, 2 * 8 + 5, "a notice");
	check_datagram(fd, 2 * 8 + 6, "more");
	close(fd);
}

static void
syslog_comes_back(void)
{
	uint64_t before = log_lost();
	int fd;

	unlink(desk_syslog);
	unit_case("it is not there yet");
	desk_open(LOG_TO_SYSLOG);
	log_write(LOG_LEVEL_INFO, "1\n", 2);
	fd = bind_syslog();
	log_write(LOG_LEVEL_INFO, "2\n", 2);
	check_datagram(fd, 22, "1");
	check_datagram(fd, 22, "2");
	unit_case("it is started again");
	close(fd);
	log_write(LOG_LEVEL_INFO, "3\n", 2);
	log_tend();
	fd = bind_syslog();
	log_tend();
	check_datagram(fd, 22, "3");
	unit_case("it does not read");
	for (unsigned i = 0; i < 2000; i++)
		desk_put_line(i);
	for (unsigned i = 0; i < 2000; i++) {
		char text[DESK_LINE + 1];

		snprintf(text, sizeof text, "%08u %0*d", i, DESK_LINE - 10, 0);
		log_tend();
		check_datagram(fd, 22, text);
	}
	check_size(log_lost() - before, 0);
	close(fd);
}

static void
defaults(void)
{
	struct log_settings settings = desk_settings(LOG_TO_DEFAULT);
	int fd = bind_syslog(), ends[2];
	struct error error;

	check_int(log_open_with(&settings, false, desk_syslog, &error), 0);
	log_write(LOG_LEVEL_INFO, "back\n", 5);
	check_datagram(fd, 22, "back");
	close(fd);
	check_int(pipe(ends), 0);
	buffer_clear(&desk_got);
	desk_stdout(ends[1]);
	(void)log_open_with(&settings, true, desk_syslog, &error);
	log_write(LOG_LEVEL_INFO, "front\n", 6);
	(void)desk_read_some(ends[0]);
	desk_stdout_back();
	close(ends[0]);
	check_text(buffer_text(&desk_got), "front\n");
}

static const struct unit_test tests[] = {
	{ "a folder for it all", desk_begin },
	{ "what is below the level is not written", levels },
	{ "a file that was renamed is made anew", file_anew },
	{ "what cannot be opened changes nothing", bad_files },
	{ "lines of text in a file have a time stamp", stamps },
	{ "a full disk loses lines, and they are told of", full_disk },
	{ "a line that was torn does not harm the next", torn_line },
	{ "syslog gets datagrams", to_syslog },
	{ "lines wait for syslog", syslog_comes_back },
	{ "the default depends on the ground", defaults },
	{ "nothing stays behind", desk_end },
};

UNIT_MAIN("log_places", tests)
