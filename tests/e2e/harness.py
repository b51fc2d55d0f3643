"""What the end-to-end tests share: the binary, a temporary folder, and running commands."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("RUAGATE_BINARY", str(SOURCE / "build/dev/ruagate"))


class Run:
    def __init__(self, done: subprocess.CompletedProcess):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def json(self):
        return json.loads(self.out)


def ruagate(*arguments, stdin: bytes = None, env: dict = None, text: bool = True) -> Run:
    """Runs the binary and returns exit code, standard output and standard error."""
    environment = {**os.environ, "NO_COLOR": "1", **(env or {})}
    done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, env=environment,
                          timeout=240, check=False)
    if text:
        done.stdout = done.stdout.decode("utf-8")
    done.stderr = done.stderr.decode("utf-8", "replace")
    return Run(done)


def stored_reports(database) -> int:
    """Reports in a database that another process may just be making."""
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20) as connection:
            return connection.execute("select count(*) from report").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


class Case(unittest.TestCase):
    """A test with its own folder (`self.dir`) and database path (`self.db`); a failing test keeps its folder."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="ruagate-e2e-"))
        self.db = self.dir / "x.db"

    def tearDown(self):
        outcome = self._outcome
        failed = any(error for _, error in getattr(outcome, "errors", [])) or (
            outcome.result and any(case is self for case, _ in outcome.result.errors + outcome.result.failures))
        if failed:
            print(f"kept: {self.dir}")
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    def ok(self, *arguments, **more) -> Run:
        run = ruagate("--db", self.db, *arguments, **more)
        self.assertEqual(run.code, 0, f"{arguments}: {run.err}")
        return run

    def fails(self, code: int, *arguments, says: str, **more) -> Run:
        """The command must end with `code` and say `says` in one line on standard error, and print no result."""
        run = ruagate(*arguments, **more)
        self.assertEqual(run.code, code, f"{arguments}: {run.err}{run.out}")
        self.assertIn(says, run.err)
        self.assertEqual(run.err.count("\n"), 1, f"{arguments}: not one line: {run.err}")
        self.assertEqual(run.out, "")
        return run


def report_xml(reporter="reporter.example", report_id="1", domain="example.com", begin=1763510400, end=1763596799,
               policy="<p>none</p>", records=(("192.0.2.1", 10, "pass", "pass"),), header_from=None) -> str:
    """A plain RFC 7489 report; each record is (ip, count, dkim, spf)."""
    rows = ""
    for ip, count, dkim, spf in records:
        rows += f"""
  <record>
    <row><source_ip>{ip}</source_ip><count>{count}</count>
      <policy_evaluated><disposition>none</disposition><dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row>
    <identifiers><header_from>{header_from or domain}</header_from></identifiers>
    <auth_results>
      <dkim><domain>{domain}</domain><selector>s1</selector><result>{dkim}</result></dkim>
      <spf><domain>{domain}</domain><scope>mfrom</scope><result>{spf}</result></spf>
    </auth_results>
  </record>"""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feedback>
  <report_metadata><org_name>{reporter}</org_name><email>dmarc@{reporter}</email><report_id>{report_id}</report_id>
    <date_range><begin>{begin}</begin><end>{end}</end></date_range></report_metadata>
  <policy_published><domain>{domain}</domain><adkim>r</adkim><aspf>r</aspf>{policy}<pct>100</pct></policy_published>{rows}
</feedback>
"""


def report_mail(xml: str, name="reporter.example!example.com!1763510400!1763596799.xml",
                date="Thu, 20 Nov 2025 00:10:00 +0000") -> bytes:
    """The report as an uncompressed attachment of a multipart mail."""
    return (f"""From: dmarc@reporter.example
To: rua@example.com
Subject: Report Domain: example.com Submitter: reporter.example
Date: {date}
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b1"

--b1
Content-Type: text/plain

This is an aggregate report.
--b1
Content-Type: text/xml; name="{name}"
Content-Disposition: attachment; filename="{name}"

{xml}
--b1--
""").encode()


def make_maildir(folder: pathlib.Path, mails) -> pathlib.Path:
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number, mail in enumerate(mails):
        (folder / "new" / f"17635{number:05}.M{number}.host").write_bytes(mail)
    return folder
