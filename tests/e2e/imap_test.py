#!/usr/bin/python3
"""A mailbox on a real IMAP server, from the outside: login, reading, acknowledging, watching."""
import pathlib
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "imap"))
from harness import BINARY, Case, report_mail, report_xml, ruagate, stored_reports
from servers import Dovecot, Relay, TokenEndpoint, until

OTHER_MAIL = b"From: a@example.com\nTo: rua@example.com\nSubject: hello\n\nhello\n"
BROKEN_MAIL = report_mail("<feedback><report_metadata>")


def reports(count, first=1):
    return [report_mail(report_xml(report_id=f"r{number}")) for number in range(first, first + count)]


class ImapCase(Case):
    """A Dovecot, and a configuration that points at it."""
    server_options = {}

    def setUp(self):
        super().setUp()
        self.dir.chmod(0o755)
        self.server = Dovecot(self.dir / "dovecot", **self.server_options)
        (self.dir / "password").write_text("secret\n")
        self.config = self.dir / "ruagate.toml"
        self.configure()

    def tearDown(self):
        self.server.stop()
        super().tearDown()

    def configure(self, port=None, **settings):
        """Writes the configuration; settings replace the defaults, and None takes one away."""
        values = {"name": "rua", "type": "imap", "host": "localhost", "port": port or self.server.tls_port,
                  "user": "rua", "password_file": str(self.dir / "password"), "ca_file": str(self.server.cert),
                  "processed": "move:Archive", "rejected": "move:Rejected", "timeout_seconds": 10, **settings}
        lines = [f'{key} = {value if isinstance(value, int) else chr(34) + value + chr(34)}'
                 for key, value in values.items() if value is not None]
        self.config.write_text(f'[store]\npath = "{self.db}"\n[[mailbox]]\n' + "\n".join(lines) + "\n")

    def ingest(self, *more, code=0):
        run = ruagate("--config", self.config, "ingest", "--json", *more)
        self.assertEqual(run.code, code, run.err + run.out)
        return run.json

    def stored(self) -> int:
        return stored_reports(self.db)

    def checkpoint(self):
        with sqlite3.connect(self.db) as connection:
            return connection.execute("select uid_validity, last_uid from checkpoint").fetchone()

    def watch(self, *more):
        with open(self.dir / "watch.log", "ab") as log:
            return self.start([BINARY, "--config", str(self.config), "--verbose", "ingest", "--watch", "--json", *more], log)

    def start(self, command, err):
        """A process that does not outlive the test."""
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err)
        self.addCleanup(process.communicate)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def trace(self) -> str:
        file = self.dir / "trace.txt"
        return file.read_text() if file.exists() else ""

    def log(self):
        return (self.dir / "watch.log").read_text()

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        process.wait(5)


