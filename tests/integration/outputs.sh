# outputs.sh PROGRAM: what export and plot write: whole files, and never over what somebody needs.
. "$(dirname "$0")/lib.sh"
begin "$1"

cat >small.lua <<'END'
local hs = require "hopsweep"
return hs.sweep { name = "small", repeats = 2, space = hs.grid { solver = { "a", "b" }, beta = { 1.5, 2.385 } },
  trial = function(p) return { y = p.beta } end }
END
expect 0 '' "$HOPSWEEP" run small.lua --store small.db
cp small.db other.db
sqlite3 foreign.db 'CREATE TABLE notes(text); INSERT INTO notes VALUES(1)'
cp foreign.db figure.svg
ln small.db link.csv
key=$(sqlite3 small.db 'SELECT lower(hex(key)) FROM trials LIMIT 1')

# ---- what is not written to

# refuses FILE WORDS: export, its arrays and plot leave the file as it is, in one line.
refuses() {
  cp "$1" before
  for arguments in "export small.db -o $1" "export small.db --array $key y -o $1"; do
    expect 2 "$2" "$HOPSWEEP" $arguments
    [ "$(wc -l <out.txt)" -eq 1 ] || fail "not one line: $arguments"
    cmp -s "$1" before || fail "$1 was changed by $arguments"
  done
}
refuses small.db 'small.db: the store that is read'
refuses link.csv 'link.csv: the store that is read'
refuses other.db 'other.db: a store or another database'
refuses foreign.db 'foreign.db: a store or another database'
refuses small.lua 'small.lua: a sweep'
expect 2 'figure.svg: a store or another database' "$HOPSWEEP" plot small.db beta y -o figure.svg
cmp -s figure.svg foreign.db || fail "plot wrote over a database"
expect 2 'not a regular file' "$HOPSWEEP" export small.db -o /dev/null
[ -c /dev/null ] || fail "/dev/null is gone"

# What another program made, or an older export, is replaced.
echo "old" >small.csv
expect 0 '' "$HOPSWEEP" export small.db -o small.csv
"$HOPSWEEP" list small.db --format csv | cmp -s - small.csv || fail "export -o is not what list shows"

# A store needs its folder; what is said names what was typed.
expect 5 'none/small.db: there is no folder none; make it' "$HOPSWEEP" run small.lua --store none/small.db
! grep -q 'lock' out.txt || fail "a lock that nobody named"
expect 5 'small.lua is not a folder' "$HOPSWEEP" run small.lua --store small.lua/small.db

# ---- figures are whole or not there; a program of our own stands for gnuplot

expect 3 'none/f.svg: cannot be written: No such file or directory' "$HOPSWEEP" plot small.db beta y -o none/f.svg
mkdir fake
# fakes COMMAND: what gnuplot does from now on.
fakes() {
  printf '#!/bin/sh\n%s\n' "$1" >fake/gnuplot
  chmod +x fake/gnuplot
}
echo "an older figure" >old.svg
for does in 'exit 0' 'kill -KILL $$' 'echo "line 3: no" >&2; exit 1' 'for f in *.tmp; do echo "<svg>" >"$f"; done'; do
  fakes "$does"
  expect 3 '' env PATH="$scratch/fake:$PATH" "$HOPSWEEP" plot small.db beta y -o old.svg
  [ "$(cat old.svg)" = "an older figure" ] || fail "a figure that failed replaced the old one: $does"
  set -- *.tmp
  [ ! -e "$1" ] || fail "$1 was left behind: $does"
done
fakes 'for f in *.tmp; do echo "<svg>" >"$f"; done'
expect 3 'old.svg: cannot be written: gnuplot left it incomplete' \
  env PATH="$scratch/fake:$PATH" "$HOPSWEEP" plot small.db beta y -o old.svg
if command -v gnuplot >gnuplot.txt; then
  for ending in svg png pdf; do
    expect 0 '' "$HOPSWEEP" plot small.db beta y -o "real.$ending"
    [ -s "real.$ending" ] || fail "no figure real.$ending"
  done
  expect 0 '' "$HOPSWEEP" plot small.db beta y -o real.svg -q
  [ ! -s out.txt ] || fail "plot -q talks"
fi
end
