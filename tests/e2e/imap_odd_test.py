#!/usr/bin/python3
"""Odd but legal servers, and ones that are no good: a scripted one says what real ones have been seen to say."""
import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "imap"))
from harness import Case, report_mail, report_xml, ruagate
from scripted import Scripted

MAILS = [report_mail(report_xml(report_id=f"r{number}")) for number in range(1, 4)]


class Odd(Case):
    def ingest(self, server, **settings):
        self.addCleanup(server.stop)
        (self.dir / "password").write_text("secret\n")
        values = {"timeout_seconds": 3, **settings}
        (self.dir / "c.toml").write_text(
            f'[store]\npath = "{self.db}"\n[[mailbox]]\nname = "rua"\ntype = "imap"\nhost = "127.0.0.1"\n'
            f'port = {server.port}\ntls = "none"\nuser = "rua"\npassword_file = "{self.dir}/password"\n'
            'processed = "move:Archive"\n' + "".join(f"{key} = {value}\n" for key, value in values.items()))
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
