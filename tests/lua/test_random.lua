-- Random streams, generators and corruptions: prefix properties, statistics with error bars, exact counts.
local hs = require "hopsweep.core"
local expect = require "expect"

local tests = {}

-- Every way to fill n rows of d. Each must give the same first rows however many follow.
local generators = {
  uniform = function(rng, n, d) return rng:uniform { n, d } end,
  normal = function(rng, n, d) return rng:normal { n, d } end,
  integer = function(rng, n, d) return rng:integer(-3, 9, { n, d }) end,
  rademacher = function(rng, n, d) return rng:rademacher(n, d) end,
  gaussian = function(rng, n, d) return rng:gaussian(n, d, { sd = 2.385 }) end,
  sphere = function(rng, n, d) return rng:sphere(n, d, { radius = 2.385 }) end,
  clustered = function(rng, n, d) return (rng:clustered(n, d, { clusters = 3, spread = 0.1 })) end,
  exactly_sparse = function(rng, n, d) return rng:sparse_binary(n, d, { activity = 0.3 }) end,
  sparse = function(rng, n, d) return rng:sparse_binary(n, d, { activity = 0.3, exact = false }) end,
}

function tests.a_small_memory_is_a_prefix_of_a_large_one(rng)
  for name, generate in pairs(generators) do
    local small, large = rng(name), rng(name)
    for _ = 1, 2 do -- also the second fill of one stream
      local few, many = generate(small, 13, 17), generate(large, 40, 17)
      expect.equal(few:rows_equal(many:rows(1, 13)):mean(), 1, name)
      assert(few:rows_equal(many:rows(14, 26)):mean() < 1, name)
    end
  end
end

function tests.streams_are_named_and_independent(rng)
  local a = rng("a"):normal { 50 }
  expect.same(rng("a"):normal { 50 }, a)
  rng:normal { 10 }
  rng:uniform()
  expect.same(rng("a"):normal { 50 }, a) -- whatever was drawn elsewhere
  expect.same(rng("a", 1, "x"):normal { 9 }, rng("a", 1.0, "x"):normal { 9 })
  for _, other in ipairs { rng("b"), rng("a", 1), rng("a", "1"), rng("a")("a") } do
    expect.equal(a:eq(other:normal { 50 }):sum(), 0)
  end
  local first, second = rng:normal { 50 }, rng:normal { 50 }
  expect.equal(first:eq(second):sum(), 0)
  local one, two = rng:uniform(), rng:uniform()
  assert(one ~= two)
  expect.error("give the stream a name", rng)
  expect.error("texts and numbers", rng, {})
end

-- Five standard errors: a false alarm once in two million.
local function expect_mean(values, mean, sd, what)
  local count = #values
  expect.close(values:mean(), mean, 5 * sd / math.sqrt(count), what)
end

function tests.distributions_have_their_moments(rng)
  local n = 40000
  local uniform = rng:uniform(n, "float64")
  expect_mean(uniform, 0.5, math.sqrt(1 / 12), "uniform")
  expect_mean(uniform * uniform, 1 / 3, math.sqrt(1 / 5 - 1 / 9), "uniform squared")
  assert(uniform:min() > 0 and uniform:max() < 1)
  assert(rng:uniform(n):max() < 1)
  local normal = rng:normal(n, "float64")
  expect_mean(normal, 0, 1, "normal")
  expect_mean(normal ^ 2, 1, math.sqrt(2), "normal squared")
  expect_mean(normal ^ 4, 3, math.sqrt(105 - 9), "normal to the fourth")
  local dice = rng:integer(1, 6, n)
  expect.equal(dice.dtype, "int64")
  for face = 1, 6 do expect_mean(dice:eq(face), 1 / 6, math.sqrt(5 / 36), "face " .. face) end
  expect.equal(dice:min(), 1)
  expect.equal(dice:max(), 6)
end

function tests.permutations_and_choices(rng)
  local permutation = rng:permutation(100)
  local seen = hs.zeros(100, "int32")
  for i = 1, 100 do seen[permutation[i]] = seen[permutation[i]] + 1 end
  expect.equal(seen:count(1), 100)
  local few, many = rng("c"):choice(50, 5), rng("c"):choice(50, 20)
  expect.same(few, many:rows(1, 5))
  expect.error("cannot choose 6", function() return rng:choice(5, 6) end)
  -- Each of three positions comes first equally often.
  local first = hs.zeros(6000, "int32")
  for i = 1, 6000 do first[i] = rng:permutation(3)[1] end
  for value = 1, 3 do expect_mean(first:eq(value), 1 / 3, math.sqrt(2 / 9)) end
end

function tests.generators_make_what_they_say(rng)
  local signs = rng:rademacher(200, 100)
  expect.equal(signs:abs():eq(1):mean(), 1)
  expect_mean(signs:reshape(20000), 0, 1, "rademacher")
  local sphere = rng:sphere(100, 37, { radius = 2.385, dtype = "float64" })
  for i = 1, 100 do expect.close(sphere[i]:norm(), 2.385, 1e-12) end
  expect_mean(sphere:reshape(3700), 0, 2.385 / math.sqrt(37), "sphere")
  local exact = rng:sparse_binary(300, 50, { activity = 0.1 })
  expect.equal(exact:sum("rows"):eq(5):mean(), 1)
  for _, share in ipairs(exact:mean("columns"):list()) do
    expect.close(share, 0.1, 5 * math.sqrt(0.09 / 300))
  end
  local loose = rng:sparse_binary(300, 50, { activity = 0.1, exact = false })
  expect_mean(loose:reshape(15000), 0.1, 0.3, "activity")
  assert(loose:sum("rows"):sd() > 1)
  expect.error("activity", function() return rng:sparse_binary(3, 3) end)
  expect.error("unknown option 'sigma'", function() return rng:gaussian(3, 3, { sigma = 1 }) end)
