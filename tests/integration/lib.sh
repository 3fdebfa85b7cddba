# lib.sh: what the integration tests share. Usage in a test:   . "$(dirname "$0")/lib.sh"; begin "$1"
# $HOPSWEEP is the program, $SWEEPS the folder of test sweeps; the current folder is a fresh one that goes at the end.

begin() {
  HOPSWEEP=$1
  HERE=$(cd "$(dirname "$0")" && pwd)
  SWEEPS=$HERE/sweeps
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 HOPSWEEP_CONFIG=/dev/null
  unset HOPSWEEP_PLUGIN_PATH
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/hopsweep-test-XXXXXX") || exit 1
  trap 'rm -rf "$scratch"' EXIT
  cd "$scratch" || exit 1
  failures=0
}

end() {
  [ "$failures" = 0 ] || echo "$failures checks failed"
  exit $((failures != 0))
}

fail() {
  echo "FAIL: $*"
  failures=$((failures + 1))
}

# expect CODE WORDS COMMAND...: the command exits with CODE, and what it prints contains WORDS (a basic regular
# expression; "" = anything).
expect() {
  wanted=$1 words=$2
  shift 2
  timeout 120 "$@" >out.txt 2>&1 </dev/null
  code=$?
  [ "$code" = "$wanted" ] || { fail "exit $code instead of $wanted: $*"; cat out.txt; }
  [ -z "$words" ] || grep -q -- "$words" out.txt || { fail "no '$words' in the output of: $*"; cat out.txt; }
}

# expect_nothing_made FILE: the file and its companions do not exist.
expect_nothing_made() {
  for leftover in "$1" "$1-wal" "$1-shm" "$1-journal" "$1.lock"; do
    [ ! -e "$leftover" ] || fail "$leftover was left behind"
  done
}

# dump STORE: everything that must not depend on the schedule, as text.
dump() {
  "$HOPSWEEP" list "$1" --format csv || fail "list $1"
  sqlite3 "$1" "SELECT lower(hex(t.key)), a.name, a.dtype, a.shape, hex(a.data) FROM arrays a JOIN trials t ON t.id = a.trial_id ORDER BY t.position, a.name"
}

# same STORE_A STORE_B
same() {
  dump "$1" >a.txt
  dump "$2" >b.txt
  cmp -s a.txt b.txt || { fail "$1 and $2 differ"; diff a.txt b.txt | head -5; }
}

# children_of PID: all descendants, "pid command" a line.
children_of() {
  ps -eo pid=,ppid=,args= | awk -v top="$1" '
    { parent[$1] = $2; pid[NR] = $1; $2 = ""; line[NR] = $0 }
    END {
      for (i = 1; i <= NR; i++)
        for (p = parent[pid[i]]; p > 1; p = parent[p]) if (p == top) { print line[i]; break }
    }'
}

# no_orphans: nothing that was started with a store of this folder, nor any executor of this program, is left.
no_orphans() {
  for second in 1 2 3 4 5 6 7 8 9 10; do
    left=$(ps -eo pid=,args= | grep -F "$scratch" | grep -v grep)
    [ -z "$left" ] && return 0
    sleep 0.5
  done
  fail "processes left behind: $left"
}
