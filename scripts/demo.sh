#!/bin/sh
# demo.sh: sets up, builds, runs sweeps/demo.lua on MPI ranks, prints its table and draws its figure, all in build/demo/.
# Where the Debian package dataset-fashion-mnist is installed, the metastable-state sweep runs on its pictures as well.
# The same command again finds everything done and shows it once more.
set -u
. "$(dirname -- "$0")/common.sh"

build=$root/build
demo=$build/demo
log=$build/demo.log
program=$build/bin/hopsweep
ranks=$jobs
[ "$ranks" -ge 2 ] || ranks=2 # the demo is about ranks, also on one core
[ "$ranks" -le 8 ] || ranks=8

sh "$root/scripts/setup.sh" build || exit
mkdir -p "$demo" || exit
: >"$log"
quietly "$log" "configure $(show_path "$build")" \
  configure "$build" -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DHS_SANITIZE=OFF
quietly "$log" "build" cmake --build "$build" -j "$jobs"

# run_sweep SWEEP STORE [OPTIONS]: says beforehand whether there is anything left to do.
run_sweep() {
  sweep=$1
  store=$2
  shift 2
  echo
  if [ -f "$store" ]; then
    echo "$(show_path "$store") exists: what it holds is not run again. (Delete it to start afresh.)"
  fi
  echo "\$ $(show_path "$program") run -j $ranks $(show_path "$sweep") --store $(show_path "$store")${*:+ $*}"
  "$program" run -j "$ranks" "$sweep" --store "$store" "$@" </dev/null
}

# show COMMAND...: what a user would type, then its result.
show() {
  command=$1
  store=$2
  shift 2
  echo
  echo "\$ $(show_path "$program") $command $(show_path "$store")${*:+ $*}"
  "$program" "$command" "$store" "$@" </dev/null
}

# What the demo's sweep varies and measures: see the head of sweeps/demo.lua.
x=memories
metric=success
group=solver

results=$demo/demo.db
run_sweep "$root/sweeps/demo.lua" "$results" || fail "the sweep ended with exit code $?"
show table "$results" --by "$group,$x" --metric "$metric,support" || fail "no table"
for figure in "$demo/demo.svg" "$demo/demo.png"; do
  show plot "$results" "$x" "$metric" --group "$group" --log2x --output "$(show_path "$figure")" || fail "no figure"
done

if [ -f /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ]; then
  pictures=$demo/fashion.db
  run_sweep "$root/sweeps/mnist_metastable.lua" "$pictures" --set data=fashion-mnist --set queries=200 ||
    fail "the sweep on Fashion-MNIST ended with exit code $?"
  show table "$pictures" --by solver,alpha,gamma,k,beta --metric size_1,size_2,size_10plus,steps_used || fail "no table"
fi

cat <<END

Done: the store $(show_path "$results") holds every trial; $(show_path "$demo/demo.svg") and .png show them.
This script again runs nothing twice. Three commands to try next:

  $(show_path "$program") list $(show_path "$results") --limit 5
  $(show_path "$program") plan $(show_path "$root/sweeps/mnist_metastable.lua")
  $(show_path "$program") run -j $ranks $(show_path "$root/sweeps/demo.lua") --store $(show_path "$demo/other.db") --seed 7
END
