#!/bin/sh
# setup.sh [build|test|lint]: installs the Debian packages that hopsweep needs (scripts/packages.txt says why each).
# Installs only what is missing, so a second call is instant and needs no network. Exit 3: something is missing that it
# cannot install.
set -u
. "$(dirname -- "$0")/common.sh"

log=$root/build/setup.log
tier=${1:-build}
case $tier in
build) sections="build" ;;
test) sections="build test" ;;
lint) sections="build test lint" ;;
*) fail "usage: setup.sh [build|test|lint]" 2 ;;
esac

# packages_of SECTION...: the names in these sections of packages.txt.
packages_of() {
  for section in "$@"; do
    awk -v wanted="[$section]" '
      /^\[/ { inside = ($1 == wanted); next }
      inside && NF && !/^#/ { print $1 }' "$root/scripts/packages.txt"
  done
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_of() {
  for package in "$@"; do
    is_installed "$package" || printf '%s ' "$package"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

apt() {
  echo "== apt-get $*" >>"$log"
  as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -y -q -o Dpkg::Use-Pty=0 "$@" </dev/null >>"$log" 2>&1
}

# give_up MESSAGE: with what apt-get said.
give_up() {
  echo "setup.sh: the end of $log:" >&2
  tail -n 15 "$log" >&2
  fail "$1" 3
}

# Names that apt does not know yet: a machine whose lists were never fetched, or an old one.
unknown_of() {
  for package in "$@"; do
    apt-cache show "$package" >/dev/null 2>&1 || printf '%s ' "$package"
  done
}

# Where there is no apt-get: is everything here anyway? CMake finds the libraries; these are the programs.
check_foreign_system() {
  absent=""
  for program in cc make cmake pkg-config mpicc mpirun gnuplot; do
    command -v "$program" >/dev/null 2>&1 || absent="$absent $program"
  done
  if command -v pkg-config >/dev/null 2>&1; then
    libraries="openblas gsl lua5.4 sqlite3 zlib libconfig libcjson libxxhash"
    [ "$tier" = build ] || libraries="$libraries cmocka"
    for library in $libraries; do
      pkg-config --exists "$library" || absent="$absent $library"
    done
  fi
  [ -z "$absent" ] && exit 0
  echo "setup.sh: this system has no apt-get, and these are missing:$absent" >&2
  echo "setup.sh: install what corresponds to these Debian packages, then try again:" >&2
  # shellcheck disable=SC2086
  packages_of $sections | tr '\n' ' ' | fold -s -w 100 | sed 's/^/  /' >&2
  echo >&2
  exit 3
}

start_log() {
  mkdir -p "$root/build" && : >>"$log" || fail "$root/build: cannot be written"
}

# An optional package that cannot be had is no reason to stop: it may be unknown here, or the machine off the network.
install_optional() {
  # shellcheck disable=SC2046
  for package in $(missing_of $(packages_of optional)); do
    [ -z "$(unknown_of "$package")" ] || continue
    start_log
    echo "setup.sh: installing $package (optional)"
    apt -o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \
      install --no-install-recommends "$package" ||
      echo "setup.sh: $package cannot be had now; going on without it"
  done
}

install() {
  apt install --no-install-recommends "$@"
}

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
  check_foreign_system
fi

# shellcheck disable=SC2046,SC2086
missing=$(missing_of $(packages_of $sections))
if [ -n "$missing" ]; then
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
    fail "there is no sudo to install what is missing; as root: apt-get install $missing" 3
  fi
  start_log
  echo "setup.sh: installing $missing"
  # Lists that were never fetched know no package; lists older than the archive name files that are gone.
  # shellcheck disable=SC2086
  if [ -n "$(unknown_of $missing)" ] || ! install $missing; then
    apt update || give_up "apt-get update failed; these packages are missing: $missing"
    install $missing || give_up "apt-get could not install: $missing"
  fi
fi
# Nobody is asked for a password for something optional.
if [ "$(id -u)" = 0 ] || sudo -n true >/dev/null 2>&1; then
  install_optional
fi
