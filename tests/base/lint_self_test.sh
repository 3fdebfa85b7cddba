#!/bin/sh
# lint_self_test.sh LINT: feeds scripts/lint.sh small broken trees and expects the finding, at its line, each time; and
# no finding in a sound one. A check that cannot fail checks nothing.
set -u
lint=${1:?usage: lint_self_test.sh scripts/lint.sh}
lint=$(CDPATH='' cd -- "$(dirname -- "$lint")" && pwd)/$(basename -- "$lint")
tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT
failures=0

# fresh: a small sound tree with every room.
fresh() {
  rm -rf "$tree"
  mkdir -p "$tree/plugins/include/hopsweep" "$tree/runner/base" "$tree/solvers/kernels" "$tree/lua" "$tree/results" \
    "$tree/tests/base" "$tree/docs" "$tree/scripts"
  cd "$tree" || exit 1
  cp "$(dirname -- "$lint")/../.clang-format" .
  echo '#include <stdint.h>' >plugins/include/hopsweep/status.h
  printf '#include <hopsweep/status.h>\n#include <stdio.h>\n' >runner/base/status.h
  printf '#include <xxhash.h>\n\n#include "status.h"\n' >runner/base/hash.c
  printf '#include <base/status.h>\n#include <hopsweep/status.h>\n' >solvers/kernels/gemm.h
  printf '#include <cblas.h>\n\n#include "kernels/gemm.h"\n' >solvers/softmax.c
  printf '#include <base/status.h>\n#include <dlfcn.h>\n' >plugins/registry.h
  printf '#include <lua.h>\n#include <zlib.h>\n' >lua/vm.h
  printf '#include <sqlite3.h>\n' >results/store.h
  printf '#include <lua/vm.h>\n#include <mpi.h>\n#include <plugins/registry.h>\n#include <results/store.h>\n' >runner/run.c
  printf '#include <cblas.h>\n#include <lua/vm.h>\n#include <sqlite3.h>\n' >tests/base/test_all.c
  printf '# Title and more\n\n[itself](#title-and-more), [room](../lua), [web](https://example.org)\n' >docs/page.md
  printf '# Read me\n\nSee [the page](docs/page.md#title-and-more).\n' >README.md
  printf 'set -u\necho sound\n' >scripts/sound.sh
}

complain() {
  echo "FAILED: $1"
  sed 's/^/    /' "$tree.out"
  failures=$((failures + 1))
}

# run CHECK...: output in $tree.out, status in $status.
run() {
  sh "$lint" --tree "$tree" "$@" >"$tree.out" 2>&1
  status=$?
}

# finds CHECK TEXT: the check fails and says TEXT.
finds() {
  run "$1"
  [ "$status" = 1 ] || complain "$1 should exit with 1, not $status, for: $2"
  grep -qF -- "$2" "$tree.out" || complain "$1 should say: $2"
}

clean() {
  run "$@"
  [ "$status" = 0 ] || complain "$* should be clean: $title"
}

# lines N: N lines that are each one statement.
lines() {
  awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) print "  x++;" }'
}

title="the sound tree"
fresh
clean includes functions text links shell format

# Levels.
fresh
echo '#include <base/status.h>' >>plugins/include/hopsweep/status.h
finds includes "plugins/include/hopsweep/status.h:2: level: abi must not include runner/base/status.h (base)"
fresh
echo '#include <results/store.h>' >>lua/vm.h
finds includes "lua/vm.h:3: level: lua must not include results/store.h (results)"
fresh
echo '#include "../plugins/registry.h"' >>solvers/kernels/gemm.h
finds includes "solvers/kernels/gemm.h:3: level: solvers must not include plugins/registry.h (plugins)"
fresh
echo ' # include "../run.h"' >>runner/base/hash.c
touch runner/run.h
finds includes "runner/base/hash.c:4: level: base must not include runner/run.h (runner)"
fresh
echo '#include <run.h>' >>results/store.h
touch runner/run.h
finds includes "results/store.h:2: level: results must not include runner/run.h (runner)"
fresh
touch tests/helper.h
echo '#include <tests/helper.h>' >>runner/run.c
finds includes "runner/run.c:5: level: runner must not include tests/helper.h (tests)"

