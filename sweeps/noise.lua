-- How much noise on the query does retrieval survive?
--
-- Patterns lie on a sphere of radius sqrt(D); queries are stored patterns plus normal noise of standard deviation sigma.
-- The noise of a larger sigma is the same noise, scaled, so curves fall smoothly.
--
--   hopsweep run sweeps/noise.lua --store noise.db -j 2
--   hopsweep plot noise.db sigma success --group solver,beta --output noise.svg
local hs = require "hopsweep"

local opt = hs.options { dimension = 64, memories = 1024, queries = 200, repeats = hs.planning(5) }

local solvers = hs.grid { solver = { "softmax", "sparsemax" } }
  + hs.grid { solver = "entmax", alpha = 1.5 }
  + hs.grid { solver = "normmax", gamma = { 2, 5 } }

return hs.sweep {
  name = "noise",
  description = "Retrieval of noisy patterns, by strength of the noise",
  space = solvers * hs.grid { beta = { 0.1, 0.5 }, sigma = hs.linspace(0, 3, 13) },
  repeats = opt.repeats,

  data = hs.shared {
    by = { "sigma" },
    build = function(p, rng)
      local patterns = rng("patterns"):sphere(opt.memories, opt.dimension, { radius = math.sqrt(opt.dimension) })
      local targets = patterns:rows(1, opt.queries)
      return {
        patterns = patterns,
        targets = targets,
        queries = hs.corrupt.gaussian(targets, rng("noise"), { sd = p.sigma }),
      }
    end,
  },

  model = function(p)
    return hs.hfy { solver = p.solver, alpha = p.alpha, gamma = p.gamma, beta = p.beta, steps = 5 }
  end,

  measure = function(_, data, r)
    local cosine = r.states:cosine(data.targets)
    return { success = cosine:gt(0.9):mean(), cosine = cosine:mean(), support = r.support:mean() }
  end,
}
