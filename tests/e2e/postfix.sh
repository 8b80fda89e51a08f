# postfix.sh - the MTA of a world is a Postfix. See lib.sh, "The MTA".
#
# Its programs are those that are installed; configuration, queue, log and
# mailboxes lie in the world.

mta_name=Postfix
# What a client is told of a message that is accepted.
queued='^250 .* queued as '
rcpt_mailer=virtual
# What it makes of the null sender in a field Return-Path.
null_sender='<>'
postfix_programs=

need_postfix()
{
	command -v postconf >/dev/null 2>&1 || skip "postconf is not installed"
	# Asked with a folder without main.cf, so that the host's is not read.
	postfix_programs=$(postconf -c / -dh daemon_directory 2>/dev/null)
	[ -x "$postfix_programs/master" ] ||
		skip "Postfix's master program is not installed"
	id postfix >/dev/null 2>&1 ||
		skip "the user \"postfix\" does not exist"
}

make_postfix()
{
	mkdir "$world/etc" "$world/data" "$world/queue" "$world/mail"
	for name in active bounce corrupt defer deferred flush hold incoming \
	    maildrop pid private public saved trace; do
		mkdir "$world/queue/$name"
	done
	chown postfix "$world/data" "$world/queue"/*
	chown root "$world/queue/pid"
	chown nobody "$world/mail"
	write_main_cf >"$world/etc/main.cf"
}

write_main_cf()
{
	case $listen in
	unix:*) milter=$listen ;;
	inet:*) milter=${listen%@*}; milter=inet:127.0.0.1:${milter#inet:} ;;
	esac
	cat <<-END
	compatibility_level = 3.6
	config_directory = $world/etc
	meta_directory = $world/etc
	queue_directory = $world/queue
	data_directory = $world/data
	maillog_file = $world/maillog
	maillog_file_prefixes = $world

	myhostname = mx.mail.example
	mydomain = mail.example
	inet_interfaces = loopback-only
	inet_protocols = all
	smtp_host_lookup = native
	disable_dns_lookups = yes
	smtpd_peername_lookup = no

	# The client is a stranger to us, or whoever XCLIENT says he is.
	mynetworks =
	local_header_rewrite_clients =
	smtpd_authorized_xclient_hosts = 127.0.0.1
	smtpd_relay_restrictions = reject_unauth_destination
	smtpd_recipient_restrictions =
	smtpd_tls_security_level = none

	# Mailboxes for the people below; nothing goes anywhere else.
	mydestination =
	alias_maps =
	alias_database =
	virtual_mailbox_domains = mail.example
	virtual_mailbox_maps = texthash:$world/etc/mailboxes
	virtual_mailbox_base = $world/mail
	virtual_uid_maps = static:$(id -u nobody)
	virtual_gid_maps = static:$(id -g nobody)
	local_transport = error:5.1.1 no local mail here
	default_transport = error:5.1.1 nothing leaves this place
	relay_transport = error:5.1.1 nothing leaves this place
	notify_classes =

	smtpd_milters = $milter
	milter_default_action = tempfail
	milter_connect_timeout = 10s
	milter_command_timeout = ${E2E_WAIT}s
	milter_content_timeout = ${E2E_WAIT}s
	END
	for name in alice carol dave full tell; do
		echo "$name@mail.example $name/"
	done >"$world/etc/mailboxes"
}

write_master_cf()
{
	cat <<-END
	127.0.0.1:$smtp_port inet n - n - - smtpd
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 300 1 qmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	trace unix - - n - 0 bounce
	error unix - - n - - error
	retry unix - - n - - error
	virtual unix - n n - - virtual
	anvil unix - - n - 1 anvil
	proxymap unix - - n - - proxymap
	postlog unix-dgram n - n - 1 postlogd
	END
}

postfix_is_up_or_gone()
{
	gone "$mta_pid" || grep -q 'daemon started' "$world/maillog" 2>/dev/null
}

# Master binds its ports before it logs "daemon started". When it cannot, it ends
# without a word, for the service that writes the log is not running yet: any
# early end is taken for a port that somebody else has.
start_postfix()
{
	for attempt in 1 2 3 4 5 6; do
		smtp_port=$(random_port)
		write_master_cf >"$world/etc/master.cf"
		# Each program of Postfix waits until its files are two seconds
		# old, for they might still be written.
		touch -d '1 minute ago' "$world/etc"/*
		"$postfix_programs/master" -c "$world/etc" \
			</dev/null >>"$world/maillog" 2>&1 &
		mta_pid=$!
		wait_until postfix_is_up_or_gone ||
			broken "Postfix does not start"
		gone "$mta_pid" || return 0
	done
	broken "Postfix ended at once, on $attempt ports"
}

stop_postfix()
{
	stop_mta_process
}

# queue_is_at_rest: is nothing under way? Asked in the order in which messages
# move on, so that none is overlooked.
queue_is_at_rest()
{
	[ -z "$(cd "$world/queue" &&
		find incoming active deferred -type f 2>/dev/null)" ]
}

# reply_to ADDRESS LINE: what LINE, said by the filter, looks like to a client
# whose MAIL or RCPT with ADDRESS it refuses.
reply_to()
{
	printf '%s\n' "$2"
}

# command_known LINE: what the filter is told of a command LINE: its first word.
command_known()
{
	printf '%s\n' "${1%% *}"
}

# held: the files of the messages that are on hold.
held()
{
	find "$world/queue/hold" -type f
}

# held_text FILE
held_text()
{
	postcat -c "$world/etc" "$1"
}

# release_held: let them go on to the mailboxes, all of them. The queue manager
# may be too busy to hear when it is told, and hang up on postkick.
release_held()
{
	postsuper -c "$world/etc" -H ALL >>"$world/maillog" 2>&1 &&
	wait_until queue_manager_has_them
}

queue_manager_has_them()
{
	[ -z "$(find "$world/queue/deferred" -type f)" ] && return
	postkick -c "$world/etc" public qmgr DFA
	return 1
}

# forget_held: remove the messages that are on hold.
forget_held()
{
	rm -f "$world/queue/hold"/*
}

# client_is [ADDRESS [NAME [PORT]]]: of the dialogues to come. Postfix lets
# itself be told so (XCLIENT), and then begins anew.
client_is()
{
	client_swaks= client_first= client_from=
	[ $# -gt 0 ] || return 0
	case $1 in
	*:*) set -- "IPV6:$1" "$2" "$3" ;;
	esac
	client_swaks="--xclient-addr $1${2:+ --xclient-name $2}"
	client_first="XCLIENT ADDR=$1${2:+ NAME=$2}${3:+ PORT=$3}"
}
