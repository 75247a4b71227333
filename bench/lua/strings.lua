local n = tonumber(arg and arg[1]) or 60000
local t, h = {}, 0
for i = 1, n do
  local s = string.format("%05d:%s:%x", i, ("ab"):rep(i % 20), i * 7)
  s = s:gsub("ab", "BA"):upper():sub(1, -2)
  if s:find("BA:", 1, true) then h = (h * 31 + #s) % 1000003 end
  t[#t + 1] = s
end
local all = table.concat(t, ",")
for w in all:gmatch("[^,]+") do h = (h * 33 + w:byte(-1)) % 1000003 end
print(#all, h)
