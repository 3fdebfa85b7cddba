-- space.lua: the algebra of spaces. A space is a recipe: `names` (its parameters in order of first appearance) and
-- `each(seed)`, which starts an enumeration and returns a function that gives the next cell, a fresh table of scalars,
-- or nil. Nothing is materialised: a product of a million cells costs what one cell costs.
--
-- Where it is known without looking that no cell comes twice, `size` is the number of cells, and `values` says which
-- values a parameter takes: name -> set, for the parameters that every cell has. Otherwise both are nil, and planning
-- walks the space to count it.
local core = require "hopsweep.core"
local check = require "hopsweep.check"
local draw = require "hopsweep.draw"
local params = require "hopsweep.params"

local space = {}
local Space, methods = { __name = "hs.space" }, {}

function Space.__index(_, name)
  return methods[name] or check.fail("a space has no method '%s'; it has %s", tostring(name), check.list(methods))
end

local function new(names, each, size, values)
  return setmetatable({ names = names, each = each, size = size or false, values = values or false }, Space)
end

function space.is(value) return getmetatable(value) == Space end

local function set_of(names)
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  return set
end
space.set_of = set_of

-- Writes the parameters of `from` into `to`.
local function merged(names, from, to)
  for i = 1, #names do to[names[i]] = from[names[i]] end
  return to
end

-- ---- grids -----------------------------------------------------------------------------------------------------

-- The values of one parameter as a list, or a draw.
local function axis(what, name, value)
  if draw.is(value) then return value end
  if space.is(value) then
    check.fail("%s: the value of '%s' is a space; combine spaces with * and +", what, name)
  end
  if type(value) ~= "table" then return { check.scalar(what .. ": " .. name, value) } end
  local list = {}
  for i, item in ipairs(value) do list[i] = check.scalar(string.format("%s: %s[%d]", what, name, i), item) end
  local fields = 0
  for _ in pairs(value) do fields = fields + 1 end
  if fields ~= #list then check.fail("%s: the values of '%s' must be a list {a, b, ...}", what, name) end
  if #list == 0 then check.fail("%s: the parameter '%s' has no values", what, name) end
  return list
end

local function axes_of(what, values)
  local names, axes = check.sorted_names(what, values), {}
  for i, name in ipairs(names) do axes[i] = axis(what, name, values[name]) end
  return names, axes
end

-- The number of cells and the values of each parameter, if every list is free of repetitions.
local function known_grid(names, axes)
  local size, values = 1, {}
  for i, name in ipairs(names) do
    if draw.is(axes[i]) then return end
    values[name] = set_of(axes[i])
    local different = 0
    for _ in pairs(values[name]) do different = different + 1 end
    if different < #axes[i] then return end
    size = size * #axes[i]
  end
  return size, values
end

-- Moves the odometer on by one; true when it has gone round.
local function advance(at, axes)
  for i = #axes, 1, -1 do
    at[i] = at[i] + 1
    if at[i] <= #axes[i] then return false end
    at[i] = 1
  end
  return true
end

local function each_of_grid(names, axes)
  local at, done = {}, false
  for i = 1, #names do at[i] = 1 end
  return function()
    if done then return nil end
    local cell = {}
    for i = 1, #names do cell[names[i]] = axes[i][at[i]] end
    done = advance(at, axes)
    return cell
  end
end

local function first_draw(names, axes)
  for i, name in ipairs(names) do
    if draw.is(axes[i]) then return name, axes[i].text end
  end
end

-- Every combination of the values. Names vary in alphabetical order, the last one fastest.
function space.grid(values)
  local names, axes = axes_of("hs.grid", values)
  local made = new(names, function() return each_of_grid(names, axes) end, known_grid(names, axes))
  local name, text = first_draw(names, axes)
  made.axes, made.open = axes, name ~= nil
  if name then
    made.complaint = string.format("'%s' is %s: end this hs.grid with :sample{n = ...}", name, text)
  end
  return made
end

