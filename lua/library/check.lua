-- check.lua: what every part of the library asks of its arguments. Complaints are raised without a place: the VM puts
-- the line of the script that made the call in front, never a line of this library (lua/vm.c).
local core = require "hopsweep.core"

local check = {}

function check.fail(format, ...) error(string.format(format, ...), 0) end

-- For faults found when the script is not running: the place is where the function was written.
function check.fail_at(fn, format, ...) error(core.place(fn) .. string.format(format, ...), 0) end

-- Names that a table of results needs for itself.
local reserved = { key = true, verdict = true, replicate = true, position = true }

function check.name(what, name)
  if type(name) ~= "string" or not name:match "^[%a_][%w_]*$" then
    check.fail("%s: %s is not a name (letters, digits and _ only)", what, tostring(name))
  end
  if reserved[name] then check.fail("%s: the name '%s' is reserved for the table of results", what, name) end
  return name
end

-- A number, text or flag. Whole floats become integers, so that 1 and 1.0 are one value in keys, tables and scripts.
function check.scalar(what, value)
  local kind = type(value)
  if kind == "number" then
    if value ~= value or value == math.huge or value == -math.huge then
      check.fail("%s is %s: a parameter must be a finite number", what, tostring(value))
    end
    return math.tointeger(value) or value
  end
  if kind ~= "string" and kind ~= "boolean" then
    check.fail("%s is a %s: a parameter must be a number, a text or a flag", what, kind)
  end
  return value
end

function check.sorted_names(what, values)
  if type(values) ~= "table" then check.fail("%s wants a table of named values, got a %s", what, type(values)) end
  local names = {}
  for name in pairs(values) do names[#names + 1] = check.name(what, name) end
  table.sort(names)
  return names
end

-- Fields of a table argument: unknown ones are errors, so that a typing mistake never passes for a default.
function check.fields(what, values, known)
  if type(values) ~= "table" then check.fail("%s wants a table, got a %s", what, type(values)) end
  for name in pairs(values) do
    if not known[name] then
      check.fail("%s has no field '%s'; its fields are %s", what, tostring(name), check.list(known))
    end
  end
end

-- "a, b, c" of the keys of a set, sorted.
function check.list(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = tostring(name) end
  table.sort(names)
  return #names > 0 and table.concat(names, ", ") or "(none)"
end

function check.whole(what, value, minimum)
  local number = type(value) == "number" and math.tointeger(value)
  if not number or number < minimum then
    check.fail("%s must be a whole number of at least %d, got %s", what, minimum, tostring(value))
  end
  return number
end

function check.type(what, value, wanted)
  if type(value) ~= wanted then check.fail("%s must be a %s, got a %s", what, wanted, type(value)) end
  return value
end

return check
