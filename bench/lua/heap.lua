-- Fills about N MB of live heap, says so, then computes on it until its input closes.
local mb = tonumber(arg and arg[1]) or 20
local rows = {}
for i = 1, mb * 9000 do rows[i] = { i, i * 0.5, "row" .. i % 100 } end
io.stderr:write("ready\n")
local sum, i = 0, 0
while true do
  i = i % #rows + 1
  local r = rows[i]
  sum = (sum + r[1] * 3 + #r[3]) % 1000000007
  r[2] = r[2] + 1
end
