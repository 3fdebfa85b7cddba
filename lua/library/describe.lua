-- describe.lua: model descriptions. A description is data, not an object: it can be validated and keyed before anything
-- runs. `steps` and `energy` say how to retrieve; everything else goes to the memory and its solver.
local core = require "hopsweep.core"
local check = require "hopsweep.check"

local describe = {}
local Description = { __name = "hs.description" }

local default_steps = 5

local function take(values, name, what, convert)
  local value = values[name]
  values[name] = nil
  if value ~= nil then return convert(what .. ": " .. name, value) end
end

local function new(what, values)
  local copy = {}
  for name, value in pairs(values) do copy[name] = check.scalar(what .. ": " .. tostring(name), value) end
  local steps = take(copy, "steps", what, function(where, value) return check.whole(where, value, 1) end)
  local energy = take(copy, "energy", what, function(where, value) return check.type(where, value, "boolean") end)
  return setmetatable({ params = copy, steps = steps or default_steps, energy = energy or false }, Description)
end

-- A memory by its id and parameters.
function describe.memory(id, values)
  check.type("hs.memory: the id", id, "string")
  check.type("hs.memory: the parameters", values or {}, "table")
  local description = new("hs.memory", values or {})
  description.params.memory = id
  return description
end

-- The Hopfield-Fenchel-Young memory with a solver.
function describe.hfy(values)
  check.type("hs.hfy: its argument", values, "table")
  local description = new("hs.hfy", values)
  if type(description.params.solver) ~= "string" then
    check.fail "hs.hfy: solver is missing: hs.hfy{solver = \"entmax\", ...}"
  end
  description.params.memory = "hfy"
  return description
end

function describe.is(value) return getmetatable(value) == Description end

function describe.check(what, value)
  if not describe.is(value) then
    check.fail("%s wants a model description (hs.hfy{...} or hs.memory(...)), got a %s", what, type(value))
  end
  return value
end

-- An opened model: retrieve(queries, {steps=, energy=}) and energy(states).
function describe.open(description, patterns, values)
  describe.check("hs.open", description)
  local model = core.model_open(description.params, patterns, values)
  local object = {}
  function object.retrieve(_, queries, how)
    how = how or {}
    check.fields("retrieve", how, { steps = true, energy = true })
    local steps = how.steps and check.whole("retrieve: steps", how.steps, 1) or description.steps
    local energy = how.energy
    if energy == nil then energy = description.energy end
    return core.model_retrieve(model, queries, steps, energy)
  end
  function object.energy(_, states) return core.model_energy(model, states) end
  function object.close() core.model_close(model) end
  return object
end

-- p of one solve: scores is a vector or a matrix of score rows.
function describe.solve(solver, values, scores)
  check.type("hs.solve: the solver", solver, "string")
  check.type("hs.solve: the parameters", values, "table")
  local copy = {}
  for name, value in pairs(values) do copy[name] = check.scalar("hs.solve: " .. tostring(name), value) end
  copy.solver = solver
  return core.solve(copy, scores)
end

return describe
