#!/usr/bin/env bash
# clang-tidy with the set of .clang-tidy over src/ (all files, or those named). Reads the commands of the
# release preset, which has no precompiled headers.
set -euo pipefail
cd "$(dirname "$0")/.."
deploy/install-packages.sh deploy/packages-build.txt tests/packages.txt
cmake --preset release >/dev/null
cmake --build --preset release --target ruagate -- --quiet # makes the embedded headers
if [ $# -gt 0 ]; then files=("$@"); else mapfile -t files < <(find src -name '*.cpp' | sort); fi
# g++'s own warning names are unknown to clang.
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy-14 --quiet -p build/release --extra-arg=-Wno-unknown-warning-option
