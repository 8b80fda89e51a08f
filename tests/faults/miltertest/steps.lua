-- steps.lua - an MTA's end of a session, for the scripts beside this one.
--
-- Set from outside (miltertest -D): scripts, this folder, and script, which of
-- them to run; listen, where the filter is; transcript, the file that
-- miltertest -v -v writes; supervisor, the filter's process; rounds, how often.

-- In mt.negotiate() the steps come before the actions, otherwise than its
-- manual says. An MTA that can leave out DATA and no other step, and needs
-- all answers, is told all of them (0 would mean what protocol 1 had).
ALL_STEPS = 0x1fffff
ALL_ANSWERED = math.tointeger(SMFIP_NODATA)
ALL_ACTIONS = 0x1ff

mt.set_timeout(60)
rounds = tonumber(rounds)
transcript = io.open(transcript)

function check(ok, ...)
	if not ok then
		error(string.format(...), 2)
	end
end

-- The filter's answer to a step as a letter of the milter protocol; "broken"
-- when there is no connection any more.
function tell(conn, step, ...)
	local told, failed = pcall(mt[step], conn, ...)
	if not told and type(failed) == "string" then
		error(failed, 2)
	elseif not told or failed ~= nil then
		return "broken"
	end
	return string.char(math.tointeger(mt.getreply(conn)))
end

-- must(conn, ANSWER, STEP, ...): it is this answer.
function must(conn, answer, step, ...)
	local got = tell(conn, step, ...)
	check(got == answer, "%s %s: %s instead of %s", step,
	    table.concat({ ... }, " "), got, answer)
end

-- The text of an answer 'y' is not told by miltertest before the end of the
-- message, but its length is.
function must_refuse(conn, text, step, ...)
	must(conn, "y", step, ...)
	io.stdout:flush()
	local last
	for line in transcript:lines() do
		last = line:match("mt_milter_read.*: cmd y, len (%d+)") or last
	end
	check(tonumber(last) == #text + 1, "%s: %s bytes instead of \"%s\"",
	    step, last, text)
end

function open(steps, version, actions)
	local conn = mt.connect(listen, 600, 0.1)
	check(conn ~= nil, "nobody listens")
	local failed = mt.negotiate(conn, version or 6, steps or ALL_STEPS,
	    actions or ALL_ACTIONS)
	check(failed == nil, "no agreement: %s", failed)
	return conn
end

function session(...)
	local conn = open(...)
	must(conn, "c", "conninfo", "mx.example.org", "192.0.2.1")
	must(conn, "c", "helo", "mx.example.org")
	return conn
end

function envelope(conn)
	must(conn, "c", "mailfrom", "<bob@friend.example>")
	must(conn, "c", "rcptto", "<alice@mail.example>")
end

function content(conn, subject, body)
	must(conn, "c", "header", "Subject", subject or "hello")
	must(conn, "c", "header", "X-Old", "one")
	must(conn, "c", "eoh")
	must(conn, "c", "bodystring", body or "hello\r\n")
end

-- The end of a message that is taken and filtered by these rules, no others.
function must_take(conn, generation)
	must(conn, "c", "eom")
	local tag = mt.getheader(conn, "X-Filtered", 0)
	check(tag == (generation or "1"), "the tag is %s", tag)
	check(mt.eom_check(conn, MT_HDRDELETE, "X-Old"), "X-Old stays")
end

-- A session from its begin to its end, with a message that is taken.
function must_serve(...)
	local conn = session(...)
	envelope(conn)
	content(conn)
	must_take(conn)
	mt.disconnect(conn)
end

function shell(command)
	check(os.execute(command), "failed: %s", command)
end

-- Repeat until IT returns true; the whole script is given an end by its caller.
function wait_until(it)
	while not it() do
		mt.sleep(0.05)
	end
end

-- miltertest itself does not say what went wrong.
local fine, why = xpcall(dofile, debug.traceback,
    scripts .. "/" .. script .. ".lua")
if not fine then
	io.stderr:write(tostring(why), "\n")
	os.exit(1)
end
