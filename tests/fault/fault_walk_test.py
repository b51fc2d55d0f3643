#!/usr/bin/python3
"""Each call of an ingest that changes a file fails in turn, or is where the process is killed. Whatever happened, the next
run finishes the work: every report stored once, every message in its folder once, the database sound."""
import errno
import os
import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Case, make_maildir, report_mail, report_xml, ruagate

SHIM = os.environ["RUAGATE_FAULT_SHIM"]
REPORTS = 6
MAILS = [report_mail(report_xml(report_id=f"r{number}")) for number in range(REPORTS)]
MAILS += [report_mail("<feedback><report_metadata>"), b"From: a@example.com\nSubject: hello\n\nhello\n"]
MOST_CALLS = 2000


class FaultWalk(Case):
    def one(self, calls: str, number: int, what) -> bool:
        """One ingest in which call `number` goes wrong, and one without; False when there was no such call."""
        place = self.dir / f"{calls}-{number}-{what}"
        maildir = make_maildir(place / "Maildir", MAILS)
        database, done = place / "x.db", place / "done"
        config = place / "c.toml"
        config.write_text(f'[store]\npath = "{database}"\n[[mailbox]]\nname = "rua"\ntype = "maildir"\npath = "{maildir}"\n'
                          'processed = "move:Archive"\nrejected = "move:Rejected"\n')
        faulty = ruagate("--config", config, "ingest",
                         env={"LD_PRELOAD": SHIM, "RUAGATE_FAULT": f"{calls}:{number}:{what}", "RUAGATE_FAULT_DONE": str(done)})
        happened = done.exists()
        with self.subTest(calls=calls, number=number, what=what):
            if what == "kill":
                self.assertEqual(faulty.code, -9 if happened else 0, faulty.err)
            else:
                self.assertGreaterEqual(faulty.code, 0, faulty.err)
                self.assertLessEqual(faulty.err.count("\n"), 6, faulty.err)
            run = ruagate("--config", config, "ingest")
            self.assertEqual(run.code, 0, run.err)
            check = ruagate("--db", database, "db", "check")
            self.assertEqual(check.code, 0, check.out + check.err)
            with sqlite3.connect(database) as connection:
                self.assertEqual(connection.execute("select count(*), sum(messages) from report").fetchone(),
                                 (REPORTS, 10 * REPORTS))
                self.assertEqual(connection.execute("select count(*) from reject").fetchone(), (1,))
            found = {folder: sorted(os.listdir(maildir / folder)) for folder in ("new", "cur", ".Archive/cur", ".Rejected/cur")}
            self.assertEqual([len(found[folder]) for folder in (".Archive/cur", ".Rejected/cur")], [REPORTS, 1], found)
            self.assertEqual(len(found["new"]) + len(found["cur"]), 1, found)
        return happened

    def walk(self, calls: str, what, step=1):
        number = 1
        while self.one(calls, number, what):
            number += step
            self.assertLess(number, MOST_CALLS)
        print(f"{calls} {what}: {number - step} calls", file=sys.stderr)
        self.assertGreater(number, REPORTS)

    def test_write_finds_the_disk_full(self):
        self.walk("write", errno.ENOSPC)

    def test_write_fails(self):
        self.walk("write", errno.EIO, step=5)

    def test_sync_fails(self):
        self.walk("sync", errno.EIO)

    def test_rename_fails(self):
        self.walk("rename", errno.EIO)

    def test_killed_at_each_write(self):
        self.walk("write", "kill")

    def test_killed_at_each_sync(self):
        self.walk("sync", "kill")

    def test_killed_at_each_rename(self):
        self.walk("rename", "kill")


if __name__ == "__main__":
    unittest.main()
