# milter.m4 - what this libmilter can do, found by doing it.

# MG_MILTER_TAKES_FD(ACTION-IF-YES)
# Does smfi_setconn("fd:N") take a socket that listens already? No release of
# Sendmail says so, some distributions have added it. What cannot be run is not
# known, and then the answer is no.
AC_DEFUN([MG_MILTER_TAKES_FD],
[AC_CACHE_CHECK([whether libmilter takes an open socket],
	[mg_cv_milter_takes_fd],
	[mg_saved_CFLAGS=$CFLAGS
	mg_saved_LIBS=$LIBS
	CFLAGS="$CFLAGS $MILTER_CFLAGS $PTHREAD_FLAGS"
	LIBS="$MILTER_LIBS $LIBS"
	AC_RUN_IFELSE([AC_LANG_PROGRAM([[
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <libmilter/mfapi.h>
]], [[
	struct sockaddr_un address;
	struct smfiDesc description;
	char name[] = "configure", text[32];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memset(&address, 0, sizeof address);
	address.sun_family = AF_UNIX;
	memset(&description, 0, sizeof description);
	description.xxfi_name = name;
	description.xxfi_version = SMFI_VERSION;
	/* No more than the family: the kernel finds a name. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&address,
	    sizeof address.sun_family) < 0 || listen(fd, 1) < 0)
		return 2;
	sprintf(text, "fd:%d", fd);
	return smfi_register(description) != MI_SUCCESS ||
	    smfi_setconn(text) != MI_SUCCESS ||
	    smfi_opensocket(0) != MI_SUCCESS;
]])],
		[mg_cv_milter_takes_fd=yes],
		[mg_cv_milter_takes_fd=no],
		[mg_cv_milter_takes_fd=no])
	CFLAGS=$mg_saved_CFLAGS
	LIBS=$mg_saved_LIBS])
AS_IF([test "$mg_cv_milter_takes_fd" = yes], [$1])
])

# MG_MILTER_POLLS(ACTION-IF-YES, ACTION-IF-NO)
# Does libmilter wait by poll(2)? By select(2) it takes no descriptor beyond
# FD_SETSIZE, not even to listen on, so it is asked to open a socket when all
# numbers below are taken. What cannot be tried is not known, and then the
# answer is no, which is right for both.
AC_DEFUN([MG_MILTER_POLLS],
[AC_CACHE_CHECK([whether libmilter waits by poll],
	[mg_cv_milter_polls],
	[mg_saved_CFLAGS=$CFLAGS
	mg_saved_LIBS=$LIBS
	CFLAGS="$CFLAGS $MILTER_CFLAGS $PTHREAD_FLAGS"
	LIBS="$MILTER_LIBS $LIBS"
	AC_RUN_IFELSE([AC_LANG_PROGRAM([[
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>
#include <libmilter/mfapi.h>
]], [[
	struct smfiDesc description;
	struct rlimit files;
	char name[] = "configure", place[] = "local:conftest.socket";
	int fd, opened;

	memset(&description, 0, sizeof description);
	description.xxfi_name = name;
	description.xxfi_version = SMFI_VERSION;
	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return 2;
	files.rlim_cur = FD_SETSIZE + 64;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		return 2;
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd < FD_SETSIZE - 1);
	if (fd < 0)
		return 2;
	unlink("conftest.socket");
	opened = smfi_register(description) == MI_SUCCESS &&
	    smfi_setconn(place) == MI_SUCCESS &&
	    smfi_opensocket(0) == MI_SUCCESS;
	unlink("conftest.socket");
	return !opened;
]])],
		[mg_cv_milter_polls=yes],
		[mg_cv_milter_polls=no],
		[mg_cv_milter_polls=no])
	CFLAGS=$mg_saved_CFLAGS
	LIBS=$mg_saved_LIBS])
AS_IF([test "$mg_cv_milter_polls" = yes], [$1], [$2])
])
