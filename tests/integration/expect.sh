# expect.sh: how commands.sh and plugins.sh look at one call of the program; sourced in a scratch folder, with `folder`
# (its path) and `program` set. Counts in `failures`.
unset HOPSWEEP_CONFIG HOPSWEEP_DATA HOPSWEEP_PLUGIN_PATH
export HOME="$folder" XDG_CONFIG_HOME="$folder/none"
failures=0
name="" # of the check that goes on

fail() {
  failures=$((failures + 1))
  echo "FAIL $name: $*"
  sed 's/^/     stdout: /' out
  sed 's/^/     stderr: /' err
}

# expect CODE ARGUMENT...: runs the program; its output lies in out and err.
expect() {
  wanted=$1
  shift
  name="hopsweep $*"
  "$program" "$@" >out 2>err </dev/null
  code=$?
  [ "$code" -eq "$wanted" ] || fail "exit code $code, expected $wanted"
}

# says FILE TEXT: the text occurs in out or err.
says() {
  grep -qF -- "$2" "$1" || fail "\"$2\" is missing in $1"
}
