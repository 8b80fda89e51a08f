-- versions.lua - MTAs of older protocols and with less to offer: nothing is
-- asked for that they do not have, and all of them are served alike.

local SILENT = SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
    SMFIP_NR_DATA | SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY | SMFIP_NR_UNKN
local V2 = SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOMAIL | SMFIP_NORCPT |
    SMFIP_NOBODY | SMFIP_NOHDRS | SMFIP_NOEOH
local V2_ACTIONS = 0x3f
local mtas = {
	{ 2, V2, V2_ACTIONS },
	{ 2, SMFIP_NOBODY, V2_ACTIONS },
	{ 4, V2 | SMFIP_NOUNKNOWN | SMFIP_NODATA, V2_ACTIONS },
	{ 6, ALL_STEPS, ALL_ACTIONS },
	{ 6, ALL_STEPS & ~SILENT, ALL_ACTIONS },
	{ 6, ALL_STEPS & ~SMFIP_SKIP, ALL_ACTIONS },
}
-- One a step that may be left out or be silent: an MTA that does not offer it.
for bit = 0, 19 do
	table.insert(mtas, { 6, ALL_STEPS & ~(1 << bit), ALL_ACTIONS })
end

local function asked_beyond(conn, offered)
	for bit = 0, 20 do
		local option = 1 << bit
		if offered & option == 0 and mt.test_option(conn, option) then
			return string.format("0x%x", option)
		end
	end
end

for _, mta in ipairs(mtas) do
	local version, steps, actions = table.unpack(mta)
	local conn = open(math.tointeger(steps), version, actions)
	local beyond = asked_beyond(conn, math.tointeger(steps))
	check(beyond == nil, "version %d, steps 0x%x: asked for %s", version,
	    math.tointeger(steps), beyond)
	check(not mt.test_option(conn, SMFIP_HDR_LEADSPC), "leading space")
	for _, action in ipairs({ SMFIF_ADDHDRS, SMFIF_CHGHDRS, SMFIF_ADDRCPT,
	    SMFIF_DELRCPT, SMFIF_QUARANTINE }) do
		check(mt.test_action(conn, action), "edits are not asked for")
	end
	check(not mt.test_action(conn, SMFIF_CHGBODY) and
	    not mt.test_action(conn, SMFIF_CHGFROM), "more than is needed")
	mt.disconnect(conn)
	must_serve(math.tointeger(steps), version, actions)

	conn = session(math.tointeger(steps), version, actions)
	must_refuse(conn, "553 5.1.8 no evil sender", "mailfrom",
	    "<evil@friend.example>")
	mt.disconnect(conn)
end

-- Without the right to change what the rules change there is no session.
local conn = mt.connect(listen)
check(mt.negotiate(conn, 6, ALL_STEPS, SMFIF_ADDHDRS) ~= nil,
    "an MTA that lets nothing be changed is served")
mt.disconnect(conn, false)
io.stdout:write("mtas: ", #mtas, "\n")
