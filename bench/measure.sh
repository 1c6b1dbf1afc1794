#!/bin/sh
# measure.sh BUILD PYTHON: the informativeness of a gradient against PyTorch at the same weights, its
# growth in inputs, targets and width, and the exact mode, on one and two threads. Rounds alternate
# between the programs; a figure is the median of the rounds; ratios are between figures of this run.
set -eu
build=$1
python=$2
here=$(dirname "$0")
samples=${SAMPLES:-4096}
draws=${DRAWS:-1024}
width=${WIDTH:-256}
timed=${TIMED:-32} # targets of a loop that are timed, the rest being alike
rounds=${ROUNDS:-3}
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE || true # on either side
results=$(mktemp)
weights=$(mktemp)
trap 'rm -f "$results" "$weights"' EXIT

ours() { "$build/bin/bench_measure" "$@"; }
figure() { awk -v name="$1" '$1 == name { print $2 }' "$results"; }

# --- against peers ---
compare() { # THREADS
  : >"$results"
  round=0
  while [ "$round" -lt "$rounds" ]; do
    if [ -n "$python" ]; then
      ours gaussian:n=64 linear "mlp:hidden=${width}x$width" squared "$samples" "$draws" sampled "$1" 3 \
        "$weights" | sed 's/^/ours /' >>"$results"
      "$python" "$here/measure_peers.py" "$weights" 64 "$width" 2 "$samples" "$draws" "$timed" "$1" |
        sed 's/^/peer /' >>"$results"
    else
      ours gaussian:n=64 linear "mlp:hidden=${width}x$width" squared "$samples" "$draws" sampled "$1" 3 |
        sed 's/^/ours /' >>"$results"
    fi
    round=$((round + 1))
  done
  awk -v threads="$1" -v n="$samples" -v m="$draws" -v width="$width" '
    function median(name) { return middle(values[name]) }
    function middle(text,    n, i, j, list, held) {
      n = split(substr(text, 2), list, " ")
      for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j - 1] + 0 > list[j] + 0; j--) {
          held = list[j]; list[j] = list[j - 1]; list[j - 1] = held
        }
      return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
    }
    { values[$2] = values[$2] " " $3 }
    $1 == "peer" { if (!seen[$2]++) order[++peers] = $2; variance[$2] = $4; busy[$2] = busy[$2] " " $5 }
    $2 == "blas_core" { core = $3 }
    $2 == "instructions" { isa = $3 }
    END {
      taken = median("seconds"); used = median("cpu_seconds")
      printf "\n%d thread%s, N = %d, M = %d, mlp %dx%d, BLAS core %s, kernels %s\n\n", threads,
             (threads > 1 ? "s" : ""), n, m, width, width, core, isa
      printf "| program | V | seconds | over ours | processor seconds | over ours |\n|---|---|---|---|---|---|\n"
      printf "| gradiometer: V, both errors, independence, bound (float64) | %.2f ± %.2f | %.3f | 1 | %.3f | 1 |\n",
             median("variance"), median("std_error"), taken, used
      for (i = 1; i <= peers; i++)
        printf "| %s | %.2f | %.2f | %.1f | %.2f | %.1f |\n", order[i], variance[order[i]],
               median(order[i]), median(order[i]) / taken, middle(busy[order[i]]),
               middle(busy[order[i]]) / used
      rate = median("gemm_operations_per_cpu_second"); work = median("operations")
      printf "\nfloor: %.3g operations over a product of %.3g operations a processor second: %.3f; share reached %.0f %%\n",
             work, rate, work / rate, 100 * work / rate / used
    }' "$results"
}
if [ -n "$python" ]; then
  "$python" "$here/measure_peers.py" weights "$weights" 64 "$width" 2
fi
for threads in ${THREADS:-1 2}; do
  compare "$threads"
done

# --- growth ---
row() { # LABEL TARGETS HIDDEN SAMPLES DRAWS
  line="| $1 |"
  for threads in ${THREADS:-1 2}; do
    ours gaussian:n=64 "$2" "mlp:hidden=$3" squared "$4" "$5" sampled "$threads" 3 >"$results"
    line="$line $(figure seconds) | $(figure share_of_gemm) |"
  done
  echo "$line $(figure operations) | $(figure bytes) | $(figure predicted_bytes) |"
}
table() {
  printf '\n**%s**\n\n' "$1"
  printf '| %s | 1 thread, s | share | 2 threads, s | share | operations | bytes | said |\n' "$2"
  echo '|---|---|---|---|---|---|---|---|'
}
table 'Targets:' targets
for targets in linear wave:R=2,psi=sin random teacher:hidden=16; do
  row "$targets" "$targets" "${width}x$width" "$samples" "$draws"
done
table 'Growth in N:' N
for n in 1024 2048 4096 8192; do row "$n" linear "${width}x$width" "$n" "$draws"; done
table 'Growth in M:' M
for m in 64 256 1024 4096; do row "$m" linear "${width}x$width" "$samples" "$m"; done
table 'Growth in width:' width
for w in 64 128 256 512; do row "$w" linear "${w}x$w" "$samples" "$draws"; done

# --- exact ---
most=${THREADS:-1 2}
most=${most##* }
printf '\n**Exact mode:** mlp of 64 units of tanh, zq inputs, lwe targets, %s threads\n\n' "$most"
echo '| q, n | reading, loss, secrets | points | seconds | processor seconds | said | bytes | said |'
echo '|---|---|---|---|---|---|---|---|'
exact() { # Q N TARGETS LOSS LABEL
  ours "zq:n=$2,q=$1" "$3" mlp:hidden=64,act=tanh "$4" 4096 1024 exact "$most" 1 >"$results"
  echo "| $1, $2 | $5 | $(awk "BEGIN { print $1^$2 }") | $(figure seconds) | $(figure cpu_seconds) |" \
    "$(figure predicted_seconds) | $(figure bytes) | $(figure predicted_bytes) |"
}
exact 17 3 lwe:read=phase cosine 'phase, cosine, uniform'
exact 17 4 lwe:read=phase cosine 'phase, cosine, uniform'
exact 17 5 lwe:read=phase cosine 'phase, cosine, uniform'
exact 17 5 lwe:read=centered squared 'centered, squared, uniform'
exact 17 5 lwe:read=centered,secret=binary squared 'centered, squared, binary'
