# count-tests.awk - one line about a whole test run, from its .trs files.
#
# Every case of a TAP program and every script counts as one. What did not go
# as it should in any way (FAIL, XPASS, XFAIL, ERROR) counts as failed. Those
# that failed or were skipped are told first, for a number is overlooked.

# What is to be said of a result KIND of the test NAME. The driver of TAP
# programs writes a line for each case to the log, "SKIP: NAME 3 - sentence
# # SKIP reason": they are read one after the other. Of a script it is what
# it printed last, above the line with its status.
function words(kind, log_name,    line, last) {
	last = "nothing was said"
	while ((getline line < log_name) > 0) {
		if (index(line, kind ": " name " ") == 1)
			return substr(line, length(kind ": " name " ") + 1)
		if (line != "" && line !~ /\(exit status: [0-9]+\)$/)
			last = line
	}
	close(log_name)
	return last
}

FNR == 1 {
	name = FILENAME
	sub(/\.trs$/, "", name)
	log_name = name ".log"
	failed_here = 0
}

/^:test-result: PASS/ {
	passed++
}

/^:test-result: SKIP/ {
	skipped++
	print "skipped: " name ": " words("SKIP", log_name)
}

/^:test-result: (FAIL|ERROR|XPASS|XFAIL)/ {
	said = words($2, log_name)

	# The status of a program that has reported its failures is no news.
	if (said ~ /^- exited with status 1$/ && failed_here > 0)
		next
	failed++
	failed_here++
	print "failed: " name ": " said
}

END {
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed > 0
}
