"""The HTTP side under bad clients: requests cut anywhere, pipelined, oversized, slow, idle by the thousand."""
import http.client
import resource
import shutil
import socket
import tempfile
import pathlib
import time
import unittest

from harness import report_xml, ruagate
from service import Service, read_all, until

GET = b"GET /api/v1/domains/example.com/readiness HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"
LIMITS = "header_seconds = 2\nidle_seconds = 6\nrequest_seconds = 3\nmax_connections = 400"


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


class Robust(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="ruagate-http-"))
        cls.db = cls.dir / "x.db"
        document = cls.dir / "r.xml"
        document.write_text(report_xml())
        assert ruagate("--db", cls.db, "ingest", document).code == 0
        cls.service = Service(cls.dir, cls.db, http=LIMITS, config="[limits]\nmessage_bytes = 1000000")

    @classmethod
    def tearDownClass(cls):
        code, seconds = cls.service.stop()
        assert code == 0 and seconds < 5, (code, seconds, cls.service.log)
        assert "a fault of ours" not in cls.service.log and "Sanitizer" not in cls.service.log, cls.service.log
        shutil.rmtree(cls.dir, ignore_errors=True)

    def tearDown(self):
        self.assertEqual(self.service.ask("/healthz").status, 200, "it goes on")

    def connect(self):
        return socket.create_connection((self.service.host, self.service.port), timeout=30)

    def test_cut_at_every_byte(self):
        csrf = self.service.ask("/api/v1/session").json["csrf"].encode()
        put = (b"PUT /api/v1/domains/example.com/acknowledgement HTTP/1.1\r\nHost: localhost\r\nX-CSRF-Token: " + csrf +
               b"\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n" + b'{"note":"x"}')
        before = self.service.ask("/api/v1/senders").json
        for request in (GET, put):
            for length in range(len(request)):
                with self.connect() as connection:
                    connection.sendall(request[:length])
                    connection.shutdown(socket.SHUT_WR)
                    answer = read_all(connection)
                    self.assertIn(status_of(answer), (None, 400), (length, answer[:100]))
        self.assertEqual(self.service.ask("/api/v1/senders").json, before, "half a change is none")

    def test_reset_at_any_byte(self):
        for length in range(0, len(GET) + 1, 3):
            connection = self.connect()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(GET[:length])
            connection.close()

    def test_split_into_single_bytes(self):
        with self.connect() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"):
                connection.sendall(bytes([byte]))
            self.assertEqual(status_of(read_all(connection)), 200)

    def test_pipelined(self):
        last = GET.replace(b"Accept", b"Connection: close\r\nAccept")
        answer = self.service.raw(GET * 40 + last)
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK\r\n"), 41)
        head = b"HEAD /api/v1/domains HTTP/1.1\r\nHost: localhost\r\n\r\n"
        answer = self.service.raw(head * 3 + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" + last)
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK\r\n"), 5)

    def test_malformed(self):
        ok = b"Host: localhost\r\n"
        for request, status in (
                (b"\r\n\r\n\r\n\r\n" + b"x" * 10 + b"\r\n\r\n", 400), (b"GET\r\n\r\n", 400),
                (b"GET / HTTP/2.0\r\n" + ok + b"\r\n", 505), (b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n", 400),
                (b"GET / HTTP/1.1\r\n" + ok + b" folded: x\r\n\r\n", None), (b"GET x HTTP/1.1\r\n" + ok + b"\r\n", 400),
                (b"GET /\x00 HTTP/1.1\r\n" + ok + b"\r\n", 400), (b"GET /%2 HTTP/1.1\r\n" + ok + b"\r\n", 400),
                (b"GET http://localhost/ HTTP/1.1\r\n" + ok + b"\r\n", 400), (b"G@T / HTTP/1.1\r\n" + ok + b"\r\n", None),
                (b"FROB /api/v1/domains HTTP/1.1\r\n" + ok + b"\r\n", 405), (b"GET / FTP/1.1\r\n" + ok + b"\r\n", None),
                (b"POST /api/v1/intake HTTP/1.1\r\n" + ok + b"Content-Length: -1\r\n\r\n", 400),
                (b"POST /api/v1/intake HTTP/1.1\r\n" + ok + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400),
                (b"POST /api/v1/intake HTTP/1.1\r\n" + ok + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", None),
                (b"POST /api/v1/intake HTTP/1.1\r\n" + ok + b"Transfer-Encoding: gzip\r\n\r\n", None),
                (b"PUT /api/v1/domains/example.com/acknowledgement HTTP/1.1\r\n" + ok +
                 b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
                (b"GET / HTTP/1.1\r\n" + ok + b"Content-Length: 3\r\n\r\nabc", 400),
                (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", None)):
            with self.connect() as connection:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                got = status_of(read_all(connection))
                if status is None:
                    self.assertTrue(got is None or 400 <= got <= 505, (request, got))
                else:
                    self.assertEqual(got, status, request)

    def test_oversized(self):
        for request, status in (
                (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 40000 + b"\r\n\r\n", 431),
                (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 5000 + b"\r\n", 431),
                (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
                (b"GET /?" + b"a=b&" * 500 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
                (b"PUT /api/v1/domains/example.com/acknowledgement HTTP/1.1\r\nHost: localhost\r\n"
                 b"Content-Length: 100000\r\n\r\n", 413),
                (b"PUT /api/v1/domains/example.com/acknowledgement HTTP/1.1\r\nHost: localhost\r\n"
                 b"Content-Length: 99999999999999999999\r\n\r\n", 400)):
            self.assertEqual(status_of(self.service.raw(request)), status, request[:80])
        csrf = self.service.ask("/api/v1/session").json["csrf"]
        head = f"POST /api/v1/intake HTTP/1.1\r\nHost: localhost\r\nX-CSRF-Token: {csrf}\r\n".encode()
        self.assertEqual(status_of(self.service.raw(head + b"Content-Length: 1000001\r\n\r\n")), 413)
        chunks = (b"10000\r\n" + b"x" * 0x10000 + b"\r\n") * 17
        self.assertEqual(status_of(self.service.raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)), 413)
        no_proof = b"POST /api/v1/intake HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n"
        self.assertEqual(status_of(self.service.raw(no_proof)), 403, "refused before the body comes")

    def test_expect_continue(self):
        csrf = self.service.ask("/api/v1/session").json["csrf"]
        with self.connect() as connection:
            connection.sendall(f"POST /api/v1/intake HTTP/1.1\r\nHost: localhost\r\nX-CSRF-Token: {csrf}\r\n"
                               "Expect: 100-continue\r\nConnection: close\r\nContent-Length: 6\r\n\r\n".encode())
            self.assertTrue(connection.recv(1000).startswith(b"HTTP/1.1 100 "))
            connection.sendall(b"hello\n")
            self.assertEqual(status_of(read_all(connection)), 200)

    def test_slow_and_silent_clients_are_dropped(self):
        csrf = self.service.ask("/api/v1/session").json["csrf"]
        slow_head = self.connect()
        silent = self.connect()
        slow_body = self.connect()
        slow_body.sendall(f"POST /api/v1/intake HTTP/1.1\r\nHost: localhost\r\nX-CSRF-Token: {csrf}\r\n"
                          "Content-Length: 1000\r\n\r\n".encode())
        began = time.monotonic()
        ended = {}
        for connection in (slow_head, silent, slow_body):
            connection.setblocking(False)
        while len(ended) < 3 and time.monotonic() - began < 20:
            for name, connection, byte in (("head", slow_head, b"G"), ("silent", silent, b""), ("body", slow_body, b"x")):
                if name in ended:
                    continue
                try:
                    connection.send(byte)
                    if not connection.recv(65536):
                        ended[name] = time.monotonic() - began
                except BlockingIOError:
                    pass
                except OSError:
                    ended[name] = time.monotonic() - began
            time.sleep(0.5)
        self.assertEqual(set(ended), {"head", "silent", "body"}, ended)
        self.assertLess(ended["head"], 6)
        self.assertLess(ended["body"], 8)
        self.assertTrue(4 < ended["silent"] < 12, ended)
        for connection in (slow_head, silent, slow_body):
            connection.close()

    def test_who_does_not_take_the_answer_is_dropped(self):
        with self.connect() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(1)
            try:
                for _ in range(20000):
                    connection.sendall(GET)
            except OSError:
                pass
            until(lambda: b"" == self._drained(connection), 30, "the end of the connection")

    @staticmethod
    def _drained(connection):
        try:
            while connection.recv(1 << 20):
                pass
            return b""
        except ConnectionError:
            return b""
        except TimeoutError:
            return None

    def test_5000_idle_connections(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 6000), hard))
        idle = []
        try:
            for _ in range(min(5000, min(hard, 6000) - 200)):
                idle.append(self.connect())
            self.assertEqual(self.service.ask("/api/v1/domains/example.com/readiness").status, 200)
            with open(f"/proc/{self.service.process.pid}/status", encoding="ascii") as status:
                memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
            self.assertLess(memory, 600 * 1024, "kB; bounded by max_connections (a sanitizer's share included)")
            keep = http.client.HTTPConnection(self.service.host, self.service.port, timeout=20)
            for _ in range(5):
                keep.request("GET", "/healthz")
                self.assertEqual(keep.getresponse().read(), b"ok\n")
            keep.close()
        finally:
            for connection in idle:
                connection.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def test_many_at_once_ask_the_same(self):
        import concurrent.futures
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            targets = ["/api/v1/domains", "/api/v1/domains/example.com/sources", "/metrics", "/api/v1/health",
                       "/api/v1/domains/example.com/impact"] * 20
            statuses = set(pool.map(lambda target: self.service.ask(target).status, targets))
        self.assertEqual(statuses, {200})


if __name__ == "__main__":
    unittest.main()
