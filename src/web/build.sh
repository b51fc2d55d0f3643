#!/usr/bin/env bash
# build.sh [--installed] [OUT]: bundles the dashboard and compresses it into OUT (default: dist/, which is committed and embedded).
# With --installed the packages are there already.
# Same input, same bytes. Needs Node.js and, for the packages, the npm registry; a plain build of ruagate needs neither.
set -euo pipefail
cd "$(dirname "$0")"
if [ "${1:-}" = --installed ]; then shift; else npm ci --no-audit --no-fund --ignore-scripts --silent; fi
out=${1:-dist}
rm -rf "$out"
mkdir -p "$out"
node node_modules/esbuild/bin/esbuild app/main.tsx --bundle --minify --format=esm --jsx=automatic --jsx-import-source=preact \
  --target=es2020 --charset=utf8 --legal-comments=none --log-level=warning --outfile="$out/app.js"
cp index.html favicon.svg "$out/"
{
  echo "The dashboard contains these packages."
  for package in preact uplot; do
    printf '\n== %s %s\n\n' "$package" "$(node -p "require('./node_modules/$package/package.json').version")"
    cat "node_modules/$package/LICENSE"
  done
} >"$out/licenses.txt"
gzip -9nf "$out"/*
