#!/usr/bin/env bash
# Installs what the tests need, builds, and runs everything: the rules of the tree, the whole suite in a debug build,
# and the whole suite again under the address and undefined-behaviour sanitizers. Ends with ctest's closing lines.
#
# Longer checks are separate: tests/lint.sh (clang-tidy), tests/bench/run.sh (figures).
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install-packages.sh deploy/packages-build.txt tests/packages.txt
jobs=$(nproc)
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

for preset in dev asan; do
  echo "== $preset: configure and build" >&2
  cmake --preset "$preset" >"/dev/null"
  cmake --build --preset "$preset" -j "$jobs" -- --quiet
  echo "== $preset: tests" >&2
  ctest --preset "$preset" -j "$jobs" --output-on-failure --no-tests=error --progress
done
