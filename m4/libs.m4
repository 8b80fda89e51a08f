# libs.m4 - find a library: by pkg-config, else by its header and a function.

# MG_FIND_LIB(PREFIX, PKG-MODULE, INCLUDES, FUNCTION, LIBRARY, DEBIAN-PACKAGE)
# Sets and substitutes PREFIX_CFLAGS and PREFIX_LIBS (which the user may give
# beforehand), and sets mg_found_PREFIX to a word for the summary, or to "no";
# what that means is the caller's business.
AC_DEFUN([MG_FIND_LIB],
[PKG_CHECK_MODULES([$1], [$2],
	[mg_found_$1=`$PKG_CONFIG --modversion "$2" 2>/dev/null`
	AS_IF([test -z "$mg_found_$1"], [mg_found_$1=yes])],
	[MG_FIND_LIB_BY_HAND([$1], [$3], [$4], [$5])])
AS_IF([test "$mg_found_$1" = no],
	[AS_VAR_APPEND([mg_missing], [" $6"])])
])

AC_DEFUN([MG_FIND_LIB_BY_HAND],
[mg_saved_CFLAGS=$CFLAGS
mg_saved_LIBS=$LIBS
mg_found_$1=no
AS_IF([test -z "$$1_LIBS"], [$1_LIBS=-l$4])
CFLAGS="$CFLAGS $$1_CFLAGS"
LIBS="$$1_LIBS $LIBS"
AC_MSG_CHECKING([for $3 in $$1_LIBS])
AC_LINK_IFELSE(
	[AC_LANG_PROGRAM([$2], [[void *p = (void *)&$3; return p == 0;]])],
	[mg_found_$1="yes, without pkg-config"])
AC_MSG_RESULT([$mg_found_$1])
CFLAGS=$mg_saved_CFLAGS
LIBS=$mg_saved_LIBS
])
