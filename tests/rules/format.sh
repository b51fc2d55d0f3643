#!/usr/bin/env bash
# format.sh CLANG_FORMAT SOURCE_DIR: fails when a C++ file is not as clang-format would write it.
set -euo pipefail
cd "$2"
find src tests \( -name '*.cpp' -o -name '*.hpp' \) -print0 | xargs -0 "$1" --dry-run --Werror
