-- The demo's computation: a sieve, a fractal and a word count, with recursion, closures, coroutines, strings and the
-- garbage collector at work. It prints as it goes; popcorn moves it between processors meanwhile.
local scale = tonumber(arg and arg[1]) or 1
local function sieve(n)
  local composite, primes = {}, {}
  for i = 2, n do
    if not composite[i] then
      primes[#primes + 1] = i
      for k = i * i, n, i do composite[k] = true end
    end
  end
  return primes
end
local function mandelbrot(width, height, limit)
  local rows, total = {}, 0
  for y = 0, height - 1 do
    local row = {}
    for x = 0, width - 1 do
      local cr, ci = x / width * 3.0 - 2.2, y / height * 2.4 - 1.2
      local zr, zi, n = 0.0, 0.0, 0
      while n < limit and zr * zr + zi * zi < 4.0 do
        zr, zi, n = zr * zr - zi * zi + cr, 2 * zr * zi + ci, n + 1
      end
      total = total + n
      row[#row + 1] = (" .:-=+*#%@"):sub(n * 9 // limit + 1, n * 9 // limit + 1)
    end
    rows[#rows + 1] = table.concat(row)
    coroutine.yield(rows[#rows])
  end
  return total
end
local function permutations(a, n, visit)
  if n == 1 then return visit(a) end
  for i = 1, n do
    a[i], a[n] = a[n], a[i]
    permutations(a, n - 1, visit)
    a[i], a[n] = a[n], a[i]
  end
end

local primes = sieve(200000 * scale)
print(#primes .. " primes, the last is " .. primes[#primes])
local draw = coroutine.wrap(mandelbrot)
local line = draw(72, 22, 1000 * scale)
while type(line) == "string" do
  print(line)
  line = draw()
end
print("iterations " .. line)
local best, count = 0, 0
permutations({ 1, 2, 3, 4, 5, 6, 7, 8 }, 8, function(a)
  count = count + 1
  local v = 0
  for i = 1, #a do v = v + a[i] * (i % 3 + 1) * (a[i % #a + 1] % 5) end
  if v > best then best = v end
end)
print(count .. " permutations, best " .. best)
local words = {}
for i = 1, 60000 * scale do
  local w = ("w%d"):format((i * 7919) % 997)
  words[w] = (words[w] or 0) + 1
end
local keys = {}
for k in pairs(words) do keys[#keys + 1] = k end
table.sort(keys, function(a, b) if words[a] ~= words[b] then return words[a] > words[b] end return a < b end)
print(#keys .. " words, most frequent " .. keys[1] .. " (" .. words[keys[1]] .. ")")
local ok, err = pcall(function() error({ code = 42 }) end)
print("pcall " .. tostring(ok) .. " " .. err.code)
