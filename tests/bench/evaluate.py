"""Prints the figures of one ingest run and checks its totals: evaluate.py NAME FOLDER."""

import json
import os
import re
import sys


STAGES = ("fetch", "mime", "unpack", "xml", "store", "acknowledge")


def used(path):
    """Peak memory in MiB and processor seconds, as /usr/bin/time -v wrote them."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    kib = int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", text).group(1))
    cpu = sum(float(value) for value in re.findall(r"(?:User|System) time \(seconds\): ([\d.]+)", text))
    return kib / 1024, cpu


def main():
    name, folder = sys.argv[1:3]

    def read(file_name):
        with open(os.path.join(folder, file_name), encoding="utf-8") as file:
            return json.load(file)

    totals, ingest, reports = read("totals.json"), read("ingest.json"), read("reports.json")["reports"]

    wrong = []

    def expect(what, have, want):
        if have != want:
            wrong.append(f"{what}: {have:,} instead of {want:,}")

    expect("mails", ingest["messages"], totals["mails"])
    expect("new reports", ingest["reports_new"], totals["reports"])
    expect("records ingested", ingest["records"], totals["records"])
    expect("rejected", len(ingest["rejected"]), 0)
    expect("ignored", len(ingest["ignored"]), 0)
    expect("reports listed", len(reports), totals["reports"])
    for field in ("records", "messages", "dkim_aligned", "spf_aligned", "aligned"):
        expect(field, sum(report[field] for report in reports), totals[field])
    for disposition, want in totals["disposition"].items():
        expect(disposition, sum(report["disposition"][disposition] for report in reports), want)

    seconds = ingest["seconds"]
    mails = totals["mails"]
    print(f"\n== {name}: {mails:,} mails of {totals['bytes'] / mails:,.0f} bytes, "
          f"{totals['xml_bytes'] / mails:,.0f} bytes of XML and {totals['records'] / mails:,.1f} records each")
    peak, cpu = used(os.path.join(folder, "time.txt"))
    print(f"{mails / seconds:10,.1f} messages/s   {totals['records'] / seconds:10,.0f} records/s   "
          f"{seconds:7.2f} s, {cpu:.2f} s of processor   peak {peak:,.0f} MiB")
    # On a busy machine the clock also counts waiting; this is what a core of its own would do.
    print(f"{mails / cpu:10,.1f} messages   {totals['records'] / cpu:12,.0f} records   per second of processor")
    for stage in STAGES:
        spent = ingest["stage_seconds"][stage]
        print(f"{stage:>14} {spent / mails * 1e6:12,.1f} us/message {spent / seconds * 100:5.1f} %")
    if wrong:
        print("WRONG TOTALS: " + "; ".join(wrong))
        return 1
    print("totals: as generated")
    return 0


sys.exit(main())
