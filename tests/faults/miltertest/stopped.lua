-- stopped.lua - the filter is told to stop: what is under way ends as judged,
-- what begins is turned away. Set from outside: at_once, to tell it twice.

local later = "451 4.3.2 The mail filter is being restarted, please try again"
local under_way, refused, idle = session(), session(), session()

local function turned_away()
	local answer = tell(idle, "mailfrom", "<bob@friend.example>")
	check(answer == "y" or answer == "c", "a message that begins: %s",
	    answer)
	mt.abort(idle)
	return answer == "y"
end

local function broken()
	local answer = tell(under_way, "header", "Subject", "hello")
	check(answer == "broken" or answer == "c", "while it ends: %s", answer)
	return answer == "broken"
end

envelope(under_way)
envelope(refused)
content(refused, "hello", "an evil body\r\n")
shell("kill -TERM " .. supervisor)
wait_until(turned_away)
must_refuse(idle, later, "mailfrom", "<bob@friend.example>")
if at_once then
	shell("kill -TERM " .. supervisor)
	wait_until(broken)
	check(tell(refused, "eom") == "broken", "a message is judged")
else
	content(under_way)
	must_take(under_way)
	must_refuse(under_way, later, "mailfrom", "<bob@friend.example>")
	must(refused, "y", "eom")
	check(mt.eom_check(refused, MT_SMTPREPLY, "550", "5.7.1",
	    "no evil body"), "another text")
end
