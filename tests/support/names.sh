# names.sh - the names that rule files may use, read out of the program's own
# tables.
#
# Sourced by tests that hold the manual against them, with the variables
# millgate (the program), source (its sources) and work (a folder) set.

# names TABLE FILE...: the first string of each row. Rows may be macros that
# stand for several.
names() {
	table=$1
	shift
	awk -v table="$table" '
	function add(row) { rows[at, ++count[at]] = row }
	function show(t, i) {
		for (i = 1; i <= count[t]; i++)
			if (rows[t, i] ~ /^[A-Z_]+$/)
				show(rows[t, i])
			else
				print rows[t, i]
	}
	index($0, " " table "[] = {") || index($0, " " table " = {") {
		at = table
		next
	}
	/^#define [A-Z_]+ \\$/ { at = $2; next }
	at != "" && match($0, /^\t\{ "[^"]+"/) {
		add(substr($0, RSTART + 4, RLENGTH - 5))
	}
	at != "" && match($0, /^\t[A-Z_]+/) {
		add(substr($0, RSTART + 1, RLENGTH - 1))
	}
	/^}/ || /^$/ { at = "" }
	END { show(table) }' "$@"
}

# Each fact and the phase from which it is known. Those that go by a name are
# asked for as NAME.x; the row or the next has the flag.
facts() {
	awk '
	/fact_table\[\] = \{/ { inside = 1; next }
	inside && /^}/ { exit }
	inside && /^\t\{ / { row = ""; }
	inside { row = row $0 }
	inside && /\},?$/ && match(row, /"[^"]+"/) {
		name = substr(row, RSTART + 1, RLENGTH - 2)
		phase = row
		if (row ~ /RECIPIENT\(/)
			phase = "rcpt"
		else {
			sub(/.*PHASE_/, "", phase)
			sub(/,.*/, "", phase)
			phase = tolower(phase)
		}
		if (row ~ /FACT_WRITTEN/)
			phase = "written above"
		if (row ~ /FACT_BY_NAME|FIELD\(|ADDRESS\(/)
			name = name ".x"
		if (name ~ /\.x$/ && match(row, /"[a-z]+" \},?$/)) {
			suffix = substr(row, RSTART + 1)
			sub(/".*/, "", suffix)
			name = name "." suffix
		}
		print name "|" phase
	}' "$source/rules/engine/fact.c"
}

# What else there is, a line for each table of the loader: what its rows are,
# its file, its name, and a piece of a rule file with @ for one of them.
loader_tables() {
	cat <<-'END'
	operator|load_operator|operators_spec|when helo: {@: x}
	operator|load_operator|every_spec|when helo: {every: {@: x}}
	operator|load_operator|count_spec|when helo: {count: {@: x}}
	operator|load_operator|is_not_spec|when helo: {is_not: {@: x}}
	condition|load_condition|word_table|when @: x
	action|load_action|word_table|then @: x
	argument|load_header_action|add_spec|then add_header: {@: x}
	argument|load_header_action|set_spec|then set_header: {@: x}
	argument|load_header_action|remove_spec|then remove_header: {@: x}
	argument|load_header_action|rewrite_spec|then rewrite_header: {@: x}
	argument|load_address_action|rewrite_spec|then rewrite_recipient: {@: x}
	argument|load_body_action|replace_spec|then replace_body: {@: x}
	argument|load_body_action|rewrite_spec|then rewrite_body: {@: x}
	argument|load_body_action|append_spec|then append_body: {@: x}
	key of a reply|load_reply|reply_spec|then reject: {@: x}
	key of a rule|load_rule|rule_spec|rule @: x
	key of a rule's test|load_trial|trial_spec|rule tests: [{@: x}]
	key of a file|load|file_spec|file @: x
	key of a file|load|included_spec|file @: x
	key of a table|load_table|table_spec|file tables: {t: {@: x}}
	key of a test|load_tests|test_spec|test @: x
	key of a test's client|load_test_client|client_spec|test client: {@: x}
	key of a test's expect|load_expect|expect_spec|test expect: {@: x}
	key of a test's reply|load_test_reply|reply_spec|test expect: {reject: {@: x}}
	setting|load_settings|settings_spec|file settings: {@: x}
	key of socket|load_settings|socket_spec|file settings: {socket: {@: x}}
	key of log|load_daemon_settings|log_spec|file settings: {log: {@: x}}
	limit|load_settings|limits_spec|file settings: {limits: {@: x}}
	END
}

# is_refused NAME PIECE: does this version not have it yet? PIECE is as above.
# Other errors in it do not matter.
is_refused() {
	rule='millgate: 1\nrules:\n  - {rule: r, %s}\n'
	piece=${2#* }
	case $2 in
	when\ *) printf "$rule" "when: {$piece}, then: accept" ;;
	then\ *) printf "$rule" "then: {$piece}" ;;
	rule\ *) printf "$rule" "$piece" ;;
	test\ *) printf 'tests: [{test: t, %s}]\n' "$piece" ;;
	file\ *) printf '%s\n' "$piece" ;;
	esac | sed "s/@/$1/" | "$millgate" check - >"$work/said" 2>&1
	grep -q "'$1' is not supported by this version" "$work/said"
}

# every_name: a line for each name that there is: what it is, the name, and
# whether this version has it: "known" or "refused". Complains of tables of the
# loader that are not listed above or cannot be read.
every_name() {
	grep -o 'struct mapping_spec [a-z_]* = ' "$source"/rules/load/*.c |
		sed 's/.*\/\([a-z_]*\)\.c:.* \([a-z_]*\) = /|\1|\2|/' |
		while read -r table; do
			loader_tables | grep -Fq "$table" ||
				complain "names.sh does not list $table" >&2
		done
	facts | while IFS='|' read -r name phase; do
		echo "fact|$name|when @: {exists: true}"
	done >"$work/names"
	loader_tables | while IFS='|' read -r what file table piece; do
		names "$table" "$source/rules/load/$file.c" >"$work/rows"
		test -s "$work/rows" ||
			complain "$table of $file.c cannot be read" >&2
		while read -r name; do
			echo "$what|$name|$piece"
		done <"$work/rows"
	done >>"$work/names"
	sort -u "$work/names" | while IFS='|' read -r what name piece; do
		is_refused "$name" "$piece" && known=refused || known=known
		echo "$what|$name|$known"
	done | sort -u
}
