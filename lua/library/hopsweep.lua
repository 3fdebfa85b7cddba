-- hopsweep.lua: the module that sweep scripts require. Its own part is Lua (this folder); arrays, random streams, data
-- files, corruptions and models come from C ("hopsweep.core").
local core = require "hopsweep.core"
local check = require "hopsweep.check"
local describe = require "hopsweep.describe"
local draw = require "hopsweep.draw"
local options = require "hopsweep.options"
local shared = require "hopsweep.shared"
local space = require "hopsweep.space"
local sweep = require "hopsweep.sweep"

local hs = {}

-- Everything public of the C side; names of the machinery below stay inside the library.
local machinery = {
  place = true, public = true, rng = true, overrides = true, sampler = true, collect = true, cache_limit = true,
  random_reset_use = true, random_was_used = true, array_bytes = true, array_freeze = true, array_digest = true,
  text_digest = true, model_open = true, model_close = true, model_prepare = true, model_retrieve = true,
  model_energy = true, solve = true,
  function_code = true, function_upvalue = true, table_content = true, library_modules = true, module_chunk = true,
}
for name, value in pairs(core) do
  if not machinery[name] then hs[name] = value end
end

local Kept = { __name = "hs.keep" }

-- Marks an array to be stored with the record: the first n items of its first dimension (default: all); image =
-- {height, width} says that its rows are pictures.
local function keep(array, how)
  how = how or {}
  check.fields("hs.keep", how, { first = true, image = true })
  if not core.array_bytes(array) then check.fail("hs.keep wants an array, got a %s", type(array)) end
  local first = how.first and check.whole("hs.keep: first", how.first, 0)
  local height, width = 0, 0
  if how.image ~= nil then
    check.type("hs.keep: image", how.image, "table")
    height = check.whole("hs.keep: image height", how.image[1], 1)
    width = check.whole("hs.keep: image width", how.image[2], 1)
  end
  return setmetatable({ array = array, first = first or -1, height = height, width = width }, Kept)
end

local public = {
  options = options.declare, planning = options.planning,
  grid = space.grid, zip = space.zip, list = space.list,
  range = draw.range, log = draw.log, int = draw.int, choice = draw.choice,
  pow2 = draw.pow2, linspace = draw.linspace, logspace = draw.logspace,
  shared = shared.new, sweep = sweep.new, keep = keep,
  hfy = describe.hfy, memory = describe.memory, open = describe.open, solve = describe.solve,
}
for name, fn in pairs(public) do hs[name] = core.public(fn) end

return setmetatable(hs, {
  __index = function(_, name) check.fail("hopsweep has no function '%s'", tostring(name)) end,
})
