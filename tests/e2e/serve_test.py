"""The process of `ruagate serve`: mail that arrives, signals, the service manager, logs, scheduled work, hostile text."""
import csv
import io
import json
import signal
import socket
import unittest
import urllib.parse

from harness import Case, make_maildir, report_mail, report_xml, ruagate, stored_reports
from imap.servers import Dovecot
from service import Service, until


class Serving(Case):
    def setUp(self):
        super().setUp()
        self.service = None

    def tearDown(self):
        if self.service:
            self.service.stop()
            (self.dir / "log").write_text(self.service.log)
        super().tearDown()

    def serve(self, **more):
        self.service = Service(self.dir, self.db, **more)
        return self.service


class Mail(Serving):
    def test_a_maildir_and_a_broken_one_beside_it(self):
        maildir = make_maildir(self.dir / "box", [report_mail(report_xml(report_id="first"))])
        config = (f'[[mailbox]]\nname = "good"\ntype = "maildir"\npath = "{maildir}"\nprocessed = "move:Done"\n'
                  f'[[mailbox]]\nname = "later"\ntype = "maildir"\npath = "{self.dir}/later"\n')
        service = self.serve(config=config)
        until(lambda: stored_reports(self.db) == 1)
        states = {box["name"]: box for box in service.ask("/api/v1/mailboxes").json["mailboxes"]}
        until(lambda: service.ask("/api/v1/mailboxes").json["mailboxes"][0]["state"] == "waiting")
        self.assertEqual(states["later"]["state"], "failing")
        self.assertIn("later", states["later"]["error"])
        health = service.ask("/api/v1/health").json
        self.assertFalse(health["ok"])
        self.assertEqual([error["part"] for error in health["errors"]], ["mailbox later"])
        first = service.ask("/api/v1/domains/example.com/sources?since=2025-11-01&until=2025-11-30")
        # As a delivery agent does: a file in new/ is whole.
        (maildir / "tmp" / "2.host").write_bytes(report_mail(report_xml(report_id="second")))
        (maildir / "tmp" / "2.host").rename(maildir / "new" / "2.host")
        until(lambda: stored_reports(self.db) == 2)

        def newer():  # a costly answer is used again for a moment though reports came
            again = service.ask("/api/v1/domains/example.com/sources?since=2025-11-01&until=2025-11-30",
                                headers={"If-None-Match": first.headers["etag"]})
            return again if again.status == 200 else None

        self.assertEqual(until(newer).json["messages"], 2 * first.json["messages"])
        box = until(lambda: [b for b in service.ask("/api/v1/mailboxes").json["mailboxes"]
                             if b["reports_new"] == 2 and b["state"] == "waiting"])[0]
        self.assertEqual((box["messages"], box["backlog"], box["error"]), (2, 0, None))
        # The other comes to life without a restart.
        make_maildir(self.dir / "later", [report_mail(report_xml(report_id="third"))])
        until(lambda: stored_reports(self.db) == 3, 30)
        until(lambda: service.ask("/api/v1/health").json["ok"])
        metrics = service.ask("/metrics").body.decode()
        self.assertIn('ruagate_ingest_reports_total{mailbox="good",outcome="new"} 2', metrics)
        self.assertIn('ruagate_mailbox_state{mailbox="later",state="failing"} 0', metrics)
        # Reads beside it, and what they say.
        self.assertEqual(self.ok("db", "stats", "--json").json["reports"], 3)

    def test_mail_by_imap(self):
        self.dir.chmod(0o755)
        server = Dovecot(self.dir / "imap")
        self.addCleanup(server.stop)
        server.deliver([report_mail(report_xml(report_id="one"))])
        secret = self.dir / "password"
        secret.write_text("secret\n")
        config = (f'[[mailbox]]\nname = "imap"\ntype = "imap"\nhost = "127.0.0.1"\nport = {server.tls_port}\n'
                  f'ca_file = "{server.cert}"\nuser = "rua"\npassword_file = "{secret}"\nprocessed = "flag"\n')
        service = self.serve(config=config)
        until(lambda: stored_reports(self.db) == 1, 30)
        server.deliver([report_mail(report_xml(report_id="two"))])
        until(lambda: len(service.ask("/api/v1/reports").json["reports"]) == 2, 30)
        code, seconds = service.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 5)
        self.assertNotIn("secret", service.log)


