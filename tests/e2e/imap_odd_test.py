#!/usr/bin/python3
"""Odd but legal servers, and ones that are no good: a scripted one says what real ones have been seen to say."""
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "imap"))
from harness import Case, report_mail, report_xml, ruagate
from scripted import Scripted

MAILS = [report_mail(report_xml(report_id=f"r{number}")) for number in range(1, 4)]


class Odd(Case):
    def ingest(self, server, limits="", **settings):
        self.addCleanup(server.stop)
        (self.dir / "password").write_text("secret\n")
        values = {"name": "rua", "type": "imap", "host": "127.0.0.1", "port": server.port, "tls": "none", "user": "rua",
                  "password_file": f"{self.dir}/password", "processed": "move:Archive", "timeout_seconds": 3, **settings}
        (self.dir / "c.toml").write_text(f'[store]\npath = "{self.db}"\n{limits}\n[[mailbox]]\n' + "".join(
            f"{key} = {json.dumps(value)}\n" for key, value in values.items()))
        return ruagate("--config", self.dir / "c.toml", "ingest", "--json", "--trace-imap", self.dir / "trace.txt")

    def test_odd_but_legal_replies(self):
        for oddity in ((), ("interruptions",), ("lower",), ("literals",), ("long lines",), ("BODY[NULL]",), ("quoted bodies",),
                       ("wrong sizes",), ("interruptions", "lower", "literals", "BODY[NULL]", "wrong sizes")):
            with self.subTest(oddity):
                self.db.unlink(missing_ok=True)
                server = Scripted(MAILS, *oddity)
                run = self.ingest(server)
                self.assertEqual(run.code, 0, run.err)
                self.assertEqual(run.json["reports_new"], 3)
                self.assertEqual(sorted(server.moved), [1, 2, 3])

    def test_message_without_a_body_is_left_and_tried_again(self):
        server = Scripted(MAILS, "nil bodies")
        run = self.ingest(server)
        self.assertEqual(run.json["reports_new"], 2)
        self.assertEqual(sorted(server.mails), [2])
        server.oddity.clear()
        self.assertEqual(self.ingest(server).json["reports_new"], 1)
        self.assertEqual(sorted(server.mails), [])

    def test_login_where_no_mechanism_is_offered(self):
        server = Scripted(MAILS, "login only")
        self.assertEqual(self.ingest(server).json["reports_new"], 3)
        self.assertIn(b"LOGIN rua secret", server.commands)
        self.assertNotIn("secret", (self.dir / "trace.txt").read_text())

    def test_server_that_needs_no_login(self):
        server = Scripted(MAILS, greeting=b"* PREAUTH welcome")
        self.assertEqual(self.ingest(server).json["reports_new"], 3)
        self.assertFalse([command for command in server.commands if command.startswith((b"LOGIN", b"AUTH"))])

    def test_refused_move_is_made_up_for(self):
        server = Scripted(MAILS, "refuses a move")
        self.assertEqual(self.ingest(server).json["reports_new"], 3)
        self.assertEqual(sorted(server.moved), [1, 2, 3])

    def test_move_that_a_lost_session_goes_on_with_is_waited_for(self):
        server = Scripted(MAILS, "moves late")
        run = self.ingest(server)
        self.assertEqual((run.code, run.json["reports_new"]), (0, 3), run.err)
        server.late.join()
        self.assertEqual(sorted(server.copies), [1, 2, 3])
        self.assertEqual(sorted(server.moved), [1, 2, 3])

    def test_message_of_any_size_within_the_limit(self):
        long = report_mail(report_xml(report_id="long") + " " * 20_000_000)
        server = Scripted([MAILS[0], long, MAILS[1]])
        run = self.ingest(server)
        self.assertEqual((run.json["reports_new"], run.json["rejected"]), (3, []))
        self.assertEqual(sorted(server.moved), [1, 2, 3])

    def test_message_beyond_the_limit_is_a_reject_and_not_fetched(self):
        for oddity, fetched in (((), False), (("wrong sizes",), True)):  # A server may lie about sizes.
            with self.subTest(oddity):
                self.db.unlink(missing_ok=True)
                server = Scripted([MAILS[0], report_mail(report_xml(report_id="long") + " " * 2_000_000), MAILS[1]], *oddity)
                run = self.ingest(server, "[limits]\nmessage_bytes = 1048576", rejected="move:Rejected")
                self.assertEqual(run.json["reports_new"], 2)
                self.assertEqual([one["reason"] for one in run.json["rejected"]], ["message_too_large"])
                self.assertEqual(sorted(server.moved), [1, 2, 3])
                asked = [uid for command in server.commands if b"BODY.PEEK" in command
                         for uid in Scripted._set(command.upper().split()[2])]
                self.assertEqual(2 in asked, fetched)

    def test_no_way_back_to_plain_text(self):
        for oddity, says in (("no STARTTLS", "offers no STARTTLS"), ("talks before TLS", "sent more behind its answer")):
            with self.subTest(oddity):
                server = Scripted(MAILS, oddity)
                run = self.ingest(server, tls="starttls")
                self.assertEqual(run.code, 1)
                self.assertIn(says, run.err)
                self.assertFalse([command for command in server.commands if command.startswith((b"LOGIN", b"AUTH"))])
        run = self.ingest(Scripted(MAILS, greeting=b"* PREAUTH welcome"), tls="starttls")
        self.assertEqual(run.code, 1)
        self.assertIn("before TLS can begin", run.err)

    def test_plain_text_stays_on_this_machine(self):
        run = self.ingest(Scripted([]), host="192.0.2.1")
        self.assertNotEqual(run.code, 0)
        self.assertIn("on this machine only", run.err)

    def test_old_tls_is_refused(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(self.dir / "key.pem"), "-out",
                        str(self.dir / "cert.pem")], check=True, capture_output=True)
        for newest, code in ((ssl.TLSVersion.TLSv1_1, 1), (ssl.TLSVersion.TLSv1_2, 0)):
            with self.subTest(newest), warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
                context.load_cert_chain(self.dir / "cert.pem", self.dir / "key.pem")
                run = self.ingest(Scripted(MAILS, tls=context), tls="implicit", ca_file=f"{self.dir}/cert.pem")
                self.assertEqual(run.code, code, run.err)

    @unittest.skipUnless(socket.has_ipv6, "no IPv6 here")
    def test_ipv6(self):
        self.assertEqual(self.ingest(Scripted(MAILS, address="::1"), host="::1").json["reports_new"], 3)

    def refused(self, greeting, *words, **settings):
        run = self.ingest(Scripted([], greeting=greeting), **settings)
        self.assertEqual(run.code, 1)
        for word in words:
            self.assertIn(word, run.err)

    def test_bye_at_once_and_what_is_no_imap_server(self):
        self.refused(b"* BYE too many users", "too many users")
        self.refused(b"220 smtp.example.com ESMTP", "no IMAP server", "220 smtp.example.com")
        self.refused(b"\x16\x03\x01\x00\x00", "no IMAP server")
        self.refused(b"* OK ready\r\n* BYE changed my mind", "changed my mind")

    def test_silent_server(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        class Silent:
            port = listener.getsockname()[1]

            def stop(self):
                pass

        run = self.ingest(Silent(), timeout_seconds=1)
        self.assertEqual(run.code, 1)
        self.assertIn("no greeting", run.err)


if __name__ == "__main__":
    unittest.main()
