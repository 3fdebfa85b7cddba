-- options.lua: hs.options{name = default}: what `--set name=value` may change, with the types of the defaults.
local core = require "hopsweep.core"
local check = require "hopsweep.check"

local options = { in_force = {} }
local planning_names = {}
local in_trial = false

-- Marks the default of an option that decides which trials there are, never what one of them gives (repeats, the end
-- of a ladder): it is left out of the trials' keys, so that changing it runs only what is missing.
local Planning = { __name = "hs.planning", __metatable = "hs.planning" }

function options.planning(value)
  return setmetatable({ value = check.scalar("hs.planning", value) }, Planning)
end

-- While a trial, its model or its data are at work: planning options cannot be read, because results must not depend on
-- them. Use: local guard <close> = options.enter_trial()
local guard = setmetatable({}, { __close = function() in_trial = false end })
function options.enter_trial()
  in_trial = true
  return guard
end

local flags = { ["true"] = true, yes = true, ["1"] = true, ["false"] = false, no = false, ["0"] = false }

local convert = {
  string = function(text) return text end,
  number = function(text)
    local number = tonumber(text)
    if number and number == number and math.abs(number) < math.huge then return number end
  end,
  boolean = function(text) return flags[text] end,
}

local function declared(defaults)
  local lines = {}
  for _, name in ipairs(check.sorted_names("hs.options", defaults)) do
    local quoted = type(defaults[name]) == "string" and string.format("%q", defaults[name]) or tostring(defaults[name])
    lines[#lines + 1] = string.format("%s = %s", name, quoted)
  end
  return #lines > 0 and table.concat(lines, ", ") or "(none)"
end

local function overridden(defaults, name, text)
  if defaults[name] == nil then
    check.fail("--set %s=%s: there is no such option; the script declares %s", name, text, declared(defaults))
  end
  local value = convert[type(defaults[name])](text)
  if value == nil then
    check.fail("--set %s=%s: not a %s; the script declares %s", name, text, type(defaults[name]), declared(defaults))
  end
  return check.scalar("hs.options: " .. name, value)
end

local function read_only(values, defaults)
  return setmetatable({}, {
    __name = "hs.options",
    __metatable = "options are read-only",
    __index = function(_, name)
      if values[name] == nil then
        check.fail("there is no option '%s'; the script declares %s", tostring(name), declared(defaults))
      end
      if in_trial and planning_names[name] then
        check.fail("option '%s' is for planning (hs.planning): no result may depend on it", name)
      end
      return values[name]
    end,
    __newindex = function() check.fail "options are read-only: change them with --set or in hs.options" end,
    __pairs = function() return pairs(in_trial and options.of_key() or values) end,
  })
end

-- A read-only table of the values in force. One call per script, so that --set has one place to look at.
function options.declare(defaults)
  if options.declared then check.fail "hs.options was called before: declare all options in one table" end
  local values = {}
  for _, name in ipairs(check.sorted_names("hs.options", defaults)) do
    local default = defaults[name]
    if rawequal(getmetatable(default), "hs.planning") then
      planning_names[name] = true
      default = default.value
    end
    values[name] = check.scalar("hs.options: " .. name, default)
  end
  for name, text in pairs(core.overrides()) do values[name] = overridden(values, name, text) end
  options.declared, options.in_force = true, values
  return read_only(values, values)
end

-- hs.sweep: the values in force; --set without hs.options is an error.
function options.finish()
  if not options.declared then
    for name, text in pairs(core.overrides()) do overridden({}, name, text) end
  end
  return options.in_force
end

-- The options that are part of every trial's key: all but those for planning.
function options.of_key()
  local kept = {}
  for name, value in pairs(options.in_force) do
    if not planning_names[name] then kept[name] = value end
  end
  return kept
end

return options
