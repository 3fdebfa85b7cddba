#!/bin/sh
# bench.sh [--json FILE]: builds the release, runs every benchmark and, if asked, writes all their numbers as one JSON
# array of objects with bench, case, unit, ours and floor (the physical bound measured in the same run).
set -eu
. "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)/common.sh"

json=
case $# in
0) ;;
2) [ "$1" = --json ] || fail "usage: bench.sh [--json FILE]" 2
   json=$2 ;;
*) fail "usage: bench.sh [--json FILE]" 2 ;;
esac

sh "$root/scripts/setup.sh" test || exit
build=$root/build
mkdir -p "$build"
log=$build/bench.log
: >"$log"
quietly "$log" "configuring" configure "$build" -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=ON -DHS_SANITIZE=OFF
quietly "$log" "building" cmake --build "$build" -j "$jobs"

parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT INT TERM
found=0
for bench in "$build"/tests/bench_*; do
  [ -f "$bench" ] && [ -x "$bench" ] || continue
  name=$(basename -- "$bench")
  found=$((found + 1))
  printf '\n== %s\n' "$name"
  "$bench" --json "$parts/$name.json" || fail "$name failed"
done
[ "$found" -gt 0 ] || fail "no benchmark was built in $build/tests"

# Each part is an array: what stands between its outer brackets, joined with commas, makes the whole.
if [ -n "$json" ]; then
  separator='['
  for part in "$parts"/*.json; do
    objects=$(tr '\n' ' ' <"$part" | sed -e 's/^ *\[ *//' -e 's/ *\] *$//' -e 's/}, *{/},\n  {/g')
    [ -n "$objects" ] || continue
    printf '%s\n  %s' "$separator" "$objects"
    separator=,
  done >"$parts/whole"
  printf '\n]\n' >>"$parts/whole"
  cp "$parts/whole" "$json" || fail "$json cannot be written"
  echo "wrote $(show_path "$json")"
fi
