# The Debian and Ubuntu packages that each task needs: the one place where they are listed.
# A trailing "?" means: where the archive has it.

# Build the release, read Fashion-MNIST, draw plots.
packages_quickstart="
  ca-certificates git make
  cmake ninja-build gcc libc6-dev pkg-config
  libopenblas-serial-dev liblapacke-dev libjansson-dev zlib1g-dev
  gnuplot-nox dataset-fashion-mnist"

# Build and run the tests; g++ compiles the public headers as C++.
packages_check="$packages_quickstart
  g++ binutils libcmocka-dev librandom123-dev"

# Other compilers and checkers. Their run-time parts have packages of their own in some releases.
packages_check_all="$packages_check
  clang libclang-rt-dev? llvm valgrind libc6-dbg"

packages_bench="$packages_quickstart
  python3 python3-venv"

packages_format="clang-format git"
