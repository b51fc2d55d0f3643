#!/usr/bin/env bash
# version.sh BINARY VERSION SOURCE_DIR: the binary, the build and the change log must name the same version.
set -euo pipefail
[ "$("$1" --version)" = "ruagate $2" ] || { echo "--version says $("$1" --version), the build says $2"; exit 1; }
grep -q "^## $2" "$3/CHANGELOG.md" || { echo "CHANGELOG.md has no section for $2"; exit 1; }
