#!/bin/sh
# run_examples.sh PROGRAM PAGE.md: runs the examples of a page, in their order, in a fresh folder. What a block is for
# stands behind its fence:
#
#   ```lua file=NAME        is written to NAME
#   ```sh                   is run by sh -e, with `hopsweep` on PATH; must exit 0
#   ```sh exit=N            must exit N; exit=any: whatever it does is right
#   ```sh needs=mnist,pandas is run where these (a data set, pandas, rsqlite) are found, otherwise skipped with a message
#   ```sh norun             is for readers only
#   ```text check           every line must be among the lines that the block before it printed; runs of spaces count
#                           as one, and "..." stands for anything
#
# The folder holds `sweeps`, a link to the shipped sweeps, and `build`, a link to the build tree of the program.
set -u
[ $# = 2 ] || { echo "usage: run_examples.sh PROGRAM PAGE.md" >&2; exit 2; }
[ -f "$2" ] || { echo "run_examples.sh: there is no page $2" >&2; exit 2; }
page=$(CDPATH='' cd -- "$(dirname -- "$2")" && pwd -P)/$(basename -- "$2")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
bin=$(CDPATH='' cd -- "$(dirname -- "$1")" && pwd -P)
root=$(CDPATH='' cd -- "$here/../.." && pwd -P)

export PATH="$bin:$PATH" HOPSWEEP_CONFIG=/dev/null
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none
unset HOPSWEEP_PLUGIN_PATH
[ -n "${HOPSWEEP_DATA:-}" ] || HOPSWEEP_DATA=$root/../shared/data
export HOPSWEEP_DATA

scratch=$(mktemp -d "${TMPDIR:-/tmp}/hopsweep-docs-XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/blocks" "$scratch/work"
ln -s "$root/sweeps" "$scratch/work/sweeps"
ln -s "$(dirname -- "$bin")" "$scratch/work/build"
cd "$scratch/work" || exit 1

# blocks/N holds block N; blocks/list has a line "N LINE LANGUAGE WORDS..." for each.
awk -v folder="$scratch/blocks" '
  /^```/ && !inside { inside = 1; n++; print n, FNR, substr($0, 4) >(folder "/list"); printf "" >(folder "/" n); next }
  /^```/ { inside = 0; close(folder "/" n); next }
  inside { print >(folder "/" n) }' "$page"
[ -f "$scratch/blocks/list" ] || { echo "$page has no examples"; exit 0; }

failures=0
complain() {
  echo "FAIL: $page:$line: $1"
  failures=$((failures + 1))
}

# word_of NAME: the value of NAME=value among the words of the block.
word_of() {
  for word in $words; do
    case $word in "$1"=*) echo "${word#*=}" ;; esac
  done
}

has_data() {
  [ -f "$HOPSWEEP_DATA/$1/train-images-idx3-ubyte.gz" ] || [ -f "$HOPSWEEP_DATA/$1/train-images-idx3-ubyte" ]
}

# has NEED: a data set, or what another language reads stores with.
has() {
  case $1 in
  pandas) python3 -c 'import pandas' 2>/dev/null ;;
  rsqlite) Rscript -e 'library(RSQLite)' >/dev/null 2>&1 ;;
  *) has_data "$1" ;;
  esac
}

run_block() {
  for need in $(word_of needs | tr ',' ' '); do
    has "$need" && continue
    case $need in
    pandas) remedy="install python3-pandas" ;;
    rsqlite) remedy="install r-cran-rsqlite" ;;
    *) remedy="name the folder that holds $need/ in HOPSWEEP_DATA" ;;
    esac
    echo "skipped: $page:$line: needs $need; $remedy"
    : >"$scratch/skipped"
    return
  done
  timeout 300 sh -e "$scratch/blocks/$number" >"$scratch/output" 2>&1 </dev/null
  code=$?
  wanted=$(word_of exit)
  case ${wanted:-0} in
  any | "$code") ;;
  *)
    complain "exit $code instead of ${wanted:-0}"
    cat "$scratch/output"
    ;;
  esac
}

# "..." in a line of the page stands for anything.
check_output() {
  tr -s ' ' <"$scratch/output" | sed 's/ $//' >"$scratch/got"
  tr -s ' ' <"$scratch/blocks/$number" | sed -e 's/ $//' -e '/^$/d' >"$scratch/expected"
  while IFS= read -r expected; do
    pattern=$(printf '%s\n' "$expected" | sed -e 's/[][\.*^$]/\\&/g' -e 's/\\\.\\\.\\\./.*/g')
    grep -q -- "^ *${pattern# }\$" "$scratch/got" || {
      complain "the program does not print: $expected"
      cat "$scratch/got"
    }
  done <"$scratch/expected"
}

while read -r number line language words; do
  case "$language $words" in
  "lua "*file=*) cp "$scratch/blocks/$number" "$(word_of file)" ;;
  "sh norun"*) ;;
  sh*) rm -f "$scratch/skipped" && run_block ;;
  "text check"*) [ -e "$scratch/skipped" ] || check_output ;;
  esac
done <"$scratch/blocks/list"
[ "$failures" = 0 ] || echo "$failures examples of $page failed"
exit $((failures != 0))
