-- hs.array against oracles written with plain Lua numbers and loops.
local hs = require "hopsweep.core"
local expect = require "expect"

local function f32(x) return (string.unpack("<f", string.pack("<f", x))) end

local A = { { 2.385, -1.25, 0.5 }, { 7.125, 3.5, -0.0625 } }
local tests = {}

function tests.construction_shape_and_elements()
  local a = hs.array(A)
  expect.equal(a.dtype, "float32")
  expect.same(a.shape, { 2, 3 })
  expect.equal(#a, 2)
  expect.equal(a:at(2, 3), -0.0625)
  expect.equal(a[1][1], f32(2.385))
  expect.equal(hs.array(A, "float64"):at(1, 1), 2.385)
  expect.same(hs.zeros({ 2, 2, 2 }), { { { 0, 0 }, { 0, 0 } }, { { 0, 0 }, { 0, 0 } } })
  expect.same(hs.full(3, 7, "uint8"), { 7, 7, 7 })
  expect.equal(tostring(hs.array { 0.5, 2 }), "float32 array 2: 0.5 2")
  expect.same(hs.zeros({ 0, 5 }).shape, { 0, 5 })
end

function tests.construction_errors()
  expect.error("different lengths", hs.array, { { 1, 2 }, { 3 } })
  expect.error("not a number", hs.array, { 1, "x" })
  expect.error("unknown dtype 'float16'", hs.zeros, 3, "float16")
  expect.error("does not fit dtype uint8", hs.array, { 256 }, "uint8")
  expect.error("does not fit dtype int32", hs.array, { 1.5 }, "int32")
  expect.error("1 to 4 dimensions", hs.zeros, { 1, 2, 3, 4, 5 })
  expect.error("each at least 0", hs.zeros, { -1 })
  expect.error("larger than any memory", hs.zeros, { 1 << 40, 1 << 40 })
  expect.error("does not fit into the memory budget", hs.zeros, { 1 << 20, 1 << 20 })
end

function tests.views_share_and_copies_do_not()
  local a = hs.array(A)
  local view, copy = a:rows(2, 2), a:copy()
  a:set(2, 1, 42)
  expect.equal(view:at(1, 1), 42)
  expect.equal(copy:at(2, 1), 7.125)
  a[1] = hs.array { 1, 2, 3 }
  expect.same(a:row(1), { 1, 2, 3 })
  expect.same(a:column(2), { 2, 3.5 })
  expect.same(a:columns(2, 3), { { 2, 3 }, { 3.5, -0.0625 } })
  a:columns(2, 3):fill(9)
  expect.same(a, { { 1, 9, 9 }, { 42, 9, 9 } })
  expect.same(a:reshape { 3, 2 }, { { 1, 9 }, { 9, 42 }, { 9, 9 } })
  expect.error("has gaps", function() return a:columns(1, 2):reshape(4) end)
  expect.error("6 elements", function() return a:reshape(5) end)
  expect.error("outside 1..2", function() return a[3] end)
  expect.error("outside 1..2", function() return a:rows(1, 3) end)
  expect.error("no field or method 'colour'", function() return a.colour end)
  expect.error("2 dimensions, but 1 indices", function() return a:at(1) end)
end

function tests.take_and_astype()
  local a = hs.array(A)
  expect.same(a:take { 2, 1, 2 }, { A[2], a[1]:list(), A[2] })
  expect.same(a:take(hs.array({ 2 }, "int64")), { A[2] })
  expect.error("outside 1..2", function() return a:take { 3 } end)
  expect.error("does not fit dtype int32", function() return a:astype("int32") end)
  expect.same(a:round():astype("int64"), { { 2, -1, 0 }, { 7, 4, 0 } })
  expect.error("does not fit dtype int64", function() return hs.array({ 0 / 0 }):astype("int64") end)
end

-- Every operator on arrays of every shape that fits, against the same operator on numbers.
function tests.arithmetic_against_numbers(rng)
  local x, y = rng:normal({ 3, 5 }, "float64"), rng:normal({ 3, 5 }, "float64") + 2.385
  local row, column = y[2], y:columns(4, 4)
  local operators = {
    function(a, b) return a + b end,
    function(a, b) return a - b end,
    function(a, b) return a * b end,
    function(a, b) return a / b end,
    function(a, b) return (a * a) ^ b end,
  }
  for _, op in ipairs(operators) do
    local full, by_row, by_column = op(x, y), op(x, row), op(x, column)
    local by_number, of_number, row_first = op(x, 2.385), op(2.385, y), op(row, y)
    for i = 1, 3 do
      for j = 1, 5 do
        local a, b = x:at(i, j), y:at(i, j)
        expect.equal(full:at(i, j), op(a, b))
        expect.equal(by_row:at(i, j), op(a, row[j]))
        expect.equal(by_column:at(i, j), op(a, column:at(i, 1)))
        expect.equal(by_number:at(i, j), op(a, 2.385))
        expect.equal(of_number:at(i, j), op(2.385, b))
        expect.equal(row_first:at(i, j), op(row[j], b))
      end
    end
  end
  expect.error("do not fit", function() return x + hs.zeros { 5, 3 } end)
end

function tests.float32_results_are_rounded_once(rng)
  local x, y = rng:normal { 40, 30 }, rng:normal { 40, 30 }
  local product, quotient = x * y, x / y
  for i = 1, 40 do
    for j = 1, 30 do
      expect.equal(product:at(i, j), f32(x:at(i, j) * y:at(i, j)))
      expect.equal(quotient:at(i, j), f32(x:at(i, j) / y:at(i, j)))
    end
  end
end

function tests.dtypes_of_results()
  local bytes, ints = hs.full(3, 200, "uint8"), hs.full(3, 7, "int32")
  expect.equal((bytes + bytes).dtype, "int64")
  expect.equal((bytes + bytes)[1], 400)
  expect.equal((ints / 2).dtype, "float64")
  expect.equal((ints * 0.5)[2], 3.5)
  expect.equal((ints * hs.zeros(3)).dtype, "float32")
  expect.equal((hs.zeros(3) * hs.zeros(3, "float64")).dtype, "float64")
  expect.equal((hs.zeros(3) * 0.1).dtype, "float32")
  expect.equal(ints:eq(7).dtype, "uint8")
  expect.error("does not fit dtype uint8", function() return -bytes end)
end

function tests.functions_of_one_array()
  local a = hs.array({ -2.5, -0.0, 0.5, 3.25 }, "float64")
  expect.same(-a, { 2.5, 0, -0.5, -3.25 })
  expect.same(a:abs(), { 2.5, 0, 0.5, 3.25 })
  expect.same(a:sign(), { -1, 0, 1, 1 })
  expect.same(a:floor(), { -3, 0, 0, 3 })
  expect.same(a:round(), { -2, 0, 0, 3 })
  expect.same(a:clamp(-1, 0.75), { -1, 0, 0.5, 0.75 })
  expect.error("low is above high", function() return a:clamp(1, 0) end)
  for i = 1, 4 do
    expect.equal(a:exp()[i], math.exp(a[i]))
    expect.equal(a:abs():sqrt()[i], math.sqrt(math.abs(a[i])))
    local e = math.exp(2 * a[i])
    expect.close(a:tanh()[i], (e - 1) / (e + 1), 1e-15)
  end
  expect.equal(hs.array({ 1, 4 }, "int32"):sqrt().dtype, "float64")
end

-- Reductions over everything, rows and columns, of a matrix wider than one chunk and of a view with gaps.
function tests.reductions_against_loops(rng)
  local whole = rng:normal({ 6, 1200 }, "float64")
  for _, x in ipairs { whole, whole:columns(5, 700) } do
    local rows, columns = x.shape[1], x.shape[2]
    local function line(get, count)
      local sum, square, low, high, at = 0, 0, math.huge, -math.huge, 0
      for i = 1, count do
        local v = get(i)
        sum, square = sum + v, square + v * v
        low = math.min(low, v)
        if v > high then high, at = v, i end
      end
      local mean, spread = sum / count, 0
      for i = 1, count do spread = spread + (get(i) - mean) ^ 2 end
      return { sum = sum, mean = mean, norm = math.sqrt(square), min = low, max = high, argmax = at,
               sd = math.sqrt(spread / (count - 1)) }
    end
    for name, wanted in pairs(line(function(i) return x:at((i - 1) // columns + 1, (i - 1) % columns + 1) end, rows * columns)) do
      expect.close(x[name](x), wanted, 1e-12 * math.max(1, math.abs(wanted)), name)
    end
    for i = 1, rows do
      for name, wanted in pairs(line(function(j) return x:at(i, j) end, columns)) do
        expect.close(x[name](x, "rows")[i], wanted, 1e-12 * math.max(1, math.abs(wanted)), name)
      end
    end
    for name, wanted in pairs(line(function(i) return x:at(i, 7) end, rows)) do
      expect.close(x[name](x, "columns")[7], wanted, 1e-12 * math.max(1, math.abs(wanted)), name)
    end
  end
  expect.error("needs at least 2 elements", function() return hs.zeros(1):sd() end)
  expect.error("needs a matrix", function() return hs.zeros(3):sum("rows") end)
  expect.equal(hs.array({ 1, 3, 3 }):argmax(), 2)
  expect.equal(hs.zeros(0):sum(), 0)
  local nan = hs.array { 1, 0 / 0, 3 }:max()
  assert(nan ~= nan, "a NaN must not vanish in a maximum")
end

function tests.comparisons_and_counts()
  local support = hs.array({ 1, 2, 1, 5, 10 }, "int64")
  expect.close(support:eq(1):mean(), 0.4, 1e-15)
  expect.equal(support:ge(5):sum(), 2)
  expect.same(support:lt(support[2]), { 1, 0, 1, 0, 0 })
  expect.same(support:gt(hs.array { 0, 2, 2, 2, 2 }), { 1, 0, 0, 1, 1 })
  expect.same(support:le(1), { 1, 0, 1, 0, 0 })
  expect.equal(support:count(1), 2)
  expect.equal(hs.array({ 1, 1 / 0 }):is_finite(), false)
  expect.equal(support:is_finite(), true)
end

function tests.row_comparisons()
  local a = hs.array { { 1, 2, 3 }, { 0, 0, 0 }, { -1, 1, 1 } }
  local b = hs.array { { 1, 2, 3 }, { 1, 0, 0 }, { 1, -1, -1 } }
  expect.same(a:rows_equal(b), { 1, 0, 0 })
  expect.same(a:hamming(b), { 0, 1, 3 })
  expect.same(hs.cosine(a, b), { 1, 0, -1 }, 1e-15)
  expect.same(a:hamming(b[1]), { 0, 3, 3 })
  expect.close(hs.cosine(a[1], b[3]), (1 - 2 - 3) / math.sqrt(14 * 3), 1e-15)
  expect.error("cannot compare", function() return a:hamming(hs.zeros { 2, 3 }) end)
end

function tests.products(rng)
  local a, b = rng:normal({ 4, 7 }, "float64"), rng:normal({ 7, 3 }, "float64")
  local product = a:matmul(b)
  expect.same(product.shape, { 4, 3 })
  for i = 1, 4 do
    for j = 1, 3 do expect.close(product:at(i, j), a[i]:dot(b:transpose()[j]), 1e-14) end
  end
  expect.same(a:matmul(b:transpose(), { transpose_b = true }), product)
  expect.same(a:transpose():matmul(b, { transpose_a = true }), product)
  expect.same(a:rows(2, 3):columns(1, 7):matmul(b), product:rows(2, 3))
  expect.error("inner sizes", function() return a:matmul(a) end)
  expect.error("float64 and float32", function() return a:matmul(b:astype("float32")) end)
  expect.error("float32 or float64, not int64", function() return a:matmul(hs.zeros({ 7, 3 }, "int64")) end)
  expect.error("one length", function() return a[1]:dot(b[1]) end)
end

function tests.bytes_to_minus_one_one()
  local bytes = hs.zeros(256, "uint8")
  for i = 0, 255 do bytes[i + 1] = i end
  local scaled = bytes:scale(-1, 1)
  expect.equal(scaled.dtype, "float32")
  for i = 0, 255 do expect.equal(scaled[i + 1], f32(i / 127.5 - 1)) end
  expect.equal(scaled[1], -1)
  expect.equal(scaled[256], 1)
  expect.same(bytes:reshape({ 16, 16 }):columns(3, 4):scale(0, 255)[2], { 18, 19 })
  expect.error("scale maps the bytes", function() return scaled:scale(0, 1) end)
end

-- Far more bytes than the budget pass through, as garbage: the collector must be told how heavy arrays are.
function tests.garbage_arrays_are_collected()
  for _ = 1, 200 do hs.zeros { 1000, 4000 } end
end

return tests
