#!/bin/sh
# run.sh - `make check-fuzz`: let every fuzz program search for input that
# breaks it, with AddressSanitizer and UndefinedBehaviorSanitizer watching.
#
#	MILLGATE_RUNS=100000	executions of each program
#	MILLGATE_FUZZ='smtp'	only these programs
#
# Needs clang with libFuzzer (Debian: clang, libclang-rt-14-dev). What breaks a
# program is left in the build folder, and belongs into tests/fuzz/seeds once it
# is mended. The last line counts the programs.

source=${MILLGATE_SOURCE:?} build=${MILLGATE_BUILD:?}/fuzz
runs=${MILLGATE_RUNS:-100000}
names=${MILLGATE_FUZZ:-$(ls "$source/tests/fuzz/seeds")}
passed=0 failed=0

mkdir -p "$build" && cd "$build" || exit 1
test -f Makefile ||
	"$source/configure" -q CC="${CLANG:-clang}" --enable-fuzzers \
	    --enable-sanitizers=address,undefined || exit 1
for name in $names; do
	make -s "tests/fuzz/fuzz_$name" || exit 1
done

for name in $names; do
	mkdir -p "corpus/$name"
	if "tests/fuzz/fuzz_$name" -runs="$runs" -max_len=8192 -timeout=10 \
	    -rss_limit_mb=4096 -print_final_stats=1 "corpus/$name" \
	    "$source/tests/fuzz/seeds/$name" >"$name.log" 2>&1; then
		passed=$((passed + 1))
		echo "fuzz_$name: $(sed -n \
		    's/^stat::number_of_executed_units: *//p' "$name.log"
		) executions, no finding"
	else
		failed=$((failed + 1))
		echo "fuzz_$name: FAILED; the end of $build/$name.log:"
		tail -n 40 "$name.log"
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
test "$failed" -eq 0
