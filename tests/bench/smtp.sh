#!/bin/sh
# smtp.sh - messages a second of millgate-smtpd, as ratios: to Postfix's
# smtp-sink, which throws away what comes, and to a Postfix that asks the same
# filter and throws away, too. Part of `make bench`.
#
# Postfix's smtp-source sends the same to all, in turns, BENCH_ROUNDS times. The
# figures are medians, a ratio is the median of the rounds' own ratios. Of both
# servers with a filter each message is a session, from the greeting to QUIT.

PARTNERS_LIB=$MILLGATE_SOURCE/tests/partners
. "$PARTNERS_LIB/lib.sh"
rounds=${BENCH_ROUNDS:-7}
sessions=${BENCH_SESSIONS:-10}
messages=${BENCH_SMTP_MESSAGES:-1000}
bench=$MILLGATE_BUILD/tests/bench

skip_part()
{
	echo "SMTP: not measured, $*"
	exit 0
}

# It has a port for each filter, and room for all sessions.
write_master_cf()
{
	for contestant in null ten; do
		port=$(random_port)
		echo "$port" >"$world/$contestant.port"
		echo "127.0.0.1:$port inet n - n - $sessions smtpd" \
			"-o smtpd_milters=unix:$world/$contestant.sock"
	done
	cat <<-END
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 300 1 qmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	discard unix - - n - - discard
	anvil unix - - n - 1 anvil
	proxymap unix - - n - - proxymap
	postlog unix-dgram n - n - 1 postlogd
	END
}

# start_sink: smtp-sink does not tell that its port is taken, but ends.
start_sink()
{
	for attempt in 1 2 3 4 5 6; do
		port=$(random_port)
		start sink smtp-sink -u nobody "127.0.0.1:$port" 1000
		wait_for sink "inet:$port@127.0.0.1" && return
	done
	broken "smtp-sink found no free port"
}

# start_ours NAME [OPTION]...: a millgate-smtpd that throws away.
start_ours()
{
	name=$1
	shift
	start_server "$name" --discard "$@"
	echo "$smtp_port" >"$world/$name.port"
}

# measure NAME: a round; messages a second go into the file NAME.rates.
measure()
{
	read -r port <"$world/$1.port"
	began=$(date +%s%N)
	timeout $((E2E_WAIT * 4)) \
	    smtp-source -s "$sessions" -m "$messages" -l 20000 \
		-M mx.friend.example -f bob@friend.example -t ann@example.com \
		"127.0.0.1:$port" || broken "smtp-source fails with $1"
	ended=$(date +%s%N)
	echo "$messages $(((ended - began) / 1000))" |
		awk '{ printf "%.1f\n", $1 / $2 * 1e6 }' >>"$world/$1.rates"
}

median()
{
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# row TITLE NAME [OTHER]: its rate, and the ratio to OTHER's.
row()
{
	ratio=
	[ -z "$3" ] || ratio=$(paste "$world/$2.rates" "$world/$3.rates" |
		awk '{ printf "%.2f\n", $1 / $2 }' | median)
	printf '%-38s %12.0f %8s\n' "$1" "$(median <"$world/$2.rates")" "$ratio"
}

[ "$(id -u)" -eq 0 ] || skip_part "only root can start a Postfix"
command -v smtp-source >/dev/null && command -v smtp-sink >/dev/null ||
	skip_part "Postfix is not installed"
world_of_partners

# Nobody is an insider here, for an insider's mail is not looked at.
sed -e "s#@DIR@/millgate#$world/ten#" -e 's#127\.0\.0\.0/8, ##' \
	-e 's#^  listen:.*#&\n  socket: {mode: 0666}#' \
	"$MILLGATE_SOURCE/tests/bench/ten.yaml" >"$world/ten.yaml"
start_filter_at ten "unix:$world/ten.sock" "$MILLGATE" run \
	-c "$world/ten.yaml" --foreground --allow-root
# The same actions and steps, as the filter above has chosen them.
start_filter_at null "unix:$world/null.sock" "$bench/null" \
	"unix:$world/null.sock" $("$bench/load" "unix:$world/ten.sock")

start_sink
echo "$port" >"$world/sink.port"
start_ours ours
start_ours ours_null --milter "unix:$world/null.sock"
start_ours ours_ten --milter "unix:$world/ten.sock"
listen=unix:none
need_postfix
make_postfix
cat >>"$world/etc/main.cf" <<END
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = yes
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = discard
local_transport = discard
END
start_postfix

# One round warms up and is forgotten.
round=0
while [ "$round" -le "$rounds" ]; do
	for contestant in sink ours null ours_null ten ours_ten; do
		measure "$contestant"
	done
	[ "$round" -gt 0 ] || rm "$world"/*.rates
	round=$((round + 1))
done

echo "$messages messages of 20 KB by SMTP, $sessions sessions at a time," \
    "a message each; median of $rounds rounds"
printf '%-38s %12s %8s\n' server 'messages/s' ratio
row 'smtp-sink' sink
row 'millgate-smtpd, discarding' ours sink
row 'Postfix, discarding, null filter' null
row 'millgate-smtpd, the same' ours_null null
row 'Postfix, discarding, ten rules' ten
row 'millgate-smtpd, the same' ours_ten ten
