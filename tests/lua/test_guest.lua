-- What a guest may see, and the order of what it sees.
local expect = require "expect"

local tests = {}

function tests.there_is_no_way_out()
  for _, name in ipairs { "os", "io", "debug", "package", "dofile", "loadfile", "warn" } do
    expect.error("unknown global '" .. name .. "'", function() return _G[name] end)
  end
  expect.error("no module 'os'", require, "os")
  expect.equal(string.dump, nil)
  expect.equal(load("\27Lua"), nil) -- bytecode
  expect.error("names", function() error("names rng", 0) end)
  expect.error("use the rng", math.random)
  expect.error("use the rng", math.randomseed, 1)
  expect.error("bad argument", collectgarbage, "stop")
  expect.error("__gc is not allowed", setmetatable, {}, { __gc = function() end })
end

function tests.globals_and_libraries_are_read_only()
  expect.error("write 'local'", function() new_global = 1 end)
  expect.error("write 'local'", function() print = 1 end)
  expect.error("library 'string' is read-only", function() string.rep = nil end)
  expect.error("library 'table' is read-only", function() table.insert(table, 1) end)
  expect.error("read-only", rawset, math, "pi", 3)
  expect.error("cannot be changed", setmetatable, _G, {})
  expect.equal(getmetatable(""), "read-only")
  expect.error("unknown global 'no_such'", function() return no_such end)
  expect.equal(("x"):rep(3), "xxx")
  expect.equal(_G.math.pi, math.pi)
end

function tests.load_takes_text_with_an_environment()
  expect.equal(load("return 1 + 1")(), 2)
  expect.equal(load("return x", "chunk", "t", { x = 7 })(), 7)
  local fn, message = load("return +", "=chunk")
  expect.equal(fn, nil)
  assert(message:find("chunk:1:", 1, true))
end

function tests.pairs_is_sorted()
  local t = { "a", "b", [-3] = 1, [2.5] = 1, zeta = 1, Alpha = 1, alpha = 1, [true] = 1, [false] = 1, [10] = 1 }
  local order = {}
  for key, value in pairs(t) do
    assert(value == t[key])
    order[#order + 1] = tostring(key)
  end
  expect.equal(table.concat(order, " "), "-3 1 2 2.5 10 Alpha alpha zeta false true")
  expect.equal(next(t), -3)
  expect.equal(next {}, nil)
  expect.error("for k, v in pairs", next, t, 1)
  expect.error("no order that is the same", pairs, { [{}] = 1 })
  local seen = {}
  for key in pairs(math) do seen[key] = true end
  assert(seen.pi and seen.floor)
  for key in pairs(t) do t[key] = nil end -- clearing while walking
  expect.equal(next(t), nil)
  local custom = setmetatable({}, { __pairs = function() return function(_, k) return not k and 1 or nil end, nil, nil end })
  for key in pairs(custom) do expect.equal(key, 1) end
end

function tests.sort_is_stable_and_right(rng)
  for _, count in ipairs { 0, 1, 2, 3, 7, 64, 100, 501 } do
    local items = {}
    for i = 1, count do items[i] = { key = rng:integer(1, 10), at = i } end
    table.sort(items, function(a, b) return a.key < b.key end)
    expect.equal(#items, count)
    for i = 2, count do
      local a, b = items[i - 1], items[i]
      assert(a.key < b.key or (a.key == b.key and a.at < b.at))
    end
  end
  local words = { "pear", "apple", "fig" }
  table.sort(words)
  expect.equal(table.concat(words, " "), "apple fig pear")
  expect.error("attempt to compare", table.sort, { 1, "x" })
end

function tests.nothing_shows_an_address()
  expect.equal(tostring {}, "table")
  expect.equal(tostring(print), "function")
  expect.equal(tostring(setmetatable({}, { __tostring = function() return "mine" end })), "mine")
  expect.equal(tostring(2.5), "2.5")
end

function tests.protected_calls_and_coroutines()
  local ok, a, b = pcall(function(...) return ... end, 1, 2)
  expect.equal(ok, true)
  expect.equal(a + b, 3)
  local failed, value = pcall(error, { code = 7 })
  expect.equal(failed, false)
  expect.equal(value.code, 7)
  local _, handled = xpcall(function(x) error("bad " .. x, 0) end, function(m) return m .. "!" end, "thing")
  expect.equal(handled, "bad thing!")
  local co = coroutine.create(function(x)
    local _, got = pcall(function() return coroutine.yield(x + 1) end) -- a yield across pcall
    error("end " .. got, 0)
  end)
  expect.equal(select(2, coroutine.resume(co, 1)), 2)
  local alive, message = coroutine.resume(co, "x")
  expect.equal(alive, false)
  expect.equal(message, "end x")
end

return tests
