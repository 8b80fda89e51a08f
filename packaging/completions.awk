# completions.awk - the options that `millgate-smtpd --help` tells of, for a
# shell to complete: awk -v shell=bash|fish|zsh -f completions.awk.
#
# An option is a line that begins with two blanks and "--". A word in capitals
# behind it is its argument, and says of which kind that is.

/^  --[a-z]/ {
	name[++count] = substr($1, 3)
	argument[count] = $2 ~ /^[A-Z]/ ? $2 : ""
	kind[count] = kind_of(argument[count])
}

function kind_of(word) {
	if (word == "")
		return "none"
	if (word == "DIR")
		return "folder"
	if (word == "FILE" || word == "SOCKET")
		return "file"
	return word == "ANSWER" ? "words" : "any"
}

function bash(    i) {
	print "# bash completion for millgate-smtpd(8)\n"
	print "_millgate_smtpd()\n{"
	print "\tlocal word=${COMP_WORDS[COMP_CWORD]} kind=options"
	print "\tlocal before=${COMP_WORDS[COMP_CWORD-1]}\n"
	print "\tCOMPREPLY=()"
	print "\tif test \"$word\" = =; then\n\t\tword="
	print "\telif test \"$before\" = =; then"
	print "\t\tbefore=${COMP_WORDS[COMP_CWORD-2]}\n\tfi"
	print "\tcase $before in"
	for (i = 1; i <= count; i++)
		if (kind[i] != "none")
			print "\t--" name[i] ") kind=" kind[i] " ;;"
	print "\tesac\n\tcase $kind in"
	printf "\toptions) mapfile -t COMPREPLY < <(compgen -W '"
	for (i = 1; i <= count; i++)
		printf "%s--%s", (i > 1 ? " " : ""), name[i]
	print "' -- \"$word\") ;;"
	print "\twords) mapfile -t COMPREPLY < <(compgen -W '" answers \
	    "' -- \"$word\") ;;"
	print "\tfile) mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;"
	print "\tfolder) mapfile -t COMPREPLY < <(compgen -d -- \"$word\") ;;"
	print "\tesac"
	print "\tcase $kind in file | folder)" \
	    " compopt -o filenames 2>/dev/null ;; esac"
	print "\treturn 0\n}\ncomplete -F _millgate_smtpd millgate-smtpd"
}

function fish(    i) {
	print "# fish completion for millgate-smtpd(8)\n"
	print "complete -c millgate-smtpd -f"
	for (i = 1; i <= count; i++)
		print "complete -c millgate-smtpd -l " name[i] how_fish[kind[i]]
}

function zsh(    i) {
	print "#compdef millgate-smtpd\n# zsh completion for millgate-smtpd(8)\n"
	printf "_arguments"
	for (i = 1; i <= count; i++)
		printf " \\\n\t'*--%s%s'", name[i], how_zsh[kind[i]]
	print ""
}

END {
	answers = "tempfail accept reject"
	how_fish["any"] = " -x"
	how_fish["file"] = " -r -F"
	how_fish["folder"] = " -x -a '(__fish_complete_directories)'"
	how_fish["words"] = " -x -a '" answers "'"
	how_zsh["any"] = "=:value: "
	how_zsh["file"] = "=:file:_files"
	how_zsh["folder"] = "=:folder:_files -/"
	how_zsh["words"] = "=:answer:(" answers ")"
	if (count == 0)
		exit 1
	if (shell == "bash")
		bash()
	else if (shell == "fish")
		fish()
	else if (shell == "zsh")
		zsh()
	else
		exit 1
}