class Connecting(ImapCase):
    def test_each_kind_of_tls_and_each_kind_of_login(self):
        number = 0
        for port, tls in ((self.server.tls_port, "implicit"), (self.server.port, "starttls"), (self.server.port, "none")):
            for auth in ("password", "plain", "login"):
                with self.subTest(tls=tls, auth=auth):
                    number += 1
                    self.server.deliver(reports(1, number))
                    self.configure(port=port, tls=tls, auth=auth)
                    self.assertEqual(self.ingest()["reports_new"], 1)
        self.assertEqual(self.server.how_many("Archive"), number)

    def test_address_instead_of_a_name(self):
        self.server.deliver(reports(1))
        self.configure(host="127.0.0.1")
        self.assertEqual(self.ingest()["reports_new"], 1)

    def refused(self, *words):
        begin = time.monotonic()
        run = ruagate("--config", self.config, "ingest")
        self.assertLess(time.monotonic() - begin, 12)  # The longest wait of connecting has 10 s.
        self.assertEqual(run.code, 1)
        for word in words:
            self.assertIn(word, run.err)
        self.assertNotIn("secret", run.err + run.out)

    def test_faults_are_said_in_words(self):
        self.server.deliver(reports(1))
        self.configure(ca_file=None)
        self.refused("certificate is not trusted", "ca_file")
        self.configure(port=self.server.port)
        self.refused("not TLS", "starttls")
        self.configure(port=self.server.tls_port, tls="starttls", timeout_seconds=2)
        self.refused("no greeting", "implicit")
        self.configure(port=1)
        self.refused("port 1", "refused")
        self.configure(host="no-such-host.invalid")
        self.refused("no-such-host.invalid")
        self.configure(folder="Nothing/Here")
        self.refused("Nothing/Here")
        (self.dir / "password").write_text("wrong-secret\n")
        self.configure()
        self.refused("refuses the login of rua")
        self.assertEqual(self.server.how_many(), 1)

    def test_password_from_the_environment(self):
        self.server.deliver(reports(1))
        self.configure(password_file=None, password_env="RUA_PASSWORD")
        run = ruagate("--config", self.config, "ingest", "--json", env={"RUA_PASSWORD": "secret"})
        self.assertEqual(run.json["reports_new"], 1)
        self.refused("RUA_PASSWORD is not set")

    def test_transcript_masks_the_secret(self):
        self.server.deliver(reports(1))
        for auth in ("plain", "login"):
            self.configure(auth=auth)
            self.ingest("--trace-imap", self.dir / "trace.txt")
        text = (self.dir / "trace.txt").read_text()
        self.assertIn("UID FETCH", text)
        self.assertIn("(masked)", text)
        for secret in ("secret", "c2VjcmV0", "AHJ1YQBzZWNyZXQ="):
            self.assertNotIn(secret, text)

    def test_check_with_connect_changes_nothing(self):
        self.server.deliver(reports(2))
        run = ruagate("--config", self.config, "config", "check", "--connect")
        self.assertEqual(run.code, 0, run.err)
        for words in ("INBOX: 2 messages", "IDLE", "mail whose reports are stored is moved to Archive",
                      "mail that is no report stays"):
            self.assertIn(words, run.out)
        self.assertEqual(list(self.server.messages().values()), [set(), set()])
        self.assertIsNone(self.server.messages("Archive"))
        self.assertFalse(self.db.exists())


class OtherName(ImapCase):
    server_options = {"names": "DNS:other.example"}

    def test_certificate_for_another_name_is_refused(self):
        run = ruagate("--config", self.config, "ingest")
        self.assertEqual(run.code, 1)
        self.assertIn("the certificate is not for localhost", run.err)


