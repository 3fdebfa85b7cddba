# bad_input.sh PROGRAM: bad input gets one clear line, a documented exit code, and leaves no half-made store.
. "$(dirname "$0")/lib.sh"
begin "$1"

# refuse CODE WORDS FILE ARGUMENTS...: the run is refused in one line that says WORDS, and no store is made.
refuse() {
  code_wanted=$1 said=$2 script=$3
  shift 3
  expect "$code_wanted" "$said" "$HOPSWEEP" run "$script" --store none.db "$@"
  [ "$(grep -c 'error:' out.txt)" = 1 ] || { fail "not one error line for $script"; cat out.txt; }
  expect_nothing_made none.db
}

sweep() { # BODY > x.lua
  printf 'local hs = require "hopsweep"\nlocal opt = hs.options { n = 10 }\nreturn hs.sweep { name = "x", %s }\n' "$1" >x.lua
}
model() { # SPACE MODEL
  sweep "space = hs.grid { $1 }, data = hs.shared { by = {}, build = function(p, rng) local x = rng('x'):gaussian(opt.n, 8) return { patterns = x, queries = x } end }, model = function(p) return hs.hfy { $2 } end, measure = function(p, d, r) return { s = r.support:mean() } end"
}

# --- the script
refuse 3 'missing.lua' missing.lua
printf 'local hs = require "hopsweep"\nreturn hs.sweep {\n  name = = 1 }\n' >syntax.lua
refuse 3 'syntax.lua:3:' syntax.lua
printf 'local hs = require "hopsweep"\nlocal x = nil + 1\n' >error.lua
refuse 3 'error.lua:2:' error.lua
printf 'return 7\n' >nosweep.lua
refuse 3 'nosweep.lua' nosweep.lua
printf 'while true do end\n' >spin.lua
sweep 'space = hs.grid { a = { 1, 2 } }, trial = function() return { y = 1 } end, colour = 3'
refuse 3 'colour' x.lua

# --- options
sweep 'trial = function() return { y = opt.n } end'
refuse 3 'no such option' x.lua --set m=3
refuse 3 'n' x.lua --set n=many
refuse 2 'set' x.lua --set n

# --- solvers and parameters
model 'solver = "entmx"' 'solver = p.solver'
refuse 3 'entmax' x.lua
model 'solver = "entmax", alpha = 0.5' 'solver = p.solver, alpha = p.alpha'
refuse 3 'alpha.*0.5' x.lua
model 'solver = "entmax", alpha = 1.5' 'solver = p.solver, alfa = p.alpha'
refuse 3 'alfa' x.lua
model 'solver = "ksubsets", k = { 2, 11 }' 'solver = p.solver, k = p.k'
refuse 3 'k = 11' x.lua
model 'solver = "sparsemax", beta = { 1, -1 }' 'solver = p.solver, beta = p.beta'
refuse 3 'beta.*-1' x.lua

# --- data files
idx() { # FILE BODY: a sweep that loads FILE
  sweep "data = hs.shared { by = {}, build = function() return { x = hs.load_idx('$1') } end }, trial = function(p, d) return { n = #d.x } end"
}
mkdir data
idx no-such-file
refuse 3 'no-such-file' x.lua --data-dir data
printf '\000\000\010\003\000\000\000\002\000\000\000\002\000\000\000\002abcd' >data/truncated
idx truncated
refuse 3 'truncated' x.lua --data-dir data
printf 'hello, this is no IDX file at all' >data/text
idx text
refuse 3 'text' x.lua --data-dir data
printf '\000\000\010\003\000\000\000\002\000\000\000\002\000\000\000\002abcdefgh' | gzip | head -c 30 >data/cut.gz
idx cut.gz
refuse 3 'cut.gz' x.lua --data-dir data
printf '\000\000\010\003\000\000\000\002\000\000\000\002\000\000\000\002abcdefgh' >data/good
idx good
expect 0 '' "$HOPSWEEP" run x.lua --store good.db --data-dir data

# --- plugins
mkdir plugins
echo 'not a shared object' >plugins/broken.so
model 'solver = "broken"' 'solver = p.solver'
refuse 3 'plugins/broken.so' x.lua --plugin-path plugins
if [ -n "${2:-}" ]; then # the folder of plugins that are wrong in one way each
  mkdir abi && cp "$2/bad-major.so" abi/
  refuse 3 'abi/bad-major.so: plugin has ABI major 99, this program has 1: recompile' x.lua --plugin-path abi
fi

