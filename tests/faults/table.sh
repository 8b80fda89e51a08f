# table.sh - how much a fault is tried, and the line that tells what came of it.
#
# MILLGATE_FAULTS is short (`make check`) or full (`make check-faults`); where a
# sanitizer watches, the sizes are smaller. Each test ends with row, one line of
# the table that `make check-faults` prints, which names the case: F a fault, L
# a load, B bad input.

: "${MILLGATE_FAULTS:=short}"
[ "$MILLGATE_FAULTS" = short ] || : "${E2E_WAIT:=120}"

# size SHORT FULL: how many of something.
size()
{
	[ "$MILLGATE_FAULTS" = full ] && set -- "$2"
	case ${MILLGATE_SANITIZERS:-no} in
	no) echo "$1" ;;
	*) echo $((($1 + 1) / 2)) ;;
	esac
}

sanitized()
{
	[ "${MILLGATE_SANITIZERS:-no}" != no ]
}

# row CASE WHAT-WAS-DONE NUMBERS: the test has come to its good end.
row()
{
	[ -z "$FAULTS_TABLE" ] ||
		printf '%s|%s|%s|ok\n' "$1" "$2" "$3" >>"$FAULTS_TABLE"
	echo "$1 ok: $2: $3"
}
