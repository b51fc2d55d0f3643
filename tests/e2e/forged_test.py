#!/usr/bin/python3
"""Forged reports: who vouches for a mail, what counts, and what nobody believes."""
import json
import unittest

from harness import Case, make_maildir, report_mail, report_xml, ruagate
from schemas import validate

DAY = 86400
FIRST = 1763510400  # 2025-11-19

ENTRY = b"Received: from out.example.org by mx.example.com; Thu, 20 Nov 2025 00:10:00 +0000\n"
PASS = b"Authentication-Results: mx.example.com; dmarc=pass header.from=reporter.example\n"
FAIL = b"Authentication-Results: mx.example.com; dmarc=fail header.from=reporter.example\n"


def mail(reporter, day=0, count=60, **more) -> bytes:
    begin = FIRST - day * DAY
    return report_mail(report_xml(reporter=reporter, report_id=f"{reporter}-{day}", begin=begin, end=begin + DAY - 1,
                                  records=[("192.0.2.1", count, "pass", "pass")], **more))


class Forged(Case):
    def configured(self, mails, count_reports="not_failed"):
        maildir = make_maildir(self.dir / "Maildir", mails)
        config = self.dir / "ruagate.toml"
        config.write_text(f"""[store]
path = {json.dumps(str(self.db))}
[[mailbox]]
type = "maildir"
path = {json.dumps(str(maildir))}
trusted_authserv_ids = ["MX.example.com"]
[readiness]
count_reports = "{count_reports}"
""")
        return config

    def run_json(self, config, *arguments):
        run = ruagate("--config", config, *arguments, "--json")
        self.assertIn(run.code, (0, 10, 11, 12), run.err)
        return run.json

    def test_the_border_vouches_for_the_mail(self):
        mails = [PASS + ENTRY + mail("a.example"), ENTRY + mail("b.example", count=7), FAIL + ENTRY + mail("c.example"),
                 ENTRY + b"Received: from x by y.example; x\n" + PASS + mail("d.example", count=7)]
        config = self.configured(mails)
        self.assertEqual(self.run_json(config, "ingest")["reports_new"], 4)
        trust = {row["reporter"]: row["trust"] for row in self.run_json(config, "reports")["reports"]}
        self.assertEqual(trust, {"a.example": "trusted", "b.example": "unverified", "c.example": "failed",
                                 "d.example": "unverified"})
        for counted, messages in (("all", 134), ("not_failed", 74), ("trusted", 60)):
            config.write_text(config.read_text().replace(
                next(line for line in config.read_text().splitlines() if line.startswith("count_reports")),
                f'count_reports = "{counted}"'))
            sources = self.run_json(config, "sources", "example.com", "--as-of", "2025-11-19")
            self.assertEqual(sources["messages"], messages, counted)
            readiness = self.run_json(config, "readiness", "example.com", "--as-of", "2025-11-21")
            self.assertEqual(readiness["domains"][0]["volume"]["messages"], messages, counted)
            summary = self.run_json(config, "summary", "--as-of", "2025-11-19")
            self.assertEqual(summary["messages"], messages, counted)

    def test_nobody_vouches_for_a_path(self):
        make_maildir(self.dir / "Maildir", [PASS + ENTRY + mail("a.example")])
        self.ok("ingest", self.dir / "Maildir")
        self.assertEqual(self.ok("reports", "--json").json["reports"][0]["trust"], "unverified")

    def test_what_is_hard_to_believe_waits(self):
        self.ok("ingest", make_maildir(self.dir / "Maildir", [mail("google.com", day) for day in range(20)]))
        make_maildir(self.dir / "forged", [mail("evil.example", 0, 90000)])
        outcome = self.ok("ingest", "--json", self.dir / "forged").json
        self.assertEqual(outcome["reports_new"], 1)
        sources = ("sources", "example.com", "--as-of", "2025-11-19", "--json")
        self.assertEqual(self.ok(*sources).json["messages"], 1200)
        row = self.ok("reports", "--reporter", "evil.example", "--json").json
        validate(row, "reports")
        row = row["reports"][0]
        self.assertEqual((row["implausible"], row["accepted_at"]), (["unknown_reporter"], None))
        number = str(row["id"])
        self.assertIn("Implausible", self.ok("reports", "show", number).out)
        self.assertIn(f"reports accept {number}", self.ok("summary", "--as-of", "2025-11-19").out)
        summary = self.ok("summary", "--as-of", "2025-11-19", "--json").json
        validate(summary, "summary")
        self.assertEqual([(r["reporter"], r["messages"]) for r in summary["implausible"]], [("evil.example", 90000)])

        self.assertIn("accepted 1 report", self.ok("reports", "accept", number).out)
        self.assertEqual(self.ok(*sources).json["messages"], 91200)
        self.assertEqual(self.ok("summary", "--as-of", "2025-11-19", "--json").json["implausible"], [])
        self.assertIsNotNone(self.ok("reports", "--reporter", "evil.example", "--json").json["reports"][0]["accepted_at"])
        self.fails(2, "--db", self.db, "reports", "accept", number, says="does not wait")
        self.fails(2, "--db", self.db, "reports", "accept", "999", says="no report 999")
        self.ok("db", "check")

    def test_a_reject_that_can_be_read_later_counts_as_much_as_its_mail(self):
        def large(reporter):
            xml = report_xml(reporter=reporter, records=[(f"192.0.2.{i}", 5, "pass", "pass") for i in range(1, 9)])
            return report_mail(xml)
        mails = [FAIL + ENTRY + large("a.example"), PASS + ENTRY + large("b.example"), ENTRY + large("c.example"),
                 FAIL + ENTRY + large("d.example"), PASS + ENTRY + b"Subject: again\n" + large("d.example")]
        config = self.configured(mails)
        text = config.read_text()
        config.write_text(text + "[limits]\ndocument_bytes = 1024\n")
        self.assertEqual(len(self.run_json(config, "ingest")["rejected"]), 5)
        config.write_text(text)
        self.assertEqual(self.run_json(config, "rejects", "retry")["reports_new"], 4)
        trust = {row["reporter"]: row["trust"] for row in self.run_json(config, "reports")["reports"]}
        self.assertEqual(trust, {"a.example": "failed", "b.example": "trusted", "c.example": "unverified",
                                 "d.example": "trusted"})


if __name__ == "__main__":
    unittest.main()
