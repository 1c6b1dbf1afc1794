#!/bin/sh
# bench.sh: build the release with its benchmarks and time it against its peers. NumPy, SciPy, scikit-learn
# and PyTorch come from the Python registry into a virtual environment inside build/; without them the
# floors remain.
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

python=${BENCH_PYTHON:-}
if [ -z "$python" ]; then
  peers=build/bench-peers
  python=$peers/bin/python
  if ! "$python" -c 'import numpy, scipy, sklearn, torch' 2>/dev/null; then
    echo 'Fetching NumPy, SciPy, scikit-learn and PyTorch (BENCH_PYTHON=… names a Python that has them).'
    if ! { python3 -m venv "$peers" && "$python" -m pip -q install numpy scipy scikit-learn torch; }; then
      echo 'They could not be had: only the floors are shown.' >&2
      python=
    fi
  fi
fi
sh bench/growth.sh build/release
sh bench/recover.sh build/release "$python"
sh bench/measure.sh build/release "$python"
sh bench/lwe.sh build/release
sh bench/ranks.sh build/release || echo 'Ranks were not measured: there is no MPI.'
sh bench/train.sh build/release "$python"
