#!/bin/sh
# ranks.sh BUILD [ROUNDS]: one and two ranks of one thread each, medians of alternating rounds (5):
# `recover` on Fashion-MNIST, where "pass" is gradients and scatter and "whole" the process without
# the launcher's start, and `measure` in its forms. The speedup is that of two ranks. Each timing
# follows an unmeasured run of the same command: two ranks touch twice the memory of one, and a
# virtual machine that gives free memory back to its host pays for what the run before did not use.
set -eu
build=${1:?usage: ranks.sh BUILD [ROUNDS]}
rounds=${2:-5}
tool=$build/bin/gradiometer
data=/usr/share/datasets/fashion-mnist
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM
unset OPENBLAS_CORETYPE
command -v mpirun >/dev/null || { echo 'ranks.sh: there is no mpirun' >&2; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# number DOCUMENT KEY: the first number under the key
number() {
  sed -n "s/^ *\"$2\": \([0-9.e-]*\),\{0,1\}\$/\1/p" "$1" | head -n 1
}
median() {
  sort -g "$1" | awk '{ x[NR] = $1 } END { print NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2 }'
}
# once RANKS NAME ARGUMENT…
once() {
  ranks=$1
  name=$2
  shift 2
  for run in unmeasured measured; do
    mpirun --oversubscribe --bind-to none -n "$ranks" "$tool" "$@" --threads 1 --json \
      >"$scratch/document" </dev/null
  done
  number "$scratch/document" seconds >>"$scratch/$name-whole-$ranks"
  pass=$(sed -n '/"seconds": {/,/}/s/^ *"gradients": \([0-9.e-]*\).*/\1/p' "$scratch/document")
  [ -z "$pass" ] || echo "$pass" >>"$scratch/$name-pass-$ranks"
}
# table NAME TITLE ARGUMENT…: a row for each time that the document holds
table() {
  name=$1
  title=$2
  shift 2
  round=0
  while [ $round -lt "$rounds" ]; do
    once 1 "$name" "$@"
    once 2 "$name" "$@"
    round=$((round + 1))
  done
  for part in pass whole; do
    [ -e "$scratch/$name-$part-1" ] || continue
    one=$(median "$scratch/$name-$part-1")
    two=$(median "$scratch/$name-$part-2")
    awk -v title="$title, $part" -v one="$one" -v two="$two" \
      'BEGIN { printf "| %s | %.3f | %.3f | %.2f |\n", title, one, two, one / two }'
  done
}

"$tool" info | sed -n 's/^BLAS core *//p; s/^MPI *//p; s/^instructions *//p' | paste -sd, -
echo
echo '| what | one rank | two ranks | speedup |'
echo '|---|---|---|---|'
if [ -d "$data" ]; then
  table recover-8192 'recover, 8192 gradients' recover --data "$data" --num-gradients 8192
  table recover-65536 'recover, 65536 gradients' recover --data "$data" --num-gradients 65536
fi
table gram 'measure, gram' measure --inputs gaussian:n=32 --targets teacher:hidden=16 \
  --model mlp:hidden=128x128 --samples 8192 --target-draws 256 --method sampled
table jacobian 'measure, jacobian' measure --inputs gaussian:n=20 --targets teacher:hidden=16 \
  --model mlp:hidden=24 --samples 32768 --target-draws 128 --method sampled
table exact 'measure, exact' measure --inputs cube:n=12 --targets parity:k=all \
  --model mlp:hidden=16 --method exact
