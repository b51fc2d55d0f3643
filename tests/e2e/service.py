"""A running `ruagate serve`, and a client that checks every response against the description of the API."""
import gzip
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

import harness
import openapi


def until(condition, seconds=20, what="it"):
    """Waits for what another process does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.raw = body
        self.body = gzip.decompress(body) if headers.get("content-encoding") == "gzip" and body else body

    @property
    def json(self):
        return json.loads(self.body)


class Service:
    """`ruagate serve` on a free port; extra lines go into its configuration."""

    def __init__(self, folder, db, config="", http="", arguments=(), env=None, ready=True):
        self.db = db
        self.config = folder / "serve.toml"
        self.write_config(config, http)
        self.lines = []
        self.process = subprocess.Popen(
            [harness.BINARY, "--config", str(self.config), *arguments, "serve"], stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL, env={**os.environ, **(env or {})}, text=True, errors="replace")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = None
        if ready:
            until(lambda: self.said("is ready") or self.process.poll() is not None, 60, "the start")
            found = re.search(r"listening on (https?)://([^\s\"]+):(\d+)", self.log)
            assert found, self.log
            self.url = found.group(0).removeprefix("listening on ")
            self.host = found.group(2).strip("[]")
            self.port = int(found.group(3))

    def write_config(self, config="", http=""):
        self.config.write_text(f'[store]\npath = "{self.db}"\n[http]\nlisten = "127.0.0.1:0"\n{http}\n{config}\n')

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)

    @property
    def log(self):
        return "".join(self.lines)

    def said(self, words):
        return words in self.log

    def stop(self, signal_number=signal.SIGTERM, seconds=5.5):
        """Ends it; returns its exit code and how long that took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        self._reader.join(5)
        self.process.stderr.close()
        return code, time.monotonic() - began

    def ask(self, target, method="GET", body=None, headers=None, checked=True):
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            answer = connection.getresponse()
            response = Response(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()
        path = urllib.parse.urlsplit(target).path
        if checked and (path.startswith("/api/") or path in ("/metrics", "/healthz", "/readyz")):
            openapi.check(method, target, response.status, response.headers, response.body)
        return response

    def send(self, target, method, document=None, headers=None, body=None):
        """A change, with its CSRF proof."""
        session = self.ask("/api/v1/session", headers=headers).json
        sent = {**(headers or {}), **({"X-CSRF-Token": session["csrf"]} if session["csrf"] else {})}
        if document is not None:
            body = json.dumps(document)
            sent["Content-Type"] = "application/json"
        return self.ask(target, method, body=body, headers=sent)

    def raw(self, data, seconds=20):
        """Sends bytes and returns all that comes until the other side closes."""
        with socket.create_connection((self.host, self.port), timeout=seconds) as connection:
            connection.sendall(data)
            return read_all(connection)


def read_all(connection):
    got = b""
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            return got
        if not part:
            return got
        got += part