class Tokens(ImapCase):
    def setUp(self):
        self.endpoint = TokenEndpoint()
        self.addCleanup(self.endpoint.stop)
        self.server_options = {"oauth_url": self.endpoint.url}
        super().setUp()

    def test_both_mechanisms_with_file_and_command(self):
        self.endpoint.good = {"token-one"}
        (self.dir / "token").write_text("token-one\n")
        number = 0
        for auth in ("xoauth2", "oauthbearer"):
            for how in ({"token_file": str(self.dir / "token")}, {"token_command": f"cat {self.dir}/token"}):
                with self.subTest(auth=auth, how=how):
                    number += 1
                    self.server.deliver(reports(1, number))
                    self.configure(auth=auth, password_file=None, **how)
                    self.assertEqual(self.ingest("--trace-imap", self.dir / "trace.txt")["reports_new"], 1)
        self.assertNotIn("token-one", (self.dir / "trace.txt").read_text())

    def test_bad_token_is_refused_with_words(self):
        (self.dir / "token").write_text("stale\n")
        for auth in ("xoauth2", "oauthbearer"):
            self.configure(auth=auth, password_file=None, token_file=str(self.dir / "token"))
            run = ruagate("--config", self.config, "ingest")
            self.assertEqual(run.code, 1)
            self.assertIn("refuses the login of rua", run.err)
            self.assertNotIn("stale", run.err)

    def test_token_that_expires_is_asked_for_again(self):
        self.endpoint.good = {"token-1"}
        (self.dir / "calls").write_text("")
        command = f"echo x >> {self.dir}/calls; echo token-$(wc -l < {self.dir}/calls)"
        self.configure(auth="xoauth2", password_file=None, token_command=command)
        process = self.watch()
        self.server.deliver(reports(1))
        until(lambda: self.stored() == 1)
        self.endpoint.good = {"token-2"}  # The first one expires, and the server ends the session.
        self.server.kick("rua")
        self.server.deliver(reports(1, 2))
        until(lambda: self.stored() == 2)
        self.stop(process)
        self.assertEqual((self.dir / "calls").read_text().count("x"), 2)
        self.assertIn("token-1", self.endpoint.asked)


    def test_token_file_is_read_again(self):
        self.endpoint.good = {"token-1"}
        (self.dir / "token").write_text("token-1\n")
        self.configure(auth="oauthbearer", password_file=None, token_file=str(self.dir / "token"))
        process = self.watch()
        self.server.deliver(reports(1))
        until(lambda: self.stored() == 1)
        (self.dir / "token").write_text("token-2\n")
        self.endpoint.good = {"token-2"}
        self.server.kick("rua")
        self.server.deliver(reports(1, 2))
        until(lambda: self.stored() == 2)
        self.stop(process)
        self.assertNotIn("token-2", self.log())


