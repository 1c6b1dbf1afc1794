#!/bin/sh
# check-source.sh TREE: names every place where a source tree leaves the architecture:
# - a folder of src/ includes itself and those before it in order.txt, outside libraries only where
#   outside.txt says, and has a README.md;
# - tools/, experiments/ and examples/ include only the public headers and files of their own folder,
#   tools/lattice also the messages that it exchanges with the library;
# - the library calls nothing of forbidden.txt, but for what excepted.txt allows one file, and does not name stdout or stderr;
# - every source named as [key2000, place] stands in docs/references.bib.
# Exit status 1 where there is a violation.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cd "$1"
violations=$(mktemp)
trap 'rm -f "$violations"' EXIT

for folder in src/*/; do
  folder=${folder%/}
  grep -qx "${folder#src/}" "$here/order.txt" ||
    echo "$folder: not in the order of tests/architecture/order.txt" >>"$violations"
  [ -s "$folder/README.md" ] || echo "$folder: has no README.md" >>"$violations"
done

sources() {
  find "$@" -type f \( -name '*.c' -o -name '*.h' -o -name '*.inc' -o -name '*.cpp' \) 2>/dev/null | sort
}

sources src | while read -r file; do
  awk -v file="$file" -f "$here/strip.awk" "$file" |
    awk -v file="$file" -v tables="$here" -f "$here/library.awk"
done >>"$violations"

sources tools experiments examples | while read -r file; do
  awk -v file="$file" -f "$here/strip.awk" "$file" | awk -v file="$file" -f "$here/client.awk"
done >>"$violations"

find include src tools docs -type f \( -name '*.c' -o -name '*.h' -o -name '*.md' \) -exec \
  grep -HnoE '\[[a-z]+[12][0-9]{3}[a-z]?[],]' {} + 2>/dev/null | while IFS=: read -r file line key; do
  key=$(printf '%s\n' "$key" | tr -d '[],')
  grep -q "^@[a-z]*{$key,\$" docs/references.bib 2>/dev/null ||
    echo "$file:$line: [$key] is not in docs/references.bib"
done >>"$violations"

cat "$violations"
[ ! -s "$violations" ] || exit 1
echo "Checked $(sources src | wc -l) files of the library and" \
  "$(sources tools experiments examples | wc -l) of its clients."
