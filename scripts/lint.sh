#!/bin/sh
# lint.sh [--tree FOLDER] [--tidy] [CHECK...]: the rules of the house that a script can check; one finding a line,
# FILE:LINE: what. Exit 1 if there is a finding, 0 if all is clean. Tools that are not installed are named and skipped.
#
#   includes   levels of the rooms; one door per foreign library      scripts/lint/includes.awk
#   functions  length of functions                                   scripts/lint/functions.awk
#   text       tabs, trailing spaces, leftovers, length of files     scripts/lint/text.awk
#   links      relative links in the documentation                   scripts/lint/links.awk
#   shell      sh -n on every script
#   format     clang-format
#   cppcheck   warnings, performance, portability
#   tidy       clang-tidy with .clang-tidy; minutes, so only with --tidy; files that have not changed are skipped
#
# --tree checks another tree than this checkout: the script's own test feeds it broken ones.
set -u
. "$(dirname -- "$0")/common.sh"
rules=$root/scripts/lint

checks=""
while [ $# -gt 0 ]; do
  case $1 in
  --tree)
    [ $# -ge 2 ] || fail "--tree needs a folder" 2
    root=$(CDPATH='' cd -- "$2" && pwd -P) || exit 2
    shift
    ;;
  --tidy) checks="$checks tidy" ;;
  includes | functions | text | links | shell | format | cppcheck | tidy) checks="$checks $1" ;;
  *) fail "unknown check \"$1\"; there are: includes functions text links shell format cppcheck, and --tidy" 2 ;;
  esac
  shift
done
[ -n "$checks" ] || checks="includes functions text links shell format cppcheck"

cd "$root" || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# The tree: everything but version control and build folders. Names with spaces do not occur and are a finding.
find . \( -name .git -o -path './build' -o -path './build-*' \) -prune -o -type f -print | sed 's|^\./||' |
  LC_ALL=C sort >"$scratch/all"
grep ' ' "$scratch/all" | sed 's/$/:1: name with a space/' >"$scratch/findings"
grep -v ' ' "$scratch/all" >"$scratch/tree"
grep -E '\.(c|h)$' "$scratch/tree" >"$scratch/sources"
grep -E '\.md$' "$scratch/tree" >"$scratch/pages"
grep -E '(\.sh|^\.ci/run)$' "$scratch/tree" >"$scratch/scripts"
grep -E '(\.(c|h|lua|sh|awk|md|cmake|in|json|cfg)|CMakeLists\.txt|^\.ci/run|packages\.txt)$' "$scratch/tree" >"$scratch/texts"

has_tool() {
  command -v "$1" >/dev/null 2>&1 && return 0
  echo "lint.sh: $1 is not installed, its check is skipped (sh scripts/setup.sh lint installs it)" >&2
  return 1
}

check_includes() {
  xargs awk -f "$rules/paths.awk" -f "$rules/includes.awk" listing=1 "$scratch/tree" listing=0 <"$scratch/sources"
}

check_functions() {
  grep '\.c$' "$scratch/sources" | xargs awk -f "$rules/functions.awk"
}

check_text() {
  xargs awk -f "$rules/text.awk" <"$scratch/texts"
}

check_links() {
  pages=$(cat "$scratch/pages")
  # shellcheck disable=SC2086
  awk -f "$rules/paths.awk" -f "$rules/links.awk" listing=1 "$scratch/tree" listing=0 pass=1 $pages pass=2 $pages
}

check_shell() {
  while read -r script; do
    shell=sh
    head -n 1 "$script" | grep -q bash && shell=bash
    "$shell" -n "$script" 2>"$scratch/complaint" ||
      sed -e "s|^\([^:]*\): \([0-9]*\): |\1:\2: |; s|^$script: line \([0-9]*\): |$script:\1: |" "$scratch/complaint"
  done <"$scratch/scripts"
}

check_format() {
  has_tool clang-format || return 0
  # One line a file is enough: the remedy is the same for all of its lines.
  xargs clang-format --dry-run -Werror <"$scratch/sources" 2>&1 | grep -E '^[^ ]+:[0-9]+:' | sort -t : -k 1,1 -u |
    sed "s/^\\([^:]*\\):\\([0-9]*\\):.*/\\1:\\2: not formatted; clang-format -i \\1/"
}

check_cppcheck() {
  has_tool cppcheck || return 0
  mkdir -p "$scratch/cppcheck"
  cppcheck --quiet --enable=warning,performance,portability --inline-suppr --std=c11 --library=posix,gnu \
    -D_GNU_SOURCE -D__linux__ -D__x86_64__ -I . -I runner -I plugins/include --suppress=missingIncludeSystem \
    --suppressions-list="$rules/cppcheck.txt" --max-configs=2 -j "$jobs" --cppcheck-build-dir="$scratch/cppcheck" \
    --template='{file}:{line}: {message} [{id}]' --file-list="$scratch/sources" 2>&1
}

# A file is checked again when it, a header, or a list of checks is newer than its last clean pass. clang knows gcc's
# _Float128 by its other name.
check_tidy() {
  has_tool clang-tidy || return 0
  [ -f build/compile_commands.json ] || cmake -S . -B build -G "Unix Makefiles" >/dev/null ||
    fail "clang-tidy needs build/compile_commands.json: configure build/ first"
  mkdir -p build/tidy
  newest=$(grep -E '(\.h|(^|/)\.clang-tidy)$' "$scratch/tree" | xargs ls -t | head -n 1)
  while read -r source; do
    grep -qF "/$source\"" build/compile_commands.json || continue
    stamp=build/tidy/$(echo "$source" | tr / _)
    [ -n "$(find "$stamp" -newer "$source" -newer "$newest" 2>/dev/null)" ] || echo "$source $stamp"
  done <"$scratch/units" >"$scratch/stale"
  xargs -n 2 -P "$jobs" sh -c '
    log=$1.log
    if clang-tidy --quiet -p build --warnings-as-errors="*" --extra-arg=-Wno-unknown-warning-option \
      --extra-arg=-D_Float128=__float128 "$0" >"$log" 2>&1
    then touch "$1"
    else grep -E "^[^ ]+:[0-9]+:[0-9]+: (error|warning):" "$log" || echo "$0:1: clang-tidy failed: $(tail -n 1 "$log")"
    fi
    rm -f "$log"' <"$scratch/stale" |
    sed -e "s|^$root/||; s/:[0-9]*: \(error\|warning\): /: /; s/,-warnings-as-errors//" | sort -u
}

grep '\.c$' "$scratch/sources" >"$scratch/units"
for check in $checks; do
  "check_$check" >>"$scratch/findings"
done
grep -v ': note: ' "$scratch/findings" >"$scratch/faults"
cat "$scratch/findings"
if [ -s "$scratch/faults" ]; then
  echo "lint.sh: $(wc -l <"$scratch/faults") findings in:$checks"
  exit 1
fi
echo "lint.sh: clean:$checks ($(wc -l <"$scratch/sources") C files, $(wc -l <"$scratch/tree") files)"
