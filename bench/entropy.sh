#!/bin/sh
# entropy.sh BUILD FOLDER: seconds and memory of counting equal rows, 10^7 rows of 64 columns. FOLDER needs
# room for 5.2 GB.
set -eu
build=$1
folder=$2
repeats=${REPEATS:-3}
echo '| type | bytes of the file | modulus | 1 thread, s | 2 threads, s | memory, MB |'
echo '|---|---|---|---|---|---|'
for setting in 'i1 0' 'i1 101' 'i8 0' 'i8 101'; do
  set -- $setting
  one=$("$build/bin/bench_entropy" "$folder" "$1" 10000000 64 "$2" 1 "$repeats" | awk '/seconds/ { print $2 }')
  "$build/bin/bench_entropy" "$folder" "$1" 10000000 64 "$2" 2 "$repeats" |
    awk -v type="$1" -v q="$2" -v one="$one" '{ v[$1] = $2 } END {
      printf "| %s | %.2g GB | %s | %.1f | %.1f | %.0f |\n", type, type == "i1" ? .64 : 5.12,
             q == 0 ? "none" : q, one, v["seconds"], v["bytes"] / 1e6 }'
done
