#!/bin/sh
# scaling.sh BUILD [ROUNDS]: latency and bandwidth between ranks and to a client, then `recover` on
# Fashion-MNIST on 1, 2 and 4 ranks of one thread each, rows on every rank and at 8 clients: measured,
# the least of ROUNDS rounds (5), and by the model of docs/scaling.md, which takes its serial part and
# its work from the rows of one rank and what carries data from the first table. Best on an idle
# machine with four processors: with fewer, ranks share them.
set -eu
build=$(cd "${1:?usage: scaling.sh BUILD [ROUNDS]}" && pwd)
rounds=${2:-5}
tool=$build/bin/gradiometer
data=/usr/share/datasets/fashion-mnist
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
GRADIOMETER_MPI_MODULE=$build/bin/gradiometer-mpi.so GRADIOMETER_CLIENT=$build/bin/gradiometer-client
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM GRADIOMETER_MPI_MODULE GRADIOMETER_CLIENT
unset OPENBLAS_CORETYPE
command -v mpirun >/dev/null || { echo 'scaling.sh: there is no mpirun' >&2; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

launch() {
  mpirun --oversubscribe --bind-to none "$@" </dev/null
}
echo "$(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg)"

# --- what carries data ---
echo
echo '| what | ranks | latency, s | bandwidth, bytes/s |'
echo '|---|---|---|---|'
# carried WHAT RANKS: the lines of bench_ranks as rows; those between ranks also to a file
carried() {
  tee "$scratch/lines" | awk -v over="$1" -v ranks="$2" '/latency/ {
    sub(":", "", $1); sub(",", "", $4)
    printf "| %s, %s | %s | %s | %s |\n", $1, over, ranks, $3, $1 == "agree" ? "" : $6 }'
}
for ranks in 2 3 4; do
  launch -n $ranks "$build/bin/bench_ranks" | carried 'shared memory' $ranks
  cp "$scratch/lines" "$scratch/lines-$ranks"
done
launch -n 2 --mca btl tcp,self --mca btl_tcp_if_include lo "$build/bin/bench_ranks" |
  carried 'TCP on loopback' 2
"$build/bin/bench_ranks" clients | carried 'a client in a process' ''
awk '$1 == "ask:" { sub(",", "", $3); print $3, $6 }' "$scratch/lines" >"$scratch/ask"

# --- recover ---
[ -d "$data" ] || exit 0
# number DOCUMENT KEY: the first number under the key
number() {
  sed -n "s/^ *\"$2\": \([0-9.e-]*\),\{0,1\}\$/\1/p" "$1" | head -n 1
}
# Of each round: wall seconds of the whole process and of its pass, processor seconds of rank 0.
cat >"$scratch/rank" <<'SCRIPT'
"$@"
status=$?
[ "${OMPI_COMM_WORLD_RANK:-0}" -ne 0 ] || times >"$TIMES"
exit $status
SCRIPT
TIMES=$scratch/times
export TIMES
clients() {
  [ "$1" -eq 0 ] || echo "--clients $1 --reproducible"
}
# once RANKS GRADIENTS CLIENTS
once() {
  launch -n "$1" sh "$scratch/rank" "$tool" recover --data "$data" --num-gradients "$2" --threads 1 \
    $(clients "$3") --json >"$scratch/document"
  pass=$(sed -n '/"seconds": {/,/}/s/^ *"gradients": \([0-9.e-]*\).*/\1/p' "$scratch/document")
  processor=$(tail -n 1 "$TIMES" | awk '{ gsub(/[ms]/, " "); print 60 * $1 + $2 + 60 * $3 + $4 }')
  echo "$(number "$scratch/document" seconds) $pass $processor" >>"$scratch/seen-$2-$1-$3"
}
round=0
while [ $round -lt "$rounds" ]; do
  for gradients in 8192 65536; do
    for ranks in 1 2 4; do
      once $ranks $gradients 0
      once $ranks $gradients 8
    done
  done
  round=$((round + 1))
done
for count in 0 8; do
  for gradients in 8192 65536; do
    for ranks in 1 2 4; do
      awk -v k=$gradients -v r=$ranks -v c=$count '
        { for (i = 1; i <= 3; i++) if (NR == 1 || $i < least[i]) least[i] = $i }
        END { print k, r, c, least[1], least[2], least[3] }' "$scratch/seen-$gradients-$ranks-$count"
    done
  done
done >"$scratch/least"
# Starting MPI, in processor seconds of rank 0.
for ranks in 1 2; do
  for i in 1 2 3 4 5; do
    launch -n $ranks sh "$scratch/rank" "$tool" info >/dev/null
    tail -n 1 "$TIMES" | awk '{ gsub(/[ms]/, " "); print 60 * $1 + $2 + 60 * $3 + $4 }'
  done | sort -g | head -n 1
done >"$scratch/start"
for ranks in 2 4; do
  awk '/^(gather|broadcast):/ { sub(",", "", $3); printf "%s %s ", $3, $6 } END { print "" }' \
    "$scratch/lines-$ranks"
done >"$scratch/transport"

echo
echo 'recover, Fashion-MNIST, processor seconds of rank 0 and its clients; beside them wall seconds'
echo
echo '| clients | gradients | ranks | measured | model | ratio | pass, wall | whole, wall |'
echo '|---|---|---|---|---|---|---|---|'
awk -v d=784 -v rows=60000 '
  FILENAME ~ /start/ { start[FNR] = $1; next }
  FILENAME ~ /ask/ { asked = $1; answered = $2; next }
  FILENAME ~ /transport/ {
    latency[2 * FNR] = $1; bandwidth[2 * FNR] = $2; wide[2 * FNR] = $4
    next
  }
  {
    k[FNR] = $1 / 2; r[FNR] = $2; c[FNR] = $3; whole[FNR] = $4; pass[FNR] = $5; cpu[FNR] = $6
    lines = FNR
  }
  # What clients add: their rows, their start, one question each, and every answer to every rank.
  function ask(k, r, c, answers) {
    answers = c * (4 * d * d + 12 * d + 96) + 4 * d * (k < 2048 ? k : 2048)
    return rows * (d + 8) / answered / r + c / r * (0.005 + asked) + answers / answered / r + \
      (r > 1 ? answers / wide[r] : 0)
  }
  END {
    work = (cpu[4] - cpu[1]) / (k[4] - k[1]) # a noise vector, by one rank
    serial = cpu[1] - work * k[1]
    for (i = 1; i <= lines; i++) {
      model = serial + work * k[i] / r[i]
      if (r[i] > 1)
        model += start[2] - start[1]
      if (c[i] > 0)
        model += ask(k[i], r[i], c[i])
      else if (r[i] > 1)
        model += (48 + k[i] / 64) * latency[r[i]] + \
          (10 * k[i] * d + 10 * d * 2048 + 4 * d * d) * (r[i] - 1) / r[i] / bandwidth[r[i]]
      printf "| %d | %d | %d | %.2f | %.2f | %.2f | %.2f | %.2f |\n", c[i], 2 * k[i], r[i], cpu[i],
        model, cpu[i] / model, pass[i], whole[i]
    }
    printf "\nserial %.3f s, %.3g s a noise vector, start of MPI %.3f s\n", serial, work,
      start[2] - start[1]
  }' "$scratch/start" "$scratch/ask" "$scratch/transport" "$scratch/least"