-- The common length of the lists among the values; nil where all are scalars.
local function zip_length(names, axes, values)
  local length, longest
  for i, name in ipairs(names) do
    if draw.is(axes[i]) then check.fail("hs.zip: '%s' is %s, not a list", name, axes[i].text) end
    if type(values[name]) == "table" then
      if length and #axes[i] ~= length then
        check.fail("hs.zip: '%s' has %d values, but '%s' has %d", name, #axes[i], longest, length)
      end
      length, longest = #axes[i], name
    end
  end
  return length
end

-- Lists of equal length, walked side by side; a scalar goes with every row.
function space.zip(values)
  local names, axes = axes_of("hs.zip", values)
  local length, listed = zip_length(names, axes, values) or 1, {}
  for i, name in ipairs(names) do listed[i] = type(values[name]) == "table" end
  return new(names, function()
    local row = 0
    return function()
      row = row + 1
      if row > length then return nil end
      local cell = {}
      for i, name in ipairs(names) do cell[name] = axes[i][listed[i] and row or 1] end
      return cell
    end
  end)
end

-- Cells written out one by one.
function space.list(cells)
  check.type("hs.list: its argument", cells, "table")
  local rows, names, seen = {}, {}, {}
  for i, cell in ipairs(cells) do
    rows[i] = {}
    for _, name in ipairs(check.sorted_names("hs.list", cell)) do
      rows[i][name] = check.scalar(string.format("hs.list: %s of cell %d", name, i), cell[name])
      if not seen[name] then names[#names + 1] = name end
      seen[name] = true
    end
  end
  if #rows == 0 then check.fail "hs.list has no cells: write hs.list{ {a = 1}, {a = 2} }" end
  return new(names, function()
    local at = 0
    return function()
      at = at + 1
      if not rows[at] then return nil end
      return merged(names, rows[at], {})
    end
  end)
end

-- ---- operators -------------------------------------------------------------------------------------------------

local function operand(operator, side, value)
  if not space.is(value) then
    check.fail("the %s operand of %s is a %s, not a space: wrap it in hs.grid{...}", side, operator, type(value))
  end
  if rawget(value, "open") then check.fail("%s", value.complaint) end
end

-- Whether some parameter tells every cell of a from every cell of b.
local function are_apart(a, b)
  for name, values in pairs(a.values) do
    local others, common = b.values[name], false
    if others then
      for value in pairs(values) do common = common or others[value] end
      if not common then return true end
    end
  end
  return false
end

local function known_union(left, right)
  if not left.values or not right.values or not are_apart(left, right) then return end
  local values = {}
  for name, set in pairs(left.values) do
    if right.values[name] then
      values[name] = {}
      for value in pairs(set) do values[name][value] = true end
      for value in pairs(right.values[name]) do values[name][value] = true end
    end
  end
  return left.size + right.size, values
end

local function known_product(left, right)
  if not left.values or not right.values then return end
  local values = {}
  for name, set in pairs(left.values) do values[name] = set end
  for name, set in pairs(right.values) do values[name] = set end
  return left.size * right.size, values
end

-- Union: the cells of the left space, then those of the right one. A cell that is in both counts once.
function Space.__add(left, right)
  operand("+", "left", left)
  operand("+", "right", right)
  local names, seen = { table.unpack(left.names) }, set_of(left.names)
  for _, name in ipairs(right.names) do
    if not seen[name] then names[#names + 1] = name end
  end
  return new(names, function(seed)
    local next_cell, in_left = left.each(seed), true
    return function()
      local cell = next_cell()
      if cell or not in_left then return cell end
      next_cell, in_left = right.each(seed), false
      return next_cell()
    end
  end, known_union(left, right))
end

-- Product: every cell of the left space (outermost) with every cell of the right one.
function Space.__mul(left, right)
  operand("*", "left", left)
  operand("*", "right", right)
  local names, seen = { table.unpack(left.names) }, set_of(left.names)
  for _, name in ipairs(right.names) do
    if seen[name] then check.fail("both operands of * have a parameter '%s'", name) end
    names[#names + 1] = name
  end
  return new(names, function(seed)
    local next_left = left.each(seed)
    local outer = next_left()
    local next_right = outer and right.each(seed)
    return function()
      while outer do
        local inner = next_right()
        if inner then return merged(left.names, outer, inner) end
        outer = next_left()
        next_right = outer and right.each(seed)
      end
    end
  end, known_product(left, right))
end

-- ---- methods ---------------------------------------------------------------------------------------------------

local function unknown(names)
  return function(name)
    check.fail("the space has no parameter '%s'; it has %s", tostring(name), check.list(set_of(names)))
  end
end
space.unknown = unknown

-- The cells for which fn(p) is true.
function methods.where(self, fn)
  check.type(":where: its argument", fn, "function")
  operand(":where", "left", self)
  local known, complain = set_of(self.names), unknown(self.names)
  return new(self.names, function(seed)
    local next_cell = self.each(seed)
    return function()
      for cell in next_cell do
        if fn(params.new(cell, known, complain)) then return cell end
      end
    end
  end)
end

local function count(self, seed)
  local n = 0
  for _ in self.each(seed) do n = n + 1 end
  return n
end

-- n different cells of a finite space, in its own order: cell t of N is taken with probability (still wanted) / (still
-- to come), which makes every subset of n equally likely (selection sampling, Knuth vol. 2, 3.4.2 S).
local function each_of_subset(self, n, seed, seed_of_space)
  local left, wanted = count(self, seed_of_space), n
  local uniform = core.sampler("random", 1, n, seed, "subset of " .. table.concat(self.names, ","))
  local next_cell = self.each(seed_of_space)
  return function()
    for cell in next_cell do
      local take = uniform() * left < wanted
      left = left - 1
      if take then
        wanted = wanted - 1
        return cell
      end
    end
  end
end

-- n points of a grid with draws. Constants use no dimension of the point.
local function each_of_points(self, n, method, seed)
  local varying, constants = {}, {}
  for i, name in ipairs(self.names) do
    local values = self.axes[i]
    if draw.is(values) or #values > 1 then
      varying[#varying + 1] = { name = name, from = (draw.is(values) and values or draw.from_list(values)).from }
    else
      constants[name] = values[1]
    end
  end
  local next_point = core.sampler(method, #varying, n, seed, table.concat(self.names, ","))
  local made = 0
  return function()
    if made == n then return nil end
    made = made + 1
    local point, cell = { next_point() }, merged(self.names, constants, {})
    for i, dimension in ipairs(varying) do cell[dimension.name] = dimension.from(point[i]) end
    return cell
  end
end

local sample_methods = { random = true, lhs = true, sobol = true, halton = true }

-- A grid with hs.range, hs.log, hs.int or hs.choice in it: n points. Any other space: n of its cells.
-- seed: nil takes the seed of the sweep.
function methods.sample(self, options)
  check.fields(":sample", options, { n = true, method = true, seed = true })
  local n, method = check.whole(":sample: n", options.n, 1), options.method or "random"
  if not sample_methods[method] then
    check.fail(":sample: there is no method '%s'; there are %s", tostring(method), check.list(sample_methods))
  end
  local fixed_seed = options.seed and check.whole(":sample: seed", options.seed, 0)
  if rawget(self, "open") then
    return new(self.names, function(seed) return each_of_points(self, n, method, fixed_seed or seed) end)
  end
  if method ~= "random" then
    check.fail(":sample: '%s' needs hs.range, hs.log, hs.int or hs.choice in the grid it samples", method)
  end
  return new(self.names, function(seed) return each_of_subset(self, n, fixed_seed or seed, seed) end)
end

for name, method in pairs(methods) do methods[name] = core.public(method) end

-- hs.sweep: a space ready to be enumerated.
function space.closed(what, value)
  if not space.is(value) then
    check.fail("%s must be a space (hs.grid{...}, hs.zip{...}, hs.list{...}), got a %s", what, type(value))
  end
  if rawget(value, "open") then check.fail("%s: %s", what, value.complaint) end
  return value
end

return space
