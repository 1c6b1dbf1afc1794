#!/bin/sh
# self-test.sh: plants one violation at a time in a small tree and expects each to be found.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

# A tree that keeps to the rules, with what a hasty checker would take for a violation.
fresh() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/src/base" "$tree/src/linalg" "$tree/src/report" "$tree/tools/gradiometer"
  for folder in base linalg report; do
    echo "What lives here." >"$tree/src/$folder/README.md"
  done
  echo 'int base;' >"$tree/src/base/base.h"
  echo 'int linalg;' >"$tree/src/linalg/linalg.h"
  echo 'int report;' >"$tree/src/report/report.h"
  cat >"$tree/src/linalg/linalg.c" <<'C'
#include "base/base.h"
#include "linalg.h"
#include <cblas.h>
/* exit(1) and
   printf("x") in a comment */
int f(void) { return snprintf(0, 0, "abort() \" fork() %d", 1); } // system(0)
int my_exit(void); int exit_code; struct { int signal; } s;
C
  cat >"$tree/tools/gradiometer/main.c" <<'C'
#include <gradiometer/context.h>
#include "own.h"
int main(void) { printf("allowed here"); exit(0); }
C
  echo 'int own;' >"$tree/tools/gradiometer/own.h"
}

expect_clean() {
  if ! sh "$here/check-source.sh" "$tree" >"$tree.log" 2>&1; then
    echo "FAILED: a tree that keeps to the rules was refused:"
    cat "$tree.log"
    failures=$((failures + 1))
  fi
  rm -f "$tree.log"
}

# expect_found TEXT: exactly one violation, whose line holds TEXT.
expect_found() {
  if sh "$here/check-source.sh" "$tree" >"$tree.log" 2>&1; then
    echo "FAILED: not found: $1"
    failures=$((failures + 1))
  elif ! grep -qF -- "$1" "$tree.log" || [ "$(wc -l <"$tree.log")" -ne 1 ]; then
    echo "FAILED: expected one line with \"$1\", seen:"
    cat "$tree.log"
    failures=$((failures + 1))
  fi
  rm -f "$tree.log"
  fresh
}

fresh
expect_clean
planted=$tree/src/base/planted.c

echo '#include "linalg/linalg.h"' >"$planted"
expect_found 'planted.c:1: src/base includes "linalg/linalg.h", but linalg comes after base'
echo '  #  include  "report/report.h"' >"$tree/src/linalg/planted.h"
expect_found 'but report comes after linalg'
echo '#include "elsewhere/x.h"' >"$planted"
expect_found 'no folder of src/'
echo '#include "linalg.h"' >"$planted"
expect_found 'which is not in src/base'
echo '#include <jansson.h>' >"$planted"
expect_found 'which is for report alone'
for call in 'printf("x")' 'exit (1)' 'abort()' 'x = fork()' 'system("ls")' 'popen(a, b)' 'signal(2, f)' \
  'sigaction(2, 0, 0)' 'puts("x")' 'assert(x)' '_Exit(3)' 'perror("x")'; do
  printf 'int x;\nvoid f(void) { "\\"" /* a */; %s; }\n' "$call" >"$planted"
  expect_found 'planted.c:2: the library must not call this'
done
# What one file may call, no other may, of its folder neither.
mkdir -p "$tree/src/parallel"
echo "What lives here." >"$tree/src/parallel/README.md"
printf 'void f(void) { posix_spawn(0); kill(1, 9);\nwaitpid(1, 0, 0); }\n' >"$tree/src/parallel/process.c"
expect_clean
for call in 'posix_spawn(0)' 'kill(1, 9)' 'waitpid(1, 0, 0)'; do
  mkdir -p "$tree/src/lattice"
  echo "What lives here." >"$tree/src/lattice/README.md"
  echo "void f(void) { $call; }" >"$tree/src/lattice/pool.c"
  expect_found 'pool.c:1: the library must not call this'
