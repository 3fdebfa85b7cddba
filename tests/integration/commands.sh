#!/bin/sh
# commands.sh PROGRAM: the commands that need no run: help, version, errors, exit codes, the configuration file.
set -u
[ $# -eq 1 ] || {
  echo "usage: commands.sh PATH-OF-HOPSWEEP" >&2
  exit 2
}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
program=$(CDPATH='' cd -- "$(dirname -- "$1")" && pwd -P)/$(basename -- "$1")
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
. "$here/expect.sh"

# error CODE TEXT ARGUMENT...: nothing on stdout, one line on stderr that says TEXT.
error() {
  code_wanted=$1
  text=$2
  shift 2
  expect "$code_wanted" "$@"
  says err "$text"
  [ -s out ] && fail "something on stdout"
  [ "$(wc -l <err)" -eq 1 ] || fail "not one line on stderr"
  case $(cat err) in
  "hopsweep: error: "*) ;;
  *) fail "the line does not begin with hopsweep: error:" ;;
  esac
}

# ---- help and version

expect 0 help
for command in run plan status list table plot export plugins doctor version help; do
  says out "  $command "
done
for command in run plan status list table plot export plugins doctor version help; do
  expect 0 help "$command"
  cp out by_name
  says out "Usage: hopsweep $command"
  says out "Example"
  says out "Exit codes"
  expect 0 "$command" --help
  cmp -s out by_name || fail "differs from hopsweep help $command"
done
expect 0 --help
says out "Commands"
expect 0 version
says out "hopsweep "
says out "plugin ABI"
cp out version
expect 0 --version
cmp -s out version || fail "differs from hopsweep version"

# ---- usage

error 2 "which command?"
error 2 'unknown command "statsu"; did you mean status?' statsu
error 2 'unknown command "frobnicate"' frobnicate
error 2 'unknown command "rnu"; did you mean run?' help rnu
error 2 "something is missing: hopsweep run SWEEP.lua" run
error 2 "too many words: hopsweep run SWEEP.lua" run a.lua b.lua
error 2 "something is missing: hopsweep plot STORE X Y" plot m.db x
error 2 "unknown option --stroe; did you mean --store?" run a.lua --stroe m.db
error 2 "unknown option -x" list m.db -x
error 2 "--store needs a value: --store FILE" run a.lua --store
error 2 "--exit-code takes no value" status --exit-code=1 m.db
error 2 '--format: "xml" is not one of text|csv|json' list m.db --format xml
error 2 '--processes: "0" is not a whole number from 1 to 4096' run a.lua -j 0
error 2 '--trial-timeout: "soon" is not a time such as' run a.lua --trial-timeout soon
error 2 '--halt: "fail=3" is not now|soon,fail=N or N%' run a.lua --halt fail=3
error 2 '--memory-limit: "4Q" is not a size such as' run a.lua --memory-limit 4Q
error 2 "which array?" export m.db --array 3f9a
error 2 'plugins list, show, check or new, not "lst"; did you mean list?' plugins lst
error 2 "something is missing: hopsweep plugins show ID" plugins show
error 2 "too many words: hopsweep plugins list" plugins list all

# ---- files that are not there, or not what they should be

error 3 "missing.lua" run missing.lua --store m.db
error 3 "missing.lua" missing.lua
error 3 "missing.lua" plan missing.lua
error 3 "missing.so: no such file, or it cannot be read" plugins check missing.so
echo "return 1" >a.lua
error 2 "--set queries: expected NAME=VALUE" run a.lua --set queries
error 2 "--set =1: expected NAME=VALUE" plan a.lua --set =1
for command in list table status export; do
  error 5 "missing.db" $command missing.db
done
error 5 "missing.db" plot missing.db x y
error 5 "missing.db" status --exit-code missing.db
echo "not a store" >other.db
error 5 "other.db" list other.db
[ "$(cat other.db)" = "not a store" ] || fail "a file that is no store was changed"
[ -e missing.db ] && fail "a store was made by reading"
[ -e m.db ] && fail "a store was made by a run that could not begin"

# ---- configuration file

printf 'threads = 1\nthread = 2\n' >bad.cfg
error 3 "bad.cfg:2: thread is no key of a configuration file; did you mean threads?" plan a.lua --config bad.cfg
printf 'threads = "two"\n' >bad.cfg
error 3 "bad.cfg:1: threads wants a whole number" run a.lua --config bad.cfg
printf 'threads = 0\n' >hopsweep.cfg
error 3 './hopsweep.cfg:1: threads: "0" is not a whole number from 1 to 1024' run a.lua
rm hopsweep.cfg
error 3 "none.cfg: the configuration file that --config names cannot be read" run a.lua --config none.cfg
HOPSWEEP_CONFIG=none.cfg
export HOPSWEEP_CONFIG
error 3 "none.cfg: the configuration file that HOPSWEEP_CONFIG names cannot be read" run a.lua
unset HOPSWEEP_CONFIG

# ---- a full disk and a reader that has seen enough

name="hopsweep help > /dev/full"
if [ -c /dev/full ]; then
  "$program" help >/dev/full 2>err
  code=$?
  : >out
  [ "$code" -eq 3 ] || fail "exit code $code, expected 3"
  says err "hopsweep: error: standard output: cannot be written"
fi
name="hopsweep help run | head -n 1"
"$program" help run 2>err | head -n 1 >out
[ -s err ] && fail "something on stderr"
says out "Usage: hopsweep run"

[ "$failures" -eq 0 ] && echo "commands.sh: all well"
[ "$failures" -eq 0 ]