class Signals(Serving):
    def test_ends_at_once_while_it_reads_and_loses_nothing(self):
        maildir = make_maildir(self.dir / "box", [report_mail(report_xml(report_id=str(i))) for i in range(1500)])
        config = f'[[mailbox]]\nname = "box"\ntype = "maildir"\npath = "{maildir}"\nprocessed = "move:Done"\n'
        service = self.serve(config=config)
        until(lambda: stored_reports(self.db) > 0)
        code, seconds = service.stop()
        self.assertEqual(code, 0, service.log)
        self.assertLess(seconds, 5)
        stored = stored_reports(self.db)
        left = sum(1 for part in ("new", "cur") for _ in (maildir / part).iterdir())
        self.assertEqual(stored + left, 1500)
        self.assertEqual(self.ok("db", "check", "--quiet").out, "")
        self.serve(config=config)
        until(lambda: stored_reports(self.db) == 1500, 60)

    def test_a_bad_configuration_changes_nothing_and_a_good_one_is_used(self):
        service = self.serve()
        target = "/api/v1/domains/example.com/readiness"
        self.ok("ingest", self._document())
        self.assertEqual(service.ask(target).json["target"], "reject")
        tag = service.ask(target).headers["etag"]
        service.write_config('[[domain]]\nname = "example.com"\ntarget = "nonsense"\n[readiness]\nfrob = 1')
        service.process.send_signal(signal.SIGHUP)
        until(lambda: service.said("the new configuration is not used"))
        self.assertIn("readiness.frob: unknown key", service.log)
        self.assertEqual(service.ask(target, headers={"If-None-Match": tag}).status, 304)
        maildir = make_maildir(self.dir / "box", [report_mail(report_xml(report_id="new-box"))])
        service.write_config(f'[[domain]]\nname = "example.com"\ntarget = "quarantine"\n'
                             f'[[mailbox]]\nname = "box"\ntype = "maildir"\npath = "{maildir}"\n')
        service.process.send_signal(signal.SIGHUP)
        until(lambda: service.said("the configuration was read again"))
        self.assertEqual(service.ask(target, headers={"If-None-Match": tag}).json["target"], "quarantine-100")
        until(lambda: stored_reports(self.db) == 2)
        self.assertEqual([box["name"] for box in service.ask("/api/v1/mailboxes").json["mailboxes"]], ["box"])

    def _document(self):
        document = self.dir / "r.xml"
        document.write_text(report_xml())
        return document

    def test_open_connections_and_requests_do_not_hold_it_up(self):
        service = self.serve()
        idle = [socket.create_connection((service.host, service.port)) for _ in range(20)]
        idle[0].sendall(b"GET / HTTP/1.1\r\nHost: ")
        code, seconds = service.stop()
        for connection in idle:
            connection.close()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 5)

    def test_a_start_that_cannot_be_is_said_at_once(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            config = self.dir / "x.toml"
            config.write_text(f'[store]\npath = "{self.db}"\n[http]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"\n')
            run = ruagate("--config", config, "serve")
            self.assertEqual(run.code, 1)
            self.assertIn("cannot listen on", run.err)
        config.write_text(f'[store]\npath = "{self.dir}/none/x.db"\n')
        self.fails(1, "--config", config, "serve", says="does not exist")
        for wrong, says in (('[http]\ncert_file = "/x"', "belong together"), ('[serve]\nretention_at = "25:00"', "HH:MM"),
                            ('[serve]\nsummary_at = "05:00"', "needs summary_file"), ('[http]\nbehind_proxy = 1', "true or"),
                            ('[http]\nhosts = ["http://x"]', "not a host name"), ('[serve]\nlog = "xml"', "not one of")):
            config.write_text(f'[store]\npath = "{self.db}"\n{wrong}\n')
            self.fails(2, "--config", config, "serve", says=says)


class Manager(Serving):
    def test_readiness_watchdog_reload_and_stop_are_told(self):
        path = str(self.dir / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(20)
            service = self.serve(env={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "2000000"})
            heard = []

            def until_told(what):
                while not any(what in one for one in heard):
                    heard.append(manager.recv(1000).decode())

            until_told("READY=1")
            until_told("WATCHDOG=1")
            del heard[:]
            until_told("WATCHDOG=1")
            service.process.send_signal(signal.SIGHUP)
            until_told("RELOADING=1\nMONOTONIC_USEC=")
            until_told("READY=1")
            service.stop()
            until_told("STOPPING=1")

    def test_logs_as_json_lines(self):
        service = self.serve(config='[serve]\nlog = "json"\nlog_level = "debug"')
        service.ask('/api/v1/nothing/%22%0A%1b%5b31m', checked=False)
        service.ask('/api/v1/"quoted\\path"', checked=False)
        service.stop()
        for line in service.log.splitlines():
            entry = json.loads(line)
            self.assertEqual(set(entry), {"time", "level", "message"})
            self.assertRegex(entry["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertIn("is ready", service.log)


HOSTILE = '<script>alert(1)</script>"\'=cmd|calc\x0b\x1b[31m\u202e\u2066&lt;{{x}}`\\'


class Hostile(Serving):
    def test_hostile_text_is_text_everywhere(self):
        from xml.sax.saxutils import escape
        name = escape(HOSTILE.replace("\x0b", "&#11;").replace("\x1b", "&#27;")).replace("&amp;#", "&#")
        long_name = "A" * 10240 + "</td>"
        for number, reporter in enumerate((name, escape(long_name))):
            xml = report_xml(report_id=f"{number}{name}", records=[("192.0.2.1", 10, "pass", "pass")]).replace(
                "<org_name>reporter.example</org_name>", f"<org_name>{reporter}</org_name>").replace(
                "<selector>s1</selector>", f"<selector>{name}</selector>").replace(
                "dmarc@reporter.example", f"{name}@x").replace(
                "<spf><domain>example.com</domain>", f"<spf><domain>{name}</domain>")
            (self.dir / f"r{number}.xml").write_text(xml)
            self.ok("ingest", self.dir / f"r{number}.xml")
        self.ok("senders", "approve", "example.com", "192.0.2.1", "--note", HOSTILE.replace("\x0b", "").replace("\x1b", ""))
        summary = self.dir / "summary.html"
        service = self.serve()
        window = "since=2025-11-01&until=2025-11-30"
        sources = service.ask(f"/api/v1/domains/example.com/sources?{window}").json["sources"]
        targets = ["/api/v1/reports", "/api/v1/records", "/api/v1/reports/1", "/api/v1/reports/1/records",
                   "/api/v1/senders", f"/api/v1/domains/example.com/sources?{window}", "/api/v1/health",
                   "/api/v1/summary?as_of=2025-11-19", "/api/v1/domains", "/metrics"]
        targets += [f"/api/v1/domains/example.com/sources/{urllib.parse.quote(row['key'], safe='')}?{window}"
                    for row in sources]
        for target in targets:
            answer = service.ask(target)
            self.assertEqual(answer.status, 200, target)
            text = answer.body.decode("utf-8")
            for forbidden in ("\x1b", "\u202e", "\u2066", "\x0b"):
                self.assertNotIn(forbidden, text, target)
            self.assertNotIn(answer.headers["content-type"].split(";")[0], ("text/html", "application/xhtml+xml"))
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        for target in ("/api/v1/reports?format=csv", "/api/v1/records?format=csv", "/api/v1/senders?format=csv",
                       f"/api/v1/domains/example.com/sources?{window}&format=csv"):
            for row in csv.reader(io.StringIO(service.ask(target).body.decode())):
                for cell in row:
                    self.assertFalse(cell.startswith(("=", "+", "@")), (target, cell))
        html = self.ok("summary", "--as-of", "2025-11-19", "--format", "html").out
        self.assertNotIn("<script", html)
        for line in service.ask("/metrics").body.decode().splitlines():
            self.assertLess(len(line), 1000)
        evil = urllib.parse.quote(HOSTILE, safe="")
        for target in (f"/api/v1/domains/{evil}/readiness", f"/api/v1/reports?{evil}=1", f"/api/v1/reports/{evil}",
                       f"/api/v1/domains/example.com/sources/{urllib.parse.quote('<script>', safe='')}"):
            answer = service.ask(target)
            self.assertIn(answer.status, (400, 404))
            self.assertEqual(answer.headers["content-type"], "application/problem+json")
            self.assertNotIn("\x1b", answer.body.decode())


if __name__ == "__main__":
    unittest.main()
