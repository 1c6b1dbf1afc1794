#!/bin/sh
# bench.sh: build the release with its benchmarks and run them all: the programs bench_* of the build,
# then the scripts bench/*.py, which time the same work elsewhere (NumPy, PyTorch where it is there).
set -eu
cd "$(dirname -- "$0")/.."
sh scripts/install-packages.sh bench

mkdir -p build
log=build/bench-build.log
if ! { cmake --preset release -DGM_TESTS=OFF -DGM_BENCH=ON && cmake --build --preset release; } \
  >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "The build failed; the whole of its output is in $log." >&2
  exit 1
fi
# Every side chooses its kernels by itself.
unset OPENBLAS_CORETYPE
for program in build/release/bin/bench_*; do
  [ -x "$program" ] || continue
  printf '\n=== %s\n' "$(basename "$program")"
  "$program"
done
for script in bench/*.py; do
  [ -f "$script" ] || continue
  printf '\n=== %s\n' "$(basename "$script")"
  python3 "$script"
done
