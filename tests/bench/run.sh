#!/bin/sh
# Measures ingestion and verdicts with the release build: messages and records a second, peak memory, and what each
# stage costs, on a corpus whose totals are known and checked.
#
#   tests/bench/run.sh [--messages N] [--history N] [--work DIR] [--no-build]
#
# --history fills a database with that many records and asks it questions; 10000000 takes about ten minutes.
# Needs /usr/bin/time and python3 (Debian: apt-get install time python3). Corpora and databases go to a temporary
# folder that is removed at the end, or to DIR, which is kept. RUAGATE_BUILD names another build folder than
# build/release; --no-build takes what is in it.
set -eu

messages=20000
history=
work=
make=yes
while [ $# -gt 0 ]; do
  case "$1" in
    --messages) messages=$2; shift 2 ;;
    --history) history=$2; shift 2 ;;
    --work) work=$2; shift 2 ;;
    --no-build) make=no; shift ;;
    *) echo "usage: $0 [--messages N] [--history N] [--work DIR] [--no-build]" >&2; exit 2 ;;
  esac
done
[ -x /usr/bin/time ] || { echo "$0: /usr/bin/time is missing: apt-get install time" >&2; exit 1; }

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${RUAGATE_BUILD:-$root/build/release}
if [ -z "$work" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi

if [ "$make" = yes ]; then
  (cd "$root" && cmake --preset release -B "$build" >/dev/null)
  cmake --build "$build" --target ruagate ruagate_bench_corpus ruagate_bench_readiness ruagate_bench_reference \
    ruagate_bench_history >&2
fi
ruagate=$build/ruagate
corpus=$build/tests/bench/ruagate_bench_corpus

# measure NAME CORPUS_OPTIONS...
measure() {
  name=$1
  shift
  rm -rf "${work:?}/$name"
  mkdir -p "$work/$name"
  "$corpus" "$work/$name/maildir" --totals "$work/$name/totals.json" "$@" >/dev/null
  # Read once, so that the figures are of the program and not of a cold disk.
  cat "$work/$name/maildir/new/"* >/dev/null
  /usr/bin/time -v -o "$work/$name/time.txt" \
    "$ruagate" ingest --db "$work/$name/ruagate.db" --json --verbose "$work/$name/maildir" \
    >"$work/$name/ingest.json" 2>"$work/$name/ingest.log"
  "$ruagate" reports --db "$work/$name/ruagate.db" --json >"$work/$name/reports.json"
  python3 "$root/tests/bench/evaluate.py" "$name" "$work/$name"
}

echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
measure typical --messages "$messages" --seed 1
measure large-4x50000 --messages 4 --records 50000 --seed 2
measure large-1x200000 --large --seed 3

# The same mails on one core, by turns: the libraries alone, ruagate, and ruagate with all of them known.
echo
echo "== typical on one core, beside the reference loop"
for turn in 1 2 3; do
  rm -f "$work"/one.db* "$work"/reference.db*
  taskset -c 0 "$build/tests/bench/ruagate_bench_reference" "$work/typical/maildir" "$work/reference.db" \
    "$root/schema/db.sql" >"$work/reference.json"
  taskset -c 0 "$ruagate" ingest --db "$work/one.db" --json "$work/typical/maildir" >"$work/one.json"
  "$ruagate" ingest --db "$work/one.db" --json "$work/typical/maildir" >"$work/again.json"
  python3 "$root/tests/bench/compare.py" "$work"
done
if [ -n "$history" ]; then
  echo
  echo "== questions after $history records"
  rm -f "$work"/history.db*
  "$build/tests/bench/ruagate_bench_history" "$work/history.db" --records "$history"
fi
echo
echo "== readiness"
"$build/tests/bench/ruagate_bench_readiness"
