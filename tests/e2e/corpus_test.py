#!/usr/bin/python3
"""Every file of a corpus of real reports gives what its line in expected.jsonl says (RUAGATE_CORPUS names the folder)."""
import collections
import json
import os
import pathlib
import sys
import unittest

from harness import Case, ruagate

CORPUS = os.environ.get("RUAGATE_CORPUS")
# In these a stricter reader may legitimately refuse.
MAY_REFUSE = {"read-by-regex", "truncated-xml", "xml-not-well-formed"}


def facts(report, records):
    """The facts of expected.jsonl from the documents of `reports` and `records`."""
    dispositions = collections.Counter()
    reasons = collections.Counter()
    for record in records:
        dispositions[record["disposition"]] += record["messages"]
        for reason in record["override_reasons"]:
            reasons[reason["type"]] += 1
    return {
        "report_id": report["report_id"], "domain": report["domain"], "begin": report["begin"], "end": report["end"],
        "p": report["p"], "sp": report["sp"], "pct": report["pct"], "np": report["np"],
        "messages": report["messages"], "dkim_pass": report["dkim_aligned"], "spf_pass": report["spf_aligned"],
        "either_pass": report["aligned"], "dispositions": dict(dispositions), "override_reasons": dict(reasons),
        "source_ips": len({r["source_ip"] for r in records if r["source_ip"]}),
        "header_froms": len({r["author_domain"] for r in records}), "org_name": report["reporter"],
        "records": len(records) + report["records_left_out"],
    }


@unittest.skipUnless(CORPUS, "RUAGATE_CORPUS is not set")
class Corpus(Case):
    def lines(self):
        for line in (pathlib.Path(CORPUS) / "expected.jsonl").read_text().splitlines():
            yield json.loads(line)

    def differences(self, line):
        self.db.unlink(missing_ok=True)
        for extra in ("-wal", "-shm"):
            pathlib.Path(str(self.db) + extra).unlink(missing_ok=True)
        path = pathlib.Path(CORPUS) / line["path"]
        run = ruagate("--db", self.db, "ingest", "--json", path)
        if run.code != 0:
            return [f"exit code {run.code}: {run.err}"]
        outcome = run.json
        may_refuse = bool(MAY_REFUSE & set(line["quirks"]))
        if line["kind"] != "aggregate":
            if outcome["reports_new"]:
                return ["is no report, yet one was read"]
            if line["kind"] in ("failure", "tlsrpt") and not outcome["ignored"]:
                return [f"should be ignored: {outcome['rejected']}"]
            if line["kind"] == "unreadable" and not outcome["rejected"]:
                return ["should be a reject"]
            if not outcome["ignored"] and not outcome["rejected"]:
                return ["neither ignored nor rejected"]
            return []
        expected = line.get("reports", [line])
        if outcome["reports_new"] != len(expected):
            return [] if may_refuse and outcome["rejected"] else [f"{outcome['reports_new']} reports: {outcome['rejected']}"]
        reports = ruagate("--db", self.db, "reports", "--json").json["reports"]
        records = ruagate("--db", self.db, "records", "--json").json["records"]
        found = []
        for want in expected:
            report = next((r for r in reports if r["report_id"] == want["report_id"]), reports[0])
            have = facts(report, [r for r in records if r["report"] == report["id"]])
            found += self.compare(want, have, line["quirks"])
        return found

    @staticmethod
    def compare(want, have, quirks):
        for key in ("p", "sp", "pct", "np", "messages", "dkim_pass", "spf_pass", "either_pass"):
            if (None if want[key] == "" else want[key]) != have[key]:
                yield f"{key}: want {want[key]}, have {have[key]}"
        for key in ("org_name", "report_id", "domain", "begin", "end"):
            # What the report did not say may be filled from the mail or file name.
            if want[key] not in (None, "") and want[key] != have[key]:
                yield f"{key}: want {want[key]!r}, have {have[key]!r}"
        want_dispositions = {k: v for k, v in want["dispositions"].items() if v and k}
        have_dispositions = {k: v for k, v in have["dispositions"].items() if k}
        if want_dispositions != have_dispositions:
            yield f"dispositions: want {want_dispositions}, have {have_dispositions}"
        want = {**want, "override_reasons": {k: v for k, v in want["override_reasons"].items() if k}}
        if want["messages"]:
            for key in ("source_ips", "header_froms", "override_reasons"):
                if want[key] != have[key]:
                    yield f"{key}: want {want[key]}, have {have[key]}"
        if want["messages"] and "count-missing" not in quirks and want["records"] != have["records"]:
            yield f"records: want {want['records']}, have {have['records']}"

    def test_every_file_gives_what_its_line_says(self):
        wrong = {}
        for line in self.lines():
            differences = list(self.differences(line))
            if differences:
                wrong[line["path"]] = differences
        self.assertEqual(wrong, {}, json.dumps(wrong, indent=1))

    def test_a_second_time_adds_nothing(self):
        first = ruagate("--db", self.db, "ingest", "--json", CORPUS)
        self.assertEqual(first.code, 0, first.err)
        stats = ruagate("--db", self.db, "db", "stats", "--json").json
        second = ruagate("--db", self.db, "ingest", "--json", CORPUS)
        self.assertEqual(second.code, 0, second.err)
        self.assertEqual(second.json["reports_new"], 0)
        self.assertEqual(second.json["records"], 0)
        after = ruagate("--db", self.db, "db", "stats", "--json").json
        for key in ("reports", "records", "messages", "rejects", "cells"):
            self.assertEqual(stats[key], after[key], key)
        self.assertEqual(ruagate("--db", self.db, "db", "check").code, 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