class Reading(ImapCase):
    def test_every_kind_of_mail_goes_where_it_belongs(self):
        self.server.deliver(reports(3) + [BROKEN_MAIL, OTHER_MAIL])
        outcome = self.ingest()
        self.assertEqual((outcome["reports_new"], len(outcome["rejected"]), len(outcome["ignored"])), (3, 1, 1))
        self.assertEqual(self.server.how_many("Archive"), 3)
        self.assertEqual(self.server.how_many("Rejected"), 1)
        self.assertEqual(list(self.server.messages().values()), [set()])  # Not even seen.
        self.assertEqual(self.checkpoint()[1], 5)
        self.assertEqual(self.ingest()["messages"], 0)
        self.assertEqual(outcome["ignored"][0]["origin"], "rua/INBOX/5")

    def test_mail_that_somebody_has_read_is_read_as_well(self):
        self.server.deliver(reports(2))
        client = self.server.login()
        client.select("INBOX")
        client.store("1", "+FLAGS", "(\\Seen)")
        client.logout()
        self.assertEqual(self.ingest()["reports_new"], 2)

    def test_mail_that_is_no_report_goes_where_configured(self):
        self.configure(ignored="move:Other")
        self.server.deliver([OTHER_MAIL])
        self.ingest()
        self.assertEqual((self.server.how_many(), self.server.how_many("Other")), (0, 1))

    def test_flag_delete_and_keep(self):
        self.configure(processed="flag", rejected="delete")
        self.server.deliver(reports(2) + [BROKEN_MAIL])
        self.ingest()
        self.assertEqual(list(self.server.messages().values()), [{"\\Seen"}, {"\\Seen"}])
        self.configure(processed="keep", rejected="keep")
        self.server.deliver(reports(2, 3))
        outcome = self.ingest()
        self.assertEqual((outcome["messages"], outcome["reports_new"]), (2, 2))
        self.assertEqual(sum(flags == set() for flags in self.server.messages().values()), 2)
        self.assertEqual(self.ingest()["messages"], 0)

    def test_thousands_that_are_flagged_or_kept(self):
        for processed, flags in (("flag", {"\\Seen"}), ("keep", set())):
            with self.subTest(processed):
                user = f"many-{processed}"
                self.db = self.dir / f"{user}.db"
                self.configure(user=user, processed=processed, rejected="keep")
                mails = reports(3000)
                mails[700], mails[2300] = OTHER_MAIL, BROKEN_MAIL
                self.server.deliver(mails, user)
                trace = self.dir / f"{user}.trace"
                outcome = self.ingest("--trace-imap", trace)
                self.assertEqual((outcome["messages"], outcome["reports_new"]), (3000, 2998))
                found = self.server.messages(user=user)
                self.assertEqual({uid for uid, has in found.items() if has != flags},
                                 {701, 2301} if processed == "flag" else set())
                self.assertEqual(self.checkpoint()[1], 3000)
                # Many at a time, and by nobody whom nothing was asked.
                stores = trace.read_text().count(" UID STORE ")
                self.assertTrue(1 <= stores <= 12 if processed == "flag" else stores == 0, stores)
                self.server.deliver(reports(1, 3001), user)
                self.assertEqual(self.ingest()["messages"], 1)
                self.assertEqual(self.server.how_many(user=user), 3001)

    def test_folder_names_with_levels_and_other_letters(self):
        client = self.server.login()
        client.create('"Post/Rua &- B&AOQ-ume"')
        client.append('"Post/Rua &- B&AOQ-ume"', None, None, reports(1)[0])
        client.logout()
        self.configure(folder="Post/Rua & Bäume", processed="move:Erledigt/Grüße 日本")
        self.assertEqual(self.ingest()["reports_new"], 1)
        self.assertEqual(self.server.how_many("Post/Rua &- B&AOQ-ume"), 0)
        self.assertEqual(self.server.how_many("Erledigt/Gr&APwA3w-e &ZeVnLA-"), 1)

    def test_changed_uidvalidity_reads_again_and_counts_once(self):
        self.configure(processed="keep", rejected="keep")
        self.server.deliver(reports(5))
        self.ingest()
        before = self.checkpoint()
        client = self.server.login()
        client.create("Copy")
        client.select("INBOX")
        client.copy("1:*", "Copy")
        client.logout()
        for part in ("index", "control"):
            shutil.rmtree(self.server.dir / part / "rua")
        (self.server.dir / "mail" / "rua" / "dovecot-uidvalidity").unlink(missing_ok=True)
        for left in (self.server.dir / "mail" / "rua").glob("dovecot-uid*"):
            left.unlink()
        with sqlite3.connect(self.db) as connection:  # Two validities in one second are the same number to Dovecot.
            connection.execute("update checkpoint set uid_validity = uid_validity - 1")
        self.server.deliver(reports(1, 6))
        outcome = self.ingest()
        self.assertEqual((outcome["reports_new"], outcome["reports_duplicate"]), (1, 5))
        self.assertEqual(self.stored(), 6)
        self.assertNotEqual(self.checkpoint(), before)

    def test_five_thousand_messages(self):
        self.server.deliver(reports(5000))
        outcome = self.ingest()
        self.assertEqual((outcome["reports_new"], outcome["rejected"]), (5000, []))
        self.assertEqual((self.server.how_many(), self.server.how_many("Archive")), (0, 5000))

    def test_two_at_once_on_one_mailbox(self):
        self.server.deliver(reports(1500))
        for run in [self.start([BINARY, "--config", str(self.config), "ingest", "--json"], None) for _ in range(2)]:
            self.assertEqual(run.wait(200), 0)
        self.assertEqual(self.stored(), 1500)
        self.assertEqual((self.server.how_many(), self.server.how_many("Archive")), (0, 1500))

    def test_mail_deleted_by_another_client_meanwhile(self):
        self.server.deliver(reports(1200))
        run = self.start([BINARY, "--config", str(self.config), "ingest", "--json"], None)
        until(lambda: self.stored() > 0)
        client = self.server.login()
        client.select("INBOX")
        client.uid("STORE", "1100:1200", "+FLAGS", "(\\Deleted)")
        client.expunge()
        client.logout()
        self.assertEqual(run.wait(200), 0)
        self.assertGreaterEqual(self.stored(), 1099)
        self.assertEqual(self.server.how_many(), 0)


