-- Loading data through the language; the readers themselves are tried byte by byte in test_data_files.c.
local hs = require "hopsweep.core"
local expect = require "expect"

local tests = {}

function tests.missing_files_say_where_was_looked()
  local message = expect.error("data file no/such.idx not found", hs.load_idx, "no/such.idx")
  assert(message:find("--data-dir", 1, true) and message:find("HOPSWEEP_DATA", 1, true))
  expect.error("a.csv or b.csv", hs.find_data, "a.csv", "b.csv")
end

function tests.mnist_if_it_is_there()
  local found, path = pcall(hs.find_data, "mnist/t10k-images-idx3-ubyte")
  if not found then
    print("skipped: set HOPSWEEP_DATA to a folder that holds mnist/t10k-images-idx3-ubyte.gz")
    return
  end
  local images = hs.load_idx(path)
  expect.same(images.shape, { 10000, 28, 28 })
  expect.equal(images.dtype, "uint8")
  expect.equal(images:max(), 255)
  local rows = images:reshape { 10000, 784 }:scale(-1, 1)
  expect.equal(rows:min(), -1)
  expect.equal(rows:max(), 1)
  expect.close(images:mean(), 33.79, 0.01) -- the known mean grey of this set
end

return tests
