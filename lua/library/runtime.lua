-- runtime.lua: what the C side (lua/sweep_*.c) calls on a sweep: enumerate, describe, rehearse, run. Scripts have no
-- use for it.
local core = require "hopsweep.core"
local check = require "hopsweep.check"
local code = require "hopsweep.code"
local describe = require "hopsweep.describe"
local options = require "hopsweep.options"
local params = require "hopsweep.params"
local shared = require "hopsweep.shared"
local sweeps = require "hopsweep.sweep"

local runtime = {}

runtime.is_sweep = sweeps.is
runtime.digests = shared.digests
runtime.code = code.digest

function runtime.each(sweep, seed) return sweep.space.each(seed) end

-- The number of cells, if no cell comes twice for sure; false where the space must be walked to know.
function runtime.size(sweep) return sweep.space.size end

-- What the shared data of a trial depend on, for the lease-grouping key: a sorted list of parameters, and whether the
-- replicate matters. nil for a sweep without shared data.
function runtime.grouping(sweep)
  local seen, by, per_replicate, any = {}, {}, false, false
  for _, artefact in pairs(sweep.artefacts) do
    any = true
    per_replicate = per_replicate or artefact.replicate ~= false
    for _, name in ipairs(artefact.by) do
      if not seen[name] then by[#by + 1] = name end
      seen[name] = true
    end
  end
  table.sort(by)
  if any then return by, per_replicate end
end

local function description_of(sweep, p)
  local description = sweep.model(p)
  if not describe.is(description) then
    check.fail_at(sweep.model, "model must return hs.hfy{...} or hs.memory(...), got a %s", type(description))
  end
  return description
end

local function params_of(sweep, cell) return params.new(cell, sweep.known, sweep.unknown) end

-- The model description of a cell as a flat table, or nil for sweeps with a trial function.
function runtime.describe(sweep, cell)
  local guard <close> = options.enter_trial()
  if sweep.model then return description_of(sweep, params_of(sweep, cell)).params end
end

local function lazy_shared(sweep, cell, seed, replicate)
  return setmetatable({}, {
    __name = "hs.shared",
    __metatable = "shared data are read-only",
    __index = function(_, name)
      local artefact = sweep.artefacts[name]
      if not artefact then
        check.fail("the sweep has no shared artefact '%s'; it has %s", tostring(name), check.list(sweep.artefacts))
      end
      return shared.get(name, artefact, cell, seed, replicate)
    end,
    __newindex = function() check.fail "shared data are read-only" end,
  })
end

local function context_of(sweep, cell, seed, replicate)
  local fields = {
    rng = core.rng(seed, replicate, "trial of the sweep"),
    replicate = replicate,
    seed = seed,
    shared = lazy_shared(sweep, cell, seed, replicate),
  }
  return setmetatable({}, {
    __name = "hs.context",
    __metatable = "the context is read-only",
    __index = function(_, name)
      if fields[name] == nil then
        check.fail("ctx has no field '%s'; it has %s", tostring(name), check.list(fields))
      end
      return fields[name]
    end,
    __newindex = function() check.fail "the context is read-only" end,
  })
end

local function data_of(sweep, cell, seed, replicate)
  local artefact = sweep.artefacts.data
  if not artefact then return nil end
  local data = shared.get("data", artefact, cell, seed, replicate)
  if sweep.model then
    for _, name in ipairs { "patterns", "queries" } do
      if type(data) ~= "table" or not core.array_bytes(data[name]) then
        check.fail_at(artefact.build,
          "the build of 'data' must return {patterns = ARRAY, queries = ARRAY}; there is no array '%s'", name)
      end
    end
  end
  return data
end

-- An opened and stored model, and its description. Faults are the script's: they carry the place of `model`.
local function opened(sweep, p, data)
  local description = description_of(sweep, p)
  local model = core.model_open(description.params, data.patterns, data.values, sweep.model)
  return model, description
end

-- Builds the shared data and readies the model of one trial, as a rehearsal.
function runtime.rehearse(sweep, cell, seed, replicate)
  local guard <close> = options.enter_trial()
  shared.next_turn()
  local data = data_of(sweep, cell, seed, replicate)
  for name, artefact in pairs(sweep.artefacts) do shared.get(name, artefact, cell, seed, replicate) end
  if not sweep.model then return end
  local model <close>, description = opened(sweep, params_of(sweep, cell), data)
  core.model_prepare(model, data.queries, description.steps, sweep.model)
end

-- Runs one trial: its metrics and, or nil, its arrays.
function runtime.run(sweep, cell, seed, replicate)
  local guard <close> = options.enter_trial()
  shared.next_turn()
  local p, ctx = params_of(sweep, cell), context_of(sweep, cell, seed, replicate)
  local data = data_of(sweep, cell, seed, replicate)
  if sweep.trial then return sweep.trial(p, data, ctx) end
  local model <close>, description = opened(sweep, p, data)
  local result = core.model_retrieve(model, data.queries, description.steps, description.energy, sweep.model)
  return sweep.measure(p, data, result, ctx)
end

return runtime