# --- stores
sweep 'trial = function() return { y = opt.n } end'
echo 'my precious notes' >notes.txt
expect 5 'notes.txt' "$HOPSWEEP" run x.lua --store notes.txt
[ "$(cat notes.txt)" = 'my precious notes' ] || fail "notes.txt was changed"
sqlite3 other.db 'CREATE TABLE t(x); INSERT INTO t VALUES (7)'
before=$(cksum <other.db)
expect 5 'other.db' "$HOPSWEEP" run x.lua --store other.db
[ "$(cksum <other.db)" = "$before" ] || fail "other.db was changed"
expect 5 'nowhere' "$HOPSWEEP" run x.lua --store nowhere/x.db
expect 5 'folder' "$HOPSWEEP" status folder.db
cp good.db future.db
sqlite3 future.db 'PRAGMA user_version = 999'
expect 5 '999' "$HOPSWEEP" status future.db

# --- a store made by changed code: refused, what changed is shown; --keep-results and a new revision go on
expect 0 '' "$HOPSWEEP" run x.lua --store code.db
sed -i 's/{ y = opt.n }/{ y = opt.n + 1 }/' x.lua
expect 5 'opt.n + 1' "$HOPSWEEP" run x.lua --store code.db
expect 0 'nothing to do' "$HOPSWEEP" run x.lua --store code.db --keep-results
sed -i 's/name = "x"/revision = 2, name = "x"/' x.lua
expect 0 'all ok' "$HOPSWEEP" run x.lua --store code.db
# comments are no change
echo '-- a remark' >>x.lua
expect 0 'nothing to do' "$HOPSWEEP" run x.lua --store code.db

# a larger space is no change: what is missing runs; the changed body of a trial or of its helper is one
cat >grow.lua <<'END'
local hs = require "hopsweep"
local function twice(x) return x * 2 end
return hs.sweep { name = "grow", repeats = 2, space = hs.grid { a = { 1, 2.385 } },
  trial = function(p) return { y = twice(p.a) } end }
END
expect 0 'all ok' "$HOPSWEEP" run grow.lua --store grow.db
sed -i 's/{ 1, 2.385 }/{ 1, 2.385, 3 }/' grow.lua
expect 0 '4 of 6 trials are in' "$HOPSWEEP" run grow.lua --store grow.db
sed -i 's/repeats = 2/repeats = 3/' grow.lua
expect 0 '6 of 9 trials are in' "$HOPSWEEP" run grow.lua --store grow.db
sed -i 's/x \* 2/x * 3/' grow.lua
expect 5 'x \* 3' "$HOPSWEEP" run grow.lua --store grow.db
sed -i 's/x \* 3/x * 2/; s/y = twice/y = 1 + twice/' grow.lua
expect 5 '1 + twice' "$HOPSWEEP" run grow.lua --store grow.db

# --- a read-only folder and a full disk
if [ "$(id -u)" != 0 ]; then
  mkdir closed && chmod 555 closed
  expect 5 'closed' "$HOPSWEEP" run x.lua --store closed/x.db
  expect_nothing_made closed/x.db
elif unshare --mount true 2>/dev/null; then
  cat >mounted.sh <<'END'
mkdir -p closed full && mount -t tmpfs -o size=256k tmpfs full && mount -t tmpfs -o ro tmpfs closed || exit 77
"$1" run x.lua --store closed/x.db >closed.txt 2>&1; echo $? >closed.code
"$1" run big.lua --store full/x.db --progress none >full.txt 2>&1; echo $? >full.code
"$1" status full/x.db >/dev/null 2>&1; echo $? >full.status
sqlite3 full/x.db 'PRAGMA integrity_check' >full.check 2>&1
ls -A closed >closed.list
END
  cat >big.lua <<'END'
local hs = require "hopsweep"
return hs.sweep { name = "big", repeats = 20000, trial = function(p, d, ctx) return { y = ctx.replicate } end }
END
  unshare --mount --propagation private sh mounted.sh "$HOPSWEEP"
  if [ -e closed.code ]; then
    [ "$(cat closed.code)" = 5 ] || { fail "read-only folder: exit $(cat closed.code)"; cat closed.txt; }
    [ -z "$(cat closed.list)" ] || fail "something was left in the read-only folder"
    [ "$(cat full.code)" = 5 ] || { fail "full disk: exit $(cat full.code)"; cat full.txt; }
    grep -q 'full' full.txt || { fail "a full disk is not named"; cat full.txt; }
  else
    echo "skipped: no tmpfs can be mounted here"
  fi
fi
no_orphans
end
