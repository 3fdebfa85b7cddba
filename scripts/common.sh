# common.sh: what the other scripts share; sourced, never run. Sets `root` (the checkout) and `jobs` (cores to use).

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
jobs=$(nproc 2>/dev/null || echo 1)

# Containers run as root and with more ranks than cores; Open MPI refuses both unless told otherwise. Kernels inside
# containers often forbid reading another process's memory, which its shared-memory transport would try.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none

# A checkout beside shared/data uses the data sets that lie there.
if [ -z "${HOPSWEEP_DATA:-}" ] && [ -d "$root/../shared/data" ]; then
  HOPSWEEP_DATA=$(CDPATH='' cd -- "$root/../shared/data" && pwd -P)
  export HOPSWEEP_DATA
fi

# fail MESSAGE [STATUS]: the one way out on an error.
fail() {
  echo "$(basename -- "$0"): $1" >&2
  exit "${2:-1}"
}

# show_path FILE: FILE as it is called from the user's own folder, where that is shorter.
show_path() {
  here=$(pwd -P)
  case $1 in
  "$here"/*/*) echo "${1#"$here"/}" ;;
  "$here"/*) echo "./${1#"$here"/}" ;;
  *) echo "$1" ;;
  esac
}

# quietly LOG TITLE COMMAND...: one line per stage; the whole output goes to LOG, and its end to the user on failure.
quietly() {
  log=$1
  title=$2
  shift 2
  printf '%s ...' "$title"
  started=$(date +%s)
  echo "== $title: $*" >>"$log"
  if "$@" >>"$log" 2>&1 </dev/null; then
    echo " done ($(($(date +%s) - started)) s)"
  else
    status=$?
    echo " failed (exit $status); the end of $log:"
    tail -n 30 "$log"
    exit "$status"
  fi
}

# configure FOLDER [CMAKE OPTIONS]: a build folder that another place or generator made is CMake's to complain about.
configure() {
  folder=$1
  shift
  cmake -S "$root" -B "$folder" -G "Unix Makefiles" "$@"
}
