#!/bin/sh
# commands.sh PROGRAM [PAGE.md]: writes docs/commands.md, made from the program's own help, to standard output. With a
# page: says whether it is up to date (exit 1 if not).
set -u
program=$1

page() {
  cat <<'END'
# The commands

This page is the output of `hopsweep help` and `hopsweep help COMMAND`. It is made by

    sh tests/docs/commands.sh build/bin/hopsweep > docs/commands.md

and a test says when it is out of date. What the configuration file may say is in [hopsweep.cfg](hopsweep.cfg).

END
  printf '## hopsweep\n\n'
  "$program" help | sed -e 's/^\(.\)/    \1/'
  for command in $("$program" help | awk '/^Commands/ { on = 1; next } /^$/ { on = 0 } on { print $1 }'); do
    printf '\n## hopsweep %s\n\n' "$command"
    "$program" help "$command" | sed -e 's/^\(.\)/    \1/' -e 's/ *$//'
  done
}

[ $# = 2 ] || { page; exit; }
page | diff -u "$2" - && exit 0
echo "$2 is out of date: sh tests/docs/commands.sh build/bin/hopsweep > docs/commands.md"
exit 1
