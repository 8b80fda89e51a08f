#!/bin/sh
# prove-rules.sh [TEST]... - does each end-to-end test depend on its rules?
#
# Runs each test with the rules that it is about taken out of its rule file.
# It must then fail, and with status 1: with any other it was not the missing
# rule that it noticed. Run by hand, from the build folder.

here=$(cd "${0%/*}" && pwd)
[ $# -gt 0 ] || set -- "$here"/*.test
wrong=0
for test in "$@"; do
	out=$(WITHOUT_RULE=1 sh "$test" 2>&1)
	status=$?
	why=$(printf '%s\n' "$out" | grep -m 1 '^not as expected: ')
	if [ "$status" -eq 1 ] && [ -n "$why" ]; then
		echo "proven: ${test##*/}: without its rule: ${why#not as expected: }"
	else
		echo "NOT PROVEN: ${test##*/}: status $status without its rule"
		printf '%s\n' "$out" | sed 's/^/	/'
		wrong=1
	fi
done
exit "$wrong"
