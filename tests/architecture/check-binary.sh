#!/bin/sh
# check-binary.sh LIBRARY [TOOL]: what the built library calls, and what it and the tool link.
# - the shared library has no undefined symbol of forbidden.txt, and neither stdout nor stderr;
# - it shows only gm_ symbols;
# - every library that the loader would take is in linked.txt; OpenBLAS is the serial one.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
violations=$(mktemp)
trap 'rm -f "$violations"' EXIT

library=$1
forbidden=$({
  sed '/^#/d; s/.*/&\n__&_chk/' "$here/forbidden.txt"
  printf '%s\n' stdout stderr __assert_fail __assert
} | sort -u)
nm -D --undefined-only "$library" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u |
  while read -r symbol; do
    ! printf '%s\n' "$forbidden" | grep -qxF -- "$symbol" ||
      echo "$library: calls or names $symbol"
  done >>"$violations"
nm -D --defined-only "$library" | awk -v file="$library" \
  '$3 !~ /^gm_/ && $3 !~ /^(_init|_fini|_edata|_end|__bss_start)$/ { print file ": shows " $3 }' \
  >>"$violations"

for file in "$@"; do
  ldd "$file" | awk '!/statically linked/ { print $1, $3 }' | while read -r name path; do
    sed '/^#/d' "$here/linked.txt" | {
      allowed=no
      while read -r pattern; do
        # shellcheck disable=SC2254 # the table holds patterns
        case ${name##*/} in $pattern) allowed=yes ;; esac
      done
      [ $allowed = yes ] || echo "$file: links $name, which is not in tests/architecture/linked.txt"
    }
    case $name in
    libopenblas*) case $path in
      *serial*) ;;
      *) echo "$file: OpenBLAS is $path, not the serial one" ;;
      esac ;;
    esac
  done >>"$violations"
done

cat "$violations"
[ ! -s "$violations" ] || exit 1
echo "Checked $*"