done
mkdir -p "$tree/src/parallel"
echo "What lives here." >"$tree/src/parallel/README.md"
echo 'void f(void) { fork(); }' >"$tree/src/parallel/process.c"
expect_found 'process.c:1: the library must not call this'
echo '#include <fplll.h>' >"$planted"
expect_found 'which is for tools/lattice alone'
mkdir -p "$tree/tools/lattice"
printf '#include <fplll.h>\n#include "lattice/message.h"\n' >"$tree/tools/lattice/main.cpp"
expect_clean
echo '#include "lattice/pool.h"' >"$tree/tools/lattice/main.cpp"
expect_found 'which is not in its own folder'
echo '#include <fplll/lll.h>' >"$tree/tools/gradiometer/planted.c"
expect_found 'uses fplll, which is for tools/lattice alone'
echo '#include "lattice/message.h"' >"$tree/tools/gradiometer/planted.c"
expect_found 'which is not in its own folder'
echo 'void f(void) { fputs("x", stderr); }' >"$planted"
expect_found 'must not print'
rm "$tree/src/linalg/README.md"
expect_found 'src/linalg: has no README.md'
mkdir "$tree/src/newcomer"
echo "What lives here." >"$tree/src/newcomer/README.md"
expect_found 'src/newcomer: not in the order'
echo '#include "base/base.h"' >"$tree/tools/gradiometer/planted.c"
expect_found 'which is not in its own folder'
mkdir -p "$tree/examples/a"
echo '#include "../../src/base/base.h"' >"$tree/examples/a/planted.c"
expect_found 'examples/a/planted.c:1'
mkdir -p "$tree/docs" "$tree/include"
echo '@book{known1983,' >"$tree/docs/references.bib"
printf '/* [known1983, theorem 1] but a[i] */\n/* [absent1999] */\n' >"$tree/include/planted.h"
expect_found 'include/planted.h:2: [absent1999] is not in docs/references.bib'
mkdir -p "$tree/experiments"
echo '#include <cblas.h>' >"$tree/experiments/planted.c"
expect_found 'outside library instead of the public headers'

# The checker of binaries, on a library with one forbidden call and one foreign symbol.
cat >"$tree/bad.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
void foreign(void);
void foreign(void) { fputs("x", stderr); exit(1); }
C
"${CC:-cc}" -c -fPIC -o "$tree/bad.o" "$tree/bad.c"
"${CC:-cc}" -shared -o "$tree/libbad.so" "$tree/bad.o"
echo "$tree/bad.o" >"$tree/objects"
sh "$here/check-binary.sh" "$tree/objects" "$tree/libbad.so" >"$tree/log" 2>&1 && : >"$tree/log"
for found in 'calls or names exit' 'calls or names stderr' 'shows foreign'; do
  if ! grep -q -- "$found" "$tree/log"; then
    echo "FAILED: not found in a binary: $found"
    failures=$((failures + 1))
  fi
done
# An exception is for the object of one file.
echo 'int kill(int, int); int gm_f(void); int gm_f(void) { return kill(1, 0); }' >"$tree/bad.c"
mkdir -p "$tree/src/parallel"
for name in process pool; do
  "${CC:-cc}" -c -fPIC -o "$tree/src/parallel/$name.c.o" "$tree/bad.c"
  "${CC:-cc}" -shared -o "$tree/libbad.so" "$tree/src/parallel/$name.c.o"
  echo "$tree/src/parallel/$name.c.o" >"$tree/objects"
  found=no
  sh "$here/check-binary.sh" "$tree/objects" "$tree/libbad.so" >/dev/null 2>&1 || found=yes
  case $name$found in
  processno | poolyes) ;;
  *)
    echo "FAILED: kill in the object of src/parallel/$name.c: found $found"
    failures=$((failures + 1))
    ;;
  esac
done
echo 'int gm_f(void); int gm_f(void) { return 1; }' >"$tree/good.c"
"${CC:-cc}" -c -fPIC -o "$tree/good.o" "$tree/good.c"
"${CC:-cc}" -shared -o "$tree/libgood.so" "$tree/good.o"
echo "$tree/good.o" >"$tree/objects"
if ! sh "$here/check-binary.sh" "$tree/objects" "$tree/libgood.so"; then
  echo "FAILED: a good library was refused"
  failures=$((failures + 1))
fi

[ "$failures" -eq 0 ] && echo "The checkers find what was planted."
