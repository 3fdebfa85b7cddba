-- How many memories can each map hold, when half of every query is missing?
--
-- Normal patterns of 32 components are stored; queries are the first of them with the lower half set to 0. At one and
-- the same inverse temperature, softmax soon retrieves a mixture of many patterns; the sparser the map, the longer it
-- goes on to retrieve single ones. All maps see the same patterns (replicates are paired), and the memory of 64 patterns
-- is the beginning of that of 128.
--
--   hopsweep run sweeps/demo.lua --store demo.db -j 2
--   hopsweep plot demo.db memories success --group solver --log2x --output demo.svg
local hs = require "hopsweep"

local opt = hs.options {
  dimension = 32, queries = 200, missing = 0.5, beta = 0.15,
  largest = hs.planning(8192), repeats = hs.planning(10), -- may grow: only what is missing runs
}

local solvers = hs.grid { solver = { "softmax", "sparsemax" } }
  + hs.grid { solver = "entmax", alpha = 1.5 }
  + hs.grid { solver = "normmax", gamma = 5 }

return hs.sweep {
  name = "demo",
  description = "Retrieval from half a pattern, by number of stored patterns",
  space = solvers * hs.grid { memories = hs.pow2(4, opt.largest) },
  repeats = opt.repeats,

  data = hs.shared {
    by = { "memories" },
    build = function(p, rng)
      local patterns = rng("patterns"):gaussian(p.memories, opt.dimension)
      local targets = patterns:rows(1, math.min(opt.queries, p.memories))
      local index = hs.zeros({ #targets }, "int64")
      for i = 1, #targets do index[i] = i end
      return {
        patterns = patterns,
        targets = targets,
        index = index,
        queries = hs.corrupt.mask(targets, { fraction = opt.missing, fill = 0 }),
      }
    end,
  },

  model = function(p)
    return hs.hfy { solver = p.solver, alpha = p.alpha, gamma = p.gamma, beta = opt.beta, steps = 5 }
  end,

  -- success: the state is close to the right pattern; hit: the right pattern has the largest weight. The second alone
  -- may come true while the state is a mixture.
  measure = function(_, data, r)
    return {
      success = r.states:cosine(data.targets):gt(0.9):mean(),
      hit = r.best:eq(data.index):mean(),
      support = r.support:mean(),
      steps_used = r.steps:mean(),
    }
  end,
}
