# The Debian and Ubuntu packages that each task needs: the one place where they are listed.
# A trailing "?" means: where the archive has it.

# Build the release with its helper program around fplll, read Fashion-MNIST, draw plots. The data of
# fplll are of one version of it; without them BKZ enumerates whole blocks.
packages_quickstart="
  ca-certificates git make
  cmake ninja-build gcc g++ libc6-dev pkg-config
  libopenblas-serial-dev liblapacke-dev libjansson-dev zlib1g-dev
  libfplll-dev libfplll8-data?
  libopenmpi-dev? openmpi-bin? libscalapack-openmpi-dev?
  gnuplot-nox dataset-fashion-mnist"

# Build and run the tests; iproute2 joins two network namespaces, without it a test stays on loopback.
packages_check="$packages_quickstart
  binutils libcmocka-dev librandom123-dev iproute2?"

# Other compilers and checkers. Their run-time parts have packages of their own in some releases.
packages_check_all="$packages_check
  clang libclang-rt-dev? llvm valgrind libc6-dbg"

packages_bench="$packages_quickstart
  python3 python3-venv fplll-tools?"

packages_format="clang-format git"
