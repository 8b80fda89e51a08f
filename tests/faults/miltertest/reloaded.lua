-- reloaded.lua - other rules while a message is under way: its connection keeps
-- those that it began with, the next has the new ones. The rules of a round
-- have its number.

-- The rules of GENERATION are in force when a new connection has them.
local function in_force(generation)
	local conn = session()
	envelope(conn)
	content(conn)
	must(conn, "c", "eom")
	local tag = mt.getheader(conn, "X-Filtered", 0)
	mt.disconnect(conn)
	return tag == generation
end

for round = 1, rounds do
	local old, new = tostring(round), tostring(round + 1)
	local conn = session()
	envelope(conn)
	shell(string.format("cd '%s' && sed 's/\"%s\"/\"%s\"/' policy.yaml " ..
	    ">policy.new && mv policy.new policy.yaml && kill -HUP %s",
	    folder, old, new, supervisor))
	wait_until(function() return in_force(new) end)
	content(conn)
	must_take(conn, old)
	envelope(conn)
	content(conn)
	must_take(conn, old)
	mt.disconnect(conn)
	check(in_force(new), "the old rules come back")
end
