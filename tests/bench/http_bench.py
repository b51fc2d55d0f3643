#!/usr/bin/python3
"""Figures of the HTTP side over an existing database: requests a second of an unchanged answer (by wrk), and what answers cost
cold and unchanged.

    tests/bench/http_bench.py [--binary build/release/ruagate] [--seconds 10] DATABASE DOMAIN

The database is copied first (nobody may write it meanwhile). Needs wrk (Debian)."""
import argparse
import http.client
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time


def start(binary, folder):
    config = folder / "bench.toml"
    config.write_text(f'[store]\npath = "{folder}/x.db"\n[http]\nlisten = "127.0.0.1:0"\n')
    process = subprocess.Popen([binary, "--config", config, "serve"], stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
        if found:
            return process, int(found.group(1))
    raise SystemExit("the service did not start")


def timed(port, target, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    began = time.monotonic()
    connection.request("GET", target, headers=headers or {})
    answer = connection.getresponse()
    size = len(answer.read())
    took = (time.monotonic() - began) * 1000
    connection.close()
    assert answer.status in (200, 304), answer.status
    return took, size, answer.headers["ETag"]


def memory(process):
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", text).group(1)) / 1024


def main():
    options = argparse.ArgumentParser()
    options.add_argument("database")
    options.add_argument("domain")
    options.add_argument("--binary", default="build/release/ruagate")
    options.add_argument("--seconds", type=int, default=10)
    given = options.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ruagate-bench-"))
    process = None
    try:
        for companion in ("", "-wal"):
            if pathlib.Path(given.database + companion).exists():
                shutil.copy(given.database + companion, folder / f"x.db{companion}")
        subprocess.run([given.binary, "--db", folder / "x.db", "--quiet", "db", "migrate"], check=True)
        process, port = start(given.binary, folder)
        base = f"/api/v1/domains/{given.domain}"
        for name, target in (("overview", "/api/v1/domains"), ("readiness", f"{base}/readiness"),
                             ("sources", f"{base}/sources"), ("timeline", f"{base}/timeline"), ("impact", f"{base}/impact"),
                             ("health", "/api/v1/health")):
            cold, size, etag = timed(port, target)
            again, _, _ = timed(port, target)
            unchanged = timed(port, target, {"If-None-Match": etag})[0] if etag else float("nan")
            print(f"{name:<10} cold {cold:8.1f} ms  again {again:6.1f} ms  304 {unchanged:6.1f} ms  {size:>9} bytes")
        for name, headers in (("200 gzip", ["-H", "Accept-Encoding: gzip"]), ("200 plain", []),
                              ("304", ["-H", f"If-None-Match: {timed(port, base + '/readiness')[2]}"])):
            done = subprocess.run(["wrk", "-t1", "-c32", f"-d{given.seconds}s", "--latency", *headers,
                                   f"http://127.0.0.1:{port}{base}/readiness"], capture_output=True, text=True, check=True)
            rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)
            late = re.search(r"99%\s+(\S+)", done.stdout).group(1)
            print(f"readiness of {given.domain}, {name}: {rate} requests/s, 99 % within {late}")
        print(f"peak memory {memory(process):.0f} MiB")
    finally:
        if process:
            process.terminate()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    main()
