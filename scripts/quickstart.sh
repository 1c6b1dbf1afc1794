#!/bin/sh
# quickstart.sh: from a fresh clone to a report on Fashion-MNIST.
set -eu
cd "$(dirname -- "$0")/.."

data=${GRADIOMETER_DATA:-/usr/share/datasets/fashion-mnist}
out=quickstart-report

sh scripts/install-packages.sh quickstart
echo "Building build/release …"
log=build/quickstart.log
mkdir -p build
# Tests and benchmarks would need more packages and time; `make check` turns them on.
if ! { cmake --preset release -DGM_TESTS=OFF -DGM_BENCH=OFF && cmake --build --preset release; } \
  >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "The build failed; the whole of its output is in $log." >&2
  exit 1
fi

set -- build/release/bin/gradiometer recover --data "$data" --num-gradients 8192 --compare --out "$out"
echo
echo "$ $*"
"$@"
echo
echo "The report: $PWD/$out/report.html"
