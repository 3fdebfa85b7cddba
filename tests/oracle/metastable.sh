# metastable.sh PROGRAM ORACLE [MEMORIES QUERIES]: the table of sweeps/mnist_metastable.lua against the slow oracle.
# Sparse solvers must agree exactly: their scores are exact where it matters. Softmax has no exact support, and its
# read-out is a float32 product: a query at the threshold 0.01 may fall to the other side.
. "$(dirname "$0")/../integration/lib.sh"
begin "$1"
oracle=$2 memories=${3:-3000} queries=${4:-60}
data=${HOPSWEEP_DATA:-$HERE/../../../shared/data}
if [ ! -e "$data/mnist/t10k-images-idx3-ubyte.gz" ]; then
  echo "skipped: no MNIST. Put train-images-idx3-ubyte.gz and t10k-images-idx3-ubyte.gz into a folder mnist/ and set"
  echo "HOPSWEEP_DATA to the folder that holds it."
  exit 77
fi
"$HOPSWEEP" run -j 2 "$HERE/../../sweeps/mnist_metastable.lua" --store m.db --data-dir "$data" --set memories="$memories" \
  --set queries="$queries" --progress none || fail "the sweep: exit $?"
"$oracle" "$data/mnist" "$memories" "$queries" 5 >oracle.csv || fail "the oracle: exit $?"
sqlite3 -csv m.db "SELECT solver, coalesce(alpha, gamma, k), beta, size_0, size_1, size_2, size_3, size_4, size_5, size_6,
  size_7, size_8, size_9, size_10plus, steps_used, fixed FROM results" | sort >ours.txt
tail -n +2 oracle.csv | sort >theirs.txt
[ "$(wc -l <ours.txt)" = 16 ] || fail "$(wc -l <ours.txt) cells instead of 16"
paste -d, ours.txt theirs.txt | awk -F, -v queries="$queries" '
  function far(a, b) { d = a - b; return d < 0 ? -d : d }
  {
    softmax = $1 == "entmax" && $2 == 1
    for (i = 1; i <= 3; i++) if ($i != $(16 + i)) { print "cells do not match: " $0; bad = 1 }
    for (i = 4; i <= 16; i++) {
      d = far($i, $(16 + i))
      kind = i <= 14 ? "sizes" : i == 15 ? "steps" : "fixed"
      group = (softmax ? "softmax " : "sparse ") kind
      if (d >= largest[group] + 0) largest[group] = d + 0
      # softmax: one query in 50 may sit on a border; its fixed points are those of float32 arithmetic.
      limit = !softmax ? 1e-9 : kind == "sizes" ? 0.02 + 1e-9 : 1e9
      if (d > limit) { print "differs by " d " in column " i ": " $0; bad = 1 }
    }
    sum = 0
    for (i = 4; i <= 14; i++) sum += $i
    if (far(sum, 1) > 1e-12) { print "fractions do not sum to 1: " $0; bad = 1 }
  }
  END { for (g in largest) print "largest difference, " g ": " largest[g]; exit bad }' || fail "the tables differ"
end