class FewAbilities(ImapCase):
    server_options = {"capability": "IMAP4rev1 UIDPLUS"}

    def test_copy_and_delete_ours_alone(self):
        self.server.deliver(reports(3) + [OTHER_MAIL])
        client = self.server.login()
        client.select("INBOX")
        client.store("4", "+FLAGS", "(\\Deleted)")  # Somebody else's mark; not ours to expunge.
        client.logout()
        self.assertEqual(self.ingest()["reports_new"], 3)
        self.assertEqual(self.server.how_many("Archive"), 3)
        self.assertEqual(list(self.server.messages().values()), [{"\\Deleted"}])


class BareServer(ImapCase):
    server_options = {"capability": "IMAP4rev1"}

    def test_flag_with_a_warning_where_nothing_can_be_moved(self):
        self.server.deliver(reports(2))
        run = ruagate("--config", self.config, "ingest", "--json")
        self.assertEqual(run.code, 0)
        self.assertIn("neither MOVE nor UIDPLUS", run.err)
        self.assertEqual(list(self.server.messages().values()), [{"\\Seen"}, {"\\Seen"}])
        self.assertEqual(self.ingest()["messages"], 0)

    def test_new_mail_is_polled_for(self):
        self.server.deliver(reports(1))
        process = self.watch()
        until(lambda: self.stored() == 1)
        self.server.deliver(reports(1, 2))
        until(lambda: self.stored() == 2, seconds=45)
        self.stop(process)


class DottedNames(ImapCase):
    server_options = {"separator": ".", "prefix": "INBOX."}

    def test_namespace_and_separator_of_the_server(self):
        self.server.deliver(reports(1) + [BROKEN_MAIL])
        self.configure(processed="move:Done/2026", rejected="move:INBOX/Bad")
        self.ingest()
        self.assertEqual(self.server.how_many("INBOX.Done.2026"), 1)
        self.assertEqual(self.server.how_many("INBOX.Bad"), 1)


