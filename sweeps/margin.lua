-- The margin theorem, counted: with a map of margin m, pattern x_i is a fixed point exactly when its separation
--
--     Delta_i = x_i.x_i - max over j of x_i.x_j     is at least     m / beta
--
-- (Santos et al., JMLR 2025; m = 1 / (alpha - 1) for entmax, 1 for normmax). The sweep stores normal patterns, retrieves
-- from each of them in one step and counts where the theorem and the memory disagree: `mismatches` must be 0.
-- Separations within rounding of m / beta decide nothing and are counted as `undecided`.
--
--   hopsweep run sweeps/margin.lua --store margin.db
--   hopsweep table margin.db --by solver,beta --metric mismatches,fixed
local hs = require "hopsweep"

local opt = hs.options { dimension = 24, memories = 512, repeats = hs.planning(3) }

local solvers = hs.grid { solver = "entmax", alpha = { 1.5, 2, 3 } } + hs.grid { solver = "normmax", gamma = { 2, 5 } }

local function margin_of(p) return p.solver == "entmax" and 1 / (p.alpha - 1) or 1 end

-- Delta of every row, and the largest norm of a row.
local function separations(patterns)
  local products = patterns:matmul(patterns, { transpose_b = true })
  local delta, largest = {}, 0
  for i = 1, #patterns do
    local own, row = products:at(i, i), products:row(i):copy()
    row[i] = -math.huge
    delta[i], largest = own - row:max(), math.max(largest, own)
  end
  return delta, math.sqrt(largest)
end

return hs.sweep {
  name = "margin",
  description = "Fixed points against the margin theorem",
  space = solvers * hs.grid { beta = { 0.05, 0.1, 0.2, 0.5, 1 } },
  repeats = opt.repeats,

  data = hs.shared {
    build = function(_, rng)
      local patterns = rng("patterns"):gaussian(opt.memories, opt.dimension)
      local delta, largest_norm = separations(patterns)
      return { patterns = patterns, delta = delta, largest_norm = largest_norm }
    end,
  },

  trial = function(p, data)
    local memory = hs.open(hs.hfy { solver = p.solver, alpha = p.alpha, gamma = p.gamma, beta = p.beta }, data.patterns)
    local r = memory:retrieve(data.patterns, { steps = 1 })
    memory:close()
    local needed = margin_of(p) / p.beta
    local slack = 8 * 2 ^ -23 * opt.dimension * data.largest_norm ^ 2
    local mismatches, undecided, fixed = 0, 0, 0
    for i = 1, #data.patterns do
      local alone = r.support[i] == 1 and r.best[i] == i
      if alone then fixed = fixed + 1 end
      if math.abs(data.delta[i] - needed) <= slack then
        undecided = undecided + 1
      elseif alone ~= (data.delta[i] >= needed) then
        mismatches = mismatches + 1
      end
    end
    return { mismatches = mismatches, undecided = undecided, fixed = fixed / #data.patterns }
  end,
}
