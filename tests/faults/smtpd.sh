# smtpd.sh - faults of millgate-smtpd: servers to break, and books of what they
# took. It is built on tests/partners/lib.sh, whose words for a world it uses.

faults=$(cd "${0%/*}" && pwd)
. "$faults/table.sh"
. "$faults/../partners/lib.sh"
need perl

# smtpd_world: begin. $book is for what is taken.
smtpd_world()
{
	world_of_partners
	book=$world/book
	: >"$book"
	mkdir "$world/mail" "$world/held"
}

# serve NAME PORT [OPTION]...: a server at that port, which may be taken: 1.
serve()
{
	serve_name=$1 serve_port=$2
	shift 2
	start "$serve_name" "$MILLGATE_SMTPD" --allow-root \
		--listen "127.0.0.1:$serve_port" --hostname mx.mail.example "$@"
	wait_until is_ready_or_gone "$serve_name" ||
		broken "$serve_name does not become ready"
	! gone "$(pid_of "$serve_name")"
}

# serve_somewhere NAME [OPTION]...: at a port of its own, $smtp_port.
serve_somewhere()
{
	somewhere=$1
	shift
	for attempt in 1 2 3 4 5 6; do
		smtp_port=$(random_port)
		serve "$somewhere" "$smtp_port" "$@" && return
	done
	broken "$somewhere does not start"
}

# kill_server NAME: by SIGKILL, and it is gone.
kill_server()
{
	killing=$(pid_of "$1")
	kill -KILL "$killing" || fail "$1 was gone already"
	wait "$killing" 2>/dev/null
	! gone "$killing" || started=$(echo " $started " |
		sed "s/ $killing / /")
	! grep -e Sanitizer -e 'runtime error:' "$world/$1.log" ||
		fail "a sanitizer has something to say"
}

# random_pause: up to a quarter of a second.
random_pause()
{
	set -- $(od -An -N1 -tu1 /dev/urandom)
	sleep "0.$(printf %03d "$1")"
}

# mail_book COMMAND [ARGUMENT]...: see there.
mail_book()
{
	book_command=$1
	shift
	perl "$faults/mail-book" "$book_command" "$@"
}

# begin_load PORT CLIENTS; end_load
begin_load()
{
	rm -f "$book.stop"
	mail_book load "$1" "$book" "$2" >"$world/load" 2>&1 &
	load=$!
}

end_load()
{
	: >"$book.stop"
	wait "$load" || fail "the clients: $(cat "$world/load")"
}

# books_balance [TWICE]: what was found is in $account.
books_balance()
{
	account=$(mail_book check "$book" "$world/mail" "$world/held" \
		"${1:-0}") || fail "the books: $account"
}

# taken_more_than COUNT: messages so far.
taken_more_than()
{
	[ "$(wc -l <"$book")" -gt "$1" ]
}

# smtpd_world_end NAME...: stop these servers, and all else.
smtpd_world_end()
{
	for name in "$@"; do
		stop_server "$name"
	done
	started=
	wait_until nobody_is_left || broken "left running:" \
		"$(processes_naming "$world" | tr '\n' ' ')"
	remove_world
}

# holding_filter: messages with "hold me" in the subject are held.
holding_filter()
{
	start_millgate <<-'END'
	millgate: 1

	settings:
	  listen: HERE
	  socket: {mode: 0660}

	rules:
	  - rule: hold
	    when: {header_raw.subject: '/hold me/'}
	    then: {quarantine: "it asks to be held"}
	END
}
