"""Servers for one test, all on 127.0.0.1 and free ports: a Dovecot, a token endpoint, and a relay that breaks connections."""
import contextlib
import grp
import http.server
import imaplib
import json
import os
import pathlib
import pwd
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(happens, seconds=20, what="it"):
    """Waits for `happens()` to be true, looking often; the value is given back."""
    end = time.monotonic() + seconds
    while True:
        value = happens()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.02)


class Dovecot:
    """A mail server in the foreground; every user's password is "secret"."""

    def __init__(self, folder: pathlib.Path, oauth_url=None, capability=None, separator="/", prefix="",
                 names="DNS:localhost,IP:127.0.0.1"):
        self.dir = folder
        self.folder_separator = separator
        for part in ("run", "state", "mail", "index", "control"):
            (folder / part).mkdir(parents=True)
        folder.chmod(0o755)
        self.cert = folder / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                        "30", "-subj", "/CN=localhost", "-addext", f"subjectAltName={names}", "-keyout",
                        str(folder / "key.pem"), "-out", str(self.cert)], check=True, capture_output=True)
        oauth = ""
        if oauth_url:
            (folder / "oauth2.conf").write_text(
                f"introspection_mode = post\nintrospection_url = {oauth_url}\nusername_attribute = username\n"
                "active_attribute = active\nactive_value = true\ntokeninfo_url =\ntimeout_msecs = 2000\n")
            oauth = ("passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n"
                     f"  args = {folder}/oauth2.conf\n}}")
        me = pwd.getpwuid(os.getuid()).pw_name
        mail_user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self.owner = (mail_user.pw_uid, mail_user.pw_gid)
        for part in ("mail", "index", "control"):
            os.chown(folder / part, *self.owner)
        self.port, self.tls_port = free_port(), free_port()
        values = {
            "DIR": folder, "PORT": self.port, "TLS_PORT": self.tls_port, "OAUTH": oauth,
            "MECHANISMS": "plain login xoauth2 oauthbearer" if oauth_url else "plain login",
            "UID": mail_user.pw_uid, "GID": mail_user.pw_gid, "SEPARATOR": separator, "PREFIX": prefix,
            "INTERNAL": "dovecot" if os.getuid() == 0 else me, "LOGIN": "dovenull" if os.getuid() == 0 else me,
            "GROUP": grp.getgrgid(os.getgid()).gr_name,
            "MORE": f"protocol imap {{\n  imap_capability = {capability}\n}}" if capability else ""}
        text = (HERE / "dovecot.conf").read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        (folder / "dovecot.conf").write_text(text)
        self.process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(folder / "dovecot.conf")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self.answers, what="the start of Dovecot")

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                return probe.recv(100).startswith(b"* OK")
        except OSError:
            return False

    def stop(self):
        with contextlib.suppress(Exception):
            subprocess.run(["doveadm", "-c", str(self.dir / "dovecot.conf"), "stop"], capture_output=True, timeout=20,
                           check=False)
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def kick(self, user):
        subprocess.run(["doveadm", "-c", str(self.dir / "dovecot.conf"), "kick", user], capture_output=True, check=False)

    def login(self, user="rua") -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(user, "secret")
        return client

    def deliver(self, mails, user="rua"):
        """Puts mails into the inbox under the names that Dovecot's own delivery agent gives; each appears at once."""
        root = self.dir / "mail" / user
        for part in (root, root / "cur", root / "new", root / "tmp"):
            if not part.exists():
                part.mkdir(parents=True)
                os.chown(part, *self.owner)
        self.count = getattr(self, "count", 0)
        for mail in mails:
            self.count += 1
            moment = 1763500000 * 1_000_000 + self.count * 23_917
            on_wire = len(mail) + mail.count(b"\n") - mail.count(b"\r\n")
            name = f"{moment // 1_000_000}.M{moment % 1_000_000}P{2000 + self.count}.mx,S={len(mail)},W={on_wire}"
            (root / "tmp" / name).write_bytes(mail)
            os.chown(root / "tmp" / name, *self.owner)
            (root / "tmp" / name).rename(root / "new" / name)

    def messages(self, folder="INBOX", user="rua"):
        """Flags of every message of a folder, by UID; nothing when there is no such folder."""
        client = self.login(user)
        try:
            status, _ = client.select(f'"{folder}"', readonly=True)
            if status != "OK":
                return None
            _, data = client.uid("FETCH", "1:*", "(FLAGS)")
            found = {}
            for line in data:
                if line:
                    text = line.decode()
                    flags = text[text.index("FLAGS (") + 7:]
                    uid = text[text.index("UID ") + 4:].split(")")[0].split(" ")[0]
                    found[int(uid)] = set(flags[:flags.index(")")].split()) - {"\\Recent"}
            return found
        finally:
            client.logout()

    def how_many(self, folder="INBOX", user="rua") -> int:
        return len(self.messages(folder, user) or {})


