#!/bin/sh
# format.sh [--check]: lay out every C file by .clang-format, or name those that differ.
set -eu
cd "$(dirname -- "$0")/.."
sh scripts/install-packages.sh format >&2
mode=-i
[ "${1:-}" != --check ] || mode="--dry-run --Werror"
git ls-files -z -- '*.c' '*.h' | xargs -0 clang-format $mode
