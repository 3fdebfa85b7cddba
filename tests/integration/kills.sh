# kills.sh PROGRAM [KILLS]: kill -9 of the coordinator, a rank, an executor, mpirun, at random moments (fixed seed); the
# same command goes on, and the finished table and arrays are bit for bit those of an undisturbed run, for any P.
. "$(dirname "$0")/lib.sh"
begin "$1"
kills=${2:-24}
sweep=$SWEEPS/kills.lua

run() { # STORE RANKS: in the background, as $top
  if [ "$2" = 1 ]; then
    "$HOPSWEEP" run "$sweep" --store "$scratch/$1" --progress none >run.txt 2>&1 </dev/null &
  elif [ "$2" = 2 ]; then
    mpirun --oversubscribe -n 2 "$HOPSWEEP" run "$sweep" --store "$scratch/$1" --progress none >run.txt 2>&1 </dev/null &
  else
    "$HOPSWEEP" run -j "$2" "$sweep" --store "$scratch/$1" --progress none >run.txt 2>&1 </dev/null &
  fi
  top=$!
}

# victim KIND: the pid of one process of that kind under $top.
victim() {
  case $1 in
    executor) children_of "$top" | grep 'hopsweep-executor serve' ;;
    keeper) children_of "$top" | grep 'hopsweep run' | while read -r pid rest; do
      grep -q hopsweep-keeper "/proc/$pid/comm" 2>/dev/null && echo "$pid"; done ;;
    top) echo "$top" ;;
    rank) children_of "$top" | grep 'hopsweep run' | while read -r pid rest; do
      grep -qx hopsweep "/proc/$pid/comm" 2>/dev/null && echo "$pid"; done ;;
  esac | awk -v r="$2" '{ p[NR] = $1 } END { if (NR) print p[1 + int(r * NR)] }'
}

# A clean run each for 1, 2 and 4 ranks: the same table.
for ranks in 1 2 4; do
  run "clean$ranks.db" $ranks
  wait $top || { fail "undisturbed run with $ranks ranks: exit $?"; cat run.txt; }
done
same clean1.db clean2.db
same clean1.db clean4.db

# All random numbers at once: sh has none.
awk -v n=$((kills * 3)) 'BEGIN { srand(2385); for (i = 0; i < n; i++) print rand() }' >random.txt
next_random() { random=$(sed -n "${drawn}p" random.txt); drawn=$((drawn + 1)); }
drawn=1
hits=0
for ranks in 1 2 4; do
  store=killed$ranks.db
  round=0
  while [ $round -lt $((kills / 3)) ]; do
    case $((round % 4)) in 0) kind=executor ;; 1) kind=top ;; 2) kind=rank ;; 3) kind=keeper ;; esac
    next_random
    delay=$(awk -v r="$random" 'BEGIN { printf "%.2f", 0.15 + 1.2 * r }')
    next_random
    run $store $ranks
    sleep "$delay"
    target=$(victim $kind "$random")
    if [ -n "$target" ] && kill -9 "$target" 2>/dev/null; then hits=$((hits + 1)); fi
    waited=0
    while kill -0 $top 2>/dev/null; do
      sleep 0.1
      waited=$((waited + 1))
      [ $waited -lt 600 ] || { fail "hangs after the kill of $kind with $ranks ranks"; cat run.txt; kill -9 $top; break; }
    done
    wait $top 2>/dev/null
    round=$((round + 1))
    # A finished store gives the next kill nothing to hit: begin again with a new one.
    if "$HOPSWEEP" status --exit-code "$store" >/dev/null 2>&1; then
      same clean1.db $store
      rm -f $store $store.lock
    fi
  done
  run $store $ranks
  wait $top || { fail "the last run with $ranks ranks: exit $?"; cat run.txt; }
  same clean1.db $store
done
no_orphans
[ $hits -ge $((kills / 2)) ] || fail "only $hits of $kills kills hit a process"
echo "$hits kills"
end
