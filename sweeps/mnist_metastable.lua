-- Metastable states: how many memories does a query end up between?
--
-- The experiment of Santos, Niculae, McNamee & Martins, "Sparse and Structured Hopfield Networks" (ICML 2024), on MNIST:
-- training images are the memories, test images the queries, and after five updates we look at the support of p. Size 1
-- is a retrieved memory, more is a metastable state. Softmax never has an exact zero, so its support counts entries
-- above 0.01, and may then be empty: size_0.
--
--   hopsweep run sweeps/mnist_metastable.lua --store metastable.db --set queries=500
--   hopsweep table metastable.db --by solver,alpha,gamma,k,beta --metric size_1
local hs = require "hopsweep"

local opt = hs.options {
  data = "mnist", -- or "fashion-mnist", or the path of a folder with files of these names
  memories = 60000,
  queries = 10000,
  steps = 5,
}

-- Debian's package dataset-fashion-mnist puts its files here.
local debian_folder = "/usr/share/datasets/fashion-mnist/"

local function load_images(file)
  local name = opt.data .. "/" .. file
  if opt.data == "fashion-mnist" then return hs.load_idx(hs.find_data(name, debian_folder .. file)) end
  return hs.load_idx(name)
end

-- The first n images as rows of pixels in [-1, 1], and the shape of one image.
local function first_images(file, n, option)
  local images = load_images(file)
  local count, height, width = images.shape[1], images.shape[2], images.shape[3]
  if math.type(n) ~= "integer" or n < 1 then error(option .. " must be a whole number from 1 on, got " .. n) end
  if n > count then error(string.format("%s = %d, but %s has only %d images", option, n, file, count)) end
  return images:rows(1, n):reshape({ n, height * width }):scale(-1, 1), { height, width }
end

local solvers = hs.grid { solver = "entmax", alpha = { 1, 1.5, 2 } }
  + hs.grid { solver = "normmax", gamma = { 2, 5 } }
  + hs.grid { solver = "ksubsets", k = { 2, 4, 8 } }

return hs.sweep {
  name = "mnist-metastable",
  description = "Support size of the association after five updates, by solver and inverse temperature",
  space = solvers * hs.grid { beta = { 0.1, 1 } },

  data = hs.shared {
    by = {},
    build = function()
      local patterns, image = first_images("train-images-idx3-ubyte", opt.memories, "memories")
      local queries = first_images("t10k-images-idx3-ubyte", opt.queries, "queries")
      return { patterns = patterns, queries = queries, image = image }
    end,
  },

  model = function(p)
    return hs.hfy {
      solver = p.solver, alpha = p.alpha, gamma = p.gamma, k = p.k, beta = p.beta, steps = opt.steps,
      support_threshold = p.solver == "entmax" and p.alpha == 1 and 0.01 or 0,
    }
  end,

  measure = function(_, data, r)
    local metrics, rest = {}, opt.queries
    for size = 0, 9 do
      local count = r.support:count(size)
      metrics["size_" .. size] = count / opt.queries
      rest = rest - count
    end
    metrics.size_10plus = rest / opt.queries
    metrics.steps_used = r.steps:mean()
    metrics.fixed = r.fixed:mean()
    return metrics, { states = hs.keep(r.states, { first = 16, image = data.image }) }
  end,
}
