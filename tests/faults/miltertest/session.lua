-- session.lua - messages over one connection: answers, edits, refusals.

local function edits(conn)
	return {
		held = mt.eom_check(conn, MT_QUARANTINE),
		changed = mt.eom_check(conn, MT_HDRCHANGE, "Subject"),
		added = mt.eom_check(conn, MT_RCPTADD, "<archive@mail.example>"),
		removed = mt.eom_check(conn, MT_RCPTDELETE, "<alice@mail.example>"),
		body = mt.eom_check(conn, MT_BODYCHANGE),
	}
end

local function plain(conn)
	envelope(conn)
	content(conn)
	must_take(conn)
	for name, there in pairs(edits(conn)) do
		check(not there, "a plain message is %s", name)
	end
end

local function edited(conn)
	envelope(conn)
	content(conn, "an invoice")
	must_take(conn)
	check(mt.eom_check(conn, MT_HDRINSERT, "X-Filtered", "1"), "no tag")
	check(mt.eom_check(conn, MT_HDRCHANGE, "Subject", "[odd] an invoice"),
	    "the subject is not changed")
	check(mt.eom_check(conn, MT_QUARANTINE, "odd: an invoice"), "not held")
	local e = edits(conn)
	check(e.added and e.removed and not e.body, "other recipients")
end

-- What was told before it is not part of the next message.
local function aborted(conn)
	must(conn, "c", "mailfrom", "<bob@friend.example>")
	must(conn, "c", "rcptto", "<carol@mail.example>")
	content(conn, "an invoice", "evil body\r\n")
	mt.abort(conn)
end

local function refused(conn)
	must_refuse(conn, "553 5.1.8 no evil sender", "mailfrom",
	    "<evil@friend.example>")
	plain(conn)
	must(conn, "c", "mailfrom", "<bob@friend.example>")
	must_refuse(conn, "450 4.2.1 not now, evil@mail.example", "rcptto",
	    "<evil@mail.example>")
	must(conn, "c", "rcptto", "<alice@mail.example>")
	content(conn)
	must_take(conn)
	envelope(conn)
	must(conn, "c", "header", "Subject", "evil words")
	must_refuse(conn, "554 5.6.0 no evil words, 100%%", "eoh")
	envelope(conn)
	content(conn, "hello", "an evil body\r\n")
	must(conn, "y", "eom")
	check(mt.eom_check(conn, MT_SMTPREPLY, "550", "5.7.1", "no evil body"),
	    "another text")
	check(not mt.eom_check(conn, MT_HDRINSERT, "X-Filtered"),
	    "a refused message is changed")
end

for round = 1, rounds do
	local conn = session()
	plain(conn)
	edited(conn)
	plain(conn)
	aborted(conn)
	plain(conn)
	refused(conn)
	plain(conn)
	mt.disconnect(conn)
end
