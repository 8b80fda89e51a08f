#!/bin/sh
# session.sh - play the recorded session $1, NAME.smtp, to the rules in NAME.yaml
# beside it.
#
# No rule may see how a body was cut up, so it is played as it comes and in
# pieces of three sizes. The tests in the rule file run along.

millgate=$MILLGATE_BUILD/millgate
rules=${1%.smtp}.yaml
failed=0

for chunk in '' 1 7 65535; do
	"$millgate" test --strict ${chunk:+"--body-chunk=$chunk"} \
	    "$rules" "$1" && continue
	echo "that was with the body in pieces of ${chunk:-any} bytes"
	failed=1
done
exit "$failed"
