-- Small trials of a model, in groups that load data of their own, for tests that kill processes.
local hs = require "hopsweep"
local opt = hs.options { repeats = hs.planning(6), work = 60 }

return hs.sweep {
  name = "kills",
  space = hs.grid { n = { 30, 70, 110, 150 } }
    * (hs.grid { solver = "entmax", alpha = { 1.3, 1.5 } } + hs.grid { solver = "normmax", gamma = 2.385 }
      + hs.grid { solver = "ksubsets", k = 3 }),
  repeats = opt.repeats,
  data = hs.shared {
    by = { "n" },
    build = function(p, rng)
      local x = rng("patterns"):gaussian(p.n, 48)
      return { patterns = x, queries = hs.corrupt.gaussian(x, rng("noise"), { sd = 0.5 }) }
    end,
  },
  model = function(p)
    return hs.hfy { solver = p.solver, alpha = p.alpha, gamma = p.gamma, k = p.k, beta = 0.3, steps = 8 * opt.work }
  end,
  measure = function(_, data, r)
    local similarity = hs.cosine(r.states, data.patterns)
    -- Some work, so that a kill has something to hit.
    local waste = 0
    for i = 1, 20000 * opt.work do waste = waste + i % 7 end
    return { similarity = similarity:mean(), support = r.support:mean(), waste = waste },
      { states = hs.keep(r.states, { first = 3 }) }
  end,
}
