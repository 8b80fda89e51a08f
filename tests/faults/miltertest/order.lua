-- order.lua - steps that come out of order. libmilter forgets the message then
-- and gives no answer, so the answers after it must be those of a whole message
-- that follows: one too many would be taken for the next step's.

local steps = {
	{ "negotiate", 6, ALL_ANSWERED, ALL_ACTIONS },
	{ "conninfo", "mx.example.org", "192.0.2.1" },
	{ "helo", "mx.example.org" },
	{ "mailfrom", "<bob@friend.example>" },
	{ "rcptto", "<carol@mail.example>" },
	{ "data" },
	{ "header", "Subject", "an invoice" },
	{ "eoh" },
	{ "bodystring", "an odd body\r\n" },
	{ "eom" },
	{ "unknown", "VERB" },
}
local last = 10

-- Once the other step was told, or one beyond it, this one is out of order.
local too_late_after = {
	negotiate = "negotiate",
	conninfo = "conninfo",
	rcptto = "data",
	data = "data",
	header = "eoh",
	eoh = "eoh",
	bodystring = "eom",
	eom = "eom",
}

local place = {}
for i, step in ipairs(steps) do
	place[step[1]] = i
end

local function try(told, step)
	local conn = mt.connect(listen)
	for i = 1, told do
		must(conn, i == 1 and "O" or "c", table.unpack(steps[i]))
	end
	local limit = place[too_late_after[step[1]]]
	if limit ~= nil and told >= limit then
		mt.set_timeout(0)
		must(conn, "broken", table.unpack(step))
		mt.set_timeout(60)
		-- libmilter waits for MAIL now; miltertest would first tell it the
		-- steps up to there.
		if told < place.helo then
			mt.abort(conn)
		end
	else
		must(conn, "c", table.unpack(step))
	end
	envelope(conn)
	content(conn)
	must_take(conn)
	check(not mt.eom_check(conn, MT_QUARANTINE), "%s after %s: more " ..
	    "than the message", step[1], steps[told][1])
	mt.disconnect(conn)
end

local pairs_told = 0
for told = 1, last do
	for _, step in ipairs(steps) do
		try(told, step)
		pairs_told = pairs_told + 1
	end
end
io.stdout:write("pairs: ", pairs_told, "\n")
