local n = tonumber(arg and arg[1]) or 18
local function tree(d) if d == 0 then return {} end return { tree(d - 1), tree(d - 1) } end
local function count(t) if not t[1] then return 1 end return 1 + count(t[1]) + count(t[2]) end
local total = 0
for i = 1, 8 do total = total + count(tree(n - 3)) end
local keep = {}
for i = 1, n * 10000 do keep[i % 5000] = { i, { tostring(i) } } end
print(total, collectgarbage("count") > 0, #keep)
