# packaging.m4 - where the files for the system's other programs go.

# MG_PACKAGING
# Substitutes systemdsystemunitdir, sysusersdir and tmpfilesdir. systemd looks
# below /usr/local as below /usr, so without a word from the user they are below
# the prefix, outside of which an installation should not write unasked.
AC_DEFUN([MG_PACKAGING],
[AC_ARG_WITH([systemdsystemunitdir],
	[AS_HELP_STRING([--with-systemdsystemunitdir=DIR],
		[where the systemd unit goes (PREFIX/lib/systemd/system); no: do
		not install it, nor what stands in sysusers.d and tmpfiles.d])],
	[AS_CASE([$withval],
		[yes], [with_systemdsystemunitdir='${prefix}/lib/systemd/system'])],
	[with_systemdsystemunitdir='${prefix}/lib/systemd/system'])
AM_CONDITIONAL([SYSTEMD], [test "$with_systemdsystemunitdir" != no])
AC_SUBST([systemdsystemunitdir], [$with_systemdsystemunitdir])
AC_SUBST([sysusersdir], ['${prefix}/lib/sysusers.d'])
AC_SUBST([tmpfilesdir], ['${prefix}/lib/tmpfiles.d'])
])