end

function tests.clusters_have_centres_and_spread(rng)
  local x, labels = rng:clustered(2000, 20, { clusters = 4, spread = 0.25, dtype = "float64" })
  expect.equal(labels:min(), 1)
  expect.equal(labels:max(), 4)
  for label = 1, 4 do
    local members = {}
    for i = 1, 2000 do
      if labels[i] == label then members[#members + 1] = i end
    end
    local cluster = x:take(members)
    expect.close(cluster:sd("columns"):mean(), 0.25, 5 * 0.25 / math.sqrt(2 * #members * 20))
  end
end

function tests.flips_are_exact_nested_and_per_row(rng)
  local x = rng:rademacher(40, 64)
  local few = hs.corrupt.flip(x, rng("f"), { fraction = 0.1 })
  local many = hs.corrupt.flip(x, rng("f"), { count = 20 })
  expect.equal(few:hamming(x):eq(6):mean(), 1)
  expect.equal(many:hamming(x):eq(20):mean(), 1)
  expect.equal((few - x):abs():gt((many - x):abs()):sum(), 0) -- what few flips, many flip
  local alone = hs.corrupt.flip(x:rows(1, 7), rng("f"), { count = 20 })
  expect.equal(alone:rows_equal(many:rows(1, 7)):mean(), 1)
  expect.equal(hs.corrupt.flip(x, rng, { fraction = 1 }):rows_equal(-x):mean(), 1)
  local bits = rng:sparse_binary(10, 30, { activity = 0.5, dtype = "uint8" })
  local flipped = hs.corrupt.flip(bits, rng, { count = 3, binary = true })
  expect.equal(flipped:hamming(bits):eq(3):mean(), 1)
  expect.equal(flipped:max(), 1)
  expect.error("either count or fraction", hs.corrupt.flip, x, rng, {})
  expect.error("either count or fraction", hs.corrupt.flip, x, rng, { count = 1, fraction = 0.5 })
  expect.error("expected a number from 0 to 64", hs.corrupt.flip, x, rng, { count = 65 })
  expect.equal(hs.corrupt.flip(hs.full({ 1, 10 }, 1), rng, { fraction = 0.3 }):sum(), 4) -- 0.3 * 10 is three
end

-- Rows must not share random numbers: two rows of 64 with 20 flips each have 20 * 20 / 64 in common on average
-- (hypergeometric, variance 3.0).
function tests.flips_of_different_rows_are_independent(rng)
  local flipped = hs.corrupt.flip(hs.full({ 201, 64 }, 1), rng, { count = 20 }):lt(0)
  local common = (flipped:rows(1, 200) * flipped:rows(2, 201)):sum("rows")
  expect.close(common:mean(), 6.25, 5 * math.sqrt(3.0 / 200))
  expect_mean(flipped:mean("columns"), 20 / 64, 1e-3) -- exact by construction
end

function tests.noise_is_paired_and_clamped(rng)
  local x = hs.zeros({ 60, 90 }, "float64")
  local weak = hs.corrupt.gaussian(x, rng("g"), { sd = 0.5 })
  local strong = hs.corrupt.gaussian(x, rng("g"), { sd = 1 })
  expect.same((weak * 2):reshape(5400):rows(1, 50), strong:reshape(5400):rows(1, 50), 1e-15)
  expect_mean((weak ^ 2):reshape(5400), 0.25, 0.25 * math.sqrt(2), "noise variance")
  local clamped = hs.corrupt.gaussian(x, rng("g"), { sd = 1, clamp = { -1, 0.5 } })
  expect.equal(clamped:rows_equal(strong:clamp(-1, 0.5)):mean(), 1)
  expect.same(hs.corrupt.gaussian(x:rows(1, 3), rng("g"), { sd = 1 }), strong:rows(1, 3))
  expect.error("needs {sd = ...}", hs.corrupt.gaussian, x, rng, {})
end

function tests.masks_hide_what_they_should(rng)
  local x = hs.full({ 3, 12 }, 2.5)
  local lower = hs.corrupt.mask(x, { fraction = 0.5 })
  expect.same(lower[2], { 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 0, 0, 0, 0, 0, 0 })
  expect.same(hs.corrupt.mask(x, { fraction = 0.26, where = "upper", fill = -1 })[1],
    { -1, -1, -1, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5 })
  expect.same(hs.corrupt.mask(x, { fraction = 0.5, image = { 3, 4 } })[1],
    { 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 0, 0, 0, 0 }) -- one of three pixel rows
  expect.same(hs.corrupt.mask(x, { fraction = 0.5, where = "right", image = { 3, 4 } })[1],
    { 2.5, 2.5, 0, 0, 2.5, 2.5, 0, 0, 2.5, 2.5, 0, 0 })
  local random = hs.corrupt.mask(x, rng, { fraction = 0.25, where = "random" })
  expect.equal(random:eq(0):sum("rows"):eq(3):mean(), 1)
  expect.error("their product must be the 12 components", hs.corrupt.mask, x, { fraction = 0.5, image = { 3, 5 } })
  expect.error("needs image", hs.corrupt.mask, x, { fraction = 0.5, where = "left" })
  expect.error("hs.rng", hs.corrupt.mask, x, { fraction = 0.5, where = "random" })
end

return tests
