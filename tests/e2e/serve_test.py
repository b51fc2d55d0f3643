"""The process of `ruagate serve`: mail that arrives, signals, the service manager, logs, scheduled work, hostile text."""
import csv
import email.utils
import html.parser
import io
import json
import pathlib
import re
import signal
import socket
import time
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
        for fault in ("gone", "no TOML"):
            del service.lines[:]
            service.config.unlink() if fault == "gone" else service.config.write_text("[store\n")
            service.process.send_signal(signal.SIGHUP)
            until(lambda: service.said("the new configuration is not used"), what=fault)
            self.assertIn(str(service.config), service.log)
            self.assertEqual(service.ask(target, headers={"If-None-Match": tag}).status, 304, fault)
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


class Clockwork(Serving):
    def test_scheduled_work_is_done_and_no_failure_stops_another(self):
        """The real clock: what is due within the next minute or two. One part of each kind fails beside it."""
        minute = time.strftime("%H:%M", time.gmtime(time.time() + 75))
        maildir = make_maildir(self.dir / "box", [report_mail(report_xml(report_id="first"))])
        summary = self.dir / "summary.html"
        summary.write_text("of yesterday")
        self.ok("ingest", maildir)
        (self.dir / "other").mkdir()
        other = Service(self.dir / "other", self.dir / "other" / "x.db", config=(
            f'[serve]\nsummary_at = "{minute}"\nsummary_file = "{self.dir}/nowhere/summary.html"\nretention_at = "{minute}"\n'
            f'[[mailbox]]\nname = "none"\ntype = "imap"\nhost = "127.0.0.1"\nport = 1\nuser = "x"\npassword_env = "NONE"\n'
            f'[[mailbox]]\nname = "box"\ntype = "maildir"\npath = "{maildir}"\nprocessed = "keep"\n'), env={"NONE": "x"})
        self.addCleanup(other.stop)
        service = self.serve(config=f'[serve]\nsummary_at = "{minute}"\nsummary_file = "{summary}"\nretention_at = "{minute}"\n'
                                    f'checkpoint_minutes = 1\n'
                                    f'[[mailbox]]\nname = "box"\ntype = "maildir"\npath = "{maildir}"\nprocessed = "keep"\n')
        # As a delivery agent does: a file in new/ is whole.
        (maildir / "tmp" / "2.host").write_bytes(report_mail(report_xml(report_id="second")))
        (maildir / "tmp" / "2.host").rename(maildir / "new" / "2.host")

        def task(of, name):
            return next(one for one in of.ask("/api/v1/health").json["tasks"] if one["task"] == name)

        until(lambda: stored_reports(self.db) == 2, 60)
        until(lambda: task(service, "checkpoint")["last_run"] and task(service, "summary")["last_run"], 150, "the work")
        self.assertIn("example.com", summary.read_text())
        self.assertNotIn("of yesterday", summary.read_text())
        self.assertEqual([one.name for one in self.dir.glob("summary*")], ["summary.html"], "no part is left")
        for name in ("checkpoint", "summary", "retention"):
            self.assertIsNone(task(service, name)["error"], name)
        wal = pathlib.Path(f"{self.db}-wal")
        self.assertEqual(service.ask("/api/v1/health").json["database"]["wal_bytes"], wal.stat().st_size)
        # Sunday's check comes in at most a week.
        self.assertRegex(task(service, "rollup_check")["next_run"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d")
        # The other service: its summary and one mailbox fail, all else goes on.
        until(lambda: task(other, "summary")["error"] and task(other, "retention")["last_run"], 60)
        self.assertIn("nowhere/summary.html", task(other, "summary")["error"])
        self.assertIsNone(task(other, "retention")["error"])
        self.assertEqual(stored_reports(other.db), 2)
        health = other.ask("/api/v1/health").json
        self.assertFalse(health["ok"])
        self.assertEqual({one["part"] for one in health["errors"]}, {"mailbox none", "summary"})
        self.assertEqual(other.ask("/api/v1/domains").status, 200)
        self.assertIn('ruagate_task_failed{task="summary"} 1', other.ask("/metrics").body.decode())


class Silence(Serving):
    def test_a_reporter_that_fell_silent_is_named(self):
        today = int(time.time()) // 86400 * 86400
        mails = []
        for back in range(1, 36):
            for reporter in ("steady.example", "silent.example"):
                if reporter == "steady.example" or back >= 6:
                    begin = today - back * 86400
                    mails.append(report_mail(report_xml(reporter=reporter, report_id=f"{reporter}{back}", begin=begin,
                                                        end=begin + 86399), date=email.utils.formatdate(begin + 87000)))
        self.ok("ingest", make_maildir(self.dir / "box", mails))
        service = self.serve()
        missing = service.ask("/api/v1/health").json["missing_reporters"]
        self.assertEqual([(one["domain"], one["reporter"], one["silent_days"]) for one in missing],
                         [("example.com", "silent.example", 6)])
        self.assertIn("ruagate_missing_reporters 1", service.ask("/metrics").body.decode())


HOSTILE = '<script>alert(1)</script>"\'=cmd|calc\x0b\x1b[31m\u202e\u2066&lt;{{x}}`\\'


FIELDS = ["org_name", "email", "extra_contact_info", "report_id", "error", "generator", "policy_domain", "fo", "discovery_method",
          "reason_type", "comment", "header_from", "envelope_from", "envelope_to", "dkim_domain", "selector", "dkim_result",
          "human_result", "spf_domain", "scope", "spf_result", "spf_human_result", "source_ip", "disposition", "version"]

#: A line of the text format of Prometheus.
METRIC_LINE = (r'^(# (HELP|TYPE) [a-z_]+ .*|[a-z_]+(\{[a-z]+="([^"\\\n]|\\["\\n])*"(,[a-z]+="([^"\\\n]|\\["\\n])*")*\})? [-+0-9.eE]+)$')


def full_report(form, field, bad, number):
    """A report with every text that there is, `bad` in one of them."""
    values = {"org_name": "reporter.example", "email": "a@reporter.example", "extra_contact_info": "call", "report_id": f"r{number}",
              "error": "none", "generator": "gen 1", "policy_domain": "example.com", "fo": "1", "discovery_method": "psl",
              "reason_type": "other", "comment": "because", "header_from": "example.com", "envelope_from": "example.com",
              "envelope_to": "receiver.example", "dkim_domain": "vendor.example", "selector": "s1", "dkim_result": "pass",
              "human_result": "fine", "spf_domain": "bounce.example", "scope": "mfrom", "spf_result": "fail",
              "spf_human_result": "no", "source_ip": "192.0.2.9", "disposition": "none", "version": "1.0", "none": ""}
    values[field] = f"{bad}{number}" if field == "report_id" else bad
    v = values
    return f"""<?xml version="1.0"?><feedback{form}><version>{v["version"]}</version><report_metadata><org_name>{v["org_name"]}</org_name>
<email>{v["email"]}</email><extra_contact_info>{v["extra_contact_info"]}</extra_contact_info><report_id>{v["report_id"]}</report_id>
<date_range><begin>1763510400</begin><end>1763596799</end></date_range><error>{v["error"]}</error><generator>{v["generator"]}</generator>
</report_metadata><policy_published><domain>{v["policy_domain"]}</domain><adkim>r</adkim><aspf>r</aspf><p>none</p><pct>100</pct>
<fo>{v["fo"]}</fo><discovery_method>{v["discovery_method"]}</discovery_method></policy_published>
<record><row><source_ip>{v["source_ip"]}</source_ip><count>7</count><policy_evaluated><disposition>{v["disposition"]}</disposition>
<dkim>fail</dkim><spf>fail</spf><reason><type>{v["reason_type"]}</type><comment>{v["comment"]}</comment></reason></policy_evaluated></row>
<identifiers><header_from>{v["header_from"]}</header_from><envelope_from>{v["envelope_from"]}</envelope_from>
<envelope_to>{v["envelope_to"]}</envelope_to></identifiers><auth_results><dkim><domain>{v["dkim_domain"]}</domain>
<selector>{v["selector"]}</selector><result>{v["dkim_result"]}</result><human_result>{v["human_result"]}</human_result></dkim>
<spf><domain>{v["spf_domain"]}</domain><scope>{v["scope"]}</scope><result>{v["spf_result"]}</result>
<human_result>{v["spf_human_result"]}</human_result></spf></auth_results></record></feedback>"""


class Markup(html.parser.HTMLParser):
    """Only the elements and attributes that the summary itself makes."""
    ELEMENTS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td",
                "ul", "li", "span", "div", "strong", "code", "small", "em", "b", "a", "section", "caption", "br", "hr", "pre"}

    def __init__(self, case):
        super().__init__()
        self.case = case

    def handle_starttag(self, tag, attrs):
        self.case.assertIn(tag, self.ELEMENTS)
        for name, value in attrs:
            self.case.assertFalse(name.startswith("on"), (tag, name))
            self.case.assertNotIn("javascript:", (value or "").lower())

    def handle_data(self, data):
        self.case.assertIsNone(re.search("[\x1b\u202a-\u202e\u2066-\u2069]", data), data[:80])


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
        self.assertNotIn("<script", self.ok("summary", "--as-of", "2025-11-19", "--format", "html").out)
        for line in service.ask("/metrics").body.decode().splitlines():
            self.assertLess(len(line), 1000)
        evil = urllib.parse.quote(HOSTILE, safe="")
        for target in (f"/api/v1/domains/{evil}/readiness", f"/api/v1/reports?{evil}=1", f"/api/v1/reports/{evil}",
                       f"/api/v1/domains/example.com/sources/{urllib.parse.quote('<script>', safe='')}"):
            answer = service.ask(target)
            self.assertIn(answer.status, (400, 404))
            self.assertEqual(answer.headers["content-type"], "application/problem+json")
            self.assertNotIn("\x1b", answer.body.decode())

    def test_in_every_field_of_a_report(self):
        """Each text of a report of either form, its mail and its file name, one report for each, and names of 10 KB."""
        from xml.sax.saxutils import escape
        long_name = "<b>" + "L" * 10240
        count = 0
        for form in ("", ' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"'):
            for text in (HOSTILE, long_name):
                bad = escape(text).replace("\x0b", "&#11;").replace("\x1b", "&#27;")
                for field in FIELDS:
                    count += 1
                    xml = full_report(form, field, bad, count)
                    self.ok("ingest", make_maildir(self.dir / f"box{count}", [report_mail(xml)]))
        hostile_file = escape(HOSTILE).replace('"', "").replace("\x0b", "").replace("\x1b", "").replace("\\", "")
        mail = report_mail(full_report("", "none", "", 9999), name=hostile_file).replace(
            b"Subject: Report", f"Subject: {HOSTILE}".replace("\x0b", "").encode())
        self.ok("ingest", make_maildir(self.dir / "last", [mail]))
        service = self.serve()
        stored = stored_reports(self.db)
        self.assertGreater(stored, count * 3 // 4, "most of them are reports all the same")
        window = "since=2025-11-01&until=2025-11-30"
        targets = ["/metrics", "/api/v1/domains", "/api/v1/health", "/api/v1/rejects?limit=1000", "/api/v1/summary?as_of=2025-11-19"]
        for domain in {one["domain"] for one in service.ask("/api/v1/reports?limit=1000").json["reports"]}:
            path = f"/api/v1/domains/{urllib.parse.quote(domain, safe='')}"
            targets += [f"{path}/sources?{window}", f"{path}/readiness?as_of=2025-11-20", f"{path}/timeline?{window}",
                        f"{path}/impact?as_of=2025-11-20"]
            for row in service.ask(targets[-4]).json["sources"]:
                targets.append(f"{path}/sources/{urllib.parse.quote(row['key'], safe='')}?{window}")
        for report in service.ask("/api/v1/reports?limit=1000").json["reports"]:
            targets += [f"/api/v1/reports/{report['id']}", f"/api/v1/reports/{report['id']}/records"]
        for target in targets + ["/api/v1/reports?limit=1000", "/api/v1/records?limit=1000"]:
            answer = service.ask(target)
            self.assertEqual(answer.status, 200, target)
            self.assertIsNone(re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069]",
                                        answer.body.decode()), target)
            self.assertIn(answer.headers["content-type"].split(";")[0], ("application/json", "text/plain"))
        for target in ("domains", "reports?limit=1000", "records?limit=1000", "rejects?limit=1000",
                       f"domains/example.com/sources?{window}", f"domains/example.com/timeline?{window}"):
            answer = service.ask(f"/api/v1/{target}{'&' if '?' in target else '?'}format=csv")
            rows = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
            self.assertEqual({len(row) for row in rows}, {len(rows[0])}, target)
            for cell in (cell for row in rows for cell in row):
                self.assertFalse(cell.startswith(("=", "+", "@")) or re.match(r"-\D", cell), (target, cell[:80]))
        for line in service.ask("/metrics").body.decode().splitlines():
            self.assertRegex(line, METRIC_LINE)
            self.assertLess(len(line), 1000)
        Markup(self).feed(self.ok("summary", "--as-of", "2025-11-19", "--format", "html").out)
        for command in (("reports",), ("records",), ("sources", "example.com", "--as-of", "2025-11-19"),
                        ("summary", "--as-of", "2025-11-19"), ("rejects", "list")):
            self.assertIsNone(re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", self.ok(*command).out), command)


if __name__ == "__main__":
    unittest.main()
