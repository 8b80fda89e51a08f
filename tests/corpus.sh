#!/bin/sh
# corpus.sh - messages of all sorts through the rules, cut up in all sizes.
#
# tests/corpus/play tells what rules see of a message and fails when that
# depends on how the body was cut up, or is no UTF-8. The sample in
# tests/corpus/sample must besides give what NAME.facts says. MILLGATE_CORPUS
# names a folder with more messages, one in each file below it (README.md is
# none): of these only the promises are asked, with rules that read everything
# and with rules that change everything. MILLGATE_UPDATE=1 writes the sample's
# .facts.
#
# A build with sanitizers finds more: what they print fails the message.

play=$MILLGATE_BUILD/tests/corpus/play
rules=$MILLGATE_SOURCE/tests/corpus
sample=$rules/sample
passed=0
failed=0
skipped=0
began=$(date +%s)
out=$(mktemp "${TMPDIR:-/tmp}/corpus.XXXXXX") || exit 99
trap 'rm -f "$out" "$out.all" "$out.said"' EXIT
trap 'exit 99' HUP INT TERM

# play_with RULES MESSAGE: its account in $out, what is wrong in $out.said.
play_with() {
	"$play" "$rules/$1" "$2" >"$out" 2>"$out.said"
	status=$?
	case $status in
	0) test ! -s "$out.said" && return ;;
	77) return 77 ;;
	esac
	echo "$2, $1: status $status"
	sed 's/^/	/' "$out.said"
	return 1
}

# count STATUS: of one message.
count() {
	case $1 in
	0) passed=$((passed + 1)) ;;
	77) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
}

play_sample() {
	play_with edits.yaml "$1" || return
	play_with facts.yaml "$1" || return
	if test -n "$MILLGATE_UPDATE"; then
		cp "$out" "$1.facts"
	elif ! diff -u "$1.facts" "$out"; then
		echo "$1: that is not what its .facts say"
		return 1
	fi
}

play_message() {
	play_with facts.yaml "$1" && play_with edits.yaml "$1"
}

for message in "$sample"/*.eml; do
	play_sample "$message"
	count $?
done
if test -z "$MILLGATE_CORPUS"; then
	echo 'corpus: CORPUS names no folder; only the sample is played'
elif find "$MILLGATE_CORPUS" -type f ! -name README.md >"$out.all"; then
	while read -r message; do
		play_message "$message"
		count $?
	done <"$out.all"
else
	failed=$((failed + 1))
fi
echo "corpus: $((passed + failed + skipped)) messages in" \
    "$(($(date +%s) - began)) s"
echo "$passed passed, $failed failed, $skipped skipped"
if test "$passed" -eq 0 && test "$failed" -eq 0; then
	cat "$out"	# the reason
	exit 77
fi
test "$failed" -eq 0