class Watching(ImapCase):
    def test_delivery_is_told_by_the_server(self):
        process = self.watch("--trace-imap", self.dir / "trace.txt")
        until(lambda: "idling" in self.trace())
        for number in range(1, 4):
            self.server.deliver(reports(1, number))
            until(lambda n=number: self.stored() == n, seconds=10)
        self.stop(process)
        self.assertEqual(process.returncode, 0, self.log())
        self.assertEqual(self.server.how_many("Archive"), 3)

    def test_idle_is_renewed(self):
        self.configure(idle_seconds=1)
        process = self.watch("--trace-imap", self.dir / "trace.txt")
        until(lambda: self.trace().count("DONE") >= 2)
        self.server.deliver(reports(1))
        until(lambda: self.stored() == 1, seconds=10)
        self.stop(process)
        self.assertEqual(self.trace().count("AUTHENTICATE"), 1)  # In one session.

    def test_goes_on_after_every_kind_of_loss(self):
        relay = Relay(self.server.tls_port)
        self.addCleanup(relay.stop)
        self.configure(port=relay.port, idle_seconds=2, timeout_seconds=2)
        process = self.watch()
        stored = 0
        for loss in ("reset", "close", "kick", "freeze"):
            with self.subTest(loss):
                stored += 1
                self.server.deliver(reports(1, stored))
                until(lambda n=stored: self.stored() == n)
                if loss == "kick":
                    self.server.kick("rua")
                elif loss == "freeze":
                    relay.flows.clear()
                else:
                    relay.cut_all(loss)
                stored += 1
                self.server.deliver(reports(1, stored))
                if loss == "freeze":
                    until(lambda: relay.connections > 4, seconds=30, what="a new connection")
                    relay.flows.set()
                until(lambda n=stored: self.stored() == n, seconds=30)
        self.stop(process)
        self.assertEqual(self.server.how_many("Archive"), stored)

    def test_pauses_grow_while_the_server_is_away(self):
        relay = Relay(self.server.port)
        self.addCleanup(relay.stop)
        self.configure(port=relay.port, tls="none")
        process = self.watch("--trace-imap", self.dir / "trace.txt")
        until(lambda: "idling" in self.trace())
        relay.refuses = True
        relay.cut_all("reset")
        until(lambda: relay.connections >= 7)
        relay.refuses = False
        self.server.deliver(reports(1))
        until(lambda: self.stored() == 1)
        self.stop(process)
        gaps = [after - before for before, after in zip(relay.times[1:], relay.times[2:7])]
        self.assertGreater(gaps[-1], 2 * gaps[1], gaps)  # 0.2 and 1.6 s, each of them between its half and the whole.

    def test_mail_that_came_while_the_session_was_lost_is_not_slept_over(self):
        relay = Relay(self.server.port)
        self.addCleanup(relay.stop)
        self.configure(port=relay.port, tls="none")
        relay.trap = (b"UID MOVE", lambda: self.server.deliver(reports(1, 2)))
        process = self.watch()
        self.server.deliver(reports(1))
        until(lambda: self.stored() == 2)
        until(lambda: self.server.how_many("Archive") == 2)
        self.stop(process)

    def test_one_server_that_is_away_stops_no_other_mailbox(self):
        text = self.config.read_text()
        away = text[text.index("[[mailbox]]"):].replace('"rua"', '"away"', 1).replace(str(self.server.tls_port), "1")
        self.config.write_text(text + away)
        process = self.watch()
        self.server.deliver(reports(1))
        until(lambda: self.stored() == 1)
        self.stop(process)
        self.assertIn("away", self.log())

    def test_ends_within_five_seconds_in_the_middle_of_work(self):
        self.server.deliver(reports(3000))
        process = self.watch()
        until(lambda: self.stored() > 0)
        self.stop(process)
        stored = self.stored()
        self.assertEqual(self.server.how_many("Archive"), stored)
        self.assertEqual(self.server.how_many(), 3000 - stored)


class Silence(ImapCase):
    """The server says nothing any more, at any stage, and a stop is asked for: it comes within five seconds, and what the
    next run finds is whole."""

    def stop_in_silence(self, count, command=None, after=1):
        """The relay goes silent `after` so many bytes from the server, counted from when the client said `command`."""
        relay = Relay(self.server.port)
        self.addCleanup(relay.stop)
        relay.cut_after(after, "freeze", behind=command)
        self.configure(port=relay.port, tls="none", timeout_seconds=60)
        process = self.watch()
        until(lambda: relay.cuts == 1 or process.poll() is not None, what="the silence")
        self.assertIsNone(process.poll(), self.log())
        process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        process.wait(20)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(relay.connections, 1)  # It does not connect anew for what is left.
        relay.cut_all("close")
        stored = self.stored()
        moved = self.server.how_many("Archive")
        self.assertLessEqual(moved, stored)
        self.assertEqual(moved + self.server.how_many(), count)
        self.configure(port=self.server.port, tls="none")
        self.ingest()
        self.assertEqual((self.stored(), self.server.how_many(), self.server.how_many("Archive")), (count, 0, count))
        return stored

    def test_before_any_mail(self):
        self.server.deliver(reports(5))
        for command in (None, b"AUTHENTICATE", b"SELECT", b"UID SEARCH", b"RFC822.SIZE"):
            with self.subTest(command):
                self.stop_in_silence(5, command)
                self.server.deliver(reports(5))
                self.db.unlink()
                client = self.server.login()
                client.delete("Archive")
                client.logout()

    def test_in_the_middle_of_a_message(self):
        self.server.deliver(reports(1000))
        self.stop_in_silence(1000, b"BODY.PEEK", 500_000)

    def test_while_the_server_moves(self):
        self.server.deliver(reports(4500))
        self.assertGreater(self.stop_in_silence(4500, b"UID MOVE"), 0)

    def test_in_idle(self):
        self.server.deliver(reports(3))
        self.assertEqual(self.stop_in_silence(3, b"IDLE", 1), 3)


