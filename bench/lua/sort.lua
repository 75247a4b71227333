local n = tonumber(arg and arg[1]) or 300000
local seed, a = 42, {}
for i = 1, n do seed = (seed * 1103515245 + 12345) % 2147483648; a[i] = seed end
table.sort(a, function(x, y) return x < y end)
for i = 2, n do assert(a[i - 1] <= a[i]) end
local s = 0.0
for i = 1, n do s = s + a[i] / i % 7 end
print(a[1], a[n], string.format("%.6f", s))
