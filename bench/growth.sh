#!/bin/sh
# growth.sh BUILD: what every estimator and model costs on one and two threads, and how a recovery grows
# in d, n and k. Seconds are of the gradients and their moments, medians of REPEATS; memory is what was
# allocated beside the data, in units of d² numbers of 8 bytes.
set -eu
build=$1
repeats=${REPEATS:-5}
unset OPENBLAS_CORETYPE # it halves OpenBLAS where it is set

# figures MODEL ESTIMATOR COLUMNS BATCH GRADIENTS THREADS: "d k' seconds predict d2"
figures() {
  "$build/bin/bench_growth" "$1" "$2" "$3" "$4" "$5" "$6" "$repeats" |
    awk '{ v[$1] = $2 }
         END { printf "%d %d %s %s %.2f", v["dimension"], v["noise_vectors"], v["seconds_gradients"],
                      v["seconds_predict"], v["bytes"] / 8 / v["dimension"] ^ 2 }'
}

# A line of a table: one thread, two threads, their ratio, seconds a noise vector.
line() {
  one=$(figures "$2" "$3" "$4" "$5" "$6" 1)
  two=$(figures "$2" "$3" "$4" "$5" "$6" 2)
  echo "$one $two" | awk -v name="$1" '{
    printf "| %s | %d | %d | %.4f | %.4f | %.2f | %.2f | %.4f | %.1f |\n", name, $1, $2, $3, $8, $3 / $8,
           1e6 * $3 / $2, $4, $5 }'
}

heading() {
  printf '\n%s\n\n' "$1"
  echo "| $2 | d | k' | 1 thread, s | 2 threads, s | ratio | µs a noise vector | prediction, s | memory, d² |"
  echo '|---|---|---|---|---|---|---|---|---|'
}

"$build/bin/gradiometer" info | grep -iE 'cpu|blas'
heading 'Estimators: linear model, d = 256, n = 256, 4096 gradients' estimator
for estimator in paired fanout:m=8 loud calibrated gaussian none; do
  line "$estimator" linear "$estimator" 256 256 4096
done
heading 'Models: paired, 64 columns, n = 256, 4096 gradients' model
for model in linear logistic softmax mlp:hidden=16 mlp:hidden=16x16,act=relu; do
  line "$model" "$model" paired 64 256 4096
done
heading 'Growth in d: paired, n = 256, 4096 gradients' columns
for d in 64 128 256 512 1024 2048; do
  line "$d" linear paired "$d" 256 4096
done
heading 'Growth in n: paired, d = 256, 4096 gradients' batch
for n in 32 64 128 256 512 1024; do
  line "$n" linear paired 256 "$n" 4096
done
heading 'Growth in k: paired, d = 256, n = 256' gradients
for k in 1024 2048 4096 8192 16384; do
  line "$k" linear paired 256 256 "$k"
done
