# includes.awk: the levels of the rooms, and one door per foreign library.
# Input: the list of all files of the tree (one path a line, variable assignment `listing=1` before it), then the C
# sources themselves (`listing=0`). Prints FILE:LINE: what.

BEGIN {
  # Levels: what a room may include besides itself and the ABI. Tests may include anything.
  allowed["base", "abi"] = 1
  split("solvers plugins lua results", middle, " ")
  for (i in middle) {
    allowed[middle[i], "abi"] = allowed[middle[i], "base"] = 1
    allowed["runner", middle[i]] = 1
  }
  allowed["runner", "abi"] = allowed["runner", "base"] = 1

  # Doors: header pattern, where it may be included, in how many files (0 = any number there).
  door("^mpi\\.h$", "^runner/", 1)
  door("^dlfcn\\.h$", "^plugins/", 1)
  door("^libconfig\\.h$", "^runner/", 1)
  door("^zlib\\.h$", "^lua/", 1)
  door("^sqlite3\\.h$", "^results/", 0)
  door("^(lua5\\.4/)?(lua|lauxlib|lualib|luaconf)\\.h$", "^lua/", 0)
  door("^(openblas/)?(cblas|lapacke|f77blas|openblas_config)\\.h$", "^solvers/", 0)
  door("^gsl/", "^runner/base/distributions\\.c$", 1)
  door("^(cjson/)?cJSON\\.h$", "^runner/base/params\\.c$", 1)
  door("^xxhash\\.h$", "^runner/base/hash\\.c$", 1)
  door("^Random123/", "^runner/base/rng\\.c$", 1)
  door("^cmocka\\.h$", "^tests/", 0)

  # Everything else in <> must be C's, POSIX's or Linux's own.
  split("assert complex ctype errno fenv float inttypes limits locale math setjmp signal stdalign stdarg stdatomic " \
        "stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype " \
        "dirent elf endian execinfo fcntl features fnmatch ftw getopt glob grp langinfo libgen link malloc netdb poll " \
        "pthread pwd regex sched semaphore spawn strings syslog termios ucontext unistd cpuid",
        names, " ")
  for (i in names) system_header[names[i] ".h"] = 1
}

function door(header, place, limit) {
  doors++
  door_header[doors] = header
  door_place[doors] = place
  door_limit[doors] = limit
}

function room_of(path) {
  if (path ~ /^plugins\/include\//) return "abi"
  if (path ~ /^runner\/base\//) return "base"
  if (path ~ /^(solvers|plugins|lua|results|runner|tests)\//) return substr(path, 1, index(path, "/") - 1)
  return "other"
}

# The file of this tree that an include directive means, "" if it is none: beside the includer, then from the
# folders that the build hands to the compiler.
function resolve(name, quoted, from,    folder, place, i) {
  folder = from
  sub(/[^\/]*$/, "", folder)
  if (quoted && (normal(folder name) in tree)) return normal(folder name)
  count_of_places = split(". runner plugins/include plugins solvers lua results tests", places, " ")
  for (i = 1; i <= count_of_places; i++) {
    place = normal(places[i] "/" name)
    if (place in tree) return place
  }
  return ""
}

function report(what) { print FILENAME ":" FNR ": " what }

function check_house(target,    from, to) {
  from = room_of(FILENAME)
  to = room_of(target)
  if (from == to || from == "tests" || from == "other") return
  if (!((from, to) in allowed))
    report("level: " from " must not include " target " (" to "); see docs/ARCHITECTURE.md")
}

function check_foreign(name,    i) {
  if (room_of(FILENAME) == "tests") return
  for (i = 1; i <= doors; i++) {
    if (name !~ door_header[i]) continue
    if (FILENAME !~ door_place[i]) {
      report("door: <" name "> belongs to " door_place[i])
    } else if (door_limit[i] == 1) {
      if (!(i in opened)) opened[i] = FILENAME
      if (opened[i] != FILENAME) report("door: <" name "> is already included by " opened[i] "; one file is its door")
    }
    return
  }
  if (!(name in system_header) && name !~ /^[a-z0-9]*intrin\.h$/ && name !~ /^(sys|linux|gnu|net|netinet|arpa)\//)
    report("door: <" name "> is a foreign library without a door in scripts/lint/includes.awk")
}

listing {
  tree[$0] = 1
  next
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
  quoted = $0 ~ /include[ \t]*"/
  name = $0
  sub(/^[^<"]*[<"]/, "", name)
  sub(/[>"].*$/, "", name)
  target = resolve(name, quoted, FILENAME)
  if (target != "") check_house(target)
  else if (!quoted) check_foreign(name)
}
