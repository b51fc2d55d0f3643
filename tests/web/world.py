"""The world that the dashboard is walked through, in a service of its own, and the packages that drive the browser."""
import email.utils
import html
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE.parent / "e2e" / "imap")]

from harness import SOURCE, make_maildir, report_mail, report_xml, ruagate  # noqa: E402
from servers import Dovecot  # noqa: E402
from service import Service  # noqa: E402

SKIPPED = 77
DAY = 86400
LAST = 1794960000  # 2026-11-18
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202eevil\u202c\u200b\u0085 &amp; "


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)


def need(*commands):
    for command in commands:
        if not shutil.which(command):
            skip(f"{command} is not installed (tests/packages.txt names it)")


def npm_ci(folder, *options):
    """The packages that the lock file in `folder` names. Skips without the registry; another failure is one."""
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", *options], cwd=folder, capture_output=True,
                          text=True, timeout=300, check=False)
    if done.returncode:
        if any(word in done.stderr for word in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "ECONNRESET")):
            skip("the npm registry cannot be reached")
        raise AssertionError(f"npm ci in {folder}: {done.stderr}")


def driver(folder):
    """The scripts of this folder beside their packages, in a folder that is kept between runs."""
    need("node", "npm", "chromium")
    folder.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    fresh = not (folder / "installed").exists() or (folder / "installed").read_bytes() != lock
    for file in [*HERE.glob("*.mjs"), HERE / "package.json", HERE / "package-lock.json"]:
        shutil.copy(file, folder)
    if fresh:
        npm_ci(folder)
        (folder / "installed").write_bytes(lock)
    return folder


def hostile_mails():
    """Thirty days about hostile.example with HTML, quotes, control and bidirectional characters and long names in every field."""
    bad = html.escape(HOSTILE)
    for day in range(30):
        begin = LAST - day * DAY
        xml = report_xml(reporter=bad + "reporter", report_id=f"{bad}{day}{'A' * 3000}", domain="hostile.example", begin=begin,
                         end=begin + DAY - 1, records=[("192.0.2.1", 60, "pass", "pass"), ("198.51.100.9", 40, "fail", "fail")])
        xml = xml.replace("<selector>s1</selector>", f"<selector>{bad}</selector>")
        xml = xml.replace(f"<domain>hostile.example</domain><selector>{bad}</selector><result>fail",
                          f"<domain>vendor{bad}{'B' * 10000}</domain><selector>{bad}</selector><result>pass")
        xml = xml.replace("</result></spf>", f"</result><human_result>{bad}</human_result></spf>")
        yield report_mail(xml, name="x<script>alert(3)</script>.xml")
    yield report_mail(f"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"x\">]><feedback>{bad}")


def silent_mails():
    """Five weeks about silent.example up to yesterday; one of two reporters has said nothing for six days."""
    today = int(time.time()) // DAY * DAY
    for back in range(1, 36):
        for reporter in ("steady.test", "quiet.test")[:2 if back >= 6 else 1]:
            begin = today - back * DAY
            yield report_mail(report_xml(reporter=reporter, report_id=f"{reporter}{back}", domain="silent.example", begin=begin, end=begin + DAY - 1,
                                         records=[("192.0.2.1", 5000, "pass", "pass")]), date=email.utils.formatdate(begin + DAY + 600))


def many_mails(count):
    """Two days about each of so many domains; every third has a sender that fails."""
    for number in range(count):
        for back in range(2):
            begin = LAST - back * DAY
            records = [("192.0.2.1", 50 + number, "pass", "pass"), ("198.51.100.9", 9, "fail", "fail")][:2 if number % 3 == 0 else 1]
            yield report_mail(report_xml(reporter="many.test", report_id=f"{number}-{back}", domain=f"d{number:04}.example", begin=begin,
                                         end=begin + DAY - 1, records=records))


def unbelievable():
    """A report that waits for the operator: nobody sends so much."""
    return report_mail(report_xml(reporter="boaster.test", report_id="huge", domain="huge.example", begin=LAST, end=LAST + DAY - 1,
                                  records=[("192.0.2.1", 2_000_000_000, "pass", "pass")]))


def large_report():
    """A report that a limit of 1,024 bytes refuses and the default takes."""
    records = [(f"192.0.2.{n}", 3, "pass", "pass") for n in range(1, 10)]
    return report_mail(report_xml(reporter="large.test", report_id="large", begin=LAST, end=LAST + DAY - 1, records=records))


def run(*arguments):
    done = ruagate(*arguments)
    assert done.code == 0, f"{arguments}: {done.err}"
    return done.out


class World:
    """The samples, hostile reports and some rejects in one database, two tokens, and the service that shows them."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        db = folder / "world.db"
        run("--db", db, "ingest", SOURCE / "samples/maildir", SOURCE / "samples/reports",
            make_maildir(folder / "hostile", hostile_mails()), make_maildir(folder / "silent", [*silent_mails(), unbelievable()]))
        small = folder / "small.toml"
        small.write_text(f'[store]\npath = "{db}"\n[limits]\ndocument_bytes = 1024\n')
        (folder / "large.eml").write_bytes(large_report())
        run("--config", small, "ingest", folder / "large.eml")
        self.token = self.new_token(db, "postmaster", "read", "operate")
        self.reader = self.new_token(db, "reader", "read")
        box = make_maildir(folder / "box", [])
        self.service = Service(folder, db, f'[[mailbox]]\nname = "rua"\ntype = "maildir"\npath = "{box}"\nprocessed = "keep"\n')

    @staticmethod
    def new_token(db, name, *scopes):
        options = [option for scope in scopes for option in ("--scope", scope)]
        return run("--db", db, "token", "create", name, *options).split()[-1]

    def stop(self):
        return self.service.stop()


class Many:
    """A thousand domains, open to everybody on this machine."""

    def __init__(self, folder, count=1000):
        folder.mkdir()
        run("--db", folder / "many.db", "ingest", make_maildir(folder / "box", many_mails(count)))
        self.service = Service(folder, folder / "many.db")

    def stop(self):
        return self.service.stop()


class Empty:
    """A new database, open to everybody on this machine, that reads the inbox of a real mail server."""

    def __init__(self, folder):
        if not pathlib.Path("/usr/sbin/dovecot").exists():
            skip("dovecot is not installed (tests/packages.txt names it)")
        folder.mkdir()
        folder.parent.chmod(0o755)  # Dovecot's own users have to come by.
        folder.chmod(0o755)
        self.server = Dovecot(folder / "dovecot")
        self.server.deliver([])
        (folder / "password").write_text("secret\n")
        mailbox = {"name": "rua", "type": "imap", "host": "localhost", "port": self.server.tls_port, "user": "rua",
                   "password_file": str(folder / "password"), "ca_file": str(self.server.cert), "processed": "move:Archive"}
        self.service = Service(folder, folder / "new.db", "[[mailbox]]\n" + "".join(
            f"{key} = {json.dumps(value)}\n" for key, value in mailbox.items()))

    @property
    def inbox(self):
        """A file moved into it is mail that was delivered."""
        return self.server.dir / "mail" / "rua" / "new"

    def stop(self):
        stopped = self.service.stop()
        self.server.stop()
        return stopped


def node(folder, script, *arguments, timeout=600):
    return subprocess.run(["node", script, *map(str, arguments)], cwd=folder, timeout=timeout, check=False,
                          env={**os.environ, "NODE_NO_WARNINGS": "1"}).returncode
