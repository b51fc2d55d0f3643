#!/usr/bin/python3
"""Figures of the HTTP side over an existing database: requests a second of an unchanged answer (by wrk), and what answers cost
cold and unchanged; with --mails, what a steady load costs the ingestion of a service.

    tests/bench/http_bench.py [--binary build/release/ruagate] [--seconds 10] DATABASE DOMAIN
    tests/bench/http_bench.py [--binary build/release/ruagate] --mails MAILDIR [--rate 2000] [--turns 3] DATABASE DOMAIN

The database is copied first (nobody may write it meanwhile). The first form needs wrk (Debian)."""
import argparse
import http.client
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time


def start(binary, folder, more=""):
    config = folder / "bench.toml"
    config.write_text(f'[store]\npath = "{folder}/x.db"\n[http]\nlisten = "127.0.0.1:0"\n{more}')
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


class Load(threading.Thread):
    """Asks for one thing at a steady rate over kept connections, until it is stopped."""

    AT_ONCE = 20

    def __init__(self, port, target, rate):
        super().__init__(daemon=True)
        self.port, self.rate, self.answered, self.late = port, rate, 0, 0
        self.request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        self.ending = threading.Event()

    def run(self):
        sockets = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(self.AT_ONCE)]
        due = time.monotonic()
        while not self.ending.is_set():
            for each in sockets:
                each.sendall(self.request)
            for each in sockets:
                self.take(each)
            self.answered += len(sockets)
            due += len(sockets) / self.rate
            if (left := due - time.monotonic()) > 0:
                time.sleep(left)
            else:
                self.late += 1
        for each in sockets:
            each.close()

    @staticmethod
    def take(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        left = int(re.search(rb"content-length: (\d+)", head.lower()).group(1)) - len(body)
        while left > 0:
            left -= len(connection.recv(65536))


def copy_database(database, folder, binary):
    for companion in ("", "-wal"):
        if pathlib.Path(database + companion).exists():
            shutil.copy(database + companion, folder / f"x.db{companion}")
    subprocess.run([binary, "--db", folder / "x.db", "--quiet", "db", "migrate"], check=True)


def is_empty(folder):
    with os.scandir(folder) as entries:
        return next(entries, None) is None


def ingest(given, loaded):
    """Messages a second that a service reads from a copy of the maildir, and the answers a second that it gives beside."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ruagate-bench-"))
    copy_database(given.database, folder, given.binary)
    box = folder / "box"
    for part in ("cur", "new", "tmp"):
        (box / part).mkdir(parents=True)
    process, port = start(given.binary, folder,
                          f'[[mailbox]]\nname = "rua"\ntype = "maildir"\npath = "{box}"\nprocessed = "move:Archive"\n')
    target = f"/api/v1/domains/{given.domain}/readiness"
    timed(port, target)  # Worked out once; the mails are about other domains.
    load = Load(port, target, given.rate)
    try:
        if loaded:
            load.start()
            time.sleep(1)
        mails = sorted(path for part in ("cur", "new") for path in (pathlib.Path(given.mails) / part).iterdir())
        shutil.copytree(given.mails, folder / "mails")
        answered, began = load.answered, time.monotonic()
        (box / "new").rmdir()
        os.rename(folder / "mails/new" if any((folder / "mails/new").iterdir()) else folder / "mails/cur", box / "new")
        while not is_empty(box / "new"):  # A list of thousands of names, again and again, would take a part of a core.
            time.sleep(0.02)
        took = time.monotonic() - began
        return len(mails) / took, (load.answered - answered) / took, memory(process)
    finally:
        load.ending.set()
        if loaded:
            load.join()
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def loss(given):
    alone, beside = [], []
    for _ in range(given.turns):
        alone.append(ingest(given, False)[0])
        rate, answers, peak = ingest(given, True)
        beside.append(rate)
        print(f"{alone[-1]:8.0f} messages/s alone, {rate:8.0f} beside {answers:6.0f} answers/s; peak memory {peak:.0f} MiB", flush=True)
    print(f"median: {statistics.median(alone):.0f} alone, {statistics.median(beside):.0f} beside: "
          f"{100 * (1 - statistics.median(beside) / statistics.median(alone)):.0f} % less")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("database")
    options.add_argument("domain")
    options.add_argument("--binary", default="build/release/ruagate")
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--mails")
    options.add_argument("--rate", type=int, default=2000)
    options.add_argument("--turns", type=int, default=3)
    given = options.parse_args()
    if given.mails:
        loss(given)
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ruagate-bench-"))
    process = None
    try:
        copy_database(given.database, folder, given.binary)
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
