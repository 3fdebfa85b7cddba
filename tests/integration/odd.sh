# odd.sh PROGRAM: surroundings and scripts that are odd rather than wrong.
. "$(dirname "$0")/lib.sh"
begin "$1"
cat >one.lua <<'END'
local hs = require "hopsweep"
return hs.sweep { name = "one", space = hs.grid { a = { 1, 2 } }, trial = function(p) return { y = p.a * 2.385 } end }
END

# Standard descriptors that are closed: the store must not become one of them.
"$HOPSWEEP" run one.lua --store closed.db <&- >&- 2>&- || fail "closed descriptors: exit $?"
[ "$(sqlite3 closed.db 'SELECT count(*) FROM trials')" = 2 ] || fail "closed descriptors: no two trials"

# Nothing of the machine shows in results: no addresses, and one line for an error of several.
cat >address.lua <<'END'
local hs = require "hopsweep"
return hs.sweep { name = "address", space = hs.grid { w = { "p", "s", "e", "lines", "bytes" } }, trial = function(p)
  if p.w == "p" then return { y = #string.format("%p", {}) } end
  if p.w == "s" then error(string.format("%s %5.2f %%p", {}, 2.385)) end
  if p.w == "e" then error({}) end
  if p.w == "bytes" then return { ["a\xff"] = 1 } end
  error("line1\nline2\27[31mred")
end }
END
expect 1 '5 failed' "$HOPSWEEP" run address.lua --store address.db
sqlite3 address.db 'SELECT message FROM trials' >messages.txt
grep -q '0x' messages.txt && fail "an address in a row: $(cat messages.txt)"
grep -q 'string.format: %p' messages.txt || fail "%p is not refused"
grep -q 'not UTF-8' messages.txt || fail "bytes that are no text are not refused"
printf 'error("line1\\nline2\\27[31mred")\n' >lines.lua
expect 3 'lines.lua:1: line1 line2' "$HOPSWEEP" run lines.lua --store lines.db
[ "$(wc -l <out.txt)" = 1 ] || fail "an error of two lines is printed as $(wc -l <out.txt)"

# A plan that no memory holds is refused by its number.
sed 's/name = "one"/name = "one", repeats = 4000000000/' one.lua >many.lua
expect 3 'the plan has 8000000000 trials' "$HOPSWEEP" run many.lua --store many.db
expect_nothing_made many.db

# Words that the program does not know are not ignored.
expect 3 'plugin-path.*/nonexistent' "$HOPSWEEP" run one.lua --store p.db --plugin-path /nonexistent
expect 3 'HOPSWEEP_CPU=fast' env HOPSWEEP_CPU=fast "$HOPSWEEP" run one.lua --store p.db
expect 2 'memory-limit' "$HOPSWEEP" run one.lua --store p.db --memory-limit 10M
expect_nothing_made p.db
no_orphans
end
