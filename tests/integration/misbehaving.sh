# misbehaving.sh PROGRAM FOLDER: plugins that crash, loop, leave or lie cost their own trials and nothing else.
. "$(dirname "$0")/lib.sh"
begin "$1"
plugins=$2

# case_of SOLVER VERDICT WORDS: three of nine trials have the verdict, and say why; the others are ok.
case_of() {
  for ranks in 1 2; do
    expect 1 '' "$HOPSWEEP" run -j $ranks "$SWEEPS/misbehaving.lua" --store "$1.db" --set bad="$1" --plugin-path "$plugins" \
      --trial-timeout 1s
    got=$(sqlite3 "$1.db" "SELECT verdict, count(*) FROM trials GROUP BY verdict ORDER BY verdict" | tr '\n' ' ')
    wanted=$(printf 'ok|6\n%s|3\n' "$2" | sort | tr '\n' ' ')
    [ "$got" = "$wanted" ] || fail "$1 with $ranks ranks: verdicts $got instead of $wanted"
    sqlite3 "$1.db" "SELECT message FROM trials WHERE verdict = '$2'" >messages.txt
    grep -q -- "$3" messages.txt || { fail "$1: no '$3' in the rows' messages"; cat messages.txt; }
    rm -f "$1.db"
  done
}

case_of test-segfault crashed 'signal 11'
case_of test-abort crashed 'signal 6'
case_of test-exit crashed 'exit('
case_of test-loop timeout 'trial-timeout'
case_of test-nan invalid 'NaN'
case_of test-unconverged not_converged ''
no_orphans

# Every trial has its own time, the first one too; what it printed before stands in its row.
cat >slow.lua <<'END'
local hs = require "hopsweep"
return hs.sweep { name = "slow", space = hs.grid { a = { 1, 2, 3 } },
  trial = function(p) print("working on " .. p.a) while true do end end }
END
expect 1 '3 timeout' "$HOPSWEEP" run slow.lua --store slow.db --trial-timeout 0.3s
for a in 1 2 3; do
  [ "$(sqlite3 slow.db "SELECT error_output FROM trials WHERE position = $((a - 1))")" = "working on $a" ] ||
    fail "what trial $a printed is not in its row"
done

# Building data is not the trial's time: after a timeout the next executor builds them again, and nobody pays for it.
cat >loads.lua <<'END'
local hs = require "hopsweep"
return hs.sweep { name = "loads", space = hs.grid { a = { 1, 2, 3, 4 } },
  data = hs.shared { by = {}, build = function()
    local n = 0
    for i = 1, 1.2e8 do n = n + i % 3 end
    return { n = n }
  end },
  trial = function(p, data) while p.a == 2 do end return { n = data.n } end }
END
for ranks in 1 2; do
  rm -f loads.db
  expect 1 '3 ok, 1 timeout' "$HOPSWEEP" run -j $ranks loads.lua --store loads.db --trial-timeout 0.3s
done

# A trial that is deadly already before it begins (its model cannot be made) costs itself, not the plan.
cat >deadly.lua <<'END'
local hs = require "hopsweep"
return hs.sweep { name = "deadly", space = hs.grid { solver = { "sparsemax", "test-prepare" }, beta = { 1, 2 } },
  data = hs.shared { by = {}, build = function(_, rng)
    local x = rng("x"):gaussian(9, 8)
    return { patterns = x, queries = x }
  end },
  model = function(p) return hs.hfy { solver = p.solver, beta = p.beta } end,
  measure = function(_, _, r) return { support = r.support:mean() } end }
END
expect 1 '2 ok, 2 crashed' "$HOPSWEEP" run deadly.lua --store deadly.db --plugin-path "$plugins"

# --retry runs again what was not ok, and nothing else.
cat >moody.lua <<'END'
local hs = require "hopsweep"
return hs.sweep { name = "moody", space = hs.grid { a = { 1, 2, 3 } },
  trial = function(p) local n = 0 for i = 1, p.a == 2 and 5e8 or 1 do n = n + 1 end return { n = n } end }
END
expect 1 '1 timeout' "$HOPSWEEP" run moody.lua --store moody.db --trial-timeout 0.2s
expect 1 '1 timeout' "$HOPSWEEP" run moody.lua --store moody.db
expect 0 '2 of 3 trials are in' "$HOPSWEEP" run moody.lua --store moody.db --retry
[ "$(sqlite3 moody.db "SELECT group_concat(verdict, ' ') FROM trials")" = 'ok ok ok' ] || fail "--retry left something"

# Further attempts are counted.
expect 1 '' "$HOPSWEEP" run "$SWEEPS/misbehaving.lua" --store retry.db --set bad=test-segfault --plugin-path "$plugins" \
  --max-retries 2
[ "$(sqlite3 retry.db "SELECT DISTINCT attempt FROM trials WHERE verdict = 'crashed'")" = 3 ] || fail "attempts are not 3"
# --halt stops early, resumable; a good sweep is not halted.
expect 4 'halting' "$HOPSWEEP" run "$SWEEPS/misbehaving.lua" --store halt.db --set bad=test-segfault \
  --plugin-path "$plugins" --halt soon,fail=1
end
