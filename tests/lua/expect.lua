-- expect.lua: what test scripts say about their results.
local expect = {}

function expect.equal(got, wanted, what)
  if got ~= wanted then
    error(("%s: got %s, wanted %s"):format(what or "value", tostring(got), tostring(wanted)), 2)
  end
end

function expect.close(got, wanted, tolerance, what)
  if not (math.abs(got - wanted) <= tolerance) then
    error(("%s: got %.17g, wanted %.17g within %g"):format(what or "value", got, wanted, tolerance), 2)
  end
end

-- Calls fn(...) and wants an error whose text contains `part`; returns the text.
function expect.error(part, fn, ...)
  local ok, message = pcall(fn, ...)
  if ok then error("no error, but one with '" .. part .. "' was wanted", 2) end
  message = tostring(message)
  if not message:find(part, 1, true) then error("wanted '" .. part .. "' in the error: " .. message, 2) end
  return message
end

-- Arrays against nested lists, element by element.
function expect.same(got, wanted, tolerance)
  local function walk(a, b, place)
    if type(b) ~= "table" then
      if not (math.abs(a - b) <= (tolerance or 0)) then
        error(("element%s: got %.17g, wanted %.17g"):format(place, a, b), 4)
      end
      return
    end
    if #a ~= #b then error(("at%s: %d items, wanted %d"):format(place, #a, #b), 4) end
    for i = 1, #b do walk(a[i], b[i], place .. " " .. i) end
  end
  walk(type(got) == "userdata" and got:list() or got, type(wanted) == "userdata" and wanted:list() or wanted, "")
end

return expect
