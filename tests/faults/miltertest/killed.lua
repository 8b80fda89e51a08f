-- killed.lua - one session in which the worker dies: whatever comes then is
-- broken, and a new session is served. Set from outside either last, the letter
-- of the step after whose answer this kills worker; or unanswered, the step at
-- which the relay that listens at through does.

local steps = {
	{ "O", "negotiate", 6, ALL_ANSWERED, ALL_ACTIONS },
	{ "C", "conninfo", "mx.example.org", "192.0.2.1" },
	{ "H", "helo", "mx.example.org" },
	{ "M", "mailfrom", "<bob@friend.example>" },
	{ "R", "rcptto", "<alice@mail.example>" },
	{ "T", "data" },
	{ "L", "header", "Subject", "hello" },
	{ "N", "eoh" },
	{ "B", "bodystring", "hello\r\n" },
	{ "E", "eom" },
}

local conn = mt.connect(through or listen, 600, 0.1)
local alive = true
for _, step in ipairs(steps) do
	local letter = step[1]
	alive = alive and letter ~= unanswered
	local want = not alive and "broken" or letter == "O" and "O" or "c"
	must(conn, want, table.unpack(step, 2))
	if letter == last then
		shell(string.format("kill -KILL %s; while kill -0 %s " ..
		    "2>/dev/null; do sleep 0.02; done", worker, worker))
		alive = false
	end
end
check(not alive, "nobody was killed")
mt.disconnect(conn, false)
must_serve()
