-- Good trials beside bad ones: every solver of the test plugins, and two that work.
local hs = require "hopsweep"
local opt = hs.options { bad = "test-segfault" }

return hs.sweep {
  name = "misbehaving",
  space = hs.grid { solver = { "sparsemax", opt.bad, "softmax" } } * hs.grid { beta = { 0.5, 1, 2.385 } },
  data = hs.shared {
    by = {},
    build = function(_, rng)
      local x = rng("patterns"):gaussian(20, 16)
      return { patterns = x, queries = x }
    end,
  },
  model = function(p) return hs.hfy { solver = p.solver, beta = p.beta, steps = 2 } end,
  measure = function(_, _, r) return { support = r.support:mean() } end,
}
