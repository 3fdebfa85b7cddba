-- code.lua: the digest of what decides the results of trials: the functions of a sweep and all that they hold on to.
-- Which trials there are (the space, the repeats) is no part of it, so a sweep can grow without being another one.
-- Neither are comments, names of locals, lines, and the library.
local core = require "hopsweep.core"

local code = {}

-- Name of every function and table that scripts find ready-made: globals, their libraries, the modules of hopsweep.
local function ready_made()
  local names = {}
  local function note(name, value)
    local kind = type(value)
    if (kind ~= "table" and kind ~= "function") or names[value] then return end
    names[value] = name
    if kind == "table" then
      for key, item in pairs((core.table_content(value))) do note(name .. "." .. tostring(key), item) end
    end
  end
  note("_G", _G)
  for name, module in pairs(core.library_modules()) do note(name, module) end
  return names
end

-- The text that stands for a value. Objects get numbers in the order in which they are met, so that circles end, and
-- wait in the queue to be described.
local function refer(walk, value)
  local kind = type(value)
  if kind == "nil" or kind == "boolean" or kind == "number" or kind == "string" then
    return string.format("%q", value)
  end
  if walk.names[value] then return walk.names[value] end
  if not walk.numbers[value] then
    walk.queue[#walk.queue + 1] = value
    walk.numbers[value] = #walk.queue
  end
  return "#" .. walk.numbers[value]
end

local describe = {}

-- A text that names a module of the script counts as a use of it: `require` inside a function runs only later.
local function put_modules(walk, texts, lines)
  for _, text in ipairs(texts) do
    if walk.modules[text] == nil then walk.modules[text] = core.module_chunk(text) or false end
    if walk.modules[text] then lines[#lines + 1] = "module " .. refer(walk, walk.modules[text]) end
  end
end

describe["function"] = function(walk, fn, lines)
  local digest, texts = core.function_code(fn)
  lines[#lines + 1] = digest or "ready-made"
  if digest then put_modules(walk, texts, lines) end
  local i = 1
  local there, value = core.function_upvalue(fn, i)
  while digest ~= nil and there do -- what a function of C holds is its own
    lines[#lines + 1] = refer(walk, value)
    i = i + 1
    there, value = core.function_upvalue(fn, i)
  end
end

-- The library's own metatables (hs.options, hs.space) hold the values in force and its methods; scripts' are code.
local function is_of_library(metatable)
  local name = rawget(metatable, "__name")
  return type(name) == "string" and name:sub(1, 3) == "hs."
end

function describe.table(walk, value, lines)
  local content, metatable, others = core.table_content(value)
  for key, item in pairs(content) do lines[#lines + 1] = string.format("%q = %s", key, refer(walk, item)) end
  lines[#lines + 1] = others .. " others"
  if metatable and not is_of_library(metatable) then lines[#lines + 1] = "metatable " .. refer(walk, metatable) end
end

function describe.userdata(_, value, lines)
  lines[#lines + 1] = core.array_bytes(value) and core.array_digest(value) or "an object"
end

function describe.thread(_, _, lines) lines[#lines + 1] = "a coroutine" end

local function put_functions(walk, sweep, lines)
  for _, field in ipairs { "model", "measure", "trial" } do
    lines[#lines + 1] = field .. " = " .. refer(walk, sweep[field])
  end
  for name, artefact in pairs(sweep.artefacts) do
    lines[#lines + 1] = string.format("%s by %s replicate %s = %s", name, table.concat(artefact.by, ","),
      tostring(artefact.replicate), refer(walk, artefact.build))
  end
end

function code.digest(sweep)
  local walk = { names = ready_made(), numbers = {}, queue = {}, modules = {} }
  local lines, at = {}, 1
  put_functions(walk, sweep, lines)
  while walk.queue[at] do -- grows while it is read
    local value = walk.queue[at]
    local described = { type(value) }
    describe[type(value)](walk, value, described)
    lines[#lines + 1] = core.text_digest(table.concat(described, "\n"))
    at = at + 1
  end
  return core.text_digest(table.concat(lines, "\n"))
end

return code
