#!/bin/sh
# check.sh BUILD SCRATCH: installs a build under a prefix, moves the prefix, and uses what is there
# as a stranger would: by CMake, by pkg-config, by the command line.
set -u
build=$(CDPATH='' cd -- "$1" && pwd)
source=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
rm -rf "$2"
mkdir -p "$2"
scratch=$(CDPATH='' cd -- "$2" && pwd)
prefix=$scratch/moved/prefix
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# quietly COMMAND…: its output only where it fails.
quietly() {
  "$@" >"$scratch/log" 2>&1 </dev/null && return 0
  cat "$scratch/log"
  return 1
}

expect_file() {
  [ -s "$prefix/$1" ] || fail "$1 was not installed"
}

# expect_example PROGRAM WHAT: it ends well and what it prints is right.
expect_example() {
  output=$("$1") || fail "$1 ended with an error"
  "expect_$2" || fail "$1 printed: $output"
}

# The true error is in the predicted interval, and is small without being nought.
expect_error() {
  printf '%s\n' "$output" | awk '
    /^predicted relative error/ { low = $(NF - 1); high = $NF }
    /^true relative error/ { error = $4 }
    END { exit !(error > 0.0005 && error > low && error < high && high < 0.1) }'
}

# The secret is found, and not without reduction; where there is no fplll, that is said.
expect_secret() {
  case $output in
  "error: no lattice reduction here: "*) return 0 ;;
  esac
  printf '%s\n' "$output" | awk '
    /^recovered: +yes, 0 entries differ/ { found = 1 }
    /^unreduced: +nothing/ { control = 1 }
    END { exit !(found && control) }'
}

# Intervals hold the truth, one of them may miss; waves of the unit's own length are seen, and those
# far from it are not.
expect_verdicts() {
  printf '%s\n' "$output" | awk '
    $1 == "3.0" { own = $6 == "informative" && $4 > 0 && $3 > 0.5 * $2 && $3 < 1.5 * $2 }
    $1 == "8.0" { far = $6 == "uninformative" }
    /intervals hold/ { held = $1 }
    END { exit !(own && far && held >= 5) }'
}

# --- install, then move: nothing may remember the first place ---
env -u DESTDIR cmake --install "$build" --prefix "$scratch/first" >"$scratch/log" 2>&1 || {
  cat "$scratch/log"
  fail "cmake --install"
  exit 1
}
mkdir "$scratch/moved"
mv "$scratch/first" "$prefix"
if grep -rIl -e "$scratch/first" -e "$source" "$prefix" >"$scratch/log"; then
  fail "these files name the tree they were built in: $(cat "$scratch/log")"
fi

libdir=$(dirname "$(find "$prefix" -name 'libgradiometer.*' | head -n 1)")
version=$(sed -n 's/^Version: //p' "$libdir/pkgconfig/gradiometer.pc")
expect_file include/gradiometer/gradiometer.h
[ "$(cd "$prefix/include/gradiometer" && ls)" = "$(cd "$source/include/gradiometer" && ls)" ] ||
  fail "the installed headers are not those of include/gradiometer"
find "$prefix/share/doc" -name LICENSE | grep -q . || fail "the licence was not installed"
if [ -e "$libdir/libgradiometer.so" ]; then
  soname=$(readelf -d "$libdir/libgradiometer.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
  [ "$soname" = "libgradiometer.so.${version%.*}" ] || fail "SONAME is $soname"
  ! ldd "$libdir/libgradiometer.so" | grep 'libopenblas' ||
    fail "the library needs an OpenBLAS from outside: $(ldd "$libdir/libgradiometer.so")"
fi

# --- every example, by CMake and by pkg-config ---
[ "$(PKG_CONFIG_PATH=$libdir/pkgconfig pkg-config --modversion gradiometer)" = "$version" ] ||
  fail "pkg-config does not find version $version"

# try_example FOLDER PROGRAM WHAT
try_example() {
  example=$scratch/example/$1
  mkdir -p "$scratch/example"
  cp -R "$source/examples/$1" "$example"
  if quietly cmake -S "$example" -B "$scratch/with-cmake/$1" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_COMPILER="${CC:-cc}" -DCMAKE_C_FLAGS="-Wall -Wextra -Wpedantic -Werror" &&
    quietly cmake --build "$scratch/with-cmake/$1"; then
    expect_example "$scratch/with-cmake/$1/$2" "$3"
  else
    fail "$1 with CMake"
  fi
  if PKG_CONFIG_PATH=$libdir/pkgconfig quietly make -C "$example" CC="${CC:-cc}" \
    CFLAGS="-Wall -Wextra -Wpedantic -Werror"; then
    expect_example "$example/$2" "$3"
  else
    fail "$1 with pkg-config"
  fi
}
try_example second-moments second_moments error
try_example gradients-from-function poisson error
try_example informativeness-of-function sine_unit verdicts
try_example recover-lwe-secret lwe_secret secret

# --- the command line ---
if [ -e "$build/bin/gradiometer" ]; then
  expect_file bin/gradiometer
  expect_file share/man/man1/gradiometer.1
  expect_file share/bash-completion/completions/gradiometer
  said=$("$prefix/bin/gradiometer" --version 2>&1)
  case $said in
  "gradiometer $version" | "gradiometer $version "*) ;;
  *) fail "--version says $said" ;;
  esac
  head -n 5 "$prefix/share/man/man1/gradiometer.1" | grep -q '^\.TH ' ||
    fail "the manual page has no .TH line at its beginning"
  if [ -e "$build/bin/gradiometer-lattice" ]; then
    expect_file libexec/gradiometer/gradiometer-lattice
    env -u GRADIOMETER_LATTICE_HELPER "$prefix/bin/gradiometer" info | grep -q '^lattices  *fplll' ||
      fail "the installed helper program is not found"
  fi
  if [ -e "$build/bin/gradiometer-mpi.so" ]; then
    expect_file libexec/gradiometer/gradiometer-mpi.so
    env -u GRADIOMETER_MPI_MODULE "$prefix/bin/gradiometer" info | grep -q '^MPI  *[A-Z].* v*[0-9]' ||
      fail "the installed module for MPI is not found"
  fi
  if command -v bash >/dev/null; then
    bash -n "$prefix/share/bash-completion/completions/gradiometer" || fail "the completion"
  fi
fi

[ "$failures" -eq 0 ] || exit 1
rm -rf "$scratch"
echo "Installed, moved and used."
