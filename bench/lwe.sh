#!/bin/sh
# lwe.sh BUILD [SECRETS]: reduction of blocks beside the command line of fplll (package fplll-tools, where
# it is there), the rate of guessing, and LWE secrets recovered, with their control and baselines.
set -eu
build=$1
secrets=${2:-20}
unset OPENBLAS_CORETYPE
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo '## LWE: reduction of blocks'
if [ -x "$build/bin/bench_lattice" ]; then
  "$build/bin/bench_lattice" blocks "$folder"
  echo
  "$build/bin/bench_lattice" guesses
  echo
fi
"$build/bin/bench_lwe" workers 16
echo
echo '## LWE: secrets recovered'
"$build/bin/bench_lwe" table "$secrets" gradient
echo
"$build/bin/bench_lwe" uniform 200
