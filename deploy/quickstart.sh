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

title() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
# readiness answers by its exit code too: 10 hold, 11 not enough data, 12 step back.
judged() { local code=0; "$@" || code=$?; [ "$code" -eq 0 ] || [ "$code" -ge 10 ] || exit "$code"; }
options=(--config "$config" --db "$db")

title ruagate ingest samples/maildir samples/reports
"$ruagate" "${options[@]}" ingest samples/maildir samples/reports

title ruagate sources shop.example --as-of "$as_of"
"$ruagate" "${options[@]}" sources shop.example --as-of "$as_of"

title ruagate readiness --as-of "$as_of" "   # the overview; the whole answer is in build/quickstart-readiness.txt"
judged "$ruagate" "${options[@]}" readiness --as-of "$as_of" > build/quickstart-readiness.txt
sed '/^$/q' build/quickstart-readiness.txt

title ruagate readiness shop.example --as-of "$as_of"
judged "$ruagate" "${options[@]}" readiness shop.example --as-of "$as_of"

"$ruagate" "${options[@]}" summary --as-of 2026-11-20 --period week --format html > build/quickstart-summary.html

cat <<TEXT

That was a small world made up for this purpose (samples/README.md tells who is who). Your own:

  build/quickstart/ruagate ingest --db my.db /path/to/your/rua/Maildir
  build/quickstart/ruagate readiness --db my.db

The service with its dashboard, over the same samples (Ctrl-C ends it); then open http://127.0.0.1:8290/ on this machine:

  build/quickstart/ruagate --config samples/ruagate.toml --db build/quickstart.db serve

The summary of the samples as it is mailed each week, to open in a browser: build/quickstart-summary.html
TEXT
