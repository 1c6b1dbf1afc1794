#!/bin/sh
# recover.sh BUILD PYTHON: pairs of gradients to second moments on Fashion-MNIST, against NumPy and
# PyTorch, on one and two threads. Rounds alternate between the programs; a figure is the median of the
# rounds' medians; ratios are between figures of this run.
set -eu
build=$1
python=$2
data=${DATA:-/usr/share/datasets/fashion-mnist}
pairs=${PAIRS:-2048}
batch=${BATCH:-256}
rounds=${ROUNDS:-5}
unset OPENBLAS_CORETYPE # it halves OpenBLAS where it is set, on either side
results=$(mktemp)
trap 'rm -f "$results"' EXIT

for threads in ${THREADS:-1 2}; do
  : >"$results"
  round=0
  while [ "$round" -lt "$rounds" ]; do
    "$build/bin/bench_recover" "$data" "$pairs" "$batch" "$threads" 3 | sed 's/^/ours /' >>"$results"
    if [ -n "$python" ]; then
      "$python" "$(dirname "$0")/recover_peers.py" "$data" "$pairs" "$batch" "$threads" 2 |
        sed 's/^/peer /' >>"$results"
    fi
    round=$((round + 1))
  done
  awk -v threads="$threads" -v pairs="$pairs" -v batch="$batch" '
    function median(name,    n, i, j, list, held) {
      n = split(substr(values[name], 2), list, " ")
      for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j - 1] + 0 > list[j] + 0; j--) {
          held = list[j]; list[j] = list[j - 1]; list[j - 1] = held
        }
      return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
    }
    { values[$2] = values[$2] " " $3 }
    $1 == "peer" && !seen[$2]++ { order[++peers] = $2 }
    $2 == "blas_core" { core = $3 }
    $2 == "instructions" { isa = $3 }
    END {
      ours = median("seconds_estimate")
      copy = median("copy_bytes_per_second"); gemm = median("gemm_operations_per_second")
      read = median("elements_read"); moments = median("operations_moments")
      gradients = median("operations_gradients")
      floor = (read / copy > gradients / gemm ? read / copy : gradients / gemm) + moments / gemm
      printf "\n%d thread%s, %d pairs of batches of %d, BLAS core %s, kernels %s\n\n", threads,
             (threads > 1 ? "s" : ""), pairs, batch, core, isa
      printf "| program | seconds | over ours |\n|---|---|---|\n"
      printf "| gradiometer: gradients and moments (rows gathered, float64) | %.4f | 1 |\n", ours
      printf "| gradiometer: with predicted error and eigenvalues | %.4f | %.2f |\n",
             median("seconds_whole"), median("seconds_whole") / ours
      for (i = 1; i <= peers; i++)
        if (median(order[i]) > 0)
          printf "| %s | %.4f | %.2f |\n", order[i], median(order[i]), median(order[i]) / ours
      printf "\nfloor: the larger of %.3g bytes over a copy of %.3g bytes/s (%.4f s) and %.3g operations ",
             read, copy, read / copy, gradients
      printf "over a product of %.3g operations/s (%.4f s), plus %.3g operations of moments (%.4f s)\n",
             gemm, gradients / gemm, moments, moments / gemm
      printf "floor %.4f s; share reached %.0f %%\n", floor, 100 * floor / ours
    }' "$results"
done
