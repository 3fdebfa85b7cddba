-- Trials that do nothing: what remains is the overhead of planning, leasing and recording.
--
--   hopsweep run sweeps/noop.lua --store noop.db --set trials=100000
local hs = require "hopsweep"

local opt = hs.options { trials = hs.planning(1000) }

return hs.sweep {
  name = "noop",
  description = "Overhead per trial",
  repeats = opt.trials,
  trial = function() return { zero = 0 } end,
}
