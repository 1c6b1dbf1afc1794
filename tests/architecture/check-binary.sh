#!/bin/sh
# check-binary.sh OBJECTS LIBRARY [TOOL]: what the built library calls, and what it and the tool link.
# - no object file listed in OBJECTS names a symbol of forbidden.txt, but for those of excepted.txt,
#   stdout or stderr (the OpenBLAS
#   that is linked into the library has such names, for errors that validated arguments exclude);
# - the shared library shows only gm_ symbols;
# - every library that the loader would take is in linked.txt.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
violations=$(mktemp)
trap 'rm -f "$violations"' EXIT

objects=$1
library=$2
shift
forbidden=$({
  sed '/^#/d; s/.*/&\n__&_chk/' "$here/forbidden.txt"
  printf '%s\n' stdout stderr __assert_fail __assert
} | sort -u)
# is_excepted SYMBOL OBJECT: excepted.txt allows the call in the source of this object.
is_excepted() {
  sed '/^#/d' "$here/excepted.txt" | while read -r call file; do
    [ "$call" = "$1" ] || continue
    case $2 in */"$file".o) echo excepted ;; esac
  done | grep -q .
}
[ -s "$objects" ] || echo "$objects: no object is listed" >>"$violations"
while read -r object; do
  nm --undefined-only "$object" | awk 'NF == 2 { print $2 }' | sort -u |
    while read -r symbol; do
      ! printf '%s\n' "$forbidden" | grep -qxF -- "$symbol" || is_excepted "$symbol" "$object" ||
        echo "$object: calls or names $symbol"
    done >>"$violations"
done <"$objects"
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
  done >>"$violations"
done

cat "$violations"
[ ! -s "$violations" ] || exit 1
echo "Checked $*"
