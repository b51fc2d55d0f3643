#!/usr/bin/env bash
# From a fresh clone on Debian 12 to a first verdict: installs packages, builds a release, reads samples/, and shows
# what ruagate says about them. Run it as often as you like; nothing outside build/ is written.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/install-packages.sh deploy/packages-build.txt

echo "Building (a few minutes the first time) ..." >&2
mkdir -p build
log=build/quickstart.log
if ! { cmake --preset release -DRUAGATE_TESTS=OFF -B build/quickstart && cmake --build build/quickstart --target ruagate; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "quickstart: the build failed; the whole log is $log" >&2
  exit 1
fi

ruagate=build/quickstart/ruagate
config=samples/ruagate.toml
db=build/quickstart.db
as_of=2026-11-21 # the sample mail ends on 2026-11-20
rm -f "$db" "$db-wal" "$db-shm"

show() {
  printf '\n\033[1m$ %s\033[0m\n' "$*"
  local code=0
  "$@" || code=$?
  # readiness answers by its exit code too: 10 hold, 11 not enough data, 12 step back
  if [ "$code" -ne 0 ] && [ "$code" -lt 10 ]; then exit "$code"; fi
}

show $ruagate ingest --config $config --db $db samples/maildir samples/reports
show $ruagate sources --config $config --db $db --as-of $as_of shop.example
show $ruagate readiness --config $config --db $db --as-of $as_of

cat <<TEXT

That was a small world made up for this purpose (samples/README.md tells who is who). Your own:

  build/quickstart/ruagate ingest --db my.db /path/to/your/rua/Maildir
  build/quickstart/ruagate readiness --db my.db

The HTML summary of the samples, to open in a browser: build/quickstart-summary.html
TEXT
$ruagate summary --config $config --db $db --as-of 2026-11-20 --period week --format html > build/quickstart-summary.html
