#!/usr/bin/python3
"""The command line from the outside: the main path, the documents against their schemas, and every kind of wrong use."""
import csv
import io
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import unittest

from harness import BINARY, SOURCE, Case, make_maildir, report_mail, report_xml, ruagate
from schemas import validate

DAY = 86400
FIRST = 1763510400  # 2025-11-19


def history(days=40, domain="example.com", broken=()):
    """Daily reports of three reporters about one healthy own server, with other sources appended to each."""
    mails = []
    for day in range(days):
        begin = FIRST - (days - 1 - day) * DAY
        for number, reporter in enumerate(("google.com", "Yahoo", "Outlook.com")):
            records = [("192.0.2.1", 60 + number, "pass", "pass"), *broken]
            mails.append(report_mail(report_xml(reporter=reporter, report_id=f"{reporter}-{day}", domain=domain,
                                                begin=begin, end=begin + DAY - 1, records=records)))
    return mails


class MainPath(Case):
    def setUp(self):
        super().setUp()
        self.maildir = make_maildir(self.dir / "Maildir", history())

    def ingest(self):
        return self.ok("ingest", "--json", self.maildir).json

    def test_from_maildir_to_verdict(self):
        outcome = self.ingest()
        validate(outcome, "ingest")
        self.assertEqual((outcome["messages"], outcome["reports_new"], outcome["records"]), (120, 120, 120))
        self.assertEqual(outcome["rejected"], [])
        again = self.ok("ingest", "--json", self.maildir).json
        self.assertEqual((again["reports_new"], again["reports_duplicate"]), (0, 120))

        run = ruagate("--db", self.db, "readiness", "example.com", "--as-of", "2025-11-21", "--json")
        validate(run.json, "readiness")
        verdict = run.json["domains"][0]
        self.assertEqual(verdict["verdict"], "ready", verdict)
        self.assertEqual(verdict["next_step"], "quarantine-10")
        self.assertIn("p=quarantine; pct=10; t=y", verdict["record"])
        self.assertEqual(run.code, 0)

        sources = self.ok("sources", "example.com", "--as-of", "2025-11-20", "--json").json
        validate(sources, "sources")
        self.assertEqual(sources["sources"][0]["class"], "legitimate")
        self.assertEqual(sources["sources"][0]["pass_rate"], 1.0)

    def test_every_document_matches_its_schema(self):
        self.ingest()
        (self.dir / "broken.xml").write_text("<feedback><report_metadata>")
        self.ok("ingest", self.dir / "broken.xml")
        self.ok("senders", "approve", "example.com", "192.0.2.1", "--note", "our relay", "--critical")
        as_of = ("--as-of", "2025-11-20")
        for schema, arguments in {
                "sources": ["sources", "example.com", *as_of], "reports": ["reports"], "records": ["records"],
                "report": ["reports", "show", "1"], "summary": ["summary", *as_of], "rejects": ["rejects", "list"],
                "decisions": ["senders", "list"], "stats": ["db", "stats"]}.items():
            with self.subTest(schema):
                validate(self.ok(*arguments, "--json").json, schema)

    def test_csv_has_a_row_for_each_record_of_the_document(self):
        self.ingest()
        for command in ("reports", "records"):
            rows = list(csv.DictReader(io.StringIO(self.ok(command, "--format", "csv").out)))
            self.assertEqual(len(rows), 120, command)
            self.assertEqual(rows[0]["domain"], "example.com")
        rows = list(csv.DictReader(io.StringIO(
            self.ok("sources", "example.com", "--as-of", "2025-11-20", "--format", "csv").out)))
        self.assertEqual(rows[0]["class"], "legitimate")

    def test_filters_and_limits(self):
        self.ingest()
        count = lambda *a: len(self.ok("reports", "--json", *a).json["reports"])
        self.assertEqual(count("--reporter", "GOOGLE.com"), 40)
        self.assertEqual(count("--since", "2025-11-19"), 3)
        self.assertEqual(count("--until", "2025-10-11"), 3)
        self.assertEqual(count("--limit", "7"), 7)
        self.assertEqual(count("--ip", "192.0.2.0/24"), 120)
        self.assertEqual(count("--ip", "198.51.100.1"), 0)
        self.assertEqual(count("--domain", "example.net"), 0)
        text = self.ok("reports").out
        self.assertIn("--limit", text)  # says that the list was cut

    def test_raw_document_comes_back(self):
        self.ingest()
        raw = self.ok("reports", "show", "1", "--raw").out
        self.assertIn("<report_id>", raw)
        self.assertTrue(raw.startswith("<?xml"))

    def test_single_files_and_standard_input(self):
        import gzip
        import zipfile
        xml = report_xml().encode()
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.xml", report_xml(report_id="2"))
            archive.writestr("b.xml", report_xml(report_id="3"))
        # The names lie on purpose: content decides.
        (self.dir / "plain.zip").write_bytes(xml)
        (self.dir / "two.xml").write_bytes(zipped.getvalue())
        (self.dir / "mail.gz").write_bytes(report_mail(report_xml(report_id="4")))
        (self.dir / "box").write_bytes(b"From x@y Thu Nov 20 00:00:00 2025\n" + report_mail(report_xml(report_id="5")) +
                                       b"\nFrom x@y Thu Nov 20 00:00:00 2025\n" + report_mail(report_xml(report_id="6")))
        for name, new in (("plain.zip", 1), ("two.xml", 2), ("mail.gz", 1), ("box", 2)):
            self.assertEqual(self.ok("ingest", "--json", self.dir / name).json["reports_new"], new, name)
        piped = self.ok("ingest", "--json", "-", stdin=gzip.compress(report_xml(report_id="7").encode()))
        self.assertEqual(piped.json["reports_new"], 1)

    def test_dry_run_stores_nothing(self):
        self.assertEqual(self.ok("ingest", "--dry-run", "--json", self.maildir).json["reports_new"], 120)
        self.assertFalse(self.db.exists())

    def test_progress_is_drawn_on_a_terminal_only(self):
        terminal, end = os.openpty()
        process = subprocess.run([BINARY, "--db", str(self.db), "ingest", str(self.maildir)], stdout=subprocess.PIPE,
                                 stderr=end, timeout=60, check=True)
        os.close(end)
        drawn = os.read(terminal, 65536).decode()
        os.close(terminal)
        self.assertIn(" of 120 messages", drawn)
        self.assertIn("/s", drawn)
        self.assertNotIn("of 120 messages", process.stdout.decode())
        self.assertEqual(self.ok("ingest", self.maildir).err, "")

    def test_paths_are_only_read(self):
        before = sorted(p.name for p in self.maildir.rglob("*"))
        self.ingest()
        self.assertEqual(before, sorted(p.name for p in self.maildir.rglob("*")))

    def test_configured_mailbox_is_acknowledged(self):
        (self.maildir / "new" / "1.bad.host").write_bytes(report_mail("<feedback><report_metadata>"))
        (self.maildir / "new" / "2.chat.host").write_bytes(b"From: a@example.com\nSubject: lunch\n\nNoon?\n")
        config = self.dir / "ruagate.toml"
        config.write_text(f'[store]\npath = "{self.db}"\n[[mailbox]]\ntype = "maildir"\npath = "{self.maildir}"\n'
                          'processed = "move:Archive"\nrejected = "move:Rejected"\n')
        run = ruagate("--config", config, "ingest", "--json")
        self.assertEqual(run.code, 0, run.err)
        files = lambda folder: [p for part in ("cur", "new") for p in (self.maildir / folder / part).iterdir()]
        self.assertEqual(len(files(".Archive")), 120)
        self.assertEqual(len(files(".Rejected")), 1)
        self.assertEqual([p.name.split(":")[0] for p in files(".")], ["2.chat.host"])
        self.assertEqual(ruagate("--config", config, "ingest", "--json").json["reports_new"], 0)

    def test_decisions_rule_over_the_guess(self):
        self.maildir = make_maildir(self.dir / "M2", history(broken=[("198.51.100.7", 40, "fail", "fail")]))
        self.ingest()
        classes = lambda: {s["class"] for s in self.ok("sources", "example.com", "--as-of", "2025-11-20", "--json").json["sources"]
                           if any(ip["ip"] == "198.51.100.7" for ip in s["ips"])}
        self.ok("senders", "approve", "example.com", "198.51.100.7")
        self.assertEqual(classes(), {"legitimate"})
        hold = ruagate("--db", self.db, "readiness", "example.com", "--as-of", "2025-11-21", "--json")
        self.assertEqual(hold.code, 10)
        self.assertIn("198.51.100.7", hold.json["domains"][0]["blockers"][0]["ips"])
        self.ok("senders", "deny", "example.com", "198.51.100.7", "--note", "phisher")
        self.assertEqual(classes(), {"unauthorized"})
        self.assertEqual(ruagate("--db", self.db, "readiness", "example.com", "--as-of", "2025-11-21").code, 0)
        listed = self.ok("senders", "list", "--json").json["decisions"]
        self.assertEqual((listed[0]["decision"], listed[0]["note"]), ("deny", "phisher"))
        self.ok("senders", "forget", "example.com", "198.51.100.7")
        self.assertEqual(self.ok("senders", "list", "--json").json["decisions"], [])

    def test_rejects_live_until_they_are_dropped(self):
        bad = self.dir / "bad.gz"
        import gzip
        bad.write_bytes(gzip.compress(report_xml().encode())[:100])
        self.assertEqual(len(self.ok("ingest", "--json", bad).json["rejected"]), 1)
        listed = self.ok("rejects", "list", "--json").json["rejects"]
        self.assertEqual([r["reason"] for r in listed], ["gzip_truncated"])
        self.ok("ingest", bad)
        self.assertEqual(len(self.ok("rejects", "list", "--json").json["rejects"]), 1)
        number = listed[0]["id"]
        self.assertIn("gzip_truncated", self.ok("rejects", "show", number).out)
        self.assertEqual(self.ok("rejects", "retry", "--json").json["resolved"], 0)
        self.ok("rejects", "export", self.dir / "out")
        self.assertEqual([p.read_bytes() for p in (self.dir / "out").iterdir()], [bad.read_bytes()])
        self.ok("rejects", "drop", number)
        self.assertEqual(self.ok("rejects", "list", "--json").json["rejects"], [])

    def test_conflicting_report_never_merges(self):
        small, large = self.dir / "small.xml", self.dir / "large.xml"
        small.write_text(report_xml(records=[("192.0.2.1", 5, "pass", "pass")]))
        large.write_text(report_xml(records=[("192.0.2.1", 9, "pass", "pass")]))
        self.ok("ingest", small)
        self.ok("ingest", large)
        self.assertEqual([r["messages"] for r in self.ok("reports", "--json").json["reports"]], [9])
        self.assertEqual([r["reason"] for r in self.ok("rejects", "list", "--json").json["rejects"]], ["conflicting_report"])
        self.ok("db", "check")

    def test_database_keeping(self):
        self.ingest()
        self.assertIn("sound", self.ok("db", "check").out)
        self.ok("db", "backup", self.dir / "copy.db")
        self.assertEqual(ruagate("--db", self.dir / "copy.db", "db", "stats", "--json").json["reports"], 120)
        self.assertIn("current", self.ok("db", "migrate").out)
        self.ok("db", "prune")
        self.assertEqual(self.ok("db", "stats", "--json").json["reports"], 120)

    def test_summary_as_text_html_and_mail(self):
        self.ingest()
        as_of = ("--as-of", "2025-11-19")
        self.assertIn("example.com", self.ok("summary", *as_of).out)
        html = self.ok("summary", *as_of, "--format", "html").out
        self.assertIn("example.com", html)
        self.assertNotIn("<script", html)
        sendmail = self.dir / "sendmail"
        sendmail.write_text(f"#!/bin/sh\ncat > {self.dir}/sent\n")
        sendmail.chmod(0o755)
        config = self.dir / "c.toml"
        config.write_text(f'[summary]\nsendmail = "{sendmail}"\n')
        self.ok("--config", config, "summary", *as_of, "--mail-to", "pm@example.com")
        sent = (self.dir / "sent").read_text()
        self.assertIn("To: pm@example.com", sent)
        self.assertIn("multipart/alternative", sent)

    def test_two_ingests_and_readers_at_once(self):
        other = make_maildir(self.dir / "Other", history(domain="example.net"))
        running = [subprocess.Popen([BINARY, "--db", str(self.db), "ingest", "--json", str(m)], stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE) for m in (self.maildir, other, self.maildir)]
        for process in running:
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, err)
        self.assertEqual(self.ok("db", "stats", "--json").json["reports"], 240)
        self.ok("db", "check")


