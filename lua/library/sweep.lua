-- sweep.lua: hs.sweep{...}: the whole of an experiment, checked before anything runs.
local check = require "hopsweep.check"
local options = require "hopsweep.options"
local shared = require "hopsweep.shared"
local space = require "hopsweep.space"

local sweep = {}
local Sweep = { __name = "hs.sweep" }

local fields = {
  name = true, revision = true, seed = true, description = true, space = true, repeats = true,
  data = true, shared = true, model = true, measure = true, trial = true,
}

local function check_name(name)
  if type(name) ~= "string" or not name:match "^[%w][%w_.-]*$" then
    check.fail("hs.sweep: name must be a text of letters, digits, '-', '_' and '.', got %s", tostring(name))
  end
  return name
end

-- Every artefact by name; `data` is one of them.
local function artefacts_of(values, known)
  local artefacts = {}
  if values.shared ~= nil then check.type("hs.sweep: shared", values.shared, "table") end
  for _, name in ipairs(check.sorted_names("hs.sweep: shared", values.shared or {})) do
    if name == "data" then check.fail "hs.sweep: shared.data: this name belongs to the field `data`" end
    artefacts[name] = shared.check("hs.sweep: shared." .. name, values.shared[name], known)
  end
  if values.data ~= nil then artefacts.data = shared.check("hs.sweep: data", values.data, known) end
  return artefacts
end

-- Either model + measure, or trial.
local function check_form(values)
  if values.trial ~= nil then
    if values.model ~= nil or values.measure ~= nil then
      check.fail "hs.sweep: give either trial, or model and measure, not both"
    end
    check.type("hs.sweep: trial", values.trial, "function")
    return
  end
  if values.model == nil or values.measure == nil then
    check.fail "hs.sweep: needs model and measure (two functions), or trial"
  end
  check.type("hs.sweep: model", values.model, "function")
  check.type("hs.sweep: measure", values.measure, "function")
  if values.data == nil then
    check.fail "hs.sweep: model needs data: hs.shared{build = ...} with patterns and queries"
  end
end

function sweep.new(values)
  check.fields("hs.sweep", values, fields)
  check_form(values)
  local cells = space.closed("hs.sweep: space", values.space == nil and space.grid {} or values.space)
  local known = space.set_of(cells.names)
  return setmetatable({
    name = check_name(values.name),
    revision = check.whole("hs.sweep: revision", values.revision or 1, 0),
    seed = check.whole("hs.sweep: seed", values.seed or 1, 0),
    description = check.type("hs.sweep: description", values.description or "", "string"),
    repeats = check.whole("hs.sweep: repeats", values.repeats or 1, 1),
    space = cells,
    known = known,
    unknown = space.unknown(cells.names),
    artefacts = artefacts_of(values, known),
    options = options.finish(),
    key_options = options.of_key(),
    model = values.model,
    measure = values.measure,
    trial = values.trial,
  }, Sweep)
end

function sweep.is(value) return getmetatable(value) == Sweep end

return sweep
