/*
 * main.c - millgate-smtpd(8), the reference SMTP server.
 *
 * Failure: a status of sysexits(3) and a message: 64 the command line, 69 a
 * place to listen on, 71 the system, 78 a file.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "milter/smtpd/log.h"
#include "milter/smtpd/options.h"
#include "milter/smtpd/server.h"

/*
 * A program that is started without these would get their numbers for files and
 * sockets of its own, and print into them.
 */
static void
open_standard_descriptors(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", O_RDWR);
}

int
main(int argc, char **argv)
{
	static struct options options;
	struct error error = { "" };
	int status = EX_USAGE;

	open_standard_descriptors();
	switch (options_read(&options, argc, argv, &error)) {
	case OPTIONS_DONE:
		return fflush(stdout) == 0 ? EX_OK : EX_OSERR;
	case OPTIONS_WRONG:
		break;
	case OPTIONS_SERVE:
		smtpd_log_begin();
		status = server_run(&options, &error);
		break;
	}
	if (error.text[0] != '\0')
		fprintf(stderr, "millgate-smtpd: %s\n", error.text);
	return status;
}
