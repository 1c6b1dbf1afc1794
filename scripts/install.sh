#!/bin/sh
# install.sh PREFIX: build the release, where that is not done yet, and install it.
# Packages are not touched: installing often runs as root, after a build by somebody else.
set -eu
cd "$(dirname -- "$0")/.."
prefix=${1:?usage: install.sh PREFIX}
case $prefix in
/*) ;;
*) prefix=$PWD/$prefix ;;
esac

if [ ! -e build/release/build.ninja ]; then
  cmake --preset release -DGM_TESTS=OFF -DGM_BENCH=OFF
fi
cmake --build --preset release
cmake --install build/release --prefix "$prefix"
if [ "$prefix" = /usr/local ] && [ -z "${DESTDIR:-}" ] && [ "$(id -u)" -eq 0 ]; then
  ldconfig
fi