class Watching(Case):
    def wait_for(self, condition, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        self.fail("nothing happened in time")

    def test_new_mail_is_seen_and_sigterm_ends_cleanly(self):
        maildir = make_maildir(self.dir / "Maildir", history(1))
        process = subprocess.Popen([BINARY, "--db", str(self.db), "ingest", "--watch", "--json", str(maildir)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            reports = lambda: self.db.exists() and ruagate("--db", self.db, "db", "stats", "--json")
            self.wait_for(lambda: (r := reports()) and r.code == 0 and r.json["reports"] == 3)
            mail = report_mail(report_xml(report_id="late"))
            (maildir / "tmp" / "9.late.host").write_bytes(mail)
            (maildir / "tmp" / "9.late.host").rename(maildir / "new" / "9.late.host")
            self.wait_for(lambda: reports().json["reports"] == 4, seconds=10)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=5)
        finally:
            process.kill()
            process.wait()
        self.assertEqual(process.returncode, 0, err)
        self.assertIn(b'"reports_new": 4', out.replace(b'"reports_new":4', b'"reports_new": 4'))


class WrongUse(Case):
    def setUp(self):
        super().setUp()
        (self.dir / "r.xml").write_text(report_xml())
        self.ok("ingest", self.dir / "r.xml")

    def with_db(self, code, *arguments, says):
        return self.fails(code, "--db", self.db, *arguments, says=says)

    def test_wrong_options(self):
        self.with_db(2, "--nonsense", says="--nonsense")
        self.with_db(2, "nonsense", says="nonsense")
        self.with_db(2, says="subcommand")
        self.with_db(2, "sources", says="DOMAIN")
        self.with_db(2, "sources", "example.com", "--as-of", "2025-02-30", says="2025-02-30")
        self.with_db(2, "sources", "example.com", "--days", "0", says="--days")
        self.with_db(2, "sources", "example.com", "--since", "2025-11-20", "--until", "2025-11-01", says="2025-11-01")
        self.with_db(2, "sources", "example.org", says="example.org")
        self.with_db(2, "readiness", "nonsuch.example", says="nonsuch.example")
        self.with_db(2, "readiness", "not a domain", says="not a domain")
        self.with_db(2, "reports", "--format", "html", says="html")
        self.with_db(2, "reports", "--json", "--format", "csv", says="contradict")
        self.with_db(2, "reports", "--ip", "1.2.3", says="1.2.3")
        self.with_db(2, "reports", "show", "999", says="999")
        self.with_db(2, "reports", "show", "abc", says="abc")
        self.with_db(2, "rejects", "show", "999", says="999")
        self.with_db(2, "rejects", "drop", says="--all")
        self.with_db(2, "senders", "approve", "example.org", "192.0.2.1", says="example.org")
        self.with_db(2, "senders", "approve", "example.com", "what is this", says="what is this")
        self.with_db(2, "senders", "forget", "example.com", "192.0.2.9", says="192.0.2.9")
        self.with_db(2, "summary", "--period", "year", says="year")
        self.with_db(2, "ingest", "--watch", "--dry-run", self.dir, says="contradict")

    def test_wrong_paths_change_nothing(self):
        self.with_db(2, "ingest", self.dir / "none", self.dir / "r.xml", says="none")
        empty = self.dir / "new.db"
        self.fails(2, "--db", empty, "ingest", self.dir / "none", says="none")
        self.assertFalse(empty.exists())

    def test_nothing_to_read(self):
        self.with_db(2, "ingest", says="PATH")

    def test_databases_that_are_none(self):
        self.fails(1, "--db", self.dir / "none.db", "reports", says="none.db")
        (self.dir / "text.db").write_text("this is no database, but long enough to look at, is it not?" * 100)
        self.fails(1, "--db", self.dir / "text.db", "reports", says="text.db")
        self.fails(1, "--db", self.dir, "reports", says=str(self.dir))
        other = sqlite3.connect(self.dir / "other.db")
        other.execute("create table t (x)")
        other.commit()
        other.close()
        for command in (["reports"], ["ingest", self.dir / "r.xml"]):
            self.fails(1, "--db", self.dir / "other.db", *command, says="other.db")
        self.fails(1, "--db", self.dir / "no" / "folder.db", "ingest", self.dir / "r.xml", says="folder")

    def test_newer_database_is_refused(self):
        connection = sqlite3.connect(self.db)
        columns = [row[1] for row in connection.execute("pragma table_info(migration)")]
        newest = connection.execute("select * from migration order by 1 desc").fetchone()
        row = dict(zip(columns, newest))
        row[columns[0]] = 999
        for key in columns:
            if key in ("name", "file"):
                row[key] = "0999_future.sql"
        connection.execute(f"insert into migration ({','.join(columns)}) values ({','.join('?' * len(columns))})",
                           [row[c] for c in columns])
        connection.execute("pragma user_version = 999")
        connection.commit()
        connection.close()
        self.with_db(1, "reports", says="999")
        self.with_db(1, "ingest", self.dir / "r.xml", says="999")

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_read_only_folder(self):
        folder = self.dir / "ro"
        folder.mkdir()
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
        self.fails(1, "--db", folder / "x.db", "ingest", self.dir / "r.xml", says="ro")

    def test_bad_configuration_names_file_line_and_key(self):
        config = self.dir / "bad.toml"
        config.write_text("[store]\npath = 5\n")
        for command in (["config", "check"], ["ingest"], ["readiness"]):
            self.fails(2, "--config", config, *command, says="bad.toml:2: store.path")
        self.fails(2, "--config", self.dir / "none.toml", "config", "show", says="none.toml")

    def test_configuration_from_init_to_check(self):
        config = self.dir / "new.toml"
        self.assertEqual(ruagate("config", "init", config).code, 0)
        self.fails(1, "config", "init", config, says="exists")
        run = ruagate("--config", config, "--db", self.db, "config", "check")
        self.assertEqual(run.code, 0, run.err)
        shown = ruagate("--config", config, "config", "show")
        (self.dir / "shown.toml").write_text(shown.out)
        self.assertEqual(ruagate("--config", self.dir / "shown.toml", "config", "show").out, shown.out)

    def test_help_and_version_everywhere(self):
        for command in ([], ["ingest"], ["sources"], ["readiness"], ["summary"], ["reports"], ["reports", "show"],
                        ["records"], ["senders"], ["senders", "approve"], ["rejects"], ["rejects", "retry"], ["db"],
                        ["db", "prune"], ["config"], ["config", "init"]):
            run = ruagate(*command, "--help")
            self.assertEqual((run.code, run.err), (0, ""), command)
            self.assertIn("--help", run.out)
        self.assertRegex(ruagate("--version").out, r"^ruagate \d+\.\d+\.\d+\n$")

    def test_closed_output_is_no_crash(self):
        reader, writer = os.pipe()
        os.close(reader)
        process = subprocess.Popen([BINARY, "--db", str(self.db), "reports", "--json"], stdout=writer,
                                   stderr=subprocess.PIPE)
        os.close(writer)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, err)

    def test_hostile_text_is_escaped_everywhere(self):
        evil = "\x1b]0;pwned\x07=cmd|' /C calc'!A0 &lt;script&gt;alert(1)&lt;/script&gt;".replace("\x1b", "&#x9b;").replace("\x07", "")
        (self.dir / "evil.xml").write_text(report_xml(reporter=evil, report_id="evil"), encoding="utf-8")
        self.ok("ingest", self.dir / "evil.xml")
        for command in (["reports"], ["records"], ["reports", "--format", "csv"], ["summary", "--as-of", "2025-11-19"],
                        ["summary", "--as-of", "2025-11-19", "--format", "html"], ["reports", "show", "2"]):
            out = self.ok(*command).out
            self.assertNotIn("\x9b", out, command)
            self.assertNotIn("\x1b", out, command)
            self.assertNotIn("<script", out if "html" in command else "", command)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
