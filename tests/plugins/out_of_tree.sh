#!/bin/sh
# out_of_tree.sh BUILD: installs what plugin authors need into a temporary folder, makes a plugin from the template
# there, builds it with CMake and with make + pkg-config, and runs the conformance suite on both.
set -eu
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --component development --prefix "$work/prefix" >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
"$build/tests/new_plugin" "$work/mine" my-solver

cmake -S "$work/mine" -B "$work/mine/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/log" 2>&1 &&
  cmake --build "$work/mine/build" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
make -C "$work/mine" CFLAGS="-O2 -Wall -Wextra -Werror" PKG_CONFIG_PATH="$work/prefix/share/pkgconfig" \
  >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

for plugin in "$work/mine/build/my-solver.so" "$work/mine/my-solver.so"; do
  "$build/tests/check_file" "$plugin" >"$work/report" || { cat "$work/report"; exit 1; }
  grep -q '^ok   solver my-solver' "$work/report" || { echo "$plugin: no checks ran"; exit 1; }
  symbols=$(nm -D --defined-only "$plugin" | grep -c -v ' hs_plugin_v1$' || true)
  [ "$symbols" = 0 ] || { echo "$plugin exports more than hs_plugin_v1"; nm -D --defined-only "$plugin"; exit 1; }
done
echo "built by CMake and by make, both pass $(grep -c '^ok' "$work/report") checks"