# Doors.
fresh
echo '#include <sqlite3.h>' >>runner/run.c
finds includes "runner/run.c:5: door: <sqlite3.h> belongs to"
fresh
echo '#include <mpi.h>' >runner/second.c
finds includes "runner/second.c:1: door: <mpi.h> is already included by runner/run.c"
fresh
echo '#include <gsl/gsl_cdf.h>' >>results/store.h
finds includes "results/store.h:2: door: <gsl/gsl_cdf.h> belongs to"
fresh
echo '#include <curl/curl.h>' >>runner/run.c
finds includes "runner/run.c:5: door: <curl/curl.h> is a foreign library without a door"

# Lengths.
fresh
{ echo 'int f(int x) {'; lines 79; echo '}'; } >lua/long.c
finds functions "lua/long.c:1: function f has 81 lines"
fresh
{ echo; echo 'static int'; echo 'unusual(int x,'; echo '        int y) {'; lines 90; echo '}'; } >lua/long.c
finds functions "lua/long.c:3: function unusual has 93 lines"
fresh
title="80 lines, a long table, an excused function"
{ echo 'int f(int x) {'; lines 78; echo '}'; } >lua/long.c
{ echo 'int f(int x);'; echo 'static int table[] = {'; lines 100; echo '};'; } >lua/table.c
{ echo '/* long: one case per instruction. */'; echo 'int f(int x) {'; lines 100; echo '}'; } >lua/excused.c
clean functions
grep -qF "lua/long.c:1: note: function f has 80 lines" "$tree.out" || complain "a note on 80 lines is missing"
fresh
{ echo '/* long: this one. */'; echo 'int f(int x) {'; echo '}'; echo 'int g(int x) {'; lines 100; echo '}'; } >lua/long.c
finds functions "lua/long.c:4: function g has 102 lines"
fresh
lines 501 >lua/file.c
finds text "lua/file.c:501: the file has 501 lines (at most 500)"

# Text.
fresh
printf 'int x;\n\tint y;\n' >lua/tab.c
finds text "lua/tab.c:2: tab"
fresh
printf 'int x; \n' >lua/space.c
finds text "lua/space.c:1: space at the end of the line"
fresh
printf 'local x = 1\n-- TO%s: more\n' DO >lua/library.lua
finds text "lua/library.lua:2: unfinished"
fresh
title="mktemp's pattern is no leftover"
printf 'mktemp /tmp/x-XXXXXX\n' >scripts/temporary.sh
clean text

# Links.
fresh
echo '[gone](gone.md)' >>docs/page.md
finds links "docs/page.md:4: link to docs/gone.md, which does not exist"
fresh
echo '[gone](docs/page.md#no-such-place "title")' >>README.md
finds links "README.md:4: link to #no-such-place, but docs/page.md has no such heading"
fresh
title="links inside code are not links"
printf '```lua\nf[1](x)\n```\n`a[i](j)`\n' >>README.md
clean links

# Shell.
fresh
printf 'if true; then\n  echo open\n' >scripts/broken.sh
finds shell "scripts/broken.sh:"

# Format, where the tool is there.
if command -v clang-format >/dev/null 2>&1; then
  fresh
  printf 'int  x;\n' >lua/format.c
  finds format "lua/format.c:1: not formatted"
fi
if command -v cppcheck >/dev/null 2>&1; then
  fresh
  printf 'int f(void);\nint f(void) {\n  int x[2] = {1, 2};\n  return x[2];\n}\n' >lua/outside.c
  finds cppcheck "lua/outside.c:4: Array 'x[2]' accessed at index 2"
fi

# Several checks add up, and a wrong name is a usage error.
fresh
printf 'int  x; \n' >lua/both.c
echo '[gone](gone.md)' >>README.md
run text links
[ "$status" = 1 ] && grep -q '^lint.sh: 2 findings' "$tree.out" || complain "two checks should find two faults"
run nonsense
[ "$status" = 2 ] || complain "an unknown check should exit with 2, not $status"

rm -f "$tree.out"
[ "$failures" = 0 ] && echo "lint.sh finds what it should" && exit 0
echo "$failures expectations failed"
exit 1
