#!/bin/sh
# test.sh [--long] [--sanitize] [CTEST ARGUMENTS]: sets up, builds and runs the test suite; the last lines are ctest's.
#   --long      also the tests with the label "long"
#   --sanitize  the tests under AddressSanitizer and UndefinedBehaviorSanitizer, in build-asan/
# Examples: sh scripts/test.sh -R rng        the tests whose name contains "rng"
#           sh scripts/test.sh --sanitize    what CI runs after the ordinary tests
set -u
. "$(dirname -- "$0")/common.sh"

folder=$root/build
sanitize=OFF
long=no
while [ $# -gt 0 ]; do
  case $1 in
  --long) long=yes ;;
  --sanitize)
    sanitize=ON
    folder=$root/build-asan
    ;;
  *) break ;;
  esac
  shift
done

sh "$root/scripts/setup.sh" test || exit
mkdir -p "$folder" || exit
log=$folder/build.log
: >"$log"
quietly "$log" "configure $(show_path "$folder")" \
  configure "$folder" -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=ON -DHS_SANITIZE="$sanitize"
quietly "$log" "build" cmake --build "$folder" -j "$jobs"

# What takes minutes runs only when asked for. The kills run for a fixed time, in which a slow build does little.
if [ "$sanitize" = ON ]; then
  set -- -E '^integration_kills' "$@"
  export ASAN_OPTIONS="${ASAN_OPTIONS:-abort_on_error=0:detect_stack_use_after_return=1}"
  export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
fi
[ "$long" = yes ] || set -- -LE long "$@"
cd "$folder" || exit
exec ctest --output-on-failure "$@"
