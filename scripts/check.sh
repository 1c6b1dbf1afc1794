#!/bin/sh
# check.sh [all]: install what is needed, build, run every test; `all` adds the other compilers and
# checkers. The last line of standard output is "N passed, N failed[, N skipped]".
#
# FUZZ_RUNS=N      executions of each fuzz target (10000000)
set -u
cd "$(dirname -- "$0")/.." || exit 1

mode=${1:-}
passed=0
failed=0
skipped=0
logs=build/check
mkdir -p "$logs"
rm -f "$logs"/*.log "$logs"/*.names

finish() {
  if [ -n "$(cat "$logs"/*.names 2>/dev/null)" ]; then
    echo
    for names in "$logs"/*.names; do
      [ ! -s "$names" ] || sed "s|^|$(basename "$names" .names): |" "$names"
    done
  fi
  echo
  line="$passed passed, $failed failed"
  [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
  echo "$line"
  [ "$failed" -eq 0 ]
  exit
}

interrupted() {
  failed=$((failed + 1))
  echo "interrupted" >"$logs/check.names"
  finish
}
trap interrupted INT TERM HUP

heading() {
  printf '\n=== %s (%s)\n' "$1" "$(date +%T)"
}

# step NAME COMMAND…: one more test, by the exit status of a command; 77 means skipped.
step() {
  name=$1
  shift
  "$@" </dev/null
  case $? in
  0) passed=$((passed + 1)) ;;
  77) skipped=$((skipped + 1)) && echo "skipped: $name" >>"$logs/check.names" ;;
  *) failed=$((failed + 1)) && echo "failed: $name" >>"$logs/check.names" ;;
  esac
}

# build PRESET [-DOPTION…]: configure and build; what it prints is shown where it says something.
build() {
  preset=$1
  shift
  log=$logs/$preset-build.log
  if cmake --preset "$preset" "$@" >"$log" 2>&1 && cmake --build --preset "$preset" >>"$log" 2>&1; then
    grep -A 6 'warning: ' "$log" || echo "built without warnings"
    return 0
  fi
  tail -n 60 "$log"
  failed=$((failed + 1))
  echo "failed: build of $preset, see $log" >>"$logs/check.names"
  return 1
}

# run_tests RUN PRESET [ctest option…]: RUN names the run where the same build is tested twice.
run_tests() {
  run=$1
  preset=$2
  shift 2
  folder=build/$preset
  rm -f "$folder/Testing/Temporary/LastTest.log"
  $wrapper ctest --test-dir "$folder" --output-on-failure --no-tests=error --timeout 900 \
    -j "$(nproc)" -O "$logs/$run-tests.log" "$@" </dev/null
  status=$?
  : >"$logs/$run.names"
  # shellcheck disable=SC2046 # three numbers
  set -- $(awk -v names="$logs/$run.names" -f scripts/count-tests.awk \
    "$logs/$run-tests.log" "$folder/Testing/Temporary/LastTest.log")
  passed=$((passed + ${1:-0}))
  failed=$((failed + ${2:-0}))
  skipped=$((skipped + ${3:-0}))
  if [ $status -ne 0 ] && [ "${2:-0}" -eq 0 ]; then
    failed=$((failed + 1))
    echo "failed: ctest itself, see $logs/$run-tests.log" >>"$logs/$run.names"
  fi
}
wrapper=

# check_preset PRESET TITLE [-DOPTION…]
check_preset() {
  heading "$2"
  preset=$1
  shift 2
  if build "$preset" "$@"; then
    run_tests "$preset" "$preset"
  fi
}

minimal_works() {
  sh tests/packaging/check.sh build/minimal build/check/minimal-packaging &&
    build/minimal/bin/gradiometer info
}

# Kernels and OpenBLAS follow the processor that valgrind shows them, which has no AVX-512.
under_valgrind() {
  log=$logs/valgrind-$(basename "$1").log
  timeout 3600 valgrind -q --error-exitcode=99 --leak-check=full \
    --errors-for-leak-kinds=definite,indirect "$1" >"$log" 2>&1
  status=$?
  [ $status -eq 0 ] || [ $status -eq 77 ] || tail -n 60 "$log"
  return $status
}

valgrind_unit_tests() {
  for source in tests/unit/*.c; do
    name=$(basename "$source" .c)
    step "valgrind $name" under_valgrind "build/plain/bin/test_$name"
  done
}

fuzz() {
  for target in build/fuzz/bin/fuzz_*; do
    name=$(basename "$target")
    seeds=tests/fuzz/corpus/${name#fuzz_}
    found=build/check/$name
    mkdir -p "$found"
    [ -d "$seeds" ] || seeds=
    # shellcheck disable=SC2086 # no seeds, no argument
    step "$name" "$target" -runs="${FUZZ_RUNS:-10000000}" -print_final_stats=1 -verbosity=0 \
      -max_len=512 -timeout=10 -rss_limit_mb=4096 \
      -artifact_prefix="$found/" "$found" $seeds
  done
}

check_all() {
  check_preset clang "clang, warnings are errors"
  # The thread sanitizer maps memory at fixed addresses, which some kernels randomise too far.
  setarch "$(uname -m)" -R true 2>/dev/null && wrapper="setarch $(uname -m) -R"
  check_preset tsan "thread sanitizer"
  wrapper=
  heading "valgrind"
  build plain && valgrind_unit_tests
  heading "long statistics"
  export GRADIOMETER_LONG=1
  run_tests long-statistics release -L statistics --timeout 7200
  unset GRADIOMETER_LONG
  heading "fuzzing, ${FUZZ_RUNS:-10000000} executions a target"
  build fuzz && fuzz
}

set_of_packages=check
[ "$mode" != all ] || set_of_packages=check_all
if ! sh scripts/install-packages.sh $set_of_packages; then
  failed=1
  echo "failed: installing packages" >"$logs/check.names"
  finish
fi
check_preset release "release"
check_preset dev "sanitizers for addresses and undefined behaviour, warnings are errors"
heading "minimal: static library and command line"
build minimal && step "minimal" minimal_works
[ "$mode" != all ] || check_all
finish
