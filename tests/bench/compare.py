"""One line on ruagate beside the reference loop: compare.py FOLDER, with reference.json, one.json and again.json."""

import json
import os
import sys


def main():
    folder = sys.argv[1]

    def read(name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return json.load(file)

    reference, one, again = read("reference.json"), read("one.json"), read("again.json")
    if (one["reports_new"], one["records"]) != (reference["messages"], reference["records"]):
        print(f"WRONG TOTALS: {one['reports_new']:,} reports and {one['records']:,} records, the reference loop "
              f"has {reference['messages']:,} and {reference['records']:,}")
        return 1
    if again["reports_duplicate"] != reference["messages"]:
        print(f"WRONG TOTALS: {again['reports_duplicate']:,} duplicates")
        return 1
    rates = [run["messages"] / run["seconds"] for run in (reference, one, again)]
    print(f"reference {rates[0]:,.0f} messages/s, ruagate {rates[1]:,.0f} = {100 * rates[1] / rates[0]:.0f} %; "
          f"all known, every core: {rates[2]:,.0f}")
    return 0


sys.exit(main())
