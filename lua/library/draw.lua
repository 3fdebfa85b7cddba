-- draw.lua: where sampled parameters come from (hs.range, hs.log, hs.int, hs.choice), and ladders of values.
local check = require "hopsweep.check"

local draw = {}

local Draw = { __name = "hs.draw" }
Draw.__index = Draw

local function new(text, from) return setmetatable({ text = text, from = from }, Draw) end

function draw.is(value) return getmetatable(value) == Draw end

-- Sampled values are cut to 12 digits: keys must not hang on the last bit of a C library's exp.
local function cut(x)
  local short = tonumber(string.format("%.12g", x))
  return math.tointeger(short) or short
end

local function bounds(what, lo, hi)
  check.type(what .. ": the lower bound", lo, "number")
  check.type(what .. ": the upper bound", hi, "number")
  check.scalar(what, lo)
  check.scalar(what, hi)
  if not (lo < hi) then check.fail("%s: the lower bound %s is not below the upper bound %s", what, lo, hi) end
end

function draw.range(lo, hi)
  bounds("hs.range", lo, hi)
  return new("a range", function(u) return cut(lo + u * (hi - lo)) end)
end

function draw.log(lo, hi)
  bounds("hs.log", lo, hi)
  if lo <= 0 then check.fail("hs.log: the lower bound must be above 0, got %s", lo) end
  return new("a logarithmic range", function(u) return cut(lo * math.exp(u * math.log(hi / lo))) end)
end

function draw.int(lo, hi)
  bounds("hs.int", lo, hi)
  lo, hi = math.tointeger(lo), math.tointeger(hi)
  if not lo or not hi then check.fail "hs.int: both bounds must be whole numbers" end
  return new("a range of whole numbers", function(u) return lo + math.floor(u * (hi - lo + 1)) end)
end

local function one_of(values) return function(u) return values[math.floor(u * #values) + 1] end end

-- A list as it stands in a grid; from_list is also how a sampled grid treats plain lists.
function draw.from_list(values) return new("a choice", one_of(values)) end

function draw.choice(values)
  if type(values) ~= "table" or #values == 0 then check.fail "hs.choice wants a list of values" end
  local copy = {}
  for i, value in ipairs(values) do copy[i] = check.scalar("hs.choice: value " .. i, value) end
  return draw.from_list(copy)
end

-- Powers of two from lo to hi.
function draw.pow2(lo, hi)
  check.type("hs.pow2: the first argument", lo, "number")
  check.type("hs.pow2: the second argument", hi, "number")
  local exponent = lo > 0 and hi >= lo and math.log(lo, 2)
  if not exponent or 2.0 ^ math.floor(exponent + 0.5) ~= lo then
    check.fail("hs.pow2(%s, %s): wants a power of two and an upper bound not below it", lo, hi)
  end
  local values, at = {}, lo + 0.0
  while at <= hi do
    values[#values + 1] = math.tointeger(at) or at
    at = at * 2
  end
  return values
end

local function spaced(what, lo, hi, n, at)
  bounds(what, lo, hi)
  n = check.whole(what .. ": the number of values", n, 2)
  local values = {}
  for i = 1, n do values[i] = cut(at((i - 1) / (n - 1))) end
  values[1], values[n] = lo, hi
  return values
end

-- n values from lo to hi, both included; logspace takes the values themselves, not their exponents.
function draw.linspace(lo, hi, n)
  return spaced("hs.linspace", lo, hi, n, function(u) return lo + u * (hi - lo) end)
end

function draw.logspace(lo, hi, n)
  if type(lo) == "number" and lo <= 0 then check.fail("hs.logspace: the lower bound must be above 0, got %s", lo) end
  return spaced("hs.logspace", lo, hi, n, function(u) return lo * math.exp(u * math.log(hi / lo)) end)
end

return draw
