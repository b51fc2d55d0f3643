#!/usr/bin/python3
"""A session to a mail server is broken at every stage. Afterwards every report is stored once and every message acknowledged
once. The place of the break is walked through the whole conversation, in the bytes of the server and of the client."""
import pathlib
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "imap"))
from harness import BINARY, Case, report_mail, report_xml, ruagate
from servers import Dovecot, Relay, until



def mail_of(reports):
    """So many reports, one mail that cannot be read, and one without a report."""
    return [report_mail("<feedback><report_metadata>"), b"From: a@example.com\nSubject: hello\n\nhello\n",
            *(report_mail(report_xml(report_id=f"r{number}")) for number in range(reports))]


class Walk(Case):
    mails = mail_of(4)
    server_options = {}
    tls = "none"
    places = 30
    frozen_places = 5

    def setUp(self):
        super().setUp()
        self.dir.chmod(0o755)
        self.server = Dovecot(self.dir / "dovecot", **self.server_options)
        self.addCleanup(self.server.stop)
        (self.dir / "password").write_text("secret\n")
        self.users = 0

    def session(self, cut=None, how=None, by_client=False, behind=None, slow=0):
        """One mailbox, read through a relay that breaks the first connection; returns how the relay saw it."""
        self.users += 1
        user = f"u{self.users}"
        relay = Relay(self.server.tls_port if self.tls == "implicit" else self.server.port)
        database = self.dir / f"{user}.db"
        (self.dir / "c.toml").write_text(
            f'[store]\npath = "{database}"\n[[mailbox]]\nname = "rua"\ntype = "imap"\nhost = "localhost"\n'
            f'port = {relay.port}\ntls = "{self.tls}"\nuser = "{user}"\npassword_file = "{self.dir}/password"\n'
            f'ca_file = "{self.server.cert}"\nprocessed = "move:Archive"\nrejected = "move:Rejected"\n'
            f'timeout_seconds = {3 if how == "freeze" else 60}\n')
        self.server.deliver(self.mails, user)
        relay.slow = slow
        relay.cut_after(cut, how, by_client, behind)
        trace = self.dir / f"{user}.trace"
        run = ruagate("--config", self.dir / "c.toml", "ingest", "--trace-imap", trace)
        if run.code != 0:
            # A server that was never reached is told at once; the next run, as by cron, finds it.
            self.assertIn("rua", run.err)
            run = ruagate("--config", self.dir / "c.toml", "ingest", "--trace-imap", trace)
        relay.stop()
        with self.subTest(cut=cut, how=how, by_client=by_client, user=user):
            self.assertEqual(run.code, 0, run.err)
            with sqlite3.connect(database) as connection:
                reports = len(self.mails) - 2
                self.assertEqual(connection.execute("select count(*), sum(messages) from report").fetchone(),
                                 (reports, 10 * reports))
                self.assertEqual(connection.execute("select count(*) from reject").fetchone(), (1,))
            found = [self.server.how_many(folder, user) for folder in ("INBOX", "Archive", "Rejected")]
            self.assertEqual(found, [1, reports, 1])
        return relay

    def test_walk(self):
        whole = self.session()
        self.assertEqual(whole.connections, 1)
        for by_client in (False, True):
            length = whole.passed[0][1 if by_client else 0]
            cuts = 0
            for step in range(self.places):
                relay = self.session(1 + step * length // self.places, ("reset", "close")[step % 2], by_client)
                cuts += relay.cuts
            self.assertGreater(cuts, self.places * 9 // 10)
            for step in range(self.frozen_places):
                self.session(1 + step * length // self.frozen_places, "freeze", by_client)


    def test_slow(self):
        self.assertEqual(self.session(slow=0.02).connections, 1)


class WalkWithTls(Walk):
    tls = "implicit"
    places = 12
    frozen_places = 2


class WalkWithoutMove(Walk):
    server_options = {"capability": "IMAP4rev1 UIDPLUS"}
    places = 30
    frozen_places = 2


class WalkWhileMoving(Walk):
    """So many messages that the server is told to move the first while the others are still read; and so large that not all of
    them may wait for the store."""
    mails = [(b"X-Padding: " + b"x" * 900 + b"\n") * 22 + mail for mail in mail_of(4500)]
    places = 6

    def test_walk(self):
        whole = self.session(behind=b"UID MOVE")
        self.assertEqual(whole.connections, 1)
        self.assertLess(whole.marked, whole.passed[0][0] * 9 // 10)
        length = whole.passed[0][0] - whole.marked
        cuts = 0
        for step in range(self.places):
            place = 1 + step * length // self.places
            for _ in range(8):
                found = self.session(place, ("reset", "close")[step % 2], behind=b"UID MOVE").cuts
                cuts += found
                if found:
                    break
                # The first move came later this time, when more had been read, so that fewer bytes followed it.
                length = place
                place = 1 + place // 2
        self.assertGreaterEqual(cuts, self.places)
        self.session(1, "freeze", behind=b"UID MOVE")

    def test_slow(self):
        pass  # 4,500 messages would take a minute.


class Killed(Case):
    """Killed as soon as a commit shows, so that most kills fall between the commit and the acknowledgement."""

    def kill_and_count(self, server, reports=1200, kills=8):
        (self.dir / "password").write_text("secret\n")
        (self.dir / "c.toml").write_text(
            f'[store]\npath = "{self.db}"\n[[mailbox]]\nname = "rua"\ntype = "imap"\nhost = "localhost"\n'
            f'port = {server.port}\ntls = "none"\nuser = "rua"\npassword_file = "{self.dir}/password"\n'
            'processed = "move:Archive"\n')
        server.deliver(report_mail(report_xml(report_id=f"r{number}")) for number in range(reports))
        (self.dir / "empty").mkdir(exist_ok=True)
        ruagate("--db", self.db, "ingest", self.dir / "empty")
        killed = 0
        with sqlite3.connect(self.db, timeout=60) as connection:
            count = lambda: connection.execute("select count(*) from report").fetchone()[0]
            for _ in range(kills):
                before = count()
                process = subprocess.Popen([BINARY, "--config", str(self.dir / "c.toml"), "ingest", "--quiet"],
                                           stdout=subprocess.DEVNULL)
                until(lambda n=before: count() > n or process.poll() is not None)
                process.kill()
                killed += process.wait() < 0
            self.assertGreater(killed, 1)
            run = ruagate("--config", self.dir / "c.toml", "ingest")
            self.assertEqual(run.code, 0, run.err)
            self.assertEqual(count(), reports)
        self.assertEqual((server.how_many(), server.how_many("Archive")), (0, reports))

    def test_between_commit_and_acknowledgement(self):
        for name, options in (("move", {}), ("copy", {"capability": "IMAP4rev1 UIDPLUS"})):
            with self.subTest(name):
                self.db = self.dir / f"{name}.db"
                self.dir.chmod(0o755)
                server = Dovecot(self.dir / name, **options)
                self.addCleanup(server.stop)
                self.kill_and_count(server)


if __name__ == "__main__":
    unittest.main()
