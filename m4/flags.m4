# flags.m4 - ask the compiler before handing it a flag.

# MG_ADD_FLAGS(VARIABLE, FLAGS...)
# Append to shell variable VARIABLE each of FLAGS that the compiler takes, to
# compile and to link, together with those before it and without a word: clang
# only warns of flags it does not know, hence the -Werror.
AC_DEFUN([MG_ADD_FLAGS],
[for mg_flag in m4_normalize([$2]); do
	AC_MSG_CHECKING([whether $CC takes $mg_flag])
	mg_saved_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS $$1 -Werror $mg_flag"
	AC_LINK_IFELSE(
		[AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("");]])],
		[AC_MSG_RESULT([yes])
		AS_VAR_APPEND([$1], [" $mg_flag"])],
		[AC_MSG_RESULT([no])])
	CFLAGS=$mg_saved_CFLAGS
done
])

# MG_PROBE_FORTIFY(VARIABLE)
# Set VARIABLE to the highest level of _FORTIFY_SOURCE that works with the
# CFLAGS at hand: 3, 2, or 0 (no optimisation, or a C library without it).
AC_DEFUN([MG_PROBE_FORTIFY],
[AC_CACHE_CHECK([for the level of _FORTIFY_SOURCE], [mg_cv_fortify],
	[mg_cv_fortify=0
	mg_saved_CPPFLAGS=$CPPFLAGS
	for mg_level in 3 2; do
		CPPFLAGS="$mg_saved_CPPFLAGS -U_FORTIFY_SOURCE"
		CPPFLAGS="$CPPFLAGS -D_FORTIFY_SOURCE=$mg_level"
		AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#include <stdio.h>
#if !defined __USE_FORTIFY_LEVEL || __USE_FORTIFY_LEVEL < _FORTIFY_SOURCE
#error "not this level"
#endif
int unused;
]])], [mg_cv_fortify=$mg_level; break])
	done
	CPPFLAGS=$mg_saved_CPPFLAGS])
$1=$mg_cv_fortify
])
