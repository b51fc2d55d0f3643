#!/usr/bin/env bash
# clang-tidy with the set of .clang-tidy over src/ (all files, or those named). Needs the dev preset configured once.
set -euo pipefail
cd "$(dirname "$0")/.."
deploy/install-packages.sh deploy/packages-build.txt tests/packages.txt
[ -e build/dev/compile_commands.json ] || cmake --preset dev >/dev/null
cmake --build --preset dev --target ruagate -- --quiet # makes the embedded headers
if [ $# -gt 0 ]; then files=("$@"); else mapfile -t files < <(find src -name '*.cpp' | sort); fi
# g++'s own warning names are unknown to clang.
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy-14 --quiet -p build/dev --extra-arg=-Wno-unknown-warning-option