class TokenEndpoint:
    """Says which tokens are good, as RFC 7662 asks; `good` may change at any time."""

    def __init__(self, user="rua"):
        self.good = set()
        self.asked = []
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                token = urllib.parse.parse_qs(body).get("token", [""])[0]
                endpoint.asked.append(token)
                answer = {"active": True, "username": user} if token in endpoint.good else {"active": False}
                payload = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/introspect"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Relay:
    """Between client and server. `cut_after(n, how)`: the next connection passes n bytes on from the server, then is
    "reset", "close"d or "freeze"s; later connections pass everything. `by_client` counts the client's bytes instead;
    `behind` counts from where the client says these bytes. `slow` delays every piece of 1,000 bytes by so many seconds."""

    def __init__(self, target: int):
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.limit, self.how, self.by_client, self.behind = None, None, False, None
        self.slow = 0
        self.connections = 0
        self.times = []  # Of each.
        self.marked = None  # Bytes from the server when the client first said `behind`.
        self.passed = []  # Bytes from the server and from the client, of each connection.
        self.cuts = 0
        self.pairs = []
        self.flows = threading.Event()  # Cleared: everything stands still.
        self.flows.set()
        self.refuses = False
        self.trap = None  # (bytes, what): when the client first says the bytes, `what` is called and the connection reset.
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, count, how, by_client=False, behind=None):
        self.limit, self.how, self.by_client, self.behind = count, how, by_client, behind

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.times.append(time.monotonic())
            if self.refuses:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            limit, self.limit = self.limit, None
            counts, limits = [0, 0], [None, None]
            if not self.behind:
                limits[1 if self.by_client else 0] = limit
            marker = (self.behind, limit)
            self.passed.append(counts)
            pair = (client, server)
            self.pairs.append(pair)
            for index, (source, sink) in enumerate(((server, client), (client, server))):
                threading.Thread(target=self._pump, args=(source, sink, pair, counts, index, limits, marker), daemon=True).start()

    def _pump(self, source, sink, pair, counts, index, limits, marker):
        try:
            while True:
                data = source.recv(1000 if self.slow else 65536)
                if not data:
                    break
                time.sleep(self.slow)
                self.flows.wait()
                if index == 1 and self.trap and self.trap[0] in data:
                    (_, what), self.trap = self.trap, None
                    what()
                    self.cut(pair, "reset")
                    return
                if index == 1 and marker[0] and marker[0] in data:
                    self.marked = self.marked or counts[0]
                    if marker[1] is not None:
                        limits[0] = limits[0] or counts[0] + marker[1]
                limit = limits[index]
                if limit is not None and counts[index] + len(data) >= limit:
                    data = data[:max(0, limit - counts[index])]
                    sink.sendall(data)
                    counts[index] += len(data)
                    self.cuts += 1
                    self.cut(pair, self.how)
                    return
                sink.sendall(data)
                counts[index] += len(data)
        except OSError:
            pass
        self.cut(pair, "close")

    def cut(self, pair, how):
        if how == "freeze":
            return  # Open, and silent: nothing is read or written any more.
        for end in pair:
            with contextlib.suppress(OSError):
                if how == "reset":
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.shutdown(socket.SHUT_RD)  # Wakes the other thread, which keeps the socket open, without a FIN.
                else:
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def cut_all(self, how):
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            self.cut(pair, how)

    def stop(self):
        self.listener.close()
        self.flows.set()
        self.cut_all("reset")
