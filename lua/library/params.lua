-- params.lua: the parameters of one cell as scripts see them: read-only, and reading a name that cannot be there is an
-- error instead of a silent nil.
local check = require "hopsweep.check"

local params = {}

-- Private fields of a params object; the objects are made once per planned cell, so they share one metatable.
local CELL, KNOWN, HINT = {}, {}, {}

local meta = { __name = "hs.params", __metatable = "params are read-only" }

function meta.__index(p, name)
  local value = rawget(p, CELL)[name]
  if value == nil and not rawget(p, KNOWN)[name] then rawget(p, HINT)(name) end
  return value
end

function meta.__newindex(_, name) check.fail("parameters are read-only: p.%s cannot be set", tostring(name)) end

function meta.__pairs(p)
  local cell, names, at = rawget(p, CELL), {}, 0
  for name in pairs(cell) do names[#names + 1] = name end
  table.sort(names)
  return function()
    at = at + 1
    return names[at], cell[names[at]]
  end
end

-- cell: name -> scalar. known: set of the names that may be read, nil where a cell lacks them. complain(name) raises
-- the error for any other.
function params.new(cell, known, complain)
  return setmetatable({ [CELL] = cell, [KNOWN] = known, [HINT] = complain }, meta)
end

return params
