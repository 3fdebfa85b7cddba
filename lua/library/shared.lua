-- shared.lua: artefacts that several trials share: data sets, learned weights, codes. A build sees only the parameters
-- it declared in `by`; they are its cache key, so it must not see others.
local core = require "hopsweep.core"
local check = require "hopsweep.check"
local params = require "hopsweep.params"

local shared = {}
local Shared = { __name = "hs.shared" }

local fields = { by = true, build = true, replicate = true }

-- replicate: nil = found out (a build that draws no random number is shared by all replicates), true = one per
-- replicate, false = one for all, with the same random numbers.
function shared.new(options)
  check.fields("hs.shared", options, fields)
  if options.by ~= nil and type(options.by) ~= "table" then check.fail "hs.shared: by must be a list of names" end
  local by, known = {}, {}
  for i, name in ipairs(options.by or {}) do
    by[i] = check.name("hs.shared: by", name)
    known[name] = true
  end
  table.sort(by)
  if options.replicate ~= nil then check.type("hs.shared: replicate", options.replicate, "boolean") end
  return setmetatable({
    by = by,
    known = known,
    build = check.type("hs.shared: build", options.build, "function"),
    replicate = options.replicate,
  }, Shared)
end

function shared.is(value) return getmetatable(value) == Shared end

-- hs.sweep: every name in `by` must be a parameter of the space.
function shared.check(what, value, names_of_space)
  if not shared.is(value) then check.fail("%s must be an hs.shared{...}, got a %s", what, type(value)) end
  for _, name in ipairs(value.by) do
    if not names_of_space[name] then
      check.fail("%s: by names '%s', which is no parameter of the space (%s)", what, name, check.list(names_of_space))
    end
  end
  return value
end

-- ---- frozen results --------------------------------------------------------------------------------------------

local function deny()
  check.fail "shared data are read-only: they are used by other trials, too; copy what you change"
end

-- Empties the table into a hidden one, so that every holder of the table sees it read-only.
local function freeze_table(value, seen)
  local hidden = {}
  for key, item in pairs(value) do hidden[key] = shared.freeze(item, seen) end
  for key in pairs(hidden) do value[key] = nil end
  return setmetatable(value, {
    __name = "hs.frozen",
    __metatable = "shared data are read-only",
    __frozen = hidden, -- rawset refuses tables with this mark (lua/sandbox.c)
    __index = hidden,
    __newindex = deny,
    __len = function() return #hidden end,
    __pairs = function() return pairs(hidden) end,
  })
end

function shared.freeze(value, seen)
  seen = seen or {}
  if core.array_bytes(value) then
    core.array_freeze(value)
  elseif type(value) == "table" and not seen[value] and getmetatable(value) == nil then
    seen[value] = true
    freeze_table(value, seen)
  end
  return value
end

local function walk(value, seen, visit, path)
  visit(path, value)
  if type(value) == "table" and not seen[value] then
    seen[value] = true
    for key, item in pairs(value) do walk(item, seen, visit, path .. "." .. tostring(key)) end
  end
end

-- Bytes of all arrays in a value, and a digest of its content.
function shared.measure(value)
  local bytes, lines = 0, {}
  walk(value, {}, function(path, item)
    local size = core.array_bytes(item)
    if size then
      bytes = bytes + size
      lines[#lines + 1] = path .. "=" .. core.array_digest(item)
    elseif type(item) ~= "table" and type(item) ~= "function" and type(item) ~= "userdata" then
      lines[#lines + 1] = path .. "=" .. tostring(item)
    end
  end, "")
  table.sort(lines)
  return bytes, core.text_digest(table.concat(lines, "\n"))
end

-- ---- the cache -------------------------------------------------------------------------------------------------

-- Artefacts by key; `turn` counts trials, so that nothing a trial already holds is thrown out under its feet.
local cache = { entries = {}, bytes = 0, turn = 0 }
local digests, digest_count, digest_limit = {}, 0, 1000

function shared.next_turn() cache.turn = cache.turn + 1 end

local function key_of(name, artefact, cell, replicate)
  local parts = { name }
  for i, parameter in ipairs(artefact.by) do
    parts[i + 1] = parameter .. "=" .. (cell[parameter] == nil and "-" or string.format("%q", cell[parameter]))
  end
  parts[#parts + 1] = "replicate=" .. replicate
  return table.concat(parts, ";")
end

local function oldest()
  local found
  for key, entry in pairs(cache.entries) do
    if entry.turn < cache.turn and (not found or entry.turn < cache.entries[found].turn) then found = key end
  end
  return found
end

local function make_room(bytes)
  local dropped = false
  while cache.bytes + bytes > core.cache_limit() do
    local key = oldest()
    if not key then break end
    cache.bytes = cache.bytes - cache.entries[key].bytes
    cache.entries[key] = nil
    dropped = true
  end
  if dropped then core.collect() end
end

local function remember(key, value)
  local bytes, digest = shared.measure(value)
  make_room(bytes)
  cache.entries[key] = { value = value, bytes = bytes, turn = cache.turn }
  cache.bytes = cache.bytes + bytes
  if not digests[key] then
    digest_count = digest_count + 1
    if digest_count <= digest_limit then digests[key] = string.format("%s %s %d", key, digest, bytes) end
  end
  return value
end

local function only_by(name, artefact)
  return function(parameter)
    check.fail("the build of '%s' reads p.%s, but its `by` lists only %s: what a build reads must stand in `by`", name,
      tostring(parameter), check.list(artefact.known))
  end
end

local function build(name, artefact, cell, seed, replicate)
  local visible = {}
  for _, parameter in ipairs(artefact.by) do visible[parameter] = cell[parameter] end
  local p = params.new(visible, artefact.known, only_by(name, artefact))
  core.random_reset_use()
  local value = artefact.build(p, core.rng(seed, replicate, name))
  if value == nil then check.fail_at(artefact.build, "the build of '%s' returned nothing", name) end
  return shared.freeze(value)
end

-- The artefact for this cell and replicate, built at first use.
function shared.get(name, artefact, cell, seed, replicate)
  local common = key_of(name, artefact, cell, "all")
  local own = key_of(name, artefact, cell, replicate)
  local entry = cache.entries[common] or cache.entries[own]
  if entry then
    entry.turn = cache.turn
    return entry.value
  end
  if artefact.replicate == false then return remember(common, build(name, artefact, cell, seed, 0)) end
  local value = build(name, artefact, cell, seed, replicate)
  local varies = artefact.replicate or core.random_was_used()
  return remember(varies and own or common, value)
end

-- Lines "key digest bytes" of everything built so far.
function shared.digests()
  local lines = {}
  for _, line in pairs(digests) do lines[#lines + 1] = line end
  table.sort(lines)
  if digest_count > digest_limit then
    lines[#lines + 1] = string.format("(and %d more)", digest_count - digest_limit)
  end
  return #lines > 0 and table.concat(lines, "\n") .. "\n" or ""
end

return shared
