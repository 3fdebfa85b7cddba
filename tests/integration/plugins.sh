#!/bin/sh
# plugins.sh PROGRAM FOLDER: the plugins command and the doctor. FOLDER holds plugins that misbehave.
set -u
[ $# -eq 2 ] || {
  echo "usage: plugins.sh PATH-OF-HOPSWEEP FOLDER-OF-MISBEHAVING-PLUGINS" >&2
  exit 2
}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
program=$(CDPATH='' cd -- "$(dirname -- "$1")" && pwd -P)/$(basename -- "$1")
bad=$(CDPATH='' cd -- "$2" && pwd -P) || exit 2
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
. "$here/expect.sh"

expect 0 plugins list
for id in entmax softmax sparsemax normmax ksubsets; do
  says out "solver  $id "
done
says out "memory  hfy "
expect 0 plugins list --format json
says out '"id": "entmax"'
expect 0 plugins show entmax
says out "prune rule: yes"
says out "alpha "
expect 0 plugins show hfy --format json
says out '"name": "beta"'
expect 3 plugins show entmx
says err 'no plugin is called "entmx"; known:'

# The shipped folder named once more is no clash.
expect 0 plugins list --plugin-path "$(dirname -- "$program")/plugins/../plugins"

expect 0 plugins check "$(dirname -- "$program")/plugins/softmax.so"
says out "$(grep -c '^ok ' out) checks, all ok"
grep -v '^ok ' out | grep -v 'checks, all ok$' >rest
[ -s rest ] && fail "a line does not say ok"
expect 1 plugins check "$bad/test-abort.so"
says out "FAIL the next check ended in signal 6"
says out "1 of $(grep -c '^[oF]' out) checks failed"
expect 1 plugins check "$bad/test-exit.so"
says out "FAIL the next check ended the process with exit code 0"
expect 1 plugins check "$bad/test-nan.so"
says out "FAIL "
echo "no plugin" >file.so
expect 3 plugins check file.so
says err "file.so"

expect 0 plugins new mine
says out "hopsweep plugins check mine/build/mine.so"
[ -f mine/mine.c ] || fail "mine/mine.c is missing"
expect 3 plugins new mine
says err "mine"
expect 3 plugins new Mine
says err "Mine"

# What the doctor finds depends on the machine; that it looks at everything does not.
name="hopsweep doctor"
"$program" doctor "$folder/m.db" --data-dir "$folder" >out 2>err
code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 3 ] || fail "exit code $code, expected 0 or 3"
for subject in processor BLAS plugins memory "data folder" mpirun gnuplot; do
  says out "$subject"
done
grep -qv -e '^ok      ' -e '^note    ' -e '^PROBLEM ' out && fail "a line of another form"
problems=$(grep -c '^PROBLEM ' out)
[ "$problems" -eq 0 ] || [ "$code" -eq 3 ] || fail "$problems problems, but exit code $code"
grep '^PROBLEM ' out | grep -qv '→' && fail "a problem without a remedy"
expect 3 doctor missing/m.db
says out "PROBLEM missing: No such file or directory →"

[ "$failures" -eq 0 ] && echo "plugins.sh: all well"
[ "$failures" -eq 0 ]
