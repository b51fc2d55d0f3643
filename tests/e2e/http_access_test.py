"""Who may do what over HTTP: tokens, sessions, CSRF, hosts, origins, TLS, and the slowing down of those who guess."""
import http.client
import json
import ssl
import subprocess
import unittest

import openapi
from harness import Case, report_xml, ruagate
from service import Service, until

CHANGE = "/api/v1/domains/example.com/senders/192.0.2.1"


class Access(Case):
    def setUp(self):
        super().setUp()
        document = self.dir / "r.xml"
        document.write_text(report_xml())
        self.ok("ingest", document)
        self.service = None

    def tearDown(self):
        if self.service:
            self.service.stop()
        super().tearDown()

    def serve(self, **more):
        self.service = Service(self.dir, self.db, **more)
        return self.service

    def token(self, name, *scopes):
        made = self.ok("token", "create", name, *[part for scope in scopes for part in ("--scope", scope)])
        self.assertRegex(made.out, r"^rua_[A-Za-z0-9_-]{44}\n$")
        return made.out.strip()

    def bearer(self, token):
        return {"Authorization": f"Bearer {token}"}

    def test_open_on_loopback_until_there_is_a_token(self):
        service = self.serve()
        session = service.ask("/api/v1/session").json
        self.assertEqual((session["login_required"], session["via"], session["authenticated"]), (False, "open", False))
        self.assertEqual(service.ask("/api/v1/domains").status, 200)
        self.assertEqual(service.ask("/api/v1/domains", headers={"X-Forwarded-For": "203.0.113.5"}).status, 401)
        self.assertEqual(service.ask(CHANGE, "PUT", "{}").status, 403)
        self.assertEqual(service.send(CHANGE, "PUT", {"decision": "deny"}).status, 200)
        token = self.token("me", "read")
        self.assertEqual(service.ask("/api/v1/domains").status, 401)
        self.assertEqual(service.ask("/metrics").status, 401)
        self.assertTrue(service.ask("/api/v1/session").json["login_required"])
        self.assertEqual(service.ask("/api/v1/domains", headers=self.bearer(token)).status, 200)
        self.ok("token", "revoke", "me")
        self.assertEqual(service.ask("/api/v1/domains", headers=self.bearer(token)).status, 401)
        self.assertEqual(service.ask("/api/v1/domains").status, 200)
        for target in ("/healthz", "/readyz"):
            self.assertEqual(service.ask(target).status, 200)

    def test_scopes(self):
        tokens = {scope: self.token(scope, scope) for scope in ("read", "operate", "intake")}
        service = self.serve()
        mail = report_xml(report_id="2").encode()
        expected = {"read": (200, 403, 403), "operate": (200, 200, 403), "intake": (403, 403, 200)}
        for scope, (read, operate, intake) in expected.items():
            headers = self.bearer(tokens[scope])
            self.assertEqual(service.ask("/api/v1/domains", headers=headers).status, read, scope)
            got = service.ask(CHANGE, "PUT", json.dumps({"decision": "deny"}),
                              {**headers, "Content-Type": "application/json"})
            self.assertEqual(got.status, operate, scope)
            self.assertEqual(service.ask("/api/v1/intake", "POST", mail, headers).status, intake, scope)
        # Whatever changes anything, by the description: nothing of it without its scope.
        before = self.ok("db", "stats", "--json").json
        changes = 0
        for method, pattern, operation in openapi.operations():
            if method == "GET" or operation["x-scope"] == "none":
                continue
            changes += 1
            target = pattern.replace("{domain}", "example.com").replace("{what}", "192.0.2.1").replace("{id}", "1")
            self.assertIn(operation["x-scope"], ("operate", "intake"), pattern)
            others = {"read", "operate", "intake"} - {operation["x-scope"]}
            for scope in others:
                self.assertEqual(service.ask(target, method, headers=self.bearer(tokens[scope])).status, 403, (target, scope))
            self.assertEqual(service.ask(target, method).status, 401, target)
        self.assertGreaterEqual(changes, 7)
        self.assertEqual(self.ok("db", "stats", "--json").json, before)

    def test_only_hashes_are_stored_and_secrets_are_not_logged(self):
        token = self.token("me", "operate")
        listed = self.ok("token", "list", "--json")
        self.assertEqual([t["name"] for t in listed.json["tokens"]], ["me"])
        self.assertNotIn(token, listed.out)
        for form in ("text", "json"):
            self._secrets_are_nowhere(token, form)

    def _secrets_are_nowhere(self, token, form):
        service = self.serve(arguments=["--verbose"], config=f'[serve]\nlog = "{form}"')
        service.ask("/api/v1/domains", headers=self.bearer(token))
        service.ask(f"/api/v1/domains?token={token}", checked=False)
        login = service.ask("/api/v1/session", "POST", json.dumps({"token": token}), {"Content-Type": "application/json"})
        cookie = login.headers["set-cookie"].split(";")[0].split("=")[1]
        service.ask("/api/v1/domains", headers={"Cookie": f"ruagate_session={cookie}"})
        service.stop()
        for secret in (token, cookie, login.json["csrf"]):
            self.assertNotIn(secret, service.log, form)
            for file in self.dir.iterdir():
                self.assertNotIn(secret.encode(), file.read_bytes(), file)

    def test_sessions_need_their_proof_and_end(self):
        token = self.token("me", "operate")
        service = self.serve()
        form = {"Content-Type": "application/json"}
        login = service.ask("/api/v1/session", "POST", json.dumps({"token": token}), form)
        self.assertEqual(login.status, 200)
        cookie = login.headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(part, cookie)
        self.assertNotIn("Secure", cookie)
        me = {"Cookie": cookie.split(";")[0]}
        session = service.ask("/api/v1/session", headers=me).json
        self.assertEqual((session["via"], session["name"], session["scopes"]), ("session", "me", ["read", "operate"]))
        self.assertEqual(session["csrf"], login.json["csrf"])
        body = json.dumps({"decision": "deny"})
        proof = {"X-CSRF-Token": session["csrf"]}
        self.assertEqual(service.ask(CHANGE, "PUT", body, {**me, **form}).status, 403)
        self.assertEqual(service.ask(CHANGE, "PUT", body, {**me, **form, "X-CSRF-Token": "x"}).status, 403)
        other = service.ask("/api/v1/session", "POST", json.dumps({"token": token}), form).json["csrf"]
        self.assertEqual(service.ask(CHANGE, "PUT", body, {**me, **form, "X-CSRF-Token": other}).status, 403)
        for evil in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                     {"Sec-Fetch-Site": "same-site"}, {"Origin": f"http://127.0.0.1:{service.port + 1}"}):
            self.assertEqual(service.ask(CHANGE, "PUT", body, {**me, **form, **proof, **evil}).status, 403, evil)
        good = {"Origin": f"http://127.0.0.1:{service.port}", "Sec-Fetch-Site": "same-origin"}
        self.assertEqual(service.ask(CHANGE, "PUT", body, {**me, **form, **proof, **good}).status, 200)
        self.assertEqual(service.ask("/api/v1/session", "DELETE", headers=me).status, 403)
        self.assertEqual(service.ask("/api/v1/session", "DELETE", headers={**me, **proof}).status, 204)
        self.assertEqual(service.ask("/api/v1/domains", headers=me).status, 401)
        login = service.ask("/api/v1/session", "POST", json.dumps({"token": token}), form)
        me = {"Cookie": login.headers["set-cookie"].split(";")[0]}
        self.assertEqual(service.ask("/api/v1/domains", headers=me).status, 200)
        self.ok("token", "revoke", "me")
        self.token("other", "read")
        self.assertEqual(service.ask("/api/v1/domains", headers=me).status, 401, "a revoked token ends its sessions")

    def test_login_comes_from_the_page_itself(self):
        token = self.token("me", "read")
        service = self.serve()
        body = json.dumps({"token": token})
        form = {"Content-Type": "application/json"}
        for headers, status in (({"Content-Type": "text/plain"}, 415), ({**form, "Origin": "https://evil.example"}, 403),
                                ({**form, "Sec-Fetch-Site": "cross-site"}, 403), (form, 200)):
            self.assertEqual(service.ask("/api/v1/session", "POST", body, headers).status, status, headers)
        for wrong in ("{}", "[]", '{"token":1}', '{"token":""}', '{"token":"x","more":1}', "{", '{"token":"%s"}' % ("x" * 500)):
            self.assertEqual(service.ask("/api/v1/session", "POST", wrong, form).status, 400, wrong)

    def test_guessing_becomes_slow(self):
        token = self.token("me", "read")
        service = self.serve()
        form = {"Content-Type": "application/json"}
        for _ in range(3):
            self.assertEqual(service.ask("/api/v1/domains", headers=self.bearer("rua_wrong")).status, 401)
        for _ in range(2):
            self.assertEqual(service.ask("/api/v1/session", "POST", '{"token":"rua_wrong"}', form).status, 401)
        for attempt in (lambda: service.ask("/api/v1/session", "POST", json.dumps({"token": token}), form),
                        lambda: service.ask("/api/v1/domains", headers=self.bearer("rua_wrong2"))):
            refused = attempt()
            self.assertEqual(refused.status, 429)
            self.assertGreaterEqual(int(refused.headers["retry-after"]), 1)
        self.assertEqual(until(lambda: service.ask("/api/v1/domains", headers=self.bearer(token)).status == 200 or None), True)
        until(lambda: service.said("a token that is not known, from 127.0.0.1"))

    def test_hosts(self):
        service = self.serve(http='hosts = ["dmarc.example.net"]')
        for host, status in (("localhost", 200), ("LOCALHOST:1", 200), ("127.0.0.1:80", 200), ("[::1]:80", 200),
                             ("dmarc.example.net", 200), ("DMARC.example.net.:443", 200), ("evil.example", 421),
                             ("dmarc.example.net.evil.example", 421), ("127.0.0.1.evil.example", 421),
                             ("localhost@evil", 400), ("", 400), ("[::1", 400), ("a b", 400), ("localhost:x", 400)):
            got = service.raw(f"GET /api/v1/domains HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            self.assertTrue(got.startswith(f"HTTP/1.1 {status} ".encode()), (host, got[:80]))
        for head in ("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"):
            self.assertTrue(service.raw(head.encode()).startswith(b"HTTP/1.1 400 "), head)

    def test_other_machines_only_with_tokens_or_behind_a_proxy(self):
        self.service = Service(self.dir, self.db, ready=False)
        self.service.stop()
        config = self.dir / "far.toml"
        text = f'[store]\npath = "{self.db}"\n[http]\nlisten = "0.0.0.0:0"\n'
        config.write_text(text)
        self.fails(2, "--config", config, "serve", says="there is no token")
        for listen in ("nowhere", "127.0.0.1", "127.0.0.1:99999", "example.com:80"):
            config.write_text(text.replace("0.0.0.0:0", listen))
            self.fails(2, "--config", config, "serve", says="ADDRESS:PORT")
        service = self.serve(http='behind_proxy = true')
        via = {"X-Forwarded-For": "198.51.100.1, 203.0.113.5", "X-Forwarded-Proto": "https"}
        self.assertEqual(service.ask("/api/v1/domains", headers=via).status, 200)
        token = self.token("me", "read")
        login = service.ask("/api/v1/session", "POST", json.dumps({"token": token}),
                            {**via, "Content-Type": "application/json"})
        self.assertIn("Secure", login.headers["set-cookie"])
        service.ask("/api/v1/domains", headers={**via, **self.bearer("rua_x")})
        until(lambda: service.said("from 203.0.113.5"))

    def test_tls_and_a_new_certificate(self):
        def certificate(name):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-days", "30", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                            self.dir / "key.pem", "-out", self.dir / "cert.pem"], check=True, capture_output=True)

        def ask():
            context = ssl.create_default_context(cafile=self.dir / "cert.pem")
            connection = http.client.HTTPSConnection("127.0.0.1", service.port, context=context, timeout=20)
            connection.request("GET", "/api/v1/domains")
            answer = connection.getresponse()
            answer.read()
            name = dict(pair[0] for pair in connection.sock.getpeercert()["subject"])["commonName"]
            connection.close()
            return answer.status, answer.headers["Strict-Transport-Security"], name

        certificate("first")
        tls = f'cert_file = "{self.dir}/cert.pem"\nkey_file = "{self.dir}/key.pem"'
        service = self.serve(http=tls)
        self.assertTrue(service.url.startswith("https://"))
        self.assertEqual(ask(), (200, "max-age=31536000", "first"))
        self.assertFalse(service.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP"))
        token = self.token("me", "read")
        context = ssl.create_default_context(cafile=self.dir / "cert.pem")
        connection = http.client.HTTPSConnection("127.0.0.1", service.port, context=context, timeout=20)
        connection.request("POST", "/api/v1/session", json.dumps({"token": token}), {"Content-Type": "application/json"})
        self.assertRegex(connection.getresponse().headers["Set-Cookie"], r"; Secure(;|$)")
        connection.close()
        self.ok("token", "revoke", "me")
        certificate("second")
        service.process.send_signal(1)
        until(lambda: service.said("was read again"))
        self.assertEqual(ask()[2], "second")
        (self.dir / "cert.pem").write_text("nonsense")
        service.process.send_signal(1)
        until(lambda: service.said("http.cert_file"))

    def test_wrong_use_of_the_token_command(self):
        self.fails(2, "--db", self.db, "token", "create", "me", says="--scope")
        self.fails(2, "--db", self.db, "token", "create", "me", "--scope", "all", says="must be read")
        self.fails(2, "--db", self.db, "token", "create", "a b", "--scope", "read", says="NAME")
        self.fails(2, "--db", self.db, "token", "revoke", "me", says="no token")
        self.token("me", "read")
        self.fails(2, "--db", self.db, "token", "create", "me", "--scope", "read", says="already")
        self.ok("token", "revoke", "1")


if __name__ == "__main__":
    unittest.main()
