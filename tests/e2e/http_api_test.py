"""The HTTP API over the sample world: every operation, checked against schema/api/openapi.yaml."""
import csv
import io
import json
import pathlib
import shutil
import tempfile
import unittest
import urllib.parse

import check_documents
import openapi
from harness import Case, SOURCE, report_mail, report_xml, ruagate
from schemas import validate
from service import Service

AS_OF = "2026-11-20"


class World(unittest.TestCase):
    """One service over the samples for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="ruagate-http-"))
        cls.db = cls.dir / "x.db"
        done = ruagate("--db", cls.db, "ingest", SOURCE / "samples/maildir", SOURCE / "samples/reports")
        assert done.code in (0, 1), done.err
        broken = cls.dir / "broken.xml"
        broken.write_text("<feedback><report_metadata>")
        ruagate("--db", cls.db, "ingest", broken)
        domains = "\n".join(f'[[domain]]\nname = "{name}"' for name in ("example.com", "shop.example"))
        cls.service = Service(cls.dir, cls.db, config=domains)

    @classmethod
    def tearDownClass(cls):
        code, seconds = cls.service.stop()
        assert code == 0 and seconds < 5, (code, seconds, cls.service.log)
        shutil.rmtree(cls.dir, ignore_errors=True)

    def get(self, target, status=200, **headers):
        response = self.service.ask(target, headers={k.replace("_", "-"): v for k, v in headers.items()})
        self.assertEqual(response.status, status, response.body[:400])
        return response

    def command(self, *arguments):
        return ruagate("--config", self.service.config, *arguments, "--json").json


class Documents(World):
    def test_every_document_of_the_service_is_as_its_schema_says(self):
        domain = "/api/v1/domains/shop.example"
        row = self.get(f"{domain}/sources?as_of={AS_OF}").json["sources"][0]
        documents = {
            "domains": self.get(f"/api/v1/domains?as_of={AS_OF}").json,
            "health": self.get("/api/v1/health").json,
            "impact": self.get(f"{domain}/impact?as_of={AS_OF}").json,
            "mailboxes": self.get("/api/v1/mailboxes").json,
            "problem": self.get("/api/v1/reports/0", status=404).json,
            "session": self.get("/api/v1/session").json,
            "source": self.get(f"{domain}/sources/{urllib.parse.quote(row['key'], safe='')}?as_of={AS_OF}").json,
            "timeline": self.get(f"{domain}/timeline?until={AS_OF}").json,
            "token": self.command("token", "create", "documents", "--scope", "read"),
            "tokens": self.command("token", "list"),
        }
        ruagate("--config", self.service.config, "token", "revoke", "documents")
        self.assertEqual(set(documents), check_documents.OF_THE_SERVICE)
        faults = [fault for name, document in documents.items()
                  for fault in check_documents.faults_of(document, name, name)]
        self.assertEqual(faults, [])


class Questions(World):
    def test_domains_are_those_of_readiness_worst_first(self):
        overview = self.get(f"/api/v1/domains?as_of={AS_OF}").json
        judged = self.command("readiness", "--as-of", AS_OF)
        self.assertEqual([d["domain"] for d in overview["domains"]], [d["domain"] for d in judged["domains"]])
        for glance, verdict in zip(overview["domains"], judged["domains"]):
            for field in ("verdict", "step", "next_step", "target", "reason", "legitimate_pass_rate"):
                self.assertEqual(glance[field], verdict[field], glance["domain"])
            self.assertEqual(glance["blockers"], len(verdict["blockers"]))
            self.assertEqual(glance["sparkline"][-1]["day"], AS_OF)
            self.assertEqual(glance["messages"], sum(day["messages"] for day in glance["sparkline"][-28:]))
        self.get("/api/v1/domains")

    def test_readiness_and_sources_are_the_documents_of_the_command_line(self):
        for domain in ("shop.example", "bank.example", "example.com"):
            verdict = self.get(f"/api/v1/domains/{domain}/readiness?as_of={AS_OF}").json
            self.assertEqual(verdict, self.command("readiness", domain, "--as-of", AS_OF)["domains"][0])
            testing = self.get(f"/api/v1/domains/{domain}/readiness?as_of={AS_OF}&ladder=testing").json
            self.assertEqual(testing["ladder"], "testing")
            sources = self.get(f"/api/v1/domains/{domain}/sources?as_of={AS_OF}&days=14").json
            self.assertEqual(sources, self.command("sources", domain, "--as-of", AS_OF, "--days", "14"))

    def test_one_source_sums_up_to_its_row(self):
        sources = self.get(f"/api/v1/domains/shop.example/sources?as_of={AS_OF}").json["sources"]
        self.assertGreater(len(sources), 1)
        for row in sources:
            key = urllib.parse.quote(row["key"], safe="")
            page = self.get(f"/api/v1/domains/shop.example/sources/{key}?as_of={AS_OF}").json
            self.assertEqual(page["source"], row)
            self.assertEqual(sum(day["messages"] for day in page["days"]), row["messages"])
            self.assertEqual(sum(day["aligned"] for day in page["days"]), row["aligned"])
            self.assertEqual(sum(one["messages"] for one in page["reporters"]), row["messages"])
        self.get("/api/v1/domains/shop.example/sources/dkim%3Anowhere.example", 404)

    def test_timeline_has_every_day_and_the_sums_of_the_verdict(self):
        verdict = self.get(f"/api/v1/domains/shop.example/readiness?as_of={AS_OF}").json
        window, volume = verdict["window"], verdict["volume"]
        timeline = self.get(
            f"/api/v1/domains/shop.example/timeline?since={window['from']}&until={window['to']}").json
        self.assertEqual(len(timeline["days"]), timeline["window"]["days"])
        for mine, theirs in (("legitimate", "legitimate"), ("forwarded", "forwarded"),
                             ("unauthorized", "unauthorized"), ("candidate", "candidate"), ("unknown", "unknown")):
            total = sum(day["classes"][mine]["messages"] for day in timeline["days"])
            self.assertEqual(total, volume[theirs], mine)
        self.assertEqual(sum(day["messages"] for day in timeline["days"]), volume["messages"])
        self.get("/api/v1/domains/shop.example/timeline?since=2020-01-01&until=2026-01-01", 400)
        self.get("/api/v1/domains/shop.example/timeline?since=2026-11-02&until=2026-11-01", 400)

    def test_impact_of_the_next_step_is_that_of_the_verdict(self):
        for domain in ("shop.example", "example.com", "bank.example"):
            verdict = self.get(f"/api/v1/domains/{domain}/readiness?as_of={AS_OF}").json
            impact = self.get(f"/api/v1/domains/{domain}/impact?as_of={AS_OF}").json
            steps = {step["step"]: step for step in impact["steps"]}
            self.assertEqual(len(steps), 5)
            if verdict["verdict"] in ("hold", "ready", "not_enough_data") and verdict["next_step"]:
                self.assertEqual(steps[verdict["next_step"]]["impact"], verdict["impact"])
                self.assertEqual(steps[verdict["next_step"]]["record"], verdict["record"])
            failing = [step["impact"]["legitimate_affected_expected"] for step in impact["steps"]]
            self.assertEqual(failing, sorted(failing), "a stronger step never hits less")

    def test_summary(self):
        for period in ("day", "week", "month"):
            document = self.get(f"/api/v1/summary?period={period}&as_of={AS_OF}").json
            self.assertEqual(document["period"], period)
        one = self.get(f"/api/v1/summary?domain=shop.example&as_of={AS_OF}").json
        self.assertEqual([d["domain"] for d in one["domains"]], ["shop.example"])

    def test_reports_and_records_come_in_pages_that_hold_each_once(self):
        for target, field, key in (("/api/v1/reports?limit=70", "reports", lambda row: row["id"]),
                                   ("/api/v1/reports?domain=shop.example&limit=9", "reports", lambda row: row["id"]),
                                   ("/api/v1/records?domain=bank.example&limit=37", "records", json.dumps)):
            first = self.get(target)
            page, seen = first.json, []
            while True:
                seen += [key(row) for row in page[field]]
                if page["next_cursor"] is None:
                    break
                page = self.get(f"{target}&cursor={page['next_cursor']}").json
            arguments = ["--domain", "shop.example"] if "shop" in target else []
            arguments = ["--domain", "bank.example"] if "bank" in target else arguments
            all_rows = self.command(field, *arguments)[field]
            self.assertEqual(sorted(seen), sorted(key(row) for row in all_rows))
            self.assertIn('rel="next"', first.headers["link"])

    def test_one_report_its_records_and_its_raw_document(self):
        row = self.get("/api/v1/reports?limit=1").json["reports"][0]
        report = self.get(f"/api/v1/reports/{row['id']}").json
        self.assertEqual(report["report"], row)
        records, cursor = [], ""
        while cursor is not None:
            page = self.get(f"/api/v1/reports/{row['id']}/records?limit=2{cursor}").json
            records += page["records"]
            cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
        self.assertEqual(records, report["records"])
        raw = self.get(f"/api/v1/reports/{row['id']}/raw")
        self.assertEqual(raw.body, ruagate("--db", self.db, "reports", "show", row["id"], "--raw", text=False).out)
        self.assertIn("sandbox", raw.headers["content-security-policy"])
        for target in ("/api/v1/reports/999999", "/api/v1/reports/999999/raw", "/api/v1/reports/x",
                       "/api/v1/reports/-1", "/api/v1/reports/999999/records", "/api/v1/reports/99999999999999999999"):
            self.get(target, 404)

    def test_filters_and_their_mistakes(self):
        named = self.get("/api/v1/reports?limit=1").json["reports"][0]["reporter"]
        rows = self.get(f"/api/v1/reports?reporter={urllib.parse.quote(named.upper())}").json["reports"]
        self.assertTrue(rows and all(row["reporter"].lower() == named.lower() for row in rows))
        rows = self.get("/api/v1/reports?since=2026-11-18&until=2026-11-18").json["reports"]
        self.assertTrue(rows)
        for query in ("limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "since=yesterday", "ip=1.2.3", "domain=..",
                      "cursor=1", "cursor=x.y.z", "cursor=1.2.-3", "frob=1", "since=2026-11-02&until=2026-11-01",
                      "domain=", "limit=%zz", "a=%00", "reporter=%ff"):
            self.get(f"/api/v1/reports?{query}", 400)

    def test_tables_as_csv(self):
        for target in ("/api/v1/domains", "/api/v1/domains/shop.example/sources", "/api/v1/reports", "/api/v1/records",
                       "/api/v1/domains/shop.example/timeline", "/api/v1/rejects", "/api/v1/senders"):
            by_name = self.get(f"{target}?format=csv")
            by_header = self.get(target, Accept="text/csv;q=1, application/json;q=0.5")
            self.assertEqual(by_name.body, by_header.body)
            self.assertEqual(by_name.headers["content-type"], "text/csv; charset=utf-8")
            rows = list(csv.reader(io.StringIO(by_name.body.decode())))
            self.assertTrue(all(len(row) == len(rows[0]) for row in rows), target)
        self.get("/api/v1/domains/shop.example/readiness?format=csv", 400)
        self.get("/api/v1/domains", 406, Accept="image/png")
        self.get("/api/v1/domains", 200, Accept="text/html, */*;q=0.1")

    def test_unknown_things(self):
        for target in ("/api/v1/domains/nowhere.example/readiness", "/api/v1/domains/nowhere.example/sources",
                       "/api/v1/domains/nowhere.example/timeline", "/api/v1/domains/nowhere.example/impact"):
            self.assertEqual(self.get(target, 404).json["code"], "unknown_domain")
        for target in ("/api/v1/domains?as_of=2026-02-30", "/api/v1/domains/shop.example/readiness?ladder=rope",
                       "/api/v1/domains/shop.example/sources?days=0", "/api/v1/summary?period=year",
                       "/api/v1/domains/shop.example/sources?days=3&since=2026-11-01", "/api/v1/health?x=1"):
            self.get(target, 400)
        for target in ("/api/v1", "/api/v2/domains", "/api/v1/domains/", "/api/v1/domains/shop.example",
                       "/api/v1/domains/shop.example/readiness/x"):
            response = self.service.ask(target, checked=False)
            self.assertEqual(response.status, 404, target)


class Tags(World):
    def test_unchanged_answers_are_304_until_something_changes(self):
        target = "/api/v1/domains/shop.example/readiness"
        first = self.get(target)
        tag = first.headers["etag"]
        self.assertEqual(self.get(target, 304, If_None_Match=tag).body, b"")
        self.assertEqual(self.get(target, 304, If_None_Match=f'"other", {tag}').headers["etag"], tag)
        self.get(target, 200, If_None_Match='"other"')
        self.get(f"{target}?ladder=testing", 200, If_None_Match=tag)
        self.get(f"{target}?frob=1", 400, If_None_Match=tag)
        self.service.send("/api/v1/domains/shop.example/senders/192.0.2.77", "PUT", {"decision": "approve"})
        self.assertNotEqual(self.get(target, 200, If_None_Match=tag).headers["etag"], tag)
        self.service.send("/api/v1/domains/shop.example/senders/192.0.2.77", "DELETE")
        # What another process changes counts as well.
        tag = self.get(target).headers["etag"]
        ruagate("--config", self.service.config, "senders", "deny", "shop.example", "192.0.2.78")
        self.get(target, 200, If_None_Match=tag)

    def test_head_gzip_and_vary(self):
        target = f"/api/v1/domains?as_of={AS_OF}"
        plain = self.get(target)
        head = self.service.ask(target, "HEAD")
        self.assertEqual((head.status, head.raw), (200, b""))
        self.assertEqual(head.headers["content-length"], plain.headers["content-length"])
        packed = self.get(target, Accept_Encoding="br, gzip;q=0.5")
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertLess(len(packed.raw), len(plain.raw) / 3)
        self.assertEqual(packed.body, plain.body)
        self.assertIn("Accept-Encoding", packed.headers["vary"])
        for refuses in ("identity", "gzip;q=0", "*;q=0"):
            self.assertNotIn("content-encoding", self.get(target, Accept_Encoding=refuses).headers)

    def test_every_question_has_head_a_tag_and_gzip(self):
        """Of all that is described: with the things that are there in place of the names of the pattern."""
        report = self.get("/api/v1/reports?limit=1").json["reports"][0]["id"]
        reject = self.get("/api/v1/rejects?limit=1").json["rejects"][0]["id"]
        key = urllib.parse.quote(self.get(f"/api/v1/domains/shop.example/sources?as_of={AS_OF}").json["sources"][0]["key"], safe="")
        asked = 0
        for method, pattern, operation in openapi.operations():
            if method != "GET":
                continue
            target = pattern.replace("{domain}", "shop.example").replace("{key}", key).replace(
                "{id}", str(reject if "rejects" in pattern else report))
            with self.subTest(target):
                plain = self.get(target)
                self.assertNotIn("content-encoding", plain.headers)
                head = self.service.ask(target, "HEAD")
                self.assertEqual((head.status, head.raw), (200, b""))
                if "etag" not in plain.headers:  # what the process says of itself: never the same
                    self.assertIn(pattern, ("/api/v1/mailboxes", "/api/v1/health", "/api/v1/session", "/metrics", "/healthz", "/readyz"))
                    self.assertNotIn("ETag", operation["responses"]["200"].get("headers", {}))
                else:
                    self.assertEqual(head.headers["content-length"], plain.headers["content-length"])
                    self.assertEqual(head.headers["etag"], plain.headers["etag"])
                    for method_ in ("GET", "HEAD"):
                        same = self.service.ask(target, method_, headers={"If-None-Match": plain.headers["etag"]})
                        self.assertEqual((same.status, same.raw), (304, b""))
                    self.assertEqual(self.get(target).headers["etag"], plain.headers["etag"])
                packed = self.get(target, Accept_Encoding="gzip")
                self.assertEqual(packed.headers.get("content-encoding"), "gzip" if len(plain.body) >= 1024 else None)
                if "etag" in plain.headers:
                    self.assertEqual(packed.body, plain.body)
                asked += 1
        self.assertGreaterEqual(asked, 20)

    def test_safety_headers_are_on_every_answer(self):
        for target in ("/", "/healthz", "/api/v1/domains", "/api/v1/nothing", "/metrics", "/app.js"):
            headers = self.service.ask(target, checked=False).headers
            policy = headers["content-security-policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertEqual(headers["x-frame-options"], "DENY")
            self.assertEqual(headers["referrer-policy"], "no-referrer")


class Changes(World):
    def test_decisions_are_set_listed_and_taken_back(self):
        path = "/api/v1/domains/shop.example/senders/" + urllib.parse.quote("own:192.0.2.0/24", safe="")
        put = self.service.send(path, "PUT", {"decision": "approve", "note": "ours <b>", "critical": True,
                                              "periodic": "monthly"})
        self.assertEqual(put.status, 200)
        mine = [d for d in put.json["decisions"] if d["what"] == "own:192.0.2.0/24"]
        self.assertEqual(len(mine), 1)
        self.assertEqual((mine[0]["note"], mine[0]["critical"], mine[0]["periodic"]), ("ours <b>", True, "monthly"))
        listed = self.get("/api/v1/senders?domain=SHOP.example").json
        self.assertEqual(listed, put.json)
        self.assertEqual(listed, self.command("senders", "list", "shop.example"))
        self.assertEqual(self.service.send(path, "DELETE").status, 204)
        self.assertEqual(self.service.send(path, "DELETE").status, 404)
        path = "/api/v1/domains/shop.example/acknowledgement"
        self.assertEqual(self.service.send(path, "PUT", {"note": "known"}).status, 200)
        self.assertEqual(self.service.send(path, "PUT").status, 200)
        self.assertEqual(self.service.send(path, "DELETE").status, 204)
        self.assertEqual(self.service.send(path, "DELETE").status, 404)

    def test_wrong_decisions_change_nothing(self):
        before = self.get("/api/v1/senders").json
        path = "/api/v1/domains/shop.example/senders/192.0.2.1"
        for document in ({}, {"decision": "acknowledge"}, {"decision": 1}, {"decision": "approve", "frob": 1},
                         {"decision": "deny", "critical": True}, {"decision": "approve", "critical": "yes"},
                         {"decision": "approve", "periodic": "weekly"}, {"decision": "approve", "note": "x" * 5000},
                         [], "approve", {"decision": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}}}):
            self.assertEqual(self.service.send(path, "PUT", document).status, 400, document)
        self.assertEqual(self.service.send("/api/v1/domains/nowhere.example/senders/192.0.2.1", "PUT",
                                           {"decision": "deny"}).status, 404)
        self.assertEqual(self.service.send("/api/v1/domains/shop.example/senders/not%20a%20sender", "PUT",
                                           {"decision": "deny"}).status, 400)
        csrf = {"X-CSRF-Token": self.get("/api/v1/session").json["csrf"]}
        for kind, body, status in (("text/plain", b"{}", 415), ("application/json", b"{", 400),
                                   ("application/json", b"\xff", 400), ("application/json", b"", 400)):
            got = self.service.ask(path, "PUT", body=body, headers={**csrf, "Content-Type": kind})
            self.assertEqual(got.status, status, body)
        self.assertEqual(self.get("/api/v1/senders").json, before)

    def test_the_verdict_follows_a_decision_at_once(self):
        sources = self.get(f"/api/v1/domains/shop.example/sources?as_of={AS_OF}").json["sources"]
        row = next(row for row in sources if row["class"] == "legitimate" and row["decision"] is None)
        path = f"/api/v1/domains/shop.example/senders/{urllib.parse.quote(row['key'], safe='')}"
        self.assertEqual(self.service.send(path, "PUT", {"decision": "deny"}).status, 200)
        again = self.get(f"/api/v1/domains/shop.example/sources?as_of={AS_OF}").json["sources"]
        mine = next(one for one in again if one["key"] == row["key"])
        self.assertEqual((mine["class"], mine["decision"]), ("unauthorized", "deny"))
        self.service.send(path, "DELETE")
        back = self.get(f"/api/v1/domains/shop.example/sources?as_of={AS_OF}").json["sources"]
        self.assertEqual(back, sources)

    def test_intake_goes_the_way_of_all_mail(self):
        mail = report_mail(report_xml(report_id="posted-1", domain="posted.example"))
        first = self.service.send("/api/v1/intake", "POST", body=mail)
        self.assertEqual((first.status, first.json["reports_new"]), (200, 1))
        self.assertEqual(self.service.send("/api/v1/intake", "POST", body=mail).json["reports_duplicate"], 1)
        xml = report_xml(report_id="posted-2", domain="posted.example").encode()
        self.assertEqual(self.service.send("/api/v1/intake", "POST", body=xml).json["reports_new"], 1)
        rows = self.get("/api/v1/reports?domain=posted.example").json["reports"]
        self.assertEqual({row["report_id"] for row in rows}, {"posted-1", "posted-2"})
        self.assertTrue(all(row["trust"] == "unverified" for row in rows))
        broken = self.service.send("/api/v1/intake", "POST", body=b"<feedback><report_metadata><org_name>x")
        self.assertEqual((broken.status, broken.json["rejected_count"]), (200, 1))
        self.assertEqual(self.service.send("/api/v1/intake", "POST", body=b"hello\n").json["ignored_count"], 1)
        self.assertEqual(self.service.send("/api/v1/intake", "POST", body=b"").status, 400)

    def test_rejects_are_shown_read_again_and_dropped(self):
        self.service.send("/api/v1/intake", "POST", body=b"<feedback><report_metadata><org_name>to-drop")
        rows = self.get("/api/v1/rejects").json["rejects"]
        ids = [row["id"] for row in rows]
        self.assertEqual(ids, sorted(ids, reverse=True))
        one = self.get("/api/v1/rejects?limit=1").json
        self.assertEqual(len(one["rejects"]), 1)
        self.get(f"/api/v1/rejects?limit=1&cursor={one['next_cursor'] or 1}")
        reject = self.get(f"/api/v1/rejects/{ids[0]}").json
        self.assertEqual(reject["reject"], rows[0])
        raw = self.get(f"/api/v1/rejects/{ids[0]}/raw")
        self.assertIn(b"to-drop", raw.body)
        self.assertTrue(raw.headers["content-disposition"].startswith("attachment"))
        retried = self.service.send(f"/api/v1/rejects/{ids[0]}/retry", "POST")
        self.assertEqual((retried.status, retried.json["tried"], retried.json["resolved"]), (200, 1, 0))
        self.assertEqual(self.service.send(f"/api/v1/rejects/{ids[0]}", "DELETE").status, 204)
        self.assertEqual(self.service.send(f"/api/v1/rejects/{ids[0]}", "DELETE").status, 404)
        for target in (f"/api/v1/rejects/{ids[0]}", f"/api/v1/rejects/{ids[0]}/raw"):
            self.get(target, 404)
        self.assertEqual(self.service.send(f"/api/v1/rejects/{ids[0]}/retry", "POST").status, 404)

    def test_an_implausible_report_counts_once_it_is_accepted(self):
        xml = report_xml(report_id="huge", domain="huge.example", records=[("192.0.2.1", 2_000_000_000, "pass", "pass")])
        self.assertEqual(self.service.send("/api/v1/intake", "POST", body=xml.encode()).json["reports_new"], 1)
        row = self.get("/api/v1/reports?domain=huge.example").json["reports"][0]
        self.assertEqual((row["implausible"], row["accepted_at"]), (["counts"], None))
        health = self.get("/api/v1/health").json
        self.assertEqual(health["waiting_reports"], len(health["waiting"]))
        self.assertIn((row["id"], ["counts"]), [(one["id"], one["reasons"]) for one in health["waiting"]])
        self.get("/api/v1/domains/huge.example/sources", 404)
        self.assertEqual(self.service.send(f"/api/v1/reports/{row['id']}/accept", "POST").status, 204)
        again = self.get(f"/api/v1/reports/{row['id']}").json["report"]
        self.assertIsNotNone(again["accepted_at"])
        sources = self.get("/api/v1/domains/huge.example/sources?since=2025-11-01&until=2025-11-30").json
        self.assertEqual(sources["messages"], 2_000_000_000)
        self.assertNotIn(row["id"], [one["id"] for one in self.get("/api/v1/health").json["waiting"]])
        refused = self.service.send(f"/api/v1/reports/{row['id']}/accept", "POST")
        self.assertEqual((refused.status, refused.json["code"]), (409, "does_not_wait"))
        self.assertEqual(self.service.send("/api/v1/reports/999999/accept", "POST").status, 404)

    def test_health_mailboxes_and_metrics(self):
        health = self.get("/api/v1/health").json
        self.assertTrue(health["ok"])
        self.assertEqual(health["database"]["reports"], self.command("db", "stats")["reports"])
        self.assertEqual({task["task"] for task in health["tasks"]},
                         {"checkpoint", "retention", "rollup_check", "summary"})
        self.assertEqual(self.get("/api/v1/mailboxes").json["mailboxes"], [])
        text = self.get("/metrics").body.decode()
        for name in ("ruagate_build_info", "ruagate_domain_verdict", "ruagate_domain_messages", "ruagate_rejects",
                     "ruagate_http_requests_total", "ruagate_http_request_seconds_bucket", "ruagate_database_bytes"):
            self.assertIn(f"\n{name}", "\n" + text)
        self.assertIn('ruagate_domain_messages{domain="shop.example",class="legitimate"}', text)
        self.assertEqual(self.get("/healthz").body, b"ok\n")
        self.assertEqual(self.get("/readyz").body, b"ready\n")

    def test_every_operation_is_described_and_there(self):
        for method, pattern, operation in openapi.operations():
            path = pattern.replace("{domain}", "shop.example").replace("{id}", "999999").replace(
                "{key}", "dkim%3Ax").replace("{what}", "192.0.2.99")
            got = self.service.ask(path, method)
            self.assertNotEqual(got.status, 405, f"{method} {pattern}")
            if got.status == 404:
                self.assertNotEqual(got.json["detail"], "there is nothing here", f"{method} {pattern}")
            self.assertEqual(operation["x-scope"] == "none" or method == "GET" or got.status == 403, True,
                             f"{method} {pattern}: {got.status} without a CSRF proof")
            others = {m.upper() for m in openapi.METHODS} - {
                m.upper() for m in openapi.DOCUMENT["paths"][pattern] if m in openapi.METHODS}
            for other in sorted(others | {"PATCH", "OPTIONS", "TRACE"}):
                wrong = self.service.ask(path, other, checked=False)
                self.assertEqual(wrong.status, 405, f"{other} {pattern}")
                self.assertIn("GET" if method == "GET" else method, wrong.headers["allow"])


if __name__ == "__main__":
    unittest.main()
