# launchers.sh PROGRAM: one process, -j, mpirun, more ranks than cores: the same table; signals drain; the second run of
# a command does nothing; a store in use is refused; a Slurm step without PMIx is refused.
. "$(dirname "$0")/lib.sh"
begin "$1"
sweep=$SWEEPS/kills.lua
few="--set repeats=2 --set work=4"

expect 0 'all ok' "$HOPSWEEP" run "$sweep" --store one.db $few
expect 0 'nothing to do' "$HOPSWEEP" run "$sweep" --store one.db $few
expect 0 'all ok' "$HOPSWEEP" run -j 2 "$sweep" --store j2.db $few
expect 0 'all ok' mpirun --oversubscribe -n 5 "$HOPSWEEP" run "$sweep" --store five.db $few
expect 0 'all ok' mpirun -n 1 "$HOPSWEEP" run "$sweep" --store mpi1.db $few
for other in j2 five mpi1; do same one.db $other.db; done

# Growing the repeats runs only what is missing.
expect 0 '32 of 64 trials are in' "$HOPSWEEP" run "$sweep" --store one.db --set repeats=4 --set work=4
expect 0 'all ok' "$HOPSWEEP" run -j 2 "$sweep" --store fresh.db --set repeats=4 --set work=4
same one.db fresh.db

# Exit codes survive mpirun.
cat >fails.lua <<'END'
local hs = require "hopsweep"
return hs.sweep { name = "fails", space = hs.grid { a = { 1, 2, 3 } },
  trial = function(p) if p.a == 2 then error("two is not for me") end return { y = p.a } end }
END
for launcher in "" "-j 2"; do
  rm -f f.db
  expect 1 '1 failed' "$HOPSWEEP" run $launcher fails.lua --store f.db
  expect 1 '' "$HOPSWEEP" status --exit-code f.db
done
rm -f f.db
expect 1 '1 failed' mpirun --oversubscribe -n 2 "$HOPSWEEP" run fails.lua --store f.db
"$HOPSWEEP" list f.db | grep -q 'fails.lua:3: two is not for me' || fail "the row does not say where it failed"
echo 'error("no")' >broken.lua
expect 3 'broken.lua:1' mpirun --oversubscribe -n 2 "$HOPSWEEP" run broken.lua --store broken.db
expect_nothing_made broken.db

# A run that lasts: a minute or more if nobody stops it. No test waits for its end.
long="--set work=1500"

# begun STORE: waits until the store holds a first record.
begun() {
  for tenth in $(seq 300); do
    [ "$(sqlite3 "$1" 'SELECT count(*) FROM trials' 2>/dev/null || echo 0)" -gt 0 ] 2>/dev/null && return 0
    sleep 0.1
  done
  fail "$1: no record in 30 s"
}

# Signals drain: exit 4, and the same command goes on.
drain() { # SIGNAL COMMAND...
  signal=$1
  shift
  rm -f drain.db
  timeout 100 "$@" --store "$scratch/drain.db" --progress none $long >out.txt 2>&1 </dev/null &
  guard=$!
  begun drain.db
  kill -"$signal" "$(children_of $guard | awk 'NR == 1 { print $1 }')"
  wait $guard
  code=$?
  [ $code = 4 ] || { fail "$signal: exit $code instead of 4: $*"; cat out.txt; }
  expect 4 '' "$HOPSWEEP" status --exit-code drain.db
}
drain USR1 "$HOPSWEEP" run "$sweep"
drain TERM "$HOPSWEEP" run "$sweep"
drain INT "$HOPSWEEP" run "$sweep"
drain USR1 "$HOPSWEEP" run -j 2 "$sweep"
drain TERM "$HOPSWEEP" run -j 2 "$sweep"
expect 4 'going on' timeout --preserve-status -s USR1 3 "$HOPSWEEP" run "$sweep" --store drain.db $long

# A store in use is refused with host and pid, can be read meanwhile, and is not disturbed.
"$HOPSWEEP" run "$sweep" --store busy.db $long --progress none >busy.txt 2>&1 &
runner=$!
begun busy.db
expect 5 "$(hostname).*$runner" "$HOPSWEEP" run "$sweep" --store busy.db $long
expect 0 '' "$HOPSWEEP" list busy.db
expect 0 'running' "$HOPSWEEP" status busy.db
kill -USR1 $runner
wait $runner
code=$?
[ $code = 4 ] || { fail "the first run was disturbed: exit $code"; cat busy.txt; }

# srun without PMIx would start N singletons, each with the whole sweep.
expect 3 'mpi=pmix' env SLURM_JOB_ID=1 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=0 "$HOPSWEEP" run "$sweep" \
  --store slurm.db
expect_nothing_made slurm.db
no_orphans
end
