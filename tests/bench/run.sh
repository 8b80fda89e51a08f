#!/bin/sh
# run.sh - CPU a message with ten rules, as a ratio to a filter that does
# nothing: `make bench`.
#
# Both filters run at the same time and agree on the same steps with the MTA's
# side; they are measured in turns, BENCH_ROUNDS times, over a unix socket. The
# figures are medians, the ratio is the median of the rounds' own ratios. A
# message that rules read decoded is measured against GMime alone by decoded.c.

rounds=${BENCH_ROUNDS:-7}
messages=${BENCH_MESSAGES:-2000}
connections=${BENCH_CONNECTIONS:-4}
bench=$MILLGATE_BUILD/tests/bench
pids=
dir=$(mktemp -d "${TMPDIR:-/tmp}/millgate-bench.XXXXXX") || exit 99

clean_up() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 99' HUP INT TERM

# wait_for PID SOCKET: until the filter listens, 10 s at most.
wait_for() {
	tries=100
	until "$bench/load" "unix:$2" >"$dir/options" 2>/dev/null; do
		tries=$((tries - 1))
		if [ "$tries" -eq 0 ] || ! kill -0 "$1" 2>/dev/null; then
			echo "bench: the filter at $2 does not start" >&2
			exit 1
		fi
		sleep 0.1
	done
}

# measure NAME PID: a line of figures into the file NAME.
measure() {
	"$bench/load" "unix:$dir/$1.sock" "$2" "$connections" "$messages" \
	    >>"$dir/$1.figures" || exit 1
}

# median COLUMN FILE
median() {
	cut -d ' ' -f "$1" "$2" | sort -n |
	    awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

row() {
	printf '%-22s %14s %12s\n' "$1" "$2" "$3"
}

sed "s#@DIR@#$dir#" "$MILLGATE_SOURCE/tests/bench/ten.yaml" >"$dir/ten.yaml"
"$MILLGATE_BUILD/millgate" run -c "$dir/ten.yaml" --foreground --allow-root \
    >"$dir/millgate.log" 2>&1 &
millgate=$!
pids=$millgate
wait_for "$millgate" "$dir/millgate.sock"
# The process that filters is a child of the one that was started.
millgate=$(cat "/proc/$millgate/task/$millgate/children")
millgate=${millgate%% *}

# The same actions and steps, as the filter above has chosen them.
read -r actions protocol <"$dir/options"
"$bench/null" "unix:$dir/null.sock" "$actions" "$protocol" &
null=$!
pids="$pids $null"
wait_for "$null" "$dir/null.sock"
read -r null_actions null_protocol <"$dir/options"
if [ "$null_actions $null_protocol" != "$actions $protocol" ]; then
	echo "bench: the filters do not agree on the steps" >&2
	exit 1
fi

# One round warms up and is forgotten.
measure millgate "$millgate"
measure null "$null"
rm "$dir/millgate.figures" "$dir/null.figures"
i=0
while [ "$i" -lt "$rounds" ]; do
	measure null "$null"
	measure millgate "$millgate"
	i=$((i + 1))
done
paste -d ' ' "$dir/millgate.figures" "$dir/null.figures" |
    awk '{ printf "%.3f\n", $1 / $5 }' >"$dir/ratios"

echo "$messages messages of 20 KB, $connections connections, a session each;" \
    "median of $rounds rounds; protocol $protocol"
row filter 'CPU us/message' 'messages/s'
row 'null filter' "$(median 1 "$dir/null.figures")" \
    "$(median 2 "$dir/null.figures")"
row 'millgate, ten rules' "$(median 1 "$dir/millgate.figures")" \
    "$(median 2 "$dir/millgate.figures")"
row ratio "$(median 1 "$dir/ratios")" ''

decoded=$bench/decoded
if [ -x "$decoded" ]; then
	echo
	echo "a message that ten rules read decoded; median of $rounds rounds"
	printf '%-22s %14s %12s %8s\n' message 'CPU us/message' 'GMime alone' \
	    ratio
	"$decoded" "$MILLGATE_SOURCE/tests/bench/decoded.yaml" "$rounds" \
	    "$messages" || exit 1
fi