class LocalFaults(ImapCase):
    """What this machine lacks is no fault of a report: mail stays, and is read when the lack is over."""

    def test_too_few_open_files(self):
        self.server.deliver(reports(3))
        refused = 0
        for files in range(4, 40):
            limit = lambda most=files: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
            run = subprocess.run([BINARY, "--config", str(self.config), "ingest"], capture_output=True, preexec_fn=limit,
                                 timeout=60, check=False)
            refused += run.returncode != 0
            self.assertEqual(self.server.how_many() + self.server.how_many("Archive"), 3, run.stderr)
            self.assertLessEqual(run.stderr.count(b"\n"), 6, run.stderr)
            if run.returncode == 0:
                break
        self.assertGreater(refused, 0)
        self.assertEqual((self.stored(), self.server.how_many("Archive")), (3, 3))
        with sqlite3.connect(self.db) as connection:
            self.assertEqual(connection.execute("select count(*) from reject").fetchone(), (0,))

    def test_full_disk(self):
        self.server.deliver(reports(400))
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        run = subprocess.run([BINARY, "--config", str(self.config), "ingest"], capture_output=True, preexec_fn=limit,
                             timeout=60, check=False)
        self.assertGreater(run.returncode, 0, "ended by a signal")
        self.assertTrue(run.stderr)
        self.assertLessEqual(run.stderr.count(b"\n"), 4, run.stderr)
        stored = self.stored()
        self.assertLess(stored, 400)
        self.assertLessEqual(self.server.how_many("Archive"), stored)
        self.assertEqual(self.server.how_many() + self.server.how_many("Archive"), 400)
        self.ingest()
        self.assertEqual((self.stored(), self.server.how_many("Archive")), (400, 400))

    def test_full_disk_while_watching_is_said_once(self):
        self.server.deliver(reports(400))
        with open(self.dir / "watch.log", "wb") as log:
            process = self.start(["prlimit", "--fsize=300000:unlimited", BINARY, "--config", str(self.config), "ingest",
                                  "--watch", "--trace-imap", str(self.dir / "trace.txt")], log)
        until(lambda: self.trace().count("UID SEARCH") >= 3, seconds=60, what="the third try")
        said = (self.dir / "watch.log").read_text().splitlines()
        self.assertEqual(len(said), len(set(said)), said)
        self.assertLessEqual(len([line for line in said if "rua" in line]), 2, said)
        self.assertLessEqual(self.server.how_many("Archive"), self.stored())
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: self.server.how_many("Archive") == 400, seconds=60, what="reading on")
        self.stop(process)
        self.assertEqual((self.stored(), self.server.how_many()), (400, 0))
        self.assertIn("works again", (self.dir / "watch.log").read_text())

    def test_locked_database(self):
        self.ingest()
        lock = sqlite3.connect(self.db, isolation_level=None)
        self.addCleanup(lock.close)
        lock.execute("begin immediate")
        self.server.deliver(reports(2))
        process = self.watch("--trace-imap", self.dir / "trace.txt")
        until(lambda: "BODY.PEEK" in self.trace())
        self.assertEqual((self.stored(), self.server.how_many()), (0, 2))
        self.stop(process)  # Does not wait for the lock.
        self.assertEqual((self.stored(), self.server.how_many()), (0, 2))

        (self.dir / "trace.txt").unlink()
        process = self.watch("--trace-imap", self.dir / "trace.txt")
        until(lambda: "BODY.PEEK" in self.trace())
        lock.execute("rollback")
        until(lambda: self.server.how_many("Archive") == 2)
        self.assertEqual(self.stored(), 2)
        self.stop(process)


if __name__ == "__main__":
    unittest.main()
