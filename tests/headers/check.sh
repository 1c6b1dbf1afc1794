#!/bin/sh
# check.sh CC CXX|"" INCLUDE: every public header compiles alone, twice over, as C17 and as C++17;
# gradiometer.h includes them all. Without a C++ compiler the test is skipped after the C half.
set -u
cc=$1
cxx=$2
include=$3
failures=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only"

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# compiles COMPILER-WITH-OPTIONS FILE, with its messages shown
compiles() {
  # shellcheck disable=SC2086 # a command and its options
  $1 $warnings -I "$include" "$2"
}

# The check itself must be able to fail.
echo 'inline int f(x) int x; { return "a"; }' >"$scratch/bad.c"
compiles "$cc -std=c17" "$scratch/bad.c" 2>/dev/null && fail "a bad file compiled"

for path in "$include"/gradiometer/*.h; do
  header=gradiometer/$(basename "$path")
  printf '#include <%s>\n#include <%s>\nextern int unused;\n' "$header" "$header" >"$scratch/one.c"
  cp "$scratch/one.c" "$scratch/one.cpp"
  compiles "$cc -std=c17" "$scratch/one.c" || fail "$header as C17"
  [ -z "$cxx" ] || compiles "$cxx -std=c++17" "$scratch/one.cpp" || fail "$header as C++17"
  [ "$header" = gradiometer/gradiometer.h ] ||
    grep -qx "#include <$header>" "$include/gradiometer/gradiometer.h" ||
    fail "gradiometer.h does not include $header"
done

[ "$failures" -eq 0 ] || exit 1
if [ -z "$cxx" ]; then
  echo "No C++ compiler: only C was checked."
  exit 77
fi
echo "Every public header stands alone in C17 and C++17."
